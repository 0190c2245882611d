"""Levels and lengths of time as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.figure import Unit
from deskview.format import figure
from deskview.screens.alerts.levels import clear_of, length_of, level_of, typed


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


@pytest.mark.parametrize(("text", "length"), [("", None), ("  ", None), ("2m", "2m"), (" 90S ", "90s"), ("1h", "1h")])
def test_a_length_of_time_is_taken_as_the_settings_have_it(text: str, length: str | None) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize("text", ["2", "0m", "m", "2 minutes", "-2m", "12345s", "2d", "²m", "٢m"])
def test_what_is_no_length_of_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time: 90s, 2m and 1h are"):
        length_of(text)


@pytest.mark.parametrize(
    ("text", "level", "unit", "kind", "clear"),
    [
        ("", -3.0, Unit.SIGMA, "below", None),
        ("-2.5", -3.0, Unit.SIGMA, "below", -2.5),
        ("4%", 0.05, Unit.FRACTION, "above", 0.04),
        ("2", 3.0, Unit.FRACTION, "sigma", 2.0),
        ("20", 15.0, Unit.PERCENTILE, "percentile", 20.0),
    ],
)
def test_a_rule_clears_on_the_calm_side_of_its_level(
    text: str, level: float, unit: Unit, kind: str, clear: float | None
) -> None:
    assert clear_of(text, level, unit, kind) == (None if clear is None else pytest.approx(clear))


@pytest.mark.parametrize(
    ("text", "level", "kind", "sentence"),
    [
        ("-4", -3.0, "below", "calm side of the level: at or over it"),
        ("4", 3.0, "above", "calm side of the level: at or under it"),
        ("4", 3.0, "sigma", "calm side of the level: at or under it"),
        ("10", 15.0, "percentile", "calm side of the level: at or over it"),
        ("1", 0.0, "crosses", "there is no level to clear at"),
        ("x", 0.0, "above", "'x' is no number"),
    ],
)
def test_a_level_to_clear_at_beyond_the_level_is_refused(text: str, level: float, kind: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        clear_of(text, level, Unit.SIGMA, kind)


def test_a_figure_keeps_four_digits_and_a_missing_one_is_a_dash() -> None:
    assert figure(None, Unit.USD) == "–"
    assert figure(-15258462644.0, Unit.USD) == "−$15.26B"
    assert figure(12819.0) == "12,819"
