"""A name's page and card: what speaks against its figures is read whole, and after the close prices are official."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import polars as pl
import pytest

from deskview.analytics.chain import OWN_FACTS
from deskview.board import Board
from deskview.format import percent, price
from deskview.market.schema import NAMES
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.subjects import card_of, detail_of
from deskview.widgets.facts import Facts
from tests.app.desk import Seat, seated
from tests.screens.moments import drawn_flow, opened_name, side, with_flow

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


def about(board: Board, ticker: str = "NVDA") -> dict[str, str]:
    """The figures of the page by subject."""
    told = detail_of(board, Target(Kind.NAME, ticker)).about
    return {one.subject: "   ".join("".join(piece.text for piece in fact) for fact in one.facts) for one in told}


def whole(board: Board, ticker: str = "NVDA") -> str:
    """All of them."""
    return "   ".join(about(board, ticker).values())


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
    told = about(evening(board, 0.0023))["price"]
    assert told.startswith(f"official close {price(close)}   ")
    assert told.endswith(f"after hours {price(close * 1.0023)} +0.23%")
    assert "after hours" not in whole(evening(board, None))
    card = card_of(evening(board, 0.0023), NVDA, None).content.plain
    assert re.search(rf"official close +{re.escape(price(close))} / ", card)
    assert f"{price(close)} × 1.0023 = {price(close * 1.0023)}, +0.23%; no figure of the session" in card


def test_before_the_close_it_is_the_last_trade(earlier: Board) -> None:
    assert about(earlier)["price"].startswith(f"last {price(close_of(earlier))}   ")
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


def with_day(board: Board, **own: Any) -> Board:  # noqa: ANN401 - any field of the day
    """The board with NVDA's own prints."""
    return replace(board, opened={"NVDA": opened_name(**{"as_of": board.flow.as_of, **own})})


def test_an_opened_name_stands_among_its_own_year(board: Board) -> None:
    told = about(with_day(board))
    assert told["retail"].startswith("net +$350M   58th (41–73)   of 120 sessions to 16:00   by half-hour ")
    assert told["retail"].count("│") == 1
    assert told["retail"].endswith("intensity +0.01   of its dollars 13%")
    assert told["non-retail"].startswith("net −$7.50B   4th (1–9)")
    assert "99% of its volume   its own year: 120 of 252 sessions, about 40 s left" in told["prints"]
    assert "none of its prints" not in whole(with_day(board))


def bars_of(board: Board) -> list[tuple[str, str]]:
    """The small bars of retail, each with its tone."""
    retail = next(one for one in detail_of(board, NVDA).about if one.subject == "retail")
    (bars,) = [fact for fact in retail.facts if "half" in fact[0].text]
    return [(piece.text.strip(), piece.tone) for piece in bars[1:] if piece.text.strip()]


def test_small_bars_tell_buying_from_selling_and_what_is_still_to_come(board: Board) -> None:
    mixed = side((-1.0, 0.5, 1.0), 3.0, (58, 41, 72), 0)
    assert bars_of(with_day(board, retail=mixed)) == [("█", "loss"), ("▄", "gain"), ("█", "gain")]
    assert board.flow.as_of is not None
    morning = board.flow.as_of.replace(hour=15, minute=5)
    assert [text for text, _ in bars_of(with_day(board, retail=mixed, as_of=morning))] == ["█", "▄", "·"]


def test_without_a_year_the_name_says_once_why_it_has_no_percentile(board: Board) -> None:
    why = "its own year is still to come: no session of it is there yet"
    day = opened_name()
    retail, other = (
        msgspec.structs.replace(one, percentile=None, percentile_low=None, percentile_high=None)
        for one in (day.retail, day.institutional)
    )
    missing = {"retail.percentile": why, "institutional.percentile": why}
    waiting: dict[str, Any] = {"retail": retail, "institutional": other, "missing": missing, "note": why}
    told = about(with_day(board, **waiting, volume_share=None))
    assert told["retail"].startswith("net +$350M   by half-hour")
    assert told["non-retail"].startswith("net −$7.50B   by half-hour")
    assert "of its volume" not in told["prints"]
    assert " ".join(told.values()).count(why) == 1
    card = card_of(with_day(board, **waiting), NVDA, None)
    assert any(why in line.text for line in card.lines)


def test_until_its_own_prints_are_there_the_sample_speaks_for_a_name(board: Board) -> None:
    day = opened_name()
    nothing: dict[str, Any] = {"prints": 0, "net_usd": None, "percentile": None}
    bare: dict[str, Any] = {
        key: msgspec.structs.replace(getattr(day, key), **nothing) for key in ("retail", "institutional")
    }
    told = with_day(with_flow(board, drawn_flow()), **bare, note="its prints of today are on their way")
    assert about(told)["retail"] == "net +$69.4M   intensity +0.01"
    assert "its prints of today are on their way" in about(told)["prints"]
    assert any(line.text == "+$69.40M, intensity +0.01" for line in card_of(told, NVDA, None).lines)
    alone = with_day(with_flow(board, drawn_flow(by_name=[], funds=None)), **bare)
    assert about(alone)["retail"].startswith("net –")


