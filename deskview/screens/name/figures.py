"""A name's figures in the order a trader asks for them: the price, why it moves, where it stands, who trades it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from deskview.analytics.chain import age
from deskview.analytics.companies import CONFIRMED, ESTIMATED
from deskview.analytics.price_lines import USUAL_SESSIONS, usual_day
from deskview.analytics.statistics import KeyStatistics, key_statistics
from deskview.board.inputs import CALENDAR, FILINGS_TOLD, FLOAT, SHORT
from deskview.format import MISSING, basis_points, clock, number, percent, price, share, shares, tone, usd
from deskview.market.schema import FUND_TYPES
from deskview.ordinals import ordinal
from deskview.screens.flow.explain import counted, how_sure
from deskview.screens.flow.pane import MORNING_HALF_HOURS, half_hours, ranked
from deskview.screens.frame.companies import ABOUT_SOON, HEAVILY, days, in_percent, is_early, is_near, quiet_of
from deskview.screens.frame.detail import About
from deskview.screens.frame.history import YEAR
from deskview.screens.gamma.facts import name_facts
from deskview.screens.leverage.explain import spread, unsigned
from deskview.screens.lists.facts import lists_facts
from deskview.screens.name.peers import peers_of
from deskview.screens.name.prices import Price, number_in, own_of, price_of, row_of
from deskview.widgets.bars import bars_line
from deskview.widgets.facts import Fact, fact
from deskview.widgets.gauge import range_line
from deskview.widgets.records import Piece

if TYPE_CHECKING:
    from deskview.analytics.flow import NameDay, Side
    from deskview.board import Board

SCALE = 10
"""Cells of a range."""
HOURS = {"before": "before the open", "during": "in the session", "after": "after the close"}
NO_HOUR = "hour not told"
LIQUID_USD = 20e6
"""In a name that trades less than this a day minutes without a trade are nothing unusual."""


def about(board: "Board", ticker: str) -> list[About]:
    """Every figure the board has of the name, by subject."""
    basis, company = board.basis, board.companies.of(ticker)
    known = row_of(basis.names, ticker) if basis else {}
    live = row_of(board.live, ticker) if board.live is not None else {}
    statistics = key_statistics(basis.history, ticker) if basis else None
    is_fund = known.get("type") in FUND_TYPES
    letf, letf_parts = _leverage(board, ticker)
    return [
        About("price", _price(board, ticker, price_of(board, ticker), statistics)),
        About("range", _ranges(board, ticker, statistics)),
        *([] if is_fund else [About("earnings", _earnings(board, company))]),
        *([] if is_fund else [About("short", _short(board, company))]),
        About("momentum", _momentum(board, ticker)),
        *([] if is_fund else [About("peers", peers_of(board, ticker, known))]),
        About("volume", _volume(board, ticker, live)),
        About("ETFs", letf),
        *_lists(board, ticker),
        *_flow(board, ticker),
        *([About("ETFs, parts", letf_parts)] if letf_parts else []),
        About("gamma", _gamma(board, ticker)),
        About("company", _known(known, own_of(board, ticker), board.session)),
        About("statistics", _statistics(statistics, live, company)),
    ]


def _price(board: "Board", ticker: str, now: Price, statistics: KeyStatistics | None) -> list[Fact]:
    """The price with its return; what the evening did, with which nothing of the session moves."""
    label = "official close" if now.official else "last"
    facts = [fact(label, price(now.price), "strong"), fact("", percent(now.ret, 2), f"{tone(now.ret)} strong")]
    if now.doubt:
        facts.append(fact("", "?", "warning"))
    if now.after_hours is not None:
        facts.append(fact("after hours", f"{price(now.after_hours)} {percent(now.moved, 2)}", tone(now.moved)))
    usual = statistics.adv_usd if statistics else None
    if (usual or 0.0) >= LIQUID_USD and ticker in quiet_of(board):
        facts.append(fact("", f"no trade for {_minutes(board, ticker)} minutes: halted?", "warning"))
    return facts


def _minutes(board: "Board", ticker: str) -> int:
    at = row_of(board.live, ticker).get("price_time") if board.live is not None else None
    since = board.as_of - at if board.as_of is not None and at is not None else timedelta(0)  # type: ignore[operator]
    return int(since / timedelta(minutes=1))


def _ranges(board: "Board", ticker: str, statistics: KeyStatistics | None) -> list[Fact]:
    """Where the price stands between the lowest and highest of the day and of 52 weeks."""
    day = row_of(board.snapshot, ticker) if board.snapshot is not None else {}
    now, low, high = price_of(board, ticker).price, number_in(day, "low"), number_in(day, "high")
    facts = [_range("day", low, now, high)]
    if statistics is None:
        return facts
    lows, highs = (
        [value for value in pair if value is not None] for pair in ((statistics.low, low), (statistics.high, high))
    )
    facts.append(_range("52w", min(lows, default=None), now, max(highs, default=None)))
    if statistics.sessions < YEAR:
        facts.append(fact("", f"{statistics.sessions} sessions", "dim"))
    return facts


def _range(label: str, low: float | None, now: float | None, high: float | None) -> Fact:
    if low is None or high is None or now is None:
        return fact(label, MISSING, "dim")
    between = (now - low) / (high - low) if high > low else 0.5
    return (Piece(f"{label} {price(low)} ", "dim"), *range_line(between, SCALE), Piece(f" {price(high)}", "dim"))


def _earnings(board: "Board", company: Any) -> list[Fact]:  # noqa: ANN401 - a row
    """The next report, and how its day is known."""
    day: date | None = company.get("earnings")
    reasons, past = board.companies.reasons, _reported(company)
    if day is None:
        why = reasons.get(CALENDAR) or reasons.get(FILINGS_TOLD) or _none_told(board, "no report is told of it")
        return [*past, fact("", f"{MISSING}  {why}", "dim")]
    sessions, by = company["earnings_sessions"], company["earnings_by"]
    hour = HOURS.get(company["earnings_when"] or "", NO_HOUR)
    early = is_early(board)
    near = is_near(company, is_early=early) or (by == ESTIMATED and sessions <= ABOUT_SOON)
    soon = "warning" if near else "strong"
    ahead = {0: "today", 1: "in 1 session"}.get(sessions, f"in {sessions} sessions")
    if by == ESTIMATED:
        guess = "by last year's filing; may be out earlier"
        return [*past, fact("", f"~{day:%-d %b}", soon), fact("about", ahead, soon), fact("", guess, "dim")]
    known = "confirmed" if by == CONFIRMED else "expected, not confirmed"
    if sessions == 0 and company["earnings_when"] == "before" and not early:
        ahead = "this morning: it should be out"
    return [
        *past,
        fact("", f"{day:%a %-d %b}, {hour}", soon),
        fact("", ahead, soon),
        fact("", known, "" if by == CONFIRMED else "dim"),
        *_older(reasons.get(CALENDAR)),
    ]


def _reported(company: Any) -> list[Fact]:  # noqa: ANN401 - a row
    """The report of the last days, by which it may move today; before the next one."""
    day: date | None = company.get("reported")
    hour = HOURS.get(company.get("reported_when") or "", NO_HOUR)
    return [] if day is None else [fact("reported", f"{day:%a %-d %b}, {hour};", "strong"), fact("", "next", "dim")]


def _older(reason: str | None) -> list[Fact]:
    """Why a figure is of an older table than today's: days of reports are moved, counts are told anew."""
    return [fact("", reason, "stale")] if reason else []


