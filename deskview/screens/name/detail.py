"""A name: price, momentum, leveraged-ETF flow fund by fund, retail and non-retail flow."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from deskview.analytics.chain import age
from deskview.analytics.leverage import funds_of_name
from deskview.analytics.statistics import key_statistics
from deskview.format import (
    MISSING,
    basis_points,
    clock,
    number,
    percent,
    price,
    share,
    tone,
    usd,
)
from deskview.market.schema import FUND_TYPES
from deskview.screens.flow.explain import counted, how_sure
from deskview.screens.flow.pane import MORNING_HALF_HOURS, half_hours, ranked
from deskview.screens.frame.detail import Detail, Section
from deskview.screens.frame.history import YEAR
from deskview.screens.frame.target import Kind
from deskview.screens.gamma.facts import name_facts
from deskview.screens.leverage.explain import spread, unsigned
from deskview.screens.name.explain import FUNDS, GROUPS
from deskview.screens.name.prices import Price, notes, number_in, own_of, price_of, row_of
from deskview.widgets.bars import bars_line
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Piece, Row
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.analytics.flow import NameDay, Side
    from deskview.board import Basis, Board


def name_detail(board: "Board", ticker: str) -> Detail:
    """Everything the board knows of one name."""
    basis = board.basis
    known = row_of(basis.names, ticker) if basis else {}
    live = row_of(board.live, ticker) if board.live is not None else {}
    title = f"{ticker}  {known.get('name') or ''}".rstrip()
    now, (today, *letf_rest) = _price(price_of(board, ticker)), _leverage(board, ticker)
    figures = [*now, *_momentum(board, ticker), today, *_flow(board, ticker), *letf_rest]
    figures += _gamma(board, ticker)
    figures += _known(known, live, own_of(board, ticker), board.session)
    figures += _statistics(basis.history, ticker) if basis else []
    sections = (_funds(board, ticker), _groups(board, ticker))
    return Detail(title, figures, ticker, sections=sections, notes=notes(board, ticker))


def _price(now: Price) -> list[list[Fact]]:
    """The price with its return; below it what the evening did: nothing of the session moves with that."""
    label = "official close" if now.official else "last"
    doubt = [fact("", "?", "warning")] if now.doubt else []
    lines = [[fact(label, price(now.price), "strong"), fact("", percent(now.ret, 2), tone(now.ret)), *doubt]]
    if now.after_hours is not None:
        evening = f"{price(now.after_hours)} {percent(now.moved, 2)}"
        lines.append([fact("after hours", evening, tone(now.moved))])
    return lines


def _known(
    known: dict[str, object], live: dict[str, object], own: dict[str, date | None], session: date | None
) -> list[list[Fact]]:
    """What does not move with the price; what is of the user's file with its day, and why something is not known."""
    cap, shares = (number_in(known, column) for column in ("market_cap_usd", "shares_outstanding"))
    return [
        [fact("previous close", price(number_in(live, "prev_close")))],
        [fact("volume today", _shares(number_in(live, "volume")))],
        *([[fact("type", f"{known.get('type')} (your file)")]] if "type" in own else []),
        [fact("sector", str(known.get("sector") or "unknown") + (" (your file)" if "sector" in own else ""))],
        *(
            _dated("market cap", usd(cap, sign=False), own["market_cap_usd"], session)
            if "market_cap_usd" in own
            else [[fact("market cap, last close", usd(cap, sign=False))]]
        ),
        *(_dated("shares", _shares(shares), own["shares"], session) if "shares" in own else []),
        *_unknown(known),
    ]


def _dated(label: str, value: str, as_of: date | None, session: date | None) -> list[list[Fact]]:
    """A figure of the user's file with its day, and its age where that has to be told."""
    old = age(as_of, session) if as_of and session else ""
    dated = [fact(label, f"{value} of your file, {as_of}")]
    return [dated, [fact("", f"{label} of your file: {old}", "warning")]] if old else [dated]


