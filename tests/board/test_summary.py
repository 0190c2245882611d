"""The read: each case of its table on hand-made readings, and the whole on the crash."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.analytics.events import HistoryReading
from deskview.board import Board
from deskview.board.build import READ_FROM
from deskview.board.summary import Given, ReadReading, Sentence, read

EDGE = {"difference_low": -0.05, "difference": -0.03, "difference_high": -0.01}
TOLD = {"n": 64, "up": 31, "median": -0.005, "low": -0.029, "high": 0.01, "hit": 0.48, "control": 0.005}


def given(board: Board, **changed: Any) -> Given:  # noqa: ANN401 - any reading
    values = {name: board.parts[name].value for name in READ_FROM} | changed
    return Given(**values, why={name: board.parts[name].note or "not here." for name in READ_FROM})


def sentences(board: Board, **changed: Any) -> list[Sentence]:  # noqa: ANN401
    return read(given(board, **changed)).sentences


def momentum(board: Board, **changed: Any) -> Any:  # noqa: ANN401
    assert board.momentum.value is not None
    return msgspec.structs.replace(board.momentum.value, **changed)


def retail(board: Board, **changed: Any) -> Any:  # noqa: ANN401
    assert board.flow.value is not None
    side = msgspec.structs.replace(board.flow.value.retail, **changed)
    return msgspec.structs.replace(board.flow.value, retail=side)


def followed(board: Board, **changed: float | None) -> HistoryReading:
    """The board's history with 64 events by its first rule, and such outcomes."""
    assert board.history.value is not None
    record = board.history.value.records[0]
    study = record.rules[0]
    outcomes = [msgspec.structs.replace(outcome, **(TOLD | changed)) for outcome in study.outcomes]
    rules = [msgspec.structs.replace(study, events=64, outcomes=outcomes), *record.rules[1:]]
    return msgspec.structs.replace(board.history.value, records=[msgspec.structs.replace(record, rules=rules)])


def test_the_crash_is_read_in_four_sentences_from_its_figures(board: Board) -> None:
    broke, cut, supply, buyers = sentences(board)
    assert broke.case == "fell"
    assert broke.sentence.startswith("Longs cut, shorts not covered: momentum −7.5%, −3.6σ of 252 days;")
    assert broke.sentence.endswith("the long leg did 70% of it.")
    assert cut.case == "cut"
    assert cut.sentence.startswith("Positions cut, 5 of 6 signs (")
    assert "forced" not in cut.sentence
    told = board.deleveraging.value
    assert told is not None
    assert cut.sentence.endswith(
        f" Of {told.record_days} past days that can be told, {told.record_n} had as many of the first four."
    )
    assert supply.case == "supply"
    assert "leveraged ETFs −$" in supply.sentence
    assert "systematic funds −$" in supply.sentence
    assert "at −1%" in supply.sentence
    assert "Dealers' gamma +$4." in supply.sentence
    assert "of all: dampen; at −2% with leveraged ETFs −$" in supply.sentence
    assert {"gamma.index.net_usd_per_1pct", "gamma.by_shock"} <= set(supply.figures)
    assert "too few to say more" in buyers.sentence
    assert "edge" not in buyers.sentence.replace("No edge in the record", "")


@pytest.mark.parametrize(
    ("changed", "case", "words"),
    [
        ({"sigma": -0.4, "return_": -0.003}, "calm", "Nothing unusual: momentum −0.3%, −0.4σ of 252 days."),
        ({"sigma": 2.2, "return_": 0.04, "verdict": "longs bid"}, "rose", "Longs bid: momentum +4.0%, +2.2σ"),
        ({"sigma": -2.5, "verdict": "squeeze", "long_share": 0.2}, "fell", "Squeeze: momentum −7.5%, −2.5σ"),
        ({"sigma": -2.5, "verdict": "both"}, "fell", "Both legs: momentum"),
        ({"return_": None, "missing": {"return": "half the leg is unpriced"}}, "unpriced", "Momentum: –, half the leg"),
    ],
)
def test_what_broke(board: Board, changed: dict[str, Any], case: str, words: str) -> None:
    first = sentences(board, momentum=momentum(board, **changed))[0]
    assert first.case == case
    assert first.sentence.startswith(words)


