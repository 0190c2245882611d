"""An app whose failures are told without secrets, and that never waits for its terminal."""

import asyncio
import logging
import signal
import sys
import traceback
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from rich.console import RenderableType
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.events import Key, Paste
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from deskview.widgets.text import HarmlessFilter
from deskview.widgets.textual_private.compositor import LeanUpdate
from deskview.widgets.textual_private.driver import guarded
from deskview.widgets.textual_private.terminal import TerminalOutput, TerminalWriter

log = logging.getLogger(__name__)
Result = TypeVar("Result")
_HARMLESS = HarmlessFilter()
ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)
BATCH_S = 0.05
"""Changes that belong together are shown together, so soon as a rule."""
MANY = 200
"""So many regions that were not painted in time are painted as one, the whole screen."""


def normalised_keys(keys: str) -> str:
    """Keys as Textual names them, `question_mark` for `?`; several are parted by commas."""
    return App._normalize_keymap({"": keys})[""]


def write_to_terminal(app: App[Any], text: str) -> None:
    """Sends text or control sequences as they are; an app that does not run has no terminal."""
    if app._driver is not None:
        app._driver.write(text)


class GuardedApp(App[Result]):
    """An app that ends with exit code 1 and a traceback without local variables, whatever of it fails.

    Textual's own traceback shows local variables, secrets among them, and after a failure of the thread that reads
    the terminal the exit code is 0.
    """

    crash = ""
    """The text about the first failure that ended the app; empty where none did."""
    alt_keys: frozenset[str] = frozenset()
    """Keys behind alt, by their names, that the app makes something of."""
    parting = ""
    """Why the app ended that neither failed nor was asked to; empty where there is nobody to read it."""

    def __init__(self) -> None:
        super().__init__()
        self.output = TerminalOutput()
        self._missed: set[Region] = set()
        self._missed_whole = False

    def describe_crash(self, error: BaseException) -> str:
        """The text about a failure; a subclass that knows secrets takes them out."""
        return "".join(traceback.format_exception(error)).rstrip("\n")

    def print_crash(self) -> None:
        """Says on standard error why the app failed or ended, once the terminal is back; nothing where it was left."""
        text = self.crash or self.parting
        if not text:  # without a buffer (PYTHONUNBUFFERED) even nothing would wait for a terminal that takes nothing
            return
        with suppress(OSError):  # where it can't be said, the log has it
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def leave(self) -> None:
        """Ends the app in good order."""
        self.exit()

    def cut_off(self) -> None:
        """Ends the app in good order where not its user wants that: its terminal has gone, or a signal says so."""
        self.leave()

    def heed_signals(self) -> None:
        """From now on the signals that ask to end cut the app off, also those whoever started it had blocked."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        for number in ENDING:
            asyncio.get_running_loop().add_signal_handler(number, self.cut_off)

    def repaint(self, *, whole: bool = True) -> None:
        """Paints what the terminal could not take in time, or all of the screen."""
        if not self.screen_stack:
            return
        if self._batch_count:  # what is painted now would not be sent
            self.set_timer(BATCH_S, partial(self.repaint, whole=whole))
            return
        compositor = self.screen._compositor
        compositor._dirty_regions.update([compositor.size.region] if whole or self._missed_whole else self._missed)
        self._missed.clear()
        self._missed_whole = False
        self.screen._compositor_refresh()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """A frame that would have to wait for an earlier one is not sent; `repaint` makes up for it."""
        terminal: TerminalWriter | None = getattr(self._driver, "terminal", None)
        if renderable is None or terminal is None:
            super()._display(screen, renderable)
        elif not terminal.defer():
            self.output.frames += 1
            super()._display(screen, renderable)
        else:
            self.output.frames_skipped += 1
            self._missed.update(
                renderable.regions if isinstance(renderable, LeanUpdate) and not self._missed_whole else ()
            )
            self._missed_whole |= not isinstance(renderable, LeanUpdate) or len(self._missed) > MANY

    def accept_typed(self, typed: Key | Paste) -> Coroutine[Any, Any, bool]:
        """Takes a key or a paste; runs on the thread that reads the terminal, what it returns runs in the app's loop.

        That is some turns of the loop before a key is acted upon.
        """
        return super()._post_message(typed)

    def takes_alt(self, character: str) -> bool:
        """Whether alt and a character are one key: where one types a text, or the app has such; runs on that thread."""
        with suppress(ScreenStackError):
            if isinstance(self.focused, Input):
                return True
        return f"alt+{normalised_keys(character)}" in self.alt_keys

    def _post_message(self, message: Message) -> Coroutine[Any, Any, bool]:
        return self.accept_typed(message) if isinstance(message, Key | Paste) else super()._post_message(message)

    @property
    def return_code(self) -> int | None:
        """The exit code, None while the app runs; 1 after a failure, even if it was also asked to leave."""
        return 1 if self.crash else super().return_code

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own behind one that lets nothing through that could steer the terminal, whatever a widget holds."""
        return [_HARMLESS, *super().get_line_filters()]

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, its failures led to the app."""
        return guarded(super().get_driver_class())

    def panic(self, *renderables: RenderableType) -> None:
        """What a driver does that has failed in another way than by an exception we see."""
        self._handle_exception(RuntimeError(f"the terminal's driver failed: {' '.join(map(_plain, renderables))}"))

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        log.error("the app failed and ends", exc_info=cause)
        self.crash = self.crash or self.describe_crash(cause)
        if self._exception is None:  # the one a test's pilot raises again
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()


def _plain(renderable: RenderableType) -> str:
    stacks = getattr(getattr(renderable, "trace", None), "stacks", ())
    return "; ".join(f"{stack.exc_type}: {stack.exc_value}" for stack in stacks) or str(renderable)
