"""Every figure of a Board by its dotted path: looked up, listed, and which σ or percentile belongs to it."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

import msgspec
import polars as pl

from deskview.analytics.definitions import renamed
from deskview.analytics.figure import CHANGE, Figure, Unit
from deskview.board.board import PARTS, Board, Status
from deskview.board.figures import ANY, NAMED_BY, NAMES, STATUS, Node, roots, unit_at
from deskview.board.trend import TRENDED

_OPEN = "open"
"""The phase of regular trading, as providers call it."""
OF_A_NAME = {"price": "price", "return": "ret", "after_hours": "after_hours"}
"""Any stock's own figures and their columns in LIVE."""
OF_A_COMPANY = {
    "short_of_float": "short_of_float",
    "days_to_cover": "days_to_cover",
    "sessions_to_earnings": "calendar_sessions",
}
"""Its figures that are told once a day, and their columns in COMPANIES."""
OF_ANY = {**OF_A_NAME, **OF_A_COMPANY}
_TOLD = ("ticker", *OF_A_COMPANY.values())


_fields = cache(msgspec.structs.fields)
"""What a type of readings holds; asked of a reading itself it would be worked out each time."""


class Reading(NamedTuple):
    """A figure a rule may be set on; None while it is missing. `basis` is what a σ rests on, empty for any other."""

    path: str
    value: float | None
    unit: Unit
    basis: str = ""


def readings(board: Board) -> list[Reading]:
    """Every figure of the board's parts, in their order, then price and return of every stock, and after hours too."""
    return list(each_reading(board))


def each_reading(board: Board) -> Iterator[Reading]:
    """The same one by one; a figure's change over 30 minutes comes right behind it."""
    for name, part in board.parts.items():
        if part.value is not None:
            yield from _with_changes(board, _figures(name, roots()[name], part.value))
    yield from _of_stocks(board)


def readings_of(board: Board, row: str) -> Iterator[Reading]:
    """Those of what goes by this name: a row of any list, a stock, a figure of any part."""
    for name, part in board.parts.items():
        for path, node, value in _named(name, roots()[name], part.value, row):
            yield from _with_changes(board, _figures(path, node, value))
    yield from _of_stocks(board, pl.col("ticker") == row)


def readings_at(board: Board, path: str) -> Iterator[Reading]:
    """That at the path with its change; none where the board has no such figure, or its part no reading."""
    part = board.parts.get(path.partition(".")[0])
    try:
        value = reading_at(board, path)
    except LookupError:
        return
    if part is not None and part.value is not None:
        yield from _with_changes(board, [(path, value, unit_at(path))])


def _with_changes(board: Board, figures: Iterable[tuple[str, float | None, Unit]]) -> Iterator[Reading]:
    for path, value, unit in figures:
        yield Reading(path, value, unit, basis_at(board, path) if unit is Unit.SIGMA else "")
        if path in TRENDED:
            yield Reading(path + CHANGE, board.d30m.get(path), unit_at(path + CHANGE))


def _of_stocks(board: Board, wanted: pl.Expr | bool = True) -> Iterator[Reading]:
    if board.live is None:
        return
    table = board.companies.table
    told = {} if table is None else {ticker: rest for ticker, *rest in table.filter(wanted).select(_TOLD).iter_rows()}
    live = board.live.filter(wanted)
    for ticker, price, ret, later in live.select("ticker", "price", "ret", "after_hours").iter_rows():
        yield Reading(f"{NAMES}.{ticker}.return", ret, Unit.FRACTION)
        yield Reading(f"{NAMES}.{ticker}.price", price, Unit.PRICE)
        known = {"after_hours": later, **dict(zip(OF_A_COMPANY, told.get(ticker, ()), strict=False))}
        for figure, value in known.items():
            if value is not None:
                yield Reading(f"{NAMES}.{ticker}.{figure}", float(value), _unit_of(figure))


@cache
def _unit_of(figure: str) -> Unit:
    return unit_at(f"{NAMES}.{ANY}.{figure}")


def _named(path: str, node: Node, value: Any, name: str) -> Iterator[tuple[str, Node, Any]]:  # noqa: ANN401
    """Where below the path something goes by the name, and what is there. Other rows of a list are passed over."""
    if value is None:
        return
    if node.rows is not None:
        yield from ((f"{path}.{name}", node.rows, row) for row in value if _row_name(row) == name)
        return
    if not node.fields and node.values is None:
        return
    for key, child, own in _held(node, value):
        if key == name:
            yield f"{path}.{key}", child, own
        else:
            yield from _named(f"{path}.{key}", child, own, name)


def _figures(path: str, node: Node, value: Any) -> Iterator[tuple[str, float | None, Unit]]:  # noqa: ANN401
    """The figures below a path that a rule may be set on, by what lies there and its value now."""
    if node.figure is None:
        for name, child, own in () if value is None else _held(node, value):
            yield from _figures(f"{path}.{name}", child, own)
    elif node.figure.watched:
        yield path, None if value is None else float(value), node.figure.unit


