"""Scenarios: what happens to the simulated market in one session, as data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date, time
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

#: Half-hours of a full session; a half day uses the first seven.
HALF_HOURS = 13

Imbalances = Annotated[list[Annotated[float, Meta(ge=-1, le=1)]], Meta(min_length=HALF_HOURS, max_length=HALF_HOURS)]
Profile = Annotated[list[float], Meta(min_length=HALF_HOURS + 1, max_length=HALF_HOURS + 1)]


class ScenarioError(ValueError):
    """The scenario file cannot be used; the text says where and why."""


class Shock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close-to-close returns of the session, as fractions.

    `market` is per unit of beta, `momentum` per standard deviation of 12-1 momentum, `others` comes on
    top for the invented companies (the small ones outside every list), `idiosyncratic` is a multiple
    of each name's own daily volatility. `names` sets a stock's whole return,
    `factors` moves gold, oil and bitcoin. `profile` is the share of the move
    done at 09:30, 10:00, ... 16:00.
    """

    market: float = 0.0
    momentum: float = 0.0
    others: float = 0.0
    idiosyncratic: float = 1.0
    profile: Profile = msgspec.field(
        default_factory=lambda: [0.2, 0.3, 0.38, 0.45, 0.51, 0.56, 0.61, 0.66, 0.71, 0.76, 0.82, 0.88, 0.94, 1.0]
    )
    sectors: dict[str, float] = msgspec.field(default_factory=dict)
    themes: dict[str, float] = msgspec.field(default_factory=dict)
    factors: dict[str, float] = msgspec.field(default_factory=dict)
    names: dict[str, float] = msgspec.field(default_factory=dict)


class SessionFlow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signed flow of the session by half-hour: (bought - sold) / (bought + sold).

    `stray` is how far single names stray from these, as a multiple of what they do in other sessions: less where one
    crowd moves in all of them.
    """

    retail: Imbalances = msgspec.field(default_factory=lambda: [0.08] * HALF_HOURS)
    nonretail: Imbalances = msgspec.field(default_factory=lambda: [0.0] * HALF_HOURS)
    stray: Annotated[float, Meta(ge=0)] = 1.0


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who holds options: by how much calls outweigh puts in gamma, in the session and in those before, the newest last.

    Further back it is what it is first.
    """

    tilt: Annotated[list[Annotated[float, Meta(gt=-1, lt=1)]], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [0.2]
    )

    def tilt_of(self, back: int) -> float:
        """That of so many sessions before the scenario's."""
        return self.tilt[max(len(self.tilt) - 1 - back, 0)]


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One session: its date, its clock, its shocks and its flows."""

    title: str
    session: date
    start: time = time(10)
    speed: Annotated[float, Meta(ge=0)] = 10.0
    volume: Annotated[float, Meta(gt=0)] = 1.0
    shock: Shock = msgspec.field(default_factory=Shock)
    flow: SessionFlow = msgspec.field(default_factory=SessionFlow)
    options: Options = msgspec.field(default_factory=Options)


def scenario_names() -> list[str]:
    """The shipped scenarios, sorted."""
    folder = resources.files("deskview.simulator.scenarios")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def read_scenario(which: str | Path) -> tuple[str, bytes]:
    """Name and bytes of a shipped scenario or of a scenario file; raises ScenarioError."""
    path = Path(which)
    if path.suffix == ".toml":
        try:
            return _plain(path.stem), path.read_bytes()
        except OSError as error:
            raise ScenarioError(f"scenario file {path}: {error.strerror}") from error
    name = str(which)
    if name not in scenario_names():
        raise ScenarioError(f"no scenario {name!r}; {suggestion(name, scenario_names())}")
    return name, (resources.files("deskview.simulator.scenarios") / f"{name}.toml").read_bytes()


def parse_scenario(data: bytes) -> Scenario:
    """The scenario in a TOML text; raises ScenarioError naming the key at fault and the nearest valid one."""
    try:
        raw = msgspec.toml.decode(data)
        _check_keys(raw, Scenario, "")
        return msgspec.convert(raw, Scenario, strict=False)
    except ScenarioError:
        raise
    except msgspec.DecodeError as error:
        raise ScenarioError(f"scenario: {error}") from error


def check_groups(found: Mapping[str, float], known: list[str], what: str) -> None:
    """Raises ScenarioError for a shock to a group that does not exist."""
    for name in found:
        if name not in known:
            raise ScenarioError(f"scenario: unknown {what} {name!r}; {suggestion(name, known)}")


def suggestion(name: str, known: list[str]) -> str:
    """The nearest valid name in words."""
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"did you mean {near[0]!r}?" if near else f"valid are {', '.join(sorted(known)[:20])}"


def _check_keys(raw: Mapping[str, object], kind: type[msgspec.Struct], where: str) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in raw.items():
        if key not in fields:
            raise ScenarioError(f"scenario: unknown key {where + key!r}; {suggestion(key, list(fields))}")
        inner = fields[key]
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _check_keys(value, inner, f"{where}{key}.")


def _plain(text: str) -> str:
    """Letters, digits, dash and underscore only: the name stands in a response header."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:40] or "scenario"
