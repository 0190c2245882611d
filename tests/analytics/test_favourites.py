"""Retail favourites: who they are, how far they are the legs' names, and when there are too few to say."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from deskview.analytics import momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.favourites import (
    LEAST,
    OVERLAPS,
    Crowding,
    crowding_of,
    in_history,
    read_crowding,
    retail_shares,
)
from deskview.analytics.flow import FLOW_WINDOWS
from deskview.analytics.panel import panel_of
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import TODAY, market

SESSION = date(2026, 2, 3)
START = datetime(2026, 2, 3, 15, tzinfo=UTC)
NAMES = [f"N{number:03}" for number in range(600)]
TOP = 60
LEG = [{"ticker": name, "weight": 1 / TOP} for name in NAMES[:TOP]]
OTHER = [{"ticker": name, "weight": 1 / TOP} for name in NAMES[-TOP:]]
WEIGHTS = {"ticker": pl.String, "weight": pl.Float64}


def windows(shares: dict[str, float], prints: int = 200) -> pl.DataFrame:
    """A window each of $100 counted, a tenth of it unsigned."""
    rows = [
        {
            "session": SESSION,
            "ticker": name,
            "since": START,
            "last": START,
            "retail_buy_usd": 60 * share,
            "retail_sell_usd": 40 * share,
            "other_buy_usd": 45 - 50 * share,
            "other_sell_usd": 45 - 50 * share,
            "counted_usd": 100.0,
            "prints": prints,
        }
        for name, share in shares.items()
    ]
    return pl.DataFrame(rows, schema=dict(FLOW_WINDOWS))


def universe(names: list[str] = NAMES) -> pl.DataFrame:
    rows = [
        {
            "ticker": name,
            "sector": ("A", "B")[number % 2],
            "market_cap_usd": 1e9 + number,
            "momentum": -float(number),
        }
        for number, name in enumerate(names)
    ]
    return pl.DataFrame(rows)


def read(shares: dict[str, float], names: list[str] = NAMES) -> Crowding:
    long, short = (pl.DataFrame(leg, schema=WEIGHTS) for leg in (LEG, OTHER))
    return read_crowding(windows(shares), universe(names), long, short)


def test_the_share_is_retail_of_all_counted_dollars_over_all_windows() -> None:
    twice = pl.concat([windows({"A": 0.2}), windows({"A": 0.4, "B": 0.1})])
    assert dict(retail_shares(twice).iter_rows()) == pytest.approx({"A": 0.3, "B": 0.1})


def test_a_window_of_a_few_prints_makes_no_favourite() -> None:
    both = pl.concat([windows({"A": 0.1}), windows({"B": 1.0}, prints=3)])
    assert retail_shares(both).get_column("ticker").to_list() == ["A"]


def test_favourites_that_are_the_leg_are_crowded_and_those_that_are_not_are_not() -> None:
    reading = read({name: 0.9 if number < TOP else 0.1 + number / 10_000 for number, name in enumerate(NAMES)})
    assert {row.ticker for row in reading.favourites} == set(NAMES[:TOP])
    assert {row.leg for row in reading.favourites} == {"long"}
    assert reading.long.common == reading.long.sampled == reading.long.leg == TOP
    assert reading.long.weighted_jaccard == pytest.approx(1.0)
    assert reading.long.cosine == pytest.approx(1.0)
    assert reading.long.percentile == 100.0
    assert reading.short.common == 0
    assert reading.short.weighted_jaccard == 0.0
    assert reading.missing == {}


def test_favourites_by_chance_are_not_abnormal() -> None:
    spread = {name: 0.1 + (number * 37 % 600) / 3000 for number, name in enumerate(NAMES)}
    reading = read(spread)
    assert reading.long.percentile is not None
    assert 0 < reading.long.percentile < 95
    assert reading.spearman is not None
    assert abs(reading.spearman) < 0.2


def test_names_shared_by_chance_are_those_of_draws_within_sector_and_size() -> None:
    """Sizes rise with the number: the leg is one half of the smallest fifth, the favourites are the other."""
    reading = read({name: 0.5 if 60 <= number < 120 else 0.1 for number, name in enumerate(NAMES)})
    assert reading.long.common == 0
    assert reading.long.expected_common == pytest.approx(30)
    assert reading.short.expected_common == 0


def test_only_sampled_names_take_part() -> None:
    reading = read({name: 0.1 + number / 1000 for number, name in enumerate(NAMES) if number % 2})
    assert (reading.names, reading.universe, reading.sessions, reading.through) == (300, 600, 1, SESSION)
    assert (reading.long.leg, reading.long.sampled) == (60, 30)
    assert len(reading.favourites) == 30


def test_too_few_samples_say_so_instead_of_a_figure() -> None:
    reading = read(dict.fromkeys(NAMES[: LEAST - 1], 0.2))
    assert reading.favourites == []
    assert reading.spearman is reading.long.weighted_jaccard is reading.short.percentile is None
    assert f"{LEAST - 1} names have a sample" in reading.missing["long.percentile"]
    assert {"spearman", "short.cosine", "long.expected", "long.expected_common"} <= set(reading.missing)
    assert (reading.names, LEAST) == (299, 300)
    assert in_history(reading, pl.DataFrame(schema=dict(OVERLAPS)), SESSION).long.history_percentile is None


def test_no_sample_at_all() -> None:
    reading = read({})
    assert (reading.names, reading.through) == (0, None)
    assert "through" in reading.missing


def test_the_same_samples_in_any_order_give_the_same_reading() -> None:
    shares = {name: 0.1 + (number * 37 % 600) / 3000 for number, name in enumerate(NAMES)}
    assert read(shares) == read(dict(reversed(shares.items())))


def test_the_legs_in_force_are_compared_with_the_samples_of_their_universe() -> None:
    small = market(names=321)
    history = adjusted_history(small.bars, empty(SPLITS), basis=TODAY)
    rules = momentum.MomentumRules(volume_floor_usd=0.0, cap=0.3, rebalance="daily")
    model = momentum.prepare(panel_of(history, before=TODAY), small.names, session=TODAY, rules=rules)
    assert model.raw is not None
    wide = history.pivot("ticker", index="session", values="close").sort("session").drop("session", "SPY")
    prior = {name: wide[name][-21] / wide[name][-252] - 1 for name in wide.columns}
    retail = {name: 0.05 + 0.002 * place for place, name in enumerate(sorted(prior, key=prior.__getitem__))}
    found = crowding_of(windows(retail), model, small.names, history)
    assert found is not None
    assert found.universe == found.names == model.tickers.height
    assert found.spearman == pytest.approx(1.0)
    assert {one.ticker for one in found.favourites} == {name.ticker for name in model.raw.long}
    assert (found.long.common, found.short.common) == (len(model.raw.long), 0)


def test_without_a_basket_there_is_nothing_to_compare() -> None:
    small = market(names=20, sessions=100)
    history = adjusted_history(small.bars, empty(SPLITS), basis=TODAY)
    model = momentum.prepare(panel_of(history, before=TODAY), small.names, session=TODAY)
    assert crowding_of(windows({"N001": 0.5}), model, small.names, history) is None


def test_names_alike_stand_in_the_order_of_the_alphabet() -> None:
    """Of equal retail share, and of equal weight in favourites and leg; the larger before the smaller."""
    high = dict.fromkeys(NAMES[1:TOP:2], 0.6) | dict.fromkeys(NAMES[TOP::2], 0.4)
    some = {name: high.get(name, 0.5 if number < TOP else 0.3) for number, name in enumerate(NAMES)}
    expected = [name for share in (0.6, 0.5, 0.4, 0.3) for name in NAMES if some[name] == share]
    assert retail_shares(windows(some)).get_column("ticker").to_list() == expected
    assert [row.ticker for row in read(some).favourites] == expected[:TOP]
    rising = {name: 0.3 + 0.01 * number if number < TOP else 0.1 for number, name in enumerate(NAMES)}
    whole = sum(rising[name] for name in NAMES[:TOP])
    heavier = [name for name in NAMES[:TOP] if rising[name] / whole > 1 / TOP]
    for leg in (LEG, LEG[::-1]):
        long = pl.DataFrame(leg, schema=WEIGHTS)
        shared = read_crowding(windows(rising), universe(), long, long.clear()).long.shared
        assert shared[: len(heavier)] == heavier, "all of these share the weight they have in the leg"
