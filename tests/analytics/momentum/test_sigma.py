"""What σ rests on: the rule's own history, or today's names held back; dollar- and beta-neutral, and of the hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from deskview.analytics import momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.hours import VarianceClock
from deskview.analytics.momentum import MomentumReading
from deskview.analytics.panel import panel_of
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import CLOSES, NOW, TODAY, Market, market, unpriced, weekdays
from tests.analytics.momentum.test_reading import RULES, reading_of

LOOKBACK = 252
OPENS = datetime(2026, 2, 4, 14, 30, tzinfo=UTC)
Legs = tuple[np.ndarray, np.ndarray]


class ByHand:
    """The rule with loops over closes, as its definition says."""

    def __init__(self, given: Market) -> None:
        wide = given.bars.pivot("ticker", index="session", values="close").sort("session")
        self.index = wide["SPY"].to_numpy()
        self.close = wide.drop("session", "SPY").to_numpy()
        self.days = [*weekdays(len(wide)), TODAY]
        self.returns = self.close[1:] / self.close[:-1] - 1
        self.market = self.index[1:] / self.index[:-1] - 1

    def formations(self) -> list[int]:
        months = range(LOOKBACK, len(self.days))
        return [t for t in months if t == LOOKBACK or self.days[t].month != self.days[t - 1].month]

    def legs(self, t: int, lookback: int = LOOKBACK, skip: int = 21) -> Legs:
        order = np.argsort(self.close[t - skip] / self.close[t - lookback])
        tenth = round(len(order) / 10)
        return order[-tenth:], order[:tenth]

    def ratio(self, t: int) -> float:
        """k of the basket formed for t: slopes of the legs' own returns over the sessions before."""
        rows = slice(max(0, t - 1 - 252), t - 1)
        long, short = (
            np.polyfit(self.market[rows], self.returns[rows][:, leg].mean(axis=1), 1) for leg in self.legs(t)
        )
        return float(long[0] / short[0])

    def spreads(self, *, hedged: bool = False, lookback: int = LOOKBACK, skip: int = 21) -> np.ndarray:
        found = []
        for start, end in pairwise([*self.formations(), len(self.close)]):
            long, short = self.legs(start, lookback, skip)
            k = self.ratio(start) if hedged else 1.0
            rows = self.returns[start - 1 : end - 1]
            found.append(rows[:, long].mean(axis=1) - k * rows[:, short].mean(axis=1))
        return np.concatenate(found)

    def todays(self, k: float = 1.0) -> np.ndarray:
        long, short = self.legs(self.formations()[-1])
        rows = self.returns[-252:]
        spreads: np.ndarray = rows[:, long].mean(axis=1) - k * rows[:, short].mean(axis=1)
        return spreads


@pytest.mark.parametrize(
    ("own", "basis", "n"),
    [(0, "todays-names", 252), (199, "todays-names", 252), (200, "rule", 200), (250, "rule", 250), (252, "rule", 252)],
)
def test_sigma_is_the_rules_from_200_days_of_its_own_history_on(own: int, basis: str, n: int) -> None:
    given = market(names=40, sessions=LOOKBACK + max(own, 21))
    hand, reading = ByHand(given), reading_of(given)
    spreads = hand.spreads()[-252:] if basis == "rule" else hand.todays()
    assert reading.sigma_252_return == pytest.approx(np.std(spreads, ddof=1), rel=1e-9)
    assert reading.return_ is not None and reading.sigma_252_return is not None
    assert reading.sigma == reading.return_ / reading.sigma_252_return
    for part in (reading, reading.beta_neutral, reading.sector_neutral, reading.horizons.intermediate):
        assert (part.sigma_basis, part.sigma_n) == (basis, n)


def test_of_530_sessions_the_last_252_of_the_278_days_count() -> None:
    given = market(names=40, sessions=530)
    hand, reading = ByHand(given), reading_of(given)
    assert len(hand.spreads()) == 278
    assert (reading.sigma_basis, reading.sigma_n) == ("rule", 252)
    assert reading.sigma_252_return == pytest.approx(np.std(hand.spreads()[-252:], ddof=1), rel=1e-9)
    for half, (lookback, skip) in (
        (reading.horizons.intermediate, (252, 126)),
        (reading.horizons.recent, (126, 21)),
    ):
        own = hand.spreads(lookback=lookback, skip=skip)[-252:]
        assert half.sigma_252_return == pytest.approx(np.std(own, ddof=1), rel=1e-9)
        assert half.return_ is not None and half.sigma == half.return_ / half.sigma_252_return  # type: ignore[operator]


