"""A provider's secrets in the operating system's keyring: read, write, delete, probe. No keyring makes these raise.

An entry's service is "deskview" and its user the provider's name, or "PROVIDER:NAME" for each secret of several. Where
a provider wants none, no keyring is asked. Every call runs in a thread under a time limit, because a keyring that opens
a password window waits for ever.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from deskview.credentials.backend import Backend, UnusableKeyringError, choose_backend
from deskview.credentials.entries import Entry, Wanted, entries_of, listed
from deskview.credentials.key import ApiKey, Credentials, InvalidKeyError
from deskview.credentials.reports import (
    KeyringReport,
    KeyringState,
    KeyState,
    WayOut,
    log_in,
    nothing_wanted,
    report_of,
    timed_out,
)
from deskview.text import neutralise

T = TypeVar("T")

SERVICE = "deskview"
LIMIT_S = 3.0
_NOT_AN_ENTRY = "probe"
_probed: dict[str, KeyringReport] = {}


async def call_within(limit_s: float, call: Callable[[], T]) -> T:
    """Run `call` in a daemon thread and return its result.

    Errors: those of `call`; TimeoutError after `limit_s` seconds.
    A call that has run out of time goes on in its thread, unheard. The event loop's own executor is not used because
    the interpreter waits for its threads.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()
    threading.Thread(target=_settle, args=(future, call), name="keyring", daemon=True).start()
    return await asyncio.wait_for(asyncio.wrap_future(future), limit_s)


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as exc:  # noqa: BLE001 - handed to the waiter, whatever it is
        future.set_exception(exc)


async def load_credentials(provider: str, wanted: Sequence[Wanted], *, limit_s: float = LIMIT_S) -> KeyState:
    """Read the secrets of `provider`; unless all are there, the report says why (which are absent, locked, ...)."""
    if not wanted:
        return KeyState(nothing_wanted(provider), Credentials({}))
    entries = entries_of(provider, wanted)
    return await _ask(lambda backend: _load(backend, neutralise(provider), entries), limit_s=limit_s)


async def store_credentials(
    provider: str, wanted: Sequence[Wanted], credentials: Credentials, *, limit_s: float = LIMIT_S
) -> KeyringReport:
    """Write the secrets of `provider`, replacing any older ones, read them back and compare.

    Of several, all are stored or none: where one can't be, what lay there before is put back as far as the keyring
    lets, and the report says what lies there.
    """
    if not wanted:
        return nothing_wanted(provider)
    entries = entries_of(provider, wanted)
    state = await _ask(
        lambda backend: _store(backend, neutralise(provider), entries, credentials), credentials, limit_s=limit_s
    )
    return state.report


async def delete_credentials(provider: str, wanted: Sequence[Wanted], *, limit_s: float = LIMIT_S) -> KeyringReport:
    """Delete the secrets of `provider` and check that they are gone; absent where there was none of them."""
    if not wanted:
        return nothing_wanted(provider)
    entries = entries_of(provider, wanted)
    return (await _ask(lambda backend: _delete(backend, neutralise(provider), entries), limit_s=limit_s)).report


async def probe(*, fresh: bool = False, limit_s: float = LIMIT_S) -> KeyringReport:
    """Find the keyring and whether it is open, by reading an entry that never exists; once per process, or `fresh`."""
    if fresh or SERVICE not in _probed:
        _probed[SERVICE] = (await _ask(_probe, fresh=fresh, limit_s=limit_s)).report
    return _probed[SERVICE]


async def _ask(
    question: Callable[[Backend], KeyState], secrets: Iterable[ApiKey] = (), *, limit_s: float, fresh: bool = False
) -> KeyState:
    def answer() -> KeyState:
        name = "chosen"
        try:
            backend = choose_backend(fresh=fresh)
            name = backend.name
            return question(backend)
        except UnusableKeyringError as exc:
            return KeyState(exc.report)
        except Exception as exc:  # noqa: BLE001 - backends raise errors of their system, not only keyring's
            return KeyState(report_of(exc, name, secrets))

    try:
        return await call_within(limit_s, answer)
    except TimeoutError:
        return KeyState(timed_out(limit_s))


def _load(backend: Backend, provider: str, entries: Sequence[Entry]) -> KeyState:
    keys, absent = {}, []
    for entry in entries:
        text = backend.keyring.get_password(SERVICE, entry.user)
        if text is None:
            absent.append(entry)
            continue
        try:
            keys[entry.name] = ApiKey(text, entry.noun)
        except InvalidKeyError as exc:
            sentence = f"The {backend.name} keyring holds no usable {entry.noun} for {provider}. {exc}"
            return KeyState(KeyringReport(backend.name, KeyringState.FAILED, sentence, log_in(provider)))
    if absent:
        return KeyState(_absent(backend, provider, absent))
    report = _ok(backend, f"The {backend.name} keyring holds {_held(entries)} for {provider}.")
    return KeyState(report, Credentials(keys))


