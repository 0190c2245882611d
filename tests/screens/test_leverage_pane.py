"""The pane of leveraged ETFs answers at every size: what today, is that unusual, what of next week, in which names."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from deskview.analytics.leverage import Leverage
from deskview.analytics.leverage.readings import Rank
from deskview.board import Board
from deskview.screens.desk.still import StillApp, screen_text
from deskview.screens.gamma.facts import with_dealers
from deskview.screens.leverage import LEVERAGE
from deskview.screens.leverage.remarks import left_out_rows
from deskview.screens.leverage.summary import summary
from deskview.screens.subjects import card_of
from deskview.widgets.facts import GAP, Fact
from deskview.widgets.strip import Segment
from tests.app.desk import seated
from tests.screens.gammas import with_gamma, without_gamma
from tests.screens.moments import whole, with_leverage

WIDE = 400


@pytest.fixture
def reading(board: Board) -> Leverage:
    """With every figure there may be."""
    value = whole(board).leverage.value
    assert value is not None
    return value


def written(lines: Sequence[Sequence[Fact]]) -> list[str]:
    return [GAP.join("".join(piece.text for piece in fact) for fact in line) for line in lines]


def text_of(reading: Leverage, width: int = WIDE, **changes: Any) -> str:  # noqa: ANN401 - any field
    return "\n".join(written(summary(msgspec.structs.replace(reading, **changes), width)))


def week(reading: Leverage, **changes: Any) -> Any:  # noqa: ANN401 - any field
    return msgspec.structs.replace(reading.next_week, **changes)


def tone_of(reading: Leverage, words: str) -> str:
    pieces = [piece for line in summary(reading, WIDE) for fact in line for piece in fact]
    return next(piece.tone for piece in pieces if words in piece.text)


@pytest.mark.parametrize("width", [46, 56, 76, 96, 196])
def test_every_answer_stands_whole_at_every_width(reading: Leverage, width: int) -> None:
    lines = written(summary(reading, width))
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(lines)
    for answer in (
        r"today −\$\S+B on 97% of per-1%",
        "4th largest sale of 530",
        r"of which Nasdaq, semis, tech −\$9\.90B",
        r"next week ±\$\S+B \(1σ\)",
        "94th pct of 252 d",
        "mean 0",
        r"by Thu ±\d+ Fri ±\d+ Mon ±\d+ Tue ±\d+ Wed ±\d+ \$B",
        r"most NVDA ±\$\S+, 5% ADV",
    ):
        assert re.search(answer, text), answer
    assert len(lines) <= 7


def test_wider_shows_more_and_no_line_more(reading: Leverage) -> None:
    facts, lines = [], []
    for width in (46, 56, 76, 96, 196):
        shown = summary(reading, width)
        facts.append(sum(map(len, shown)))
        lines.append(len(shown))
    assert facts[0] == min(facts) < facts[-1]
    assert lines == sorted(lines, reverse=True)


@pytest.mark.parametrize(
    ("coverage", "said", "tone"),
    [
        (0.9712, " on 97% of per-1%", "dim"),
        (0.951, " on 95% of per-1%", "dim"),
        (0.9499, " on 94% of per-1%", "warning"),
        (0.853, " on 85% of per-1%", "warning"),
    ],
)
def test_what_rests_on_a_part_of_the_book_says_so(reading: Leverage, coverage: float, said: str, tone: str) -> None:
    partly = msgspec.structs.replace(reading, coverage=coverage)
    assert said in text_of(partly)
    assert tone_of(partly, said) == tone


@pytest.mark.parametrize("coverage", [0.9951, 1.0, None])
def test_what_rests_on_the_whole_book_needs_no_word(reading: Leverage, coverage: float | None) -> None:
    assert "of per-1%" not in text_of(reading, coverage=coverage)


@pytest.mark.parametrize(
    ("coverage", "said", "tone"),
    [
        (0.2561, " on 25% of per-1%", "warning"),
        (0.9499, " on 94% of per-1%", "warning"),
        (0.951, " on 95% of per-1%", "dim"),
    ],
)
def test_a_spread_that_rests_on_a_part_of_the_book_says_so(
    reading: Leverage, coverage: float, said: str, tone: str
) -> None:
    partly = msgspec.structs.replace(reading, coverage=1.0, next_week=week(reading, coverage=coverage))
    assert re.search(rf"next week ±\$\S+ \(1σ\){said}", text_of(partly))
    assert tone_of(partly, said) == tone
    whole_book = msgspec.structs.replace(partly, next_week=week(reading, coverage=0.9951))
    assert "of per-1%" not in text_of(whole_book)


def test_creations_say_of_what_part_of_the_assets_they_are(reading: Leverage) -> None:
    assert "creations of 3 Feb +$1.20B (91% of assets)" in text_of(reading)
    assert "creations of 3 Feb +$1.20B (1 fund)" in text_of(reading, creation_coverage=None, creation_funds=1)


@pytest.mark.parametrize(
    ("rank", "said"),
    [
        (Rank(1, 530, "sale", "2023-12-22"), "   largest sale of 530"),
        (Rank(2, 530, "purchase", "2023-12-22", 262), "   2nd largest purchase of 530"),
        (Rank(26, 530, "purchase", "2023-12-22", 262), "   26th largest purchase of 530"),
        (Rank(27, 530, "purchase", "2023-12-22", 262), "   usual: 27th of 262 purchases"),
        (Rank(10, 61, "sale", "2023-12-22", 12), "   10th largest sale of 61"),
        (Rank(214, 530, "sale", "2023-12-22", 268), "   usual: 214th of 268 sales"),
    ],
)
def test_a_rank_says_its_side_and_only_the_large_are_called_so(reading: Leverage, rank: Rank, said: str) -> None:
    assert said in text_of(reading, rank=rank)


def test_what_is_missing_stands_as_a_dash_with_its_reason(reading: Leverage) -> None:
    missing = {
        "rank": "41 sessions are held, fewer than 60",
        "next_week.percentile": "41 past sessions",
        "score.hit_rate": "no past week could be scored",
    }
    text = text_of(reading, rank=None, next_week=week(reading, percentile=None), score=None, missing=missing)
    assert "rank – 41 sessions are held, fewer than 60" in text
    assert "percentile – 41 past sessions" in text
    assert "band held – no past week could be scored" in text
    short = text_of(reading, 46, rank=None, missing={"rank": "a reason longer than the pane is wide, " * 2})
    assert re.search(r"rank – a reason longer than .*…", short)


def test_without_a_flow_or_a_spread_nothing_stands_as_if_it_were_known(reading: Leverage) -> None:
    missing = {"today_usd": "no fund has a return", "next_week.sd_usd": "no covariance"}
    text = text_of(reading, today_usd=None, coverage=0.0, next_week=week(reading, sd_usd=None), missing=missing)
    assert "today – no fund has a return" in text
    assert "next week – no covariance" in text
    assert not re.search("largest|of which|on 0%|mean 0|band", text)


@pytest.mark.parametrize(("off", "shown"), [(1.02, False), (0.98, False), (1.05, True), (0.95, True)])
def test_a_fifth_percentile_is_shown_only_where_sigma_does_not_tell_it(
    reading: Leverage, off: float, shown: bool
) -> None:
    sd, simulation = reading.next_week.sd_usd, reading.next_week.simulation
    assert sd is not None and simulation is not None
    simulated = msgspec.structs.replace(simulation, p05_usd=-1.645 * sd * off)
    assert ("simulated p05 −$" in text_of(reading, next_week=week(reading, simulation=simulated))) is shown


def test_the_spreads_by_session_are_those_of_the_fan_in_one_unit(reading: Leverage) -> None:
    small = [msgspec.structs.replace(point, sd_usd=point.sd_usd / 10) for point in reading.next_week.fan]
    for fan, decimals in ((reading.next_week.fan, 0), (small, 1)):
        found = re.search(r"by ((?:\w{3} ±\S+ )+)\$B", text_of(reading, next_week=week(reading, fan=fan)))
        assert found
        shown = [float(figure) for figure in re.findall(r"±(\S+)", found[1])]
        assert shown == [round(point.sd_usd / 1e9, decimals) for point in fan]


def test_the_name_with_the_widest_week_may_be_another_than_todays_largest(reading: Leverage) -> None:
    rows = [
        msgspec.structs.replace(row, week_sd_usd=9e9, week_of_adv=0.31) if row.ticker == "PLTR" else row
        for row in reading.by_name
    ]
    assert "most PLTR ±$9.00B, 31% ADV" in text_of(reading, by_name=rows)


def test_the_threshold_is_that_of_the_settings(reading: Leverage) -> None:
    assert "names ≥ $250M 3" in text_of(reading, threshold_usd=250e6, threshold_names=["A", "B", "C"])


async def pane_at(board: Board, size: tuple[int, int]) -> str:
    app = StillApp(board, "desk", "deskview-dark")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        text = screen_text(app.screen)
    return text[text.index("3 Leveraged ETFs") :]


@pytest.mark.parametrize(
    ("size", "columns"),
    [
        ((80, 24), r"name +today +% ADV +week ± +±% ADV +single +index +per 1% +sector"),
        ((100, 30), r"name +today +% ADV +week ± +±% ADV +index"),
        ((120, 40), r"name +today +% ADV +week ± +±% ADV +single +index"),
        ((200, 60), r"name +today +% ADV +week ± +±% ADV +single +index +per 1% +sector"),
    ],
)
async def test_the_pane_has_the_columns_of_its_width(board: Board, size: tuple[int, int], columns: str) -> None:
    text = await pane_at(whole(board), size)
    assert re.search(columns, text)
    for answer in ("4th largest sale of 530", "94th pct of 252 d", "most NVDA ±$", "mean 0"):
        assert answer in text
    row = next(line for line in text.splitlines() if re.search(r"NVDA +[−+]\$", line))
    assert re.search(r"NVDA +−\$\S+ +−\S+% +±\$\S+ +5\.0% ", row)


async def test_a_new_width_arranges_the_answers_anew(board: Board) -> None:
    app = StillApp(whole(board), "desk", "deskview-dark")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        before = screen_text(app.screen)
        await pilot.resize_terminal(200, 60)
        await pilot.pause(0.2)
        after = screen_text(app.screen)
    assert "band held" not in before
    assert re.search(r"today −\S+ on 97% of per-1%   4th largest sale of 530   of which", after)
    assert "90% band held 91% (87–94%)" in after


def headline(board: Board) -> dict[str, Segment]:
    assert LEVERAGE.headline is not None
    return {segment.key: segment for segment in LEVERAGE.headline(board)}


def test_the_strip_says_where_the_flow_rests_on_too_little(board: Board) -> None:
    part = headline(with_leverage(board, today_usd=-4.09e9, coverage=0.853))["letf"]
    assert (part.text, part.short) == ("LETF −$4.09B of 85%", "LETF −$4.09B?")
    for coverage in (0.95, 1.0, None):
        part = headline(with_leverage(board, today_usd=-4.09e9, coverage=coverage))["letf"]
        assert (part.text, part.short) == ("LETF −$4.09B", "")
    almost = headline(with_leverage(board, today_usd=-4.09e9, coverage=0.9499))["letf"]
    assert almost.text == "LETF −$4.09B of 94%"
    none = headline(with_leverage(board, today_usd=None, coverage=0.0))["letf"]
    assert (none.text, none.short) == ("LETF –", "")


def test_the_strip_says_where_the_week_rests_on_too_little(board: Board) -> None:
    assert board.leverage.value is not None
    partly = week(board.leverage.value, sd_usd=141e6, coverage=0.2561)
    part = headline(with_leverage(board, next_week=partly))["week"]
    assert (part.text, part.short) == ("wk ±$141M of 25%", "wk ±$141M?")


@pytest.mark.parametrize("width", [46, 76, 196])
def test_assets_of_the_users_file_are_told_at_every_width(reading: Leverage, width: int) -> None:
    assert "your file" not in text_of(reading, width)
    assert "assets of 1 fund from your file" in text_of(reading, width, own_funds=1)
    assert "assets of 3 funds from your file" in text_of(reading, width, own_funds=3)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_says_which_assets_are_of_the_users_file(board: Board, size: tuple[int, int]) -> None:
    assert board.leverage.value is not None
    note = "from your names_file, the provider tells none: UPRO shares of 2026-01-15"
    told = with_leverage(board, own_funds=3, notes=board.leverage.value.notes | {"own_funds": note})
    async with seated(told, size=size) as seat:
        await seat.press(LEVERAGE.page_key)
        await seat.settle()
        assert "assets of 3 funds from your file" in seat.text
    rows = left_out_rows(told.leverage.value)  # type: ignore[arg-type]
    assert [row.cells[1].text for row in rows if row.cells[0].text == "assets from your file"] == [note]
    assert "; assets of 3 funds from your file" in card_of(told, "leverage", None).content.plain.replace("\n", " ")
    assert "your file" not in card_of(board, "leverage", None).content.plain


@pytest.mark.parametrize(("width", "there"), [(46, False), (96, True), (196, True)])
def test_what_dealers_and_funds_trade_together_stands_where_a_line_has_room(
    board: Board, reading: Leverage, width: int, there: bool
) -> None:
    beside = with_dealers(with_gamma(board))
    lines = written(summary(reading, width, beside))
    assert any("at −2% " in line and " with dealers' " in line for line in lines) is there
    assert max(map(cell_len, lines)) <= width
    assert len(lines) <= len(written(summary(reading, width))) + 1


async def test_the_pane_follows_dealers_gamma_as_it_follows_the_funds(board: Board) -> None:
    async with seated(with_gamma(board), size=(200, 60)) as seat:
        assert " with dealers' " in seat.text
        await seat.see(without_gamma(board, "no chains"))
        assert " with dealers' " not in seat.text
