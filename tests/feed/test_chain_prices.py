"""What chains make of prices of different moments, names far from their close, and contracts of which none counts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.gamma import WHOLE_INDEX
from deskview.feed.chains import refresh_chains
from deskview.providers.errors import Kind, ProviderError
from tests.feed.test_chains import CLOSES, NOON, SPOTS, Chains, context_of, kept, refusing


async def test_an_index_s_old_chain_is_not_held_against_the_fund_s_price_of_now(tmp_path: Path) -> None:
    market = Chains()
    market.fails = refusing(Kind.TRUNCATED, "SPY")
    await refresh_chains(context_of(tmp_path, market))
    market.fails, market.spots = lambda _: None, {**SPOTS, "SPY": 676.2, "SPX": 6768.86}  # both two per cent lower
    later = context_of(tmp_path, market, at=NOON + timedelta(hours=3))
    await refresh_chains(later)
    assert kept(later).books["SPX"].fetched == NOON
    assert kept(later).books["SPX"].ratio == pytest.approx(6907 / 690, rel=1e-6)


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 1, 7, 12, 40, tzinfo=UTC), datetime(2026, 1, 7, 22, 0, tzinfo=UTC)],
    ids=["before the open", "after the close"],
)
async def test_outside_regular_hours_an_index_is_held_against_its_fund_at_the_close(
    at: datetime, tmp_path: Path
) -> None:
    """The index stands at its close while the fund trades three per cent lower."""
    market = Chains()
    market.spots["SPY"] = 669.3
    context = context_of(tmp_path, market, at=at)
    rows = pl.DataFrame({"ticker": ["SPY", "QQQ"], "day_close": [690.0, 600.0]})
    context.state.snapshot = rows if at > NOON else None
    await refresh_chains(context)
    index = kept(context).books["SPX"]
    assert index.ratio == pytest.approx(6907 / 690)
    assert index.spot_source.endswith("by both at the close")


async def test_a_name_far_from_its_close_has_strikes_on_both_sides(tmp_path: Path) -> None:
    market = Chains()
    context = context_of(tmp_path, market, closes={**CLOSES, "NVDA": 157.0})
    await refresh_chains(context)
    strikes = kept(context).books["NVDA"].strikes.strike
    assert (strikes.min(), strikes.max()) == (171.0, 189.0), "15 % of 180 each way, as its coverage says"
    assert market.asked["NVDA"] == 2
    assert market.asked["JPM"] == 1


async def test_a_chain_of_which_nothing_counts_is_told_with_why_and_is_no_half_of_the_index(tmp_path: Path) -> None:
    market = Chains()
    market.held = None
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    assert not kept(context).books
    assert kept(context).reasons["SPY"] == "none of 54 contracts of SPY counts: 54 open interest not told"
    assert not kept(context).mornings
    market.held = 0.0
    nobody = context_of(tmp_path / "nobody", market)
    await refresh_chains(nobody)
    assert kept(nobody).reasons["JPM"] == "none of 54 contracts of JPM counts: nobody holds any"


async def test_chains_of_after_the_close_make_no_morning(tmp_path: Path) -> None:
    context = context_of(tmp_path, Chains(), at=datetime(2026, 1, 7, 21, 0, tzinfo=UTC))
    await refresh_chains(context)
    assert {"SPX", "SPY"} <= set(kept(context).books)
    assert not kept(context).mornings
    again = context_of(tmp_path, Chains(), at=datetime(2026, 1, 8, 15, 0, tzinfo=UTC))
    await refresh_chains(again)
    assert [row.session for row in kept(again).mornings] == [date(2026, 1, 8)]


async def test_an_index_that_is_refused_says_so_beside_its_fund_alone(tmp_path: Path) -> None:
    market = Chains()
    market.fails = refusing(Kind.NOT_ENTITLED, "SPX", sentence="The plan has no options on indices.")
    context = context_of(tmp_path, market)
    with pytest.raises(ProviderError):
        await refresh_chains(context)
    assert kept(context).reasons["SPX"] == "The plan has no options on indices."
    assert kept(context).all_books[WHOLE_INDEX].title == "S&P 500: SPY alone"


async def test_without_a_close_a_name_is_not_said_to_have_no_contracts(tmp_path: Path) -> None:
    closes = {name: close for name, close in CLOSES.items() if name != "JPM"}
    context = context_of(tmp_path, Chains(), closes=closes)
    await refresh_chains(context)
    assert kept(context).reasons["JPM"].startswith("JPM has no close before the session")
