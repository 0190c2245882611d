"""Gamma and implied volatility against QuantLib, and what taking American options for European ones costs."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - as its own examples write it

from deskview.analytics.gamma.black_scholes import Terms, gamma, implied_sigma, value

COUNT = 1_000
TERMS = Terms(6900.0, 0.04, 0.013)


def drawn() -> tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", ...]:
    """Strikes, years, volatilities and rights of options whose delta lies between .01 and .99, most near the money."""
    rng = np.random.default_rng(6)
    years = np.maximum(rng.exponential(0.2, COUNT), 1 / 365)
    sigma = rng.uniform(0.05, 1.2, COUNT)
    reach = rng.uniform(-2.2, 2.2, COUNT) * sigma * np.sqrt(years)
    return TERMS.spot * np.exp(reach), years, sigma, (rng.random(COUNT) < 0.5).astype(np.float64)


def black(strike: float, years: float, sigma: float, *, call: bool) -> tuple[float, float]:
    """The value and the gamma of QuantLib."""
    forward = TERMS.spot * np.exp((TERMS.rate - TERMS.dividend) * years)
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
    deviation, discount = sigma * np.sqrt(years), float(np.exp(-TERMS.rate * years))
    calculator = ql.BlackCalculator(payoff, float(forward), float(deviation), discount)
    return calculator.value(), calculator.gamma(TERMS.spot)


def test_gamma_value_and_implied_volatility_are_those_of_quantlib() -> None:
    strike, years, sigma, right = drawn()
    call = right > 0
    pairs = [
        black(float(k), float(t), float(s), call=bool(c)) for k, t, s, c in zip(strike, years, sigma, call, strict=True)
    ]
    worth, slope = (np.array(column) for column in zip(*pairs, strict=True))
    np.testing.assert_allclose(gamma(TERMS, strike, years, sigma), slope, rtol=1e-8)
    np.testing.assert_allclose(value(TERMS, strike, years, sigma, call=call), worth, rtol=1e-9)
    found = implied_sigma(worth, TERMS, strike, years, call=call, tick=0.05)
    told = np.isfinite(found)
    assert told.mean() > 0.95
    np.testing.assert_allclose(found[told], sigma[told], rtol=1e-6)


@pytest.mark.parametrize(
    ("moneyness", "call", "days", "within"),
    [(1.0, True, 30, 0.005), (1.05, True, 30, 0.005), (0.95, False, 30, 0.01), (1.0, False, 30, 0.02)],
)
def test_out_of_the_money_an_american_option_has_the_gamma_of_a_european_one(
    moneyness: float, call: bool, days: int, within: float
) -> None:
    assert american(moneyness, days, call=call) == pytest.approx(european(moneyness, days), rel=within)


def test_deep_in_the_money_it_has_none_where_it_is_exercised_at_once() -> None:
    """Therefore the volatility is of the right out of the money, and both rights get its gamma: the one exercised at
    once is the smaller part of the open interest."""
    assert european(1.10, 30) > 1e-3
    assert american(1.10, 30, call=False) == pytest.approx(0.0, abs=1e-6)


SPOT, SIGMA = 690.0, 0.16


def european(moneyness: float, days: int) -> float:
    """The gamma of deskview."""
    terms = Terms(SPOT, TERMS.rate, TERMS.dividend)
    (found,) = gamma(terms, np.array([SPOT * moneyness]), np.array([days / 365]), np.array([SIGMA]))
    return float(found)


def american(moneyness: float, days: int, *, call: bool) -> float:
    """The gamma of an American option: the second difference of its value by Andersen, Lake and Offengenden (2016)."""
    step = SPOT / 200
    below, here, above = (worth(SPOT + shift, moneyness, days, call=call) for shift in (-step, 0.0, step))
    return (below - 2 * here + above) / step**2


def worth(spot: float, moneyness: float, days: int, *, call: bool) -> float:
    today = ql.Date(4, 2, 2026)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(spot)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, TERMS.dividend, day_count)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, TERMS.rate, day_count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), SIGMA, day_count)),
    )
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, SPOT * moneyness)
    option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + days))
    option.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
    return float(option.NPV())
