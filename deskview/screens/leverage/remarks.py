"""What is left out of the figures, missing, and remarked on them: the list, and the card that shows a row whole."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from deskview.market.titles import underlying_title, with_titles
from deskview.screens.frame.card import Card, Line, rests_on
from deskview.screens.leverage.explain import FUND_TEXT, GAPS, counted
from deskview.screens.leverage.today import head
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import Unregistered
    from deskview.board import Board


LEFT_OUT_COLUMNS = (
    Column("what", "what", width=6, flex=True, minimum=6),
    Column("reason", "why", flex=True, minimum=20),
)
_BY_NAME = "by_name."


def remarks(notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """(figure, remark) in words; underlyings with the same remark share a row."""
    of_underlyings = [(path, text) for path, text in notes.items() if _is_underlying(path)]
    rest = [(path, text) for path, text in notes.items() if not _is_underlying(path)]
    rows = [(GAPS.title(path), with_titles(text) if path.endswith(".index_usd") else text) for path, text in rest]
    for text, alike in groupby(sorted(of_underlyings, key=lambda item: item[1]), key=lambda item: item[1]):
        titles = [underlying_title(path.partition(".")[2]) for path, _ in alike]
        rows.append((counted(len(titles), "underlying"), f"{text}: {', '.join(titles)}"))
    return rows


def _is_underlying(path: str) -> bool:
    """A remark on one underlying stands under its key, which is written in capitals."""
    rest = path.removeprefix(_BY_NAME)
    return rest != path and (rest.isupper() or rest.startswith("fund:"))


def left_out_rows(reading: "Leverage") -> list[Row]:
    """Every fund outside the totals with the reason, then what is missing, then remarks on what is there."""
    funds = [
        Row(
            row.ticker,
            (
                Cell(f"{row.ticker:<6}{row.kind or ''}"),
                Cell(row.reason if row.from_ == "all" else f"{row.reason} (today only)"),
            ),
        )
        for row in reading.left_out
    ]
    return [
        head(f"{counted(len(funds), 'fund')} left out"),
        *funds,
        *_unregistered(reading),
        head("Missing"),
        *_labelled("missing", GAPS.missing(reading.missing)),
        head("Remarks"),
        *_labelled("note", remarks(reading.notes)),
    ]


def _unregistered(reading: "Leverage") -> Iterable[Row]:
    """Funds no list knows of; how to have them counted."""
    count = len(reading.unregistered)
    if count:
        look, them = ("looks", "it") if count == 1 else ("look", "them")
        yield head(f"{count} listed, {look} leveraged, in no registry: add {them} to your funds file")
    for row in reading.unregistered:
        yield Row(f"unregistered:{row.ticker}", (Cell(row.ticker), Cell(row.name)))


def _labelled(prefix: str, gaps: Iterable[tuple[str, str]]) -> Iterable[Row]:
    for figure, text in gaps:
        yield Row(f"{prefix}:{figure}", (Cell(figure, "dim"), Cell(text)))


def row_card(board: "Board", reading: "Leverage", key: str) -> Card | None:
    """The row `key` whole, as the list may have no room for it; None where it is no row of the list."""
    kind, _, what = key.partition(":")
    if kind in ("note", "missing"):
        labelled = remarks(reading.notes) if kind == "note" else GAPS.missing(reading.missing)
        texts = [text for figure, text in labelled if figure == what]
        return Card(what, "\n".join(texts), (), rests_on(board, board.leverage)) if texts else None
    if kind == "unregistered":
        fund = next((fund for fund in reading.unregistered if fund.ticker == what), None)
        return _registering(fund) if fund else None
    out = next((row for row in reading.left_out if row.ticker == key), None)
    foot = rests_on(board, board.leverage)
    return Card(f"{out.ticker}  {out.name}", FUND_TEXT, (), foot, (f"{out.ticker}: {out.reason}",)) if out else None


def _registering(fund: "Unregistered") -> Card:
    """How a fund of no registry is given a row of one."""
    text = (
        "By its name it is leveraged, and no list of funds has it: it is in no figure. A row of yours has it counted"
        " from the next start."
    )
    lines = (
        Line("in the settings", 'funds_file = "funds.toml"  (a file of yours)'),
        Line("in that file", "[[fund]]"),
        Line("", f'ticker = "{fund.ticker}"'),
        Line("", "leverage = 2  (its own; negative where it is inverse)"),
        Line("", 'kind = "stock"  (or index, sector, commodity, bond, crypto, currency, volatility)'),
        Line("", 'underlying = "NVDA"  (what it follows: a ticker, or a key of the shipped list)'),
    )
    return Card(f"{fund.ticker}  {fund.name}", text, lines)
