"""What an exception of a keyring backend means: backends raise their own kinds and those of their system."""

import re
from collections.abc import Iterable, Iterator

from deskview.credentials.backend import missing
from deskview.credentials.states import KeyringReport, KeyringState, WayOut, open_a_keyring
from deskview.text import MASK, Secret, neutralise, printable, redact

_MEANING = {
    "KeyringLocked": KeyringState.LOCKED,
    "LockedException": KeyringState.LOCKED,
    "PromptDismissedException": KeyringState.LOCKED,
    "NoKeyringError": KeyringState.MISSING,
    "SecretServiceNotAvailableException": KeyringState.MISSING,
}
_MACOS_INTERACTION_NOT_ALLOWED = "-25308"
_WINDOWS_NO_SUCH_LOGON_SESSION = 1312
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=~-]{16,}")


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
