"""Threads that are there from the beginning."""

import asyncio
import threading

from deskview.memory import WORKERS, start_workers


def workers() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("worker_")}


async def test_the_loop_s_threads_are_all_there_at_once_and_no_more_come() -> None:
    before = workers()
    start_workers(asyncio.get_running_loop())
    started = workers() - before
    assert len(started) == WORKERS
    names = await asyncio.gather(*(asyncio.to_thread(lambda: threading.current_thread().name) for _ in range(50)))
    assert set(names) <= started
    assert workers() - before == started
