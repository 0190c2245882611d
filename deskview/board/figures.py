"""The figures of the Board by their dotted paths: what each is called, its unit and its meaning, from its types alone.

A path's names are keys of the JSON. A row of a list goes by its ticker, name or underlying, which may hold dots
(BRK.B); `names.<ticker>.<figure>` are any stock's own, `status.<part>` tells whether a part can be trusted, and
`<path>.d30m` is the change of a figure over 30 minutes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from deskview.analytics.figure import D30M, FIGURE, PLACE, Figure, Place, Unit, figure
from deskview.board.board import PARTS, Board
from deskview.market.titles import underlying_title

NAMES: Final = "names"
"""The first name of paths to any stock's own figures: names.NVDA.price, names.NVDA.return."""
STATUS: Final = "status"
"""The first name of paths to how far a part can be trusted: status.momentum."""
ANY: Final = "*"
"""Stands for a row or a key in the pattern of a path."""
NAMED_BY: Final = ("ticker", "underlying", "index", "name", "group", "kind", "sector", "family")
"""A row goes by the first of these fields it has; rows that have none are no readings."""


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """Any stock's own figures, from LIVE."""

    return_: Annotated[
        float | None,
        figure("return", Unit.FRACTION, "Price against its previous close, less a dividend that goes ex today."),
    ] = msgspec.field(name="return")
    price: Annotated[
        float | None, figure("price", Unit.PRICE, "Its last trade in regular hours; after them the official close.")
    ]
    after_hours: Annotated[
        float | None, figure("after hours", Unit.FRACTION, "Its last trade after the close against that close.")
    ]
    short_of_float: Annotated[
        float | None,
        figure("short interest", Unit.FRACTION, "Shares sold short at the last settlement, of those free to trade."),
    ]
    days_to_cover: Annotated[
        float | None, figure("days to cover", Unit.NUMBER, "Shares sold short over its daily volume, as counted then.")
    ]
    sessions_to_earnings: Annotated[
        int | None,
        figure(
            "sessions to earnings",
            Unit.COUNT,
            "Sessions to the next report that a calendar has, 0 today; a day guessed by last year's is none.",
        ),
    ]


_STATUS = figure(
    "stale or in doubt",
    Unit.NUMBER,
    "1 while the part is stale or in doubt within regular hours, else 0.",
)
_HORIZONS = {"now": "today"}
"""Keys of mappings that are called otherwise."""


@dataclass(frozen=True, slots=True)
class Node:
    """What lies at a path: a reading with `fields`, a list of `rows`, a mapping of `values`, or a leaf.

    `label` is what it is called, with {row} and {key} for the names of the row and the key that led there; `title` is
    its own part of that. `attribute` is its name in Python. `keys` are the titles of the figures beside a mapping: its
    keys may be their names.
    """

    label: str
    title: str = ""
    attribute: str = ""
    figure: Figure | None = None
    is_number: bool = False
    fields: Mapping[str, "Node"] = field(default_factory=dict)
    rows: "Node | None" = None
    values: "Node | None" = None
    keys: Mapping[str, str] = field(default_factory=dict)


class Located(NamedTuple):
    """A node with the names of the row and the key that led there."""

    node: Node
    row: str = ""
    key: str = ""
    keys: Mapping[str, str] = {}

    @property
    def label(self) -> str:
        """What it is called."""
        label = self.node.label
        if "{key}" in label:
            label = label.replace("{key}", self.keys.get(self.key) or _HORIZONS.get(self.key) or plain(self.key))
        for place, titled in _ROWS.items():
            if place in label:
                return label.replace(place, titled(self.row))
        return label


def _leg(leg: str) -> str:
    return "in neither leg" if leg == "neither" else f"of the {leg} leg"


_ROWS: Final[Mapping[str, Callable[[str], str]]] = {"{row}": str, "{underlying}": underlying_title, "{leg}": _leg}
"""How the places of rows name them."""


@cache
def roots() -> Mapping[str, Node]:
    """What lies at the first name of a path: the parts of the Board, then NAMES and STATUS."""
    hints = get_type_hints(Board, include_extras=True)
    parts = {name: _part(hints[name]) for name in PARTS}
    told = {name: _node(Annotated[float, _STATUS], part.label) for name, part in parts.items()}
    stocks = Node("any stock", rows=_node(Stock, "{row}"))
    return {**parts, NAMES: stocks, STATUS: Node("status", fields=told)}


def _part(hint: Any) -> Node:  # noqa: ANN401 - an annotation
    """The reading of a part, called as the Board's field is."""
    kind, about = get_args(hint)[0], hint.__metadata__[0]
    return _node(Annotated[get_args(kind)[0], about], "")


def _node(hint: Any, held: str, attribute: str = "", keys: Mapping[str, str] | None = None) -> Node:  # noqa: ANN401
    """What lies where the hint stands; `held` is what its holder is called, `keys` the titles of figures beside it."""
    kind, about = _unwrapped(hint)
    extra = {} if about is None else about.extra or {}
    own: Figure | None = extra.get(FIGURE)
    where: Place = extra.get(PLACE) or Place("")
    origin = get_origin(kind) or kind
    title = where.title or held
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        return Node(title, title, attribute, fields=_fields(origin, title))
    if origin in (list, tuple):
        return Node(joined(held, where.title), where.title, attribute, rows=_rows(get_args(kind)[0], where))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Node(title, title, attribute, values=_values(get_args(kind)[1], title), keys=keys or {})
    called = about.title or "" if about is not None else ""
    return Node(joined(held, called), called, attribute, own, is_number=origin in (int, float))


