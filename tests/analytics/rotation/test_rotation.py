"""Groups over the horizons, their members, and the quadrants."""

from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from deskview.analytics import rotation
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.panel import panel_of
from deskview.analytics.rotation import HORIZONS, RotationReading, quadrant
from deskview.analytics.rotation.model import WINDOW, relative_strength
from deskview.market.groups import GROUPS
from deskview.market.schema import HISTORY, NAMES, SPLITS, empty
from tests.analytics.markets import LAST, TODAY, Market, market, not_finite, nulls, unpriced

SPANS = {"1d": 1, "5d": 5, "1m": 21, "3m": 63, "6m": 126, "12m": 252}
MEMBERS = {
    ("Miners", "theme"): ["N003", "N001", "N002", "N010", "N011", "N006"],
    ("Energy", "sector"): ["N001", "N004", "N000", "N006", "N007", "N008"],
    ("Ghosts", "theme"): ["GONE", "LOST"],
    ("Mixed", "theme"): ["N005", "GONE", "N006", "N007", "N008", "N009"],
}


def groups_of(members: dict[tuple[str, str], list[str]]) -> pl.DataFrame:
    rows = [(name, kind, ticker) for (name, kind), tickers in members.items() for ticker in tickers]
    return pl.DataFrame(rows, schema=dict(GROUPS), orient="row")


def model_of(given_: Market, groups: pl.DataFrame | None = None) -> rotation.RotationModel:
    history = adjusted_history(given_.bars, empty(SPLITS), basis=TODAY)
    return rotation.prepare(
        panel_of(history, before=TODAY), groups_of(MEMBERS) if groups is None else groups, given_.names
    )


def reading_of(given_: Market, groups: pl.DataFrame | None = None) -> RotationReading:
    return rotation.read(model_of(given_, groups), given_.live)


def builtins(reading: RotationReading) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(reading)
    return plain


@pytest.fixture(scope="module")
def small() -> Market:
    return market(names=12)


def close_of(given_: Market, ticker: str) -> list[float]:
    return given_.bars.filter(pl.col("ticker") == ticker).sort("session")["close"].to_list()


def test_groups_keep_the_order_of_their_file(small: Market) -> None:
    assert [(group.name, group.kind) for group in reading_of(small).groups] == list(MEMBERS)


def test_returns_are_equal_weighted_means_that_end_at_the_last_close(small: Market) -> None:
    group = reading_of(small).groups[0]
    tickers = MEMBERS["Miners", "theme"]
    assert group.returns["now"] == pytest.approx(np.mean([small.ret(ticker) for ticker in tickers]))
    for horizon, span in SPANS.items():
        closes = [close_of(small, ticker) for ticker in tickers]
        assert group.returns[horizon] == pytest.approx(np.mean([c[-1] / c[-1 - span] - 1 for c in closes]))


def test_relative_is_less_the_benchmark(small: Market) -> None:
    reading = reading_of(small)
    for horizon in HORIZONS:
        plain, index = reading.groups[0].returns[horizon], reading.benchmark_returns[horizon]
        assert plain is not None
        assert index is not None
        assert reading.groups[0].relative[horizon] == pytest.approx(plain - index)


def test_ranks_run_over_all_groups_that_have_a_return(small: Market) -> None:
    reading = reading_of(small)
    for horizon in HORIZONS:
        ranked = [group for group in reading.groups if group.rank[horizon] is not None]
        order = sorted(ranked, key=lambda group: -(group.returns[horizon] or 0))
        assert [group.rank[horizon] for group in order] == [1, 2, 3]
    first = reading.groups[0]
    assert first.rank_change == (first.rank["1d"] or 0) - (first.rank["now"] or 0)


def test_equal_groups_share_the_better_rank(small: Market) -> None:
    tickers = [f"N{number:03}" for number in range(10)]
    twins = groups_of({("A", "theme"): tickers[:5], ("B", "theme"): tickers[:5], ("C", "theme"): tickers[5:]})
    ranks = [group.rank["12m"] for group in rotation.read(model_of(small, twins), small.live).groups]
    assert ranks in ([1, 1, 3], [2, 2, 1])


