"""All that deskview uses of Textual's private parts; no other file touches them.

`PARTS` names every member and where Textual has it: a test of each fails by its name when a new Textual has it no more.
What is not private but undocumented (a method that is overridden, a driver's thread) is named there too.
"""

import codecs
import errno
import logging
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import IO, Any, TypeVar

from rich.console import Console, RenderableType
from textual._context import visible_screen_stack
from textual.app import App
from textual.driver import Driver
from textual.events import Key, Paste
from textual.geometry import Region
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets._toast import ToastRack
from textual.worker import WorkerFailed

try:
    from textual._compositor import Compositor, CompositorUpdate
except ImportError:  # Textual has moved it: `missing_part` names what is not there, and its own compositor is used
    Compositor = CompositorUpdate = object  # type: ignore[misc,assignment]

log = logging.getLogger(__name__)
Result = TypeVar("Result")

LEAN = ("size", "visible_widgets", "render_partial_update", "_dirty_regions", "_regions_to_spans")
"""What the lean compositor needs of Textual's."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "textual._compositor.Compositor": (*LEAN, "reflow", "render_strips"),
    "textual._compositor.CompositorUpdate": ("render_segments",),
    "textual._context": ("visible_screen_stack",),
    "textual.widgets._toast": ("ToastRack",),
    "textual.screen.Screen": ("_compositor",),
    "textual.app.App": (
        "_background_screens",
        "_close_messages_no_wait",
        "_driver",
        "_exception",
        "_exception_event",
        "_handle_exception",
        "_normalize_keymap",
        "_post_message",
        "panic",
    ),
    "textual.drivers.linux_driver": ("getincrementaldecoder",),
    "textual.drivers.linux_driver.LinuxDriver": (
        "_app",
        "_file",
        "run_input_thread",
        "start_application_mode",
        "stop_application_mode",
    ),
}
"""The module or class, and the members of it (for a class of its instances) that are used here."""


def screen_lines(screen: Screen[Any]) -> list[Strip]:
    """What the screen shows, line by line; through an overlay what lies below it."""
    visible_screen_stack.set(screen.app._background_screens)
    return screen._compositor.render_strips()


@contextmanager
def without_toasts(screen: Screen[Any]) -> Iterator[None]:
    """The screen as it is below its notices, for the time of the block."""
    racks = [rack for rack in screen.query(ToastRack) if rack.display]
    for rack in racks:
        rack.display = False
    screen._compositor.reflow(screen, screen.size)
    try:
        yield
    finally:
        for rack in racks:
            rack.display = True
        screen.refresh(layout=True)


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

    def describe_crash(self, error: BaseException) -> str:
        """The text about a failure; a subclass that knows secrets takes them out."""
        return "".join(traceback.format_exception(error)).rstrip("\n")

    def print_crash(self) -> None:
        """Says on standard error why the app failed, once the terminal is back; nothing where it did not."""
        with suppress(OSError):  # where it can't be said, the log has it
            sys.stderr.write(f"{self.crash}\n" if self.crash else "")
            sys.stderr.flush()

    def leave(self) -> None:
        """Ends the app in good order; also where its terminal has gone."""
        self.exit()

    def accept_typed(self, typed: Key | Paste) -> Coroutine[Any, Any, bool]:
        """Takes a key or a paste; runs on the thread that reads the terminal, what it returns runs in the app's loop.

        That is some turns of the loop before a key is acted upon.
        """
        return super()._post_message(typed)

    def _post_message(self, message: Message) -> Coroutine[Any, Any, bool]:
        return self.accept_typed(message) if isinstance(message, Key | Paste) else super()._post_message(message)

    @property
    def return_code(self) -> int | None:
        """The exit code, None while the app runs; 1 after a failure, even if it was also asked to leave."""
        return 1 if self.crash else super().return_code

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, its failures led to the app."""
        return _guarded(super().get_driver_class())

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


class _Output:
    """What a driver writes to: its first failure is told to `failed`, after it nothing is written until `reopen`.

    Otherwise the thread that writes would die, and the app wait for ever until there is room in that thread's queue.
    """

    def __init__(self, file: IO[str], failed: Callable[[Exception], None]) -> None:
        self._file = file
        self._failed = failed
        self._works = self._sound = True
        self.fileno = file.fileno

    def reopen(self) -> None:
        """Tries again, so that the terminal can be put back as it was; a further failure is told nobody."""
        self._works = True

    def write(self, text: str) -> None:
        """Writes, as far as that is possible."""
        self._attempt(partial(self._file.write, text))

    def flush(self) -> None:
        """Sends what was written, as far as that is possible."""
        self._attempt(self._file.flush)

    def _attempt(self, work: Callable[[], object]) -> None:
        if self._works:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - in a thread of the driver's, where nobody else would hear of it
                self._works = False
                if self._sound:
                    self._sound = False
                    self._failed(error)


def _drop_foreign_bytes(module: Any) -> None:  # noqa: ANN401 - a module, whose name is set
    """Makes the module's drivers drop bytes that are no UTF-8, which a terminal set to Latin-1 sends for an accent.

    A driver asks for its decoder by a name of its module, and the decoder Python gives it fails at such a byte.
    """
    if hasattr(module, "getincrementaldecoder"):
        module.getincrementaldecoder = lambda encoding: partial(codecs.getincrementaldecoder(encoding), "ignore")


