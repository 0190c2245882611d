"""The daily tables held against the stored ones, bars against the sessions beside them, and one name's details against
its own before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import polars as pl

from deskview.analytics.gate.verdict import TAKEN, Action, Verdict

GONE_SHARE = 0.05
"""A listing of eleven thousand names comes in pages of a thousand types of all kinds: a lost one is eight per cent, a
week's delistings are a few per mille."""
GONE_A_YEAR = 0.15
"""So much more may be gone of a table stored a year ago: about seven per cent of the names are delisted in a year, and
as many change their ticker."""
CHANGED_SHARE = 0.05
"""Single rows are corrected; a table in which more has changed is another one."""
UNFIT_SHARE = 0.1
"""In the tables of which each row should fit. Of splits and dividends many come twice or in another currency, of the
delisted many without a date: nothing is lost by those."""
OLD_DAYS = 30.0
"""A table that was refused so long is what the provider has now; the stored one is further off than it."""
JUDGED_ROWS = 20
"""Shares of fewer rows say nothing."""
GONE_ROWS = 2
"""One row of a small table may go: a split that was announced and is not done."""
FEWEST: Mapping[str, int] = {"tickers": 1_000, "conditions": 20}
"""With nothing stored: New York lists eleven thousand names, its tape knows some eighty conditions."""
LISTED_SHARE = 0.6
"""Of the names in a session's bars about nine in ten are in the listing, the others are of types it leaves out."""

FEW_SHARE = 0.7
"""Names with a bar beside the sessions around: on half days and at the year's turn a few per cent less trade."""
BESIDE = 10
"""Sessions to each side the number of names is held against: it grows over the years."""
FALLEN, RISEN = 0.6, 1.6
"""A close is beyond the plausible where it is below or above so many times the one before."""
MOVED_SHARE = 0.2
"""On 1987-10-19, the worst day there was, an index fell by a fifth, and about one name in twenty by 40 %."""
SAME_SHARE = 0.5
"""Closes and volumes are the same two days in a row in hardly one name of a hundred, and those don't trade."""

TIMES = 3.0
"""Shares and value of a company or fund triple from one reading to the next by a split alone."""
SMALL_SHARES, SMALL_CAP_USD = 1e6, 3e8
"""Below these they do: a new fund is created by the ten thousand, a small company triples on one piece of news."""


@dataclass(frozen=True)
class _Kind:
    """How a table is held against the one before: its name in a sentence, what its rows are, what each is known by, the
    column that dates it, and how much of it may be unfit; `changed` holds where a row is no longer the same, the stored
    one's columns ending in `_stored`."""

    title: str
    rows: str
    key: tuple[str, ...]
    changed: pl.Expr
    day: str = ""
    unfit: float = 1.0


def _times(now: pl.Expr, before: pl.Expr, times: float = TIMES) -> pl.Expr:
    return (now > before * times) | (now * times < before)


def _lost(column: str) -> pl.Expr:
    return pl.col(column).is_null() & pl.col(f"{column}_stored").is_not_null()


_CLOSE = _times(pl.col("close"), pl.col("close_stored"), 1.5)
_RATIO = _times(pl.col("split_to") * pl.col("split_from_stored"), pl.col("split_from") * pl.col("split_to_stored"))
_OTHER = pl.col("type").ne_missing(pl.col("type_stored")) | _lost("cik") | _lost("figi")
KINDS: Mapping[str, _Kind] = {
    "tickers": _Kind("The listing", "names", ("ticker",), _OTHER, unfit=UNFIT_SHARE),
    "delisted": _Kind("The listing of the delisted", "names", ("ticker", "delisted"), _OTHER, "delisted"),
    "splits": _Kind("The table of splits", "rows", ("ticker", "execution_date"), _RATIO, "execution_date"),
    "dividends": _Kind(
        "The table of dividends",
        "rows",
        ("ticker", "ex_date"),
        _times(pl.col("cash_usd"), pl.col("cash_usd_stored")),
        "ex_date",
    ),
    "conditions": _Kind("The table of conditions", "codes", ("id",), _lost("updates_open_close"), unfit=UNFIT_SHARE),
    "index-days": _Kind("The index's own past", "sessions", ("session",), _CLOSE, "session", UNFIT_SHARE),
    "index-minutes": _Kind("The index's five-minute bars", "bars", ("start",), _CLOSE, "start", UNFIT_SHARE),
}
"""By the name in the store."""