def _held(node: Node, value: Any) -> Iterable[tuple[str, Node, Any]]:  # noqa: ANN401 - whatever a reading holds
    """What a reading, the rows of a list or the values of a mapping hold, each by its name."""
    if node.rows is not None:
        return ((name, node.rows, row) for row in value if (name := _row_name(row)))
    if node.values is not None:
        return ((str(name), node.values, own) for name, own in value.items())
    return ((name, child, getattr(value, child.attribute)) for name, child in node.fields.items())


class Listed(NamedTuple):
    """A figure that page and card list by themselves; `reason` says why its value is None."""

    label: str
    value: float | None
    unit: Unit
    definition: str
    reason: str = ""


def listed(board: Board, part: str) -> list[Listed]:
    """The figures of a part that are `listed`, in the order of the JSON; none of rows, which stand in lists."""
    read = board.parts[part]
    if read.value is None:
        return []
    return [
        Listed(label, value, figure.unit, figure.definition, "" if value is not None else read.missing.get(path, ""))
        for path, label, figure, value in _listed("", roots()[part], read.value)
    ]


def _listed(above: str, node: Node, value: Any) -> Iterator[tuple[str, str, Figure, float | None]]:  # noqa: ANN401
    """Path, label, figure and value of each; a figure of the part itself goes by its short title alone."""
    for name, child in node.fields.items():
        own = getattr(value, child.attribute)
        if child.figure is not None and child.figure.listed:
            yield f"{above}{name}", child.label if above else child.figure.short, child.figure, own
        elif child.fields and own is not None:
            yield from _listed(f"{above}{name}.", child, own)


def reading_at(board: Board, path: str) -> float | None:
    """The figure at a dotted path of the Board's JSON, or of a stock; None where it is missing now.

    A row of a list goes by its ticker, name or underlying. Raises LookupError, with the nearest name, for a path
    that leads nowhere or to something that is no number, and with the new one for a figure that was renamed.
    """
    if now := renamed(path):
        raise LookupError(f"{path} is called {now} now")
    part, *names = path.split(".")
    if part == STATUS:
        return _of_a_part(board, path, ".".join(names))
    if part == NAMES:
        return _of_a_name(board, path, ".".join(names[:-1]), names[-1] if names else "")
    if path.endswith(CHANGE):
        if fault := _no_change(path):
            raise LookupError(fault)
        return board.d30m.get(path.removesuffix(CHANGE))
    if part not in board.parts:
        raise LookupError(_unknown(part, path, [*board.parts, NAMES]))
    here = _under(board.parts[part].value, names, path)
    if here is None:
        return None
    if isinstance(here, bool) or not isinstance(here, int | float):
        raise LookupError(f"{path} is no number")
    return float(here)


def reading_fault(path: str) -> str:
    """Why no board can have a figure at the path, as `reading_at` says it; empty where one may.

    Whether a row or a stock of that name is there shows on a board alone.
    """
    if now := renamed(path):
        return f"{path} is called {now} now"
    part, *names = path.split(".")
    if part == STATUS:
        return "" if ".".join(names) in PARTS else _unknown(".".join(names), path, list(PARTS))
    if part == NAMES:
        figure = names[-1] if names else ""
        return "" if figure in OF_ANY else _unknown(figure, path, OF_ANY)
    if path.endswith(CHANGE):
        return _no_change(path)
    return _fault_below(roots()[part], names, path) if part in PARTS else _unknown(part, path, [*PARTS, NAMES])


def _no_change(path: str) -> str:
    """Why there is no change over 30 minutes at the path; empty where one is told."""
    figure = path.removesuffix(CHANGE)
    if figure in TRENDED:
        return ""
    near = get_close_matches(figure, list(TRENDED), n=1, cutoff=0.0)[0]
    return f"{path}: the change over 30 minutes is not told of this figure; did you mean {near + CHANGE!r}?"


def _fault_below(node: Node, names: list[str], path: str) -> str:
    if not names:
        return "" if node.is_number else f"{path} is no number"
    if node.fields:
        child = node.fields.get(names[0])
        return _unknown(names[0], path, node.fields) if child is None else _fault_below(child, names[1:], path)
    if node.rows is not None:  # a row's name may hold dots
        rows = [_fault_below(node.rows, names[length:], path) for length in range(1, len(names) + 1)]
        return "" if "" in rows else rows[0]
    if node.values is not None:
        return _fault_below(node.values, names[1:], path)
    return f"{path}: nothing lies below {names[0]}"


def basis_at(board: Board, path: str) -> str:
    """What the σ at a path rests on, the `sigma_basis` beside it; empty for any other figure, and where it has none."""
    if unit_at(path) is not Unit.SIGMA:
        return ""
    part, *names = path.split(".")
    beside = _under(board.parts[part].value, names[:-1], path) if part in board.parts else None
    return getattr(beside, "sigma_basis", None) or ""


def limits_at(board: Board, path: str) -> tuple[float | None, float | None] | None:
    """The limits that stand beside a percentile, null where they are not known; None for a figure that has none."""
    part, *names = path.split(".")
    if part not in board.parts or names[-1:] != ["percentile"]:
        return None
    beside = _under(board.parts[part].value, names[:-1], path)
    ends = [f"percentile_{end}" for end in ("low", "high")]
    return (getattr(beside, ends[0]), getattr(beside, ends[1])) if all(hasattr(beside, end) for end in ends) else None


