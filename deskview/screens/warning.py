"""What an alert does outside the screen: the terminal's notification."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deskview.screens.alert_words import condition, watched_figure
from deskview.screens.reading_words import words_of
from deskview.settings import Notification
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.board.alerts import Watch

LONGEST = 200
"""Terminals cut or drop longer notifications."""


def sentence(watch: "Watch") -> str:
    """Such as "momentum: σ of the year −4.02σ, below −3σ"."""
    reading, figure = words_of(watch.rule.reading), watched_figure(watch.rule, watch.fired_value)
    return neutralise(f"{reading} {figure}, {condition(watch.rule)}")


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
