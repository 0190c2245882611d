"""`deskview`: the desk on the configured provider."""

import difflib
import gc
import os
import sys
from argparse import Namespace

from deskview import paths
from deskview.cli.context import UsageError, context_of
from deskview.cli.opening import ConfiguredMarketOpener
from deskview.process import DESK_GC

SWITCH_S = 0.0005
"""A thread that computes gives way to a key this soon, ten times sooner than Python's own five milliseconds."""
TERMINAL = "TERM=xterm-256color"
TERMINAL_WAY_OUT = "`deskview snapshot` prints the same figures; if it can place text after all, name its kind:"
FRAMES_PER_SECOND = "120"
"""At most: a key pressed just after a frame waits for up to two of them."""


def run(arguments: Namespace) -> int:
    """Opens the desk; it ends with the app's exit code."""
    return open_desk(arguments, demo=False)


def open_desk(arguments: Namespace, *, demo: bool) -> int:
    """The desk in this terminal."""
    if not sys.stdout.isatty():
        raise UsageError("the desk needs a terminal; `deskview snapshot` prints the same figures without one")
    if sys.__stdin__ is None or sys.__stderr__ is None:
        raise UsageError("the desk reads keys from standard input and paints on standard error: one of them is closed")
    if fault := terminal_fault(os.environ.get("TERM", "")):
        raise UsageError(f"{fault} {TERMINAL_WAY_OUT} `export {TERMINAL}`")
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)  # read when textual is imported
    for name in ("COLUMNS", "LINES"):  # exported, they would be taken for the terminal's size whatever it becomes
        os.environ.pop(name, None)
    from deskview.app import DeskApp  # noqa: PLC0415 - textual is not needed by other commands

    context = context_of(arguments)
    if fault := theme_fault(context.settings.theme):
        raise UsageError(fault)
    app = DeskApp(
        ConfiguredMarketOpener(context, demo=demo),
        theme_name=context.settings.theme,
        secrets=context.keys,
        settings=context.settings,
        settings_file=context.settings_file,
    )
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*DESK_GC)
    app.run(mouse=getattr(arguments, "mouse", False))
    app.print_crash()
    gc.freeze()  # at its end Python looks for cycles among all there is, seconds of it; the system takes it back anyway
    return app.return_code or 0


def terminal_fault(term: str) -> str:
    """Why a terminal of this kind (TERM) can't show the desk; empty where it may.

    Kinds the machine's terminfo does not know are none of them: newer terminals are often missing there.
    """
    if term not in ("", "dumb", "unknown"):
        return ""
    return f"TERM is {term or 'not set'}, which says that this terminal can't place text, and the desk must."


def theme_fault(theme: str) -> str:
    """That there is no such theme; empty where it ships or lies in the user's folder.

    A user's theme that can't be used is known by its file: the desk opens and says what is wrong with it.
    """
    from deskview.themes import theme_names  # noqa: PLC0415 - textual loads late

    names = theme_names(paths.themes_folder())
    if theme in names:
        return ""
    near = difflib.get_close_matches(theme, names, n=1, cutoff=0.0)[0]
    return f"there is no theme {theme!r}; did you mean {near!r}? Known: {', '.join(sorted(names))}"
