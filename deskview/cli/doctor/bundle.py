"""`deskview doctor --bundle FILE`: what a report of a fault needs, in one archive, and nothing beside that.

Of the environment, the settings and the store it has names, sizes and what the program goes by, not what they hold;
every text is read once more for keys, passwords of proxies, and words that look like either.
"""

import locale
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from msgspec.structs import replace

from deskview import paths
from deskview.cli.context import KEYS, UsageError
from deskview.cli.doctor.check import Check, as_json
from deskview.files import TEXT_LIMIT
from deskview.logs import BACKUPS
from deskview.providers.network import proxy_of
from deskview.settings import Settings
from deskview.text import MASK, Secret, printable, redact
from deskview.usage import versions

READ_ME = "READ-ME.txt"
ABOUT = """\
What is in this archive, made by `deskview doctor --bundle`:

  doctor.txt, doctor.json   what the doctor found
  machine.json              versions, system, locale, terminal, names of environment variables, proxies' addresses
  settings.json             the settings; of alert rules and own names how many, of alert_command that there is one
  diagnostics*.json         how the last desk was, on the real market and on a simulated one
  log/                      the log
  store.txt                 the files of the history with sizes and dates

It holds no key, no password, no price and no other data of the provider's. Look through it before you send it.
"""
HOLDS = (
    "It holds the doctor's report, versions, settings, the log, how the last desk was, and the names and sizes of the"
    " stored files; no key, no password, no data of the provider's. Look through it before you send it."
)
TELLING = re.compile(
    r"(TERM|COLORTERM|TERM_PROGRAM\w*|TMUX\w*|STY|COLUMNS|LINES|NO_COLOR|LANG|LANGUAGE|LC_\w+|TZ|XDG_\w+_(HOME|DIR)"
    r"|DBUS_SESSION_BUS_ADDRESS|SSH_(TTY|CONNECTION)|SSL_CERT_\w+|\w*_proxy|(TEXTUAL|POLARS|PYTHON|DESKVIEW)\w*)",
    re.IGNORECASE,
)
"""The variables whose being set matters; others are not even named."""
PLAIN = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
"""Those whose value is told."""
LIKE_A_KEY = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{18,}")
"""Letters and digits without a break, longer than any digest in a name of ours."""
LEAST_SECRET = 6
"""A shorter part of a proxy's log-in is no secret to look for: it would be found everywhere."""


class Password(NamedTuple):
    """A part of a proxy's log-in."""

    text: str

    def reveal(self) -> str:
        """The text to be taken out."""
        return self.text


def check_target(file: Path) -> None:
    """Raises UsageError where there is something of that name: nothing is written over."""
    if os.path.lexists(file):
        raise UsageError(f"{file} is there already; name a file that is not.")


def write_bundle(file: Path, checks: Sequence[Check], settings: Settings, log_file: Path | None) -> str:
    """Writes the archive, for its owner alone; returns the sentence on what it holds. Raises UsageError, OSError."""
    secrets = [*KEYS, *_passwords(os.environ)]
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, text in contents(checks, settings, log_file):
            archive.writestr(name, masked(text, secrets))
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        check_target(file)
        raise
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(packed.getvalue())
    except OSError:
        file.unlink(missing_ok=True)
        raise
    return f"{file} is written, {packed.tell() / 1000:,.0f} kB, for you alone. {HOLDS}"


def contents(checks: Sequence[Check], settings: Settings, log_file: Path | None) -> Iterator[tuple[str, str]]:
    """The members' names and texts."""
    yield READ_ME, ABOUT
    yield "doctor.txt", "\n".join(check.as_text() for check in checks) + "\n"
    yield "doctor.json", as_json(checks) + "\n"
    yield "machine.json", _json(machine(os.environ))
    yield "settings.json", _json(shown_settings(settings))
    for simulated in (False, True):
        kept = paths.diagnostics_file(simulated=simulated)
        if text := _text(kept):
            yield kept.name, text
    for part in _log_files(log_file):
        if text := _text(part):
            yield f"log/{part.name}", text
    yield "store.txt", "".join(f"{line}\n" for line in stored(paths.cache_folder()))


