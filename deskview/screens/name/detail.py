"""A name: its figures by subject, its headlines, the funds that trade it and the groups it belongs to."""

from datetime import datetime
from typing import TYPE_CHECKING

from deskview.analytics.leverage import funds_of_name
from deskview.format import age, percent, tone, usd
from deskview.screens.frame.detail import Detail, Section
from deskview.screens.frame.target import Kind
from deskview.screens.name.explain import FUNDS, HEADLINES
from deskview.screens.name.figures import about
from deskview.screens.name.peers import groups_section
from deskview.screens.name.prices import notes, row_of
from deskview.widgets.records import Cell, Row

if TYPE_CHECKING:
    from deskview.board import Board, Headline


def name_detail(board: "Board", ticker: str) -> Detail:
    """Everything the board knows of one name."""
    known = row_of(board.basis.names, ticker) if board.basis else {}
    title = f"{ticker}  {known.get('name') or ''}".rstrip()
    sections = (_funds(board, ticker), groups_section(board, ticker))
    return Detail(
        title,
        about=about(board, ticker),
        price_of=ticker,
        sections=sections,
        news=_headlines(board, ticker),
        notes=notes(board, ticker),
    )


def _funds(board: "Board", ticker: str) -> Section:
    """Every fund whose trade reaches the name: weight in its underlying times the fund's trade is its part."""
    reading, model = board.leverage.value, board.basis.leverage if board.basis else None
    parts = funds_of_name(model, reading, ticker) if model and reading else []
    rows = tuple(
        Row(
            part.ticker,
            (
                Cell(part.ticker),
                Cell(f"{part.leverage:+g}x".replace("-", "−")),
                Cell(part.title, "dim"),
                Cell(percent(part.weight).lstrip("+")),
                Cell(usd(part.fund_usd), "dim"),
                Cell(usd(part.usd), tone(part.usd)),
            ),
        )
        for part in parts
    )
    title = f"Leveraged funds in it ({len(rows)}): weight × trade"
    return Section("name-funds", title, FUNDS, rows, "no leveraged fund's trade is traced to it", Kind.FUND)


def _headlines(board: "Board", ticker: str) -> Section:
    """Why it moves: titles with their age and the host of the link, which `y` copies and nothing opens.

    Prices stand still at the close, over a weekend for days, and are late on a delayed plan; headlines go on.
    """
    news = board.news.get(ticker)
    if news is None:
        return Section("name-news", "Headlines", HEADLINES, (), "headlines come a moment after a name is opened")
    now = max((at for at in (board.as_of, news.as_of) if at is not None), default=None)
    rows = tuple(_headline(row, now or row.published) for row in news.rows)
    title = "Headlines, y copies the link" + (f": {news.note}" if news.note and rows else "")
    return Section("name-news", title, HEADLINES, rows, news.note or "no headline in four days")


def _headline(row: "Headline", now: datetime) -> Row:
    past = max(0.0, (now - row.published).total_seconds())
    others = f"{row.names} names" if row.names > 1 else ""
    cells = (Cell(age(past), "dim"), Cell(row.title), Cell(others, "dim"), Cell(row.host or "no link", "dim"))
    return Row(f"{row.published:%Y%m%d%H%M%S%f} {row.link or row.title}", cells, copied=row.link)
