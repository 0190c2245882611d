"""A snapshot of the whole market against the last good one of its session, table by table and name by name.

The market itself loses no name and no price within a session: a halted name keeps its last one. So what is gone is a
fault of the wire, whatever the market does. Moves are held against what trading allows: single stocks may not trade
beyond 10 % (20 % under 3 USD; twice that in the last minutes) of their mean of five minutes without a halt of five
minutes (LULD plan, 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from deskview.analytics.gate.names import LATELY, MOVE, Kept, keep, no_suspects
from deskview.analytics.gate.verdict import TAKEN, Action, Verdict
from deskview.analytics.live import AHEAD, PriceBasis
from deskview.market.schema import UTC_NS
from deskview.market.sessions import NEW_YORK

LEAST_NAMES = 200
"""Of fewer names a share says little: a market of the first minutes, or one of a few names."""
PRESENT = 0.95
"""Of the names, and of the prices, that were there so many must be there again; fewer are told by name alone."""
UNFIT = 0.05
"""Where more of the rows do not fit their form has changed."""
FAR_SHARE, FAR_LEAST = 0.01, 20
"""Where more than this share and number of names seem to stand beyond MOVE, it is the table."""
WIDE_MOVE, WIDE = 0.10, 0.10
"""Nor do so many so far at once; with each minute between the two snapshots WIDER more of them."""
WIDER, WIDEST = 0.04, 0.60
MIDDLE_MOVE, MIDDLE_MORE, MIDDLE_MOST = 0.03, 0.01, 0.15
"""The middle of all names moves no further at once, with each minute by so much more: the steepest five minutes of
2025-04-09 were 5 % of the index."""
KEPT = timedelta(minutes=10)
"""Older figures than these are worth less than new ones in doubt."""
SETTLED = timedelta(minutes=30)
"""What has come alike for so long is the market, whatever there was before."""
FAR, FAR_DOWN, FAR_UP = 0.30, 1 / 3, 0.05
"""From the close before: on 1987-10-19, the worst day there was, one name in five had fallen so far; on the best days
hardly one in a hundred has risen so far."""
LOWEST, HIGHEST = -0.28, 0.155
"""Nor was the middle of all names ever so far down (1987-10-19: -22.6 % of the index) or up (1933-03-15: +15.3 %)."""
ALONE, ALONE_MORE = 0.05, 0.5
"""The index's fund stands no further from the middle of all names, and on a wild day by half of that move more."""
UNMOVED = 1 / 3
"""Even on a dull day one price in ten, of bonds and bills, is the one before."""
TIMELESS = 1 / 3
"""A day's price comes before its time where a name has just opened, which few do at once."""
LISTED_AFTER = timedelta(minutes=30)
"""Of the names of the last session all are expected in the snapshot so long after the open."""
PRICED_AFTER, PRICED_LEAST = timedelta(hours=2), 0.6
"""So long after the open, late openings of 1987 over, most of them have traded, thin as they may be."""
EVENING = timedelta(hours=4)
"""After the close: from then until the next session the vendor clears the snapshot, and little trades."""


@dataclass(frozen=True)
class Seen:
    """`live` (LIVE) is what is shown, of the moment `at`; `good` is what was last taken without a doubt, at `good_at`.

    Where the `verdict` is to set a snapshot aside `live` is still the one before. `begins` tells the session,
    `suspects` are SUSPECTS, `kept` the names whose price is not of this snapshot; `troubled_since` is when what came
    no longer fitted the good one, `steady_since` when what is shown in doubt began to come alike.
    """

    live: pl.DataFrame
    at: datetime
    good: pl.DataFrame
    good_at: datetime
    begins: datetime
    verdict: Verdict = TAKEN
    suspects: pl.DataFrame = field(default_factory=no_suspects)
    kept: tuple[str, ...] = ()
    troubled_since: datetime | None = None
    steady_since: datetime | None = None

    @property
    def odd(self) -> tuple[str, ...]:
        """The names whose price is not of this snapshot, or has moved further than trading allows."""
        jumped = self.suspects.filter("jumped").get_column("ticker")
        return (*self.kept, *jumped)