def _none_told(board: "Board", none: str) -> str:
    return "still to come" if board.companies.table is None else none


def _short(board: "Board", company: Any) -> list[Fact]:  # noqa: ANN401 - a row
    """What is sold short of it, as counted at a settlement that is some weeks old."""
    day: date | None = company.get("settlement")
    reasons = board.companies.reasons
    if day is None:
        why = reasons.get(SHORT) or _none_told(board, "nothing is told of it")
        return [fact("short interest", f"{MISSING}  {why}", "dim")]
    part, change = company["short_of_float"], company["short_change"]
    count = fact("short interest", shares(company["shares_short"]))
    of_float = fact("", f"{in_percent(part)} of float", "warning" if (part or 0.0) > HEAVILY else "strong")
    facts = [of_float] if part is not None else [count, fact("", reasons.get(FLOAT) or "float not told", "dim")]
    facts.append(fact("", f"{days(company['days_to_cover'])} d to cover"))
    old = (board.session - day).days if board.session else 0
    moved = "" if change is None else f", {percent(change, 0)} on the count before"
    return [*facts, fact("settled", f"{day:%-d %b}, {old} days old{moved}", "dim"), *_older(reasons.get(SHORT))]


def _momentum(board: "Board", ticker: str) -> list[Fact]:
    """Its leg, where it ranks within, and what it adds."""
    reading = board.momentum.value
    if reading is None:
        return [fact("", board.momentum.note, "dim")]
    for leg, names in (("long", reading.long), ("short", reading.short)):
        ranked_names = sorted(names, key=lambda name: name.rank_score, reverse=leg == "long")
        for place, name in enumerate(ranked_names, start=1):
            if name.ticker == ticker:
                return [
                    fact("", f"{leg} leg, {ordinal(place)} of {len(names)}", "accent"),
                    fact("12-1", percent(name.score, 0) + ("?" if name.rank_doubt else "")),
                    fact("weight", share(name.weight)),
                    fact("adds", basis_points(name.contribution), tone(name.contribution)),
                ]
    return [fact("", "in neither leg", "dim")]


