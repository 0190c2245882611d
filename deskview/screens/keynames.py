"""Keys by name: how they are printed, and whether a terminal can send them."""

import unicodedata

from textual.keys import Keys

_PRINTED = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
_NAMED = {key.value for key in Keys} | {"space"}


def shown_keys(keys: str) -> str:
    """Keys such as "up,k" as they are printed: "↑ k"."""
    return " ".join(_shown(key.strip()) for key in keys.split(","))


def _shown(key: str) -> str:
    if key in _PRINTED:
        return _PRINTED[key]
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    return key if key in _NAMED and len(key) > 1 else _character(key) or key


def _character(name: str) -> str:
    """The character of a Unicode name such as left_square_bracket; empty where there is none."""
    try:
        return unicodedata.lookup(name.replace("_", " ")) if len(name) > 1 else name
    except KeyError:
        return ""


def is_key(name: str) -> bool:
    """Whether a terminal can send it: a character, a named key, or either behind ctrl+, shift+ or alt+."""
    bare = name
    for modifier in ("ctrl+", "alt+", "shift+"):
        bare = bare.removeprefix(modifier)
    return name in _NAMED or bare in _NAMED or bool(bare.isprintable() and _character(bare))
