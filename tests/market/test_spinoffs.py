"""The user's spin-offs: what they are taken for, and what a wrong line is answered with."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from deskview.market.errors import ReferenceDataError
from deskview.market.schema import DIVIDENDS, empty
from deskview.market.spinoffs import load_spinoffs

GOOD = '[[spinoff]]\nticker = "AAA"\nex_date = 2026-01-05\nvalue_usd = 12.5\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "spinoffs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_or_a_spin_off_there_is_none(tmp_path: Path) -> None:
    assert load_spinoffs().equals(empty(DIVIDENDS))
    assert load_spinoffs(written(tmp_path, "# none yet")).equals(empty(DIVIDENDS))


def test_they_are_dividends_in_order_of_name_and_date(tmp_path: Path) -> None:
    older = GOOD.replace("2026-01-05", "2025-06-02").replace("12.5", "3")
    table = load_spinoffs(written(tmp_path, GOOD.replace("AAA", "BBB") + GOOD + older))
    assert table.schema == pl.Schema(DIVIDENDS)
    assert table.rows() == [
        ("AAA", date(2025, 6, 2), 3.0),
        ("AAA", date(2026, 1, 5), 12.5),
        ("BBB", date(2026, 1, 5), 12.5),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("AAA", "aaa"), "[[spinoff]] 1, ticker: 'aaa' is not a ticker"),
        (GOOD.replace("ticker", "tickr"), "[[spinoff]] 1, 'tickr': is unknown; did you mean 'ticker'?"),
        (GOOD + GOOD.replace("2026-01-05", '"2026-01-06"'), "[[spinoff]] 2, ex_date: '2026-01-06' is not a date"),
        (GOOD.replace("2026-01-05", "2026-01-05T09:30:00"), "ex_date: datetime.datetime(2026, 1, 5, 9, 30) is not a"),
        ('[[spinoff]]\nticker = "AAA"\nvalue_usd = 1', "[[spinoff]] 1, ex_date: is missing"),
        (GOOD.replace("value_usd = 12.5", ""), "[[spinoff]] 1, value_usd: is missing"),
        (GOOD.replace("12.5", "-1"), "[[spinoff]] 1, value_usd: -1 is below 0"),
        (GOOD.replace("12.5", "nan"), "[[spinoff]] 1, value_usd: nan is not a number"),
        (GOOD.replace("12.5", "inf"), "[[spinoff]] 1, value_usd: inf is not a number"),
        (GOOD.replace("12.5", "1" + "0" * 400), "[[spinoff]] 1, value_usd: 1000"),
        (GOOD.replace("12.5", "true"), "[[spinoff]] 1, value_usd: True is not a number"),
        (GOOD + GOOD, "[[spinoff]] 2, ex_date: AAA has a spin-off on 2026-01-05 already; give the sum of both"),
        (GOOD.replace("spinoff", "spin_off"), "'spin_off': is unknown; did you mean 'spinoff'?"),
        ("[[spinoff]", "spinoffs.toml: is not TOML"),
    ],
)
def test_a_wrong_line_is_refused_by_file_place_and_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ReferenceDataError) as caught:
        load_spinoffs(written(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path}/spinoffs.toml")
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"spinoffs\.toml: there is no such file"):
        load_spinoffs(tmp_path / "spinoffs.toml")
