"""What the operating system's keyring can be like, each state with one sentence and the way out of it."""

import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from deskview.credentials.key import Credentials
from deskview.text import MASK, Secret, neutralise, printable, redact

OPEN_SHELL = (
    'dbus-run-session -- bash -c \'IFS= read -rsp "Keyring password: " p; echo; '
    '[ "$p" ] && printf %s "$p" | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null '
    "&& exec bash'"
)
"""Opens a shell with a session bus and an unlocked GNOME keyring, on a machine without a desktop.

A session bus of its own, because a locked daemon cannot be unlocked or replaced from a shell on the bus it serves.
An empty password opens no shell: it would unlock nothing.
"""

SESSION_ONLY = "Without a keyring, a key can be typed for one session; it is kept in memory only."

NO_BACKEND = "none"
_MACOS_INTERACTION_NOT_ALLOWED = "-25308"
_MACOS_INVALID_OWNER_EDIT = "-25244"
"""The entry was made by another program, as another Python is one: it may neither be altered nor replaced."""
_WINDOWS_NO_SUCH_LOGON_SESSION = 1312
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=~-]{16,}")


class KeyringState(StrEnum):
    """The states of the keyring, or of one entry in it."""

    OK = "ok"
    ABSENT = "absent"
    MISSING = "missing"
    LOCKED = "locked"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WayOut:
    """What the user can do: a text, and the commands it speaks of, each to be run as it stands."""

    text: str = ""
    commands: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((self.text, *(f"    {command}" for command in self.commands))).strip("\n")


@dataclass(frozen=True, slots=True)
class KeyringReport:
    """The keyring as found: its backend's name, its state, one sentence on it, and the way out (empty when ok)."""

    backend: str
    state: KeyringState
    sentence: str
    way_out: WayOut = WayOut()

    @property
    def ok(self) -> bool:
        """Whether the keyring did what it was asked."""
        return self.state is KeyringState.OK


@dataclass(frozen=True, slots=True)
class KeyState:
    """What became of reading a provider's secrets: they, where all are there, and the keyring's report."""

    report: KeyringReport
    credentials: Credentials | None = None


def open_a_keyring(platform: str = sys.platform) -> WayOut:
    """Return the way to a keyring that is there and unlocked, for a shell over SSH on `platform`."""
    if platform == "darwin":
        text = "Unlock the login keychain (over SSH it is locked), then start again:"
        return WayOut(text, ("security unlock-keychain",))
    if platform == "win32":
        text = "Log in at the console or by remote desktop: an SSH session has no credential store. "
        return WayOut(text + SESSION_ONLY)
    text = (
        "Open a shell with an unlocked keyring and run deskview in it. "
        "The first time, the password typed becomes the keyring's; a wrong one leaves it locked. "
    )
    return WayOut(text + _packages() + SESSION_ONLY, (OPEN_SHELL,))


def log_in(provider: str) -> WayOut:
    """Return the way to store a key for `provider`."""
    return WayOut("Store a key:", (f"deskview login {shlex.quote(provider)}",))


def _packages() -> str:
    if shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session"):
        return ""
    return "It needs the packages gnome-keyring and dbus (dbus-daemon on Fedora and its kin). "


DELETE_ENTRY = WayOut(
    "Delete that entry, then store the key again:",
    ("security delete-generic-password -s deskview", "deskview login"),
)
_MEANING = {
    "KeyringLocked": KeyringState.LOCKED,
    "LockedException": KeyringState.LOCKED,
    "PromptDismissedException": KeyringState.LOCKED,
    "NoKeyringError": KeyringState.MISSING,
    "SecretServiceNotAvailableException": KeyringState.MISSING,
}


def report_of(exc: BaseException, backend: str, secrets: Iterable[Secret] = ()) -> KeyringReport:
    """Return the report for `exc` raised by `backend`. Its text is neutralised.

    While a key is read it is not known yet, so every word long enough to be one is masked as well.
    """
    state = _state_of(exc)
    if state is KeyringState.MISSING:
        return missing()
    if state is KeyringState.LOCKED:
        sentence = f"The {backend} keyring is locked, or not created yet, and cannot ask for its password here."
        return KeyringReport(backend, state, sentence, open_a_keyring())
    if any(_MACOS_INVALID_OWNER_EDIT in _text_of(link) for link in _chain(exc)):
        sentence = f"The {backend} holds an entry of deskview's that another Python made, and keeps this one from it."
        return KeyringReport(backend, KeyringState.REFUSED, sentence, DELETE_ENTRY)
    text = neutralise(_LONG_WORD.sub(MASK, redact(printable(_text_of(exc)), secrets)), limit=200)
    sentence = f"The {backend} keyring failed: {type(exc).__name__}{': ' if text else ''}{text}"
    retry = open_a_keyring()
    return KeyringReport(backend, state, sentence, WayOut(f"Try again; if it stays so: {retry.text}", retry.commands))


def timed_out(limit_s: float) -> KeyringReport:
    """Return the report of a keyring that gave no answer within `limit_s` seconds."""
    sentence = (
        f"The keyring gave no answer within {limit_s:g} s; it may be asking for its password on another screen, "
        "and what was asked of it may still happen."
    )
    return KeyringReport("not known", KeyringState.TIMED_OUT, sentence, open_a_keyring())


def _state_of(exc: BaseException) -> KeyringState:
    for link in _chain(exc):
        state = _MEANING.get(type(link).__name__)
        if state:
            return state
        if getattr(link, "winerror", None) == _WINDOWS_NO_SUCH_LOGON_SESSION:
            return KeyringState.MISSING
        if _MACOS_INTERACTION_NOT_ALLOWED in _text_of(link):
            return KeyringState.LOCKED
    return KeyringState.FAILED


def _chain(exc: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = exc
    for _ in range(8):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _text_of(exc: BaseException) -> str:
    try:
        return str(exc)
    except Exception:  # noqa: BLE001 - a foreign exception's text may itself fail
        return ""


def missing() -> KeyringReport:
    """Return the report of a machine or session without a keyring service."""
    sentence = "There is no keyring service in this session."
    return KeyringReport(NO_BACKEND, KeyringState.MISSING, sentence, open_a_keyring())


def nothing_wanted(provider: str) -> KeyringReport:
    """Return the report on a provider that wants no secret: no keyring is asked for it."""
    return KeyringReport(NO_BACKEND, KeyringState.OK, f"{provider} needs no key: there is nothing to store for it.")
