"""The doctor's lines on the plan: each capability, what was refused with another, and what each pane misses."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

import polars as pl

from deskview.cli.context import Context
from deskview.cli.doctor.check import Check, Level
from deskview.cli.doctor.plan import checks
from deskview.market.schema import BARS, CHAIN, DETAILS, TRADES, empty
from deskview.market.sessions import Closure
from deskview.providers.base import Table, Window
from deskview.providers.capabilities import Capabilities, Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive import MASSIVE
from deskview.providers.vendor import Vendor
from deskview.settings import Settings
from tests.feed.tiny import TinyMarket

NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)
LIT = Vendor(
    "lit",
    "Lit",
    "http://127.0.0.1:9",
    "any plan",
    {each: plan for each, plan in MASSIVE.plans.items() if each is not Capability.OFF_EXCHANGE},
    MASSIVE.open,
)
"""Sells trades, and no prints off exchange."""
PRINT = dict.fromkeys(TRADES) | {"ticker": "SPY", "price_e4": 1, "size": 1.0, "conditions": [], "off_exchange": False}


class Market(TinyMarket):
    """Answers its trades with a failure where there is one, else with a print that lacks what is `lacks`."""

    def __init__(
        self, vendor: Vendor = MASSIVE, *, failing: ProviderError | None = None, lacks: Sequence[Capability] = ()
    ) -> None:
        super().__init__(NOON)
        self.capabilities = Capabilities(unsold=vendor.unsold())
        self.failing, self.lacks = failing, frozenset(lacks)

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        if self.failing is not None:
            if self.failing.kind is Kind.NOT_ENTITLED:
                for each in (Capability.TRADES, Capability.TRF_ID, Capability.PARTICIPANT_TIME):
                    self.capabilities.deny(MASSIVE.denial(each))
            raise self.failing
        return Window(ticker, since, [])

    def prints_of(self, windows: Sequence[Window]) -> Table:
        return Table(pl.DataFrame([PRINT], schema=dict(TRADES)), lacks=self.lacks)


async def told(provider: TinyMarket, vendor: Vendor = MASSIVE) -> dict[str, Check]:
    """The lines by their names."""
    context = cast(Context, SimpleNamespace(settings=Settings()))
    found = [check async for check in checks(provider, vendor, context, NOON)]
    assert len({check.name for check in found}) == len(found)
    return {check.name: check for check in found}


def failing(kind: Kind) -> ProviderError:
    return ProviderError(kind, "It went wrong.", capability=Capability.TRADES)


async def test_a_pane_names_what_it_misses_and_what_that_costs() -> None:
    lines = await told(Market(lacks=[Capability.OFF_EXCHANGE, Capability.TRF_ID]))
    assert lines["off-exchange prints"].level is Level.WARNING
    assert "came without prints reported off exchange" in lines["off-exchange prints"].found
    assert lines["TRF id"].level is Level.OK, "no pane misses it"
    assert "off-exchange prints" in lines["pane Flow"].found
    assert "off-exchange" not in lines["pane Breadth"].found


async def test_what_is_refused_with_trades_is_told_with_them_alone() -> None:
    lines = await told(Market(failing=failing(Kind.NOT_ENTITLED)))
    assert lines["participant time"].found == (
        "refused with trades. Without it trades reported late count when they came in."
    )
    assert lines["pane Flow"].found.startswith("misses trades")
    assert "participant time" not in lines["pane Flow"].found


async def test_what_the_vendor_never_sells_is_missed_however_the_rest_was_answered() -> None:
    for failure in (failing(Kind.NOT_ENTITLED), failing(Kind.UNREACHABLE)):
        lines = await told(Market(LIT, failing=failure), LIT)
        assert lines["off-exchange prints"].found.startswith("Lit does not have prints reported off exchange")
        assert "off-exchange prints" in lines["pane Flow"].found


async def test_every_capability_a_pane_does_not_know_of_has_a_line() -> None:
    lines = await told(Market(failing=failing(Kind.UNREACHABLE)))
    assert lines["trades"].level is Level.FAULT
    assert lines["participant time"].found == "Not known: it is told with trades."
    assert "Not known of trades, off-exchange prints, participant time" in lines["pane Flow"].found


async def test_an_answer_without_a_row_is_no_proof_that_the_key_has_it() -> None:
    class Unknown(Market):
        async def details(self, ticker: str, on: date | None = None) -> Table:
            return Table(empty(DETAILS))

    lines = await told(Unknown())
    assert lines["shares"].level is Level.WARNING
    assert "0 rows" in lines["shares"].found
    assert "Not known of shares, market caps" in lines["pane Breadth"].found


async def test_a_chain_is_asked_for_about_the_close_or_whole_where_none_is_known() -> None:
    asked = []

    class Chained(Market):
        async def chain(self, underlying: str, expiries: tuple[date, date], strikes: tuple[float, float]) -> Table:
            asked.append((underlying, expiries, strikes))
            return Table(empty(CHAIN))

    class Unpriced(Chained):
        async def daily_bars(self, session: date) -> Table:
            return Table(empty(BARS))

    lines = await told(Chained())
    assert lines["option chains"].level is Level.WARNING
    assert "0 rows" in lines["option chains"].found
    assert "where there should be some" in lines["option chains"].found
    await told(Unpriced())
    close = (await Market().daily_bars(date(2026, 3, 2))).frame.filter(ticker="SPY")["close"][0]
    day = (date(2026, 3, 4), date(2026, 3, 4))
    assert asked == [("SPY", day, (close * 0.98, close * 1.02)), ("SPY", day, (0.0, 1e5))]


async def test_what_is_asked_for_and_fails_is_told_once() -> None:
    class Silent(Market):
        async def closures(self) -> dict[date, Closure]:
            raise failing(Kind.UNREACHABLE)

        async def yields(self) -> Table:
            raise failing(Kind.UNREACHABLE)

    lines = await told(Silent())
    for name in ("holidays", "treasury yields"):
        assert (lines[name].level, lines[name].found) == (Level.FAULT, "It went wrong.")
