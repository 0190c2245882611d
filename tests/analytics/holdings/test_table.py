"""The positions as a table, and filters on them."""

from collections.abc import Callable

import polars as pl
import pytest

from deskview.analytics.filters import matching
from deskview.analytics.holdings import FILTERED, POSITIONS, ListReading, Position, table_of
from tests.analytics.holdings.book import FLOWS, LINES, funds, live, reading


def one() -> ListReading:
    """A list of every kind of row."""
    lines: list[LINES] = [(f"N{number:03d}", float(number - 20) or 1.0, 100.0) for number in range(45)]
    return reading([*lines, ("ZZZZQ", 3.0, None), ("GONE", 2.0, 5.0)], live(), leverage=funds(**FLOWS))


def test_the_table_has_a_row_a_position_and_its_figures() -> None:
    found, table = one(), table_of(one())
    assert table.schema == pl.Schema(POSITIONS)
    for column in POSITIONS:
        if column != "themes":
            assert table[column].to_list() == [getattr(row, column) for row in found.positions], column
    assert table["themes"].to_list()[:6] == ["Chips · Clouds", None, None, None, None, "Chips"]
    assert table_of(reading([])).rows() == []
    assert table_of(reading([])).schema == pl.Schema(POSITIONS)


def test_every_column_a_filter_asks_for_is_there_and_of_its_kind() -> None:
    kinds = {"number": pl.Float64, "percent": pl.Float64, "text": pl.String, "flag": pl.Boolean}
    for column in FILTERED.values():
        assert POSITIONS[column.name] == kinds[column.kind]()
        assert column.name in Position.__struct_fields__
    assert {column.name for column in FILTERED.values()} == set(POSITIONS)


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("now<-1 and value>0", lambda row: (row.return_ or 0) < -0.01 and (row.value_usd or 0) > 0),
        ("leg=neither or not leg!=long", lambda row: row.leg in ("neither", "long")),
        ("theme~chips", lambda row: "Chips" in row.themes),
        ("counted=no", lambda row: not row.counted),
        ("sector=energy and weight<0", lambda row: row.sector == "Energy" and (row.weight or 0) < 0),
        ("etfs>10M", lambda row: (row.flow_today_usd or 0) > 10e6),
    ],
    ids=["now", "leg", "theme", "counted", "sector", "etfs"],
)
def test_a_filter_keeps_the_rows_it_says(text: str, keeps: Callable[[Position], bool]) -> None:
    found = one()
    wanted = [row.ticker for row in found.positions if keeps(row)]
    assert 0 < len(wanted) < found.rows
    assert table_of(found).filter(matching(text, FILTERED))["ticker"].to_list() == wanted
