"""Every figure of a Board by its dotted path: looked up, listed, and which σ or percentile belongs to it."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
import polars as pl

from deskview.analytics.definitions import renamed
from deskview.board.board import PARTS, Board
from deskview.board.units import Unit, unit_of

NAMES = "names"
"""The first word of paths to any stock's own figures: names.NVDA.price, names.NVDA.return."""
OF_A_NAME = {"price": "price", "return": "ret", "after_hours": "after_hours"}
"""Those figures and their columns in LIVE."""
_NO_READINGS = frozenset(
    {
        *("missing", "left_out", "notes", "assumptions", "closing_share", "cash_share", "threshold_usd"),
        *("band", "seed", "creation_funds", "funds_known", "percentile_of", "of"),
        *("days", "n", "sigma_n", "history_days", "with_data", "paths", "draws"),
    }
)
"""What lies in a part beside its figures: reasons, assumptions, and how many sessions or draws a figure rests on."""


class Reading(NamedTuple):
    """A figure a rule may be set on; None while it is missing. `basis` is what a σ rests on, empty for any other."""

    path: str
    value: float | None
    unit: Unit
    basis: str = ""


def readings(board: Board) -> list[Reading]:
    """Every figure of the board's parts, in their order, then price and return of every stock, and after hours too."""
    found = [
        Reading(path, value, unit_of(path), basis_at(board, path))
        for name, part in board.parts.items()
        if part.value is not None
        for path, value in _figures(name, part.value)
    ]
    if board.live is not None:
        for ticker, price, ret, later in board.live.select("ticker", "price", "ret", "after_hours").iter_rows():
            found.append(Reading(f"{NAMES}.{ticker}.return", ret, Unit.FRACTION))
            found.append(Reading(f"{NAMES}.{ticker}.price", price, Unit.PRICE))
            if later is not None:
                found.append(Reading(f"{NAMES}.{ticker}.after_hours", later, Unit.FRACTION))
    return found


def _figures(path: str, here: Any) -> Iterator[tuple[str, float | None]]:  # noqa: ANN401 - whatever a reading holds
    if isinstance(here, msgspec.Struct):
        below: list[tuple[str, Any]] = [
            (field.encode_name, getattr(here, field.name))
            for field in msgspec.structs.fields(here)
            if field.encode_name not in _NO_READINGS
        ]
        figures = {field.encode_name for field in msgspec.structs.fields(here) if _holds_number(field.type)}
    elif isinstance(here, Mapping):
        below, figures = [(str(name), value) for name, value in here.items()], set()
    elif isinstance(here, list):
        below, figures = [(name, row) for row in here if (name := _row_name(row))], set()
    else:
        return
    for name, value in below:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{path}.{name}", float(value)
        elif value is None and name in figures:
            yield f"{path}.{name}", None
        else:
            yield from _figures(f"{path}.{name}", value)


def _holds_number(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    return kind is float or float in getattr(kind, "__args__", ())


def reading_at(board: Board, path: str) -> float | None:
    """The figure at a dotted path of the Board's JSON, or of a stock; None where it is missing now.

    A row of a list goes by its ticker, name or underlying. Raises LookupError, with the nearest name, for a path
    that leads nowhere or to something that is no number, and with the new one for a figure that was renamed.
    """
    if now := renamed(path):
        raise LookupError(f"{path} is called {now} now")
    part, *names = path.split(".")
    if part == NAMES:
        return _of_a_name(board, path, ".".join(names[:-1]), names[-1] if names else "")
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
    if part == NAMES:
        figure = names[-1] if names else ""
        return "" if figure in OF_A_NAME else _unknown(figure, path, OF_A_NAME)
    kinds = {name: get_args(get_type_hints(Board)[name])[0] for name in PARTS}
    return _fault_below(kinds[part], names, path) if part in kinds else _unknown(part, path, [*kinds, NAMES])


def _fault_below(kind: Any, names: list[str], path: str) -> str:  # noqa: ANN401 - an annotation
    """The same below a value of this type; of several types that of the last, where none has such a figure."""
    options = [option for option in get_args(kind) if option is not NoneType] if _is_union(kind) else [kind]
    faults = [_fault_of(option, names, path) for option in options]
    return "" if "" in faults else faults[-1]


def _fault_of(kind: Any, names: list[str], path: str) -> str:  # noqa: ANN401 - an annotation
    origin = get_origin(kind) or kind
    if not names:
        return "" if origin in (int, float) else f"{path} is no number"
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(origin)}
        return (
            _fault_below(fields[names[0]], names[1:], path) if names[0] in fields else _unknown(names[0], path, fields)
        )
    if origin in (list, tuple):  # a row's name may hold dots
        rows = [_fault_below(get_args(kind)[0], names[length:], path) for length in range(1, len(names) + 1)]
        return "" if "" in rows else rows[0]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _fault_below(get_args(kind)[1], names[1:], path)
    return f"{path}: nothing lies below {names[0]}"


def _is_union(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    return get_origin(kind) in (Union, UnionType)


def basis_at(board: Board, path: str) -> str:
    """What the σ at a path rests on, the `sigma_basis` beside it; empty for any other figure, and where it has none."""
    if unit_of(path) is not Unit.SIGMA:
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
    if figure not in OF_A_NAME:
        raise LookupError(_unknown(figure, path, OF_A_NAME))
    if board.live is None:
        return None
    found = board.live.filter(pl.col("ticker") == ticker).get_column(OF_A_NAME[figure])
    if found.is_empty():
        raise LookupError(f"{path}: the market's snapshot has no {ticker!r}")
    return None if found[0] is None else float(found[0])


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
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(here)}
        if name not in fields:
            raise LookupError(_unknown(name, path, fields))
        return getattr(here, fields[name])
    if isinstance(here, Mapping):
        if name not in here:
            raise LookupError(_unknown(name, path, here))
        return here[name]
    raise LookupError(f"{path}: nothing lies below {name}")


_NAMED_BY = ("ticker", "underlying", "index", "name", "group", "kind", "sector", "family")


def _row_name(row: object) -> str | None:
    """What a row of a list goes by: the first of _NAMED_BY it has."""
    return next((name for key in _NAMED_BY if isinstance(name := getattr(row, key, None), str)), None)


def _row(rows: list[object], name: str) -> object | None:
    own = next((row for row in rows if _row_name(row) == name), None)
    return own or next((row for row in rows if name in {getattr(row, key, None) for key in _NAMED_BY}), None)


def companion(board: Board, path: str, kind: str) -> str | None:
    """The path of the reading's own "sigma" or "percentile"; None where it has none.

    It lies beside the figure (momentum.sigma of momentum.return), below it (flow.retail.percentile of flow.retail),
    or in the part's table of percentiles (breadth.percentile.dispersion of breadth.dispersion).
    """
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
