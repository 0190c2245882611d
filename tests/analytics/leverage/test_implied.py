"""Weights implied by the fund that holds an index."""

import json
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.leverage import implied
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.implied import NOISE, RELATIVE_SD, implied_weights, weights_of_holder
from deskview.analytics.panel import Ints


class Case(NamedTuple):
    """A market, and a fund of hidden weights that hold at the last close."""

    returns: Floats
    fund: Floats
    prior: Floats
    hidden: Floats
    kept: bool

    @property
    def close(self) -> Floats:
        return np.vstack([np.ones(len(self.prior)), np.cumprod(1 + self.returns, axis=0)])

    @property
    def fund_close(self) -> Floats:
        return np.append(1.0, np.cumprod(1 + self.fund))


def case(seed: int, *, names: int = 100, sessions: int = 126, noise_bp: float = 2.0, kept: bool = False) -> Case:
    """Lognormal market values (sd 1.2); hidden weights off by a lognormal factor of sd .28 and capped at 14 %.

    Returns: market 1.1 % a day, betas .6 to 1.6, eight sectors of .8 %, own moves of 1.5 to 2.5 % with Student's t(5).
    `kept` is a fund that goes back to its weights every day; else it holds what it has.
    """
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0, 1.2, names))
    prior = size / size.sum()
    hidden = prior * np.exp(rng.normal(0, 0.28, names))
    for _ in range(20):
        hidden = np.minimum(hidden / hidden.sum(), max(0.14, 2 / names))
    hidden /= hidden.sum()
    beta, sector, own = rng.uniform(0.6, 1.6, names), rng.integers(0, 8, names), rng.uniform(0.015, 0.025, names)
    returns = beta * rng.normal(0, 0.011, (sessions, 1)) + rng.normal(0, 0.008, (sessions, 8))[:, sector]
    returns += own * rng.standard_t(5, (sessions, names)) * np.sqrt(3 / 5)
    value = np.vstack([np.ones(names), np.cumprod(1 + returns, axis=0)])
    held = value / value[-1] @ hidden
    fund = returns @ hidden if kept else held[1:] / held[:-1] - 1
    return Case(returns, fund + rng.normal(0, noise_bp * 1e-4, sessions), prior, hidden, kept)


def one_period(market: Case) -> Ints:
    return np.zeros(len(market.fund), dtype=np.int64)


def l1(weights: Floats, market: Case) -> float:
    return float(np.abs(weights - market.hidden).sum())


def worst_of_ten(weights: Floats, market: Case) -> float:
    top = np.argsort(-market.hidden)[:10]
    return float(np.abs(weights[top] / market.hidden[top] - 1).max())


