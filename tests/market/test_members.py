"""The names known by heart: sectors, index membership, SIC codes."""

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.market.errors import ReferenceDataError
from deskview.market.members import INDEXES, MEMBERS, SECTORS, index_members, load_members, with_sic_sector
from deskview.market.reference import TICKER, csv_rows


def test_every_name_is_complete() -> None:
    members = load_members()
    assert members.schema == pl.Schema(MEMBERS)
    assert members["ticker"].is_sorted()
    assert members["ticker"].is_unique().all()
    assert members.null_count().sum_horizontal().item() == 0
    assert set(members["sector"]) == set(SECTORS)
    for row in members.iter_rows(named=True):
        assert TICKER.fullmatch(row["ticker"])
        assert row["name"].isascii()
        assert row["name"].strip()
        assert row["industry"].strip()


@pytest.mark.parametrize(
    ("index", "size", "some"),
    [
        ("SPX", 503, ["AAPL", "BRK.B", "BF.B", "JPM"]),
        ("NDX", 101, ["ASML", "HONA", "MELI", "NVDA", "SNDK", "SPCX", "TER"]),
        ("NDX_MEGA", 8, ["AVGO", "GOOG", "GOOGL", "NVDA"]),
        ("DJI", 30, ["CAT", "GOOGL", "GS", "HON", "WMT"]),
        ("SOX", 30, ["ASML", "COHR", "GFS", "MU", "NVDA", "TSM"]),
        ("NYSE_SEMIS", 30, ["ASX", "MU", "NVDA", "STM", "TSM", "UMC"]),
        ("US_SEMIS", 30, ["AMAT", "AVGO", "MU", "NVDA", "NXPI"]),
        ("FANG_PLUS", 10, ["AVGO", "META", "MU", "NFLX", "PLTR"]),
        ("FANG_INNOVATION", 15, ["AMD", "INTC", "NFLX", "TSLA"]),
        ("MAGNIFICENT_7", 7, ["AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA"]),
    ],
)
def test_index_members(index: str, size: int, some: list[str]) -> None:
    members = index_members(index)
    assert len(members) == size
    assert set(some) <= set(members)
    assert members == sorted(members)


def test_the_nasdaq_100_has_a_hundred_issuers() -> None:
    members = set(index_members("NDX"))
    assert {"GOOG", "GOOGL"} <= members, "the one issuer with two lines"
    assert len(members - {"GOOG"}) == 100
    assert members.isdisjoint({"AZN", "CHTR", "CSGP", "CTSH", "EA", "INSM", "KHC", "TEAM", "VRSK", "ZS"}), (
        "left by July"
    )
    assert set(index_members("NDX_MEGA")) < members


def test_the_two_semiconductor_indices_are_two() -> None:
    phlx, nyse = set(index_members("SOX")), set(index_members("NYSE_SEMIS"))
    assert phlx - nyse == {"COHR", "GFS", "LSCC", "QRVO"}
    assert nyse - phlx == {"ASX", "RMBS", "STM", "UMC"}


def test_the_dow_jones_semiconductors_are_us_names_only() -> None:
    assert {"ARM", "ASML", "ASX", "NVMI", "STM", "TSM", "UMC"}.isdisjoint(index_members("US_SEMIS"))


def test_three_lists_of_megacaps_are_three() -> None:
    plus, innovation, seven = map(set, map(index_members, ("FANG_PLUS", "FANG_INNOVATION", "MAGNIFICENT_7")))
    assert seven - plus == {"TSLA"}
    assert plus - innovation == set()
    assert innovation - plus - seven == {"AMD", "INTC", "ORCL", "SNDK"}


def test_every_index_has_members_and_every_mended_row_its_reason() -> None:
    assert all(index_members(index) for index in INDEXES)
    notes = {row.text("ticker"): row.text("note") for row in csv_rows("members.csv")}
    mended = "ALAB CRWD ENPH GOOGL GSIT HONA LITE MRAM MU NTAP SEDG SNDK SPCX TEAM TER VZ ZS"
    assert [ticker for ticker in mended.split() if not notes[ticker]] == []


@pytest.mark.parametrize("ticker", ["ENPH", "SEDG"])
def test_makers_of_inverters_are_semiconductor_equipment(ticker: str) -> None:
    row = load_members().row(by_predicate=pl.col("ticker") == ticker, named=True)
    assert (row["sector"], row["industry"]) == ("Information Technology", "Semiconductor Materials & Equipment")


def test_an_index_nobody_ships_is_refused() -> None:
    with pytest.raises(ReferenceDataError, match=r"'spx ' is unknown; did you mean 'SPX'\?"):
        index_members("spx ")


def test_index_members_and_sectors_are_those_of_the_source(shared: Path) -> None:
    with (shared / "data" / "sp500_constituents_gics.csv").open(encoding="utf-8", newline="") as handle:
        source = {row["Symbol"]: (row["GICS Sector"], row["GICS Sub-Industry"]) for row in csv.DictReader(handle)}
    ours = load_members().filter(pl.col("indexes").list.contains("SPX"))
    assert {ticker: rest for ticker, *rest in ours.select("ticker", "sector", "industry").iter_rows()} == {
        ticker: list(rest) for ticker, rest in source.items()
    }


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("1040", "Materials"),
        ("1311", "Energy"),
        ("1531", "Consumer Discretionary"),
        ("2834", "Health Care"),
        ("2836", "Health Care"),
        ("2844", "Consumer Staples"),
        ("2911", "Energy"),
        ("3533", "Energy"),
        ("3571", "Information Technology"),
        ("3674", "Information Technology"),
        ("3711", "Consumer Discretionary"),
        ("3721", "Industrials"),
        ("3841", "Health Care"),
        ("4512", "Industrials"),
        ("4813", "Communication Services"),
        ("4911", "Utilities"),
        ("5331", "Consumer Staples"),
        ("5812", "Consumer Discretionary"),
        ("6022", "Financials"),
        ("6324", "Health Care"),
        ("6798", "Real Estate"),
        ("7372", "Information Technology"),
        ("0100", "Consumer Staples"),
        ("9995", None),
        ("", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_sic_codes(code: str | None, sector: str | None) -> None:
    frame = pl.DataFrame({"sic_code": [code]}, schema={"sic_code": pl.String()})
    assert with_sic_sector(frame)["sector"].to_list() == [sector]


@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.integers(0, 99999).map(str))))
def test_any_code_gives_a_sector_or_null_and_keeps_the_rows(codes: list[str | None]) -> None:
    frame = pl.DataFrame({"sic_code": codes}, schema={"sic_code": pl.String()})
    result = with_sic_sector(frame)
    assert result["sic_code"].to_list() == codes
    assert result.schema["sector"] == pl.String()
    assert set(result["sector"].drop_nulls()) <= set(SECTORS)