def against_stored(
    name: str,
    came: pl.DataFrame,
    stored: pl.DataFrame | None,
    *,
    left_out: int = 0,
    since: date | None = None,
    age_days: float = 0.0,
) -> Verdict:
    """What becomes of a table of KINDS that has rows.

    `left_out` counts its unfit rows, `since` is the first day asked for: stored rows before it need not come again.
    `age_days`: days since the other one was stored.
    """
    kind = KINDS[name]
    held = stored if stored is None or since is None or not kind.day else stored.filter(pl.col(kind.day) >= since)
    known = held is not None and not held.is_empty()
    fault = _unfit(kind, came.height, left_out)
    if held is not None and known:
        fault = fault or _gone(kind, came, held, age_days) or _changed(kind, came, held)
    elif came.height < FEWEST.get(name, 0):
        fault = fault or f"{kind.title} came with {came.height:,} {kind.rows} alone"
    if not fault:
        return TAKEN
    if known and age_days <= OLD_DAYS:
        return Verdict(Action.SET_ASIDE, f"{fault}: the stored one stays.")
    return Verdict(Action.DOUBTED, f"{fault}: there is {'none younger' if known else 'no other'}, it is used.")


def _unfit(kind: _Kind, rows: int, left_out: int) -> str:
    total = rows + left_out
    if total < JUDGED_ROWS or left_out <= kind.unfit * total:
        return ""
    return f"{kind.title} came with {left_out:,} of {total:,} {kind.rows} unfit"


def _gone(kind: _Kind, came: pl.DataFrame, held: pl.DataFrame, age_days: float) -> str:
    known = held.select(kind.key).unique()
    left = known.join(came, on=kind.key, how="semi").height
    gone, allowed = known.height - left, GONE_SHARE + GONE_A_YEAR * age_days / 365
    if gone < GONE_ROWS or gone <= allowed * known.height:
        return ""
    return f"{kind.title} came with {left:,} of {known.height:,} {kind.rows}"


def _changed(kind: _Kind, came: pl.DataFrame, held: pl.DataFrame) -> str:
    one = came.unique(kind.key, keep="first", maintain_order=True)
    both = one.join(held.unique(kind.key, keep="first", maintain_order=True), on=kind.key, suffix="_stored")
    changed = both.filter(kind.changed).height
    if both.height < JUDGED_ROWS or changed <= CHANGED_SHARE * both.height:
        return ""
    return f"{kind.title} came with {changed:,} of {both.height:,} {kind.rows} changed beyond what can be"


def listing_against_bars(listed: pl.Series, traded: pl.Series) -> Verdict:
    """Whether a listing knows most of the names in a session's bars: with nothing stored there is no other measure."""
    known, names = traded.is_in(listed.implode()).sum(), traded.len()
    if names < JUDGED_ROWS or known >= LISTED_SHARE * names:
        return TAKEN
    return Verdict(
        Action.DOUBTED, f"The listing knows {known:,} of the {names:,} names traded last: names are missing in it."
    )


@dataclass(frozen=True)
class SessionBars:
    """The bars of one session: how many names have one; of those in the session before as well, the share whose close
    moved beyond FALLEN and RISEN, and the share whose close and volume are the same. None: it is not known."""

    session: date
    rows: int
    moved: float | None = None
    same: float | None = None


def compared(before: pl.DataFrame, after: pl.DataFrame) -> tuple[float | None, float | None]:
    """`moved` and `same` of a session's (ticker, close, volume) after those of the session before."""
    both = after.join(before, on="ticker", suffix="_before")
    if both.height < JUDGED_ROWS:
        return None, None
    ratio, volume = pl.col("close") / pl.col("close_before"), pl.col("volume")
    same = (ratio == 1) & (volume == pl.col("volume_before")) & (volume > 0)
    moved, alike = both.select(~ratio.is_between(FALLEN, RISEN), same.alias("same")).mean().row(0)
    return moved, alike