@cache
def _guarded(driver: type[Driver]) -> type[Driver]:
    """The driver, each of its two threads with a way to tell the app of its failure, and deaf to what is no UTF-8."""
    _drop_foreign_bytes(sys.modules[driver.__module__])

    class GuardedDriver(driver):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the driver's own
            super().__init__(*args, **options)
            self._file = _Output(self._file, self._failed)  # type: ignore[has-type,arg-type]

        def start_application_mode(self) -> None:
            """As the driver does; where it fails half-way the terminal is put back as it was."""
            try:
                super().start_application_mode()
            except Exception:
                with suppress(Exception):  # what has not been started can't be stopped
                    self.stop_application_mode()
                raise

        def stop_application_mode(self) -> None:
            """As the driver does, also after a failure to write."""
            if isinstance(self._file, _Output):
                self._file.reopen()
            super().stop_application_mode()

        def run_input_thread(self) -> None:
            """As the driver does."""
            try:
                super().run_input_thread()
            except Exception as error:  # noqa: BLE001 - nobody else would hear of it
                self._failed(error)

        def _failed(self, error: Exception) -> None:
            """A terminal that has gone is a reason to leave; anything else is a failure of the app's."""
            if isinstance(error, OSError) and error.errno == errno.EIO:
                self._app.call_later(self._app.leave)
            else:
                self._app.call_later(self._app._handle_exception, error)

    return GuardedDriver


class LeanUpdate(CompositorUpdate):
    """Cells for the terminal, each piece with the place it begins at, as (line, column)."""

    def __init__(self, pieces: Sequence[tuple[tuple[int, int], Strip]]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        """The update as the terminal takes it."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for (y, x), strip in self.pieces)


class LeanCompositor(Compositor):
    """Renders of each widget only the lines that changed and are seen, and sends of these only the cells that did.

    Textual 8.2 renders every widget in the rectangle around all that changed: a frame that turns heavy in two opposite
    corners costs the whole screen. It writes a changed span of a line from the left edge of the widget it is in: an
    age at the right end of a pane's border costs the whole border, every second.
    """

    def render_partial_update(self) -> LeanUpdate | None:  # type: ignore[override]
        """What changed since the last update; None where nothing did."""
        screen = self.size.region
        changed = [seen for region in self._dirty_regions if (seen := region.intersection(screen))]
        self._dirty_regions.clear()
        if not changed:
            return None
        pieces = self._pieces(self._owned(blocks(self._regions_to_spans(changed))))
        return LeanUpdate(sorted(pieces, key=lambda piece: piece[0]))

    def _owned(self, changed: Iterable[Region]) -> dict[Widget, list[Region]]:
        """Who paints what: of the widgets at a place the foremost."""
        seen = [(widget, clip.intersection(region)) for widget, (region, clip) in self.visible_widgets.items()]
        owned: defaultdict[Widget, list[Region]] = defaultdict(list)
        for block in changed:
            rest = [block]
            for widget, box in seen:
                if rest and box.overlaps(block):
                    owned[widget] += [part for piece in rest if (part := piece.intersection(box))]
                    rest = [part for piece in rest for part in outside(piece, box)]
        return owned

    def _pieces(self, owned: dict[Widget, list[Region]]) -> Iterator[tuple[tuple[int, int], Strip]]:
        for widget, parts in owned.items():
            region, clip = self.visible_widgets[widget]
            seen = clip.intersection(region)
            lines: dict[int, Strip] = {}
            for first, last in runs({y for part in parts for y in part.line_range}):
                crop = Region(seen.x - region.x, first - region.y, seen.width, last - first + 1)
                lines |= zip(range(first, last + 1), widget.render_lines(crop), strict=False)
            for part in parts:
                for y in part.line_range:
                    yield (y, part.x), lines[y].crop(part.x - seen.x, part.right - seen.x)


def blocks(spans: Iterable[tuple[int, int, int]]) -> Iterator[Region]:
    """Spans of lines (line, first column, column after) as rectangles, equal ones on lines that follow as one."""
    lines: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for y, start, stop in spans:
        lines[start, stop].append(y)
    for (start, stop), numbers in lines.items():
        for first, last in runs(numbers):
            yield Region(start, first, stop - start, last - first + 1)


def outside(region: Region, hole: Region) -> list[Region]:
    """The region without the hole: what is above and below it, and what is beside."""
    inside = region.intersection(hole)
    if not inside:
        return [region]
    parts = (
        Region(region.x, region.y, region.width, inside.y - region.y),
        Region(region.x, inside.bottom, region.width, region.bottom - inside.bottom),
        Region(region.x, inside.y, inside.x - region.x, inside.height),
        Region(inside.right, inside.y, region.right - inside.right, inside.height),
    )
    return [part for part in parts if part]


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    ordered = sorted(numbers)
    breaks = [at for at in range(1, len(ordered)) if ordered[at] != ordered[at - 1] + 1]
    for first, after in zip([0, *breaks], [*breaks, len(ordered)], strict=True):
        if first < after:
            yield ordered[first], ordered[after - 1]


def missing_part(screen: Screen[Any]) -> str | None:
    """What the lean compositor needs and this Textual does not have; None where all is there."""
    if not hasattr(screen, "_compositor"):
        return "Screen._compositor"
    stock = Compositor()
    return next((f"Compositor.{name}" for name in LEAN if not hasattr(stock, name)), None)


@cache
def _log_fallback(part: str) -> None:
    """Once a part, not once a screen."""
    log.warning("Textual has no %s: screens are painted by its own compositor, which sends more", part)


class LeanScreen(Screen[Result]):
    """A screen that paints and sends the cells that changed and no more.

    Where the focus moves that is two widgets; Textual itself paints all anew.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        if part := missing_part(self):
            _log_fallback(part)
        else:
            self._compositor = LeanCompositor()


class LeanModal(ModalScreen[Result], LeanScreen[Result]):
    """The same over another screen. Textual takes the default style from the first base."""
