"""Which keyring backend is used: only those that keep a key encrypted under the user's own log-in."""

import configparser
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deskview.credentials.reports import KeyringReport, KeyringState, WayOut, missing, open_a_keyring
from deskview.text import neutralise

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ACCEPTED = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service (libsecret)",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
}
ENVIRONMENT = "PYTHON_KEYRING_BACKEND"


class UnusableKeyringError(Exception):
    """There is no keyring to ask; `report` says why and what to do."""

    def __init__(self, report: KeyringReport) -> None:
        super().__init__(report.sentence)
        self.report = report


@dataclass(frozen=True, slots=True)
class Backend:
    """An accepted keyring backend and the name users know it by."""

    keyring: "KeyringBackend"
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend picked by the user's surroundings: its class's name, and where it was picked (None: the variable)."""

    class_name: str
    file: Path | None = None

    @property
    def source(self) -> str:
        """Where the choice was made, in words."""
        return str(self.file) if self.file else ENVIRONMENT

    @property
    def way_out(self) -> WayOut:
        """How to take the choice back."""
        if self.file is None:
            return WayOut("Take the choice back, then start again:", (f"unset {ENVIRONMENT}",))
        old = shlex.quote(str(self.file))
        return WayOut("Put the file aside, then start again:", (f"mv {old} {old}.off",))


def choose_backend(*, fresh: bool = False) -> Backend:
    """Return the backend to use, looking anew where `fresh`. Errors: UnusableKeyringError.

    Of several installed backends the first accepted one is used alone, so that a chain never falls through to a file.
    """
    from keyring import core  # noqa: PLC0415 - slow, and reads the user's configuration

    choice = _choice()
    try:
        if fresh:
            core.init_backend()
        found = core.get_keyring()
    except Exception:  # noqa: BLE001 - a chosen backend may raise anything while it is imported
        raise UnusableKeyringError(_not_loaded(choice)) from None
    candidates = _candidates(found)
    for candidate in candidates:
        name = ACCEPTED.get(type(candidate).__module__)
        if name:
            return Backend(candidate, name)
    raise UnusableKeyringError(_turned_down(candidates[0] if candidates else found, choice))


def _candidates(found: "KeyringBackend") -> list["KeyringBackend"]:
    from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415 - slow

    return list(ChainerBackend.backends) if isinstance(found, ChainerBackend) else [found]


def _choice() -> Choice | None:
    from keyring.util import platform_  # noqa: PLC0415 - slow

    if ENVIRONMENT in os.environ:
        return Choice(os.environ[ENVIRONMENT])
    file = Path(platform_.config_root(), "keyringrc.cfg")
    config = configparser.RawConfigParser()
    try:
        config.read(file, encoding="utf-8")
        return Choice(config.get("backend", "default-keyring").strip(), file)
    except (configparser.NoSectionError, configparser.NoOptionError):
        return None
    except (configparser.Error, OSError, UnicodeError):
        return Choice("", file)


def _not_loaded(choice: Choice | None) -> KeyringReport:
    if choice is None or choice.class_name.rpartition(".")[0] in ACCEPTED:
        return missing()
    name = neutralise(choice.class_name) or "nothing that can be read"
    sentence = f"{neutralise(choice.source)} selects {name}, which cannot be loaded."
    return KeyringReport(name, KeyringState.REFUSED, sentence, choice.way_out)


def _turned_down(found: "KeyringBackend", choice: Choice | None) -> KeyringReport:
    kind = type(found)
    if choice is None and kind.__module__ in {"keyring.backends.fail", "keyring.backends.chainer"}:
        return missing()
    name = neutralise(f"{kind.__module__}.{kind.__qualname__}")
    selects = f"{neutralise(choice.source)} selects" if choice else "The only keyring here is"
    sentence = f"{selects} {name}, which is refused: it may keep the key unencrypted, or not at all."
    return KeyringReport(name, KeyringState.REFUSED, sentence, choice.way_out if choice else open_a_keyring())
