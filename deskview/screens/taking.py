"""An app whose rows, tables and screens can be taken elsewhere."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from deskview.screens import takeout
from deskview.screens.here import topic_of
from deskview.screens.still import picture_of, screen_text
from deskview.screens.target import Target
from deskview.screens.trail import Stop
from deskview.text import Secret, redact
from deskview.widgets.text import shorten
from deskview.widgets.textual_private import without_toasts

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board


class TakingApp(App[int]):
    """`board` is the one shown, `trail` the way from the desk to what is shown."""

    NOTIFICATION_TIMEOUT = 4.0

    def __init__(self, secrets: Iterable[Secret], export_format: str) -> None:
        super().__init__()
        self.board: Board | None = None
        self.trail: list[Stop] = []
        self._secrets = secrets
        self._export_format = export_format

    @property
    def place(self) -> Target | str | None:
        """What is shown; None on the desk."""
        return self.trail[-1].place if self.trail else None

    @property
    def subject(self) -> Target | str:
        """What is shown, on the desk the part of the pane the cursor is in."""
        return self.place or topic_of(self.screen, None)

    def action_copy(self) -> None:
        """The row under the cursor, or the figures, to the clipboard of the user's own terminal."""
        text = redact(takeout.row_or_figures(self.screen), self._secrets)
        if text:
            self.copy_to_clipboard(text)
        words = f"Copied: {shorten(' '.join(text.split()), 60)}" if text else "Nothing here to copy."
        self.notify(words, timeout=3, markup=False)

    def table(self, board: "Board", subject: Target | str) -> "pl.DataFrame | None":
        """The table behind what is shown; None where it has no figures. Slow enough for a thread."""
        return takeout.table_of(board, subject)

    def _export(self, board: "Board", subject: Target | str) -> Path | None:
        table = self.table(board, subject)
        stem = takeout.file_stem(board, subject)
        return None if table is None else takeout.export(table, stem, self._export_format)

    async def action_export(self) -> None:
        """The table of the pane or page as a file."""
        if self.board is None:
            self.notify("No figures to export yet.")
            return
        try:
            path = await asyncio.to_thread(self._export, self.board, self.subject)
        except OSError as fault:
            self.notify(f"Not exported: {fault}", severity="error", markup=False)
            return
        self.notify(f"Exported to {path}" if path else "No figures to export here.", markup=False)

    def action_save_screen(self) -> None:
        """What is on the screen, as a picture and as text; without the notices that lie over it."""
        with without_toasts(self.screen):
            picture, text = picture_of(self), screen_text(self.screen)
        try:
            path = takeout.save_screen(self.board, self.place or "desk", picture, text, self._secrets)
        except OSError as fault:
            self.notify(f"Not saved: {fault}", severity="error", markup=False)
            return
        self.notify(f"Saved as {path} and as text beside it", markup=False)
