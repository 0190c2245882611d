"""A name's page and card: what speaks against its figures is read whole, and after the close prices are official."""

import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from deskview.board import Board
from deskview.screens.format import percent, price
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.subjects import card_of, detail_of
from tests.app.desk import seated

NVDA = Target(Kind.NAME, "NVDA")
DOUBT = "opened 31% lower: no split, dividend or spin-off in the tables explains it"
BREAK = "what traded before was another company's stock, by the numbers of both listings"


def doubted(board: Board) -> Board:
    """NVDA's return in doubt, its past broken off."""
    assert board.live is not None and board.basis is not None
    doubt = pl.when(pl.col("ticker") == "NVDA").then(pl.lit(DOUBT)).otherwise("doubt").alias("doubt")
    broken = board.basis.breaks.clear().vstack(
        pl.DataFrame([("NVDA", date(2025, 6, 2), BREAK)], schema=board.basis.breaks.schema, orient="row")
    )
    gaps = pl.DataFrame([("NVDA", date(2025, 9, 1), -0.31)], schema=board.basis.gaps.schema, orient="row")
    return replace(board, live=board.live.with_columns(doubt), basis=replace(board.basis, breaks=broken, gaps=gaps))


def evening(board: Board, moved: float | None) -> Board:
    """The board with NVDA moved so far in the evening."""
    assert board.live is not None
    after = pl.when(pl.col("ticker") == "NVDA").then(pl.lit(moved, pl.Float64)).otherwise("after_hours")
    return replace(board, live=board.live.with_columns(after_hours=after))


def close_of(board: Board) -> float:
    """NVDA's price on the board."""
    assert board.live is not None
    return float(board.live.filter(pl.col("ticker") == "NVDA")["price"].item())


def facts_of(board: Board) -> list[str]:
    """The lines of figures of the page."""
    return ["   ".join("".join(p.text for p in fact) for fact in line) for line in detail_of(board, NVDA).figures]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_what_speaks_against_a_name_is_on_the_screen_whole(board: Board, size: tuple[int, int]) -> None:
    async with seated(doubted(board), size=size) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        shown = " ".join(" ".join(seat.lines).split())
        assert f"in doubt: {DOUBT}" in shown
        assert f"its past counts from 02 Jun 2025: {BREAK}" in shown
        assert "opened −31% on 01 Sep 2025: news, or a spin-off; spinoffs_file settles which" in shown
        await seat.press("i")
        assert f"in doubt: {DOUBT}" in " ".join(card_of(doubted(board), NVDA, None).content.plain.split())
        assert "in doubt" in seat.text


async def test_without_doubt_no_line_is_lost(board: Board) -> None:
    async with seated(board, size=(80, 24)) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        assert detail_of(board, NVDA).notes == ()
        assert "NVDA" in seat.lines[1]
        assert re.search(r"[╭┌─]", seat.lines[2]), "the panes begin below the heading"


def test_after_the_close_the_price_is_the_official_close(board: Board) -> None:
    close = close_of(board)
    lines = facts_of(evening(board, 0.0023))
    assert lines[0].startswith(f"official close {price(close)}   ")
    assert lines[1] == f"after hours {price(close * 1.0023)} +0.23%"
    assert not any("after hours" in line for line in facts_of(evening(board, None)))
    card = card_of(evening(board, 0.0023), NVDA, None).content.plain
    assert re.search(rf"official close +{re.escape(price(close))} / ", card)
    assert f"{price(close)} × 1.0023 = {price(close * 1.0023)}, +0.23%; no figure of the session" in card


def test_before_the_close_it_is_the_last_trade(earlier: Board) -> None:
    assert facts_of(earlier)[0].startswith(f"last {price(close_of(earlier))}   ")
    assert "official" not in card_of(earlier, NVDA, None).content.plain.partition("Rests on")[2]


@pytest.mark.parametrize("part", ["momentum", "breadth", "rotation", "leverage"])
def test_a_card_says_that_it_rests_on_official_closes(board: Board, earlier: Board, part: str) -> None:
    at_close, before = (card_of(moment, part, None).content.plain for moment in (board, earlier))
    assert re.search(r"prices +official closes of 4 Feb\b", at_close)
    assert "official closes" not in before
    stale = replace(board.parts[part], as_of=earlier.as_of)
    assert "official closes" not in card_of(replace(board, **{part: stale}), part, None).content.plain  # type: ignore[arg-type]


def test_prints_are_no_closes(board: Board) -> None:
    assert board.flow.as_of is not None
    late = replace(board, flow=replace(board.flow, as_of=board.flow.as_of + timedelta(hours=1)))
    assert "official closes" not in card_of(late, "flow", None).content.plain


def test_the_card_tells_the_return_as_it_is_printed(board: Board) -> None:
    assert board.live is not None
    row = board.live.filter(pl.col("ticker") == "NVDA").row(0, named=True)
    assert f"= {percent(row['ret'], 2)}" in card_of(board, NVDA, None).content.plain
    assert "its sign turned" in card_of(board, NVDA, None).definition