@pytest.mark.parametrize(
    ("members", "gone", "why"),
    [
        (5, 0, ""),
        (10, 5, ""),
        (12, 7, "5 of 12 members have a price today: under half, not ranked"),
        (12, 8, "4 of 12 members have a price today: too few to rank"),
        (5, 1, "4 of 5 members have a price today: too few to rank"),
        (4, 0, "4 members: too few to rank"),
        (1, 0, "1 member: too few to rank"),
    ],
)
def test_a_group_is_ranked_on_five_of_its_members_and_half_of_them(
    small: Market, members: int, gone: int, why: str
) -> None:
    tickers = [f"N{number:03}" for number in range(12)]
    live = unpriced(small.live, *tickers[:gone])
    model = model_of(small, groups_of({("Some", "theme"): tickers[:members], ("All", "theme"): tickers[2:]}))
    reading = rotation.read(model, live)
    some = reading.groups[0]
    assert some.returns["now"] == pytest.approx(np.mean([small.ret(ticker) for ticker in tickers[gone:members]]))
    assert (some.rank["now"] is None, some.rank_change is None) == (bool(why), bool(why))
    assert reading.missing.get("groups.Some.rank.now", "") == why


def test_the_others_are_ranked_without_those_that_are_not(small: Market) -> None:
    tickers = [f"N{number:03}" for number in range(12)]
    best = small.live.with_columns(ret=pl.when(pl.col("ticker") == "N000").then(0.5).otherwise("ret"))
    three = groups_of({("One", "theme"): ["N000"], ("A", "theme"): tickers[1:6], ("B", "theme"): tickers[6:]})
    ranks = [group.rank["now"] for group in rotation.read(model_of(small, three), best).groups]
    assert ranks[0] is None
    assert set(ranks[1:]) == {1, 2}


def test_every_horizon_is_ranked_on_its_own_members(small: Market) -> None:
    young = [f"N{number:03}" for number in range(5)]
    recent = pl.col("session") > LAST - timedelta(days=60)
    bars = small.bars.filter(~pl.col("ticker").is_in(young) | recent)
    tickers = [f"N{number:03}" for number in range(9)]
    reading = reading_of(Market(bars, small.names, small.live), groups_of({("Young", "theme"): tickers}))
    group = reading.groups[0]
    assert {horizon for horizon, rank in group.rank.items() if rank is None} == {"3m", "6m", "12m"}
    assert reading.missing["groups.Young.rank.12m"] == "4 of 9 members have 253 sessions of history: too few to rank"
    (trail,) = model_of(Market(bars, small.names, small.live), groups_of({("Young", "theme"): tickers})).trails
    assert (trail.members, trail.with_data) == (9, 4)
    assert trail.unranked == "4 of 9 members in the thinnest week: too few to rank"


def test_members_without_data_are_counted_and_named(small: Market) -> None:
    live = unpriced(small.live, "N001")
    young = small.bars.filter((pl.col("ticker") != "N002") | (pl.col("session") > LAST - timedelta(days=60)))
    miners, energy, ghosts, mixed = reading_of(Market(young, small.names, live)).groups
    assert (miners.members, miners.with_data["now"], miners.with_data["1m"], miners.with_data["12m"]) == (6, 5, 6, 5)
    assert (miners.unpriced, miners.dead) == (["N001"], [])
    counted = [small.ret(ticker) for ticker in MEMBERS["Energy", "sector"][1:]]
    assert energy.returns["now"] == pytest.approx(np.mean(counted))
    assert (ghosts.dead, ghosts.returns["now"], ghosts.rank["now"]) == (["GONE", "LOST"], None, None)
    assert (mixed.with_data["now"], mixed.dead) == (5, ["GONE"])


def test_the_members_of_a_group_sum_to_it(small: Market) -> None:
    model = model_of(small)
    table = rotation.members_of(model, small.live, "Miners")
    assert table.schema == pl.Schema(rotation.MEMBERS)
    assert table["contribution"].is_sorted(descending=True)
    assert table["contribution"].sum() == pytest.approx(rotation.read(model, small.live).groups[0].returns["now"])
    assert set(table["ticker"]) == set(MEMBERS["Miners", "theme"])
    assert table.filter(pl.col("ticker") == "N001")["name"].item() == "N001 Inc."
    closes = close_of(small, "N001")
    assert table.filter(pl.col("ticker") == "N001")["5d"].item() == pytest.approx(closes[-1] / closes[-6] - 1)
    absent = rotation.members_of(model, small.live, "Mixed")
    assert absent["ticker"][-1] == "GONE"
    assert absent["now"].to_list() == pytest.approx([small.ret(ticker) for ticker in absent["ticker"][:-1]] + [None])
    assert absent["contribution"][:-1].to_list() == pytest.approx([ret / 5 for ret in absent["now"][:-1]])
    assert absent["contribution"][-1] is None
    with pytest.raises(KeyError):
        rotation.members_of(model, small.live, "No such group")