def judge(
    arrived: pl.DataFrame,
    at: datetime,
    prices: PriceBasis,
    before: Seen | None,
    *,
    left_out: int = 0,
    old_trades: int = 0,
    benchmark: str = "",
) -> Seen:
    """What becomes of LIVE that arrived, of the market's moment `at`; `benchmark` is the index's fund.

    `left_out` of its rows did not fit, of `old_trades` the last trade is older than their own bars. `before` is what
    was seen so far, None on a cold start; of another session, or a clock that has gone back since, it does not count.
    """
    alone, timeless, unmoved = _alone(arrived, benchmark), _timeless(arrived), _unmoved(arrived, at, prices)
    problems = _problems(arrived, at, prices, left_out, (alone, timeless, unmoved))
    own = (*problems, _old(arrived, old_trades, UNFIT))
    if before is None or not _is_reference(before, at, prices):
        return _fresh(arrived, at, prices, own)
    faults = (
        *_compared(arrived, at, prices, before),
        timeless,
        unmoved,
        alone,
        _old(arrived, old_trades, TIMELESS),
    )
    problem = _first_of(faults, Action.SET_ASIDE)
    if problem == TAKEN:
        both = _beside(arrived, before)
        same_phase = _phase(at, prices) == _phase(before.good_at, prices)
        judged = _in_session(at, prices) and _phase(at, prices) > 0
        kept = keep(arrived, both, at, prices, before.good, same_phase=same_phase) if judged else Kept(arrived)
        doubted = _first_of(own, Action.DOUBTED)
        return Seen(kept.live, at, kept.live, at, prices.begins, doubted, kept.suspects, kept.kept)
    before = replace(before, troubled_since=before.troubled_since or at)
    if at - before.good_at <= KEPT:
        shown = f"{problem.sentence}; figures are of {_clock(_newest(before))}"
        return replace(before, verdict=Verdict(Action.SET_ASIDE, shown))
    steady_since = _steady_since(arrived, at, prices, before)
    if at - steady_since >= SETTLED and not any(own):
        return _fresh(arrived, at, prices, ())
    doubted = Verdict(Action.DOUBTED, f"{problem.sentence} at {_clock(before.good_at)}")
    return replace(before, live=arrived, at=at, verdict=doubted, steady_since=steady_since, kept=())


def _fresh(arrived: pl.DataFrame, at: datetime, prices: PriceBasis, own: Sequence[str]) -> Seen:
    """What comes without anything to hold it against."""
    return Seen(arrived, at, arrived, at, prices.begins, _first_of(own, Action.DOUBTED))


def _is_reference(before: Seen, at: datetime, prices: PriceBasis) -> bool:
    """Whether there is a good snapshot of this session to hold another against."""
    doubted = before.verdict.action is Action.DOUBTED and before.good is before.live
    return before.begins == prices.begins and at >= before.good_at - AHEAD and not doubted


def _steady_since(arrived: pl.DataFrame, at: datetime, prices: PriceBasis, before: Seen) -> datetime:
    """Since when what is shown in doubt comes alike: what arrived fits the snapshot that was shown before it."""
    if before.verdict.action is not Action.DOUBTED or before.steady_since is None:
        return at
    last = replace(before, good=before.live, good_at=before.at, troubled_since=None)
    return at if any(_compared(arrived, at, prices, last)) else before.steady_since


def _compared(arrived: pl.DataFrame, at: datetime, prices: PriceBasis, before: Seen) -> tuple[str, ...]:
    """What is lost and what has moved since the last good snapshot."""
    both = _beside(arrived, before)
    return (*_losses(both, at, prices, before), *_moves(both, at, prices, before))


def _first_of(sentences: Sequence[str], action: Action) -> Verdict:
    return next((Verdict(action, sentence) for sentence in sentences if sentence), TAKEN)


