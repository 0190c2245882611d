"""What momentum's figures are said to rest on: σ or σ*, of the day or the hour, a share that means nothing, doubt."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.alerts.life import watched
from deskview.alerts.sentences import reading_figure, sentence
from deskview.board import Board
from deskview.board.alerts import Watch
from deskview.board.readings import readings
from deskview.screens.desk.still import still
from deskview.screens.frame.target import Kind, Target
from deskview.screens.momentum.explain import long_share, verdict
from deskview.screens.momentum.page import leg_entries, spread_chart
from deskview.screens.momentum.pane import leg_rows, summary
from deskview.screens.subjects import SUBJECTS, card_of
from deskview.settings import Alert
from deskview.themes import DEFAULT_THEME
from tests.screens.moments import with_basis, with_momentum

BARE = re.compile(r"\d(?:\.\d+)?σ(?!\*)")
STARRED = re.compile(r"\d(?:\.\d+)?σ\*")


async def text_of(board: Board, page: str) -> str:
    """The lines about momentum: of the desk the strip and the first pane, which lies on the left."""
    text = await still(board, page=page, size=(200, 60), theme=DEFAULT_THEME, svg=False)
    lines = text.split("\n")
    return "\n".join([lines[0], *(line[:66] for line in lines[1:28])]) if page == "desk" else text


@pytest.mark.parametrize("basis", ["rule", "todays-names"])
@pytest.mark.parametrize("page", ["desk", "momentum"])
async def test_what_rests_on_todays_names_has_a_star_wherever_it_stands(board: Board, page: str, basis: str) -> None:
    text = await text_of(with_basis(board, basis), page)
    wanted, unwanted = (STARRED, BARE) if basis == "todays-names" else (BARE, STARRED)
    assert wanted.search(text.split("\n")[0])
    assert len(wanted.findall(text)) >= 4
    if page == "desk":
        assert not unwanted.search(text)


def test_the_lines_of_the_year_are_starred_too(board: Board) -> None:
    assert board.basis is not None and board.basis.momentum is not None
    held = board.basis.momentum.raw
    assert held is not None
    for basis, sign in (("rule", "+1σ"), ("todays-names", "+1σ*")):
        risk = replace(held.risk, basis=basis)  # type: ignore[arg-type]
        spec = spread_chart("", replace(held, risk=risk), [], None)
        assert sign in [level.label for level in spec.levels]
        assert ("today's names" in spec.title) == (basis == "todays-names")


@pytest.mark.parametrize("basis", ["rule", "todays-names"])
def test_the_card_says_which_days_sigma_is_of(board: Board, basis: str) -> None:
    words = card_of(with_basis(board, basis), "momentum", None).content.plain
    assert ("days of the rule's own history" in words) == (basis == "rule")
    assert ("days of today's names held back" in words) == (basis == "todays-names")
    assert bool(re.search(r"= [−+]\d\.\d\dσ\*", words)) == (basis == "todays-names")


@pytest.mark.parametrize(("basis", "sign"), [("rule", "σ"), ("todays-names", "σ*")])
def test_the_list_of_figures_has_the_star(board: Board, basis: str, sign: str) -> None:
    listed = {reading.path: reading_figure(reading) for reading in readings(with_basis(board, basis))}
    starred = [path for path, text in listed.items() if text.endswith("σ*")]
    for path in (
        *("momentum.sigma", "momentum.sigma_of_hour", "momentum.sigma_ewma", "momentum.beta_neutral.sigma"),
        *("momentum.sector_neutral.sigma", "momentum.horizons.recent.sigma"),
    ):
        assert listed[path].endswith(sign)
    assert bool(starred) == (basis == "todays-names")


def test_an_alert_on_sigma_says_which_and_what_it_rests_on(board: Board) -> None:
    def fired(rule: Alert, basis: str) -> str:
        told = with_basis(board, basis)
        (watch,) = watched([Watch(rule)], told)
        return sentence(watch, told)

    for rule, which in (
        (Alert("momentum.sigma", below=-1), "momentum: σ of the day −"),
        (Alert("momentum.sigma_of_hour", below=-1), "momentum: σ of the hour −"),
        (Alert("momentum.return", sigma=1), "momentum: return, σ of the day −"),
        (Alert("momentum.sigma_of_hour", sigma=1), "momentum: σ of the hour −"),
    ):
        assert re.match(which + r"\d\.\d+σ, ", fired(rule, "rule"))
        assert re.match(which + r"\d\.\d+σ\* \(today's names\), ", fired(rule, "todays-names"))
    assert "today's names" not in fired(Alert("momentum.return", below=-0.01), "todays-names")


def test_what_fired_keeps_what_it_rested_on(board: Board) -> None:
    rule = Alert("momentum.sigma", below=-1)
    (first,) = watched([Watch(rule)], with_basis(board, "todays-names"))
    (later,) = watched([first], with_basis(board, "rule"))
    assert (later.basis, later.fired_basis) == ("rule", "todays-names")
    assert "σ* (today's names)" in sentence(later, board)


def facts_of(board: Board) -> str:
    reading: Any = board.momentum.value
    return "\n".join("   ".join("".join(piece.text for piece in fact) for fact in line) for line in summary(reading))


def test_the_panes_lines_say_what_the_figures_are(board: Board) -> None:
    lines = facts_of(with_basis(board, "rule")).split("\n")
    assert re.fullmatch(r"long/short ▼−\d+\.\d%  −\d\.\dσ   longs cut   of the hour −\d\.\dσ", lines[0])
    assert re.fullmatch(r"long −\S+%   short basket \+\S+%   beta-neutral −\S+% k\d\.\d\d", lines[1])
    assert re.match(r"from longs vs mkt \d+%   sector-neutral −\S+% −\d\.\dσ   traded \d+%", lines[2])
    before = with_momentum(board, sigma_of_hour=None)
    assert facts_of(before).split("\n")[0].endswith("of the hour –")


@pytest.mark.parametrize(
    ("share", "printed"), [(-1.0, "-100%"), (2.0, "200%"), (-1.01, "–"), (2.01, "–"), (0.7, "70%")]
)
def test_a_share_that_means_nothing_is_a_dash_with_the_reason_on_the_card(
    board: Board, share: float, printed: str
) -> None:
    changed = with_momentum(board, long_share=share)
    reading: Any = changed.momentum.value
    assert long_share(reading) == printed
    assert f"from longs vs mkt {printed}   " in facts_of(changed)
    line = next(line.text for line in card_of(changed, "momentum", None).lines if line.label.startswith("from longs"))
    assert ("not printed: outside −100…200%" in line) == (printed == "–")
    assert reading.long_share == share


def test_a_calm_day_is_called_so_and_an_unknown_one_is_not(board: Board) -> None:
    calm, unknown = (with_momentum(board, sigma=sigma, verdict=None).momentum.value for sigma in (-0.4, None))
    assert verdict(calm)[0] == "calm (under 1σ of the day)"  # type: ignore[arg-type]
    assert verdict(calm, short=True)[0] == "calm"  # type: ignore[arg-type]
    assert verdict(unknown)[0] == ""  # type: ignore[arg-type]


def test_a_return_in_doubt_has_a_question_mark_and_the_card_says_why(board: Board) -> None:
    reading: Any = board.momentum.value
    why = "the previous close is off by 40%"
    first = msgspec.structs.replace(reading.long[0], doubt=why)
    doubted = with_momentum(board, long=[first, *reading.long[1:]], in_doubt=[first.ticker])
    rows = leg_rows(doubted.momentum.value.long)  # type: ignore[union-attr]
    assert [cell.text.endswith("?") for cell in (rows[0].cells[1], rows[1].cells[1])] == [True, False]
    assert "1 in doubt" in facts_of(doubted)
    line = next(line.text for line in card_of(doubted, "momentum", None).lines if line.label == "in doubt")
    assert line == f"1: {first.ticker}; {why}"
    assert not any(line.label == "in doubt" for line in card_of(board, "momentum", None).lines)


async def test_the_page_names_what_is_in_doubt(board: Board) -> None:
    reading: Any = board.momentum.value
    first = msgspec.structs.replace(reading.long[0], doubt="a split is missing")
    text = await text_of(with_momentum(board, long=[first, *reading.long[1:]], in_doubt=[first.ticker]), "momentum")
    assert f"1 of {len(reading.long) + len(reading.short)} names" in text
    assert f"{first.ticker} a split is missing" in text
    assert re.search(rf"{first.ticker} +−\d+\.\d%\?", text)


def test_the_method_is_told_in_the_same_words_everywhere(board: Board) -> None:
    subject = next(subject for subject in SUBJECTS if subject.name == "momentum")
    assert subject.topic is not None
    card = card_of(board, "momentum", None).content.plain
    for words in (subject.topic.text, subject.method, card):
        assert "dollar for dollar" in words
        assert "beta-neutral" in words.lower()
        assert "today's names" in words


@pytest.mark.parametrize("page", ["desk", "momentum"])
async def test_where_neither_leg_led_it_says_both_legs(board: Board, page: str) -> None:
    assert "both legs" in await text_of(with_momentum(board, verdict="both"), page)
    assert "both legs" in card_of(with_momentum(board, verdict="both"), "momentum", None).content.plain


@pytest.mark.parametrize(("size", "page"), [((80, 24), "desk"), ((120, 40), "desk"), ((80, 24), "momentum")])
async def test_what_has_hardly_traded_says_so_first(board: Board, size: tuple[int, int], page: str) -> None:
    reading: Any = board.momentum.value
    wanted = r"┃traded 44%   from longs" if page == "desk" else r"basket +traded long 44%   short 44%   \d+\+\d+"
    for coverage, first in ((0.44, True), (0.95, False)):
        figures = {"coverage": coverage, "coverage_long": coverage, "coverage_short": coverage}
        shown = with_momentum(board, **figures, in_doubt=[reading.long[0].ticker])
        text = await still(shown, page=page, size=size, theme=DEFAULT_THEME, svg=False)
        assert bool(re.search(wanted, text)) == first
        assert page != "desk" or size[0] > 80 or "sector-neutral" in text, "nor does it push that out"


def test_coverage_that_is_thin_is_a_warning(board: Board) -> None:
    reading: Any = with_momentum(board, coverage=0.44).momentum.value
    assert [(piece.text, piece.tone) for piece in summary(reading)[2][0]] == [("traded ", "dim"), ("44%", "warning")]


def test_coverage_at_the_close_is_that_of_its_last_minutes(board: Board, earlier: Board) -> None:
    assert "traded in the last five minutes before the close" in card_of(board, "momentum", None).content.plain
    assert "traded within five minutes" in card_of(earlier, "momentum", None).content.plain


def test_the_card_names_the_market_and_that_a_starred_sigma_may_mislead_either_way(board: Board) -> None:
    words = card_of(with_basis(board, "todays-names"), "momentum", None).content.plain
    assert re.search(r"M, the market +\S+: the equal-weighted \d+ names, not SPY", words)
    assert "usually looks larger" in words
    assert "it can be smaller" in words


@pytest.mark.parametrize("variant", ["", "neutral"])
async def test_missing_comomentum_is_a_sentence_with_its_reason(board: Board, variant: str) -> None:
    reading: Any = board.momentum.value
    few = "needs 12 formations before this one, 3 are held"
    basket = reading.sector_neutral if variant else reading
    crowding = msgspec.structs.replace(basket.crowding, percentile_long=None, percentile_short=None, n=3)
    place = "sector_neutral.crowding" if variant else "crowding"
    missing = {**reading.missing, f"{place}.percentile_long": few, f"{place}.percentile_short": few}
    changed = (
        {"sector_neutral": msgspec.structs.replace(basket, crowding=crowding)} if variant else {"crowding": crowding}
    )
    without = with_momentum(board, **changed, missing=missing)
    card = card_of(without, "momentum", None, variant)
    assert next(line.text for line in card.lines if line.label == "comomentum") == f"cannot be told: {few}"
    if not variant:
        assert f"comomentum cannot be told: {few}" in await text_of(without, "momentum")


GAP = "opened 31% lower on 2025-06-02: news, or a spin-off that is in no table"


def with_rank_in_doubt(board: Board) -> Board:
    """The rank of the long leg's first name in doubt and no other."""
    reading: Any = board.momentum.value
    legs = {
        leg: [msgspec.structs.replace(name, rank_doubt=None) for name in getattr(reading, leg)]
        for leg in ("long", "short")
    }
    first = legs["long"][0] = msgspec.structs.replace(legs["long"][0], rank_doubt=GAP)
    return with_momentum(board, **legs, ranks_in_doubt=[first.ticker])


