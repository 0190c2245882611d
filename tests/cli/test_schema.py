"""`snapshot --schema` describes what `snapshot` prints, of every scenario."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deskview.exits import Exit
from deskview.simulator.scenario import scenario_names
from tests.cli.conftest import Desk

SMALL = """
history_sessions = 300
[flow]
count = 1
history_sessions = 20
calls_per_session = 2
sample_prints = 200
panel_calls = 0
[leverage]
paths = 1000
"""


def test_the_schema_needs_neither_market_nor_key(desk: Desk, tmp_path: Path) -> None:
    done = desk.run("snapshot", "--schema", "--base-url", "http://127.0.0.1:9")
    assert done.code == Exit.OK
    assert json.loads(done.out)["$schema"].endswith("2020-12/schema")
    file = tmp_path / "schema.json"
    assert desk.run("snapshot", "--schema", "--output", str(file)).code == Exit.OK
    assert file.read_text() == done.out


@pytest.mark.long
@pytest.mark.parametrize("scenario", sorted(scenario_names()))
def test_the_snapshot_of_a_scenario_is_what_the_schema_says(desk: Desk, scenario: str, tmp_path: Path) -> None:
    """Its short version is the crash in `tests.board.test_schema`."""
    schema = json.loads(desk.run("snapshot", "--schema").out)
    (settings := tmp_path / "settings.toml").write_text(SMALL)
    done = desk.run("snapshot", "--demo", "--scenario", scenario, "--wait", "0", "--settings", str(settings))
    assert done.code in (Exit.OK, Exit.INCOMPLETE), done.err
    found = Draft202012Validator(schema).iter_errors(json.loads(done.out))
    assert [f"{fault.json_path}: {fault.message}" for fault in found] == []