def _store(backend: Backend, provider: str, entries: Sequence[Entry], credentials: Credentials) -> KeyState:
    several = len(entries) > 1
    users = [entry.user for entry in entries] if several else []  # the only one is written over, and that is all
    before = {user: backend.keyring.get_password(SERVICE, user) for user in users}
    for number, entry in enumerate(entries, 1):
        fault = _write(backend, provider, entry, credentials)
        if fault is not None:
            now = f" {_put_back(backend, entries[:number], before, credentials)}" if several else ""
            return KeyState(replace(fault, sentence=fault.sentence + now))
    stored = listed((entry.noun for entry in entries), "the")
    return KeyState(_ok(backend, f"The {backend.name} keyring now holds {stored} for {provider}."), credentials)


def _write(backend: Backend, provider: str, entry: Entry, credentials: Credentials) -> KeyringReport | None:
    """Writes one entry and reads it back; the report of what failed, None where nothing did."""
    key = credentials.by_name[entry.name]
    try:
        backend.keyring.set_password(SERVICE, entry.user, key.reveal())
        if _holds(backend, entry, key):
            return None
    except Exception as exc:  # noqa: BLE001 - backends raise errors of their system, not only keyring's
        return report_of(exc, backend.name, credentials)
    sentence = f"The {backend.name} keyring did not give back the {entry.noun} that was written."
    return KeyringReport(backend.name, KeyringState.FAILED, sentence, log_in(provider))


def _put_back(
    backend: Backend, written: Sequence[Entry], before: Mapping[str, str | None], credentials: Credentials
) -> str:
    """Undoes what was written as far as the keyring lets; a sentence on what lies there now."""
    for entry in written:
        former = before[entry.user]
        with suppress(Exception):  # what became of it is read below
            if former is None:
                backend.keyring.delete_password(SERVICE, entry.user)
            else:
                backend.keyring.set_password(SERVICE, entry.user, former)
    try:
        if all(backend.keyring.get_password(SERVICE, entry.user) == before[entry.user] for entry in written):
            return "Nothing new is stored; what lay there before is there still."
        new = [entry.noun for entry in written if _holds(backend, entry, credentials.by_name[entry.name])]
    except Exception:  # noqa: BLE001 - as above
        return "What of the new ones lies there now can't be read."
    if not new:
        return "Nothing new is stored, and of what lay there before not all is left: log in again."
    return f"Of the new ones it holds {listed(new, 'the')}, which could not be taken out again: log in again."


def _holds(backend: Backend, entry: Entry, key: ApiKey) -> bool:
    """Whether the entry holds that key."""
    text = backend.keyring.get_password(SERVICE, entry.user)
    try:
        return text is not None and ApiKey(text) == key
    except InvalidKeyError:
        return False


def _delete(backend: Backend, provider: str, entries: Sequence[Entry]) -> KeyState:
    def held() -> list[Entry]:
        return [entry for entry in entries if backend.keyring.get_password(SERVICE, entry.user) is not None]

    found = held()
    if not found:
        return KeyState(_absent(backend, provider, entries))
    fault: KeyringReport | None = None
    for entry in found:
        try:
            backend.keyring.delete_password(SERVICE, entry.user)
        except Exception as exc:  # noqa: BLE001 - backends raise errors of their system; the others are deleted still
            fault = fault or report_of(exc, backend.name)
    left = held()
    if not left:
        gone = listed((entry.noun for entry in found), "the").removeprefix("the ")
        verb = "is" if len(found) == 1 else "are"
        return KeyState(_ok(backend, f"The {gone} for {provider} {verb} gone from the {backend.name} keyring."))
    sentence = f"The {backend.name} keyring still holds {_held(left)} for {provider}."
    if fault is not None:
        return KeyState(replace(fault, sentence=f"{fault.sentence} {sentence}" if len(entries) > 1 else fault.sentence))
    way_out = WayOut("Delete the entry once more:", (f"deskview logout {provider}",))
    return KeyState(KeyringReport(backend.name, KeyringState.FAILED, sentence, way_out))


def _held(entries: Sequence[Entry]) -> str:
    """As "a key", or of several "the API key ID and the secret key"."""
    return listed((entry.noun for entry in entries), "a" if entries[0].noun == "key" else "the")


def _probe(backend: Backend) -> KeyState:
    backend.keyring.get_password(SERVICE, _NOT_AN_ENTRY)
    return KeyState(_ok(backend, f"The {backend.name} keyring is open."))


def _ok(backend: Backend, sentence: str) -> KeyringReport:
    return KeyringReport(backend.name, KeyringState.OK, sentence)


def _absent(backend: Backend, provider: str, absent: Sequence[Entry]) -> KeyringReport:
    missing = listed((entry.noun for entry in absent), "no")
    sentence = f"The {backend.name} keyring is open and holds {missing} for {provider}."
    return KeyringReport(backend.name, KeyringState.ABSENT, sentence, log_in(provider))
