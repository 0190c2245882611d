"""The provider's key in the operating system's keyring: read, write, delete, probe. Nothing here raises for a keyring.

An entry's service is "deskview" and its user the provider's name. Every call runs in a thread under a time limit,
because a keyring that opens a password window waits for ever.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from deskview.credentials.backend import Backend, UnusableKeyringError, choose_backend
from deskview.credentials.key import ApiKey, InvalidKeyError
from deskview.credentials.reports import KeyringReport, KeyringState, KeyState, WayOut, log_in, report_of, timed_out
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


async def load_key(provider: str, *, limit_s: float = LIMIT_S) -> KeyState:
    """Read the key of `provider`; without one, the report says why (absent, locked, ...)."""
    return await _ask(lambda backend: _load(backend, provider), limit_s=limit_s)


async def store_key(provider: str, key: ApiKey, *, limit_s: float = LIMIT_S) -> KeyringReport:
    """Write the key of `provider`, replacing any older one, read it back and compare."""
    return (await _ask(lambda backend: _store(backend, provider, key), key, limit_s=limit_s)).report


async def delete_key(provider: str, *, limit_s: float = LIMIT_S) -> KeyringReport:
    """Delete the key of `provider` and check that it is gone; absent where there was none."""
    return (await _ask(lambda backend: _delete(backend, provider), limit_s=limit_s)).report


async def probe(*, fresh: bool = False, limit_s: float = LIMIT_S) -> KeyringReport:
    """Find the keyring and whether it is open, by reading an entry that never exists; once per process, or `fresh`."""
    if fresh or SERVICE not in _probed:
        _probed[SERVICE] = (await _ask(_probe, fresh=fresh, limit_s=limit_s)).report
    return _probed[SERVICE]


async def _ask(
    question: Callable[[Backend], KeyState], *secrets: ApiKey, limit_s: float, fresh: bool = False
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


def _load(backend: Backend, provider: str) -> KeyState:
    text = backend.keyring.get_password(SERVICE, provider)
    if text is None:
        return KeyState(_absent(backend, provider))
    try:
        key = ApiKey(text)
    except InvalidKeyError as exc:
        sentence = f"The {backend.name} keyring holds no usable key for {neutralise(provider)}. {exc}"
        return KeyState(KeyringReport(backend.name, KeyringState.FAILED, sentence, log_in(neutralise(provider))))
    return KeyState(_ok(backend, f"The {backend.name} keyring holds a key for {neutralise(provider)}."), key)


def _store(backend: Backend, provider: str, key: ApiKey) -> KeyState:
    backend.keyring.set_password(SERVICE, provider, key.reveal())
    stored = _load(backend, provider).key
    if stored == key:
        return KeyState(_ok(backend, f"The {backend.name} keyring now holds the key for {neutralise(provider)}."), key)
    sentence = f"The {backend.name} keyring did not give back the key that was written."
    return KeyState(KeyringReport(backend.name, KeyringState.FAILED, sentence, log_in(neutralise(provider))))


def _delete(backend: Backend, provider: str) -> KeyState:
    if backend.keyring.get_password(SERVICE, provider) is None:
        return KeyState(_absent(backend, provider))
    backend.keyring.delete_password(SERVICE, provider)
    if backend.keyring.get_password(SERVICE, provider) is None:
        return KeyState(_ok(backend, f"The key for {neutralise(provider)} is gone from the {backend.name} keyring."))
    sentence = f"The {backend.name} keyring still holds a key for {neutralise(provider)}."
    way_out = WayOut("Delete the entry once more:", (f"deskview logout {neutralise(provider)}",))
    return KeyState(KeyringReport(backend.name, KeyringState.FAILED, sentence, way_out))


def _probe(backend: Backend) -> KeyState:
    backend.keyring.get_password(SERVICE, _NOT_AN_ENTRY)
    return KeyState(_ok(backend, f"The {backend.name} keyring is open."))


def _ok(backend: Backend, sentence: str) -> KeyringReport:
    return KeyringReport(backend.name, KeyringState.OK, sentence)


def _absent(backend: Backend, provider: str) -> KeyringReport:
    name = neutralise(provider)
    sentence = f"The {backend.name} keyring is open and holds no key for {name}."
    return KeyringReport(backend.name, KeyringState.ABSENT, sentence, log_in(name))