def test_every_null_has_its_reason_and_no_nan_leaves(small: Market) -> None:
    recent = small.bars.filter(pl.col("session") > LAST - timedelta(days=30))
    for given_ in (
        small,
        Market(recent, small.names, small.live),
        Market(small.bars.filter(pl.col("ticker") != "SPY"), small.names, small.live.filter(pl.col("ticker") != "SPY")),
        Market(small.bars, small.names, small.live.clear()),
        Market(small.bars.clear(), small.names, small.live),
    ):
        plain = builtins(reading_of(given_))
        assert not_finite(plain) == []
        paths = set()
        for path in nulls({key: value for key, value in plain.items() if key != "missing"}):
            steps = path.split(".")
            if steps[0] == "groups":
                steps[1] = plain["groups"][int(steps[1])]["name"]
            paths.add(".".join(steps))
        assert paths == set(plain["missing"])
        assert not_finite(msgspec.to_builtins(list(model_of(given_).trails))) == []


def test_no_groups_and_no_market_are_readings(small: Market) -> None:
    assert reading_of(small).groups
    assert rotation.read(model_of(small, empty(GROUPS)), small.live).groups == []
    bare = rotation.prepare(panel_of(empty(HISTORY)), groups_of(MEMBERS), empty(NAMES))
    assert rotation.read(bare, small.live.clear()).groups[0].returns["now"] is None


def test_row_order_of_the_tables_changes_nothing(small: Market) -> None:
    shuffled = Market(
        *(table.sample(fraction=1.0, shuffle=True, seed=7) for table in (small.bars, small.names, small.live))
    )
    assert reading_of(shuffled) == reading_of(small)
    assert model_of(shuffled).trails == model_of(small).trails


def test_a_group_that_outruns_the_index_ever_faster_leads(small: Market) -> None:
    steps = {"N001": 0.00002, "N002": -0.00002}
    day = pl.col("session").rank("dense").cast(pl.Float64)
    bars = small.bars.with_columns(
        close=pl.when(pl.col("ticker") == "N001")
        .then((steps["N001"] * day**2).exp() * 100)
        .when(pl.col("ticker") == "N002")
        .then((steps["N002"] * day**2).exp() * 100)
        .when(pl.col("ticker") == "SPY")
        .then(100.0)
        .otherwise("close")
    )
    both = groups_of({("Up", "theme"): ["N001"], ("Down", "theme"): ["N002"], ("Ghosts", "theme"): ["GONE"]})
    up, down, ghosts = model_of(Market(bars, small.names, small.live), both).trails
    assert (up.quadrant, down.quadrant, ghosts.quadrant) == ("leading", "lagging", None)
    assert [point.weeks_ago for point in up.points] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert ghosts.points == []
    assert ghosts.missing


def test_strength_is_the_value_over_its_own_mean() -> None:
    series = np.arange(1.0, 15.0)[:, None]
    strength = relative_strength(series)[:, 0]
    assert strength.tolist() == pytest.approx([100 * (k + 12) / np.mean(series[k : k + WINDOW]) for k in range(3)])
    assert relative_strength(series[:5]).shape == (0, 1)


@pytest.mark.parametrize(
    ("strength", "momentum", "name"),
    [(101, 101, "leading"), (101, 99, "weakening"), (99, 99, "lagging"), (99, 101, "improving"), (100, 100, "leading")],
)
def test_quadrants(strength: float, momentum: float, name: str) -> None:
    assert quadrant(strength, momentum) == name


def test_members_that_contribute_alike_stand_in_the_order_of_the_alphabet(small: Market) -> None:
    alike = small.live.with_columns(ret=pl.lit(-0.01))
    tickers = [f"N{number:03}" for number in range(12)]
    model = model_of(small, groups_of({("All", "theme"): np.random.default_rng(2).permutation(tickers).tolist()}))
    assert rotation.members_of(model, alike, "All").get_column("ticker").to_list() == tickers
