"""Dealers' gamma as a trader reads it: the headline and its verdict, the flip, the walls, what dealers and leveraged
funds trade together, what it rests on, and what is said where there is none."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.analytics.gamma import CUSTOMERS_LONG, UNSIGNED, Gamma, Shock, UnderlyingGamma, Walls
from deskview.board import Board, Part, Status
from deskview.format import usd
from deskview.screens.frame.target import Kind, Target
from deskview.screens.gamma import GAMMA, headline, line
from deskview.screens.gamma.facts import name_facts, profile_chart, shock_facts
from deskview.screens.gamma.tables import morning_rows, shock_rows, strike_rows, underlying_rows
from deskview.screens.subjects import card_of
from deskview.widgets.facts import Fact
from deskview.widgets.records import Row
from deskview.widgets.strip import Segment
from deskview.widgets.table import Table
from tests.screens.gammas import CALENDAR, made, mornings, shown, with_gamma, without_gamma
from tests.screens.pages.opened import SIZES, Opener, opened, pressed

NO_PLAN = "This needs Options Advanced."


def index_of(board: Board) -> UnderlyingGamma:
    assert board.gamma.value is not None
    assert board.gamma.value.index is not None
    return board.gamma.value.index


def with_index(board: Board, **figures: Any) -> Board:  # noqa: ANN401 - any field of it
    """The board whose index has these figures."""
    board = with_gamma(board)
    index = msgspec.structs.replace(index_of(board), **figures)
    assert board.gamma.value is not None
    return shown(board, msgspec.structs.replace(board.gamma.value, index=index))


def told(board: Board) -> Board:
    """A board with the figures of a morning in February."""
    shock = Shock(move=-0.02, dealers_usd=-359e6, funds_usd=-11.8e9, net_usd=-12.159e9, effect="amplify")
    walls, flip = Walls(call=6900.0, put=6850.0), {"flip": 6776.3, "flip_move": -0.0108, "flips": [6776.3]}
    board = with_index(board, net_usd_per_1pct=5.1e9, net_of_mass=0.094, verdict="dampen", walls=walls, **flip)
    assert board.gamma.value is not None
    reading = msgspec.structs.replace(
        board.gamma.value, by_shock=[shock], mornings=mornings(board.gamma.value.mornings[0].session, [8.4e9])
    )
    return shown(board, reading)


def texts(rows: list[Row]) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in rows]


def said(segments: list[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def words(lines: list[list[Fact]]) -> str:
    return "\n".join("   ".join("".join(piece.text for piece in fact) for fact in line) for line in lines)


def listed(app: Opener, name: str) -> list[tuple[str, ...]]:
    return texts(list(app.page.query_one(f"#{name}", Table)._rows))


@pytest.mark.parametrize("size", SIZES)
async def test_a_trader_reads_off_it_what_dealers_do(board: Board, size: tuple[int, int]) -> None:
    async with opened(told(board), "gamma", size) as (app, _):
        text = " ".join(app.text.split())
        for answer in (
            "long gamma +$5.10B per 1%",
            "9% of all: dampen",
            "flips to short at 6,776, 1.1% below",
            "walls 6,900 calls, 6,850 puts",
            "S&P −2% dealers sell $359M leveraged ETFs sell $11.8B",
            "together −$12.2B: amplify",
            "S&P this morning +$8.40B",
            "without today's expiry",
            "without the next monthly",
            "naive convention: dealers long calls, short puts",
        ):
            assert answer in text


async def test_what_it_rests_on_is_told_where_there_is_room(board: Board) -> None:
    async with opened(with_gamma(board), "gamma") as (app, _):
        for basis in ("open interest of 3 Feb", "SPY × 10", "left out: 24 no volatility", "strikes ±12%"):
            assert basis in app.facts


async def test_short_gamma_amplifies_and_turns_above(board: Board) -> None:
    short = with_index(board, net_usd_per_1pct=-2e9, net_of_mass=-0.2, verdict="amplify", flip=7000.0, flip_move=0.02)
    async with opened(short, "gamma") as (app, _):
        assert "short gamma −$2.00B per 1%" in app.facts
        assert "20% of all: amplify" in app.facts
        assert "flips to long at 7,000, 2% above" in app.facts


async def test_balanced_is_said_with_its_reason_and_no_side(board: Board) -> None:
    near = with_index(board, net_usd_per_1pct=-2e8, net_of_mass=-0.0499, verdict="balanced")
    async with opened(near, "gamma") as (app, _):
        assert "4% of all: balanced: the sign hangs on the choice of volatilities" in app.facts
        assert "short gamma" not in app.facts
        assert "flips to" not in app.facts
    assert headline(near)[0].tone == "", "a sign that hangs on a choice has no colour"
    assert headline(told(board))[0].tone == "gain"


async def test_without_a_flip_it_is_said_why(board: Board) -> None:
    why = "no change of sign within 20%"
    none = with_index(board, flip=None, flip_move=None, flips=[], missing={"flip": why, "flip_move": why})
    async with opened(none, "gamma") as (app, _):
        assert f"at – {why}" in app.facts


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
async def test_every_pane_is_in_a_view_and_no_effect_is_cut(board: Board, size: tuple[int, int]) -> None:
    async with opened(told(board), "gamma", size) as (app, pilot):
        seen = ""
        for _ in range(6):
            seen += app.text
            await pressed(app, pilot, "x")
    for pane in ("elsewhere", "Bought +, sold −", "Underlyings", "By strike", "By expiry", "At the open"):
        assert pane in seen
    assert re.search(r"−2% +−\$359M +−\$11.8B +−\$12.2B +amplify", seen)


async def test_the_underlying_under_the_cursor_is_shown(board: Board) -> None:
    async with opened(with_gamma(board), "gamma") as (app, pilot):
        assert "S&P 500: SPX + SPY" in app.text.splitlines()[1]
        await pressed(app, pilot, "end")
        assert "Nvidia" in app.text.splitlines()[1]
        assert "short gamma" in app.facts
        assert app.page.variant == "NVDA"
        await pressed(app, pilot, "enter")
        assert app.opened == [Target(Kind.NAME, "NVDA")]
        await pressed(app, pilot, "x")
        assert {row[0] for row in listed(app, "strikes")} >= {"177.5"}


async def test_an_index_opens_no_name(board: Board) -> None:
    async with opened(with_gamma(board), "gamma") as (app, pilot):
        await pressed(app, pilot, "enter", "down", "down", "enter")
        assert app.opened == []


def test_moves_have_both_parts_their_sum_and_its_effect_today_first(board: Board) -> None:
    reading = told(board).gamma.value
    assert reading is not None
    assert reading.today is not None
    rows = texts(shock_rows(reading))
    assert rows[0] == ("today so far, from the close before",)
    assert rows[1][1:3] == (usd(reading.today.dealers_usd), usd(reading.today.funds_usd))
    assert rows[-1] == ("−2%", "−$359M", "−$11.8B", "−$12.2B", "amplify")


def test_what_neither_can_be_told_has_its_reason(board: Board) -> None:
    rows = texts(shock_rows(made(board, convention=UNSIGNED)))
    assert any("nothing is told of direction" in row[0] for row in rows)


def test_the_price_and_the_flip_stand_among_the_strikes(board: Board) -> None:
    index = index_of(with_gamma(board))
    rows = texts(strike_rows(index, 20, 10))
    heads = [row[0].split(maxsplit=1) for row in rows if len(row) == 1]
    prices = [float(row[0].replace(",", "").split()[0]) for row in rows]
    assert [head[1] for head in heads] == ["price now", "flip"]
    assert prices == sorted(prices, reverse=True)
    assert len(rows) == 22
    assert {row[-1] for row in rows if len(row) > 1} == {"", "call wall", "put wall"}
    assert max(len(row[3].strip()) for row in rows if len(row) > 1) <= 10


def test_underlyings_without_a_chain_stand_with_their_reason(board: Board) -> None:
    rows = texts(underlying_rows(made(board)))
    assert [row[0] for row in rows[:4]] == ["all S&P", "SPY", "SPX", "NVDA"]
    assert rows[-1] == ("COST –: the provider has no options on COST",)


@pytest.mark.parametrize(
    ("known", "words"), [(0, "0 of 5 earlier mornings are recorded"), (5, "mean of the 5 before +$3.00B")]
)
async def test_mornings_have_their_mean_or_the_reason_there_is_none(board: Board, known: int, words: str) -> None:
    reading = made(board)
    before = mornings(reading.mornings[0].session, [1e9, 2e9, 3e9, 4e9, 5e9, 8.4e9])
    missing = dict(reading.missing)
    if known:
        missing.pop("mean_before_usd")
        reading = msgspec.structs.replace(reading, mornings=before, mean_before_usd=3e9, missing=missing)
    async with opened(shown(board, reading), "gamma") as (app, pilot):
        await pressed(app, pilot, "x")
        assert words in " ".join(" ".join(row) for row in listed(app, "mornings"))
        sessions = [row[0] for row in listed(app, "mornings") if len(row) > 1]
        assert sessions == sorted(sessions, reverse=True)


def test_the_chart_marks_the_price_the_flip_and_both_walls(board: Board) -> None:
    index = index_of(with_gamma(board))
    spec = profile_chart(index, "v")
    assert [mark.label.split()[0] for mark in spec.marks] == ["now", "flip", "call", "put"]
    assert spec.boxed is not None
    assert spec.boxed[0] == index.net_usd_per_1pct
    assert spec.levels[0].y == 0.0
    assert index.spot is not None
    assert spec.series[0].x[0] == pytest.approx(index.spot * 0.85)


def test_of_a_convention_without_direction_no_side_is_told(board: Board) -> None:
    for convention in (UNSIGNED, CUSTOMERS_LONG):
        board = shown(board, made(board, convention=convention))
        assert "dampen" not in said(headline(board)) + said(line(board)) + profile_chart(index_of(board), "v").title


def test_a_convention_that_tells_no_direction_stands_beside_the_net_and_mornings_say_theirs(board: Board) -> None:
    for convention in (UNSIGNED, CUSTOMERS_LONG):
        other = shown(board, made(board, convention=convention))
        assert said(headline(other)).endswith(convention)
        assert f"per 1% {convention}" in said(line(other))
        reading = other.gamma.value
        assert reading is not None
        assert "S&P this morning (naive)" in words([shock_facts(reading)])
        assert "all by the naive convention" in " ".join(row[0] for row in texts(morning_rows(reading, 200)))
        assert convention in words(name_facts(reading, "", "NVDA")[0])
    (item,) = headline(shown(board, made(board, convention=UNSIGNED)))
    assert item.tone == "", "neither good nor bad"


def test_the_index_of_one_chain_alone_says_so_beside_its_net(board: Board) -> None:
    half = shown(board, made(board, without="SPX"))
    assert said(headline(half)).endswith(", SPY alone")
    assert ", SPY alone" in said(line(half))
    assert "alone" not in said(headline(told(board))) + said(line(told(board)))


def test_the_morning_of_another_session_is_not_this_morning(board: Board) -> None:
    reading = made(board)
    assert "S&P this morning" in words([shock_facts(reading)])
    before = mornings(CALENDAR.previous(reading.mornings[0].session), [1e9])
    assert "this morning" not in words([shock_facts(msgspec.structs.replace(reading, mornings=before))])


def test_the_strip_says_net_and_verdict_and_marks_doubt(board: Board) -> None:
    (item,) = headline(told(board))
    assert (item.text, item.short) == ("γ +$5.1B dampen", "γ +$5.1B")
    board = told(board)
    doubtful = replace(board, gamma=replace(board.gamma, doubt="half of the names came"))
    (item,) = headline(doubtful)
    assert (item.text, item.short) == ("γ +$5.1B? dampen", "γ +$5.1B?")
    reading = made(board)
    assert headline(shown(board, msgspec.structs.replace(reading, index=None))) == []


def test_the_line_of_the_desk_says_it_in_short(board: Board) -> None:
    assert said(line(told(board))) == (
        "Dealers γ +$5.1B per 1% dampen · flip 6,776 (−1.1%) · at −2%: dealers −$359M, LETF −$11.8B: amplify"
    )


def test_without_chains_the_desk_has_no_line_of_it_and_is_whole(board: Board) -> None:
    absent = without_gamma(board, NO_PLAN)
    assert line(absent) == []
    assert headline(absent) == []
    assert said(line(without_gamma(board, "option chains: 3 of 25 underlyings", 0.1))) == (
        "Dealers option chains: 3 of 25 underlyings"
    )


async def test_without_chains_the_page_says_why(board: Board) -> None:
    async with opened(without_gamma(board, NO_PLAN), "gamma") as (app, _):
        assert NO_PLAN in app.text


def test_a_name_has_its_gamma_or_why_not(board: Board) -> None:
    reading = made(board)
    lines, why = name_facts(reading, "", "NVDA")
    assert why == ""
    for answer in ("dealers' gamma −", "of all without signs", "amplify", "call wall 177.5", "largest 175"):
        assert answer in words(lines)
    assert name_facts(reading, "", "COST") == ([], "the provider has no options on COST")
    assert "of the 20 names that trade most" in name_facts(reading, "", "KO")[1]
    assert name_facts(None, NO_PLAN, "NVDA") == ([], NO_PLAN)


def card_lines(board: Board, key: str | None = None) -> dict[str, str]:
    return {one.label: one.text for one in card_of(board, "gamma", key).lines}


def test_the_card_adds_up_and_says_what_it_rests_on(board: Board) -> None:
    board = with_gamma(board)
    index, lines = index_of(board), card_lines(board)
    calls, puts, net = (usd(value, digits=4) for value in (index.calls_usd, index.puts_usd, index.net_usd_per_1pct))
    assert all(part[:4] in lines[index.title] for part in (calls, puts, net))
    assert lines["of all without signs"].endswith(": dampen")
    assert "what was traded since is not in it" in lines["open interest"]
    assert "beta to SPY" in lines["betas"]
    assert lines["left out"] == "24 no volatility"
    assert lines["rate"].startswith("4% a year")
    assert card_lines(board, "NVDA")["Nvidia"].startswith("calls +")
    missing = " ".join(card_of(board, "gamma", None).missing)
    assert "no options on COST" in missing


@pytest.mark.parametrize("missing_part", ["SPX", "SPY"])
def test_the_index_alone_is_told_as_such(board: Board, missing_part: str) -> None:
    reading = made(board, without=missing_part)
    assert reading.index is not None
    assert reading.index.title.endswith("alone")
    assert "alone" in texts(underlying_rows(reading))[0][1]


def test_rows_taken_elsewhere_are_an_underlying_each(board: Board) -> None:
    reading: Gamma = made(board)
    assert GAMMA.rows is not None
    rows = GAMMA.rows(msgspec.to_builtins(reading))
    assert [row["underlying"] for row in rows] == ["S&P 500", "SPY", "SPX", "NVDA"]
    assert rows[0]["call_wall"] == index_of(shown(board, reading)).walls.call
    assert not any(isinstance(value, (list, dict)) for row in rows for value in row.values())


def test_a_snapshot_without_chains_is_whole_and_one_without_momentum_is_not(
    board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    from deskview.cli.snapshot import _print_missing  # noqa: PLC0415
    from deskview.exits import Exit  # noqa: PLC0415

    absent = without_gamma(board, NO_PLAN)
    assert _print_missing(absent) is Exit.OK
    assert NO_PLAN in capsys.readouterr().err
    stale = with_gamma(board)
    assert _print_missing(replace(stale, gamma=replace(stale.gamma, status=Status.STALE))) is Exit.INCOMPLETE
    assert _print_missing(replace(absent, momentum=Part.awaited("gone"))) is Exit.INCOMPLETE
