"""Sectors and themes, shipped and the user's own."""

from pathlib import Path

import polars as pl
import pytest

from deskview.market.errors import ReferenceDataError
from deskview.market.groups import GROUPS, load_groups
from deskview.market.members import SECTORS, load_members

THEMES = load_groups().filter(kind="theme")
REQUIRED = [
    "AI compute",
    "AI software",
    "National security",
    "Bitcoin miners",
    "Chemicals",
    "Banks",
    "Regional banks",
    "Cyclicals",
    "Quantum",
]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "groups.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sectors_are_those_of_the_members() -> None:
    sectors = load_groups().filter(kind="sector")
    assert load_groups().schema == pl.Schema(GROUPS)
    assert sectors["group"].unique(maintain_order=True).to_list() == list(SECTORS)
    assert dict(sectors.select("ticker", "group").iter_rows()) == dict(
        load_members().select("ticker", "sector").iter_rows()
    )


def test_there_are_enough_themes_and_those_the_desk_names() -> None:
    names = THEMES["group"].unique().to_list()
    assert len(names) >= 18
    assert set(REQUIRED) <= set(names)


def test_every_theme_has_7_to_30_known_names_each_once() -> None:
    known = set(load_members()["ticker"])
    wrong = {
        theme: members
        for (theme,), rows in THEMES.group_by("group")
        if not 7 <= len(members := rows["ticker"].to_list()) <= 30
        or len(set(members)) < len(members)
        or not set(members) <= known
    }
    assert wrong == {}


def test_no_theme_lists_a_name_that_no_longer_trades() -> None:
    gone = {"ATVI", "SGEN", "PXD", "HES", "X", "DFS", "SQ", "FI", "ANSS", "SPLK", "CYBR", "SPR", "CTRA", "CMA", "BITF"}
    assert gone.isdisjoint(load_members()["ticker"])


@pytest.mark.parametrize(
    ("theme", "strangers"),
    [("Memory", {"NTAP", "MRAM", "GSIT"}), ("Copper & steel", {"AA", "MP"})],
)
def test_a_theme_lists_no_name_of_another_trade_or_too_small_for_it(theme: str, strangers: set[str]) -> None:
    members = set(THEMES.filter(group=theme)["ticker"])
    assert members
    assert members.isdisjoint(strangers)
    assert strangers <= set(load_members()["ticker"]), "out of the theme, not out of the market"


def test_a_user_adds_a_theme(tmp_path: Path) -> None:
    extra = written(tmp_path, '[[theme]]\nname = "Mine"\nmembers = ["AAPL", "ZZZZ"]\n')
    groups = load_groups(extra)
    assert groups.filter(group="Mine").rows() == [("Mine", "theme", "AAPL"), ("Mine", "theme", "ZZZZ")]
    assert groups.filter(pl.col("group") != "Mine").equals(load_groups())


def test_a_user_theme_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    groups = load_groups(written(tmp_path, '[[theme]]\nname = "Banks"\nmembers = ["JPM"]\n'))
    assert groups.filter(group="Banks")["ticker"].to_list() == ["JPM"]
    order = groups["group"].unique(maintain_order=True).to_list()
    assert order == load_groups()["group"].unique(maintain_order=True).to_list()


def test_a_user_replaces_all_themes_and_keeps_the_sectors(tmp_path: Path) -> None:
    groups = load_groups(written(tmp_path, '[[theme]]\nname = "Mine"\nmembers = ["AAPL"]\n'), replace=True)
    assert groups.filter(kind="theme").rows() == [("Mine", "theme", "AAPL")]
    assert groups.filter(kind="sector").equals(load_groups().filter(kind="sector"))


@pytest.mark.parametrize(
    ("theme", "message"),
    [
        ('members = ["AAPL"]', "name: is missing"),
        ('name = " "\nmembers = ["AAPL"]', "name: is empty or holds control characters"),
        ('name = "a\\u001b[2J"\nmembers = ["AAPL"]', "name: is empty or holds control characters"),
        ('name = "Energy"\nmembers = ["XOM"]', "name: 'Energy' is a sector"),
        ('name = "Mine"', "members: must be a list of tickers"),
        ('name = "Mine"\nmembers = []', "members: must be a list of tickers"),
        ('name = "Mine"\nmembers = "AAPL"', "members: must be a list of tickers"),
        ('name = "Mine"\nmembers = ["AAPL", 3]', "members: 3 is not a ticker"),
        ('name = "Mine"\nmembers = ["brk.b"]', "members: 'brk.b' is not a ticker"),
        ('name = "Mine"\nmembers = ["AAPL", "AAPL"]', "members: AAPL stands here a second time"),
        ('name = "Mine"\nmember = ["AAPL"]', "did you mean 'members'?"),
    ],
)
def test_a_bad_theme_is_refused_by_file_place_and_field(tmp_path: Path, theme: str, message: str) -> None:
    with pytest.raises(ReferenceDataError) as caught:
        load_groups(written(tmp_path, f"[[theme]]\n{theme}\n"))
    assert str(caught.value).startswith(f"{tmp_path}/groups.toml, line 1, [[theme]] 1, ")
    assert message in str(caught.value)


def test_a_theme_given_twice_is_refused(tmp_path: Path) -> None:
    theme = '[[theme]]\nname = "Mine"\nmembers = ["AAPL"]\n'
    with pytest.raises(ReferenceDataError, match=r"\[\[theme\]\] 2, name: 'Mine' stands here a second time"):
        load_groups(written(tmp_path, theme * 2))
