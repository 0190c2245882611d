"""Scenarios as data: shipped ones load, a user's file works, mistakes are named."""

from pathlib import Path

import pytest

from deskview.simulator import ScenarioError, create_app, scenario_names
from deskview.simulator.scenario import parse_scenario, read_scenario
from tests.simulator.conftest import asking

OWN = """
title = "Mine"
session = 2026-01-06
start = 15:59:30
speed = 0

[shock]
market = -0.03

[shock.names]
NVDA = 0.05
"""


def test_the_shipped_scenarios() -> None:
    assert scenario_names() == ["calm", "half-day", "melt-up", "momentum-crash", "reversed-flow", "squeeze"]
    for name in scenario_names():
        create_app(name)


async def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "my crash; x.toml"
    path.write_text(OWN)
    async with asking(scenario=path, at=None, speed=None) as client:
        answer = await client.get("/v1/marketstatus/now")
        row = (await client.get("/v2/snapshot/locale/us/markets/stocks/tickers/NVDA")).json()["ticker"]
    assert answer.json()["serverTime"] == "2026-01-06T15:59:30-05:00"
    assert answer.headers["X-Simulated-Market"].startswith("my-crash--x; seed=1;")
    assert row["todaysChangePerc"] == pytest.approx(5, abs=0.3)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("market =", "markt =", r"unknown key 'shock\.markt'; did you mean 'market'"),
        ("speed = 0", "sped = 0", "unknown key 'sped'; did you mean 'speed'"),
        ("speed = 0", "speed = -1", r"speed"),
        ("market = -0.03", 'market = "down"', "market"),
        (
            "[shock.names]\nNVDA",
            '[shock.themes]\n"AI computer"',
            "unknown theme 'AI computer'; did you mean 'AI compute'",
        ),
        ("[shock.names]\nNVDA", "[shock.sectors]\nTech", "unknown sector 'Tech'"),
        ("[shock.names]\nNVDA", "[shock.names]\nNVDIA", "unknown stock 'NVDIA'; did you mean 'NVDA'"),
        ("2026-01-06", "2026-01-04", "2026-01-04 is not a trading day"),
        ("session = 2026-01-06", "", "session"),
        ("title", "title title", "scenario"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new))
    with pytest.raises(ScenarioError, match=words):
        create_app(path)


def test_an_unknown_scenario_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="did you mean 'momentum-crash'"):
        create_app("momentum-crsh")
    with pytest.raises(ScenarioError, match="No such file"):
        create_app(tmp_path / "none.toml")


@pytest.mark.parametrize("name", scenario_names())
def test_profiles_end_complete(name: str) -> None:
    profile = parse_scenario(read_scenario(name)[1]).shock.profile
    assert profile == sorted(profile)
    assert profile[-1] == 1
