"""What the operating system's keyring can be like, each state with one sentence and the way out of it."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum

from deskview.credentials.key import ApiKey

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
    """What became of reading a provider's key: the key where there is one, and the keyring's report."""

    report: KeyringReport
    key: ApiKey | None = None


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