def shown_figures(seat: Seat) -> str:
    """What of the figures is on the screen or below its edge, each line as wide as the pane."""
    facts = seat.app.screen.query_one(Facts)
    lines = ("".join(piece.text for piece in facts.line_at(y)) for y in range(facts.size.height))
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_no_figure_is_lost_for_want_of_width(board: Board, size: tuple[int, int]) -> None:
    told = with_day(board)
    async with seated(told, size=size) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        shown = shown_figures(seat)
        for subject, text in about(told).items():
            assert " ".join(f"{subject} {text}".split()) in shown


def test_the_card_of_an_opened_name_tells_its_own_year(board: Board) -> None:
    lines = {line.label: line.text for line in reversed(card_of(with_day(board), NVDA, None).lines)}
    assert lines["percentile"].startswith("58th (41–73) of 120 sessions up to 16:00. Retail usually buys")
    assert lines["its dollars"] == "13% retail, of $29.20B counted; 99% of its volume today"
    assert lines["note"] == "its own year: 120 of 252 sessions, about 40 s left"


def test_a_name_that_was_not_opened_shows_what_the_sample_has_of_it(board: Board) -> None:
    told = with_flow(board, drawn_flow())
    assert about(told)["retail"] == "net +$69.4M   intensity +0.01"
    assert about(told, "SPY")["non-retail"].startswith("net ")
    assert about(told, "HSY")["retail"] == "none of its prints counted so far"
    nobody = card_of(told, Target(Kind.NAME, "HSY"), None)
    assert "prints: none counted so far" in nobody.missing


def with_own(board: Board, *facts: tuple[str, date | None, str | None], **known: object) -> Board:
    """The board with facts of NVDA of the user's file (fact, as of, why unused), and these values in NAMES."""
    assert board.basis is not None
    rows = [("NVDA", *fact) for fact in facts]
    own = pl.DataFrame(rows, schema=dict(OWN_FACTS), orient="row")
    mine = pl.col("ticker") == "NVDA"
    changed = [
        pl.when(mine).then(pl.lit(value, NAMES[column])).otherwise(column).alias(column)
        for column, value in known.items()
    ]
    return replace(board, basis=replace(board.basis, own=own, names=board.basis.names.with_columns(changed)))


OWN = (("type", None, None), ("sector", None, None), ("shares", date(2026, 1, 20), None))
OWN_KNOWN = {"type": "CS", "sector": "Communication Services", "shares_outstanding": 1.2e6, "market_cap_usd": 1.25e10}


def test_what_is_of_the_users_file_says_so_with_its_day_and_its_age(board: Board) -> None:
    assert "your" not in whole(board) and "names_file" not in whole(board)
    told = about(with_own(board, *OWN, ("market_cap_usd", date(2025, 12, 5), None), **OWN_KNOWN))["company"]
    assert told.split("   ") == [
        "type CS (your file)",
        "sector Communication Services (your file)",
        "market cap $12.5B of your file, 2025-12-05",
        "market cap of your file: 61 days old",
        "shares 1.20M of your file, 2026-01-20",
    ]


def test_what_nobody_knows_says_who_was_asked(board: Board) -> None:
    unknown = with_own(board, market_cap_usd=None, sector=None)
    told = whole(unknown)
    assert "sector unknown   market cap, last close –" in told
    assert "No sector or market cap came from the provider, and none is in names_file." in told
    assert "in no universe" not in told
    untyped = whole(with_own(board, type=None, market_cap_usd=None))
    assert "No type or market cap came from the provider, and none is in names_file. Of unknown type it is" in untyped
    assert "in no universe" in untyped
    assert "names_file" not in whole(with_own(board, type="ETF", market_cap_usd=None))


def test_what_of_the_file_can_not_be_used_is_told_and_what_the_provider_has_is_not(board: Board) -> None:
    late, known = "its date is after the session", "the provider or a shipped list has it"
    told = with_own(board, ("shares", date(2026, 3, 1), late), ("sector", None, known))
    assert detail_of(told, NVDA).notes == ("its shares in names_file is not used: its date is after the session",)
    assert "your file" not in whole(told)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lines_of_the_users_file_are_whole_on_the_screen(board: Board, size: tuple[int, int]) -> None:
    told = with_own(board, *OWN, ("market_cap_usd", date(2025, 12, 5), None), **OWN_KNOWN)
    async with seated(told, size=size) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        assert " ".join(about(told)["company"].split()) in shown_figures(seat)
