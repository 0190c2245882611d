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
FRAMES_PER_SECOND = "120"
"""At most: a key pressed just after a frame waits for up to two of them."""


def run(arguments: Namespace) -> int:
    """Opens the desk; it ends with the app's exit code."""
    return open_desk(arguments, demo=False)


def open_desk(arguments: Namespace, *, demo: bool) -> int:
    """The desk in this terminal."""
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)  # read when textual is imported
    from deskview.app import DeskApp  # noqa: PLC0415 - textual is not needed by other commands

    if not sys.stdout.isatty():
        raise UsageError("the desk needs a terminal; `deskview snapshot` prints the same figures without one")
    context = context_of(arguments)
    _refuse_unknown(context.settings.theme)
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
    return app.return_code or 0


def _refuse_unknown(theme: str) -> None:
    """A theme that neither ships nor lies in the user's folder is a mistake to be told before the desk opens.

    A user's theme that can't be used is known by its file: the desk opens and says what is wrong with it.
    """
    from deskview.themes import theme_names  # noqa: PLC0415 - textual loads late

    names = theme_names(paths.themes_folder())
    if theme not in names:
        near = difflib.get_close_matches(theme, names, n=1, cutoff=0.0)[0]
        raise UsageError(f"there is no theme {theme!r}; did you mean {near!r}? Known: {', '.join(sorted(names))}")
