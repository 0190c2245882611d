"""Textual's driver, which survives a slow terminal and hears of one that has gone."""

import errno
import logging
import os
import sys
import threading
import time
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from textual.driver import Driver

from deskview.widgets.textual_private.terminal import KeyDecoder, TerminalWatch, TerminalWriter

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver as Base
else:
    Base = object  # the driver it is put before comes after it

log = logging.getLogger(__name__)
GONE = {errno.EIO, errno.ENXIO, errno.EPIPE}
"""What reading and writing fail with where there is no terminal any more."""
CLOSE_S = 0.5
"""So long the last sequences are awaited at the end: a terminal that takes nothing does not hold up the end."""
FORCED_S = 1.5
"""So long the app has to end by itself once its terminal has gone."""


class GuardedDriver(Base):
    """What is put before a driver: its threads can tell the app of a failure, and nobody waits for the terminal.

    Its app is a GuardedApp; `terminal` is what it writes to.
    """

    _app: Any
    _file: Any

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*args, **options)
        self._active = self._ending = False
        self._watch: TerminalWatch | None = None
        self.terminal = TerminalWriter(
            self._file,
            self._app.output,
            failed=self._failed,
            ready=lambda stalled: self._app.call_later(self._app.repaint, whole=stalled),
        )

    def write(self, data: str) -> None:
        """Takes text or control sequences to be written; never waits."""
        self.terminal.write(data)

    def flush(self) -> None:
        """All is written as soon as it can be."""

    def start_application_mode(self) -> None:
        """As the driver does; where it fails half-way the terminal is put back as it was."""
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]
        except Exception:
            with suppress(Exception):  # what has not been started can't be stopped
                self.stop_application_mode()
            raise
        self._active = True
        gone = partial(self._lost, "the terminal has gone")
        self._watch = TerminalWatch((self.fileno, self._file.fileno()), gone)

    def stop_application_mode(self) -> None:
        """As the driver does, also after a failure to write."""
        self._active = False
        self.terminal.reopen()
        super().stop_application_mode()

    def resume_application_mode(self) -> None:
        """As the driver does, and all is painted anew.

        After SIGSTOP, which no program hears, the driver would start a second time what runs already: two threads
        would share the keys out between them, and the terminal never be put back as it was.
        """
        while self._active:  # a signal can come while this one is answered
            self.suspend_application_mode()
        super().resume_application_mode()
        self._app.call_later(self._app.repaint, whole=True)

    def close(self) -> None:
        """Waits for what is to be written still, if the terminal takes it."""
        if self._watch is not None:
            self._watch.stop()
        self.terminal.drain(CLOSE_S)
        super().close()

    def run_input_thread(self) -> None:
        """As the driver does, as long as there is something to read from."""
        try:
            self._decode_keys()
            super().run_input_thread()
        except EOFError:
            if not self.input_tty:
                self._app.parting = "Standard input has ended: no more keys can come."
            self._lost("the terminal has gone" if self.input_tty else "standard input has ended")
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            self._failed(error)

    def _decode_keys(self) -> None:
        """Has the driver hear that its input has ended, drop bytes that are no UTF-8, and part keys that came together.

        It asks for its decoder by a name of its module. The one Python gives it fails at a foreign byte, and with it
        the driver reads what has ended again and again.
        """
        module: Any = sys.modules[super().run_input_thread.__module__]
        if hasattr(module, "getincrementaldecoder"):
            module.getincrementaldecoder = lambda encoding: partial(KeyDecoder, encoding, self._app.takes_alt)

    def _failed(self, error: Exception) -> None:
        """A terminal that has gone is a reason to leave; anything else is a failure of the app's."""
        if isinstance(error, OSError) and error.errno in GONE:
            self._lost("the terminal has gone")
        else:
            self._app.call_later(self._app._handle_exception, error)

    def _lost(self, reason: str) -> None:
        """Has the app end, and ends the process where it does not: its loop may be held up."""
        if not self._ending:
            self._ending = True
            log.warning("%s: the program ends", reason)
            self._app.call_later(self._app.cut_off)
            threading.Thread(target=self._end_by_force, name="forced-end", daemon=True).start()

    def _end_by_force(self) -> None:
        time.sleep(FORCED_S)
        log.warning("the program has not ended within %g s: it is ended by force", FORCED_S)
        if not self.input_tty:  # the terminal is still there
            with suppress(Exception):
                self.stop_application_mode()
            self.terminal.drain(CLOSE_S)
        os._exit(self._app.return_code or 0)


@cache
def guarded(driver: type[Driver]) -> type[Driver]:
    """The driver with GuardedDriver before it."""
    return type(driver.__name__, (GuardedDriver, driver), {})
