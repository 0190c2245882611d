"""Rules and their levels as text, typed text as a level, and an alert as the terminal's notification."""

import math
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deskview.analytics.assumptions import TODAYS_NAMES
from deskview.screens.format import figure, sigma_sign
from deskview.screens.frame.labels import SIGMA_OF_THE_DAY
from deskview.screens.parts import label_of
from deskview.settings import Notification
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.board.alerts import Watch
    from deskview.board.readings import Reading
    from deskview.board.units import Unit
    from deskview.settings import Alert


CONDITIONS = {
    "above": "above",
    "below": "below",
    "crosses": "crosses",
    "sigma": "σ either way",
    "percentile": "outer percentile",
}
"""The conditions as they are offered."""
_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_TYPED = re.compile(rf"([+-]?)\s*\$?\s*({_NUMBER})\s*([a-z%σ]*)", re.IGNORECASE)


def _unit_of(path: str) -> "Unit":
    from deskview.board.units import unit_of  # noqa: PLC0415 - the board's package brings polars

    return unit_of(path)


def condition(rule: "Alert") -> str:
    """When the rule fires, such as below −3σ."""
    if rule.condition == "percentile":
        return f"in the outer {figure(rule.level, digits=10)}%"
    if rule.condition == "sigma":
        return f"beyond ±{figure(rule.level, digits=10)}σ"
    return f"{rule.condition} {figure(rule.level, _unit_of(rule.reading), digits=10)}"


def watched_label(rule: "Alert") -> str:
    """What the rule looks at: the reading, or which σ of it."""
    label = label_of(rule.reading)
    return f"{label}, {SIGMA_OF_THE_DAY}" if rule.condition == "sigma" and "σ" not in label else label


def watched_figure(rule: "Alert", value: float | None, basis: str = "") -> str:
    """A figure in the unit of what the rule looks at: the reading, its σ (which rests on `basis`) or its percentile."""
    from deskview.board.units import Unit  # noqa: PLC0415

    units = {"sigma": Unit.SIGMA, "percentile": Unit.PERCENTILE}
    return _with_basis(value, units.get(rule.condition) or _unit_of(rule.reading), basis)


def reading_figure(reading: "Reading") -> str:
    """A reading in its unit."""
    return _with_basis(reading.value, reading.unit, reading.basis)


def _with_basis(value: float | None, unit: "Unit", basis: str) -> str:
    return figure(value, sigma_sign(basis) if unit == "σ" else unit)


def in_words(rule: "Alert", value: float | None, basis: str) -> str:
    """The figure the rule looks at, with what its σ rests on where that is not the rule's own history."""
    words = watched_figure(rule, value, basis)
    return f"{words} (today's names)" if words.endswith(sigma_sign(TODAYS_NAMES)) else words


def stated(unit: "Unit | str", kind: str) -> str:
    """What is typed as a level: the unit in words, and an example."""
    if kind == "percentile":
        return "% of either end: 5 means under the 5th or over the 95th"
    if kind == "sigma":
        return "σ, either way: 3 means under −3 or over +3"
    return {
        "%": "in %: -5 means −5%",
        "$": "in dollars: -2.5B, 800M; bare: -5 means −$5",
        "$ a share": "in dollars a share",
        "σ": "in σ: -3",
        "bp": "in basis points: -40",
        "percentile": "a percentile, 0 to 100",
    }.get(str(unit), "a bare number")


def level_of(text: str, unit: "Unit | str", kind: str) -> float:
    """The level a user typed, in the reading's own unit. Raises ValueError, saying what is wrong with it."""
    level = text.strip().replace("−", "-")
    if not level:
        raise ValueError("A level is missing.")
    match = _TYPED.fullmatch(level)
    value = float(match[1] + match[2].replace(",", "")) if match else math.nan
    if match is None or not math.isfinite(value):
        raise ValueError(f"{level!r} is no number.")
    written = {"sigma": "σ", "percentile": "percentile"}.get(kind, str(unit))
    value = _scaled(value, match[3].casefold(), written)
    if kind == "sigma" and value <= 0:
        raise ValueError("σ either way needs a number over 0.")
    if kind == "percentile" and not 0 < value < 50:
        raise ValueError("The outer percentile lies between 0 and 50.")
    if written == "percentile" and not 0 <= value <= 100:
        raise ValueError("A percentile lies between 0 and 100.")
    return value


def _scaled(value: float, suffix: str, unit: str) -> float:
    """The number in the reading's own unit, by what stands behind it."""
    if unit == "%" and suffix in ("", "%", "bp"):
        return value / (10_000 if suffix == "bp" else 100)
    if unit == "$" and suffix in _SCALES:
        return value * _SCALES[suffix]
    if suffix == "" or (suffix, unit) in {("σ", "σ"), ("s", "σ"), ("bp", "bp"), ("%", "percentile")}:
        return value
    takes = {"%": "% or bp", "$": "K, M, B or T", "σ": "σ", "bp": "bp", "percentile": "%"}.get(unit)
    raise ValueError(f"{suffix!r} does not go with this reading" + (f"; {takes} does." if takes else "."))


def typed(value: float, unit: "Unit | str", kind: str) -> str:
    """A level as it would be typed; read by `level_of` it is the same again."""
    plain = kind in ("sigma", "percentile")
    if str(unit) == "%" and not plain:
        return f"{value * 100:.12g}"
    if str(unit) == "$" and not plain:
        scale, letter = next(((10.0**n, c) for n, c in ((9, "B"), (6, "M")) if abs(value) >= 10.0**n), (1.0, ""))
        return f"{value / scale:.12g}{letter}"
    return f"{value:.12g}"


LONGEST = 200
"""Terminals cut or drop longer notifications."""


def sentence(watch: "Watch") -> str:
    """Such as "momentum: σ of the day −4.02σ* (today's names), below −3σ"."""
    figure = in_words(watch.rule, watch.fired_value, watch.fired_basis)
    return neutralise(f"{watched_label(watch.rule)} {figure}, {condition(watch.rule)}")


def notifications(text: str, way: Notification | bool) -> Iterator[str]:
    """The sequences that make the terminal show a notification, through tmux where that is around it.

    `way` may be the old true and false: OSC 9, and none. Neither control characters nor semicolons get into it.
    """
    body = neutralise(text, limit=LONGEST).replace(";", ",")
    if way in ("osc9", "both", True):
        yield _through(f"\x1b]9;deskview: {body}\x07")
    if way in ("osc777", "both"):
        yield _through(f"\x1b]777;notify;deskview;{body}\x07")


def _through(sequence: str) -> str:
    """The sequence as it is, or wrapped so that tmux hands it on."""
    if not os.environ.get("TMUX"):
        return sequence
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
