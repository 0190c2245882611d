"""Points around a centre in four named quadrants; the chosen one shows the way it came."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from msgspec import Struct
from rich.cells import cell_len

from deskview.widgets.chartspec import Bounds
from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import pad, plain, shorten

_LEAST = (44, 8)
_LONGEST = 18
_AIR = 1.08
Point = tuple[float, float]
Place = tuple[int, int]


class Track(Struct, frozen=True):
    """A point with the way it came: `points` oldest first, the last is where it stands."""

    key: str
    label: str
    points: tuple[Point, ...]
    tone: str = ""


class Field(Struct, frozen=True):
    """What is plotted: the centre, the axes' titles, the quadrants' names from the top left to the bottom right."""

    centre: Point
    x_title: str
    y_title: str
    quadrants: tuple[Piece, Piece, Piece, Piece]


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


def area(tracks: Sequence[Track], field: Field, width: int, height: int, chosen: str | None = None) -> Bounds:
    """The rectangle around the centre that holds where each track stands and the chosen one's whole way.

    It reaches as far to the left as to the right, as far up as down.
    """
    points = [point for track in tracks for point in (track.points if track.key == chosen else track.points[-1:])]
    x, y = field.centre
    across = max((abs(point[0] - x) for point in points), default=0.0) or 1.0
    up = max((abs(point[1] - y) for point in points), default=0.0) or 1.0
    across, up = across * _AIR, up * _AIR
    return Bounds(x - across, x + across, y - up, y + up, width, height)


def draw(tracks: Sequence[Track], field: Field, width: int, height: int, chosen: str | None = None) -> tuple[Line, ...]:
    """The plot in `height` lines of `width` cells, the scale across on the last one."""
    if width < _LEAST[0] or height < _LEAST[1]:
        return ((Piece(shorten("Too small for a plot", width), "dim"),),)
    shown = [track for track in tracks if track.points]
    bounds = area(shown, field, width, height - 1, chosen)
    canvas = _Canvas(bounds)
    _axes(canvas, field)
    nameless = _fill(canvas, shown, chosen)
    return (*canvas.lines(), _scale(bounds, field, nameless))


class _Canvas:
    """Cells with their character and tone; `taken` are those a name must not cover."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.taken: set[Place] = set()
        self._cells: dict[Place, tuple[str, str]] = {}

    def place(self, point: Point) -> Place:
        """The cell of a point."""
        return self.bounds.column(point[0]), self.bounds.row(point[1])

    def write(self, place: Place, text: str, tone: str, *, keep: bool = True) -> None:
        """Puts a text from `place` on; what is kept is not covered by names."""
        x, y = place
        for char in text:
            for cell in range(x, x + cell_len(char)):
                self._cells[cell, y] = (char if cell == x else "", tone)
                if keep:
                    self.taken.add((cell, y))
            x += cell_len(char)

    def is_free(self, place: Place, cells: int) -> bool:
        """Whether a text of so many cells fits here with a blank on either side."""
        x, y = place
        inside = x >= 0 and x + cells <= self.bounds.width and 0 <= y < self.bounds.height
        return inside and not any((column, y) in self.taken for column in range(x - 1, x + cells + 1))

    def lines(self) -> Iterator[Line]:
        """The canvas from the top."""
        for y in range(self.bounds.height):
            row = [self._cells.get((x, y), (" ", "")) for x in range(self.bounds.width)]
            yield tuple(Piece("".join(char for char, _ in run), tone) for tone, run in _runs(row))


def _runs(row: list[tuple[str, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for tone, run in groupby(row, key=lambda cell: cell[1]):
        yield tone, list(run)


def _axes(canvas: _Canvas, field: Field) -> None:
    """The cross through the centre, the quadrants' names in the corners, the scale up beside the cross."""
    bounds = canvas.bounds
    column, row = canvas.place(field.centre)
    canvas.write((0, row), "─" * bounds.width, "dim", keep=False)
    for y in range(bounds.height):
        canvas.write((column, y), "┼" if y == row else "│", "dim", keep=False)
    corners = ((0, 0), (bounds.width, 0), (0, bounds.height - 1), (bounds.width, bounds.height - 1))
    for (x, y), name in zip(corners, field.quadrants, strict=True):
        canvas.write((max(0, x - cell_len(name.text)), y), name.text, f"{name.tone} strong")
    top = f"{bounds.high:.1f}"
    for text in (f"{top} {field.y_title}", top):
        if canvas.is_free((column + 2, 0), cell_len(text)):
            canvas.write((column + 2, 0), text, "dim")
            break
    canvas.write((column + 2, bounds.height - 1), f"{bounds.low:.1f}", "dim")


def _fill(canvas: _Canvas, tracks: Sequence[Track], chosen: str | None) -> int:
    """Dots first, then the chosen trail, then names from the outside in; returns how many names found no room."""
    for track in tracks:
        canvas.write(canvas.place(track.points[-1]), "●", track.tone)
    mine = next((track for track in tracks if track.key == chosen), None)
    if mine:
        _trail(canvas, mine)
    others = sorted((track for track in tracks if track is not mine), key=lambda track: -_distance(canvas, track))
    named = [_name(canvas, track, "strong reversed") for track in ([mine] if mine else [])]
    named += [_name(canvas, track, track.tone) for track in others]
    return named.count(False)


def _distance(canvas: _Canvas, track: Track) -> float:
    x, y = canvas.place(track.points[-1])
    return abs(2 * x / canvas.bounds.width - 1) + abs(2 * y / canvas.bounds.height - 1)


def _trail(canvas: _Canvas, track: Track) -> None:
    """The way of the track: dots from week to week, each week by how many it lies back."""
    places = [canvas.place(point) for point in track.points]
    for before, after in pairwise(places):
        for cell in between(before, after):
            canvas.write(cell, "·", track.tone)
    for back, place in reversed(list(enumerate(reversed(places)))):
        canvas.write(place, str(back) if back else "◉", f"{track.tone} strong")


def between(start: Place, end: Place) -> Iterator[Place]:
    """The cells of a straight line between two cells, without its ends."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(1, steps):
        yield (
            start[0] + round((end[0] - start[0]) * step / steps),
            start[1] + round((end[1] - start[1]) * step / steps),
        )


def _name(canvas: _Canvas, track: Track, tone: str) -> bool:
    """Writes the name beside, below or above its point, where there is room."""
    text = shorten(plain(track.label), _LONGEST)
    x, y = canvas.place(track.points[-1])
    cells = cell_len(text)
    middle = max(0, min(x - cells // 2, canvas.bounds.width - cells))
    for place in ((x + 2, y), (x - cells - 1, y), (middle, y + 1), (middle, y - 1)):
        if canvas.is_free(place, cells):
            canvas.write(place, text, tone)
            return True
    return False


def _scale(bounds: Bounds, field: Field, nameless: int) -> Line:
    """The numbers across, and how many dots found no room for a name; the axis's title gives way to that."""
    left, right, centre = f"{bounds.left:.1f}", f"{bounds.right:.1f}", f"{field.centre[0]:g}"
    text = pad(left, bounds.column(field.centre[0]) - len(centre) // 2) + centre
    titled = f"{right} {field.x_title}"
    long, short = (f"  {nameless} dots without a label", f"  {nameless} no label") if nameless else ("", "")
    for words, end in ((long, titled), (short, titled), (short, right)):
        if cell_len(text + words + end) + 2 <= bounds.width:
            break
    text += words
    return (Piece(text, "dim"), Piece(pad(end, bounds.width - cell_len(text), "right"), "dim"))