def _unwrapped(hint: Any) -> tuple[Any, msgspec.Meta | None]:  # noqa: ANN401 - an annotation
    """The type a hint stands for, without None and without what is said of it, and that."""
    if get_origin(hint) is Annotated:
        kind, own = _unwrapped(get_args(hint)[0])
        return kind, next((meta for meta in hint.__metadata__ if isinstance(meta, msgspec.Meta)), own)
    if get_origin(hint) in (Union, UnionType):
        return _unwrapped(next(kind for kind in get_args(hint) if kind is not NoneType))
    return hint, None


def _fields(struct: type[msgspec.Struct], title: str) -> dict[str, Node]:
    fields = msgspec.structs.fields(struct)
    keys = {
        field.encode_name: about.title or ""
        for field in fields
        if (about := _unwrapped(field.type)[1]) is not None and FIGURE in (about.extra or {})
    }
    return {field.encode_name: _node(field.type, title, field.name, keys) for field in fields}


def _rows(kind: Any, where: Place) -> Node:  # noqa: ANN401 - an annotation
    """Any row. Where none has a name, no path leads to its figures, and so no rule can be set on them."""
    node = _node(kind, where.row or "{row}")
    return node if any(name in node.fields for name in NAMED_BY) else _unwatched(node)


def _unwatched(node: Node) -> Node:
    fields = {name: _unwatched(child) for name, child in node.fields.items()}
    own = None if node.figure is None else node.figure._replace(watched=False)
    return replace(node, figure=own, fields=fields)


def _values(kind: Any, title: str) -> Node:  # noqa: ANN401 - an annotation
    """Any value of a mapping: "<title> of <key>" where the mapping's title ends so, else "<title>: <figure>, <key>"."""
    about = _unwrapped(kind)[1]
    if title.endswith(" of") and about is not None:
        node = _node(kind, "")
        return Node(f"{title} {{key}}", node.title, figure=node.figure, is_number=node.is_number)
    node = _node(kind, title)
    return node if node.fields else Node(f"{node.label}, {{key}}", node.title, "", node.figure, node.is_number)


def joined(subject: str, figure: str) -> str:
    """Such as "momentum: σ of the day", "NVDA: leveraged ETFs, today" and "percentile of dispersion"."""
    if not figure or not subject:
        return subject or figure
    if subject.endswith(" of"):
        return f"{subject} {figure}"
    return f"{subject}{',' if ':' in subject else ':'} {figure}"


def plain(name: str) -> str:
    """A name of the JSON as words, its unit not among them."""
    return name.removesuffix("_usd").removesuffix("_bp").replace("_", " ")


def located(path: str) -> Located | None:
    """What lies at the path, whether or not a board has such a row; None where nothing can."""
    root, *names = path.split(".")
    node = roots().get(root)
    return None if node is None else _below(Located(node), names)


def _below(at: Located, names: list[str]) -> Located | None:
    node, row, key, keys = at
    for place, name in enumerate(names):
        if node.rows is not None:
            return _below_row(Located(node.rows, row, key, keys), names[place:])
        if node.values is not None:
            node, key, keys = node.values, name, node.keys
        elif name in node.fields:
            node = node.fields[name]
        else:
            return None
    return Located(node, row, key, keys)


def _below_row(at: Located, names: list[str]) -> Located | None:
    """What lies below a row whose own name is the first of the names, or more of them: it may hold dots."""
    for length in range(1, len(names) + 1):
        found = _below(at._replace(row=".".join(names[:length])), names[length:])
        if found is not None:
            return found
    return None


@lru_cache(maxsize=1 << 16)
def figure_at(path: str) -> Figure | None:
    """The figure at a path; None where there is none of that path, or no figure."""
    above, _, last = path.rpartition(".")
    if last == D30M:
        whole = figure_at(above)
        return None if whole is None else _change_of(whole)
    found = located(path)
    return None if found is None else found.node.figure


def _change_of(whole: Figure) -> Figure:
    title, definition = f"{whole.title}, change over 30 minutes", f"Now less 30 minutes ago: {whole.definition}"
    unit = Unit.POINTS if whole.unit is Unit.PERCENTILE else whole.unit
    return Figure(title, unit, definition, title)


def unit_at(path: str) -> Unit:
    """The unit of the figure at a path; without one where there is none."""
    found = figure_at(path)
    return Unit.NUMBER if found is None else found.unit


@lru_cache(maxsize=1 << 16)
def label_of(path: str) -> str:
    """What lies at a path is called, such as "momentum: σ of the day"; where nothing lies, the names as words.

    A figure of a list's rows without a row, such as leverage.by_name.of_adv, is called as one of the whole part.
    """
    above, _, last = path.rpartition(".")
    if last == D30M:
        return f"{label_of(above)}, change over 30 minutes"
    found = located(path)
    return _nearest(path) if found is None or found.row in found.node.fields else found.label


def _nearest(path: str) -> str:
    """The words of what holds the path, and those of what is left of it."""
    root, *names = path.split(".")
    node = roots().get(root)
    if node is None:
        return joined(root, " ".join(map(plain, names)))
    part = node
    while names and names[0] in node.fields:
        node, names = node.fields[names[0]], names[1:]
    if node.rows is not None:
        own = _below(Located(node.rows), names)
        return joined(part.label, own.node.title) if own is not None else names[-1]
    return joined(node.label, " ".join(map(plain, names)))


def figures() -> Iterator[tuple[str, Figure]]:
    """Every figure with the pattern of its path, ANY in place of a row or key, in the order of the JSON."""
    for name, node in roots().items():
        yield from _patterns(name, node)


def _patterns(path: str, node: Node) -> Iterator[tuple[str, Figure]]:
    if node.figure is not None:
        yield path, node.figure
    for name, child in node.fields.items():
        yield from _patterns(f"{path}.{name}", child)
    for below in (node.rows, node.values):
        if below is not None:
            yield from _patterns(f"{path}.{ANY}", below)
