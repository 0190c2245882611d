"""Which readings mean something else than under the first schema: exactly these, and no others."""

import pytest

from deskview.analytics.definitions import RECORDED, REDEFINED, definition_of, redefined, renamed

AT_THE_CLOSE = REDEFINED[-1]


def meanings(reading: str, condition: str = "above") -> list[str]:
    """What a reading means now, apart from what it rests on after the close."""
    return [row.now for row in redefined(reading, condition) if row is not AT_THE_CLOSE]


@pytest.mark.parametrize(
    ("reading", "now"),
    [
        ("momentum.return", "long leg less short leg, dollar for dollar"),
        ("momentum.sector_neutral.return", "long leg less short leg, dollar for dollar"),
        ("momentum.sigma", "of the rule's own history from 200 days on"),
        ("momentum.sigma_ewma", "of the rule's own history from 200 days on"),
        ("momentum.sigma_252_return", "sd of the dollar-neutral return"),
        ("momentum.hedge_ratio", "1; the beta-neutral ratio"),
        ("momentum.long_share_raw", "dollar-neutral"),
        ("momentum.short.BRK.B.contribution", "weight times return"),
        ("momentum.horizons.recent.return", "long leg less short leg, dollar for dollar"),
        ("momentum.horizons.recent.sigma", "of the rule's own history from 200 days on"),
        ("momentum.crowding.short", "before it was formed"),
        ("momentum.state.market_vol_median", "five years or more"),
        ("momentum.state.market_return_24m", "five years or more"),
        ("breadth.percentile.beat_share", "none before 10:00"),
        ("rotation.groups.Banks.rank.1m", "none for a thinner group"),
        ("breadth.percentile.dispersion", "the same hour"),
        ("breadth.cap_weight_return", "the company once"),
        ("breadth.implied_correlation_dirty", "the company once"),
        ("flow.retail.net_usd", "all stocks' dollars from a drawn sample"),
        ("flow.institutional.intensity", "of all stocks"),
        ("flow.retail.percentile", "up to the same hour"),
        ("flow.institutional.names", "the sums and the percentile rest on"),
        ("flow.focus", "stocks of the drawn sample"),
        ("crowding.short.percentile", "at least 300"),
    ],
)
def test_what_a_redefined_reading_means_now(reading: str, now: str) -> None:
    (found,) = meanings(reading)
    assert now in found


@pytest.mark.parametrize(
    "reading",
    [
        "momentum.short_return",
        "momentum.long_share",
        "momentum.coverage",
        "momentum.long.NVDA.contribution",
        "momentum.beta_neutral.return",
        "momentum.horizons.recent.shared",
        "breadth.percentile.average_correlation_21d",
        "breadth.beat_share",
        "breadth.dispersion",
        "rotation.groups.Banks.returns.now",
        "leverage.today_usd",
        "names.NVDA.price",
        "flow.funds.retail.net_usd",
        "flow.by_leg.long.retail_net_usd",
        "flow.by_name.NVDA.retail_net_usd",
        "flow.retail.prints",
    ],
)
def test_these_mean_what_they_meant_while_the_market_is_open(reading: str) -> None:
    assert meanings(reading) == []


@pytest.mark.parametrize(
    ("reading", "condition", "now"),
    [
        ("breadth.dispersion", "percentile", "the same hour"),
        ("momentum.return", "sigma", "of the rule's own history from 200 days on"),
        ("flow.retail", "percentile", "up to the same hour"),
        ("flow.institutional.intensity", "percentile", "up to the same hour"),
    ],
)
def test_a_rule_on_sigma_or_percentile_looks_at_those(reading: str, condition: str, now: str) -> None:
    assert any(now in found for found in meanings(reading, condition))
    assert not any(now in found for found in meanings(reading))


@pytest.mark.parametrize(
    ("reading", "at_the_close"),
    [
        ("momentum.short_return", True),
        ("momentum.long.NVDA.return", True),
        ("breadth.beat_share", True),
        ("rotation.groups.Regional banks.returns.now", True),
        ("rotation.benchmark_returns.now", True),
        ("leverage.today_usd", True),
        ("leverage.by_name.BRK.B.of_adv", True),
        ("leverage.next_week.sd_usd", True),
        ("leverage.score.hit_rate", True),
        ("names.NVDA.price", True),
        ("names.BRK.B.return", True),
        ("momentum.sigma_252_return", False),
        ("momentum.hedge_ratio", False),
        ("momentum.beta_neutral.return", False),
        ("momentum.sector_neutral.beta_neutral.sigma", False),
        ("momentum.long.NVDA.score", False),
        ("rotation.groups.Banks.returns.1m", False),
        ("leverage.per_1pct_usd", False),
        ("leverage.by_name.NVDA.adv_usd", False),
        ("flow.retail.percentile", False),
        ("flow.retail.net_usd", False),
        ("crowding.long.weighted_jaccard", False),
    ],
)
def test_what_rests_on_the_official_close_in_the_evening(reading: str, at_the_close: bool) -> None:
    assert (AT_THE_CLOSE in redefined(reading)) is at_the_close


def test_a_renamed_figure_has_its_new_name() -> None:
    assert renamed("momentum.sector_neutral.sigma_days") == "momentum.sector_neutral.sigma_n"
    assert renamed("momentum.sigma") is None
    assert renamed("leverage.by_fund.TQQQ.rebalance_usd") == "leverage.by_fund.TQQQ.today_usd"
    assert renamed("leverage.by_underlying.SOX.today_usd") == "leverage.by_underlying.NYSE_SEMIS.today_usd"
    assert renamed("leverage.systematic_supply.vol") == "leverage.supply_basis.vol"


def test_the_number_of_a_definition_is_that_of_its_last_sentence() -> None:
    assert {kind: definition_of(kind) for kind in RECORDED} == {
        "week-forecasts": 3,
        "week-realised": 3,
        "gamma-mornings": 1,
        "flow-windows": 1,
        "overlaps": 2,
    }
