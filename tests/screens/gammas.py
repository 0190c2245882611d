"""Boards with dealers' gamma: a reading of made-up chains, by the methods themselves, at the prices of the board."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import polars as pl

from deskview.analytics.gamma import (
    NAIVE,
    WHOLE_INDEX,
    Curves,
    Gamma,
    GammaModel,
    Kept,
    Morning,
    OptionBook,
    Terms,
    Wanted,
    curve_of,
    morning_of,
    quotes_of,
    read,
    strikes_of,
)
from deskview.board import Board, Part
from deskview.market.schema import CHAIN
from deskview.market.sessions import Calendar

CALENDAR = Calendar()
WANTED = (
    Wanted("SPY", "SPDR S&P 500 ETF", "SPY"),
    Wanted("SPX", "S&P 500", "SPY", 10.0),
    Wanted("NVDA", "Nvidia", "NVDA"),
)
BETAS = {"SPY": 1.0, "NVDA": 1.8, "QQQ": 1.2}
DAYS = (0, 1, 2, 7, 16, 44)
"""Of the expiries, from the session on."""
SHAPES = {"SPX": (10.0, -0.1), "SPY": (1.0, -0.1), "NVDA": (2.5, 0.3)}
"""The step between strikes and the tilt towards puts."""
Row = dict[str, Any]


def chain(root: str, price: float, step: float, session: date, tilt: float) -> pl.DataFrame:
    """Strikes every `step` within 12 %, most open interest at round ones; calls above the price and puts below it, and
    more of the puts the higher `tilt`."""
    lowest, highest = round(price * 0.88 / step), round(price * 1.12 / step)
    rows: list[Row] = []
    for ahead in DAYS:
        expiry = session + timedelta(days=ahead)
        for number in range(lowest, highest + 1):
            strike = number * step
            away = strike / price - 1
            size = 700.0 / (1 + (abs(away) * 40) ** 2)
            for right, share in (("call", 0.75 + 6 * away - tilt), ("put", 0.6 - 6 * away + tilt)):
                many = 4 if number % 10 == 0 and (away > 0) == (right == "call") else 1
                row: Row = dict.fromkeys(CHAIN) | {"root": root, "expiry": expiry, "strike": strike, "right": right}
                row |= {"ticker": f"O:{root}{expiry:%y%m%d}{right[0].upper()}{round(strike * 1000):08}"}
                iv = None if number == lowest else 0.16 - 0.5 * away
                row |= {"style": "european", "multiplier": 100.0, "iv": iv}
                rows.append(row | {"oi": float(round(many * size * max(share, 0.05)))})
    return pl.DataFrame(rows, schema=CHAIN)


def book(wanted: Wanted, price: float, step: float, tilt: float, at: datetime) -> OptionBook:
    """The book of an underlying while its proxy is at `price`."""
    spot, root = price * wanted.scale, "SPXW" if wanted.underlying == "SPX" else wanted.underlying
    session = at.date()
    return OptionBook(
        underlying=wanted.underlying,
        title=wanted.title,
        strikes=strikes_of(chain(root, spot, step, session, tilt), Terms(spot, 0.04, 0.0), at, CALENDAR),
        oi_as_of=CALENDAR.previous(session),
        coverage=f"{len(DAYS)} expiries, strikes ±12%",
        proxy=wanted.proxy,
        ratio=wanted.scale,
        spot_source="its last trade" if wanted.scale == 1 else f"{wanted.proxy} × {wanted.scale:g}",
        rate=0.04,
    )


def made(board: Board, *, convention: str = NAIVE, without: str = "") -> Gamma:
    """The reading of the board's moment, an hour before its close, beside its leveraged funds; COST has no chain, and
    neither has the underlying `without`."""
    assert board.live is not None
    assert board.session is not None
    assert board.leverage.value is not None
    session = board.session
    at = CALENDAR.closes(session) - timedelta(hours=1)
    model = GammaModel(session, CALENDAR, WANTED, BETAS, {}, {})
    quotes = quotes_of(board.live, model)
    opens = CALENDAR.opens(session)
    books = {
        each.underlying: book(each, quotes.before[each.proxy], *SHAPES[each.underlying], opens)
        for each in WANTED
        if each.underlying != without
    }
    reasons = {name: f"the provider has no options on {name}" for name in ("COST", without) if name}
    kept = Kept(books=books, reasons=reasons, convention=convention)
    morning = morning_of(model, kept, quotes)
    kept = replace(kept, mornings=(morning,) if morning else ())
    curves = Curves(
        **{
            name: {
                key: curve
                for key, each in kept.all_books.items()
                if (curve := curve_of(each, prices.get(each.proxy), then, convention)) is not None
            }
            for name, prices, then in (("now", quotes.price, at), ("morning", quotes.before, opens))
        }
    )
    assert WHOLE_INDEX in curves.now or without == "SPX"
    return read(model, kept, board.live, at, funds=board.leverage.value, curves=curves)


def with_gamma(board: Board, **fields: Any) -> Board:  # noqa: ANN401 - any field of the reading
    """The board with such a reading, its part otherwise that of leveraged ETFs."""
    return shown(board, msgspec.structs.replace(made(board), **fields))


def shown(board: Board, reading: Gamma) -> Board:
    """The board with this reading."""
    part: Any = replace(board.leverage, value=None)
    return replace(board, gamma=replace(part, value=reading, missing=reading.missing))


def without_gamma(board: Board, why: str, progress: float | None = None) -> Board:
    """The board of a market that has no chains."""
    return replace(board, gamma=Part.awaited(why, progress))


def mornings(first: date, nets: list[float]) -> list[Morning]:
    """Mornings of sessions from the first on."""
    pairs = zip([first, *CALENDAR.after(first, len(nets) - 1)], nets, strict=True)
    return [Morning(session=day, net_usd=net, mass_usd=5e10, flip=6800.0, spot=6900.0) for day, net in pairs]