def _log_files(newest: Path | None) -> list[Path]:
    """The log, and what it has put aside as it grew."""
    if newest is None:
        return []
    return [newest, *(newest.with_name(f"{newest.name}.{number}") for number in range(1, BACKUPS + 1))]


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """The text without secrets, without control characters but line feeds, and without words that look like a key."""
    lines = (printable(line) for line in redact(text, secrets).split("\n"))
    return LIKE_A_KEY.sub(MASK, "\n".join(lines))


def machine(environment: Mapping[str, str]) -> dict[str, Any]:
    """The system, the terminal and what of the environment the program goes by."""
    columns, rows = shutil.get_terminal_size()
    return {
        "made_at": datetime.now(UTC),
        "versions": versions(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "python": platform.python_implementation(),
        "cores": os.cpu_count(),
        "memory_bytes": _memory(),
        "time_zone": time.tzname,
        "locale": locale.setlocale(locale.LC_CTYPE),
        "encoding": locale.getpreferredencoding(do_setlocale=False),
        "terminal": {
            "columns": columns,
            "rows": rows,
            "output_is_terminal": sys.stdout.isatty(),
            **{name: environment[name] for name in PLAIN if name in environment},
        },
        "set": sorted(name for name in environment if TELLING.fullmatch(name)),
        "proxies": _proxies(environment),
    }


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Each variable that names a proxy: its address, and whether a log-in goes with it."""
    found = {}
    for name, text in environment.items():
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") and text:
            try:
                proxy = proxy_of(name, text)
            except ValueError as fault:
                found[name] = str(fault)
            else:
                login = ", with user and password" if proxy.credentials else ""
                found[name] = f"{proxy.scheme}://{proxy.address}{login}"
    return found


def _passwords(environment: Mapping[str, str]) -> Iterator[Password]:
    """What goes with the proxies, as it is sent and as it stands in the variable."""
    for name, text in environment.items():
        if name.lower().endswith("_proxy") and "@" in text:
            login = text.rpartition("@")[0].rpartition("//")[2]
            with suppress(ValueError):
                login_sent = proxy_of(name, text).credentials or ()
                yield from (Password(part) for part in login_sent if len(part) >= LEAST_SECRET)
            yield from (Password(part) for part in login.split(":", 1) if len(part) >= LEAST_SECRET)


def shown_settings(settings: Settings) -> dict[str, Any]:
    """The settings, without what tells of the user and not of the program: rules, own names, a program's arguments."""
    nameless = replace(settings, flow=replace(settings.flow, names=()))
    plain: dict[str, Any] = msgspec.to_builtins(nameless, enc_hook=str)
    plain["alert"] = f"{len(settings.alert)} rules"
    plain["alert_command"] = (
        f"a program with {len(settings.alert_command) - 1} arguments" if settings.alert_command else ""
    )
    plain["base_url"] = settings.base_url and _address(settings.base_url)
    return {**plain, "own_names": len(settings.flow.names)}


def _address(url: str) -> str:
    """Scheme and host alone."""
    try:
        found = urlsplit(url)
        return f"{found.scheme}://{found.hostname}{f':{found.port}' if found.port else ''}"
    except ValueError:
        return "no address"


def stored(folder: Path) -> Iterator[str]:
    """The files below the folder, a line each: bytes, time of the last change, name."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(place, name)
            with suppress(OSError):  # another program may delete a file meanwhile
                status = file.stat()
                changed = datetime.fromtimestamp(status.st_mtime, UTC)
                yield f"{status.st_size:>12}  {changed:%Y-%m-%dT%H:%M:%SZ}  {file.relative_to(folder)}"


def _text(file: Path) -> str:
    """The end of a text file; empty where there is none to read. A pipe or a device is none."""
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as source:
            source.seek(max(0, file.stat().st_size - TEXT_LIMIT))
            return source.read(TEXT_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""


def _json(plain: object) -> str:
    return msgspec.json.format(msgspec.json.encode(plain, enc_hook=str), indent=2).decode() + "\n"
