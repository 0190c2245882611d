"""Dealers' gamma as rows: shocks, strikes, expiries, underlyings and mornings."""

from datetime import date
from typing import TYPE_CHECKING

from deskview.format import MISSING, percent, tone, usd
from deskview.screens.gamma.words import NAIVE, WHOLE, level, moved, strike, tone_of, whole
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.analytics.gamma import Gamma, Shock, StrikeGamma, UnderlyingGamma

SHOCK_COLUMNS = (
    Column("move", "index", width=6, align="right", sortable=False),
    Column("dealers", "dealers", width=7, align="right", sortable=False),
    Column("funds", "LETFs", width=7, align="right", sortable=False),
    Column("together", "both", width=7, align="right", sortable=False),
    Column("effect", "effect", width=7, sortable=False),
)
STRIKE_COLUMNS = (
    Column("strike", "strike", width=6, align="right", sortable=False),
    Column("puts", "puts", width=7, align="right", sortable=False),
    Column("puts_bar", "", sortable=False, priority=1),
    Column("calls_bar", "", sortable=False, priority=1),
    Column("calls", "calls", width=7, align="right", sortable=False),
    Column("net", "net", width=7, align="right", sortable=False),
    Column("wall", "", width=9, sortable=False, priority=2),
)
EXPIRY_COLUMNS = (
    Column("expiry", "expiry", width=9, sortable=False),
    Column("net", "gamma", width=7, align="right", sortable=False),
    Column("share", "of all", width=6, align="right", sortable=False),
    Column("bar", "", sortable=False, priority=1),
)
UNDERLYING_COLUMNS = (
    Column("underlying", "options on", width=8, sortable=False),
    Column("title", "name", flex=True, minimum=10, priority=3, sortable=False),
    Column("net", "gamma", width=7, align="right", sortable=False),
    Column("of_all", "of all", width=6, align="right", sortable=False),
    Column("verdict", "verdict", width=8, sortable=False),
    Column("flip", "flip", width=6, align="right", priority=1, sortable=False),
    Column("way", "to flip", width=7, align="right", sortable=False),
    Column("price", "price", width=6, align="right", priority=2, sortable=False),
    Column("call", "call wall", width=6, align="right", priority=4, sortable=False),
    Column("put", "put wall", width=6, align="right", priority=4, sortable=False),
)
MORNING_COLUMNS = (
    Column("session", "session", width=10, sortable=False),
    Column("net", "gamma", width=7, align="right", sortable=False),
    Column("of_all", "of all", width=6, align="right", sortable=False),
    Column("flip", "flip", width=6, align="right", sortable=False),
    Column("price", "close before", width=6, align="right", priority=1, sortable=False),
)
BAR, NOW = "█", "now"
SHARE_CELLS = 20
"""A bar as long stands for half of all gamma or more."""


def shock_rows(reading: "Gamma") -> list[Row]:
    """Today's own move from the closes before, then moves from the prices of now; else why there are none."""
    rows: list[Row] = []
    if reading.today is None or reading.today.net_usd is None:
        rows.append(_section("today", f"today so far {MISSING}: {reading.missing.get('today', 'not known')}"))
    if reading.today is not None:
        rows += [_section("today", "today so far, from the close before")] * (not rows)
        rows.append(_shock("today now", reading.today, percent(reading.today.move)))
    if "by_shock" in reading.missing:
        rows.append(_section("shocks", f"from now {MISSING}: {reading.missing['by_shock']}"))
    else:
        rows.append(_section("shocks", "from now, if the S&P 500 moves"))
    return rows + [_shock(f"{row.move}", row, moved(row.move)) for row in reading.by_shock]


def _section(key: str, title: str) -> Row:
    return Row(f"{key}:", (Cell(title),), header=True)


def _shock(key: str, row: "Shock", move: str) -> Row:
    cells = (
        Cell(move),
        Cell(usd(row.dealers_usd), tone(row.dealers_usd)),
        Cell(usd(row.funds_usd), tone(row.funds_usd)),
        Cell(usd(row.net_usd), f"{tone(row.net_usd)} strong"),
        Cell(row.effect or MISSING, "strong" if row.effect == "amplify" else ""),
    )
    return Row(key, cells)


def strike_rows(one: "UnderlyingGamma", room: int, cells: int) -> list[Row]:
    """The `room` strikes with most gamma, the highest first, the price between them; bars of up to so many cells."""
    largest = sorted(one.by_strike, key=lambda row: -_size(row))[: max(1, room)]
    if not largest or one.spot is None:
        return []
    unit = max(max(abs(row.calls_usd), abs(row.puts_usd)) for row in largest) / max(1, cells)
    strikes = [(row.strike, _strike(row, one, unit, cells)) for row in largest]
    places = [(one.spot, _section(NOW, f"{level(one.spot):>6}  price now"))]
    if one.flip is not None and _is_among(largest, one.flip):
        places.append((one.flip, _section("flip", f"{level(one.flip):>6}  flip")))
    return [row for _, row in sorted([*strikes, *places], key=lambda each: -each[0])]


