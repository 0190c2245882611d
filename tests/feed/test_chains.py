"""Option chains of a session: asked for once, kept, and told of where they are wanting."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from deskview.analytics.gamma import WHOLE_INDEX, GammaModel, Kept, OptionBook, Wanted
from deskview.board import Basis, GammaInputs
from deskview.feed.chains import refresh_chains
from deskview.feed.chains_kept import calls_in_words
from deskview.feed.context import Context, Registry
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.market.schema import CHAIN, YIELDS, empty
from deskview.market.sessions import Calendar
from deskview.market.source import Source
from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.settings import Gamma, Settings
from deskview.store import Store
from tests.analytics.gamma.test_gamma import contract

SESSION = date(2026, 1, 7)
NOON = datetime(2026, 1, 7, 17, 0, tzinfo=UTC)
CALENDAR = Calendar()
WANTED = (
    Wanted("SPY", "the fund", "SPY"),
    Wanted("SPX", "S&P 500", "SPY", 10.0),
    Wanted("NVDA", "Nvidia", "NVDA"),
    Wanted("JPM", "JPMorgan", "JPM"),
)
SPOTS = {"SPY": 690.0, "SPX": 6907.0, "NVDA": 180.0, "JPM": 300.0}
Expiries = tuple[date, date]
Strikes = tuple[float, float]


class Chains:
    """A provider of option chains that counts what is asked; `fails` raises for an underlying, `spots` are told."""

    def __init__(self) -> None:
        self.source = Source("massive", namespace="chains")
        self.asked: Counter[str] = Counter()
        self.ranges: list[tuple[str, Expiries, Strikes]] = []
        self.fails: Callable[[str], None] = lambda _: None
        self.spots: dict[str, float | None] = {**SPOTS}
        self.rates: list[tuple[date, float, float]] = [(date(2026, 1, 6), 1.0, 0.037), (date(2026, 1, 6), 3.0, 0.039)]
        self.left_out = 0
        self.quoted = False
        self.empty: set[str] = set()
        self.held: float | None = 1_000.0

    async def chain(self, underlying: str, expiries: Expiries, strikes: Strikes) -> Table:
        """Calls above and puts below the price, of every Friday."""
        self.asked[underlying] += 1
        self.ranges.append((underlying, expiries, strikes))
        self.fails(underlying)
        spot = SPOTS[underlying]
        days = [SESSION + timedelta(days=n) for n in range(400)]
        fridays = [day for day in days if day.weekday() == 4 and expiries[0] <= day <= expiries[1]]
        rows = [
            contract(round(spot * (1 + step), 1), right, day, 0.2, self.held)
            | {"root": underlying, "spot": self.spots[underlying], **self._quotes(spot, step, right)}
            for day in fridays
            for step in (-0.16, -0.05, 0.0, 0.05, 0.16)
            for right in ("call", "put")
            if strikes[0] <= spot * (1 + step) <= strikes[1]
        ]
        frame = empty(CHAIN) if underlying in self.empty else pl.DataFrame(rows, schema=dict(CHAIN))
        return Table(frame, self.left_out, ("the ticker is no contract's (1)",) if self.left_out else ())

    def _quotes(self, spot: float, step: float, right: str) -> dict[str, float]:
        if not self.quoted:
            return {}
        sign = 1 if right == "call" else -1
        worth = 5.0 + max(0.0, -sign * spot * step)
        return {"bid": worth - 0.1, "ask": worth + 0.1}

    async def yields(self) -> Table:
        """Of two tenors."""
        return Table(pl.DataFrame(self.rates, schema=dict(YIELDS), orient="row"))


CLOSES = {"SPY": 690.0, "NVDA": 180.0, "JPM": 300.0}


def context_of(
    folder: Path,
    market: Any,  # noqa: ANN401 - a provider, as far as it is asked
    *,
    at: datetime = NOON,
    wanted: tuple[Wanted, ...] = WANTED,
    closes: Mapping[str, float] = CLOSES,
    **gamma: Any,  # noqa: ANN401
) -> Context:
    """A feed whose history is in."""
    state, session = FeedState(CALENDAR), at.date()
    rows = pl.DataFrame({"ticker": list(closes), "stored_close": list(closes.values()), "cash_usd": 0.0})
    model = GammaModel(session, CALENDAR, wanted, {"SPY": 1.0}, {"SPX": "SPY"}, {"SPY": 0.012})
    basis = SimpleNamespace(session=session, gamma=model, prices=SimpleNamespace(closes=rows))
    state.session.set(session)
    state.complete.set(cast(Basis, basis))
    state.store.set(Store(folder))
    state.now = at
    settings = Settings(gamma=Gamma(**gamma))
    return Context(cast(Provider, market), folder, settings, Registry(settings), state, Scheduler(state))


def kept(context: Context) -> Kept:
    assert context.state.gamma.kept is not None
    return context.state.gamma.kept


def refusing(kind: Kind, *underlyings: str, sentence: str = "Not now.") -> Callable[[str], None]:
    """Raises such an error for these."""

    def fails(underlying: str) -> None:
        if underlying in underlyings:
            raise ProviderError(kind, sentence, capability=Capability.CHAINS)

    return fails


async def test_every_chain_is_asked_for_once_a_session_and_a_restart_asks_for_none(tmp_path: Path) -> None:
    market = Chains()
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    assert set(kept(context).books) == set(SPOTS)
    asked = market.asked.total()
    await refresh_chains(context)
    again = context_of(tmp_path, market, at=NOON + timedelta(hours=2))
    await refresh_chains(again)
    assert market.asked.total() == asked
    for name, book in kept(context).books.items():
        same = kept(again).books[name]
        assert (same.ratio, same.spot, same.coverage) == (book.ratio, book.spot, book.coverage)
        assert same.strikes.calls.tolist() == book.strikes.calls.tolist()


async def test_an_index_moves_with_its_fund_by_the_prices_that_came_with_both(tmp_path: Path) -> None:
    context = context_of(tmp_path, Chains())
    await refresh_chains(context)
    index = kept(context).books["SPX"]
    assert index.ratio == pytest.approx(6907 / 690)
    assert index.terms(700.0).spot == pytest.approx(700 * 6907 / 690)
    assert "SPY × 10.0101, by the index's value" in index.spot_source
    assert index.oi_as_of == date(2026, 1, 6)
    assert kept(context).rate.value == pytest.approx(0.0363319, rel=1e-5)
    assert kept(context).rate.source == "1-month Treasury bill, 2026-01-06"
    assert index.dividend == 0.012
    assert WHOLE_INDEX in kept(context).all_books


async def test_the_near_window_is_sixty_days_and_fifteen_per_cent_an_index_by_ranges(tmp_path: Path) -> None:
    market = Chains()
    await refresh_chains(context_of(tmp_path, market))
    of_index = [(expiries, strikes) for name, expiries, strikes in market.ranges if name == "SPX"]
    assert of_index[0][0][0] == SESSION
    assert of_index[-1][0][1] == SESSION + timedelta(days=60)
    joints = pairwise(of_index)
    assert all(later[0][0] - before[0][1] == timedelta(days=1) for before, later in joints), "each day once"
    assert of_index[0][1] == pytest.approx((6900 * 0.82, 6900 * 1.18))
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    assert kept(context).books["SPX"].coverage == "9 expiries to 6 Mar 2026, strikes ±15%"
    reach = kept(context).books["SPX"].strikes.strike / 6907 - 1
    assert abs(reach).max() < 0.15


async def test_the_whole_chain_on_request_is_another_one_on_disk(tmp_path: Path) -> None:
    market = Chains()
    await refresh_chains(context_of(tmp_path, market))
    whole = context_of(tmp_path, market, chains="whole")
    before = market.asked.total()
    await refresh_chains(whole)
    assert market.asked.total() > before
    assert "every strike" in kept(whole).books["SPX"].coverage
    assert abs(kept(whole).books["SPX"].strikes.strike / 6907 - 1).max() > 0.15
    assert kept(whole).mornings == (), "those of the near window are no measure of it"
    near = context_of(tmp_path, market)
    await refresh_chains(near)
    assert "±15%" in kept(near).books["SPX"].coverage


async def test_switched_off_nothing_is_asked_for(tmp_path: Path) -> None:
    market = Chains()
    context = context_of(tmp_path, market, chains="off")
    await refresh_chains(context)
    assert market.asked.total() == 0
    assert "gamma.chains" in kept(context).reasons["SPX"]


async def test_before_the_morning_count_of_open_interest_nothing_is_asked_for(tmp_path: Path) -> None:
    market = Chains()
    context = context_of(tmp_path, market, at=datetime(2026, 1, 7, 12, 29, tzinfo=UTC))
    await refresh_chains(context)
    assert market.asked.total() == 0
    assert "07:30 ET" in kept(context).reasons["SPX"]
    context.state.now = datetime(2026, 1, 7, 12, 30, tzinfo=UTC)
    await refresh_chains(context)
    assert set(kept(context).books) == set(SPOTS)
    assert not kept(context).reasons


async def test_what_was_waited_for_comes_by_the_settings_with_its_rate_and_earlier_mornings(tmp_path: Path) -> None:
    yesterday = context_of(tmp_path, Chains(), at=NOON - timedelta(days=1))
    await refresh_chains(yesterday)
    context = context_of(tmp_path, Chains(), at=datetime(2026, 1, 7, 12, 29, tzinfo=UTC), convention="customers long")
    await refresh_chains(context)
    context.state.now = NOON
    await refresh_chains(context)
    assert kept(context).convention == "customers long"
    assert kept(context).rate.source.startswith("1-month Treasury bill")
    assert [row.session for row in kept(context).mornings] == [date(2026, 1, 6), SESSION]


async def test_one_chain_that_breaks_off_costs_that_one_and_is_asked_for_again(tmp_path: Path) -> None:
    market = Chains()
    market.fails = refusing(Kind.TRUNCATED, "SPX", "NVDA", sentence="The answer broke off.")
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    assert set(kept(context).books) == {"SPY", "JPM"}
    assert kept(context).reasons == {"SPX": "The answer broke off.", "NVDA": "The answer broke off."}
    market.fails = lambda _: None
    await refresh_chains(context)
    assert set(kept(context).books) == set(SPOTS)
    assert not kept(context).reasons
    assert market.asked["JPM"] == 1


async def test_where_no_chain_comes_it_is_a_failure(tmp_path: Path) -> None:
    market = Chains()
    for kind in (Kind.NOT_ENTITLED, Kind.UNREACHABLE, Kind.MALFORMED):
        market.fails = refusing(kind, *SPOTS)
        context = context_of(tmp_path, market)
        with pytest.raises(ProviderError) as error:
            await refresh_chains(context)
        assert error.value.kind is kind
    assert context.state.gamma.kept is None or not kept(context).books


async def test_a_name_without_options_is_no_failure(tmp_path: Path) -> None:
    market = Chains()
    market.fails = refusing(Kind.NOT_FOUND, "JPM")
    market.empty = {"NVDA"}
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    assert kept(context).reasons == {
        "JPM": "the provider has no options on JPM",
        "NVDA": "the provider has no contracts of NVDA in the window",
    }


async def test_without_the_index_s_value_parity_of_quotes_else_none(tmp_path: Path) -> None:
    market = Chains()
    market.spots["SPX"] = None
    context = context_of(tmp_path / "bare", market)
    await refresh_chains(context)
    assert "no quotes to take it from" in kept(context).reasons["SPX"]
    assert kept(context).all_books[WHOLE_INDEX].title == "S&P 500: SPY alone"
    market.quoted = True
    quoted = context_of(tmp_path / "quoted", market)
    await refresh_chains(quoted)
    index = kept(quoted).books["SPX"]
    assert index.spot == pytest.approx(6907, rel=0.001)
    assert index.spot_source.endswith("by put-call parity")


async def test_the_index_s_price_of_another_hour_is_not_held_against_the_fund_s_of_this_one(tmp_path: Path) -> None:
    market = Chains()
    market.fails = refusing(Kind.TRUNCATED, "SPX")
    await refresh_chains(context_of(tmp_path, market))
    market.fails, market.spots = lambda _: None, {**SPOTS, "SPY": 676.2, "SPX": 6768.86}  # both two per cent lower
    later = context_of(tmp_path, market, at=NOON + timedelta(hours=3))
    await refresh_chains(later)
    assert kept(later).books["SPX"].ratio == pytest.approx(6907 / 690, rel=1e-6)


async def test_rows_that_do_not_fit_are_counted_with_their_reasons(tmp_path: Path) -> None:
    market = Chains()
    market.left_out = 2
    context = context_of(tmp_path, market)
    await refresh_chains(context)
    found: GammaInputs = context.state.gamma
    assert found.left_out == 2 * market.asked.total()
    assert found.reasons == ("the ticker is no contract's (1)",)


@pytest.mark.parametrize("rates", [[], None], ids=["none told", "refused"])
async def test_without_treasury_yields_a_rate_is_assumed_and_named_so(
    rates: Sequence[Any] | None, tmp_path: Path
) -> None:
    class Bare(Chains):
        async def yields(self) -> Table:
            if rates is None:
                raise ProviderError(Kind.NOT_ENTITLED, "The plan has none.")
            return Table(empty(YIELDS))

    context = context_of(tmp_path, Bare())
    await refresh_chains(context)
    assert kept(context).rate.value == 0.04
    assert kept(context).rate.source.startswith("assumed")


async def test_mornings_are_recorded_once_and_chains_of_last_week_are_taken_away(tmp_path: Path) -> None:
    context = context_of(tmp_path, Chains())
    old = tmp_path / "chains-near-SPY" / "2025-12-20.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    await refresh_chains(context)
    assert not old.exists()
    (row,) = kept(context).mornings
    assert row.session == SESSION
    assert row.spot == pytest.approx(6907)
    again = context_of(tmp_path, Chains())
    await refresh_chains(again)
    assert kept(again).mornings == (row,)
    signs = context_of(tmp_path, Chains(), convention="customers long")
    await refresh_chains(signs)
    assert kept(signs).mornings == (row,), "recorded by one convention whatever is shown"


async def test_what_came_for_a_session_that_is_over_is_not_shown(tmp_path: Path) -> None:
    context = context_of(tmp_path, Chains())
    context.state.session.set(SESSION + timedelta(days=1))
    await refresh_chains(context)
    assert context.state.gamma.kept is None


def test_a_book_is_marked_at_any_price_without_a_call() -> None:
    empty_book = OptionBook("SPX", "S&P 500", cast(Any, None), SESSION, proxy="SPY", ratio=10.0)
    assert replace(empty_book, rate=0.03).terms(690.0).spot == 6900


async def test_the_calls_of_a_session_are_told_as_counted_in_the_last_one(tmp_path: Path) -> None:
    market = Chains()
    assert calls_in_words("near", tmp_path).startswith("about 220 calls once a session")
    await refresh_chains(context_of(tmp_path, market))
    assert market.asked.total() == 12, "of the index and its fund five ranges each, of two names one"
    assert calls_in_words("near", tmp_path).startswith("12 calls once a session, none after")
    assert "4 underlyings on 2026-01-07" in calls_in_words("near", tmp_path)
    assert "450" in calls_in_words("whole", tmp_path)
    assert "gamma.chains" in calls_in_words("off", tmp_path)
    (tmp_path / "chains-near-SPY" / "2026-01-07.parquet").write_bytes(b"damaged")
    assert calls_in_words("near", tmp_path).startswith("about 220")
