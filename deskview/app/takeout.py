"""Taking things off the screen: the row under the cursor, a table as a file, the screen as a picture."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from deskview import paths
from deskview.format import NEW_YORK
from deskview.screens.desk.still import picture_of, screen_text
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import focused_pane
from deskview.screens.frame.target import Target
from deskview.screens.subjects import table_of
from deskview.text import Secret, redact
from deskview.widgets.facts import Facts
from deskview.widgets.lines import Lines
from deskview.widgets.text import shorten
from deskview.widgets.textual_private import without_toasts

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board


@dataclass(frozen=True)
class Filtered:
    """The rows of a filtered list by their keys: those that pass, and all."""

    passing: frozenset[str]
    given: frozenset[str]

    def of(self, table: "pl.DataFrame") -> "pl.DataFrame | None":
        """The table's rows that pass; None where it is of something else than the list.

        So it is where a key stands in several rows: they are of other lists with the same names, which nobody filtered,
        or members of the groups that were.
        """
        import polars as pl  # noqa: PLC0415 - loads late

        texts = [name for name, kind in table.schema.items() if kind == pl.String]
        keyed = next((name for name in texts if self.given <= set(table[name])), None)
        if keyed is None or table[keyed].is_in(list(self.given)).sum() > len(self.given):
            return None
        return table.filter(pl.col(keyed).is_in(list(self.passing)))


def filtered_list(screen: Screen[Any]) -> Filtered | None:
    """The list the cursor is in with all others of its name, where they are filtered."""
    focused = screen.focused
    if not isinstance(focused, Lines) or focused.sieve is None or focused.sieve.fault:
        return None
    alike = [lines for lines in screen.query(Lines) if lines.list_name == focused.list_name and lines.sieve]
    rows = [pair for lines in alike if lines.sieve for pair in zip(lines.given, lines.sieve.passes, strict=True)]
    passing = frozenset(row.key for row, passes in rows if passes)
    return Filtered(passing, frozenset(row.key for row, _ in rows))


class Takeout:
    """Copies, exports and saves what the app shows; nothing that leaves holds one of the secrets."""

    def __init__(self, app: App[Any], secrets: Iterable[Secret], export_format: str) -> None:
        self._app = app
        self._secrets = secrets
        self._format = export_format

    def copy(self) -> None:
        """The row under the cursor, or the figures, to the clipboard of the user's own terminal."""
        text = redact(row_or_figures(self._app.screen), self._secrets)
        if text:
            self._app.copy_to_clipboard(text)
        message = f"Copied: {shorten(' '.join(text.split()), 60)}" if text else "Nothing here to copy."
        self._app.notify(message, timeout=3, markup=False)

    async def export(self, board: "Board | None", shown: Target | str, base: Screen[Any]) -> None:
        """The rows of the pane, page or detail that is shown as a file: of a filtered list those that pass."""
        if board is None:
            self._app.notify("No figures to export yet.")
            return
        try:
            outcome = await asyncio.to_thread(self._exported, board, shown, base, filtered_list(base))
        except OSError as error:
            self._app.notify(f"Not exported: {error}", severity="error", markup=False)
            return
        self._app.notify(outcome, markup=False)

    def _exported(self, board: "Board", shown: Target | str, base: Screen[Any], filtered: Filtered | None) -> str:
        """Writes the file; what became of it, in a sentence."""
        own = base.own_table() if isinstance(base, PageScreen) else None
        table = table_of(board, shown) if own is None else own
        if table is None:
            return "No figures to export here."
        passing = filtered.of(table) if filtered is not None else None
        if passing is not None and passing.is_empty():
            return "Nothing exported: no row passes the filter."
        path = export(table if passing is None else passing, file_stem(board, shown), self._format)
        if filtered is None:
            return f"Exported to {path}"
        whole = f"all {len(table):,} rows; the list that is filtered is not what is exported"
        rows = whole if passing is None else f"{len(passing):,} of {len(table):,} rows, as filtered"
        return f"Exported to {path}: {rows}"

    def save_screen(self, board: "Board | None", shown: Target | str) -> None:
        """What is on the screen, as a picture and as text; without the notices that lie over it."""
        with without_toasts(self._app.screen):
            picture, text = picture_of(self._app), screen_text(self._app.screen)
        try:
            path = save_screen(board, shown, picture, text, self._secrets)
        except OSError as error:
            self._app.notify(f"Not saved: {error}", severity="error", markup=False)
            return
        self._app.notify(f"Saved as {path} and as text beside it", markup=False)


def row_or_figures(screen: Screen[Any]) -> str:
    """The row under the cursor, its cells parted by tabs; the pane's or the screen's figures where there is none."""
    if isinstance(screen.focused, Lines) and (text := screen.focused.cursor_text):
        return text
    shown = focused_pane(screen) or screen
    return "\n".join(facts.text for facts in shown.query(Facts)).strip()


def export(table: "pl.DataFrame", stem: str, kind: str) -> Path:
    """Writes the table to the exports folder as csv, parquet or json.

    Raises OSError where the folder can't be written to.
    """
    path = paths.exports_folder() / f"{stem}.{kind}"
    path.touch(mode=0o600)
    if kind == "parquet":
        table.write_parquet(path)
    elif kind == "json":
        table.write_json(path)
    else:
        table.write_csv(path)
    return path


def save_screen(board: "Board | None", shown: Target | str, picture: str, text: str, secrets: Iterable[Secret]) -> Path:
    """Writes the screen as SVG, and as text beside it, to the screens folder; returns the picture's path."""
    stem = paths.screens_folder() / file_stem(board, shown)
    for suffix, content in ((".svg", picture), (".txt", text)):
        path = stem.with_name(stem.name + suffix)
        path.touch(mode=0o600)
        path.write_text(redact(content, secrets), encoding="utf-8")
    return stem.with_name(stem.name + ".svg")


def file_stem(board: "Board | None", shown: Target | str) -> str:
    """Such as deskview-flow-2026-02-04-142312: what, the session and New York's time of the data."""
    name = f"{shown.kind}-{shown.key}" if isinstance(shown, Target) else shown
    safe = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") or "screen"
    moment = board.as_of if board and board.as_of else datetime.now(NEW_YORK)
    session = board.session if board and board.session else moment.date()
    return f"deskview-{safe}-{session}-{moment.astimezone(NEW_YORK):%H%M%S}"
