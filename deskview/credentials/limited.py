"""Blocking calls under a time limit, in threads that never hold up the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


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