def _volume(board: "Board", ticker: str, live: dict[str, object]) -> list[Fact]:
    """Shares so far, against what is usual by this hour."""
    volume = number_in(live, "volume")
    facts = [fact("", f"{shares(volume)} shares" if volume is not None else MISSING)]
    usual, why = _usual(board, ticker)
    if volume is not None and usual:
        facts.append(fact("", f"{volume / usual:.1f}× usual by {clock(board.as_of)[:5]}", "strong"))
    elif why:
        facts.append(fact("usual", f"{MISSING}  {why}", "dim"))
    facts.append(fact("off exchange, last session", share(board.off_exchange.of(ticker))))
    return facts


def _usual(board: "Board", ticker: str) -> tuple[float | None, str]:
    """Shares usually traded by now: the mean of 20 sessions by the index fund's hours; None and why."""
    basis, at = board.basis, board.as_of
    model = basis.deleveraging if basis else None
    if basis is None or at is None:
        return None, ""
    if model is None or model.volume is None:
        return None, model.volume_missing if model else basis.reasons.get("deleveraging", "not known yet")
    mean, sessions = usual_day(basis.history.filter(pl.col("ticker") == ticker))
    part = model.volume.share(at)
    if mean is None:
        return None, f"{sessions} of {USUAL_SESSIONS} sessions"
    return (mean * part, "") if part else (None, "before the open")


def _leverage(board: "Board", ticker: str) -> tuple[list[Fact], list[Fact]]:
    """What leveraged funds trade in it, and of what that is made."""
    reading = board.leverage.value
    row = next((row for row in reading.by_name if row.ticker == ticker), None) if reading else None
    if row is None:
        return [fact("", board.leverage.note if reading is None else "no flow traced to it", "dim")], []
    whole = [
        fact("today", usd(row.today_usd), f"{tone(row.today_usd)} strong"),
        fact("of ADV", percent(row.of_adv)),
        fact("week, 1σ", spread(row.week_sd_usd)),
    ]
    parts = [
        fact("per +1%", usd(row.per_1pct_usd, sign=False)),
        fact("week of a day's volume", unsigned(row.week_of_adv)),
        fact("of closing auction, est.", percent(row.of_close, 0)),
        fact("single-stock", usd(row.single_stock_usd)),
        fact("index", usd(row.index_usd)),
        fact("impact", MISSING if row.impact_bp is None else f"{number(row.impact_bp, 0)}bp (estimate)"),
    ]
    return whole, parts


def _lists(board: "Board", ticker: str) -> list[About]:
    """Where it is in the user's lists."""
    found = [each for line in lists_facts(board, ticker) for each in line]
    return [About("lists", found)] if found else []


def _gamma(board: "Board", ticker: str) -> list[Fact]:
    """What dealers hold in its options, or why that is not known."""
    lines, why = name_facts(board.gamma.value, board.gamma.note, ticker)
    return [each for line in lines for each in line] or [fact("", f"{MISSING}  {why}", "dim")]


def _flow(board: "Board", ticker: str) -> Iterator[About]:
    """Retail and the rest, of its own day where it was opened, else of the sample."""
    reading = board.flow.value
    row, day = counted(reading, ticker) if reading else None, board.opened.get(ticker)
    if day is not None and (day.retail.prints or day.institutional.prints or row is None):
        yield from _day(day)
    elif row is None:
        yield About("retail", [fact("", "none of its prints counted so far", "dim")])
    else:
        retail, others = (row.retail_net_usd, row.retail_intensity), (row.other_net_usd, row.other_intensity)
        for label, (net, intensity) in {"retail": retail, "non-retail": others}.items():
            yield About(label, [fact("net", usd(net), tone(net)), fact("intensity", number(intensity))])
        note = [fact("", day.note, "dim")] if day and day.note else []
        yield About("prints", [fact("to", clock(board.flow.as_of)), *note, fact("", how_sure(), "dim")])