def test_what_can_t_be_told_says_why(board: Board) -> None:
    read_of = sentences(board, momentum=None, deleveraging=None, leverage=None, flow=None, history=None)
    assert [sentence.case for sentence in read_of] == ["unpriced", "signs unknown", "supply unknown", "buyers unknown"]
    assert all("–" in sentence.sentence for sentence in read_of)
    assert not any(".." in sentence.sentence for sentence in read_of)
    assert all(sentence.sentence.endswith(".") for sentence in read_of)


@pytest.mark.parametrize(
    ("low", "at", "high", "case"),
    [(6.0, 12.0, 21.0, "buyers absent"), (70.0, 81.0, 93.0, "buyers there"), (20.0, 45.0, 70.0, "buyers as usual")],
)
def test_buyers_are_absent_or_there_only_beyond_the_middle(
    board: Board, low: float, at: float, high: float, case: str
) -> None:
    flow = retail(board, percentile=at, percentile_low=low, percentile_high=high)
    last = sentences(board, flow=flow)[3]
    assert last.case == case
    assert f"{at:.0f}th ({low:.0f}–{high:.0f})" in last.sentence.replace("81st", "81th")


@pytest.mark.parametrize(
    ("limits", "net", "told"),
    [
        (EDGE, -1e9, "sell the bounce"),
        (EDGE, 1e12, "followed by less than days as volatile, but buyers match supply: no edge"),
        (EDGE, None, "edge –: whether supply exceeds buyers is not known"),
        ({**EDGE, "difference_high": None}, -1e9, "Edge –: too few of these days"),
        ({**EDGE, "difference_high": 0.01}, -1e9, "No edge in the record"),
    ],
)
def test_an_edge_takes_both_supply_beyond_buyers_and_limits_that_leave_out_zero(
    board: Board, limits: dict[str, float | None], net: float | None, told: str
) -> None:
    last = sentences(board, history=followed(board, **limits), flow=retail(board, net_usd=net))[3]
    assert told in last.sentence
    assert ("sell the bounce" in last.sentence) is (told == "sell the bounce")
    assert "After 64 falls" in last.sentence
    assert "median −0.5% at 21 d (90% limits −2.9% to +1.0%)" in last.sentence


def test_the_pace_of_a_morning_is_brought_to_a_day_and_of_its_first_half_hour_not_told(board: Board) -> None:
    assert board.flow.value is not None
    assert board.leverage.value is not None
    week = board.leverage.value.next_week
    assert week.p05_usd is not None
    net = -week.p05_usd / len(week.sessions) / 3
    halves = board.flow.value.retail.by_half_hour
    found = []
    for begun in (1, 2, len(halves)):
        rows = [
            msgspec.structs.replace(half, buy_usd=1.0 if at < begun else 0.0, sell_usd=0.0)
            for at, half in enumerate(halves)
        ]
        flow = retail(board, net_usd=net, by_half_hour=rows)
        found.append(sentences(board, history=followed(board, **EDGE), flow=flow)[3].sentence)
    assert "edge –" in found[0]
    assert "buyers match supply" in found[1]
    assert "sell the bounce" in found[2]


def test_what_followed_larger_falls_than_today_s_is_no_edge_of_today(board: Board) -> None:
    history = followed(board, **EDGE)
    least = max(event.return_ for event in history.records[0].rules[0].all_events)
    small = momentum(board, return_=least / 2, sigma=-2.1)
    last = sentences(board, momentum=small, history=history, flow=retail(board, net_usd=-1e9))[3]
    assert "Edge –: today's fall is smaller than any of these." in last.sentence
    assert "64 larger falls" in last.brief
    assert "such days" not in last.sentence + last.brief


