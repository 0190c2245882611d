"""What the desk computes of the shipped scenarios, from wire bytes to JSON, by the real program."""

import re
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.e2e.conftest import QUICK, surroundings
from tests.e2e.terminal import DESKVIEW, ROOT

LIMIT_S = 600
WORST = 10
Reading = dict[str, Any]


def halved(scenario: str) -> str:
    """The scenario with every theme's and sector's move half as large."""
    head, line, moves = scenario.partition("[shock.sectors]")
    moves, flow, rest = moves.partition("[flow]")
    return head + line + re.sub(r"= (-?)0\.(\d+)", lambda found: f"= {float(found[0][2:]) / 2}", moves) + flow + rest


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Reading]]:
    """The crash, the crash with half its moves, and the calm day: cold runs side by side, the first with the shipped
    settings but for the number of earlier sessions of flow."""
    base = tmp_path_factory.mktemp("acceptance")
    shipped = resources.files("deskview.simulator") / "scenarios" / "momentum-crash.toml"
    half = base / "half.toml"
    half.write_text(halved(shipped.read_text()))
    quick = base / "quick.toml"
    quick.write_text(QUICK)
    shorter = base / "shorter.toml"
    shorter.write_text("[flow]\nhistory_sessions = 25\n")
    runs = {
        "crash": ("momentum-crash", "--settings", str(shorter), "--wait", str(LIMIT_S)),
        "half": (str(half), "--settings", str(quick)),
        "calm": ("calm", "--settings", str(quick)),
    }
    started = {name: _start(base, name, *arguments) for name, arguments in runs.items()}
    found = {}
    for name, run in started.items():
        out, err = run.communicate(timeout=LIMIT_S)
        assert run.returncode == 0, err.decode()
        found[name] = msgspec.json.decode(out)
    yield found


def _start(base: Path, name: str, scenario: str, *options: str) -> "subprocess.Popen[bytes]":
    home = base / f"home-{name}"
    home.mkdir()
    command = [*DESKVIEW, "snapshot", "--demo", "--scenario", scenario, "--at", "16:00", "--format", "json", *options]
    return subprocess.Popen(command, cwd=ROOT, env=surroundings(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def crash_day(readings: dict[str, Reading]) -> Reading:
    return readings["crash"]


def now(reading: Reading) -> dict[str, float]:
    return {group["name"]: group["returns"]["now"] for group in reading["rotation"]["groups"]}


def test_it_is_the_session_of_the_crash_and_simulated(crash_day: Reading) -> None:
    assert crash_day["session"] == "2026-02-04"
    assert crash_day["source"]["simulated"] is True
    assert crash_day["source"]["scenario"] == "momentum-crash"


def test_momentum_breaks(crash_day: Reading) -> None:
    momentum = crash_day["momentum"]
    assert -0.09 <= momentum["return"] <= -0.06
    assert -5 <= momentum["sigma"] <= -3
    assert -0.07 <= momentum["long_return"] <= -0.045
    assert 0.01 <= momentum["short_return"] <= 0.03


def test_most_stocks_beat_a_falling_index(crash_day: Reading) -> None:
    assert crash_day["breadth"]["index_return"] < 0
    assert 0.68 <= crash_day["breadth"]["beat_share"] <= 0.80


def test_the_money_leaves_the_favourites_for_the_cyclicals(crash_day: Reading) -> None:
    returns = now(crash_day)
    assert returns["Chemicals"] > 0
    assert returns["Banks"] > 0
    worst = sorted(returns, key=lambda name: returns[name])[:WORST]
    assert {"AI compute", "National security", "Bitcoin miners"} <= set(worst)


def test_leveraged_funds_must_sell(crash_day: Reading) -> None:
    leverage = crash_day["leverage"]
    assert -20e9 <= leverage["today_usd"] <= -14e9
    assert sum(abs(name["today_usd"]) > 1e8 for name in leverage["by_name"]) >= 5


def test_retail_does_not_buy_the_dip_and_institutions_sell(crash_day: Reading) -> None:
    flow = crash_day["flow"]
    for side, (least, most) in {"retail": (10, 22), "institutional": (5, 17)}.items():
        assert flow[side]["names"] >= 50
        assert flow[side]["percentile_low"] <= most
        assert flow[side]["percentile_high"] >= least
        assert flow[side]["clock"] == "16:00"
    assert flow["retail"]["afternoon_usd"] > flow["retail"]["morning_usd"]
    assert flow["institutional"]["morning_usd"] < flow["institutional"]["afternoon_usd"] < 0


def test_positions_are_cut_by_most_of_the_signs(crash_day: Reading) -> None:
    found = crash_day["deleveraging"]
    assert found["met"] >= 4
    assert found["words"] == f"positions cut, {found['met']} of {found['of']} signs"
    assert {flag["name"] for flag in found["flags"] if flag["met"]} >= {"fall", "long_led", "calm_index", "dispersion"}


def test_a_calm_day_is_calm(readings: dict[str, Reading]) -> None:
    momentum = readings["calm"]["momentum"]
    assert readings["calm"]["source"]["scenario"] == "calm"
    assert momentum["verdict"] is None
    assert momentum["missing"]["verdict"].startswith("calm")
    assert abs(momentum["sigma"]) < 2
    assert abs(momentum["sector_neutral"]["sigma"]) < 2
    assert abs(momentum["sigma_ewma"]) < 2
    assert readings["calm"]["deleveraging"]["met"] < 2
    assert "cut" not in readings["calm"]["deleveraging"]["words"]


def test_another_scenario_file_changes_the_figures(readings: dict[str, Reading]) -> None:
    whole, half = readings["crash"], readings["half"]
    assert half["source"]["scenario"] == "half"
    assert whole["momentum"]["return"] < half["momentum"]["return"] < 0
    assert whole["leverage"]["today_usd"] < half["leverage"]["today_usd"] < 0
    assert now(whole)["Bitcoin miners"] < now(half)["Bitcoin miners"] < 0
    ratios = [day["momentum"]["beta_neutral"]["hedge_ratio"] for day in (whole, half)]
    assert ratios[0] == pytest.approx(ratios[1])
    assert whole["momentum"]["hedge_ratio"] == half["momentum"]["hedge_ratio"] == 1
