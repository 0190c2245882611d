"""Figures as text: a sign where there is a direction, no sign on a zero, never wider than its column."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deskview import format as text

SIGNED: dict[str, Callable[[float], str]] = {
    "percent": text.percent,
    "basis_points": text.basis_points,
    "sigma": text.sigma,
    "usd": text.usd,
    "number": text.number,
}
RETURNS = st.floats(-0.99, 9.99)
ZERO = re.compile(r"[^1-9]*")


@pytest.mark.parametrize("write", SIGNED.values(), ids=SIGNED)
@given(value=RETURNS | st.floats(-9e14, 9e14))
@example(value=-0.0)
@example(value=0.0)
@example(value=-1e-12)
@example(value=-0.04999)
def test_the_sign_is_printed_and_a_zero_has_none(write: Callable[[float], str], value: float) -> None:
    shown = write(value)
    if ZERO.fullmatch(shown):
        assert shown[0] not in "+−-"
    else:
        assert shown[0] == ("−" if value < 0 else "+")
    assert "-" not in shown
    assert "nan" not in shown.lower()


@pytest.mark.parametrize("write", [*SIGNED.values(), text.share, text.percentile, text.price, text.clock])
def test_what_is_missing_is_a_dash(write: Callable[[float | None], str]) -> None:
    assert write(None) == "–"


@given(RETURNS)
def test_a_return_fits_its_column(value: float) -> None:
    assert len(text.percent(value)) <= 7


@given(st.floats(-9.99e14, 9.99e14))
def test_dollars_have_three_figures_and_fit_their_column(value: float) -> None:
    shown = text.usd(value)
    assert len(shown) <= 7
    assert re.fullmatch(r"[+−]?\$(\d{1,3}|(\d\.\d\d|\d\d\.\d|\d{3})[KMBT])", shown)


@given(st.floats(1e3, 9.99e14))
def test_dollars_are_near_what_they_stand_for(value: float) -> None:
    scale = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
    shown = text.usd(value, sign=False)
    assert float(shown[1:-1]) * scale[shown[-1]] == pytest.approx(value, rel=0.051)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-18.04e9, "−$18.0B"), (812e6, "+$812M"), (999.96e6, "+$1.00B"), (99.96e6, "+$100M"), (0, "$0"), (-0.4, "$0")],
)
def test_dollars_at_the_edges(value: float, shown: str) -> None:
    assert text.usd(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12.4, "12th"), (53, "53rd"), (0, "0th")]
)
def test_percentiles_are_ordinals(value: float, shown: str) -> None:
    assert text.percentile(value) == shown


@pytest.mark.parametrize(
    ("net", "reach", "within", "between"),
    [
        (-3.1e9, 0.6e9, "−$3.1B ±0.6", "−$3.1B (−3.7 to −2.5)"),
        (-310e6, 110e6, "−$310M ±110", "−$310M (−420 to −200)"),
        (31e6, 90e6, "+$31M ±90", "+$31M (−59 to +121)"),
        (119e6, 620e6, "+$119M ±620", "+$119M (−501 to +739)"),
        (-4.5e9, 40e6, "−$4.50B ±0.04", "−$4.50B (−4.54 to −4.46)"),
        (0.0, 61e6, "$0M ±61", "$0M (−61 to +61)"),
        (9e6, 12e9, "$0B ±12", "$0B (−12 to +12)"),
    ],
)
def test_an_estimate_has_no_digit_its_limits_blur(net: float, reach: float, within: str, between: str) -> None:
    assert text.usd_within(net, net - reach, net + reach) == within
    assert text.usd_between(net, net - reach, net + reach) == between


@pytest.mark.parametrize("write", [text.usd_within, text.usd_between])
def test_what_is_no_estimate_has_no_limits(write: Callable[..., str]) -> None:
    assert write(-3.1e9, None, None) == write(-3.1e9, -3.1e9, -3.1e9) == text.usd(-3.1e9)
    assert write(None, None, None) == "–"


@given(st.floats(-1e12, 1e12), st.floats(1.0, 1e12))
def test_an_estimate_is_near_what_it_stands_for(net: float, reach: float) -> None:
    found = re.fullmatch(r"([+−]?)\$([\d.]+)([KMBT]?) ±([\d.]+)", text.usd_within(net, net - reach, net + reach))
    assert found
    scale = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[found[3]]
    value = float(found[2]) * scale * (-1 if found[1] == "−" else 1)
    assert abs(value - net) <= 0.6 * reach + 0.006 * abs(net) + 1e-6
    assert float(found[4]) * scale == pytest.approx(reach, rel=0.51)


def test_a_percentile_carries_its_limits() -> None:
    assert text.percentile(16.3, 9.4, 26.6) == "16th (9–27)"
    assert text.rank(16.3, 9.4, 26.6) == "16 (9–27)"
    assert (text.rank(16.3), text.rank(None), text.percentile(None)) == ("16", "–", "–")
    assert (text.rank(99.7, 96.0, 100.0), text.rank(0.2)) == ("99 (96–100)", "1")


@given(st.floats(0, 1e8))
def test_an_age_is_never_wider_than_five_cells(seconds: float) -> None:
    assert re.fullmatch(r"\d{1,4}[smhd]", text.age(seconds))


def test_a_tone_only_repeats_the_sign() -> None:
    assert [text.tone(value) for value in (0.1, -0.1, 0.0, None)] == ["gain", "loss", "flat", "dim"]
    assert [text.arrow(value) for value in (0.1, -0.1, 0.0, None)] == ["▲", "▼", " ", " "]


def test_the_clock_is_new_yorks() -> None:
    assert text.clock(datetime(2026, 2, 4, 20, 42, 10, tzinfo=UTC)) == "15:42:10"
    assert text.clock(datetime(2026, 7, 1, 20, 42, 10, tzinfo=UTC)) == "16:42:10"


@given(st.floats(0.0001, 9e6))
def test_a_price_has_its_cents(value: float) -> None:
    shown = text.price(value)
    assert float(shown.replace(",", "")) == pytest.approx(value, abs=0.00501 if value >= 1 else 0.000051)


@given(st.lists(st.floats(1e9, 2e10), min_size=2, max_size=5), st.booleans())
def test_the_amounts_of_a_sum_add_up(values: list[float], sold: bool) -> None:
    values = [-value if sold else value for value in values]
    *parts, total = (
        Decimal(amount.translate({ord("−"): "-", ord("$"): "", ord("B"): ""}))
        for amount in text.usd_sum(*values, sum(values))
    )
    decimals = -int(total.as_tuple().exponent)
    assert sum(parts) == total or decimals >= 5, "as many digits as it may take"


def test_a_sum_on_a_card_adds_up() -> None:
    assert text.usd_alike(25.5249e9, 29.9331e9) == ["$25.52B", "$29.93B"]
    assert text.usd_sum(25.5249e9 - 29.9331e9) == ["−$4.408B"]
    assert text.usd_sum(12.3e6, -996.1e6, -983.8e6) == ["+$12.3M", "−$996.1M", "−$983.8M"]
    assert text.usd_sum(25.52e9, -29.93e9, -4.41e9) == ["+$25.52B", "−$29.93B", "−$4.41B"]
    assert text.usd_sum(None, 450.0, -1.2e9) == ["–", "+$450", "−$1.200B"]


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (999_960_000, "$", "$1B"),
        (-15_258_462_644.0, "$", "−$15.26B"),
        (123.456, "%", "12,346%"),
        (-0.0769, "%", "−7.69%"),
        (12_819.0, "", "12,819"),
        (-4.0213, "σ", "−4.021σ"),
        (0.0000123, "", "0.0000123"),
        (0.0, "$", "$0"),
    ],
)
def test_a_figure_of_an_alert_is_written_as_the_desk_writes_it(value: float, unit: str, shown: str) -> None:
    assert text.figure(value, unit) == shown


@given(st.floats(1e-12, 1e15), st.sampled_from(["", "%", "$", "$ a share", "σ", "bp"]))
def test_no_figure_is_written_with_an_exponent(value: float, unit: str) -> None:
    shown = text.figure(value, unit)
    assert "e" not in shown.removesuffix("a share")
    assert any(digit in shown for digit in "0123456789")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(59.9, "59s"), (60, "1m"), (90, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h")]
)
def test_an_age_is_never_more_than_it_is(seconds: float, shown: str) -> None:
    assert text.age(seconds) == shown


@pytest.mark.parametrize("value", [0.0, 0.0004, -0.0004, None])
def test_what_is_printed_as_zero_has_no_arrow(value: float | None) -> None:
    assert text.arrow(value) == " "


@given(RETURNS, RETURNS, st.floats(0.1, 3.0) | st.just(1.0))
@example(0.00784, -0.00114, 1.0)
def test_a_difference_adds_up_as_it_is_printed(left: float, right: float, factor: float) -> None:
    shown = text.percent_difference(left, right, left - factor * right, factor)
    found = re.fullmatch(r"(\S+)% − (\S+) × \((\S+)%\) ([=≈]) (\S+)%", shown)
    assert found is not None
    first, scale, second, result = (Decimal(found[n].replace("−", "-")) for n in (1, 2, 3, 5))
    decimals = -int(result.as_tuple().exponent)
    adds_up = abs(first - scale * second - result) * 2 <= Decimal(1).scaleb(-decimals)
    assert adds_up == (found[4] == "=")
    assert decimals == 2 or (decimals == 3 and found[4] in "=≈")