@pytest.mark.parametrize(
    ("known", "case", "brief"),
    [
        ({"fall": True, "long_led": True}, "signs unknown", "cuts can't be told, 2 of 2 signs"),
        ({"fall": True, "long_led": True, "calm_index": False, "dispersion": False, "volume": False}, "not cut", None),
        ({"fall": False, "long_led": False, "calm_index": True}, "not cut", "cuts not told, 1 of 3 signs"),
        ({"long_led": True, "calm_index": True}, "signs unknown", "cuts can't be told, 2 of 2 signs"),
    ],
)
def test_cuts_are_not_told_only_where_no_sign_to_come_could_tell_them(
    board: Board, known: dict[str, bool], case: str, brief: str | None
) -> None:
    reading = board.deleveraging.value
    assert reading is not None
    assert set(known) < {flag.name for flag in reading.flags}
    flags = [msgspec.structs.replace(flag, met=known.get(flag.name)) for flag in reading.flags]
    met, of = sum(flag.met is True for flag in flags), sum(flag.met is not None for flag in flags)
    words = f"{met} of {of} signs" if "fall" in known else "momentum can't be told"
    second = sentences(board, deleveraging=msgspec.structs.replace(reading, flags=flags, met=met, of=of, words=words))[
        1
    ]
    assert second.case == case
    assert brief is None or second.brief == brief
    assert second.sentence.startswith(second.brief[0].upper() + second.brief[1:])


def test_signs_without_momentum_s_own_are_not_called_uncut(board: Board) -> None:
    cut = board.deleveraging.value
    assert cut is not None
    flags = [msgspec.structs.replace(flag, met=None) if flag.name == "fall" else flag for flag in cut.flags]
    unknown = msgspec.structs.replace(cut, flags=flags, words="momentum can't be told")
    assert sentences(board, deleveraging=unknown)[1].case == "signs unknown"


def test_where_no_record_is_there_the_reason_is_that_of_the_record(board: Board) -> None:
    none = HistoryReading(records=[], days=None, note="", missing={"days": "no basket could be formed"})
    assert "Such days: –, no basket could be formed." in sentences(board, history=none)[3].sentence


def test_on_an_ordinary_day_nothing_is_said_of_such_days(board: Board) -> None:
    last = sentences(board, momentum=momentum(board, sigma=-1.4), history=followed(board, **EDGE))[3]
    assert "After" not in last.sentence
    assert "edge" not in last.sentence


def test_the_read_is_a_part_no_surer_than_what_it_speaks_of(board: Board) -> None:
    assert isinstance(board.read.value, ReadReading)
    assert [sentence.case for sentence in board.read.value.sentences][:3] == ["fell", "cut", "supply"]
    assert board.read.as_of == board.momentum.as_of


def test_every_figure_of_a_sentence_is_in_the_board(board: Board) -> None:
    from deskview.board.export import board_to_builtins  # noqa: PLC0415

    read_ = board_to_builtins(replace(board))
    for sentence in board.read.value.sentences if board.read.value else ():
        for path in sentence.figures:
            found: Any = read_
            for key in path.split("."):
                found = found[key] if isinstance(found, dict) else found
            assert found is not None, path


def test_what_dealers_do_is_told_or_why_it_is_not(board: Board) -> None:
    reading = board.gamma.value
    assert reading is not None
    assert reading.index is not None
    without = given(board, gamma=None)
    without.why["gamma"] = "The key's plan does not include option chains."
    assert "Dealers' gamma –: The key's plan does not include option chains." in read(without).sentences[2].sentence
    no_index = msgspec.structs.replace(reading, index=None, missing={"index": "its chain broke off."})
    assert "Dealers' gamma –: its chain broke off." in sentences(board, gamma=no_index)[2].sentence
    alone = msgspec.structs.replace(reading, by_shock=[])
    assert sentences(board, gamma=alone)[2].sentence.endswith("of all: dampen.")
    half = msgspec.structs.replace(reading.index, title="S&P 500: SPY alone")
    assert "dampen (SPY alone)" in sentences(board, gamma=msgspec.structs.replace(reading, index=half))[2].sentence
    hangs = msgspec.structs.replace(reading.index, verdict="balanced", net_of_mass=-0.02)
    told = sentences(board, gamma=msgspec.structs.replace(reading, index=hangs))[2].sentence
    assert "2% of all: balanced" in told
