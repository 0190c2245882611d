"""A chart that is drawn in a thread of its own and shows the last drawing meanwhile."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from textual.message import Message
from textual.worker import Worker, WorkerState

from deskview.widgets.chartspec import ChartSpec
from deskview.widgets.drawing import draw
from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import plain, shorten

_ONE_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chart")
_KEPT = 8


class Chart(Painted):
    """Shows a `ChartSpec`; drawings are kept by data version and size, colours are the theme's of the moment.

    An app that draws in ASCII only says so by its `ascii_only`.
    """

    DEFAULT_CSS = """
    Chart { width: 1fr; height: 1fr; }
    """

    class Drawn(Message):
        """The chart on screen is that of `version`."""

        def __init__(self, chart: "Chart", version: str) -> None:
            super().__init__()
            self.chart = chart
            self.version = version

        @property
        def control(self) -> "Chart":
            """The widget the message is from."""
            return self.chart

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._spec: ChartSpec | None = None
        self._lines: tuple[Line, ...] = ()
        self._drawings: OrderedDict[tuple[str, int, int], tuple[Line, ...]] = OrderedDict()
        self.drawings_made = 0
        """How often a chart was drawn rather than taken from those kept."""

    def show(self, spec: ChartSpec) -> None:
        """Show this chart as soon as it is drawn."""
        self._spec = spec
        self._request()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.repaint()
        self._request()

    def line_at(self, y: int) -> Line:
        """Line `y` of the drawing."""
        return self._lines[y] if y < len(self._lines) else ()

    def _request(self) -> None:
        region = self.scrollable_content_region
        if self._spec is not None and self.is_mounted and region.area:
            work = partial(self._draw, self._spec, region.width, region.height)
            _: Worker[None] = self.run_worker(work, exclusive=True, exit_on_error=False)

    async def _draw(self, spec: ChartSpec, width: int, height: int) -> None:
        key = (spec.version, width, height)
        if key not in self._drawings:
            loop = asyncio.get_running_loop()
            ascii_only = bool(getattr(self.app, "ascii_only", False))
            self._drawings[key] = await loop.run_in_executor(_ONE_THREAD, draw, spec, width, height, ascii_only)
            self.drawings_made += 1
        self._drawings.move_to_end(key)
        while len(self._drawings) > _KEPT:
            self._drawings.popitem(last=False)
        self._lines = self._drawings[key]
        self.repaint()
        self.post_message(self.Drawn(self, spec.version))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say in the chart's place why it could not be drawn."""
        if event.state is WorkerState.ERROR:
            event.stop()
            reason = plain(f"The chart could not be drawn: {event.worker.error}")
            self._lines = ((Piece(shorten(reason, self.line_width), "warning"),), *self._lines[1:])
            self.repaint()
