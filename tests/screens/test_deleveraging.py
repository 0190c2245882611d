"""The checklist in words: rows of signs and columns, and the card with the arithmetic."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.analytics.deleveraging import DeleveragingReading, Followed
from deskview.board import Board
from deskview.screens.deleveraging import (
    DRIVER_COLUMNS,
    SIGN_COLUMNS,
    driver_rows,
    flag_rows,
    followed_sentences,
)
from deskview.screens.subjects import card_of, table_of


@pytest.fixture
def reading(board: Board) -> DeleveragingReading:
    assert board.deleveraging.value is not None
    return board.deleveraging.value


def without(reading: DeleveragingReading, name: str, reason: str) -> DeleveragingReading:
    """The reading in which it can't be told whether this sign holds."""
    flags = [
        msgspec.structs.replace(flag, value=None, met=None, reason=reason) if flag.name == name else flag
        for flag in reading.flags
    ]
    return msgspec.structs.replace(reading, flags=flags)


def test_a_row_a_sign_with_its_value_in_its_own_unit(reading: DeleveragingReading) -> None:
    rows = {row.key: [cell.text for cell in row.cells] for row in flag_rows(reading)}
    assert all(len(cells) == len(SIGN_COLUMNS) for cells in rows.values())
    assert rows["fall"][:2] == ["momentum's fall", "yes"]
    assert rows["fall"][2].startswith("−")
    assert rows["fall"][2].endswith("σ")
    assert rows["long_led"][2].endswith("%")
    assert rows["dispersion"][2] == "99th"
    assert rows["volume"][2].endswith("×")
    assert rows["crowding"][3].startswith("R² of today's returns on crowding above that on sectors (")


def test_a_sign_that_can_not_be_told_says_why_in_place_of_its_rule(reading: DeleveragingReading) -> None:
    untold = without(reading, "volume", "no bars of SPY are held")
    row = next(row for row in flag_rows(untold) if row.key == "volume")
    assert [cell.text for cell in row.cells][1:] == ["–", "–", "no bars of SPY are held"]


def test_a_row_a_column_with_its_t_or_why_it_is_absent(reading: DeleveragingReading) -> None:
    rows = {row.key: [cell.text for cell in row.cells] for row in driver_rows(reading)}
    assert all(len(cells) == len(DRIVER_COLUMNS) for cells in rows.values())
    assert rows["score"][1].startswith("−")
    assert rows["score"][1].endswith("bp")
    assert rows["score"][3] == str(reading.section.names)
    assert rows["short_interest"][1:] == ["–", "–", "–", "short interest is not taken in yet"]


def test_the_card_tells_signs_columns_days_and_what_accounts_disagree_on(
    board: Board, reading: DeleveragingReading
) -> None:
    card = card_of(board, "deleveraging", None)
    lines = {line.label: line.text for line in card.lines}
    assert lines["in words"] == reading.words
    assert lines["momentum's fall"].startswith("yes, −")
    assert "(rule: σ of the hour at or below −2)" in lines["momentum's fall"]
    assert f"of the returns of {reading.section.names} names (R²)" in lines["explained"]
    assert " for one sd more of it, t −" in lines["12-1 return"]
    assert lines["short interest in days of volume"] == "absent: short interest is not taken in yet"
    assert f"of {reading.record_days} days" in lines["days like it"]
    assert "Prices tell what was sold, not who had to" in lines["accounts disagree"]
    assert "forced" not in card.content.plain
    untold = replace(board, deleveraging=replace(board.deleveraging, value=without(reading, "volume", "no bars")))
    told = {line.label: line.text for line in card_of(untold, "deleveraging", None).lines}
    assert told["crowded names' volume"] == "can't be told: no bars"


def test_what_followed_is_counted_and_its_middle_told_from_twenty_days_on(reading: DeleveragingReading) -> None:
    followed = [
        Followed(sessions=1, n=3, fell=2, median=None),
        Followed(sessions=21, n=24, fell=9, median=-0.037),
        Followed(sessions=5, n=0, fell=0, median=None),
    ]
    changes: dict[str, Any] = {"record_n": 24, "record_days": 300, "record_falls": 30, "followed": followed}
    assert followed_sentences(msgspec.structs.replace(reading, **changes)) == [
        "momentum fell so on 30 of 300 days, 24 of them with as many of the first four signs",
        "over the next session momentum fell after 2 of 3, too few for a middle",
        "over the next 21 sessions momentum fell after 9 of 24, median −3.7%",
    ]
    none: dict[str, Any] = {"record_n": None, "followed": [], "missing": {"record_n": "momentum does not fall"}}
    assert followed_sentences(msgspec.structs.replace(reading, **none)) == ["not told: momentum does not fall"]


def test_signs_and_columns_are_taken_elsewhere_in_one_table(board: Board, reading: DeleveragingReading) -> None:
    table = table_of(board, "deleveraging")
    assert table is not None
    assert table["kind"].to_list() == ["sign"] * len(reading.flags) + ["column"] * len(reading.drivers)
    assert table["value"].to_list()[: len(reading.flags)] == [flag.value for flag in reading.flags]