def of_sessions(sessions: Sequence[SessionBars]) -> dict[date, Verdict]:
    """Those of the sessions, oldest first, that are not taken as they are.

    A session whose closes leap away from both of its neighbours is none; where closes leap once and stay there, one
    can't tell which side is right.
    """
    found: dict[date, Verdict] = {}
    leaps = [(bars.moved or 0.0) > MOVED_SHARE for bars in sessions]
    for place, bars in enumerate(sessions):
        beside = [each.rows for each in sessions[max(place - BESIDE, 0) : place + BESIDE + 1] if each is not bars]
        usual = median(beside) if beside else 0
        if bars.rows < FEW_SHARE * usual and usual >= JUDGED_ROWS:
            found[bars.session] = _session(bars, f"came with {bars.rows:,} of about {usual:,.0f} names")
        elif (bars.same or 0.0) > SAME_SHARE:
            found[bars.session] = _session(bars, "came as those of the session before")
        elif _is_alone(leaps, place):
            fault = f"came with closes far off those beside them ({_percent(bars.moved)} of the names)"
            found[bars.session] = _session(bars, fault)
        elif leaps[place] and not (place and sessions[place - 1].session in found):
            found[bars.session] = Verdict(
                Action.DOUBTED,
                f"The closes from {bars.session} on are far off those before in {_percent(bars.moved)} of the names.",
            )
    return found


def _is_alone(leaps: Sequence[bool], place: int) -> bool:
    """Whether a session's closes leap into it and out of it again, or at either end of the row are the only ones to."""
    last = len(leaps) - 1
    into, out_of = leaps[place], place < last and leaps[place + 1]
    if place == 0:
        return out_of and last > 1 and not leaps[2]
    return into and (out_of or (place == last and not leaps[place - 1]))


def _percent(share: float | None) -> str:
    return "many" if share is None else f"{share:.0%}"


def _session(bars: SessionBars, fault: str) -> Verdict:
    return Verdict(Action.SET_ASIDE, f"The bars of {bars.session} {fault}: they are not used.")


def of_session_again(came: pl.DataFrame, held: pl.DataFrame, before: pl.DataFrame | None) -> Verdict:
    """Whether the bars of a session that came again replace those held: not where they are fewer, or further from the
    session `before`."""
    session = held.item(0, "session")
    if came.height < FEW_SHARE * held.height and held.height >= JUDGED_ROWS:
        fault = f"came again with {came.height:,} of {held.height:,} names"
    elif _apart(held, came) and (before is None or _apart(before, came)):
        fault = "came again with closes far off"
    else:
        return TAKEN
    return Verdict(Action.SET_ASIDE, f"The bars of {session} {fault}: the stored ones stay.")


def _apart(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return (compared(one, other)[0] or 0.0) > MOVED_SHARE


def of_name(came: Mapping[str, Any], stored: Mapping[str, Any] | None, split: float = 1.0) -> Verdict:
    """Whether one name's DETAILS row replaces the stored one; `split` is shares now by shares then."""
    if stored is None or (came["as_of"] - stored["as_of"]).days > OLD_DAYS:
        return TAKEN
    for column, what, small in (
        ("shares_outstanding", "shares", SMALL_SHARES),
        ("market_cap_usd", "market value", SMALL_CAP_USD),
    ):
        now, before = came[column], stored[column]
        if before is None or max(now or 0.0, before) < small:
            continue
        if now is None:
            return Verdict(Action.SET_ASIDE, f"{came['ticker']}: {what} missing, the stored figure stays")
        if not any(1 / TIMES <= now / (before * factor) <= TIMES for factor in (1.0, split)):
            return Verdict(
                Action.SET_ASIDE, f"{came['ticker']}: {what} {now / before:.3g} times the stored figure, which stays"
            )
    return TAKEN


def split_since(splits: pl.DataFrame, ticker: str, since: date, until: date) -> float:
    """By how many times the shares of a name have become more by its splits after `since` up to `until`."""
    own = splits.filter(
        (pl.col("ticker") == ticker) & pl.col("execution_date").is_between(since, until, closed="right")
    )
    return float(own.select((pl.col("split_to") / pl.col("split_from")).product()).item() or 1.0)
