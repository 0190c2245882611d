"""The JSON Schema of the Board as `board_to_json` prints it, made of the types it prints."""

from typing import Any, Final, get_args, get_type_hints

import msgspec

from deskview.analytics.definitions import SCHEMA
from deskview.analytics.figure import D30M
from deskview.board.board import PARTS, Board
from deskview.board.export import BoardHead, PartFoot, PartHead
from deskview.board.figures import figure_at, roots
from deskview.board.trend import TRENDED

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"

Schema = dict[str, Any]


def board_schema() -> Schema:
    """The schema of exactly what `board_to_json` prints (JSON Schema 2020-12).

    Every leaf has `title` and `unit`: fraction, usd, price, basis_points, sigma, percentile, number or count, and null
    where it is no figure. A part is its head, its reading as a whole or not at all, and what is missing.
    """
    hints = get_type_hints(Board)
    readings = [get_args(hints[name])[0] for name in PARTS]
    references, defs = msgspec.json.schema_components(
        [BoardHead, PartHead, PartFoot, *readings], ref_template=f"{_DEFS}{{name}}"
    )
    for definition in defs.values():
        _complete(definition, definition.get("title", ""))
    whole, head, foot, *parts = (defs.pop(reference["$ref"].removeprefix(_DEFS)) for reference in references)
    properties = whole["properties"] | {
        name: _part(roots()[name].label, head, {**reading, **_with_changes(reading, name)}, foot)
        for name, reading in zip(PARTS, parts, strict=True)
    }
    properties["schema"]["const"] = SCHEMA
    return {
        "$schema": DIALECT,
        "title": "Board",
        "description": "All readings of one moment.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "$defs": defs,
    }


def _with_changes(reading: Schema, part: str) -> Schema:
    """The fields of a reading with the changes of its figures over 30 minutes, where any are told."""
    figures = [path for path in TRENDED if path.startswith(f"{part}.")]
    if not figures:
        return {}
    changes = {path.removeprefix(f"{part}."): _change(f"{path}.{D30M}") for path in figures}
    of_changes = {
        "title": "change over 30 minutes",
        "type": "object",
        "properties": changes,
        "required": list(changes),
        "additionalProperties": False,
    }
    return {
        "properties": {**reading["properties"], D30M: of_changes},
        "required": [*reading["required"], D30M],
    }


def _change(path: str) -> Schema:
    about = figure_at(path)
    assert about is not None  # noqa: S101 - of a figure that is told
    nullable = {"anyOf": [{"type": "number"}, {"type": "null"}]}
    return {"title": about.title, "description": about.definition, "unit": about.unit.name.lower(), **nullable}


def _part(title: str, head: Schema, reading: Schema, foot: Schema) -> Schema:
    """A part: with all figures of the reading or, where it is awaited, with none."""
    return {
        "title": title,
        "description": reading.get("description", ""),
        "type": "object",
        "properties": {**head["properties"], **reading["properties"], **foot["properties"]},
        "required": [*head["required"], *foot["required"]],
        "additionalProperties": False,
        "anyOf": [
            {"required": reading["required"]},
            {"maxProperties": len(head["required"]) + len(foot["required"])},
        ],
    }


def _complete(schema: Schema, title: str) -> None:
    """Makes what is read into what is printed: every field is there, no other, and every leaf has title and unit.

    The items of what is no figure are none either, and are called as what holds them.
    """
    schema.pop("default", None)
    title = schema.get("title", title)
    if "properties" in schema:
        schema["required"] = list(schema["properties"])
        schema["additionalProperties"] = False
    below = _below(schema)
    if not below and "$ref" not in schema:
        schema.setdefault("title", title)
        schema.setdefault("unit", None)
    for own in below:
        _complete(own, title)


def _below(schema: Schema) -> list[Schema]:
    """What a schema holds: fields, rows or values, and of several types those that hold any."""
    items = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    options = [option for option in schema.get("anyOf", ()) if "$ref" in option or _below(option)]
    return [*schema.get("properties", {}).values(), *items, *options]
