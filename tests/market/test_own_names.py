"""What the user knows of names: how a file is read, and what a wrong line is answered with."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from deskview.market.errors import ReferenceDataError
from deskview.market.own_names import OWN_NAMES, load_own_names
from deskview.market.schema import TYPES, empty

GOOD = '[[name]]\nticker = "AAA"\nshares = 1_200_000\nas_of = 2026-10-01\n'
TYPED = '[[name]]\nticker = "BBB"\ntype = "CS"\nsector = "Energy"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "names.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_or_a_row_nothing_is_known(tmp_path: Path) -> None:
    assert load_own_names().equals(empty(OWN_NAMES))
    assert load_own_names(written(tmp_path, "# none yet")).equals(empty(OWN_NAMES))


def test_rows_come_by_ticker_and_what_they_do_not_say_is_null(tmp_path: Path) -> None:
    assets = '[[name]]\nticker = "ZZZL"\nassets_usd = 4.5e8\nmarket_cap_usd = 1\nas_of = 2026-09-30\n'
    table = load_own_names(written(tmp_path, assets + TYPED + GOOD))
    assert table.schema == pl.Schema(OWN_NAMES)
    assert table.rows() == [
        ("AAA", None, None, 1.2e6, None, None, date(2026, 10, 1)),
        ("BBB", "CS", "Energy", None, None, None, None),
        ("ZZZL", None, None, None, 1.0, 4.5e8, date(2026, 9, 30)),
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_every_word_of_the_vocabulary_is_a_type(tmp_path: Path, kind: str) -> None:
    assert load_own_names(written(tmp_path, TYPED.replace("CS", kind)))["type"].to_list() == [kind]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("AAA", "aaa"), "line 1, [[name]] 1, ticker: 'aaa' is not a ticker"),
        (GOOD.replace("ticker", "tickr"), "[[name]] 1, 'tickr': is unknown; did you mean 'ticker'?"),
        (GOOD.replace("shares", "share"), "[[name]] 1, 'share': is unknown; did you mean 'shares'?"),
        (GOOD + TYPED.replace("CS", "ETFF"), "line 5, [[name]] 2, type: 'ETFF' is unknown; did you mean 'ETF'?"),
        (TYPED.replace("CS", "PFD"), "[[name]] 1, type: 'PFD' is unknown; it is one of: CS, OS, "),
        (TYPED.replace("Energy", "Tech"), "sector: 'Tech' is unknown; it is one of: "),
        (TYPED.replace("Energy", "Enrgy"), "[[name]] 1, sector: 'Enrgy' is unknown; did you mean 'Energy'?"),
        (TYPED.replace('"Energy"', "3"), "[[name]] 1, sector: 3 is not text"),
        (GOOD.replace("2026-10-01", '"2026-10-01"'), "[[name]] 1, as_of: '2026-10-01' is not a date written bare"),
        (GOOD.replace("as_of = 2026-10-01", ""), "[[name]] 1, as_of: is missing: the day shares is of"),
        (TYPED + "as_of = 2026-10-01", "[[name]] 1, as_of: is the day of shares, market_cap_usd, assets_usd, and none"),
        (GOOD.replace("1_200_000", "0"), "[[name]] 1, shares: 0 is not above 0"),
        (GOOD.replace("1_200_000", "-5"), "[[name]] 1, shares: -5 is not above 0"),
        (GOOD.replace("1_200_000", "nan"), "[[name]] 1, shares: nan is not a number"),
        (GOOD.replace("1_200_000", "true"), "[[name]] 1, shares: True is not a number"),
        (GOOD.replace("1_200_000", "1e15"), "[[name]] 1, shares: 1e+15 is more than there can be"),
        (GOOD.replace("1_200_000", "1" + "0" * 400), "[[name]] 1, shares: 1000"),
        (
            '[[name]]\nticker = "AAA"\n',
            "[[name]] 1, ticker: nothing is said of 'AAA'; give one of type, sector, shares",
        ),
        (GOOD + GOOD, "line 5, [[name]] 2, ticker: 'AAA' stands here a second time"),
        (GOOD.replace("[[name]]", "[[names]]"), "line 1, 'names': is unknown; did you mean 'name'?"),
        ("[[name]", "names.toml: is not TOML"),
    ],
)
def test_a_wrong_line_is_refused_by_file_place_and_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ReferenceDataError) as caught:
        load_own_names(written(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path}/names.toml")
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"names\.toml: there is no such file"):
        load_own_names(tmp_path / "names.toml")
