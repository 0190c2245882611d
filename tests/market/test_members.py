"""The names known by heart: sectors, index membership, SIC codes."""

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.market.errors import ReferenceDataError
from deskview.market.members import MEMBERS, SECTORS, index_members, load_members, with_sic_sector
from deskview.market.reference import TICKER


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
        ("NDX", 100, ["ASML", "MELI", "NVDA"]),
        ("SOX", 30, ["ASML", "MU", "NVDA", "TSM"]),
        ("DJI", 30, ["CAT", "GS", "WMT"]),
    ],
)
def test_index_members(index: str, size: int, some: list[str]) -> None:
    members = index_members(index)
    assert len(members) == size
    assert set(some) <= set(members)
    assert members == sorted(members)


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
