"""The log file: rotating, private to the user, without secrets; and tracebacks in the same manner."""

import logging
import os
import stat
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from deskview.text import Secret, neutralise, printable, redact

log = logging.getLogger(__name__)
MAX_BYTES = 1_000_000
BACKUPS = 3
_CHATTY = ("httpx", "httpcore", "stamina")
_LINE_LIMIT = 2000
LAST_LINES = 6
"""Of the warnings and errors since the start so many are held, each without its traceback."""


def configure_logging(path: Path | None, secrets: Iterable[Secret]) -> None:
    """Send all logging to the file `path`, or nowhere where it is None; never to standard output or error.

    `secrets` is read anew for every record, so an object that learns keys later (`SessionKeys`) covers those too;
    a one-time iterator would not. The file is 0600, and a folder made for it 0700. Errors: OSError where the file
    cannot be opened, with the logging set up to go nowhere.
    """
    send_logging(logging.NullHandler())
    if path is not None:
        send_logging(_file_handler(path, secrets))
    logging.getLogger().addHandler(RecentLines(secrets))


def send_logging(handler: logging.Handler) -> None:
    """Send all logging to `handler`, in place of where it went before; never to standard output or error."""
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
        if isinstance(former, PrivateFileHandler):
            former.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # A record that cannot be written would otherwise be printed, arguments and all, over the screen.
    logging.raiseExceptions = False
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_uncaught() -> None:
    """What fails where nobody would catch it, on a thread or while an object is let go, goes to the log.

    Python prints it over the screen, message and all.
    """

    def on_a_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
            log.error("a thread failed", exc_info=failure.exc_value)

    def let_go(failure: "sys.UnraisableHookArgs") -> None:
        log.error("an object could not be let go in good order", exc_info=failure.exc_value)

    threading.excepthook, sys.unraisablehook = on_a_thread, let_go


def plain_traceback(exc: BaseException, secrets: Iterable[Secret] = ()) -> str:
    """Return the traceback of `exc` as text without local variables, control characters or secrets."""
    shown = traceback.TracebackException.from_exception(exc, capture_locals=False)
    secrets = tuple(secrets)
    return "\n".join(_safe_line(line, secrets) for line in "".join(shown.format()).rstrip("\n").split("\n"))


class SafeFormatter(logging.Formatter):
    """One line per record, then its traceback indented; both neutralised, so no record can pass itself off as two."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text. The record itself is left as it is and its cached texts are not used."""
        secrets = tuple(self._secrets)
        message = neutralise(message_of(record), secrets, limit=_LINE_LIMIT)
        name = neutralise(record.name, secrets)
        lines = [f"{self.formatTime(record)} {record.levelname} {name}: {message}"]
        if record.exc_info and record.exc_info[1]:
            lines += plain_traceback(record.exc_info[1], secrets).split("\n")
        if record.stack_info:
            lines += [_safe_line(line, secrets) for line in record.stack_info.split("\n")]
        return "\n    ".join(lines)


class PrivateFileHandler(RotatingFileHandler):
    """A rotating file only its owner can read, whoever made it."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", errors="backslashreplace", opener=open_private)


@dataclass(frozen=True)
class LogFigures:
    """The log: its file (empty where there is none), warnings and errors since the start, and the last of both."""

    file: str = ""
    warnings: int = 0
    errors: int = 0
    last: tuple[str, ...] = ()


class RecentLines(logging.Handler):
    """Counts warnings and errors and holds the last of them, as the log has them; also where there is no file."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        super().__init__(logging.WARNING)
        self._secrets = secrets
        self._formatter = SafeFormatter(secrets)
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._warnings = self._errors = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a record, without its traceback."""
        is_error = record.levelno >= logging.ERROR
        self._errors, self._warnings = self._errors + is_error, self._warnings + (not is_error)
        self._last.append(self._formatter.format(record).partition("\n")[0])

    @property
    def figures(self) -> LogFigures:
        """What it has heard, free of what became a secret since."""
        files = (each.baseFilename for each in logging.getLogger().handlers if isinstance(each, PrivateFileHandler))
        last = tuple(redact(line, self._secrets) for line in self._last)
        return LogFigures(next(files, ""), self._warnings, self._errors, last)


def log_figures() -> LogFigures | None:
    """What this process has logged; None where its lines go to another one's log."""
    heard = (each for each in logging.getLogger().handlers if isinstance(each, RecentLines))
    return next((each.figures for each in heard), None)


def open_private(path: str, flags: int) -> int:
    """Opens a file for its owner alone. Raises OSError, also for a pipe nobody reads, which would wait for one."""
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # never a device such as /dev/null
        os.fchmod(descriptor, 0o600)
    return descriptor


def _file_handler(path: Path, secrets: Iterable[Secret]) -> logging.Handler:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = PrivateFileHandler(path, maxBytes=MAX_BYTES, backupCount=BACKUPS)
    handler.setFormatter(SafeFormatter(secrets))
    return handler


def message_of(record: logging.LogRecord) -> str:
    """The record's text, whatever was logged."""
    try:
        return record.getMessage()
    except Exception as exc:  # noqa: BLE001 - a wrong logging call must not cost the record
        return f"{record.msg} (arguments do not fit: {type(exc).__name__})"


def _safe_line(line: str, secrets: Iterable[Secret]) -> str:
    return redact(printable(line), secrets)[:_LINE_LIMIT]