def _unknown(known: dict[str, object]) -> list[list[Fact]]:
    """Who was asked in vain for what a share has; a fund has neither sector nor market cap."""
    kind = known.get("type")
    if not known or kind in FUND_TYPES:
        return []
    wanted = {"type": "type", "sector": "sector", "market_cap_usd": "market cap"}
    absent = [label for column, label in wanted.items() if known.get(column) is None]
    universe = " Of unknown type it is in no universe." if kind is None else ""
    why = f"No {' or '.join(absent)} came from the provider, and none is in names_file.{universe}"
    return [[fact("", line, "dim")] for line in wrap(why, WIDTH)] if absent else []


def _shares(value: float | None) -> str:
    return MISSING if value is None else usd(value, sign=False).lstrip("$")


def _momentum(board: "Board", ticker: str) -> list[list[Fact]]:
    reading = board.momentum.value
    if reading is None:
        return [[fact("momentum", board.momentum.note, "dim")]]
    for leg, names in (("long", reading.long), ("short", reading.short)):
        for name in names:
            if name.ticker == ticker:
                return [
                    [
                        fact("momentum", f"{leg} leg", "accent"),
                        fact("12-1", percent(name.score, 0) + ("?" if name.rank_doubt else "")),
                    ],
                    [fact("weight", share(name.weight)), fact("contribution", basis_points(name.contribution))],
                ]
    return [[fact("momentum", "in neither leg", "dim")]]


def _leverage(board: "Board", ticker: str) -> list[list[Fact]]:
    reading = board.leverage.value
    row = next((row for row in reading.by_name if row.ticker == ticker), None) if reading else None
    if row is None:
        return [[fact("leveraged ETFs", "no flow traced to it", "dim")]]
    return [
        [fact("leveraged ETFs today", usd(row.today_usd), tone(row.today_usd)), fact("ADV", percent(row.of_adv))],
        [fact("next week, 1σ", spread(row.week_sd_usd)), fact("of a day's volume", unsigned(row.week_of_adv))],
        [fact("of closing auction, est.", percent(row.of_close, 0)), fact("20-day ADV", usd(row.adv_usd, sign=False))],
        [fact("single-stock", usd(row.single_stock_usd)), fact("index", usd(row.index_usd))],
        [fact("per +1%", usd(row.per_1pct_usd, sign=False)), fact("impact est.", _bp(row.impact_bp))],
    ]


def _bp(value: float | None) -> str:
    return MISSING if value is None else f"{number(value, 0)}bp (estimate)"


def _gamma(board: "Board", ticker: str) -> list[list[Fact]]:
    """What dealers hold in its options, or why that is not known."""
    lines, why = name_facts(board.gamma.value, board.gamma.note, ticker)
    return lines or [[fact("", line, "dim")] for line in wrap(f"dealers' gamma {MISSING}: {why}", WIDTH)]


def _flow(board: "Board", ticker: str) -> list[list[Fact]]:
    reading = board.flow.value
    row = counted(reading, ticker) if reading else None
    off_exchange = [fact("off exchange, last session", share(board.off_exchange.of(ticker)))]
    day = board.opened.get(ticker)
    if day is not None and (day.retail.prints or day.institutional.prints or row is None):
        return [*_day(day), off_exchange]
    if row is None:
        return [[fact("prints", "none counted so far", "dim")], off_exchange]
    return [
        _side("retail net", row.retail_net_usd, row.retail_intensity),
        _side("non-retail net", row.other_net_usd, row.other_intensity),
        [fact("prints to", clock(board.flow.as_of))],
        [fact("", how_sure(), "dim")],
        *([fact("", line, "dim")] for line in wrap(day.note if day else "", WIDTH)),
        off_exchange,
    ]


WIDTH = 43
"""Cells of a line of figures: a sentence is wrapped to them."""