def test_a_rank_in_doubt_has_a_question_mark_in_line_with_the_others(board: Board) -> None:
    reading: Any = with_rank_in_doubt(board).momentum.value
    scores = [row.cells[3].text for row in leg_rows(reading.long)]
    assert scores[0].endswith("%?")
    assert all(score.endswith("% ") for score in scores[1:])
    assert all(row.cells[3].text.endswith("%") for row in leg_rows(reading.short))
    marked, *others = (entry.cells[3].text for entry in leg_entries(reading.long))
    assert (marked[-1], {text[-1] for text in others}) == ("?", {" "})


@pytest.mark.parametrize(("size", "page"), [((80, 24), "desk"), ((120, 40), "desk"), ((120, 40), "momentum")])
async def test_marks_leave_the_columns_in_line(board: Board, size: tuple[int, int], page: str) -> None:
    text = await still(with_rank_in_doubt(board), page=page, size=size, theme=DEFAULT_THEME, svg=False)
    lines = text.split("\n")
    (title,) = [line for line in lines if re.search(r"\bLONG\b.*\b12-1\b", line)]
    below = [line[: title.index("SHORT")] for line in lines[lines.index(title) + 1 :][:8]]
    places = {match.start() for line in below for match in re.finditer(r"(?<=\d)%(?=[ ?])", line)}
    assert any("%?" in line for line in below) or page == "momentum"
    of_float = 1 if page == "momentum" else 0
    assert len(places) == 2 + of_float, "one place for the returns, one for the 12-1, one for short interest"


def test_the_card_names_the_ranks_in_doubt(board: Board) -> None:
    doubted = with_rank_in_doubt(board)
    reading: Any = doubted.momentum.value
    ticker = reading.long[0].ticker
    card = card_of(doubted, "momentum", ticker)
    line = next(line.text for line in card.lines if line.label == "ranks in doubt")
    assert line.startswith(f"1: {ticker}; an open of the past year that nothing in the tables explains")
    assert next(line.text for line in card.lines if line.label == "12-1").endswith(f"in doubt: {GAP}")
    of_name = card_of(doubted, Target(Kind.NAME, ticker), None).content.plain
    assert f"in doubt: {GAP}" in of_name
    none = with_momentum(board, ranks_in_doubt=[])
    assert not any(line.label == "ranks in doubt" for line in card_of(none, "momentum", None).lines)
