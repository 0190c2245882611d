"""Retail favourites: who they are, how far they are the legs' names, and when there are too few to say."""

from datetime import date

import polars as pl
import pytest

from deskview.analytics import momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.favourites import LEAST, Crowding, crowding_of, read_crowding, retail_shares
from deskview.analytics.flow import FLOW_SAMPLES
from deskview.analytics.panel import panel_of
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import TODAY, market

SESSION = date(2026, 2, 3)
NAMES = [f"N{number:03}" for number in range(200)]
LEG = [{"ticker": name, "weight": 0.05} for name in NAMES[:20]]
OTHER = [{"ticker": name, "weight": 0.05} for name in NAMES[-20:]]
WEIGHTS = {"ticker": pl.String, "weight": pl.Float64}


def samples(shares: dict[str, float], prints: int = 200) -> pl.DataFrame:
    rows = [
        {
            "ticker": name,
            "session": SESSION,
            "retail_buy_usd": 60 * share,
            "retail_sell_usd": 40 * share,
            "other_buy_usd": 50 * (1 - share),
            "other_sell_usd": 50 * (1 - share),
            "prints": prints,
            "names": 1,
        }
        for name, share in shares.items()
    ]
    return pl.DataFrame(rows, schema=dict(FLOW_SAMPLES))


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
    return read_crowding(samples(shares), universe(names), long, short)


def test_the_share_is_retail_of_all_signed_dollars_over_all_sessions() -> None:
    twice = pl.concat([samples({"A": 0.2}), samples({"A": 0.4, "B": 0.1})])
    assert dict(retail_shares(twice).iter_rows()) == pytest.approx({"A": 0.3, "B": 0.1})


def test_a_window_of_a_few_prints_makes_no_favourite() -> None:
    both = pl.concat([samples({"A": 0.1}), samples({"B": 1.0}, prints=3)])
    assert retail_shares(both).get_column("ticker").to_list() == ["A"]


def test_favourites_that_are_the_leg_are_crowded_and_those_that_are_not_are_not() -> None:
    reading = read({name: 0.9 if number < 20 else 0.1 + number / 10_000 for number, name in enumerate(NAMES)})
    assert {row.ticker for row in reading.favourites} == set(NAMES[:20])
    assert {row.leg for row in reading.favourites} == {"long"}
    assert reading.long.common == reading.long.sampled == reading.long.leg == 20
    assert reading.long.weighted_jaccard == pytest.approx(1.0)
    assert reading.long.cosine == pytest.approx(1.0)
    assert reading.long.percentile == 100.0
    assert reading.short.common == 0
    assert reading.short.weighted_jaccard == 0.0
    assert reading.missing == {}


def test_favourites_by_chance_are_not_abnormal() -> None:
    spread = {name: 0.1 + (number * 37 % 200) / 1000 for number, name in enumerate(NAMES)}
    reading = read(spread)
    assert reading.long.percentile is not None
    assert 0 < reading.long.percentile < 95
    assert reading.spearman is not None
    assert abs(reading.spearman) < 0.2


def test_only_sampled_names_take_part() -> None:
    reading = read({name: 0.1 + number / 1000 for number, name in enumerate(NAMES) if number % 2})
    assert (reading.names, reading.universe, reading.sessions, reading.through) == (100, 200, 1, SESSION)
    assert (reading.long.leg, reading.long.sampled) == (20, 10)
    assert len(reading.favourites) == 10


def test_too_few_samples_say_so_instead_of_a_figure() -> None:
    reading = read(dict.fromkeys(NAMES[: LEAST - 1], 0.2))
    assert reading.favourites == []
    assert reading.spearman is reading.long.weighted_jaccard is reading.short.percentile is None
    assert f"{LEAST - 1} names have a sample" in reading.missing["long.percentile"]
    assert {"spearman", "short.cosine", "long.expected"} <= set(reading.missing)


def test_no_sample_at_all() -> None:
    reading = read({})
    assert (reading.names, reading.through) == (0, None)
    assert "through" in reading.missing


def test_the_same_samples_in_any_order_give_the_same_reading() -> None:
    shares = {name: 0.1 + (number * 37 % 200) / 1000 for number, name in enumerate(NAMES)}
    assert read(shares) == read(dict(reversed(shares.items())))


def test_the_legs_in_force_are_compared_with_the_samples_of_their_universe() -> None:
    small = market(names=120)
    history = adjusted_history(small.bars, empty(SPLITS), basis=TODAY)
    rules = momentum.MomentumRules(volume_floor_usd=0.0, cap=0.3, rebalance="daily")
    model = momentum.prepare(panel_of(history, before=TODAY), small.names, session=TODAY, rules=rules)
    assert model.raw is not None
    wide = history.pivot("ticker", index="session", values="close").sort("session").drop("session", "SPY")
    prior = {name: wide[name][-21] / wide[name][-252] - 1 for name in wide.columns}
    retail = {name: 0.05 + 0.007 * place for place, name in enumerate(sorted(prior, key=prior.__getitem__))}
    found = crowding_of(samples(retail), model, small.names, history)
    assert found is not None
    assert (found.universe, found.names) == (120, 120)
    assert found.spearman == pytest.approx(1.0)
    assert {one.ticker for one in found.favourites} == {name.ticker for name in model.raw.long}
    assert (found.long.common, found.short.common) == (12, 0)


def test_without_a_basket_there_is_nothing_to_compare() -> None:
    small = market(names=20, sessions=100)
    history = adjusted_history(small.bars, empty(SPLITS), basis=TODAY)
    model = momentum.prepare(panel_of(history, before=TODAY), small.names, session=TODAY)
    assert crowding_of(samples({"N001": 0.5}), model, small.names, history) is None


def test_names_alike_stand_in_the_order_of_the_alphabet() -> None:
    """Of equal retail share, and of equal weight in favourites and leg; the larger before the smaller."""
    high = dict.fromkeys(NAMES[1:20:2], 0.6) | dict.fromkeys(NAMES[20::2], 0.4)
    some = {name: high.get(name, 0.5 if number < 20 else 0.3) for number, name in enumerate(NAMES)}
    expected = [name for share in (0.6, 0.5, 0.4, 0.3) for name in NAMES if some[name] == share]
    assert retail_shares(samples(some)).get_column("ticker").to_list() == expected
    assert [row.ticker for row in read(some).favourites] == expected[:20]
    rising = {name: 0.6 + 0.01 * number if number < 20 else 0.1 for number, name in enumerate(NAMES)}
    whole = sum(rising[name] for name in NAMES[:20])
    heavier = [name for name in NAMES[:20] if rising[name] / whole > 0.05]
    for leg in (LEG, LEG[::-1]):
        long = pl.DataFrame(leg, schema=WEIGHTS)
        shared = read_crowding(samples(rising), universe(), long, long.clear()).long.shared
        assert shared[: len(heavier)] == heavier, "all of these share the weight they have in the leg"
