"""A scrolling list of keyed lines in columns with a cursor: what Table and Heatmap share."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol, TypeVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, DescendantBlur, DescendantFocus, Event, Focus, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from deskview.widgets.columns import Pick, Slot, picked
from deskview.widgets.painted import Painted
from deskview.widgets.records import Column, Line, Piece, Sieve
from deskview.widgets.text import pad, plain, shorten, wrap


class Keyed(Protocol):
    """A row as the cursor sees it."""

    @property
    def key(self) -> str:
        """Its name, unique in the list."""

    @property
    def header(self) -> bool:
        """Whether it heads a section; the cursor skips it."""


AnyRow = TypeVar("AnyRow", bound=Keyed)


class KeyMessage(Message):
    """Something happened to the row or column `key` of `lines`."""

    def __init__(self, lines: "Lines", key: str) -> None:
        super().__init__()
        self.lines = lines
        self.key = key

    @property
    def control(self) -> "Lines":
        """The widget the message is from."""
        return self.lines


class Lines(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """One head line above scrolling rows; the cursor stays on its row's key whatever is sorted or inserted.

    `list_name` is what the app knows the user's choice of columns by. An app with a method `chosen_columns(list_name)`
    is asked for the keys of the columns to show, None for all. One with a method `sieve_of(lines, rows)` is asked which
    of the rows the list was given the user's filter lets through, None without a filter.
    """

    DEFAULT_CSS = """
    Lines {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="row-up"),
        Binding("down,j", "move(1)", "Down", show=False, id="row-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="page-down"),
        Binding("home,g", "jump(0)", "First row", show=False, id="first-row"),
        Binding("end,G", "jump(-1)", "Last row", show=False, id="last-row"),
        Binding("enter,right,l", "open", "Open", show=False, id="open-row"),
    ]

    class Highlighted(KeyMessage):
        """The cursor came to stand on the row `key`."""

    class Opened(KeyMessage):
        """The user asked to open the row `key`."""

    def __init__(
        self,
        *,
        empty: str = "Nothing to show",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.list_name = name or ""
        self._slots: tuple[Slot, ...] = ()
        self._keyed: Sequence[Keyed] = ()
        self._cursor = -1
        self._empty = empty
        self._sieve: Sieve | None = None
        self._given: Sequence[Keyed] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column there is, in the order it comes in."""
        raise NotImplementedError

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """Keys of the columns the user chose, None where all are shown as they come."""
        ask = getattr(self.app, "chosen_columns", None) if self.is_attached and self.list_name else None
        return ask(self.list_name) if ask is not None else None

    @property
    def wanted(self) -> list[Pick]:
        """The columns to show, in their order, as far as there is room."""
        return picked(self.columns, self.chosen)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Keys of the wanted columns left out because the list is too narrow."""
        kept = {slot.column for slot in self._slots}
        return tuple(pick.column.key for pick in self.wanted if pick.place not in kept)

    def rearrange(self) -> None:
        """Shows the columns of the user's choice, which has changed."""
        self.remeasure()
        self.repaint()

    @property
    def sieve(self) -> Sieve | None:
        """What the user's filter made of the rows there are; None without a filter or without rows."""
        return self._sieve

    def sift_again(self) -> None:
        """Shows what the user's filter lets through, which has changed."""
        raise NotImplementedError

    @property
    def given(self) -> Sequence[Keyed]:
        """All rows the list was given that head no section, those the user's filter keeps out among them."""
        return [row for row in self._given if not row.header]

    def text_of(self, row: Keyed, place: int) -> str:
        """What the row has written in the column at this place in `columns`, empty where it has nothing."""
        raise NotImplementedError

    def head_line(self) -> Line:
        """The line above the rows."""
        raise NotImplementedError

    def row_line(self, index: int, cursor: str) -> Line:
        """The row `index`; `cursor` names the cursor's tone where it stands on this row."""
        raise NotImplementedError

    def remeasure(self) -> None:
        """Measure anew: rows, columns or the width have changed."""

    @property
    def cursor_key(self) -> str | None:
        """The key of the row the cursor is on, None without rows."""
        return self._keyed[self._cursor].key if self._cursor >= 0 else None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all rows the cursor may stand on, in their order."""
        return tuple(row.key for row in self._keyed if not row.header)

    @property
    def cursor_text(self) -> str:
        """The row under the cursor as text to paste elsewhere, its cells parted by tabs; empty without rows."""
        return self.row_text(self._cursor) if self._cursor >= 0 else ""

    def row_text(self, index: int) -> str:
        """The row's cells parted by tabs, the columns left out of the display among them."""
        return self._keyed[index].key

    @property
    def empty(self) -> str:
        """What is said where there are no rows: the reason, in words."""
        return self._empty

    @empty.setter
    def empty(self, reason: str) -> None:
        if reason != self._empty:
            self._empty = reason
            if not self._keyed:
                self.repaint()

    def select(self, key: str) -> bool:
        """Put the cursor on the row `key` and scroll to it; False where there is no such row."""
        index = next((i for i, row in enumerate(self._keyed) if row.key == key and not row.header), None)
        if index is None:
            return False
        self._go(index)
        return True

    def _passing(self, rows: Sequence[AnyRow]) -> tuple[AnyRow, ...]:
        """The rows the user's filter lets through, under the heads of the sections that still have some."""
        ask = getattr(self.app, "sieve_of", None) if self.is_attached and self.list_name else None
        own = [row for row in rows if not row.header]
        self._sieve = ask(self, own) if ask is not None and own else None
        if self._sieve is None or self._sieve.fault:
            return tuple(rows)
        return tuple(_under_heads(rows, self._sieve.passes))

    def _take(self, rows: Sequence[Keyed]) -> None:
        """Show other rows: keep the scroll position and the cursor's key, or else its place."""
        before, place = self.cursor_key, self._cursor
        self._keyed = rows
        found = next((i for i, row in enumerate(rows) if row.key == before), None)
        self._cursor = found if found is not None else self._nearest(max(place, 0), 1)
        self.virtual_size = Size(0, len(rows) + self._lead)
        self.remeasure()
        self.repaint()
        if self.cursor_key != before and self.cursor_key is not None:
            self.post_message(self.Highlighted(self, self.cursor_key))

    def _nearest(self, index: int, step: int) -> int:
        """The nearest row from `index` the cursor may stand on, first in the direction of `step`; -1 without any."""
        count = len(self._keyed)
        if not count:
            return -1
        index = max(0, min(index, count - 1))
        onward, back = range(index, count), range(index, -1, -1)
        order = (*onward, *back) if step > 0 else (*back, *onward)
        return next((i for i in order if not self._keyed[i].header), -1)

    def _go(self, index: int, step: int = 1) -> None:
        index = self._nearest(index, step)
        if index < 0:
            return
        moved, self._cursor = index != self._cursor, index
        self._reveal(index)
        self.repaint()
        if moved:
            self.post_message(self.Highlighted(self, self._keyed[index].key))

    def _reveal(self, index: int) -> None:
        top, visible, rows = self.scroll_offset.y, self._page_rows, self._keyed
        headed = index > 0 and rows[index - 1].header
        last = index + 1 if index + 2 == len(rows) and rows[-1].header else index
        if index - headed < top:
            self.scroll_to(y=index - headed, animate=False, force=True)
        elif last >= top + visible:
            self.scroll_to(y=last - visible + 1, animate=False, force=True)

    @property
    def _lead(self) -> int:
        """The lines above the rows: the head, and what is said of the filter."""
        return 1 if self._sieve is None else 2

    @property
    def _page_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - self._lead)

    def line_at(self, y: int) -> Line:
        """The filter, the head, a row, or the reason why there are none."""
        if self._sieve is not None:
            if y == 0:
                return self._sieve_line(self._sieve)
            y -= 1
        if not self._keyed:
            width = self.line_width
            parts = [wrap(plain(part), width) for part in self._reason.splitlines()]
            lines = [shorten(line, width) for part in parts for line in part]
            return (Piece(lines[y], "dim"),) if y < len(lines) else ()
        if y == 0:
            return self.head_line()
        index = y - 1 + self.scroll_offset.y
        if index >= len(self._keyed):
            return ()
        if self._keyed[index].header:
            return (Piece(pad(self.section_title(index), self.line_width), "group"),)
        return self.row_line(index, self._cursor_tone if index == self._cursor else "")

    @property
    def _reason(self) -> str:
        """Why there are no rows: the list's own reason, or the filter."""
        if self._sieve is None:
            return self._empty
        return f"no row passes {self._sieve.text}{f': {self._sieve.note}' if self._sieve.note else ''}"

    def _sieve_line(self, sieve: Sieve) -> Line:
        """The filter and what it lets through; in want of room hint or fault go, then the filter is shortened."""
        text, width = plain(sieve.text), self.line_width
        if sieve.fault:
            whole = f"filter {text} is not applied: {plain(sieve.fault)}"
            fits = cell_len(whole) <= width
            return (Piece(whole if fits else shorten(f"filter not applied: {text}", width), "warning"),)
        counts, hint = f": {sieve.counts}", f" · {plain(sieve.hint)}"
        used = cell_len(f"filter {text}{counts}")
        hinted = bool(sieve.hint) and used + cell_len(hint) <= width
        shown = shorten(text, max(1, cell_len(text) + width - used))
        return (Piece(f"filter {shown}{counts}", "accent"), *([Piece(hint, "dim")] if hinted else []))

    def section_title(self, index: int) -> str:
        """The words of the section row `index`."""
        return shorten(plain(self._keyed[index].key), self.line_width)

    @property
    def _cursor_tone(self) -> str:
        return " cursor" if self.has_focus else " cursor-blurred"

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self._cursor + rows, rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many screenfuls."""
        self._go(self._cursor + pages * self._page_rows, pages)

    def action_jump(self, index: int) -> None:
        """Go to the first (0) or the last (-1) row."""
        self._go(*((0, 1) if index == 0 else (len(self._keyed) - 1, -1)))

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    def on_click(self, event: Click) -> None:
        """Select the row clicked on; a click on the selected one opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y - self._lead + self.scroll_offset.y
        if offset.y == self._lead - 1:
            self.head_clicked(offset.x)
        elif offset.y >= self._lead and index < len(self._keyed) and not self._keyed[index].header:
            if index == self._cursor:
                self.action_open()
            else:
                self._go(index)

    def head_clicked(self, x: int) -> None:
        """The head line was clicked on cell `x`."""

    def on_resize(self, event: Resize) -> None:
        """Fit to the new size and keep the cursor in view."""
        self.remeasure()
        self.repaint()
        if self._cursor >= 0 and event.size.height:
            self._reveal(self._cursor)

    def watch_show_vertical_scrollbar(self) -> None:
        """Fit to the width the scrollbar leaves."""
        if self.is_mounted:
            self.remeasure()
            self.repaint()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No style of these widgets depends on the focus, so none is looked up."""

    def on_focus(self, event: Focus) -> None:
        """Show the cursor as live."""
        self._turn(event, DescendantFocus(self), focused=True)

    def on_blur(self, event: Blur) -> None:
        """Show the cursor as resting."""
        self._turn(event, DescendantBlur(self), focused=False)

    def _turn(self, event: Event, told: Message, *, focused: bool) -> None:
        """In place of Textual's own way, which paints every line anew: only the line under the cursor differs."""
        event.prevent_default()
        self.has_focus = focused
        self.repaint([self._cursor + self._lead - self.scroll_offset.y])
        if self.parent is not None:
            self.parent.post_message(told)


def _under_heads(rows: Sequence[AnyRow], passes: Sequence[bool]) -> Iterator[AnyRow]:
    """The rows that pass, each section's head before the first of its own; `passes` has none for the heads."""
    verdicts, head = iter(passes), None
    for row in rows:
        if row.header:
            head = row
        elif next(verdicts):
            if head is not None:
                yield head
            head = None
            yield row