@pytest.mark.parametrize("sessions", [300, 530])
def test_beta_neutral_has_the_legs_own_betas_and_its_own_sigma(sessions: int) -> None:
    given = market(names=40, sessions=sessions)
    hand, reading = ByHand(given), reading_of(given)
    neutral, k = reading.beta_neutral, hand.ratio(hand.formations()[-1])
    assert neutral.hedge_ratio == pytest.approx(k, rel=1e-9)
    assert neutral.beta_long is not None and neutral.beta_short is not None
    assert neutral.beta_long / neutral.beta_short == neutral.hedge_ratio != 1
    assert reading.long_return is not None and reading.short_return is not None
    assert neutral.return_ == reading.long_return - neutral.hedge_ratio * reading.short_return
    own = hand.spreads(hedged=True)[-252:] if sessions == 530 else hand.todays(k)
    assert neutral.sigma_252_return == pytest.approx(np.std(own, ddof=1), rel=1e-9)
    assert neutral.sigma == neutral.return_ / neutral.sigma_252_return  # type: ignore[operator]
    assert neutral.hedge_note is None


def test_without_the_benchmark_betas_are_against_the_universe_and_it_says_so() -> None:
    given = market()
    without = reading_of(Market(given.bars.filter(pl.col("ticker") != "SPY"), given.names, given.live)).beta_neutral
    assert without.hedge_note == "no history of SPY: betas against the equal-weighted universe"
    assert without.hedge_ratio == pytest.approx(reading_of(given).beta_neutral.hedge_ratio, rel=0.2)


def test_legs_whose_betas_are_not_above_zero_have_no_beta_neutral_spread() -> None:
    given = market()
    power = pl.when(pl.col("ticker") == "SPY").then(-1.0).otherwise(1.0)
    against = given.bars.with_columns(close=pl.col("close").pow(power))
    reading = reading_of(Market(against, given.names, given.live))
    assert reading.beta_neutral.hedge_ratio is None
    assert reading.beta_neutral.return_ is None
    assert reading.beta_neutral.sigma is None
    assert reading.beta_neutral.hedge_note is not None
    for path in ("return", "sigma", "hedge_ratio", "sigma_252_return"):
        assert reading.missing[f"beta_neutral.{path}"] == reading.beta_neutral.hedge_note
    assert reading.sigma is not None


def at_the_hour(
    now: datetime, clock: VarianceClock | None, missing: str = "", *, traded: bool = True
) -> MomentumReading:
    given = market()
    live = given.live if traded else unpriced(given.live, *given.live["ticker"])
    panel = panel_of(adjusted_history(given.bars, empty(SPLITS), basis=TODAY), before=TODAY)
    model = momentum.prepare(
        panel, given.names, session=TODAY, closes=CLOSES, rules=RULES, clock=clock, clock_missing=missing
    )
    return momentum.read(model, live, now)


CLOCK = VarianceClock(OPENS, CLOSES, np.linspace(1 / 78, 1, 78), 60)


def test_sigma_of_the_hour_is_beside_moves_up_to_now() -> None:
    reading = at_the_hour(OPENS + (CLOSES - OPENS) / 2, CLOCK)
    assert reading.sigma is not None
    assert reading.sigma_of_hour == pytest.approx(reading.sigma / (0.35 + 0.65 / 2) ** 0.5, rel=1e-9)
    closed = at_the_hour(CLOSES + timedelta(hours=2), CLOCK)
    assert closed.sigma_of_hour == closed.sigma


def test_why_there_is_no_sigma_of_the_hour_is_told() -> None:
    for reading, why in (
        (at_the_hour(OPENS - timedelta(minutes=1), CLOCK), "before the open there is no hour to compare with"),
        (at_the_hour(NOW, None, "needs 20 sessions"), "needs 20 sessions"),
        (
            at_the_hour(NOW, None),
            "the index's five-minute bars, which tell how much of a day is behind one, are not here",
        ),
        (at_the_hour(NOW, CLOCK, traded=False), "the sigma of the day is missing"),
    ):
        assert reading.sigma_of_hour is None
        assert reading.missing["sigma_of_hour"] == why
