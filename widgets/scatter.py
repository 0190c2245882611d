"""Points around a centre in four named quadrants; the chosen one shows the way it came."""

from collections.abc import Sequence

from deskview.widgets.painted import Painted
from deskview.widgets.quadrants import Field, Track, draw
from deskview.widgets.records import Line


class Scatter(Painted):
    """Draws `Track`s in a `Field`: a dot for where each stands, its name where there is room."""

    DEFAULT_CSS = """
    Scatter { width: 1fr; height: 1fr; }
    """

    def __init__(
        self, field: Field, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._field = field
        self._tracks: tuple[Track, ...] = ()
        self._chosen: str | None = None
        self._lines: tuple[Line, ...] = ()

    def show(self, tracks: Sequence[Track]) -> None:
        """Show these tracks."""
        self._tracks = tuple(tracks)
        self._draw()

    def choose(self, key: str | None) -> None:
        """Show the trail of this track, and its name whatever is in the way."""
        self._chosen = key
        self._draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def line_at(self, y: int) -> Line:
        """Line `y` of the drawing."""
        return self._lines[y] if y < len(self._lines) else ()

    def _draw(self) -> None:
        region = self.scrollable_content_region
        if self.is_mounted and region.area:
            self._lines = draw(self._tracks, self._field, region.width, region.height, self._chosen)
            self.repaint()
