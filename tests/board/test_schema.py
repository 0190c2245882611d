"""The schema of the JSON: every leaf says what it is, and every board that is printed is one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from deskview.board import Board, Part, build_board
from deskview.board.board import PARTS
from deskview.board.export import board_to_json
from deskview.board.schema import board_schema
from tests.board.test_board import NOTHING
from tests.screens.moments import whole

UNITS = {"fraction", "usd", "price", "basis_points", "sigma", "percentile", "number", "count"}
SCHEMA = board_schema()
WRITTEN = Draft202012Validator(SCHEMA)


def leaves(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of a single value, by where it stands."""
    rows = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    options = [option for option in schema.get("anyOf", ()) if option.keys() & {"$ref", "items", "properties"}]
    below = {f"{path}.{name}": own for name, own in schema.get("properties", {}).items()}
    for name, own in (*below.items(), *((f"{path}.*", own) for own in (*rows, *options))):
        yield from leaves(own, name)
    if not (below or rows or options or "$ref" in schema):
        yield path, schema


def every_leaf() -> list[tuple[str, dict[str, Any]]]:
    roots = {"board": SCHEMA, **SCHEMA["$defs"]}
    return [leaf for name, schema in roots.items() for leaf in leaves(schema, name)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_leaf_has_a_title_and_a_unit_or_none() -> None:
    found = every_leaf()
    assert len(found) > 300
    for path, leaf in found:
        assert leaf.get("title"), path
        assert leaf["unit"] is None or leaf["unit"] in UNITS, path


def test_every_number_has_a_unit() -> None:
    def kinds(leaf: dict[str, Any]) -> set[str]:
        return {str(option.get("type")) for option in (leaf, *leaf.get("anyOf", ()))}

    bare = [path for path, leaf in every_leaf() if kinds(leaf) & {"number", "integer"} and leaf["unit"] is None]
    assert bare == ["board.schema"]


def test_a_whole_board_is_one(board: Board) -> None:
    assert faults(board) == []
    assert faults(whole(board)) == []


def test_a_board_without_figures_is_one(board: Board) -> None:
    assert faults(build_board(NOTHING)) == []
    awaited: dict[str, Any] = {part: Part.awaited("not asked for") for part in PARTS}
    assert faults(replace(board, **awaited)) == []


def test_what_is_not_printed_is_none(board: Board) -> None:
    printed = msgspec.json.decode(board_to_json(board))
    for part in PARTS:
        own = printed[part]
        for wrong in ({**own, "nope": 1}, _without(own, "doubt"), _without(own, "missing")):
            assert faults_of({**printed, part: wrong}), part
    assert faults_of({**printed, "breadth": _without(printed["breadth"], "beat_share")})
    assert faults_of({**printed, "schema": 1})


def faults(board: Board) -> list[str]:
    """What is wrong with the JSON of a board."""
    return faults_of(msgspec.json.decode(board_to_json(board)))


def faults_of(printed: dict[str, Any]) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in WRITTEN.iter_errors(printed)]


def _without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}
