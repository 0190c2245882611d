"""A framed part of the screen: title and age in its top border, a sentence inside it where something failed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Literal, Self, get_args

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from deskview.widgets.text import plain, shorten

State = Literal["live", "doubt", "stale", "partial", "unavailable", "loading"]
_STATES: tuple[State, ...] = get_args(State)
_LABEL_AT = 3
"""Where the top border's text begins: behind the corner, the line and a space; it ends as far from the other end."""
_Label = list[tuple[str, Style]]
_EDGES = {"round": "─", "heavy": "━", "ascii": "-"}


class Pane(Container):
    """Holds one reading's widgets. The frame's colour tells the state, its weight the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane--title", "pane--status"}
    DEFAULT_CSS = """
    Pane {
        border: round $pane-border;
        .pane--title { color: $foreground; text-style: bold; }
        .pane--status { color: $dim; }
        &.-focused { border: heavy $accent; }
        &.-focused .pane--title { color: $accent; }
        &.-stale, &.-partial { border: round $stale; &.-focused { border: heavy $stale; } }
        &.-stale .pane--status, &.-partial .pane--status { color: $stale; text-style: bold; }
        &.-doubt { border: round $warning; &.-focused { border: heavy $warning; } }
        &.-doubt .pane--status { color: $warning; text-style: bold; }
        &.-unavailable { border: round $fault; &.-focused { border: heavy $fault; } }
        &.-unavailable .pane--status { color: $fault; text-style: bold; }
        &.-ascii {
            border: ascii $pane-border;
            &.-focused { border: ascii $accent; }
            &.-stale, &.-partial { border: ascii $stale; }
            &.-doubt { border: ascii $warning; }
            &.-unavailable { border: ascii $fault; }
        }
        & > .pane-notice { dock: top; height: auto; max-height: 3; color: $stale; display: none; }
        &.-doubt > .pane-notice { color: $warning; }
        &.-unavailable > .pane-notice { color: $fault; }
        &.-noticed > .pane-notice { display: block; }
    }
    """

    def __init__(
        self,
        *children: Widget,
        title: str,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, name=name, id=id, classes=classes)
        self.set_class(ascii_only, "-ascii")
        self._title = plain(title)
        self._status = ""
        self._state: State = "loading"
        self._noticed = ""
        self._notice = Static("", markup=False, classes="pane-notice")
        self._label: _Label = []
        self._changed: tuple[Region, ...] = ()

    def compose(self) -> ComposeResult:
        """The notice, docked above whatever the pane holds."""
        yield self._notice

    @property
    def state(self) -> State:
        """The state last set."""
        return self._state

    @property
    def notice(self) -> str:
        """The sentence last set, empty where nothing has failed."""
        return self._noticed

    def set_title(self, title: str) -> None:
        """Name the pane anew."""
        self._title = plain(title)
        self._write_label()

    def set_status(self, text: str, state: State) -> None:
        """Show the data's age or state at the top right; an age that counts on repaints the cells that differ."""
        self._status, changed = plain(text), state != self._state
        if changed:
            self._state = state
            self._restyle({f"-{other}": other == state for other in _STATES})
        self._write_label()

    def set_notice(self, sentence: str) -> None:
        """Say above the figures what failed and what happens next; an empty sentence takes the notice away."""
        if sentence != self._noticed:
            self._noticed = sentence
            self._notice.update(plain(sentence))
            self._restyle({"-noticed": bool(sentence)})

    def on_mount(self) -> None:
        """Follow the focus at once: the messages about it come a frame later."""
        self.watch(self.screen, "focused", self._follow)

    def _follow(self, focused: Widget | None) -> None:
        within = focused is not None and self in focused.ancestors
        if within != self.has_class("-focused"):
            with self._repainting(*self._frame()):
                self._restyle({"-focused": within})

    def _restyle(self, classes: Mapping[str, bool]) -> None:
        """Style the frame and the notice anew, nothing else in the pane depends on these classes.

        Textual's own way, as its pseudo class `focus-within`, looks up the styles of everything inside.
        """
        self.update_classes(classes, update=False)
        if self.is_attached:
            self.app.stylesheet.update_nodes((self, self._notice))

    def on_resize(self, _: Resize) -> None:
        """Stretch the top border's text to the new width."""
        self._write_label()

    def notify_style_update(self) -> None:
        """Follow the theme, the focus and the state with the top border's text, once the styles of its parts stand."""
        super().notify_style_update()
        self.call_next(self._write_label)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As any widget's; where only the frame changes, what is inside it is not painted anew."""
        if self._changed:
            regions = self._changed
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _write_label(self) -> None:
        width = self.outer_size.width - 2 * _LABEL_AT
        if not self.is_attached or width < 1:
            return
        parts = self._parts(width)
        if parts == self._label:
            return
        differing = self._differing(self._label, parts)
        self._label = parts
        with self._repainting(differing):
            self.border_title = Content.assemble(*parts)

    @contextmanager
    def _repainting(self, *regions: Region) -> Iterator[None]:
        """What refreshes the pane now repaints these cells of it, counted from the corner inside the frame."""
        before, self._changed = self._changed, regions
        try:
            yield
        finally:
            self._changed = before

    def _frame(self) -> tuple[Region, ...]:
        """The cells of the frame: top, bottom, left, right."""
        gutter, (width, height) = self.content_offset, self.outer_size
        left, top, inside = -gutter.x, -gutter.y, height - 2
        return (
            Region(left, top, width, 1),
            Region(left, top + height - 1, width, 1),
            Region(left, top + 1, 1, inside),
            Region(left + width - 1, top + 1, 1, inside),
        )

    def _differing(self, before: _Label, after: _Label) -> Region:
        """The cells of the top border where two labels differ, both filling it; all of it where their widths differ."""
        gutter = self.content_offset
        old, new = _cells(before), _cells(after)
        places = [x for x, (was, now) in enumerate(zip(old, new, strict=False)) if was != now]
        if len(old) != len(new) or not places:
            return Region(-gutter.x, -gutter.y, self.outer_size.width, 1)
        return Region(_LABEL_AT + places[0] - gutter.x, -gutter.y, places[-1] - places[0] + 1, 1)

    def _parts(self, width: int) -> _Label:
        """Title, the border's line and status over `width` cells; in want of room the title is shortened."""
        edge, colour = self.styles.border_top
        room = width - (cell_len(self._status) + 2 if self._status else 0)
        title = shorten(self._title, room if room > 0 else width)
        fill = width - cell_len(title) - (cell_len(self._status) + 2)
        parts = [(title, self.get_visual_style("pane--title", partial=True))]
        if self._status and fill >= 0:
            parts.append((f" {_EDGES.get(edge, ' ') * fill} ", Style(foreground=colour)))
            parts.append((self._status, self.get_visual_style("pane--status", partial=True)))
        return parts


def _cells(label: _Label) -> list[tuple[str, Style]]:
    """The label cell by cell; the second cell of a wide character is empty."""
    return [(cell, style) for text, style in label for char in text for cell in (char, "")[: cell_len(char)]]