def _of_a_name(board: Board, path: str, ticker: str, figure: str) -> float | None:
    if figure not in OF_ANY:
        raise LookupError(_unknown(figure, path, OF_ANY))
    told = board.companies.of(ticker) if figure in OF_A_COMPANY else {}
    if told:
        value = told[OF_A_COMPANY[figure]]
        return None if value is None else float(value)
    if board.live is None:
        return None
    found = board.live.filter(pl.col("ticker") == ticker)
    if found.is_empty():  # of a name that nothing is told of the market at least has a price
        raise LookupError(f"{path}: the market's snapshot has no {ticker!r}")
    value = found.get_column(OF_A_NAME[figure])[0] if figure in OF_A_NAME else None
    return None if value is None else float(value)


def _of_a_part(board: Board, path: str, name: str) -> float:
    """1 while the part is stale or in doubt within regular trading, else 0."""
    if name not in board.parts:
        raise LookupError(_unknown(name, path, list(PARTS)))
    over = board.basis is not None and board.as_of is not None and board.as_of >= board.basis.prices.bell
    part = board.parts[name]
    trading = board.phase == _OPEN and not over and part.progress is None  # its first fill takes its time
    return float(trading and part.status in (Status.STALE, Status.DOUBT))


def is_held(board: Board, ticker: str) -> bool:
    """Whether LIVE has an older price of the stock, kept as the snapshot's own is gone or can't be."""
    if board.live is None or board.snapshot is None:
        return False
    live = board.live.filter(pl.col("ticker") == ticker, pl.col("doubt").is_not_null())
    own = board.snapshot.filter(pl.col("ticker") == ticker).select("trade_price", "minute_close", "day_close")
    return live.height > 0 and live.get_column("price")[0] not in {price for row in own.iter_rows() for price in row}


def _under(here: Any, names: list[str], path: str) -> Any:  # noqa: ANN401 - whatever a reading holds
    """What lies below by these names; a row that is not there now is merely missing. A row's name may hold dots."""
    if here is None or not names:
        return here
    if not isinstance(here, list):
        return _under(_step(here, names[0], path), names[1:], path)
    for length in range(1, len(names) + 1):
        row = _row(here, ".".join(names[:length]))
        if row is not None:
            return _under(row, names[length:], path)
    return None


def _step(here: Any, name: str, path: str) -> Any:  # noqa: ANN401 - whatever a reading holds
    if isinstance(here, msgspec.Struct):
        fields = {field.encode_name: field.name for field in _fields(type(here))}
        if name not in fields:
            raise LookupError(_unknown(name, path, fields))
        return getattr(here, fields[name])
    if isinstance(here, Mapping):
        if name not in here:
            raise LookupError(_unknown(name, path, here))
        return here[name]
    raise LookupError(f"{path}: nothing lies below {name}")


def _row_name(row: object) -> str | None:
    """What a row of a list goes by: the first of NAMED_BY it has."""
    return next((name for key in NAMED_BY if isinstance(name := getattr(row, key, None), str)), None)


def _row(rows: list[object], name: str) -> object | None:
    own = next((row for row in rows if _row_name(row) == name), None)
    return own or next((row for row in rows if name in {getattr(row, key, None) for key in NAMED_BY}), None)


def companion(board: Board, path: str, kind: str) -> str | None:
    """The path of the reading's own "sigma" or "percentile"; None where it has none.

    It lies beside the figure (momentum.sigma of momentum.return), below it (flow.retail.percentile of flow.retail),
    or in the part's table of percentiles (breadth.percentile.dispersion of breadth.dispersion).
    """
    if path.endswith(CHANGE):
        return None
    if path.rpartition(".")[2] in (kind, f"{kind}_ewma", f"{kind}_of_hour") or f".{kind}." in path:
        return path
    parent, _, figure = path.rpartition(".")
    beside = f"{parent}.{kind}.{figure}" if kind == "percentile" else ""
    own = f"{parent}.{kind}" if figure in ("return", "intensity") else ""
    return next((other for other in (f"{path}.{kind}", own, beside) if other and _leads(board, other)), None)


def _leads(board: Board, path: str) -> bool:
    """Whether the path leads to a figure; where it or the part's reading is missing now, whether it may."""
    try:
        reading_at(board, path)
    except LookupError:
        return False
    return not path.startswith(f"{NAMES}.") and not reading_fault(path)


def _unknown(name: str, path: str, valid: Mapping[str, object] | list[str]) -> str:
    near = get_close_matches(name, list(valid), n=1, cutoff=0.0)
    return f"{path}: there is no {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def holders_at(board: Board, path: str) -> list[Any]:
    """The readings and rows a path leads through, the part's own first; none for a path to no part's figure.

    Raises LookupError for a path that leads nowhere.
    """
    part, *names = path.split(".")
    if part not in board.parts:
        return []
    found = (_under(board.parts[part].value, names[:length], path) for length in range(len(names)))
    return [holder for holder in found if isinstance(holder, msgspec.Struct)]
