"""Taking things off the screen: the row under the cursor, a table as a file, the screen as a picture."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from deskview import paths
from deskview.screens.format import NEW_YORK
from deskview.screens.here import pane_of
from deskview.screens.target import Kind, Target
from deskview.text import Secret, redact
from deskview.widgets.facts import Facts
from deskview.widgets.lines import Lines

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board


def row_or_figures(screen: Screen[object]) -> str:
    """The row under the cursor, its cells parted by tabs; the pane's or the screen's figures where there is none."""
    if isinstance(screen.focused, Lines) and (text := screen.focused.cursor_text):
        return text
    shown = pane_of(screen) or screen
    return "\n".join(facts.text for facts in shown.query(Facts)).strip()


def table_of(board: "Board", subject: Target | str) -> "pl.DataFrame | None":
    """The table behind what is shown; None where it has no figures. Slow enough for a thread."""
    from deskview.board import tables  # noqa: PLC0415 - polars loads late

    if isinstance(subject, str):
        return tables.part_table(board, subject)
    match subject.kind:
        case Kind.NAME:
            return tables.name_table(board, subject.key)
        case Kind.GROUP:
            return tables.group_table(board, subject.key)
        case Kind.FUND:
            return tables.fund_table(board, subject.key)


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


def save_screen(board: "Board | None", what: Target | str, picture: str, text: str, secrets: Iterable[Secret]) -> Path:
    """Writes the screen as SVG, and as text beside it, to the screens folder; returns the picture's path."""
    stem = paths.screens_folder() / file_stem(board, what)
    for suffix, content in ((".svg", picture), (".txt", text)):
        path = stem.with_name(stem.name + suffix)
        path.touch(mode=0o600)
        path.write_text(redact(content, secrets), encoding="utf-8")
    return stem.with_name(stem.name + ".svg")


def file_stem(board: "Board | None", subject: Target | str) -> str:
    """Such as deskview-flow-2026-02-04-142312: what, the session and New York's time of the data."""
    what = f"{subject.kind}-{subject.key}" if isinstance(subject, Target) else subject
    safe = re.sub(r"[^A-Za-z0-9.]+", "-", what).strip("-.") or "screen"
    moment = board.as_of if board and board.as_of else datetime.now(NEW_YORK)
    session = board.session if board and board.session else moment.date()
    return f"deskview-{safe}-{session}-{moment.astimezone(NEW_YORK):%H%M%S}"
