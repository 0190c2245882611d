"""Cards: the arithmetic on them is that of the board, and what is missing is said."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from deskview.board import Board, Part
from deskview.screens.format import percent, usd_sum
from deskview.screens.frame.card import pct
from deskview.screens.frame.target import Kind, Target
from deskview.screens.parts import PARTS
from deskview.screens.subjects import card_of

CARDS = [part.name for part in PARTS if part.card is not None]


def figure(words: str) -> float:
    """A printed percentage or number as a number."""
    return float(words.replace("−", "-").replace("+", "").rstrip("%σ"))


def test_the_momentum_card_adds_up(board: Board) -> None:
    card = card_of(board, "momentum", None)
    spread = next(line.text for line in card.lines if line.label.startswith("long/short"))
    found = re.fullmatch(r"(\S+)% − \((\S+)%\) [=≈] (\S+)%", spread)
    assert found
    long, short, result = map(figure, found.groups())
    decimals = len(found[3].partition(".")[2])
    assert long - short == pytest.approx(result, abs=0.03 if "≈" in spread else 0.51 * 10**-decimals)
    neutral = next(line.text for line in card.lines if line.label.startswith("beta-neutral"))
    found = re.fullmatch(r"(\S+)% − (\S+) × \((\S+)%\) [=≈] (\S+)%", neutral)
    assert found
    long, k, short, result = map(figure, found.groups())
    decimals = len(found[4].partition(".")[2])
    assert long - k * short == pytest.approx(result, abs=0.03 if "≈" in neutral else 0.51 * 10**-decimals)
    for label in ("= move / daily sd", "its σ"):
        sigma = next(line.text for line in card.lines if label in line.label)
        top, bottom, move = re.match(r"(\S+) / (\S+) = (\S+)σ", sigma).groups()  # type: ignore[union-attr]
        assert figure(top) / figure(bottom) == pytest.approx(figure(move), abs=0.05)


def test_a_name_under_the_cursor_stands_first(board: Board) -> None:
    assert board.momentum.value is not None
    name = board.momentum.value.short[0]
    first = card_of(board, "momentum", name.ticker).lines[0]
    assert first.label == f"{name.ticker} in the short leg"
    assert first.text.startswith("−")


@pytest.mark.parametrize("part", CARDS)
def test_every_part_tells_time_source_and_that_it_is_simulated(board: Board, part: str) -> None:
    words = card_of(board, part, None).content.plain
    assert "SIMULATED market, scenario momentum-crash" in words
    assert "2026-02-04" in words
    assert re.search(r"as of +\d\d:\d\d:\d\d ET", words)


@pytest.mark.parametrize("part", CARDS)
def test_a_part_without_a_reading_says_why(board: Board, part: str) -> None:
    waiting: dict[str, Any] = {part: Part.awaited("waiting for the market")}
    card = card_of(replace(board, **waiting), part, None)
    assert "waiting for the market" in card.missing
    assert card.lines == ()


def test_a_group_and_its_horizons(board: Board) -> None:
    assert board.rotation.value is not None
    group = board.rotation.value.groups[0]
    for subject, key in (("rotation", group.name), (Target(Kind.GROUP, group.name), None)):
        card = card_of(board, subject, key)
        assert card.title == group.name
        assert [line.label for line in card.lines] == board.rotation.value.horizons


def test_a_fund_line_by_line(board: Board) -> None:
    assert board.leverage.value is not None
    fund = board.leverage.value.by_fund[0]
    card = card_of(board, Target(Kind.FUND, fund.ticker), None)
    assert fund.today_usd is not None
    assert card.lines[-1].text == f"{fund.today_usd:+,.0f} USD"
    unknown = card_of(board, Target(Kind.FUND, "NOFUND"), None)
    assert unknown.missing == ("NOFUND: not among the funds known",)


def test_a_name_tells_what_there_is_and_what_not(board: Board) -> None:
    assert board.leverage.value is not None
    row = board.leverage.value.by_name[0]
    words = card_of(board, Target(Kind.NAME, row.ticker), None).content.plain
    single, index, today = usd_sum(row.single_stock_usd, row.index_usd, row.today_usd)
    assert f"{single} + ({index}) = {today}" in words
    assert f"= {percent(row.of_adv)}" in words
    assert f"= {percent(row.of_close, 0)}; that the closing auction is 10% of a day's volume is an assumption" in words
    assert f"1·σ·√(flow/ADV) = {row.impact_bp:.0f}bp".replace("-", "−") in words
    nothing = card_of(board, Target(Kind.NAME, "NONE"), None)
    assert len(nothing.missing) == 3


def test_the_flow_card_tells_the_error_rates(board: Board) -> None:
    words = card_of(board, "flow", None).content.plain
    assert "28 %" in words
    assert "signed" in words


def test_the_card_of_the_neutral_basket_is_its_own(board: Board) -> None:
    assert board.momentum.value is not None
    neutral = board.momentum.value.sector_neutral
    name = neutral.long[0]
    card = card_of(board, "momentum", name.ticker, "neutral")
    assert "neutral to sectors" in card.title
    assert card.lines[0].label == f"{name.ticker} in the long leg"
    assert pct(name.contribution and name.return_) in card.lines[0].text
    spread = next(line.text for line in card.lines if line.label.startswith("long/short"))
    result = figure(re.split("[=≈] ", spread)[1])
    assert neutral.return_ is not None and board.momentum.value.return_ is not None
    assert result == pytest.approx(100 * neutral.return_, abs=0.006)
    assert result != pytest.approx(100 * board.momentum.value.return_, abs=0.006)
    halves = [line.label for line in card.lines if "12-7" in line.label or "6-2" in line.label]
    assert all(label.startswith("raw") for label in halves)


@pytest.mark.parametrize("part", ["momentum", "breadth", "rotation"])
def test_after_the_close_nothing_is_called_live(board: Board, part: str) -> None:
    later = replace(board, phase="extended-hours", as_of=datetime(2026, 2, 4, 23, 12, tzinfo=UTC))
    words = card_of(later, part, None).content.plain
    assert "after-hours" in words
    assert not re.search(r"\blive\b", words)


def test_a_card_of_words_alone_has_no_empty_headings(board: Board) -> None:
    words = card_of(board, "alerts", None).content.plain
    assert "Rules set on the screen" in words
    assert "Rests on" not in words


@pytest.mark.parametrize("part", CARDS)
def test_no_card_speaks_in_names_of_fields(board: Board, part: str) -> None:
    if part in ("leverage", "flow"):
        words = card_of(board, part, None).content.plain
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", words.replace("closing_share in the settings", ""))
        assert "SOX" not in words


def test_the_sums_of_the_cards_add_up_as_they_are_shown(board: Board) -> None:
    assert board.leverage.value is not None
    checked = 0
    for row in board.leverage.value.by_name[:40]:
        line = next(
            line.text for line in card_of(board, "leverage", row.ticker).lines if "single + index" in line.label
        )
        amounts = re.findall(r"([+−]?)\$([\d.]+)([KMB])", line)
        if len(amounts) == 3 and len({unit for _, _, unit in amounts}) == 1:
            single, index, total = (float(sign.replace("−", "-") + number) for sign, number, _ in amounts)
            digits = len(amounts[-1][1].partition(".")[2])
            assert single + index == pytest.approx(total, abs=1.01 * 10**-digits), line
            checked += 1
    assert checked > 30
    for made in card_of(board, "flow", None).lines:
        if found := re.fullmatch(r"\$([\d.]+)B − \$([\d.]+)B = ([+−])\$([\d.]+)B", made.text):
            bought, sold, net = float(found[1]), float(found[2]), float(found[3].replace("−", "-") + found[4])
            digits = len(found[4].partition(".")[2])
            assert bought - sold == pytest.approx(net, abs=1.01 * 10**-digits)


def test_the_funds_left_out_are_told_once(board: Board) -> None:
    words = card_of(board, "leverage", None).content.plain
    assert words.count("resets quarterly") == 1
    assert "funds left out" not in words
    assert "the same funds' assets after today's move" in words
    assert "chance of net selling is 50% and says nothing" in words


def test_the_flow_card_says_what_a_side_is_used_to(board: Board) -> None:
    flow = board.flow.value
    assert flow is not None and flow.retail.median_intensity is not None
    words = card_of(board, "flow", None).content.plain
    way = "buys more than it sells" if flow.retail.median_intensity > 0 else "sells more than it buys"
    assert f"Retail usually {way}: its median intensity of {flow.retail.days} days is" in words
    assert f"of {flow.retail.days} sessions, fewer than 60: read it with care" in words
    assert f"all {flow.focus} focus names" in words
    some = replace(board, flow=replace(board.flow, value=msgspec.structs.replace(flow, focus=8, names=5)))
    assert "rests on 5 of 8 focus names" in card_of(some, "flow", None).content.plain
    assert board.crowding.value is not None
    long = msgspec.structs.replace(board.crowding.value.long, history_percentile=35.0, history_days=12)
    crowded = msgspec.structs.replace(board.crowding.value, long=long)
    told = card_of(replace(board, crowding=replace(board.crowding, value=crowded)), "flow", None).content.plain
    assert "35th among its own 12 recorded days" in told
