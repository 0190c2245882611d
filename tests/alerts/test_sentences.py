"""What rules and firings say, and why the shipped rules are there."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.alerts.life import watched
from deskview.alerts.sentences import condition, sentence, title, watched_figure
from deskview.alerts.shipped import SHIPPED
from deskview.analytics.leverage.readings import Rank
from deskview.board import Board, Status
from deskview.board.alerts import Watch
from deskview.board.board import WATCHED
from deskview.board.readings import readings
from deskview.settings import Alert
from tests.feed.fixtures import board, crash
from tests.screens.moments import drawn_flow, with_basis, with_flow, with_leverage, with_momentum

__all__ = ["board", "crash"]


def said(rule: Alert, board: Board) -> str:
    """What the rule says if it fires now, whatever its level."""
    (watch,) = watched([Watch(rule)], board)
    assert not watch.fault, watch.fault
    return sentence(replace(watch, fired_value=watch.value, fired_basis=watch.basis), board)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Alert("momentum.sigma", below=-3), "below −3σ"),
        (Alert("momentum.return", above=0.07), "above 7%"),
        (Alert("leverage.today_usd", crosses=-2.5e9), "crosses −$2.5B"),
        (Alert("names.NVDA.price", above=180), "above $180.00"),
        (Alert("momentum.return", sigma=3), "beyond ±3σ"),
        (Alert("flow.retail", percentile=5), "in the outer 5%"),
        (Alert("leverage.rank.place", below=6), "among the 5 largest"),
        (Alert("leverage.rank.place", below=2), "the largest"),
        (Alert("momentum.sigma", below=-3, for_="2m"), "below −3σ for 2m"),
        (Alert("momentum.sigma", below=-3, clear=-2.5), "below −3σ, clears at −2.5σ"),
        (Alert("momentum.return", sigma=3, clear=2, again="1h"), "beyond ±3σ, clears at ±2σ, again after 1h"),
        (Alert("flow.retail", percentile=5, clear=20), "in the outer 5%, clears at outer 20%"),
        (Alert("status.flow", above=0.5, for_="5m"), "after 5m"),
        (Alert("status.flow", above=0.5), "at once"),
    ],
)
def test_a_rule_is_read_with_its_unit_and_all_its_terms(rule: Alert, words: str) -> None:
    assert condition(rule) == words


def test_a_title_says_what_and_when() -> None:
    assert title(Alert("momentum.sigma_of_hour", sigma=3)) == "momentum: σ of the hour beyond ±3σ"
    assert title(Alert("status.leverage", above=0.5, for_="5m")) == "leveraged ETFs: stale or in doubt for 5m"


@pytest.mark.parametrize(("basis", "whose"), [("rule", "of the rule's own history"), ("todays-names", "held back")])
def test_a_sigma_says_of_how_many_days_it_is_and_whose(board: Board, basis: str, whose: str) -> None:
    told = with_basis(board, basis)
    reading: Any = told.momentum.value
    words = said(Alert("momentum.return", sigma=3), told)
    assert f"σ of {reading.sigma_n} days of " in words
    assert whose in words


def test_coverage_is_never_more_than_there_is_and_names_in_doubt_are_called_by_name(board: Board) -> None:
    told = with_momentum(board, coverage=0.9799, in_doubt=["AAA", "BBB", "CCC", "DDD"])
    words = said(Alert("momentum.return", below=-0.01), told)
    assert "97% of the legs' weight traded" in words
    assert "4 names in doubt: AAA, BBB, CCC, …" in words
    assert "% of the legs" not in said(Alert("momentum.return", below=-0.01), with_momentum(board, coverage=None))


def test_a_percentile_says_its_interval_its_days_and_the_names_it_rests_on(board: Board) -> None:
    flow = drawn_flow()
    side = msgspec.structs.replace(
        flow.retail, percentile=6.0, percentile_low=2.0, percentile_high=12.0, days=248, clock="10:30"
    )
    told = with_flow(board, msgspec.structs.replace(flow, retail=side, names=118, focus=120))
    words = said(Alert("flow.retail.percentile", percentile=15), told)
    assert "6th (2–12), in the outer 15%" in words
    assert "among 248 days up to 10:30" in words
    assert "118 of 120 names" in words


def test_an_estimated_sum_says_its_limits_or_that_they_are_not_known(board: Board) -> None:
    flow = drawn_flow()
    side = msgspec.structs.replace(flow.retail, net_usd=-310e6, net_low_usd=-420e6, net_high_usd=-200e6)
    known, *others = flow.by_sector
    unknown = msgspec.structs.replace(known, retail_net_usd=-5e6, retail_low_usd=None, retail_high_usd=None)
    told = with_flow(board, msgspec.structs.replace(flow, retail=side, universe=900, by_sector=[unknown, *others]))
    assert "−$310M (−420 to −200), below −$300M" in said(Alert("flow.retail.net_usd", below=-300e6), told)
    assert " ±?, below" in said(Alert(f"flow.by_sector.{known.group}.retail_net_usd", below=-1e6), told)


def test_a_rank_says_among_what_how_much_and_how_well_covered(board: Board) -> None:
    told = with_leverage(board, rank=Rank(3, 504, "sale", "2023-12-22", 251), today_usd=-41.2e9, coverage=0.98)
    words = said(Alert("leverage.rank.place", below=6), told)
    assert words.startswith("leveraged ETFs: today's rebalance would be the 3rd largest sale of 504 sessions, −$41.2B")
    assert "among the 5 largest; 98% of the funds' per-1% has a return" in words
    first = with_leverage(board, rank=Rank(1, 504, "purchase", "2023-12-22", 251), today_usd=41.2e9)
    assert "would be the largest purchase of 504 sessions, +$41.2B" in said(
        Alert("leverage.rank.place", below=6), first
    )


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        (Status.DOUBT, {"doubt": "half of its names came."}, "flow: in doubt for 5 minutes: half of its names came"),
        (
            Status.STALE,
            {"note": "The provider did not answer."},
            "flow: stale for 5 minutes: The provider did not answer",
        ),
        (Status.STALE, {"note": ""}, "flow: stale for 5 minutes"),
    ],
)
def test_a_part_that_cant_be_trusted_says_so_in_its_own_words(
    board: Board, status: Status, fields: dict[str, str], words: str
) -> None:
    told = replace(board, flow=replace(board.flow, status=status, **fields))  # type: ignore[arg-type]
    rule = Alert("status.flow", above=0.5, for_="5m")
    found = sentence(Watch(rule, value=1.0, fired_value=1.0), told)
    assert found == f"{words}; simulated market"
    assert (watched_figure(rule, 1.0), watched_figure(rule, 0.0)) == ("yes", "no")


def test_late_data_what_is_still_to_come_and_a_simulated_market_are_said(board: Board) -> None:
    rule = Alert("momentum.return", below=-0.01)
    assert said(rule, board).endswith("; simulated market")
    real = replace(board, source=replace(board.source, simulated=False))
    assert "simulated" not in said(rule, real)
    part = replace(real.momentum, delay_s=900.0, status=Status.PARTIAL, note="40 of 80 sessions are in.")
    words = said(rule, replace(real, momentum=part))
    assert "; 40 of 80 sessions are in; data 15 minutes late" in words
    assert "data 15 minutes late" in said(Alert("names.NVDA.return", below=0.5), replace(real, momentum=part))


def test_a_change_over_half_an_hour_rests_on_what_its_figure_does(board: Board) -> None:
    told = replace(with_momentum(board, coverage=0.9), d30m={"momentum.return": -0.0123})
    words = said(Alert("momentum.return.d30m", below=-0.01), told)
    assert "−1.23%, below −1%; 90% of the legs' weight traded" in words
    assert "(" not in words, "limits are the figure's own, not its change's"


def test_every_reading_can_be_said(board: Board) -> None:
    told = with_flow(board, drawn_flow())
    for reading in readings(told)[::7]:
        words = said(Alert(reading.path, above=0), told)
        assert "\n" not in words and "None" not in words, words


def test_what_a_name_is_called_cant_break_the_line(board: Board) -> None:
    (watch,) = watched([Watch(Alert("names.A\n\x1b]0;B.return", above=0))], board)
    words = sentence(replace(watch, fired_value=1.0), board)
    assert words.isprintable()


def test_a_shipped_rule_has_one_sentence_of_reason_and_looks_at_what_there_is(board: Board) -> None:
    keys = [f"{rule.reading} {rule.condition}" for rule, _ in SHIPPED]
    assert len(set(keys)) == len(keys), "each is turned off by its key"
    for rule, reason in SHIPPED:
        assert reason.endswith(".") and reason.count(". ") == 0
        assert title(rule)
    of_parts = {rule.reading.removeprefix("status.") for rule, _ in SHIPPED if rule.reading.startswith("status.")}
    assert of_parts == set(WATCHED)
    figures = [Watch(rule) for rule, _ in SHIPPED if not rule.reading.startswith("status.")]
    assert [watch.fault for watch in watched(figures, board)] == [""] * len(figures)


def test_the_words_are_had_without_textual_until_the_first_sentence() -> None:
    code = (
        "import sys, deskview.alerts.sentences, deskview.alerts.shipped\n"
        "print({'textual', 'polars'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
