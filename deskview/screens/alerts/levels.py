"""Typed text as a level or a length of time, and an alert as the terminal's notification."""

import math
import os
import re
from collections.abc import Iterator

from deskview.analytics.figure import Unit
from deskview.settings import Notification
from deskview.text import neutralise

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
_LENGTH = re.compile(r"[1-9]\d{0,3}[smh]", re.ASCII)


def stated(unit: Unit | str, kind: str) -> str:
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


def level_of(text: str, unit: Unit | str, kind: str) -> float:
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


def clear_of(text: str, level: float, unit: Unit | str, kind: str) -> float | None:
    """The level typed for a rule of this level to clear at; None where nothing is. Raises ValueError as `level_of`."""
    if not text.strip():
        return None
    if kind == "crosses":
        raise ValueError("What crosses a level fires either way: there is no level to clear at.")
    clear = level_of(text, unit, kind)
    under = kind in ("above", "sigma")
    if clear > level if under else clear < level:
        raise ValueError(f"It clears on the calm side of the level: at {'or under' if under else 'or over'} it.")
    return clear


def length_of(text: str) -> str | None:
    """The length of time typed, as the settings have it; None where nothing is. Raises ValueError for what is none."""
    length = text.strip().casefold()
    if length and not _LENGTH.fullmatch(length):
        raise ValueError(f"{length!r} is no length of time: 90s, 2m and 1h are.")
    return length or None


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


def typed(value: float, unit: Unit | str, kind: str) -> str:
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
