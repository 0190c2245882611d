"""The sample stands for all stocks, whatever the seed; names leave and enter rarely."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.flow import FRAME, FUNDS, SAMPLE, choose_sample, sample_of
from deskview.analytics.flow.sample import inclusion


def market(stocks: int = 600, spread: float = 1.6) -> pl.DataFrame:
    """Stocks of very unequal size in eleven sectors; a tenth in either leg."""
    luck = np.random.default_rng(16)
    return pl.DataFrame(
        {
            "ticker": [f"N{number:04}" for number in range(stocks)],
            "sector": luck.choice([f"Sector {number}" for number in range(11)], stocks),
            "leg": luck.choice(["long", "short", ""], stocks, p=[0.1, 0.1, 0.8]),
            "dollar_volume_usd": np.exp(luck.normal(17, spread, stocks)),
        },
        schema=FRAME,
    )


def small(**dollars: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"ticker": list(dollars), "sector": "Energy", "leg": "", "dollar_volume_usd": list(dollars.values())},
        schema=FRAME,
    )


def draw(frame: pl.DataFrame, count: int = 50, seed: int = 1, kept: tuple[str, ...] = ()) -> pl.DataFrame:
    return choose_sample(frame, count=count, calls=200, seed=seed, kept=kept)


def names(sample: pl.DataFrame) -> tuple[str, ...]:
    return tuple(sample.get_column("ticker"))


def test_sums_over_the_sample_meet_those_over_all_stocks_on_average() -> None:
    frame = market()
    luck = np.random.default_rng(5)
    values = frame.select(
        "ticker",
        bought=pl.col("dollar_volume_usd") * pl.Series(luck.lognormal(0, 0.4, frame.height)),
        of_long=pl.when(pl.col("leg") == "long").then("dollar_volume_usd").otherwise(0.0),
        root=pl.col("dollar_volume_usd") ** 0.8,
    )
    truth = values.drop("ticker").sum().to_numpy()[0]
    estimates = np.array(
        [
            draw(frame, seed=seed).join(values, "ticker").select(pl.col(values.columns[1:]) * pl.col("weight")).sum()
            for seed in range(1000)
        ]
    )[:, 0]
    assert estimates.mean(axis=0) / truth == pytest.approx(np.ones(3), abs=0.01)
    assert (estimates[:, 0] / truth[0]).std() > 0.02, "the draw must differ from seed to seed"


def test_names_are_drawn_as_often_as_their_weight_says() -> None:
    frame = market(60)
    drawn = pl.concat([draw(frame, 12, seed).select("ticker", "weight") for seed in range(2000)])
    rates = drawn.group_by("ticker").agg(rate=pl.len() / 2000, chance=(1 / pl.col("weight")).first())
    often = rates.filter(pl.col("chance") > 0.02)
    assert often.get_column("rate").to_numpy() == pytest.approx(often.get_column("chance").to_numpy(), abs=0.035)


def test_the_largest_are_certain_and_stand_for_themselves() -> None:
    sample = draw(small(BIG=900, NEXT=400, **{f"S{i}": 10 for i in range(50)}), count=6)
    certain = sample.filter("certain")
    assert names(certain) == ("BIG", "NEXT")
    assert certain.get_column("weight").to_list() == [1, 1]
    drawn = sample.filter(~pl.col("certain"))
    assert drawn.height == 4
    assert drawn.get_column("weight").to_list() == pytest.approx([12.5] * 4)


def test_a_name_that_becomes_certain_may_make_others_so() -> None:
    # With 3 places AAA is certain at once; of the two places left BBB then deserves 2 * 40 / 70.
    assert inclusion(np.array([100.0, 40, 10, 10, 10]), 3) == pytest.approx([1, 1, 1 / 3, 1 / 3, 1 / 3])


def test_every_leg_that_trades_has_names() -> None:
    for seed in range(20):
        assert set(draw(market(), seed=seed).get_column("leg")) == {"long", "short", ""}
    tiny = pl.concat([small(**{f"S{i}": 1e9 for i in range(40)}), small(L=1, M=2).with_columns(leg=pl.lit("long"))])
    assert set(draw(tiny, 10).get_column("leg")) == {"", "long"}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20, 50, 199, 200])
def test_so_many_names_as_asked_for(count: int) -> None:
    sample = draw(market(200), count)
    assert sample.schema == dict(SAMPLE)
    assert sample.height == sample.get_column("ticker").n_unique() == count
    assert sample.get_column("weight").min() >= 1  # type: ignore[operator]
    dollars = sample.join(market(200), "ticker", "left", maintain_order="left").get_column("dollar_volume_usd")
    assert dollars.is_sorted(descending=True)


def test_fewer_stocks_than_asked_for_are_all_in() -> None:
    sample = draw(small(A=1, B=3, C=0, D=2), count=50)
    assert names(sample) == ("B", "D", "A")
    assert sample.get_column("certain").all()
    assert sample.get_column("weight").to_list() == [1, 1, 1]
    assert draw(small(), count=50).is_empty()


def test_names_leave_and_enter_rarely() -> None:
    frame, luck = market(3000), np.random.default_rng(2)
    wander, entered, kept = np.zeros(frame.height), 0, names(draw(frame))
    for _ in range(60):
        wander = 0.95 * wander + luck.normal(0, 0.03, frame.height)
        moved = frame.with_columns(pl.col("dollar_volume_usd") * pl.Series(np.exp(wander)))
        now = names(draw(moved, kept=kept))
        entered, kept = entered + len(set(now) - set(kept)), now
    assert entered <= 12, "at most one name a week"
    tripled = frame.with_columns(pl.col("dollar_volume_usd") * pl.Series(luck.choice([1 / 3, 3], frame.height)))
    assert set(names(draw(tripled, kept=kept))) != set(kept), "they do leave"


def test_rows_in_another_order_draw_the_same_names() -> None:
    frame = market()
    assert_frame_equal(draw(frame), draw(frame.sample(fraction=1, shuffle=True, seed=3)))
    equal = small(**{f"S{i}": 10 for i in range(30)})
    assert_frame_equal(draw(equal, 5), draw(equal.reverse(), 5))


def test_windows_are_shared_by_the_dollars_a_name_stands_for() -> None:
    frame = market()
    sample = draw(frame).join(frame.select("ticker", "dollar_volume_usd"), "ticker", maintain_order="left")
    windows = sample.get_column("windows").to_numpy()
    stake = (sample.get_column("weight") * sample.get_column("dollar_volume_usd")).to_numpy()
    assert windows.sum() == 200
    assert windows.min() >= 1
    several = windows > 1
    assert np.abs(windows - stake * 200 / stake.sum())[several].max() < 1.1
    assert choose_sample(frame, count=50, calls=20, seed=1).get_column("windows").to_list() == [1] * 50


@pytest.mark.parametrize(
    ("column", "value"),
    [("dollar_volume_usd", None), ("dollar_volume_usd", float("nan")), ("dollar_volume_usd", -1.0), ("leg", None)],
)
def test_a_row_that_cannot_be_right_is_refused_by_name(column: str, value: object) -> None:
    bad = small(GOOD=2, BAD=1).with_columns(
        pl.when(pl.col("ticker") == "BAD").then(pl.lit(value, FRAME[column])).otherwise(column).alias(column)
    )
    with pytest.raises(ValueError, match="BAD, 1 in all"):
        draw(bad)
    with pytest.raises(ValueError, match="more than one row: TWICE"):
        draw(pl.concat([small(TWICE=1), small(TWICE=1)]))


def test_an_own_list_stands_for_itself_in_its_order() -> None:
    sample = sample_of(small(A=90, B=10, C=1), ["B", "GONE", "A", "B"], calls=20)
    assert names(sample) == ("B", "GONE", "A")
    assert sample.get_column("windows").to_list() == [2, 2, 16]
    assert sample.get_column("weight").to_list() == [1, 1, 1]
    assert sample.get_column("certain").all()
    assert sample.get_column("sector").to_list() == ["Energy", None, "Energy"]
    assert sample_of(small(), ["X"], calls=4).get_column("windows").to_list() == [4]
    assert sample_of(small(A=1), [], calls=4).schema == dict(SAMPLE)


def test_funds_have_at_least_a_window_each() -> None:
    sample = sample_of(small(SPY=30e9, QQQ=20e9, ARKK=1e8), FUNDS, calls=20, kind="fund")
    assert (sample.height, sample.get_column("windows").sum()) == (12, 20)
    assert sample.get_column("windows").min() == 1
    assert set(sample.get_column("kind")) == {"fund"}
