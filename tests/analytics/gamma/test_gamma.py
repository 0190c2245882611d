"""Gamma of a chain: worked examples, properties of any chain, and what is told where a chain is wanting."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.gamma import (
    CUSTOMERS_LONG,
    MOVES,
    NAIVE,
    UNSIGNED,
    Curve,
    OptionBook,
    Terms,
    UnderlyingGamma,
    combined,
    dealers_flow,
    funds_flow,
    next_monthly,
    position_of,
    read_underlying,
    settlement,
    shock,
    spot_by_parity,
    strikes_of,
)
from deskview.analytics.gamma.black_scholes import gamma
from deskview.market.schema import CHAIN
from deskview.market.sessions import Calendar

CALENDAR = Calendar()
OPENS = datetime(2026, 1, 7, 14, 30, tzinfo=UTC)
"""6.5 hours before the close of that Wednesday."""
TERMS = Terms(6900.0, 0.04, 0.013)
Row = dict[str, Any]


def contract(strike: float, right: str, expiry: date, iv: float | None, oi: float | None, **own: Any) -> Row:  # noqa: ANN401
    """A contract of SPXW, settled at the close."""
    row: Row = dict.fromkeys(CHAIN) | {
        "ticker": f"O:SPXW{expiry:%y%m%d}{right[0].upper()}{round(strike * 1000):08}",
        "root": "SPXW",
        "expiry": expiry,
        "strike": strike,
        "right": right,
        "style": "european",
        "multiplier": 100.0,
        "iv": iv,
        "oi": oi,
    }
    return row | own


def chain(*rows: Row) -> pl.DataFrame:
    """These contracts."""
    return pl.DataFrame(list(rows), schema=CHAIN)


TODAY, IN_16_DAYS, IN_44_DAYS = date(2026, 1, 7), date(2026, 1, 23), date(2026, 2, 20)
WORKED = (
    contract(6900, "call", TODAY, 0.12, 12_000),
    contract(6900, "put", TODAY, 0.12, 15_000),
    contract(7000, "call", IN_16_DAYS, 0.13, 80_000),
    contract(6800, "put", IN_16_DAYS, 0.17, 90_000),
    contract(6500, "put", IN_44_DAYS, 0.22, 120_000),
    contract(7200, "call", IN_44_DAYS, 0.12, 60_000),
)
"""Six contracts 390, 23,430 and 63,690 minutes before they settle."""


def book_of(rows: pl.DataFrame, terms: Terms = TERMS, now: datetime = OPENS, underlying: str = "SPX") -> OptionBook:
    """A chain as it is kept."""
    return OptionBook(
        underlying=underlying,
        title=underlying,
        strikes=strikes_of(rows, terms, now, CALENDAR),
        oi_as_of=date(2026, 1, 6),
        proxy=underlying,
        rate=terms.rate,
        dividend=terms.dividend,
    )


def reading(rows: pl.DataFrame, now: datetime = OPENS, convention: str = NAIVE) -> UnderlyingGamma:
    """The reading of a chain."""
    return read_underlying(book_of(rows, now=now), TERMS.spot, now, CALENDAR, convention=convention)


def profile_of(book: OptionBook, price: float) -> dict[float, float]:
    """The whole profile, by move."""
    curve = position_of(book.strikes, book.terms(price), OPENS).curve()
    return dict(zip(MOVES.tolist(), curve.net.tolist(), strict=True))


def of(value: float | None) -> float:
    assert value is not None
    return value


def array(*values: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(values, dtype=np.float64)


def test_gamma_of_one_option() -> None:
    (one,) = gamma(Terms(100.0), array(100), array(0.25), array(0.2))
    assert one == pytest.approx(0.039844391409476404, rel=1e-12)
    (other,) = gamma(Terms(4500.0, 0.05, 0.015), array(4600), array(0.0821917808219178), array(0.16))
    assert other == pytest.approx(0.0017865045217546685, rel=1e-12)


def test_the_worked_example() -> None:
    """The minutes of the example are those of 16:00 less 390, 23,040 and 63,360: its later rows settle at 09:30."""
    later = {"root": "SPX"}
    rows = chain(*WORKED[:2], *(row | later for row in WORKED[2:]))
    found = reading(rows)
    assert of(found.net_usd_per_1pct) == pytest.approx(-1935619607.8708124, rel=1e-9)
    assert of(found.calls_usd) == pytest.approx(19926540235.530178, rel=1e-9)
    assert of(found.puts_usd) == pytest.approx(-21862159843.40099, rel=1e-9)
    assert of(found.mass_usd_per_1pct) == pytest.approx(41788700078.93117, rel=1e-9)
    assert found.flips == pytest.approx([6922.609635699934, 8104.880766813216], rel=1e-9)
    assert found.flip == found.flips[0]
    assert of(found.without_today_usd) == pytest.approx(590635841.505712, rel=1e-9)
    by_move = profile_of(book_of(rows), TERMS.spot)
    assert {point.move: point.usd for point in found.profile} == pytest.approx(
        {move: usd for move, usd in by_move.items() if abs(move) <= 0.15}
    )
    for move, usd in {
        -0.05: -7268026398.7517,
        -0.02: -5083060028.229162,
        -0.01: -2460167927.9851665,
        0.0: -1935619607.8708124,
        0.01: 3257422807.3600793,
        0.02: 5059593201.606525,
    }.items():
        assert by_move[move] == pytest.approx(usd, rel=1e-9)
    assert of(reading(rows, convention=CUSTOMERS_LONG).net_usd_per_1pct) == pytest.approx(-41788700078.93117, rel=1e-9)
    assert found.verdict == "balanced", "the net is 4.6 % of its mass"


def test_dealers_and_funds_through_one_shock() -> None:
    """+8bn per 1 % and an index that falls by .5 %: 4bn bought, while funds sell for the 2 % of technology."""
    flat = Curve(6900.0, np.full(len(MOVES), 8e9))
    assert dealers_flow(flat, -0.005) == pytest.approx(4e9, rel=1e-5)
    funds = {"technology": 0.75 * 6.209e9, "index": 0.25 * 6.209e9}
    assert funds_flow(funds, {"technology": -0.02, "index": -0.005}) == pytest.approx(-10089625000.0, rel=1e-12)
    both = shock(-0.005, dealers_flow(flat, -0.005), -15.2e9)
    assert of(both.net_usd) == pytest.approx(-11.2e9, rel=1e-4)
    assert both.effect == "amplify"
    assert shock(0.005, 4e9, -10e9).effect == "dampen"
    assert shock(0.005, 0.0, 0.0).effect == "none"
    assert (shock(0.005, None, 1.0).net_usd, shock(0.005, None, 1.0).effect) == (None, None)
    with pytest.raises(KeyError):
        funds_flow(funds, {"index": -0.005})
    with pytest.raises(ValueError, match="reaches"):
        dealers_flow(flat, -0.25)


def test_a_contract_settles_at_the_open_or_the_close_of_its_day() -> None:
    third_friday, half_day = date(2026, 2, 20), date(2026, 11, 27)
    assert settlement(third_friday, "SPX", CALENDAR) == datetime(2026, 2, 20, 14, 30, tzinfo=UTC)
    assert settlement(third_friday, "SPXW", CALENDAR) == datetime(2026, 2, 20, 21, 0, tzinfo=UTC)
    assert settlement(half_day, "SPXW", CALENDAR) == datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


def test_the_next_monthly_is_the_third_friday_or_the_session_before() -> None:
    assert next_monthly(date(2026, 2, 4), CALENDAR) == date(2026, 2, 20)
    assert next_monthly(date(2026, 2, 20), CALENDAR) == date(2026, 2, 20)
    assert next_monthly(date(2026, 2, 21), CALENDAR) == date(2026, 3, 20)
    assert next_monthly(date(2026, 6, 1), CALENDAR) == date(2026, 6, 18), "Juneteenth is a Friday"
    assert next_monthly(date(2026, 12, 19), CALENDAR) == date(2027, 1, 15)


RIGHTS = st.sampled_from(["call", "put"])
CONTRACTS = st.builds(
    contract,
    strike=st.floats(5500, 8300).map(lambda strike: round(strike / 25) * 25.0),
    right=RIGHTS,
    expiry=st.integers(0, 60).map(lambda days: TODAY + timedelta(days=days)),
    iv=st.floats(0.05, 1.5),
    oi=st.integers(0, 200_000).map(float),
)
CHAINS = st.lists(
    CONTRACTS, min_size=1, max_size=40, unique_by=lambda row: (row["expiry"], row["strike"], row["right"])
)


@settings(max_examples=60, deadline=None)
@given(CHAINS)
def test_of_any_chain(rows: list[Row]) -> None:
    plain, mass = reading(chain(*rows)), reading(chain(*rows), convention=UNSIGNED)
    net = plain.net_usd_per_1pct
    if net is None:
        assert set(plain.missing) >= {"net_usd_per_1pct", "mass_usd_per_1pct", "flip", "walls.call"}
        return
    assert abs(net) <= of(mass.net_usd_per_1pct) * (1 + 1e-12)
    assert of(mass.net_usd_per_1pct) == pytest.approx(of(plain.mass_usd_per_1pct), rel=1e-12)
    swapped = [row | {"right": {"call": "put", "put": "call"}[row["right"]], "iv": 0.2} for row in rows]
    same = [row | {"iv": 0.2} for row in rows]
    tolerance = 1e-9 * of(plain.mass_usd_per_1pct)
    turned_over = of(reading(chain(*swapped)).net_usd_per_1pct)
    assert turned_over == pytest.approx(-of(reading(chain(*same)).net_usd_per_1pct), abs=tolerance)
    doubled = reading(chain(*(row | {"oi": row["oi"] * 2} for row in rows)))
    assert of(doubled.net_usd_per_1pct) == pytest.approx(2 * net, rel=1e-9, abs=tolerance)
    turned = reading(chain(*reversed(rows)))
    assert of(turned.net_usd_per_1pct) == pytest.approx(net, rel=1e-9, abs=tolerance)
    assert turned.flips == pytest.approx(plain.flips)
    at_spot = next(point.usd for point in plain.profile if point.move == 0)
    assert at_spot == pytest.approx(net, rel=1e-9, abs=tolerance)
    assert sum(row.net_usd for row in plain.by_expiry) == pytest.approx(net, abs=tolerance)
    assert sum(row.net_usd for row in plain.by_strike) == pytest.approx(net, abs=tolerance)
    assert sum(row.share for row in plain.by_expiry) == pytest.approx(1)
    numbers = [net, plain.calls_usd, plain.mass_usd_per_1pct, *(point.usd for point in plain.profile)]
    assert all(np.isfinite(of(number)) for number in numbers)


def test_a_second_before_the_close_gamma_is_that_of_half_an_hour() -> None:
    closes = datetime(2026, 1, 7, 21, 0, tzinfo=UTC)
    rows = chain(contract(6900, "call", TODAY, 0.12, 10_000))
    last, before = (reading(rows, now=closes - timedelta(seconds=s)) for s in (1, 1800))
    assert last.net_usd_per_1pct == before.net_usd_per_1pct
    assert reading(rows, now=closes).net_usd_per_1pct is None, "then it is settled"
    assert reading(rows, now=closes).left_out == {"settled": 1}


def test_what_is_not_used_is_counted_by_its_reason() -> None:
    good = contract(7000, "call", IN_16_DAYS, 0.13, 10_000)
    found = reading(
        chain(
            good,
            contract(7100, "call", IN_16_DAYS, 0.13, 10_000, root="SPXW1"),
            contract(7100, "other", IN_16_DAYS, 0.13, 10_000),
            contract(7100, "call", date(2026, 1, 6), 0.13, 10_000),
            contract(7100, "call", IN_16_DAYS, 0.13, None),
            contract(7100, "call", IN_16_DAYS, 0.13, -5),
            contract(7100, "call", IN_16_DAYS, 0.13, 10_000, multiplier=None),
            contract(7200, "call", IN_16_DAYS, None, 7),
            contract(7300, "call", IN_16_DAYS, 5.0, 8),
            contract(7400, "call", IN_16_DAYS, 0.13, 0),
            good,
        )
    )
    assert found.left_out == {
        "adjusted contract": 1,
        "no right or strike": 1,
        "settled": 1,
        "open interest not told": 1,
        "open interest below zero": 1,
        "no shares a contract": 1,
        "told twice": 1,
        "no volatility": 2,
    }
    assert (found.contracts, found.used) == (3, 1)
    assert of(found.net_usd_per_1pct) == pytest.approx(of(reading(chain(good)).net_usd_per_1pct))


def test_the_volatility_is_of_the_right_out_of_the_money_then_of_mid_then_of_the_close() -> None:
    put, call = contract(6800, "put", IN_16_DAYS, 0.17, 10), contract(6800, "call", IN_16_DAYS, 0.45, 10)
    assert strikes_of(chain(call, put), TERMS, OPENS, CALENDAR).iv.tolist() == [0.17]
    bare = put | {"iv": None}
    assert strikes_of(chain(call, bare), TERMS, OPENS, CALENDAR).iv.tolist() == [0.45], "the other right has one"
    mid = bare | {"bid": 44.8, "ask": 45.2, "close": 80.0}
    (from_mid,) = strikes_of(chain(mid), TERMS, OPENS, CALENDAR).iv.tolist()
    (from_close,) = strikes_of(chain(bare | {"close": 45.0, "bid": 0.0, "ask": 90.0}), TERMS, OPENS, CALENDAR).iv
    assert from_mid == pytest.approx(from_close)
    assert 0.1 < from_mid < 0.3
    worthless = bare | {"close": 0.05}
    assert strikes_of(chain(worthless), TERMS, OPENS, CALENDAR).left_out == {"no volatility": 1}


def test_today_s_expiry_without_greeks_takes_the_next_one_s_smile_and_is_marked() -> None:
    tomorrow = date(2026, 1, 8)
    smile = [contract(strike, "call", tomorrow, iv, 10) for strike, iv in ((6800, 0.2), (7000, 0.1))]
    bare = [contract(strike, "call", TODAY, None, 10) for strike in (6900, 7100)]
    found = strikes_of(chain(*smile, *bare), TERMS, OPENS, CALENDAR)
    assert dict(zip(found.strike.tolist(), found.iv.tolist(), strict=True))[6900] == pytest.approx(0.15)
    assert found.left_out == {"no volatility": 1}, "beyond the smile nothing is made up"
    assert reading(chain(*smile, *bare)).approximate == 1


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan")])
def test_without_a_price_there_is_no_gamma(spot: float) -> None:
    with pytest.raises(ValueError, match="no price"):
        strikes_of(chain(*WORKED), Terms(spot), OPENS, CALENDAR)


def test_of_one_strike_or_calls_alone_there_is_no_flip_and_no_wall_of_puts() -> None:
    found = reading(chain(WORKED[2]))
    assert found.flip is None
    assert found.missing["flip"] == "no change of sign within 20%"
    assert found.walls.put is None
    assert "no put" in found.missing["walls.put"]
    assert found.walls.call == 7000
    assert found.verdict == "dampen"
    assert reading(chain(WORKED[3])).verdict == "amplify"


def test_walls_are_of_the_window_and_the_month_that_ends_is_told_apart() -> None:
    far = contract(5500, "put", IN_44_DAYS, 0.3, 10_000_000)
    found = reading(chain(*WORKED, far))
    assert found.walls.put in (6900, 6800, 6500)
    third_friday = contract(6950, "call", date(2026, 1, 16), 0.13, 50_000)
    assert of(reading(chain(*WORKED, third_friday)).without_month_usd) == pytest.approx(
        of(reading(chain(*WORKED)).net_usd_per_1pct)
    )


def test_dollars_of_an_index_and_of_its_fund_add_in_points_of_the_index() -> None:
    scale = 10.03
    fund_rows = [
        contract(strike, right, IN_16_DAYS, 0.15, 40_000) for strike in (680, 690, 700) for right in ("call", "put")
    ]
    price = TERMS.spot / scale
    fund = book_of(chain(*fund_rows), Terms(price, TERMS.rate, TERMS.dividend), underlying="SPY")
    index = replace(book_of(chain(*WORKED)), proxy="SPY", ratio=scale)
    alone, of_fund = (read_underlying(book, price, OPENS, CALENDAR) for book in (index, fund))
    both = read_underlying(combined(index, fund), price, OPENS, CALENDAR)
    assert both.spot == pytest.approx(TERMS.spot)
    assert of(both.net_usd_per_1pct) == pytest.approx(of(alone.net_usd_per_1pct) + of(of_fund.net_usd_per_1pct))
    assert of(both.mass_usd_per_1pct) == pytest.approx(of(alone.mass_usd_per_1pct) + of(of_fund.mass_usd_per_1pct))
    assert {row.strike for row in both.by_strike} <= {row["strike"] for row in WORKED}, "told under the index's strikes"
    assert both.contracts == alone.contracts + of_fund.contracts


def test_without_a_price_now_every_figure_says_so() -> None:
    found = read_underlying(book_of(chain(*WORKED)), None, OPENS, CALENDAR)
    assert found.net_usd_per_1pct is None
    assert set(found.missing.values()) == {"SPX has no price"}
    assert {"net_usd_per_1pct", "flip", "walls.put", "spot"} <= set(found.missing)


def test_the_price_of_an_index_by_parity_of_quotes() -> None:
    spot, rate, days = 6912.0, 0.04, 2
    expiry, discount = OPENS.date() + timedelta(days=days), np.exp(-0.04 * 2 / 365)
    rows = []
    for strike in range(6500, 7300, 25):
        call, put = (20.0 + max(0.0, sign * (spot - strike * discount)) for sign in (1, -1))
        rows += [
            contract(strike, right, expiry, None, 10, bid=worth - 0.5, ask=worth + 0.5)
            for right, worth in (("call", call), ("put", put))
        ]
    assert spot_by_parity(chain(*rows), rate, OPENS) == pytest.approx(spot, rel=1e-6)
    crossed = [row | {"bid": row["ask"] + 1} for row in rows]
    assert spot_by_parity(chain(*crossed), rate, OPENS) is None, "crossed quotes are none"
    assert spot_by_parity(chain(*(row | {"bid": None} for row in rows)), rate, OPENS) is None
    half = [row | {"root": "SPXW1", "strike": row["strike"] * 0.9} for row in rows for _ in range(2)]
    assert spot_by_parity(chain(*rows, *half), rate, OPENS) == pytest.approx(spot, rel=1e-6), "adjusted ones are none"


def test_gamma_that_runs_out_far_from_the_strikes_is_no_change_of_sign() -> None:
    late = CALENDAR.closes(TODAY) - timedelta(minutes=20)
    found = reading(chain(contract(6900, "call", TODAY, 0.1, 10_000)), now=late)
    assert of(found.net_usd_per_1pct) > 0
    assert found.flips == []
    assert found.missing["flip"] == "no change of sign within 20%"
    both = reading(
        chain(contract(6800, "put", TODAY, 0.1, 10_000), contract(7000, "call", TODAY, 0.1, 10_000)), now=late
    )
    assert both.flips == [pytest.approx(6900, rel=1e-3)]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("multiplier", float("nan"), "no shares a contract"),
        ("multiplier", float("inf"), "no shares a contract"),
        ("strike", float("nan"), "no right or strike"),
        ("oi", float("inf"), "open interest not told"),
        ("oi", float("nan"), "open interest not told"),
        ("expiry", None, "no last day"),
    ],
)
def test_what_is_no_number_costs_its_contract_alone(field: str, value: float | None, why: str) -> None:
    good, wrong = contract(6900, "call", IN_16_DAYS, 0.13, 100), contract(7000, "call", IN_16_DAYS, 0.13, 100)
    found = reading(chain(good, wrong | {field: value}))
    assert found.left_out == {why: 1}
    assert found.net_usd_per_1pct == reading(chain(good)).net_usd_per_1pct
