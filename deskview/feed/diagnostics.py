"""How the market's process is, gathered as a board is made: nothing is looked up for it alone."""

import asyncio
import os
from collections.abc import Iterator
from math import inf
from pathlib import Path

from deskview.board.diagnostics import Diagnostics, RefreshFigures, RequestErrors, StoreFigures, WireFigures
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.tasks import Task, Timing, progress_message
from deskview.logs import log_figures
from deskview.store import Store
from deskview.usage import ProcessMeter, versions

FOLDER_S = 600.0
"""The store's folder is looked through no more often than this: it has thousands of files after a year."""


class MarketDiagnostics:
    """Of one feed, since it began."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._versions = versions()
        self._process = ProcessMeter(monotonic())
        self._folder: tuple[float, tuple[int, int, int]] = (-inf, (0, 0, 0))

    async def now(self) -> Diagnostics:
        """What there is to be told now."""
        return Diagnostics(
            versions=self._versions,
            market=self._process.now(),
            refreshes=tuple(self._refreshes()),
            wire=self._wire(),
            store=await self._stored(),
            log=log_figures(),
        )

    def _refreshes(self) -> Iterator[RefreshFigures]:
        """A row for each kind of work that had a turn or has something to say."""
        state, timings = self._context.state, self._context.scheduler.timings
        for task in Task:
            fault, progress, timing = state.faults.get(task), state.progress.get(task), timings.get(task, Timing())
            if task not in timings and fault is None and progress is None:
                continue
            yield RefreshFigures(
                task=str(task),
                turns=timing.turns,
                failed=timing.failed,
                missed=timing.missed,
                last_s=timing.last_s,
                longest_s=timing.longest_s,
                next_at=timing.next_at if fault is None or fault.retry_at is None else fault.retry_at,
                message=fault.sentence if fault else progress_message(task, progress) if progress else "",
            )

    def _wire(self) -> WireFigures:
        traffic = self._context.provider.traffic
        errors = (
            RequestErrors(str(kind), failed.count, failed.sentence, failed.at)
            for kind, failed in traffic.failed.items()
        )
        commonest = sorted(errors, key=lambda error: error.count, reverse=True)
        return WireFigures(traffic.calls, traffic.failures, traffic.bytes_received, tuple(commonest))

    async def _stored(self) -> StoreFigures | None:
        store = self._context.state.store.value
        if store is None:
            return None
        looked, counts = self._folder
        if monotonic() - looked >= FOLDER_S:
            counts = await asyncio.to_thread(looked_through, store.folder)
            self._folder = monotonic(), counts
        return _figures(store, *counts)


def _figures(store: Store, files: int, size: int, sessions: int) -> StoreFigures:
    set_aside = tuple(file.relative_to(store.folder).as_posix() for file in store.set_aside)
    return StoreFigures(str(store.folder), files, size, sessions, set_aside, store.write_error)


def looked_through(folder: Path) -> tuple[int, int, int]:
    """How many files a market's folder has, their bytes, and how many of them are sessions of bars; slow."""
    files, size, sessions = 0, 0, 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.stat(os.path.join(place, name)).st_size  # noqa: PTH116, PTH118 - a Path each costs as much again
            except OSError:  # another program may delete a file meanwhile
                continue
            files += 1
            sessions += name.endswith(".parquet") and os.path.basename(place) == "bars"  # noqa: PTH119
    return files, size, sessions
