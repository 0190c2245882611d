"""What followed such days, from the records there are: the desk's own rule, and French's where the user has it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from deskview import paths
from deskview.analytics.events import HistoryReading, RecordReading, history_of
from deskview.board import HistoryInputs
from deskview.board.occasional import ranked
from deskview.feed.events import studied
from deskview.french import DECILES, FACTORS, HOST, MOMENTUM, kept
from deskview.settings import Settings
from tests.feed.fixtures import crash
from tests.feed.markets import Made, refreshed, simulated
from tests.french.library import Text, row_of

__all__ = ["crash"]
NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAYS = 3_000


def held(tmp_path: Path, *names: str, vintage: str = "") -> None:
    """The user has these files, of one vintage or the last one of another."""
    for name in names:
        text = Text(name, count=DAYS, seed=len(name))
        if name == MOMENTUM:
            text.rows[2_500] = row_of(text.days[2_500], ["-9.00"])
        if vintage and name == names[-1]:
            text.created = text.created.replace("202604", vintage)
        file = tmp_path / f"{name}.csv"
        file.write_bytes(text.text)
        kept.keep_file(file, now=NOW)


def read(crash: Made, settings: Settings | None = None) -> HistoryInputs:
    assert crash.board.basis is not None
    return studied(crash.board.basis, settings or Settings(), HistoryInputs())


def reading_of(found: HistoryInputs) -> HistoryReading:
    assert found.reading is not None
    return found.reading


def records(found: HistoryInputs) -> dict[str, RecordReading]:
    return {record.record: record for record in reading_of(found).records}


def test_the_desk_s_own_days_are_those_of_its_rule(crash: Made) -> None:
    found = read(crash)
    own, model = records(found)["own"], crash.board.basis.momentum if crash.board.basis else None
    assert model is not None
    assert model.days is not None
    spread = model.days.long - model.days.short
    assert own.days == len(spread)
    assert own.last == model.days.sessions[-1]
    assert model.survivorship in own.source
    assert found.records[0].series.returns.tolist() == pytest.approx(spread.tolist())
    assert [study.rule for study in own.rules] == ["threshold", "sigma", "legs"]
    assert own.rules[0].days == int((spread <= -2 * spread.std(ddof=1)).sum())
    assert own.rules[1].judged == own.days - 252
    assert found.note == ""


@pytest.mark.parametrize(
    ("history", "told"), [("on", f"`deskview backfill record` gets it from {HOST}"), ("off", '"off"')]
)
def test_where_french_s_record_is_not_here_it_is_said_how_to_get_it(crash: Made, history: str, told: str) -> None:
    settings = msgspec.convert({"history": history}, Settings)
    assert told in reading_of(read(crash, settings)).note


def test_french_s_record_comes_first_with_its_source_and_the_market_s_state(crash: Made, tmp_path: Path) -> None:
    held(tmp_path, MOMENTUM, FACTORS, DECILES)
    found = read(crash)
    assert list(records(found)) == ["french", "french-deciles", "own"]
    french, deciles = records(found)["french"], records(found)["french-deciles"]
    assert french.days == DAYS - 2, "days without a value are none"
    assert french.copyright == "Copyright 2026 Eugene F. Fama and Kenneth R. French"
    assert "202604" in french.source
    assert "2026-11-30" in french.source
    assert french.rules[0].panic is not None
    told = found.records[0].series.told
    assert told is not None
    assert not told[:1_000].any(), "the state of the market rests on years"
    assert told[-1]
    assert [study.rule for study in deciles.rules] == ["threshold", "sigma", "legs"]
    table = kept.load(DECILES)
    assert table is not None
    whole = table.table.drop_nulls()
    spread = (whole["d10"] - whole["d1"]).to_numpy()
    assert found.records[1].series.returns.tolist() == spread.tolist()
    assert reading_of(found).note == ""


def test_two_vintages_are_not_mixed(crash: Made, tmp_path: Path) -> None:
    held(tmp_path, MOMENTUM, FACTORS, vintage="202512")
    study = records(read(crash))["french"].rules[0]
    assert study.panic is None
    assert "the market's returns" in study.missing["panic"]


def test_a_damaged_copy_is_told_and_not_used(crash: Made, tmp_path: Path) -> None:
    held(tmp_path, MOMENTUM)
    file = next(paths.french_folder().glob("*.copy"))
    file.write_bytes(file.read_bytes().replace(b"0.", b"1.", 1))
    found = read(crash)
    assert list(records(found)) == ["own"]
    assert "not those that were kept" in found.note
    assert "backfill record" in found.note


def test_the_same_records_are_not_studied_again(crash: Made, tmp_path: Path) -> None:
    assert crash.board.basis is not None
    first = read(crash)
    assert studied(crash.board.basis, Settings(), first) is first
    another = replace(crash.board.basis, momentum=replace(crash.board.basis.momentum))  # type: ignore[type-var]
    assert studied(another, Settings(), first) is not first
    held(tmp_path, MOMENTUM)
    assert studied(crash.board.basis, Settings(), first).reading is not first.reading


async def test_the_board_has_what_followed_and_the_rank_of_its_day(crash: Made) -> None:
    board = await refreshed(simulated(), crash.cache)
    momentum = board.momentum.value
    assert momentum is not None
    assert board.history.value is not None
    assert board.records[0].record == "own"
    assert momentum.rank is not None
    assert momentum.return_ is not None
    further = board.records[0].series.returns < momentum.return_
    assert (momentum.rank.place, momentum.rank.days) == (1 + int(further.sum()), len(further))


def test_a_day_without_a_return_or_a_record_has_no_rank_and_says_why(crash: Made) -> None:
    momentum = crash.board.momentum.value
    assert momentum is not None
    awaited = ranked(momentum, HistoryInputs())
    assert awaited.rank is None
    assert "still to come" in awaited.missing["rank"]
    unpriced = msgspec.structs.replace(momentum, return_=None, missing={"return": "unpriced"})
    assert ranked(unpriced, replace(read(crash), received=1.0)).missing["rank"] == "unpriced"


def test_what_followed_has_a_path_that_ends_where_the_table_says(crash: Made, tmp_path: Path) -> None:
    held(tmp_path, MOMENTUM)
    found = read(crash)
    series, study = found.records[0].series, records(found)["french"].rules[0]
    event = study.all_events[-1]
    place = list(series.sessions).index(event.session)
    expected = float(np.prod(1 + series.returns[place + 1 : place + 22]) - 1)
    assert event.after["21"] == pytest.approx(expected)


@pytest.mark.parametrize(("back", "there"), [(200, True), (0, False)], ids=["reaches beyond", "begins with it"])
def test_no_day_from_the_session_on_is_of_the_record(crash: Made, tmp_path: Path, back: int, *, there: bool) -> None:
    assert crash.board.basis is not None
    session = crash.board.basis.session
    text = Text(MOMENTUM, count=300, first=session - timedelta(days=back))
    assert text.days[-1] > session
    file = tmp_path / "beyond.csv"
    file.write_bytes(text.text)
    kept.keep_file(file, now=datetime(2100, 1, 1, tzinfo=UTC))
    found = read(crash)
    french = [record for record in found.records if record.record == "french"]
    assert bool(french) is there
    assert all(record.series.sessions[-1] < session for record in found.records)
    assert ranked_last(crash, found) < session


def ranked_last(crash: Made, found: HistoryInputs) -> date:
    assert crash.board.momentum.value is not None
    rank = ranked(crash.board.momentum.value, found).rank
    assert rank is not None
    return rank.last


def test_where_there_is_no_record_the_rank_says_so_once_it_was_looked_for(crash: Made) -> None:
    assert crash.board.momentum.value is not None
    none = HistoryInputs(history_of([], reason="no basket could be formed in the sessions held"))
    assert ranked(crash.board.momentum.value, none).missing["rank"].startswith("no basket")
