"""A market whose provider tells no type, no shares and no market cap, and what the user's file makes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from deskview.board import Board, Status
from deskview.feed import Feed
from deskview.feed.prints import frame_of
from deskview.market.schema import BARS, CONDITIONS, DETAILS, SNAPSHOT, TICKERS, UTC_NS, empty
from deskview.providers.base import Table
from deskview.providers.capabilities import Capabilities, Capability
from deskview.providers.massive import MASSIVE
from deskview.settings import Flow, Settings
from tests.feed.markets import refreshed
from tests.feed.tiny import TinyMarket

AFTERNOON = datetime(2026, 3, 2, 18, tzinfo=UTC)
BEFORE = "2026-02-26"
"""The first of the two sessions whose share counts are asked for."""
CODES = 60
"""So many trade conditions that their table is not taken for a torn one."""
FUND, OTHER, STRANGER = "TQQQ", "SQQQ", "ZZZA"
PRICES = {"SPY": 500.0, "AAPL": 200.0, "NVDA": 100.0, FUND: 50.0, OTHER: 25.0, STRANGER: 10.0}
LISTED = 1_200
QUIET = Flow(names=("AAPL",), history_sessions=20, calls_per_session=2)
GAPS = """
[[name]]
ticker = "TQQQ"
assets_usd = 2e10
as_of = 2026-01-15
[[name]]
ticker = "ZZZA"
type = "CS"
sector = "Energy"
shares = 1_200_000
market_cap_usd = 1.2e7
as_of = 2026-02-20
"""


class Bare(TinyMarket):
    """A provider of names and prices alone; `told` is what it does know of its instruments."""

    def __init__(self, **told: dict[str, str | float]) -> None:
        super().__init__(AFTERNOON)
        self.told = told

    async def tickers(self, *, pages: int | None = None) -> Table:
        names = [*PRICES, *(f"YY{number}" for number in range(LISTED))]
        rows = [
            dict.fromkeys(TICKERS) | {"ticker": name, "name": name, "type": self.told.get(name, {}).get("type")}
            for name in names
        ]
        return Table(pl.DataFrame(rows, schema=dict(TICKERS)))

    async def conditions(self) -> Table:
        rows = [(code, f"code {code}", True, True, True) for code in range(CODES)]
        return Table(pl.DataFrame(rows, schema=dict(CONDITIONS), orient="row"))

    async def details(self, ticker: str, on: date | None = None) -> Table:
        row = dict.fromkeys(DETAILS) | {"ticker": ticker, "as_of": on} | self.told.get(ticker, {})
        return Table(pl.DataFrame([row], schema=dict(DETAILS)))

    async def daily_bars(self, session: date) -> Table:
        rows = [(name, session, *[price] * 4, 1e6, price, 1000) for name, price in PRICES.items()]
        return Table(pl.DataFrame(rows, schema=dict(BARS), orient="row"))

    async def snapshot(self) -> Table:
        prices = [price * 1.01 for price in PRICES.values()]
        at = pl.lit(self.clock).cast(UTC_NS)
        known = pl.DataFrame({"ticker": list(PRICES), "trade_price": prices, "day_close": prices}).with_columns(
            trade_time=at, updated=at, volume=pl.lit(1e6)
        )
        return Table(pl.concat([empty(SNAPSHOT), known], how="diagonal").select(list(SNAPSHOT)))


async def board_of(tmp_path: Path, market: Bare, file: str | None = None) -> Board:
    settings = Settings(history_sessions=60, flow=QUIET)
    if file is not None:
        (tmp_path / "names.toml").write_text(file)
        settings = Settings(history_sessions=60, flow=QUIET, names_file=tmp_path / "names.toml")
    return await refreshed(market, tmp_path / "cache", settings)


def known(board: Board, ticker: str) -> dict[str, object]:
    assert board.basis is not None
    return board.basis.names.row(by_predicate=pl.col("ticker") == ticker, named=True)


def stocks(board: Board) -> set[str]:
    """The names flow is drawn from."""
    assert board.basis is not None
    return set(frame_of(board.basis)["ticker"])


async def test_without_a_file_it_is_told_what_nobody_knows(tmp_path: Path) -> None:
    board = await board_of(tmp_path, Bare())
    unknown = LISTED + 2
    told = (
        f"The types of {unknown:,} names are unknown, so they are in no universe: ranked are the 2 known to be shares."
    )
    assert told in board.momentum.note and board.momentum.status is Status.PARTIAL
    assert "names_file" in board.flow.note and board.flow.status is Status.PARTIAL
    assert "types" not in board.rotation.note and "types" not in board.leverage.note
    assert known(board, "AAPL")["type"] == "CS", "the shipped list says so"
    assert known(board, FUND)["type"] == "ETF"
    assert known(board, STRANGER) | {"name": None, "ticker": None, "in_index": None} == dict.fromkeys(
        known(board, STRANGER)
    )
    assert stocks(board) == {"AAPL", "NVDA"}
    reading = board.leverage.value
    assert reading is not None and reading.by_fund == [] and reading.own_funds == 0
    assert reading.aum_usd is None
    out = {row.ticker: row.reason for row in reading.left_out}
    assert out[FUND] == "no shares from the provider, none in names_file: its AUM is not known"


async def test_with_a_file_its_facts_stand_with_their_day_and_age(tmp_path: Path) -> None:
    board = await board_of(tmp_path, Bare(), GAPS)
    assert board.basis is not None
    row = known(board, STRANGER)
    assert (row["type"], row["sector"], row["shares_outstanding"], row["market_cap_usd"]) == (
        "CS",
        "Energy",
        1.2e6,
        1.2e7,
    )
    assert stocks(board) == {"AAPL", "NVDA", STRANGER}
    assert board.wire.left_out.get("names_file", 0) == 0
    reading = board.leverage.value
    assert reading is not None
    (fund,) = reading.by_fund
    assert (fund.ticker, fund.aum_source, fund.aum_as_of) == (FUND, "assets", "2026-01-15")
    assert fund.aum_usd == pytest.approx(2e10), "the price has not moved since"
    assert fund.today_usd == pytest.approx(3 * 2 * 2e10 * 0.01 / 3), "its own return over three"
    assert fund.creation_usd is None and reading.creation_usd is None
    assert reading.own_funds == 1
    assert "TQQQ assets of 2026-01-15, 43 days old" in reading.notes["own_funds"]


async def test_the_provider_wins_over_the_file(tmp_path: Path) -> None:
    told: dict[str, dict[str, str | float]] = {
        FUND: {"type": "ETF", "shares_outstanding": 1e8},
        STRANGER: {"type": "ADRC", "shares_outstanding": 9e6, "market_cap_usd": 9e7, "sic_code": "7372"},
    }
    file = GAPS.replace("2026-02-20", "2026-02-20\n[[name]]\nticker = 'NOPE'\ntype = 'CS'")
    board = await board_of(tmp_path, Bare(**told), file)
    row = known(board, STRANGER)
    assert (row["type"], row["sector"], row["shares_outstanding"], row["market_cap_usd"]) == (
        "ADRC",
        "Information Technology",
        9e6,
        9e7,
    )
    reading = board.leverage.value
    assert reading is not None
    (fund,) = reading.by_fund
    assert (fund.aum_source, fund.aum_as_of) == ("provider", BEFORE)
    assert fund.aum_usd == pytest.approx(5e9)
    assert reading.own_funds == 0 and "own_funds" not in reading.notes
    assert board.wire.left_out["names_file"] == 1, "what the provider has is no fault of the file"
    assert board.wire.reasons["names_file"] == ("it is not in the listing (1)",)


async def test_types_of_all_names_by_file_end_the_remark(tmp_path: Path) -> None:
    rows = "".join(f'[[name]]\nticker = "YY{number}"\ntype = "ETF"\n' for number in range(LISTED))
    board = await board_of(tmp_path, Bare(), rows)
    assert "types" not in board.momentum.note
    assert board.flow.note == ""


async def test_what_is_of_the_file_is_not_kept_for_the_provider(tmp_path: Path) -> None:
    """Once the row is taken out of the file nothing of it is left."""
    await board_of(tmp_path, Bare(), GAPS)
    board = await board_of(tmp_path, Bare(), "# none")
    assert board.leverage.value is not None and board.leverage.value.by_fund == []
    assert known(board, STRANGER)["type"] is None


async def test_a_file_with_a_bad_row_is_told_with_its_place_and_costs_itself_alone(tmp_path: Path) -> None:
    board = await board_of(tmp_path, Bare(), GAPS.replace('"CS"', '"CSS"'))
    told = "names.toml, line 6, [[name]] 2, type: 'CSS' is unknown; did you mean 'CS'? No row of the file is used."
    assert told in board.momentum.note
    assert board.rotation.value is not None
    assert board.leverage.value is not None and board.leverage.value.by_fund == []


async def test_a_mended_file_counts_with_the_next_refresh(tmp_path: Path) -> None:
    file = tmp_path / "names.toml"
    file.write_text(GAPS.replace('"CS"', '"CSS"'))
    feed = Feed(Bare(), tmp_path / "cache", Settings(history_sessions=60, flow=QUIET, names_file=file))
    assert "'CSS' is unknown" in (await feed.once()).momentum.note
    file.write_text(GAPS)
    board = await feed.once()
    assert "'CSS' is unknown" not in board.momentum.note
    assert known(board, STRANGER)["type"] == "CS"


async def test_panes_say_that_amounts_are_of_the_file_and_how_old_they_are(tmp_path: Path) -> None:
    board = await board_of(tmp_path, Bare(), GAPS)
    told = "The market caps of 1 name are from your names_file, the oldest of 2026-02-20."
    assert told in board.leverage.note
    assert board.leverage.note.count("days old") == 0
    board = await board_of(tmp_path, Bare(), GAPS.replace("2026-02-20", "2024-02-20"))
    assert "the oldest of 2024-02-20, 741 days old." in board.leverage.note
    assert board.leverage.status is Status.PARTIAL
    assert "names_file" in board.breadth.note and "names_file" not in board.rotation.note


async def test_a_vendor_without_prints_off_exchange_puts_retail_in_doubt_from_the_first_print(tmp_path: Path) -> None:
    market = Bare()
    sold: dict[Capability, str] = {each: "Any" for each in Capability if each is not Capability.OFF_EXCHANGE}
    lit = replace(MASSIVE, title="Lit", plans=sold)
    market.capabilities = Capabilities(unsold=lit.unsold())
    board = await board_of(tmp_path, market)
    assert board.flow.status is Status.DOUBT
    assert board.flow.doubt.startswith("Lit does not have prints reported off exchange")