def test_reference_vector(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["9.1_implied_weights"]
    inputs, expected = vector["inputs"], vector["expected"]
    found = implied_weights(
        np.array(inputs["returns"]),
        np.array(inputs["fund_returns"]),
        np.array(inputs["prior"]),
        noise=inputs["noise"],
        relative_sd=inputs["relative_prior_sd"],
        least_sessions=20,
    )
    assert found.weights.tolist() == pytest.approx(expected["weights"], rel=1e-9)
    assert found.r2 == pytest.approx(expected["r2"], rel=1e-9)
    assert found.residual_bp == pytest.approx(expected["residual_bp"], rel=1e-9)


@pytest.mark.parametrize("kept", [False, True])
def test_hidden_weights_of_a_hundred_names_are_found(kept: bool) -> None:
    errors, before, worst = [], [], []
    for seed in range(20):
        market = case(seed, kept=kept)
        if kept:
            weights = implied_weights(market.returns, market.fund, market.prior).weights
        else:
            weights = weights_of_holder(market.close, market.fund_close, market.prior, one_period(market)).weights
        errors.append(l1(weights, market))
        before.append(l1(market.prior, market))
        worst.append(worst_of_ten(weights, market))
    assert 0.15 < np.median(before) < 0.25
    assert np.median(errors) <= 0.085
    assert np.median(np.array(errors) / before) <= 0.4
    assert max(worst) <= 0.15


def test_the_way_a_fund_holds_its_names_is_found_out() -> None:
    """Fixed weights read as holdings left alone, or the other way round, say little more than the prior."""
    for kept in (False, True):
        market = case(3, kept=kept)
        found = weights_of_holder(market.close, market.fund_close, market.prior, one_period(market))
        assert l1(found.weights, market) < 0.085
    market = case(3)
    naive = implied_weights(market.returns, market.fund, market.prior)
    assert l1(naive.weights, market) > 0.15
    assert naive.r2 > 0.99, "R² alone doesn't tell"


def test_holdings_changed_in_between_count_for_less() -> None:
    """A third of the names change weight 40 sessions before the end: what lies before tells little of today's."""
    better = 0
    for seed in range(8):
        market = case(seed, names=30)
        old = market.hidden.copy()
        old[::3] *= 1.6
        value = market.close / market.close[-1]
        then = value @ (old / old.sum())
        fund = market.fund.copy()
        fund[:86] = (then[1:] / then[:-1] - 1)[:86]
        changed = market._replace(fund=fund)
        periods = (np.arange(126) >= 86).astype(np.int64)
        aware = weights_of_holder(changed.close, changed.fund_close, changed.prior, periods)
        blind = weights_of_holder(changed.close, changed.fund_close, changed.prior, one_period(changed))
        better += l1(aware.weights, market) < l1(blind.weights, market)
    assert better >= 7


@pytest.mark.parametrize("names", [30, 100, 500])
def test_a_fund_that_only_resembles_the_index_is_not_fitted_to(names: int) -> None:
    """25 bp a day of its own: what the plain fit takes for weights is noise, and further off than the prior."""
    market = case(5, names=names, noise_bp=25.0)
    found = weights_of_holder(market.close, market.fund_close, market.prior, one_period(market))
    assert found.r2_out < 0.98
    assert found.r2_out < found.r2
    assert l1(found.weights, market) < l1(market.prior, market)
    gains = np.diff(market.close, axis=0) / market.close[-1], np.diff(market.fund_close) / market.fund_close[-1]
    assert l1(implied_weights(*gains, market.prior).weights, market) > l1(found.weights, market)


def test_predictions_of_sessions_left_out_are_those_of_a_fit_without_them() -> None:
    market = case(1, names=12, kept=True)
    found = implied_weights(market.returns, market.fund, market.prior)
    errors = []
    for k in range(len(market.fund)):
        rest = np.delete(np.arange(len(market.fund)), k)
        others = implied_weights(market.returns[rest], market.fund[rest], market.prior)
        errors.append(market.fund[k] - float(market.returns[k] @ others.weights))
    assert found.residual_out_bp == pytest.approx(float(np.sqrt(np.mean(np.square(errors)))) * 1e4, rel=1e-6)


def test_what_the_prior_leaves_and_what_is_the_names_own() -> None:
    """Names of betas on their mean and nothing else move the fund in common only, whatever it holds of them."""
    market = case(1, names=12, kept=True)
    found = implied_weights(market.returns, market.fund, market.prior)
    left = market.fund - market.returns @ market.prior
    assert found.prior_bp == pytest.approx(float(np.sqrt(np.mean(np.square(left)))) * 1e4, rel=1e-12)
    own = market.returns - market.returns.mean(axis=0)
    mean = own.mean(axis=1)
    own = own - np.outer(mean, [np.polyfit(mean, name, 1)[0] for name in own.T])
    expected = np.sqrt(np.mean(np.square(own), axis=0) @ np.square(found.weights)) * 1e4
    assert found.own_bp == pytest.approx(float(expected), rel=1e-9)
    assert found.own_r2 == pytest.approx(1 - (found.residual_out_bp / found.own_bp) ** 2)
    alike = np.outer(market.returns.mean(axis=1), np.linspace(0.5, 1.5, 12))
    assert implied_weights(alike, market.fund, market.prior).own_r2 <= 0.0


def objective(weights: Floats, returns: Floats, fund: Floats, prior: Floats) -> float:
    fit = np.square((fund - returns @ weights) / NOISE).sum()
    return float(fit + np.square((weights - prior) / (RELATIVE_SD * prior)).sum())


def by_enumeration(returns: Floats, fund: Floats, prior: Floats) -> Floats:
    """The best of the solutions on every set of free names, each from the KKT system of its equality constraint."""
    n = len(prior)
    best, least = prior, np.inf
    for free in map(list, chain.from_iterable(combinations(range(n), k) for k in range(1, n + 1))):
        system = np.zeros((len(free) + 1, len(free) + 1))
        part, scale = returns[:, free], RELATIVE_SD * prior[free]
        system[:-1, :-1] = part.T @ part / NOISE**2 + np.diag(1 / scale**2)
        system[:-1, -1] = system[-1, :-1] = 1.0
        right = np.append(part.T @ fund / NOISE**2 + prior[free] / scale**2, 1.0)
        weights = np.zeros(n)
        weights[free] = np.linalg.solve(system, right)[:-1]
        value = objective(weights, returns, fund, prior)
        if (weights >= 0).all() and value < least:
            best, least = weights, value
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(0.0, 3.0))
def test_it_is_the_minimum_also_where_bounds_bind(seed: int, names: int, pull: float) -> None:
    """The fund follows weights that may be below zero, so that some of those found are on their bound."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.full(names, 2.0)) * 0.95 + 0.05 / names
    target = prior * (1 + pull * rng.normal(size=names))
    returns = rng.normal(0, 0.02, (24, names))
    fund = returns @ target + rng.normal(0, 2e-4, 24)
    found = implied_weights(returns, fund, prior, least_sessions=20).weights
    assert found.tolist() == pytest.approx(by_enumeration(returns, fund, prior).tolist(), abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 160), st.floats(0.0, 3.0))
def test_conditions_of_the_minimum(seed: int, names: int, pull: float) -> None:
    """Non-negative, sum 1; the gradient is the same for all names held and not lower for those at zero."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.full(names, 1.0)) * 0.9 + 0.1 / names
    returns = rng.normal(0, 0.01, (60, 1)) + rng.normal(0, 0.02, (60, names))
    fund = returns @ (prior * (1 + pull * rng.normal(size=names)))
    weights = implied_weights(returns, fund, prior).weights
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    gradient = returns.T @ (returns @ weights - fund) / NOISE**2 + (weights - prior) / np.square(RELATIVE_SD * prior)
    scale = np.abs(returns.T @ fund / NOISE**2).max() + np.abs(1 / (RELATIVE_SD**2 * prior)).max()
    level = np.median(gradient[weights > 0])
    assert np.abs(gradient[weights > 0] - level).max() <= 1e-6 * scale
    assert (gradient[weights == 0] >= level - 1e-6 * scale).all()


