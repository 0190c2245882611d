"""When the returns of the fund that holds an index say its weights, and when they do not: then it is told."""

import re

import numpy as np
import pytest

from deskview.analytics.leverage import Baskets
from deskview.analytics.leverage.index_weights import EQUAL
from deskview.analytics.panel import Floats
from tests.analytics.leverage.indices import THIRTY, index, one_index, panel_of, weights

SESSIONS = 140


class Held:
    """30 names, the fund ETF that holds them at weights `off` their market values, and the closes of both."""

    def __init__(self, *, own_bp: float = 2.0, off: float = 0.3) -> None:
        rng = np.random.default_rng(1)
        size = np.exp(rng.normal(0, 1, 30))
        hidden = size * np.exp(rng.normal(0, off, 30))
        self.hidden: dict[str, float] = dict(zip(THIRTY, hidden / hidden.sum(), strict=True))
        self.caps: dict[str, float | None] = dict(zip(THIRTY, size * 1e11, strict=True))
        returns = rng.normal(0, 0.012, (SESSIONS - 1, 1)) + rng.normal(0, 0.02, (SESSIONS - 1, 30))
        value = np.vstack([np.ones(30), np.cumprod(1 + returns, axis=0)])
        held = value / value[-1] @ hidden
        fund = held[1:] / held[:-1] - 1 + rng.normal(0, own_bp * 1e-4, SESSIONS - 1)
        self.closes = {ticker: 50 * value[:, k] for k, ticker in enumerate(THIRTY)}
        self.closes["ETF"] = 100 * np.append(1.0, np.cumprod(1 + fund))

    def baskets(self, **changed: Floats | None) -> Baskets:
        closes = {ticker: close for ticker, close in (self.closes | changed).items() if close is not None}
        return one_index(self.caps, panel_of(closes), rule="implied", fund="ETF")

    def error(self, baskets: Baskets) -> float:
        found = weights(baskets)
        return sum(abs(found.get(ticker, 0.0) - weight) for ticker, weight in self.hidden.items())


def test_weights_are_implied_by_the_fund_that_holds_the_index() -> None:
    market = Held()
    found, prior = market.baskets(), one_index(market.caps, panel_of(market.closes))
    row = index(found)
    assert (row.basis, row.fund, row.known, row.reason, row.start) == ("implied", "ETF", 30, None, "market values")
    assert row.r2 is not None and row.r2 > 0.999
    assert row.residual_bp is not None and 1.0 < row.residual_bp < 4.0
    assert sum(weights(found).values()) == pytest.approx(1.0)
    assert market.error(found) < 0.2 * market.error(prior)
    assert "implied by the returns of a fund that holds the index: 1 (X)" in found.remark()


def test_a_fund_that_follows_something_else_leaves_the_prior_and_says_so() -> None:
    market = Held(own_bp=26.0)
    found = market.baskets()
    row = index(found)
    assert row.basis == "prior"
    assert row.r2 is not None and 0.93 < row.r2 < 0.97
    assert row.reason == f"R² {int(row.r2 * 1000) / 1000:.3f} of ETF's returns, below 0.99: market values are kept"
    assert weights(found) == pytest.approx(weights(one_index(market.caps, panel_of(market.closes))))
    assert "approximate" in found.remark()


def test_a_fund_that_holds_market_values_says_no_more_than_these() -> None:
    found = Held(off=0.0).baskets()
    row = index(found)
    assert row.basis == "prior"
    assert row.r2 is not None and row.r2 > 0.999
    assert row.reason == "ETF's returns tell no more than market values do (R² 0.999)"


@pytest.mark.parametrize(
    ("etf", "reason"),
    [
        (None, "ETF: it has no history: market values are kept"),
        (np.full(40, 100.0), "ETF: 39 sessions with a return, 60 are needed: market values are kept"),
        (np.full(SESSIONS, 100.0), "ETF: it did not move: market values are kept"),
        (
            np.append(np.linspace(90, 100, SESSIONS - 1), np.nan),
            "ETF: 0 sessions with a return, 60 are needed: market values are kept",
        ),
    ],
)
def test_without_returns_of_the_fund_the_prior_stays_and_says_why(etf: Floats | None, reason: str) -> None:
    market = Held()
    found = market.baskets(ETF=etf)
    row = index(found)
    assert (row.basis, row.fund, row.r2, row.residual_bp, row.reason) == ("prior", "ETF", None, None, reason)
    assert weights(found) == pytest.approx(weights(one_index(market.caps, panel_of(market.closes))))


def test_a_refused_r2_is_not_rounded_up_to_the_bar() -> None:
    rows = [index(Held(own_bp=own_bp).baskets()) for own_bp in np.linspace(9.0, 13.0, 9)]
    assert {row.basis for row in rows} == {"implied", "prior"}
    shown = [str(row.reason).split()[1] for row in rows if row.basis == "prior"]
    assert all(r2 <= "0.989" for r2 in shown)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (None, "weights are not implied here"),
        ("XBI weighs its names nearly equally", "XBI weighs its names nearly equally"),
    ],
)
def test_why_the_weights_are_not_implied_is_told_in_the_words_of_the_registry(note: str | None, reason: str) -> None:
    market = Held()
    by_value = one_index(market.caps, panel_of(market.closes), note=note)
    equal = one_index(market.caps, panel_of(market.closes), capping={"X": EQUAL}, note=note)
    for found, start in ((by_value, "market values"), (equal, "equal weights")):
        row = index(found)
        assert (row.basis, row.start, row.reason) == ("prior", start, f"{start}: {reason}")
    assert weights(equal) == pytest.approx(dict.fromkeys(THIRTY, 1 / 30))