def _day(day: "NameDay") -> Iterator[About]:
    """Its own day: both sides by half-hour, each among its own year, and what that rests on."""
    now = clock(day.as_of)
    sides = {"retail": day.retail, "institutional": day.institutional}
    whys = [day.missing.get(f"{key}.percentile", "") for key, side in sides.items() if side.percentile is None]
    yield About("retail", [*_traded(day.retail, now), fact("of its dollars", share(day.retail_share))])
    yield About("non-retail", _traded(day.institutional, now))
    part = [] if day.volume_share is None else [fact("", f"{share(day.volume_share)} of its volume")]
    notes = [fact("", why, "dim") for why in dict.fromkeys([*whys, day.note]) if why]
    yield About("prints", [fact("to", now), *part, *notes, fact("", how_sure(), "dim")])


def _traded(side: "Side", now: str) -> list[Fact]:
    """Net with its percentile of the hour, the half-hours as small bars, intensity and what is compared."""
    bars = bars_line(half_hours(side, now), separator=MORNING_HALF_HOURS)
    hour = f" to {side.clock}" if side.clock else ""
    known = side.percentile is not None
    return [
        fact("net", usd(side.net_usd), tone(side.net_usd)),
        *([fact("", ranked(side), "strong"), fact("", f"of {side.days} sessions{hour}", "dim")] if known else []),
        *([(Piece("by half-hour ", "dim"), *bars)] if bars else []),
        fact("intensity", number(side.intensity)),
    ]


def _known(known: dict[str, object], own: dict[str, date | None], session: date | None) -> list[Fact]:
    """What is known of the company, what of it is of the user's file, and who was asked in vain."""
    cap, outstanding = (number_in(known, column) for column in ("market_cap_usd", "shares_outstanding"))
    yours = " (your file)"
    facts = [fact("type", f"{known.get('type')}{yours}")] if "type" in own else []
    facts.append(fact("sector", str(known.get("sector") or "unknown") + (yours if "sector" in own else "")))
    if "market_cap_usd" in own:
        facts += _dated("market cap", usd(cap, sign=False), own["market_cap_usd"], session)
    else:
        facts.append(fact("market cap, last close", usd(cap, sign=False)))
    if "shares" in own:
        facts += _dated("shares", shares(outstanding), own["shares"], session)
    return [*facts, *_unknown(known)]


def _dated(label: str, value: str, as_of: date | None, session: date | None) -> list[Fact]:
    """A figure of the user's file with its day, and its age where that has to be told."""
    old = age(as_of, session) if as_of and session else ""
    dated = fact(label, f"{value} of your file, {as_of}")
    return [dated, fact("", f"{label} of your file: {old}", "warning")] if old else [dated]


def _unknown(known: dict[str, object]) -> list[Fact]:
    """Who was asked in vain for what a share has; a fund has neither sector nor market cap."""
    kind = known.get("type")
    if not known or kind in FUND_TYPES:
        return []
    wanted = {"type": "type", "sector": "sector", "market_cap_usd": "market cap"}
    absent = [label for column, label in wanted.items() if known.get(column) is None]
    universe = " Of unknown type it is in no universe." if kind is None else ""
    why = f"No {' or '.join(absent)} came from the provider, and none is in names_file.{universe}"
    return [fact("", why, "dim")] if absent else []


def _statistics(known: KeyStatistics | None, live: dict[str, object], company: Any) -> list[Fact]:  # noqa: ANN401
    if known is None:
        return [fact("", "the daily history is still to come", "dim")]
    beta = MISSING if known.beta is None else number(known.beta).lstrip("+")
    free = company.get("float_of_shares")
    return [
        fact("beta to SPY", beta),
        fact("volatility 1m", share(known.vol_1m)),
        fact("1y", share(known.vol_1y)),
        fact("20-day dollar volume", usd(known.adv_usd, sign=False)),
        *([fact("float", f"{shares(company['free_float'])}{_of_shares(free)}")] if company.get("free_float") else []),
        fact("previous close", price(number_in(live, "prev_close"))),
    ]


def _of_shares(part: float | None) -> str:
    return "" if part is None else f", {part:.0%} of shares"