def _newest(before: Seen) -> datetime:
    """When what is shown was true: no later than the moment it is of."""
    newest = before.live.get_column("price_time").max()
    return min(newest, before.at) if isinstance(newest, datetime) else before.at


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%H:%M:%S}"


def _in_session(at: datetime, prices: PriceBasis) -> bool:
    return at < prices.bell + EVENING


def _phase(at: datetime, prices: PriceBasis) -> int:
    """0 before the open, 1 in regular trading, 2 after the close: prices mean another thing in each."""
    return (at >= prices.opens) + (at >= prices.bell)


def _beside(arrived: pl.DataFrame, before: Seen) -> pl.DataFrame:
    """The good rows with what came of them: (ticker, good, good_time, price, price_time, here) and SUSPECTS."""
    now = arrived.select("ticker", "price", "price_time", here=pl.lit(value=True))
    both = before.good.select("ticker", good="price", good_time="price_time").join(now, on="ticker", how="left")
    return both.join(before.suspects, on="ticker", how="left")


def _losses(both: pl.DataFrame, at: datetime, prices: PriceBasis, before: Seen) -> tuple[str, ...]:
    """Names, and prices, that were there and are not."""
    if both.height < LEAST_NAMES or not _in_session(at, prices):
        return ()
    priced = pl.col("good").is_not_null()
    here, had, have = both.select(
        pl.col("here").count(), had=priced.sum(), have=(priced & pl.col("price").is_not_null()).sum()
    ).row(0)
    names = f"{here:,} of {both.height:,} names came" if here < PRESENT * both.height else ""
    same_phase = _phase(at, prices) == _phase(before.good_at, prices)
    lost = same_phase and had >= LEAST_NAMES and have < PRESENT * had
    return names, f"{have:,} of {had:,} names came with a price" if lost else ""


def _comparable(prices: PriceBasis, before: Seen) -> pl.Expr:
    """Names whose two prices may be held against each other: official closes, else prices of the minutes before."""
    both = pl.col("good").is_not_null() & pl.col("price").is_not_null()
    if _phase(before.good_at, prices) == 2:
        return both
    return both & (pl.col("good_time") >= pl.lit(before.good_at - LATELY).cast(UTC_NS))


def _moves(both: pl.DataFrame, at: datetime, prices: PriceBasis, before: Seen) -> tuple[str, ...]:
    """So many prices elsewhere that it is the table and not the market.

    More may be after a longer time without a snapshot; one that does not fit is none the better for coming again.
    """
    move = pl.when(_comparable(prices, before)).then(pl.col("price") / pl.col("good") - 1)
    compared, middle, far, wide = both.select(
        move.count().alias("compared"),
        move.median().alias("middle"),
        (move.abs() > MOVE).sum().alias("far"),
        (move.abs() > WIDE_MOVE).sum().alias("wide"),
    ).row(0)
    if not compared:
        return ()
    closed = _phase(before.good_at, prices) == 2
    minutes, gap = (
        0.0 if closed else max((moment - before.good_at).total_seconds() / 60, 0.0)
        for moment in (at, before.troubled_since or at)
    )
    is_far = far >= FAR_LEAST and far > min(FAR_SHARE * (1 + gap / 5), WIDEST / 3) * compared
    enough = compared >= LEAST_NAMES
    is_wide = enough and wide > min(WIDE + WIDER * gap, WIDEST) * compared
    is_shifted = enough and abs(middle) > min(MIDDLE_MOVE + MIDDLE_MORE * minutes, MIDDLE_MOST)
    stand, then = f"of {compared:,} prices stand more than", f"from those of {_clock(before.good_at)}"
    return (
        f"{far:,} {stand} {MOVE:.0%} {then}" if is_far else "",
        f"{wide:,} {stand} {WIDE_MOVE:.0%} {then}" if is_wide else "",
        f"the middle of {compared:,} prices stands {middle:+.1%} {then}" if is_shifted else "",
    )


