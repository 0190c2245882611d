"""Snapshots: every name, or one, at the simulated moment, through the provider's daily cycle."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from deskview.simulator.wire.backend import Market
from deskview.simulator.wire.bars import Days, close_ms, session_days
from deskview.simulator.wire.protocol import encoded, json, not_found, request_id
from deskview.simulator.world.moment import Bars
from deskview.simulator.world.prints import CONDITIONS
from deskview.simulator.world.seeded import Integers

_CONDITIONS = [list(codes) or None for codes in CONDITIONS]
_ODD, _CLOSING_PRINT = 37, 8
_VENUES = (12, 11, 4, 19, 8, 4, 10, 21)


class DayBar(msgspec.Struct):
    """`day`; `dv` is the volume with its fraction as text."""

    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: float
    vw: float
    dv: str


class PrevBar(msgspec.Struct):
    """`prevDay`, which has no `dv`."""

    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: float
    vw: float


class MinuteBar(msgspec.Struct):
    """`min`: the last minute with a trade; `av` and `dav` are the volume of the day so far."""

    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: float
    vw: float
    n: int
    t: int
    av: int
    dav: str
    dv: str


class LastTrade(msgspec.Struct):
    """`lastTrade`; `c` may be null."""

    c: list[int] | None
    i: str
    p: float
    s: int
    ds: str
    t: int
    x: int


class LastQuote(msgspec.Struct):
    """`lastQuote`: `P`, `S` ask, `p`, `s` bid, sizes in lots."""

    P: float
    S: int
    p: float
    s: int
    t: int


class Row(msgspec.Struct, omit_defaults=True):
    """One name. `lastTrade` and `lastQuote` are left out by plan."""

    ticker: str
    todaysChange: float  # noqa: N815 - the wire's name
    todaysChangePerc: float  # noqa: N815 - the wire's name
    updated: int
    day: DayBar
    min: MinuteBar
    prevDay: PrevBar  # noqa: N815 - the wire's name
    lastQuote: LastQuote | None = None  # noqa: N815 - the wire's name
    lastTrade: LastTrade | None = None  # noqa: N815 - the wire's name


def all_names(request: Request, market: Market) -> Response:
    """GET /v2/snapshot/locale/us/markets/stocks/tickers[?tickers=A,B]."""
    wanted = request.query_params.get("tickers", "")
    world = market.ready()
    if market.empty:
        rows = []
    elif wanted:
        found = [world.roster.index[ticker] for ticker in wanted.split(",") if ticker in world.roster.index]
        rows = snapshot_rows(market, np.array(sorted(set(found)), dtype=np.int64))
    else:
        rows = snapshot_rows(market, np.arange(len(world.roster.entries)))
    body: dict[str, Any] = {"tickers": encoded(rows), "status": market.status, "request_id": request_id(request)}
    return json(body | {"count": len(rows)})


def one_name(request: Request, market: Market) -> Response:
    """GET /v2/snapshot/locale/us/markets/stocks/tickers/{t}."""
    position = market.position(request, request.path_params["ticker"])
    rows = [] if market.empty else snapshot_rows(market, np.array([position]))
    if not rows:
        return not_found(request)
    return json({"status": market.status, "request_id": request_id(request), "ticker": rows[0]})


def snapshot_rows(market: Market, chosen: Integers) -> list[Row]:
    """Rows of the chosen names; a name that no longer trades has none."""
    world, number = market.ready(), market.number
    first, ends = (span[chosen] for span in world.roster.spans())
    chosen = chosen[(first <= number) & (ends >= number) & (chosen != market.hidden(number))]
    if not market.reset():
        return _yesterday(market, chosen)
    moment = market.moment()
    before = world.day(number).previous[chosen]
    last = moment.price_e4[chosen] / 1e4
    change = np.where(last > 0, last - before, 0.0)
    columns = zip(
        [world.roster.tickers[i] for i in chosen.tolist()],
        np.round(change, 4).tolist(),
        np.round(change / before * 100, 4).tolist(),
        moment.last_ns[chosen].tolist(),
        _day_bars(moment.day, chosen),
        _minute_bars(market, chosen),
        _previous(session_days(market, number - 1, number), chosen, adjusted=True),
        _quotes(market, chosen),
        _trades(market, chosen),
        strict=True,
    )
    return [Row(*row) for row in columns]


def _day_bars(bars: Bars, chosen: Integers) -> list[DayBar]:
    columns = [array[chosen].astype(float).tolist() for array in (bars.open, bars.high, bars.low, bars.close)]
    volume = bars.volume[chosen].tolist()
    texts = [f"{shares}.0" if shares else "0" for shares in volume]
    return [DayBar(*row) for row in zip(*columns, volume, bars.vwap[chosen].tolist(), texts, strict=True)]


def _previous(day: Days, chosen: Integers, *, adjusted: bool) -> list[PrevBar]:
    volume, vwap, opening, close, high, low, _ = day.columns(adjusted)
    arrays = (opening, high, low, close, volume, vwap)
    return [PrevBar(*row) for row in zip(*(np.nan_to_num(array[chosen]).tolist() for array in arrays), strict=True)]


def _minute_bars(market: Market, chosen: Integers) -> list[MinuteBar]:
    moment = market.moment()
    bars = moment.minute
    columns = [array[chosen].tolist() for array in (bars.open, bars.high, bars.low, bars.close)]
    volume, total = bars.volume[chosen].tolist(), moment.volume[chosen].tolist()
    return [
        MinuteBar(o, h, low, c, v, vw, n, t, day, f"{day}.0", f"{v}.0")
        for o, h, low, c, v, vw, n, t, day in zip(
            *columns, volume, bars.vwap[chosen].tolist(), bars.prints[chosen].tolist(),
            moment.minute_ms[chosen].tolist(), total, strict=True,
        )
    ]  # fmt: skip


def _quotes(market: Market, chosen: Integers) -> list[LastQuote | None]:
    if not market.plan.last_quote:
        return [None] * len(chosen)
    moment = market.moment()
    bid, ask = (moment.bid_e4[chosen] / 1e4).tolist(), (moment.ask_e4[chosen] / 1e4).tolist()
    when, size = moment.last_ns[chosen].tolist(), (moment.last_ns[chosen] % 9 + 1).tolist()
    return [
        LastQuote(a, s if t else 0, b, 10 - s if t else 0, t) for a, b, s, t in zip(ask, bid, size, when, strict=True)
    ]


def _trades(market: Market, chosen: Integers) -> list[LastTrade | None]:
    if not market.plan.last_trade:
        return [None] * len(chosen)
    moment = market.moment()
    price, when, size, codes = (
        (moment.last_e4[chosen] / 1e4).tolist(),
        moment.last_ns[chosen].tolist(),
        moment.last_size[chosen].tolist(),
        [_CONDITIONS[code] for code in moment.last_conditions[chosen].tolist()],
    )
    return [_trade(*row) for row in zip(price, when, size, codes, strict=True)]


def _trade(price: float, when: int, size: int, codes: list[int] | None) -> LastTrade:
    """Venue and a fraction of a share vary with the last digits of the time."""
    if not when:
        return LastTrade(None, "", 0.0, 0, "0", 0, 0)
    luck = when // 1000 % 8
    fraction = luck in {2, 6} and size < 100 and _ODD in (codes or ())
    text = f"0.{250_000 + when % 500_000:06d}" if fraction else f"{size}.000000"
    return LastTrade(
        codes, str(52_000_000_000_000 + when % 10**9), price, 0 if fraction else size, text, when,
        4 if fraction else _VENUES[luck],
    )  # fmt: skip


def _yesterday(market: Market, chosen: Integers) -> list[Row]:
    """Before the first reset at 03:30: the session before as it ended, with the one before that as `prevDay`."""
    world = market.world
    number = market.first - 1
    day, before = (session_days(market, which, market.first) for which in (number, number - 1))
    ended = close_ms(world, number)
    rows = []
    for i, bar, prev in zip(
        chosen.tolist(), _day_bars(day.bars, chosen), _previous(before, chosen, adjusted=False), strict=True
    ):
        change = bar.c - prev.c if prev.c else 0.0
        minute = MinuteBar(bar.c, bar.c, bar.c, bar.c, 0.0, bar.c, 0, ended - 60_000, int(bar.v), bar.dv, "0")
        when = ended * 10**6
        quote = LastQuote(bar.c, 1, bar.c, 1, when) if market.plan.last_quote else None
        trade = _trade(bar.c, when, 100, [_CLOSING_PRINT]) if market.plan.last_trade else None
        perc = round(change / prev.c * 100, 4) if prev.c else 0.0
        ticker = world.roster.tickers[i]
        rows.append(Row(ticker, round(change, 4), perc, when, bar, minute, prev, quote, trade))
    return rows
