"""Levels as they are typed, and rules as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.board.units import Unit
from deskview.screens.alerts.levels import condition, level_of, typed
from deskview.screens.format import figure
from deskview.settings import Alert


@pytest.mark.parametrize(
    ("text", "unit", "kind", "level"),
    [
        ("-5", Unit.FRACTION, "below", -0.05),
        ("−5 %", Unit.FRACTION, "below", -0.05),
        ("-40bp", Unit.FRACTION, "below", -0.004),
        ("-2.5B", Unit.USD, "below", -2.5e9),
        ("-$800m", Unit.USD, "below", -8e8),
        ("1,500", Unit.USD, "above", 1500),
        ("-3σ", Unit.SIGMA, "below", -3),
        ("3", Unit.FRACTION, "sigma", 3),
        ("5%", Unit.FRACTION, "percentile", 5),
        ("120.50", Unit.PRICE, "crosses", 120.5),
    ],
)
def test_a_level_is_taken_in_the_readings_unit(text: str, unit: Unit, kind: str, level: float) -> None:
    assert level_of(text, unit, kind) == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "kind", "sentence"),
    [
        ("", Unit.USD, "above", "A level is missing"),
        ("abc", Unit.USD, "above", "'abc' is no number"),
        ("nan", Unit.NUMBER, "above", "'nan' is no number"),
        ("inf", Unit.NUMBER, "above", "'inf' is no number"),
        ("1e999", Unit.NUMBER, "above", "'1e999' is no number"),
        ("1,5", Unit.USD, "above", "'1,5' is no number"),
        ("--4", Unit.SIGMA, "below", "'--4' is no number"),
        ("5%", Unit.USD, "above", "'%' does not go with this reading; K, M, B or T does"),
        ("3B", Unit.FRACTION, "above", "'b' does not go with this reading; % or bp does"),
        ("-3", Unit.FRACTION, "sigma", "a number over 0"),
        ("50", Unit.FRACTION, "percentile", "between 0 and 50"),
        ("101", Unit.PERCENTILE, "above", "between 0 and 100"),
    ],
)
def test_what_is_no_level_is_refused_by_name(text: str, unit: Unit, kind: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        level_of(text, unit, kind)


@given(st.floats(-1e12, 1e12), st.sampled_from(list(Unit)))
def test_a_level_is_typed_so_that_it_is_read_back(level: float, unit: Unit) -> None:
    level = abs(level) % 100 if unit is Unit.PERCENTILE else level
    again = level_of(typed(level, unit, "above"), unit, "above")
    assert again == pytest.approx(level, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Alert("momentum.sigma", below=-3), "below −3σ"),
        (Alert("momentum.return", above=0.07), "above 7%"),
        (Alert("leverage.today_usd", crosses=-2.5e9), "crosses −$2.5B"),
        (Alert("names.NVDA.price", above=180), "above $180.00"),
        (Alert("momentum.return", sigma=3), "beyond ±3σ"),
        (Alert("flow.retail", percentile=5), "in the outer 5%"),
    ],
)
def test_a_rule_is_read_with_its_unit(rule: Alert, words: str) -> None:
    assert condition(rule) == words


def test_a_figure_keeps_four_digits_and_a_missing_one_is_a_dash() -> None:
    assert figure(None, Unit.USD) == "–"
    assert figure(-15258462644.0, Unit.USD) == "−$15.26B"
    assert figure(12819.0) == "12,819"