def test_the_weight_of_a_large_name_without_a_market_value_is_implied_by_returns() -> None:
    """Its dollar volume says a third of its value; without it the fund's whole return would go to its peers."""
    market = Held()
    large = max(market.hidden, key=market.hidden.__getitem__)
    known = weights(market.baskets())
    dollars = {ticker: (cap or 0.0) / (300 if ticker == large else 100) for ticker, cap in market.caps.items()}
    caps = market.caps | {large: None}
    panel = panel_of(market.closes, dollars)
    found, prior = (one_index(caps, panel, rule=rule, fund="ETF") for rule in ("implied", "cap"))
    assert weights(prior)[large] < 0.5 * known[large]
    assert weights(found)[large] == pytest.approx(known[large], rel=0.25)
    row = index(found)
    assert (row.basis, row.known) == ("implied", 29)
    assert row.reason == f"{large}: no market value, taken from its dollar volume"


def test_a_young_name_keeps_its_market_value_weight() -> None:
    market = Held()
    young = {"N03": market.closes["N03"][-50:]}
    found = market.baskets(**young)
    row = index(found)
    assert row.basis == "implied"
    assert row.reason == "too short a history, market values are kept: 1 (N03)"
    prior = weights(one_index(market.caps, panel_of(market.closes)))
    assert weights(found)["N03"] == pytest.approx(prior["N03"], rel=1e-3)
    assert sum(weights(found).values()) == pytest.approx(1.0)


def test_a_name_the_fund_does_not_hold_gets_next_to_nothing() -> None:
    market = Held()
    rng = np.random.default_rng(9)
    other: Floats = 50 * np.cumprod(1 + rng.normal(0, 0.025, SESSIONS), dtype=np.float64)
    market.caps["ZZ"] = market.caps["N00"]
    prior = one_index(market.caps, panel_of(market.closes | {"ZZ": other}))
    found = market.baskets(ZZ=other)
    assert index(found).basis == "implied"
    assert weights(found).get("ZZ", 0.0) < 0.2 * weights(prior)["ZZ"]


SIXTY = [f"N{k:02}" for k in range(60)]


def alike(seed: int, correlation: float, held: str) -> tuple[Baskets, float]:
    """60 names of one pairwise correlation, and a fund that `held` another index; with its weights' L1 to the prior's.

    `held`: other weights of the same names, of a random half of them, of quite other names, or near market values.
    """
    rng = np.random.default_rng(seed)
    names = 120 if held == "others" else 60
    size = np.exp(rng.normal(0, 1.2, 60))
    hidden = np.exp(rng.normal(0, 1.2, names))
    if held == "half":
        hidden *= rng.random(60) < 0.5
    elif held == "others":
        hidden[:60] = 0.0
    elif held == "near":
        hidden = size * np.exp(rng.normal(0, 0.3, 60))
    hidden /= hidden.sum()
    common, own = rng.normal(size=(126, 1)), rng.standard_t(5, (126, names)) * np.sqrt(3 / 5)
    returns = 0.02 * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    value = np.vstack([np.ones(names), np.cumprod(1 + returns, axis=0)])
    held_value = value / value[-1] @ hidden
    fund = held_value[1:] / held_value[:-1] - 1 + rng.normal(0, 2e-4, 126)
    closes = dict(zip(SIXTY, 50 * value[:, :60].T, strict=True)) | {"ETF": 100 * np.append(1.0, np.cumprod(1 + fund))}
    caps: dict[str, float | None] = dict(zip(SIXTY, size * 1e11, strict=True))
    found = one_index(caps, panel_of(closes), rule="implied", fund="ETF")
    return found, float(np.abs(size / size.sum() - hidden[:60]).sum() + hidden[60:].sum())


@pytest.mark.parametrize("correlation", [0.85, 0.96])
@pytest.mark.parametrize("held", ["same", "half", "others"])
def test_where_names_move_alike_the_fund_of_another_index_does_not_stand_for_this_one(
    correlation: float, held: str
) -> None:
    found = [alike(seed, correlation, held) for seed in range(12)]
    assert min(distance for _, distance in found) > 0.6
    rows = [index(baskets) for baskets, _ in found]
    assert {row.basis for row in rows} == {"prior"}
    if correlation == 0.96:
        assert min(row.r2 or 0.0 for row in rows) > 0.99, "R² alone doesn't tell"
        told = re.compile(
            r"ETF's returns (hardly tell its names apart \(R² 0\.99\d\): market values are kept"
            r"|tell no more than market values do \(R² 0\.99\d\))"
        )
        assert all(told.fullmatch(row.reason or "") for row in rows)


@pytest.mark.parametrize("correlation", [0.2, 0.5, 0.85])
def test_the_fund_of_this_index_stands_for_it_also_where_market_values_are_near(correlation: float) -> None:
    assert {index(alike(seed, correlation, "near")[0]).basis for seed in range(12)} == {"implied"}
