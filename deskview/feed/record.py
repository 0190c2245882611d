"""The long record of past days: got from its host when the user asks for it, then studied."""

import asyncio
from datetime import UTC, datetime

from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.tasks import Progress, Task
from deskview.french import NAMES, RecordError, refused_by_setting
from deskview.french.fetch import renew


class RecordFetch:
    """Asks for the files of the library once for every time it is asked to; what is asked meanwhile counts once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """The user wants the record."""
        self._asked.set()

    async def run(self) -> None:
        """Waits for being asked, for ever; ends by cancellation."""
        while True:
            await self._asked.wait()
            await self._context.scheduler.attempt(Task.RECORD, self._fetch)
            self._asked.clear()
            self._context.scheduler.wake(Task.HISTORY)
            self._context.scheduler.changed.set()

    async def _fetch(self) -> None:
        """The files into the user's folder; what did not come is said until it is asked for again."""
        state, errors = self._context.state, list[str]()
        if self._context.settings.history == "off":
            state.record_errors = (refused_by_setting("The settings"),)
            return
        tell, began = self._context.scheduler.progress(Task.RECORD), monotonic()
        tell(Progress(0, len(NAMES), 0.0))
        try:
            done = 0
            async for renewal in renew(now=datetime.now(UTC)):
                done += 1
                errors += [renewal.error.sentence] if renewal.error else []
                tell(Progress(done, len(NAMES), (monotonic() - began) / done * (len(NAMES) - done)))
        except RecordError as error:
            errors.append(error.sentence)
        state.record_errors = _once(errors)


def _once(errors: list[str]) -> tuple[str, ...]:
    """The sentences, the first alone where all have its cause: a host that is not reached is told once."""
    causes = {error.partition(". ")[0] for error in errors}
    if len(errors) < 2 or len(causes) > 1:
        return tuple(errors)
    return errors[0], f"So it is with {len(errors) - 1} more files."