def test_exchanging_one_name_at_a_time_ends_at_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out where exchanging all wrong names at once makes no progress."""
    rng = np.random.default_rng(8)
    prior = rng.dirichlet(np.full(25, 1.0)) * 0.9 + 0.1 / 25
    returns = rng.normal(0, 0.02, (60, 25))
    fund = returns @ (prior * (1 + 2 * rng.normal(size=25)))
    at_once = implied_weights(returns, fund, prior).weights
    assert (at_once == 0).sum() >= 3
    monkeypatch.setattr(implied, "PATIENCE", -1)
    assert implied_weights(returns, fund, prior).weights.tolist() == pytest.approx(at_once.tolist(), abs=1e-12)
    monkeypatch.setattr(implied, "SOLVES", 2)
    with pytest.raises(ValueError, match="no weights after 2 steps"):
        implied_weights(returns, fund, prior)


def test_bounds_do_bind_for_names_the_fund_does_not_hold() -> None:
    market = case(2, names=20, kept=True)
    without = market.hidden.copy()
    without[:4] = 0.0
    fund = market.returns @ (without / without.sum())
    weights = implied_weights(market.returns, fund, market.prior).weights
    assert weights[:4].sum() < 0.1 * market.prior[:4].sum()
    short = market.returns @ np.where(np.arange(20) < 4, -market.prior, market.prior * 1.5)
    assert (implied_weights(market.returns, short, market.prior).weights[:4] == 0).any()


def test_a_gap_moves_with_the_fund_and_is_counted() -> None:
    market = case(4, names=40, kept=True)
    gappy = market.returns.copy()
    gappy[10:14, 7] = np.nan
    found = implied_weights(gappy, market.fund, market.prior)
    filled = np.where(np.isnan(gappy), market.fund[:, None], gappy)
    assert found.filled == 4
    assert found.weights.tolist() == implied_weights(filled, market.fund, market.prior).weights.tolist()


def test_sessions_without_a_return_of_the_fund_are_left_out() -> None:
    market = case(4, names=40, kept=True)
    fund = market.fund.copy()
    fund[:20] = np.nan
    found = implied_weights(market.returns, fund, market.prior)
    assert found.sessions == 106
    assert found.weights.tolist() == pytest.approx(
        implied_weights(market.returns[20:], fund[20:], market.prior).weights.tolist(), rel=1e-9
    )


def test_a_name_of_its_own_spread_keeps_its_prior() -> None:
    market = case(4, names=40, kept=True)
    spread = np.full(40, 0.35)
    spread[3] = 1e-4
    weights = implied_weights(market.returns, market.fund, market.prior, relative_sd=spread).weights
    assert weights[3] == pytest.approx(market.prior[3], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fund": np.full(126, np.nan)}, "0 sessions with a return, 60 are needed"),
        ({"fund": np.where(np.arange(126) < 59, 0.01, np.nan)}, "59 sessions"),
        ({"fund": np.zeros(126)}, "did not move"),
        ({"prior": np.array([0.5, 0.5, 0.0])}, "not all positive"),
        ({"prior": np.array([0.5, np.nan, 0.5])}, "not all positive"),
    ],
)
def test_what_can_not_be_used_is_refused(change: dict[str, Floats], words: str) -> None:
    fund, prior = np.linspace(-0.01, 0.01, 126), np.full(3, 1 / 3)
    with pytest.raises(ValueError, match=words):
        implied_weights(np.full((126, 3), 0.01), change.get("fund", fund), change.get("prior", prior))
