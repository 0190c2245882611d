"""Every list whose columns can be chosen, by the name the settings know it by."""

from typing import NamedTuple

from deskview.screens.columns.words import SHARED, WORDS
from deskview.screens.details import columns as details
from deskview.screens.pages import breadth_rows, flow_rows, legs, trails
from deskview.screens.pages.leverage import today, week
from deskview.screens.panes import flow, leverage, momentum, rotation
from deskview.widgets.records import Column

HORIZONS = list(rotation.FULL_COLOUR)
SUPPLY = ("move", "life-", "var", "trend", "total")
"""Columns of the ladder of systematic supply; one `life-` a half-life, `life-23.0` for instance."""


class Listed(NamedTuple):
    """A list: what it is, and the keys of its columns; a key that ends in a hyphen stands for all that begin so."""

    title: str
    keys: tuple[str, ...]


def _listed(title: str, columns: tuple[Column, ...]) -> Listed:
    return Listed(title, tuple(column.key for column in columns))


LISTS: dict[str, Listed] = {
    "desk-momentum": _listed("Momentum pane: the legs", momentum.columns("")),
    "desk-rotation": Listed("Rotation pane: the groups", ("label", *HORIZONS)),
    "desk-leverage": _listed("Leveraged ETFs pane: the names", leverage.COLUMNS),
    "desk-flow": _listed("Flow pane: the names", flow.COLUMNS),
    "momentum-legs": _listed("Momentum page: the legs", legs.columns("")),
    "momentum-sectors": _listed("Momentum page: the sectors", legs.sector_columns()),
    "breadth-figures": _listed("Breadth page: the figures", breadth_rows.COLUMNS),
    "breadth-left-out": _listed("Breadth page: who is left out", breadth_rows.LEFT_OUT_COLUMNS),
    "rotation-groups": Listed("Rotation page: the groups", ("label", *HORIZONS, "note")),
    "rotation-standings": _listed("Rotation page: the standings", trails.standing_columns()),
    "leverage-names": _listed("Leveraged ETFs page: the names", today.NAME_COLUMNS),
    "leverage-underlyings": _listed("Leveraged ETFs page: the underlyings", today.UNDERLYING_COLUMNS),
    "leverage-funds": _listed("Leveraged ETFs page: the funds", today.FUND_COLUMNS),
    "leverage-kinds": _listed("Leveraged ETFs page: kinds and sectors", today.KIND_COLUMNS),
    "leverage-left-out": _listed("Leveraged ETFs page: what is left out", today.LEFT_OUT_COLUMNS),
    "leverage-figures": _listed("Leveraged ETFs page: the coming week", week.FIGURE_COLUMNS),
    "leverage-scenarios": _listed("Leveraged ETFs page: the scenarios", week.SCENARIO_COLUMNS),
    "leverage-supply": Listed("Leveraged ETFs page: systematic supply", SUPPLY),
    "flow-names": _listed("Flow page: the names", flow_rows.NAME_COLUMNS),
    "flow-divergence": _listed("Flow page: the divergence", flow_rows.DIVERGENCE_COLUMNS),
    "flow-favourites": _listed("Flow page: the favourites", flow_rows.FAVOURITE_COLUMNS),
    "flow-quality": _listed("Flow page: how sure it is", flow_rows.QUALITY_COLUMNS),
    "name-funds": _listed("A name: the funds on it", details.FUNDS),
    "name-groups": _listed("A name: its groups", details.GROUPS),
    "group-members": _listed("A group: its members", details.MEMBERS),
    "fund-steps": _listed("A fund: the arithmetic", details.STEPS),
}
"""By name. A table that is not here has no columns to choose."""


def meaning(list_name: str, key: str) -> str:
    """What a column of a list is, in words; empty for one that is not described."""
    stem = f"{key.partition('-')[0]}-" if "-" in key else key
    return WORDS.get(list_name, {}).get(stem) or SHARED.get(stem, "")
