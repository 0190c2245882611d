"""Cards: the arithmetic on them is that of the board, and what is missing is said."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from deskview.analytics.leverage.readings import Rank
from deskview.board import Board, Part
from deskview.format import percent, usd_sum
from deskview.screens.frame.card import pct
from deskview.screens.frame.target import Kind, Target
from deskview.screens.leverage.remarks import left_out_rows
from deskview.screens.leverage.weights import weight_rows
from deskview.screens.parts import PARTS
from deskview.screens.subjects import card_of
from tests.screens.listed import with_lists
from tests.screens.moments import drawn_flow, early_flow, favourites, opened_name, whole, with_flow, with_leverage

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
    board = with_lists(board) if part == "lists" else board
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
    assert card.lines[-1].text == f"{fund.today_usd:+,.0f} USD".replace("-", "−")
    unknown = card_of(board, Target(Kind.FUND, "NOFUND"), None)
    assert unknown.missing == ("NOFUND: not among the funds known",)


def test_a_name_tells_what_there_is_and_what_not(board: Board) -> None:
    assert board.leverage.value is not None
    row = board.leverage.value.by_name[0]
    words = card_of(board, Target(Kind.NAME, row.ticker), None).content.plain
    single, index, today = usd_sum(row.single_stock_usd, row.index_usd, row.today_usd)
    assert f"{single} + ({index}) = {today}" in words
    assert f"= {percent(row.of_adv)}" in words
    assert f"= {percent(row.of_close, 0)}; that 100% trades in the closing auction" in words
    assert "this is 10% of a day's volume are assumptions" in words
    assert f"1·σ·√(flow/ADV) = {row.impact_bp:.0f}bp".replace("-", "−") in words
    nothing = card_of(board, Target(Kind.NAME, "NONE"), None)
    assert len(nothing.missing) == 3


def test_the_flow_card_tells_the_error_rates(board: Board) -> None:
    words = card_of(board, "flow", None).content.plain
    assert "28 %" in words
    assert "signed" in words


def test_the_flow_card_tells_what_the_percentile_and_the_dollars_rest_on(board: Board) -> None:
    told = with_flow(replace(board, crowding=replace(board.crowding, value=favourites())), drawn_flow())
    card = card_of(told, "flow", None)
    lines = {line.label: line.text for line in reversed(card.lines)}
    assert lines["percentile"].startswith("16th (9–27) of 252 sessions up to 16:00. Retail usually buys more")
    assert lines["its 80 % limits"].startswith("+$110M to +$590M")
    assert lines["compared"] == "windows of 50 names up to 16:00 against theirs up to 16:00"
    assert lines["sample"] == "50 of 3,224 stocks, 46% of their dollars; the rest is estimated by weight"
    assert (
        lines["funds, retail"]
        == "+$6.400B, 61st (48–72) of 252 sessions up to 16:00; 12 of 12 funds, in no sum of stocks"
    )
    assert "more than in 97 % of the shuffles; no earlier day recorded yet" in lines["favourites, long leg"]
    assert {line.label: line.text for line in card.foot}["coverage"] == "50 of 50 names, 12,400,000 prints"
    assert "80 % of days" in card.definition
    assert lines["what that costs"].startswith("50 stocks × 4 windows")


def test_limits_that_only_an_estimate_has_are_missing_from_no_name_and_no_fund(board: Board) -> None:
    paths = [f"{side}.net_{end}_usd" for side in ("retail", "institutional") for end in ("low", "high")]
    missing = dict.fromkeys(paths, "every name is counted itself")
    funds = {f"funds.{path}": why for path, why in missing.items()}
    assert "counted itself" not in str(card_of(with_flow(board, drawn_flow(missing=funds)), "flow", None))
    own = drawn_flow(missing=missing, universe=0, universe_share=None)
    assert "counted itself" not in str(card_of(with_flow(board, own), "flow", None))
    told = replace(board, opened={"NVDA": opened_name(missing=missing)})
    assert "counted itself" not in str(card_of(told, Target(Kind.NAME, "NVDA"), None))
    drawn = card_of(with_flow(board, drawn_flow(missing=missing)), "flow", None)
    assert "counted itself" in str(drawn)


def test_a_percentile_that_is_not_there_is_a_dash_with_its_reason(board: Board) -> None:
    card = card_of(with_flow(board, early_flow()), "flow", None)
    assert [line.text for line in card.lines if line.label == "percentile"] == ["–", "–"]
    assert any("percentile of retail and its limits" in why and "before 10:30" in why for why in card.missing)


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
    assert words.count("DJTU: no longer listed") == 1
    assert "funds left out" not in words
    assert "the assets after today's move of the funds that reset daily" in words
    assert "chance of net selling is 50% and says nothing" in words


def lines_of(board: Board, subject: str | Target, key: str | None = None) -> dict[str, str]:
    return {line.label: line.text for line in card_of(board, subject, key).lines}


def test_the_card_says_what_the_flow_rests_on_and_whether_it_is_unusual(board: Board) -> None:
    reading = board.leverage.value
    assert reading is not None
    told = whole(board)
    lines = lines_of(told, "leverage")
    known = f"{reading.funds} of {reading.funds + 13} funds"
    assert lines["coverage"] == f"{known} with assets have a return: 97.1% of the per-1% of all of them"
    among = "whole sessions since 22 Dec 2023, each at today's assets, today's as if it closed now; daily funds only"
    assert lines["rank"] == f"4th largest sale of 530 {among}"
    usual = lines_of(with_leverage(told, rank=Rank(214, 530, "purchase", "2023-12-22", 262)), "leverage")
    assert usual["rank"] == f"usual: 214th of 262 purchases among 530 {among}"
    assert "are known, 91% of the assets; they come a session later" in lines["creations of 3 Feb"]
    assert "; on 99.8% of the per-1% of all of them" in lines["next week, 1σ"]
    assert lines["creations of 3 Feb"].startswith("+$1.200B: L × new shares × price of the ")
    assert "in no figure of today" in lines["creations of 3 Feb"]
    assert f"{known} counted" in card_of(told, "leverage", None).content.plain
    almost = lines_of(with_leverage(told, coverage=0.99996), "leverage")
    assert "99.9% of the per-1%" in almost["coverage"]


def test_the_families_add_up_on_the_card(board: Board) -> None:
    text = lines_of(whole(board), "leverage")["of which technology"]
    *parts, total = [float(amount) for amount in re.findall(r"−\$([\d.]+)B", text)]
    assert sum(parts) == pytest.approx(total, abs=1e-9)
    assert len(parts) == 3


def test_the_card_tells_todays_part_in_the_week_its_place_tails_and_past(board: Board) -> None:
    lines = lines_of(whole(board), "leverage")
    assert lines["without today's move"].startswith("±$9.020B; 72% of a day's variance is usually behind by now")
    note = {"next_week.sd_usd": "today's move counts as it stands"}
    reading = whole(board).leverage.value
    assert reading is not None
    almost = msgspec.structs.replace(reading.next_week, day_share=0.997)
    late = lines_of(with_leverage(whole(board), next_week=almost), "leverage")["without today's move"]
    assert "99% of a day's variance" in late
    noted = lines_of(with_leverage(whole(board), notes=note), "leverage")
    assert noted["today's move"] == "counts as it stands"
    none = {"next_week.sd_usd": "without today's move: there is none yet"}
    assert lines_of(with_leverage(whole(board), notes=none), "leverage")["today's move"] == "there is none yet"
    assert lines["its place"] == "94th percentile of the 252 days before, at today's assets"
    assert lines["p01, mean of worst 5%"].startswith("−$27.3B, −$24.8B: tails of Student's t with 5 degrees")
    assert lines["past weeks"] == (
        "the 90% band held 228 of 250 (91%; 95% interval 87–94%); weeks overlap, 50 of them do not;"
        " after a shock 12 of 14"
    )


@pytest.mark.parametrize(
    ("day_share", "said"),
    [
        (None, "±$9.020B; what share of a day's variance is behind is not known: today's move counts as it stands"),
        (1.0, "±$9.020B; today's move is of the whole day"),
    ],
)
def test_a_share_of_the_day_that_is_not_known_is_not_said_to_be_the_whole(
    board: Board, day_share: float | None, said: str
) -> None:
    reading = whole(board).leverage.value
    assert reading is not None
    week = msgspec.structs.replace(reading.next_week, day_share=day_share)
    text = lines_of(with_leverage(whole(board), next_week=week), "leverage")["without today's move"]
    assert text == said
    assert "100%" not in text and "brought to a whole day" not in text


def test_what_is_always_missing_is_not_told_on_the_card(board: Board) -> None:
    fit = {"index_weights.r2": "no weights of it were fitted"}
    seldom = {"by_fund.week_p05_usd": "funds that do not reset daily are not in next week"}
    reading = whole(board).leverage.value
    assert reading is not None
    told = with_leverage(whole(board), missing=fit | seldom)
    words = card_of(told, "leverage", None).content.plain
    assert fit["index_weights.r2"] not in words and seldom["by_fund.week_p05_usd"] not in words
    young = [msgspec.structs.replace(row, week_p05_usd=None, reset="daily") for row in reading.by_fund]
    words = card_of(with_leverage(told, by_fund=young), "leverage", None).content.plain
    assert "weeks of single funds: funds that do not reset daily" in words


def test_remarks_reasons_and_unregistered_funds_are_read_whole(board: Board) -> None:
    long = "a reason far longer than any column there is, " * 12
    told = with_leverage(whole(board), missing={"creation_usd": long}, notes={"aum_as_of": long})
    for key, title in (("missing:creations and redemptions", "creations and redemptions"), ("note:assets", "assets")):
        card = card_of(told, "leverage", key)
        assert (card.title, card.definition) == (title, long)
        assert card.lines == ()
    card = card_of(told, "leverage", "unregistered:ABCX")
    words = card.content.plain
    assert card.title == "ABCX  Example 2X Long Daily"
    for said in ("[[fund]]", 'ticker = "ABCX"', "funds_file ="):
        assert said in words
    out = card_of(told, "leverage", "DJTU")
    assert out.missing == ("DJTU: no longer listed",)


def test_every_row_of_words_has_a_card_that_holds_all_of_it(board: Board) -> None:
    told = whole(board)
    reading = told.leverage.value
    assert reading is not None
    rows = [row for row in (*left_out_rows(reading), *weight_rows(reading)) if not row.header]
    assert {row.key.partition(":")[0] for row in rows} >= {"DJTU", "unregistered", "missing", "note", "index", "sector"}
    for row in rows:
        card = card_of(told, "leverage", row.key)
        assert card.title != "Leveraged ETFs", row.key
        assert row.cells[-1].text in f"{card.title}\n{card.content.plain}"


def test_the_weights_of_an_index_are_read_whole(board: Board) -> None:
    card = card_of(whole(board), "leverage", "sector:NYSE_SEMIS")
    lines = {line.label: line.text for line in card.lines}
    assert card.title == "Weights of NYSE Semiconductor"
    assert lines["weights"] == "market values"
    assert lines["why"] == "R² .953 is below .99"
    assert lines["R², sessions left out"] == "0.953, refused"
    assert lines["names"] == "29 of 30 have all it takes"
    nasdaq = {line.label: line.text for line in card_of(whole(board), "leverage", "index:NDX").lines}
    assert nasdaq["R², sessions left out"] == "0.998"
    assert "why" not in nasdaq


def test_what_is_not_known_has_no_line_on_the_card(board: Board) -> None:
    bare: dict[str, Any] = {"rank": None, "coverage": None, "by_family": [], "creation_usd": None, "score": None}
    assert board.leverage.value is not None
    week = msgspec.structs.replace(
        board.leverage.value.next_week, sd_without_today_usd=None, percentile=None, p01_usd=None
    )
    lines = lines_of(with_leverage(board, **bare, next_week=week), "leverage")
    told = lines_of(whole(board), "leverage")
    assert told.keys() - lines.keys() == {
        *("coverage", "rank", "of which technology", "creations of 3 Feb", "without today's move"),
        *("its place", "p01, mean of worst 5%", "past weeks"),
    }


@pytest.mark.parametrize("subject", ["leverage", Target(Kind.NAME, "NVDA")])
def test_a_names_card_says_which_indices_carry_flow_to_it_and_how_sure_that_is(
    board: Board, subject: str | Target
) -> None:
    told = whole(board)
    card = card_of(told, subject, "NVDA" if isinstance(subject, str) else None)
    lines = [line.text for line in card.lines]
    first = next(at for at, line in enumerate(card.lines) if line.label == "index weights")
    assert re.fullmatch(r"Nasdaq-100 \d+\.\d%, implied by QQQ, R² 0\.998: −\$\S+M by \d funds", lines[first])
    refused = re.compile(r"NYSE Semiconductor .*, R² \.953 is below \.99: −\$")
    assert any(refused.match(line) for line in lines[first:])
    week = next(line.text for line in card.lines if line.label == "next week, 1σ")
    assert re.search(r"±\$\S+, 5\.0% of ONE day's volume", week)


def test_a_name_no_index_reaches_has_no_index_weights(board: Board) -> None:
    assert "index weights" not in lines_of(whole(board), "leverage", "NONE")
    assert "index weights" not in lines_of(with_leverage(board, index_weights=[]), "leverage", "NVDA")


def test_the_flow_card_says_what_a_side_is_used_to(board: Board) -> None:
    reading = drawn_flow()
    few = msgspec.structs.replace(reading.retail, days=34, median_intensity=-0.012)
    told = with_flow(board, msgspec.structs.replace(reading, retail=few, names=31))
    words = card_of(told, "flow", None).content.plain
    assert "Retail usually sells more than it buys: its median intensity of 34 days is −0.012" in words
    assert "Non-retail usually buys more than it sells: its median intensity of 252 days is +0.012" in words
    assert "of 34 sessions up to 16:00, fewer than 60: read it with care" in words
    assert "31 of 50 names, " in words
    crowding = favourites()
    long = msgspec.structs.replace(crowding.long, history_percentile=35.0, history_days=12)
    crowded = msgspec.structs.replace(crowding, long=long)
    past = card_of(replace(board, crowding=replace(board.crowding, value=crowded)), "flow", None).content.plain
    assert "35th among its own 12 recorded days" in past