def _problems(
    arrived: pl.DataFrame, at: datetime, prices: PriceBasis, left_out: int, others: Sequence[str]
) -> tuple[str, ...]:
    """What a snapshot shows by itself: rows unfit, names of the last session gone, prices far from the last closes, and
    within the session the `others`."""
    rows = arrived.height + left_out
    unfit = f"{left_out:,} of {rows:,} rows did not fit" if rows >= LEAST_NAMES and left_out > UNFIT * rows else ""
    expected = prices.closes.filter(pl.col("stored_close").is_not_null()).select("ticker")
    if expected.height < LEAST_NAMES or not _in_session(at, prices):
        return (unfit,)
    return (unfit, *_missing(arrived, expected, at, prices), _far(arrived), *others)


def _missing(arrived: pl.DataFrame, expected: pl.DataFrame, at: datetime, prices: PriceBasis) -> tuple[str, ...]:
    """Names of the last session that are not listed, and, once all should have traded, those without a price."""
    if at < prices.opens + LISTED_AFTER:
        return ()
    here = arrived.select("ticker", "price").join(expected, on="ticker", how="semi")
    priced, of = here.get_column("price").count(), f"of the {expected.height:,} names of the last session"
    few = at >= prices.opens + PRICED_AFTER and priced < PRICED_LEAST * expected.height
    return (
        f"{here.height:,} {of} came" if here.height < PRESENT * expected.height else "",
        f"{priced:,} {of} have a price" if few else "",
    )


def _far(arrived: pl.DataFrame) -> str:
    """Too many names, or the middle of them, too far from the close before."""
    move = pl.when(pl.col("prev_close") > 0).then(pl.col("price") / pl.col("prev_close") - 1)
    known, middle, down, up = arrived.select(
        move.count().alias("known"),
        move.median().alias("middle"),
        (move < -FAR).sum().alias("down"),
        (move > FAR).sum().alias("up"),
    ).row(0)
    if known < LEAST_NAMES:
        return ""
    if down > FAR_DOWN * known or up > FAR_UP * known:
        return f"{max(down, up):,} of {known:,} prices stand more than {FAR:.0%} from the close before"
    if not LOWEST <= middle <= HIGHEST:
        return f"the middle of {known:,} prices stands {middle:+.1%} from the close before"
    return ""


def _alone(arrived: pl.DataFrame, benchmark: str) -> str:
    """The index's fund stands where the market does not."""
    ret = arrived.get_column("ret")
    if ret.count() < LEAST_NAMES:
        return ""
    own = arrived.filter(pl.col("ticker") == benchmark).get_column("ret").to_list()
    middle = ret.median()
    if not own or own[0] is None or not isinstance(middle, float):
        return ""
    if abs(own[0] - middle) <= ALONE + ALONE_MORE * abs(middle):
        return ""
    return f"{benchmark} stands at {own[0]:+.1%}, the middle of {ret.count():,} names at {middle:+.1%}"


def _timeless(arrived: pl.DataFrame) -> str:
    """Too many prices whose time is none, or ahead of the clock."""
    priced = arrived.filter(pl.col("price").is_not_null()).get_column("price_time")
    if priced.len() < LEAST_NAMES or priced.null_count() <= TIMELESS * priced.len():
        return ""
    return f"{priced.null_count():,} of {priced.len():,} prices bear no time, or one ahead of the clock"


def _unmoved(arrived: pl.DataFrame, at: datetime, prices: PriceBasis) -> str:
    """Too many prices that are just the close before, once the market is open: the vendor's day has not begun."""
    priced = arrived.filter(pl.col("price").is_not_null() & pl.col("prev_close").is_not_null())
    if at < prices.opens or priced.height < LEAST_NAMES:
        return ""
    same = priced.filter(pl.col("price") == pl.col("prev_close")).height
    return f"{same:,} of {priced.height:,} prices are just the close before" if same > UNMOVED * priced.height else ""


def _old(arrived: pl.DataFrame, count: int, most: float) -> str:
    """More than the share `most` of last trades of another day, in names that have traded today."""
    priced = arrived.get_column("price").count()
    if priced < LEAST_NAMES or count <= most * priced:
        return ""
    return f"{count:,} of {priced:,} last trades are of another day"