def _day(day: "NameDay") -> list[list[Fact]]:
    """Its own day: both sides by half-hour, each among its own year, and what that rests on."""
    now = clock(day.as_of)
    parts = [fact("retail share", share(day.retail_share))]
    if day.volume_share is not None:
        parts.append((*fact("prints", share(day.volume_share)), Piece(" of its volume", "dim")))
    sides = (("retail", day.retail), ("institutional", day.institutional))
    whys = [day.missing.get(f"{key}.percentile", "") for key, side in sides if side.percentile is None]
    return [
        *_traded("retail", day.retail, now),
        *_traded("non-retail", day.institutional, now),
        parts,
        *([fact("", line, "dim")] for why in dict.fromkeys([*whys, day.note]) for line in wrap(why, WIDTH)),
        [fact("prints to", now)],
        [fact("", how_sure(), "dim")],
    ]


def _traded(label: str, side: "Side", now: str) -> list[list[Fact]]:
    """Net with its percentile of the hour, the half-hours as small bars, intensity and what is compared."""
    known = side.percentile is not None
    bars = bars_line(half_hours(side, now), separator=MORNING_HALF_HOURS)
    hour = f" to {side.clock}" if side.clock else ""
    return [
        [
            fact(f"{label} net", usd(side.net_usd), tone(side.net_usd)),
            *([fact("", ranked(side), "strong")] if known else []),
        ],
        *([[(Piece("by half-hour ", "dim"), *bars)]] if bars else []),
        [
            fact("intensity", number(side.intensity)),
            *([fact("", f"{side.days} sessions{hour}", "dim")] if known else []),
        ],
    ]


def _side(label: str, net_usd: float | None, intensity: float | None) -> list[Fact]:
    return [fact(label, usd(net_usd), tone(net_usd)), fact("intensity", number(intensity))]


def _funds(board: "Board", ticker: str) -> Section:
    """Every fund whose trade reaches the name: weight in its underlying times the fund's trade is its part."""
    reading, model = board.leverage.value, board.basis.leverage if board.basis else None
    parts = funds_of_name(model, reading, ticker) if model and reading else []
    rows = tuple(
        Row(
            part.ticker,
            (
                Cell(part.ticker),
                Cell(f"{part.leverage:+g}x".replace("-", "−")),
                Cell(part.title, "dim"),
                Cell(f"{part.weight:.1%}"),
                Cell(usd(part.fund_usd), "dim"),
                Cell(usd(part.usd), tone(part.usd)),
            ),
        )
        for part in parts
    )
    title = f"Leveraged funds in it ({len(rows)}): weight × trade"
    return Section("name-funds", title, FUNDS, rows, "no leveraged fund's trade is traced to it", Kind.FUND)


def _groups(board: "Board", ticker: str) -> Section:
    reading, basis = board.rotation.value, board.basis
    mine = _group_names(basis, ticker) if basis else set()
    rows = tuple(
        Row(
            group.name,
            (
                Cell(group.name),
                Cell(group.kind, "dim"),
                Cell(percent(group.returns["now"]), tone(group.returns["now"])),
                Cell(percent(group.returns["1m"]), tone(group.returns["1m"])),
            ),
        )
        for group in (reading.groups if reading else ())
        if group.name in mine
    )
    return Section("name-groups", "Groups it belongs to", GROUPS, rows, "in no sector or theme", Kind.GROUP)


def _group_names(basis: "Basis", ticker: str) -> set[str]:
    return set(basis.reference.groups.filter(pl.col("ticker") == ticker).get_column("group"))


def _statistics(history: pl.DataFrame, ticker: str) -> list[list[Fact]]:
    known = key_statistics(history, ticker)
    beta = MISSING if known.beta is None else number(known.beta).lstrip("+")
    return [
        [fact("52 weeks", f"{price(known.low)} to {price(known.high)}"), *_short(known.sessions)],
        [fact("20-day dollar volume", usd(known.adv_usd, sign=False))],
        [fact("volatility 1m", share(known.vol_1m)), fact("1y", share(known.vol_1y))],
        [fact("beta to SPY", beta)],
    ]


def _short(sessions: int) -> list[Fact]:
    return [fact("", f"{sessions} sessions", "dim")] if sessions < YEAR else []