def _is_among(rows: "list[StrikeGamma]", price: float) -> bool:
    """Whether the price lies among the strikes that are shown."""
    return min(row.strike for row in rows) <= price <= max(row.strike for row in rows)


def _size(row: "StrikeGamma") -> float:
    return abs(row.calls_usd) + abs(row.puts_usd)


def _strike(row: "StrikeGamma", one: "UnderlyingGamma", unit: float, cells: int) -> Row:
    is_call, is_put = row.strike == one.walls.call, row.strike == one.walls.put
    wall = "walls" if is_call and is_put else "call wall" if is_call else "put wall" if is_put else ""
    return Row(
        f"strike {row.strike}",
        (
            Cell(strike(row.strike), "strong" if wall else ""),
            Cell(usd(row.puts_usd), "loss" if is_put else "dim"),
            Cell(_bar(row.puts_usd, unit).rjust(cells), "loss"),
            Cell(_bar(row.calls_usd, unit).ljust(cells), "gain"),
            Cell(usd(row.calls_usd), "gain" if is_call else "dim"),
            Cell(usd(row.net_usd), tone(row.net_usd)),
            Cell(wall),
        ),
    )


def _bar(value: float, unit: float) -> str:
    """What is there at all has a cell."""
    return BAR * (max(1, round(abs(value) / unit)) if value and unit > 0 else 0)


def expiry_rows(one: "UnderlyingGamma", session: date | None) -> list[Row]:
    """The nearest first; that of the session is marked, as it is gone after the close."""
    rows = []
    for row in one.by_expiry:
        today = row.expiry == session
        day = f"{row.expiry:%-d %b}" + (" today" if today else "")
        bar = BAR * max(1, round(min(1.0, row.share * 2) * SHARE_CELLS))
        cells = (
            Cell(day, "strong" if today else ""),
            Cell(usd(row.net_usd), tone(row.net_usd)),
            Cell(_percent(row.share)),
            Cell(bar, "dim"),
        )
        rows.append(Row(f"expiry {row.expiry}", cells))
    return rows


def _percent(part: float) -> str:
    return percent(part).lstrip("+")


def underlying_rows(reading: "Gamma") -> list[Row]:
    """The index's options together, then each underlying; at the end those that are missing, with why."""
    rows = [] if reading.index is None else [_underlying(WHOLE, "all S&P", reading.index)]
    if reading.index is None and "index" in reading.missing:
        rows.append(_absent("S&P 500", reading.missing["index"]))
    rows += [_underlying(one.underlying, one.underlying, one) for one in reading.by_underlying]
    start = "by_underlying."
    absent = {path.removeprefix(start): why for path, why in reading.missing.items() if path.startswith(start)}
    return rows + [_absent(name, why) for name, why in absent.items()]


def _underlying(key: str, name: str, one: "UnderlyingGamma") -> Row:
    if one.net_usd_per_1pct is None:
        return _absent(name, one.missing.get("net_usd_per_1pct", "not known"))
    of_all = MISSING if one.net_of_mass is None else whole(one.net_of_mass)
    return Row(
        key,
        (
            Cell(name, "strong" if key == WHOLE else ""),
            Cell(one.title, "dim"),
            Cell(usd(one.net_usd_per_1pct), tone_of(one)),
            Cell(of_all),
            Cell(one.verdict or MISSING, "strong" if one.verdict == "amplify" else ""),
            Cell(level(one.flip)),
            Cell(percent(one.flip_move)),
            Cell(level(one.spot), "dim"),
            Cell(strike(one.walls.call), "dim"),
            Cell(strike(one.walls.put), "dim"),
        ),
    )


def _absent(name: str, why: str) -> Row:
    return _section(f"missing {name}", f"{name} {MISSING}: {why}")


def morning_rows(reading: "Gamma", width: int) -> list[Row]:
    """The newest first, below the mean of the five before or why there is none, in lines of so many cells."""
    by = "" if reading.convention == NAIVE else f"all by the {NAIVE} convention; "
    mean = f"{by}mean of the 5 before {usd(reading.mean_before_usd)}"
    if reading.mean_before_usd is None:
        mean = f"{mean}: {reading.missing.get('mean_before_usd', 'not known')}"
    rows = [_section(f"mean {number}", text) for number, text in enumerate(wrap(mean, width))]
    for row in sorted(reading.mornings, key=lambda row: row.session, reverse=True):
        part = row.net_usd / row.mass_usd if row.mass_usd else None
        of_all = MISSING if part is None else whole(part)
        day = Cell(f"{row.session}")
        cells = (day, Cell(usd(row.net_usd), tone(row.net_usd)), Cell(of_all), Cell(level(row.flip)))
        rows.append(Row(f"morning {row.session}", (*cells, Cell(level(row.spot), "dim"))))
    return rows
