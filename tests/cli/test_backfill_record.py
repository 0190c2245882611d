"""`deskview backfill record`: what is said before the host is asked, what of each file, and the exit code."""

import asyncio
from pathlib import Path

import pytest

from deskview.exits import Exit
from deskview.french import DECILES, FACTORS, MOMENTUM, fetch
from deskview.french.kept import about
from tests.cli.conftest import Desk, Outcome
from tests.credentials.conftest import CANARY
from tests.french.library import Text, deciles, factors
from tests.providers.scripted import Reply, Seen, serving

NOTICE = (
    "deskview: mba.tuck.dartmouth.edu is asked for 3 files, about 2 MB: daily momentum, factors and deciles of Kenneth "
    "French's data library, (c) Eugene F. Fama and Kenneth R. French, for your own use."
)
LINES = [
    "daily momentum: 40 days, 1926-11-03 to 1926-12-18; vintage 202604",
    "daily factors: 40 days, 1926-11-03 to 1926-12-18; vintage 202604",
    "daily deciles of prior return: 40 days, 1926-11-03 to 1926-12-18; vintage 202604; "
    "not read: Average Equal Weighted Returns -- Daily",
]


def beside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *replies: Reply, arguments: tuple[str, ...] = ()
) -> tuple[Outcome, list[Seen]]:
    """The command beside a library that answers so, and what that was asked."""

    async def both() -> tuple[Outcome, list[Seen]]:
        async with serving() as library:
            library.will(*replies)
            monkeypatch.setattr(fetch, "BASE_URL", f"{library.url}/ftp/")
            return await asyncio.to_thread(desk.run, "backfill", "record", *arguments), library.seen

    return asyncio.run(both())


def test_the_host_is_named_then_asked_and_each_file_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.keyring.entries["massive"] = CANARY
    files = [Reply(body=text.zipped) for text in (Text(), factors(), deciles())]
    done, seen = beside(desk, monkeypatch, *files)
    assert (done.code, done.err.splitlines(), done.out.splitlines()) == (Exit.OK, [NOTICE], LINES)
    assert all("authorization" not in request.headers and CANARY.encode() not in request.raw for request in seen)
    assert all(about(name) is not None for name in (MOMENTUM, FACTORS, DECILES))


def test_a_file_that_fails_is_told_and_the_others_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done, seen = beside(desk, monkeypatch, Reply(body=Text().zipped), Reply(401, b""), Reply(body=deciles().zipped))
    assert done.code == Exit.PROVIDER
    assert done.out.splitlines() == [LINES[0], LINES[2]]
    failed = "127.0.0.1 answered 401: the library asks for a login for now. There is no copy of daily factors yet."
    assert done.err.splitlines() == [NOTICE, f"deskview: {failed}"]
    assert len(seen) == 3


def test_files_are_taken_without_a_way_out(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(deciles().zipped)
    (tmp_path / "b.csv").write_bytes(Text(corner="Date", form="%Y-%m-%d", ending="\n").text)
    named = ("--file", str(tmp_path / "a.zip"), "--file", str(tmp_path / "b.csv"))
    done, seen = beside(desk, monkeypatch, Reply(500), arguments=named)
    assert (done.code, done.err, done.out.splitlines()) == (Exit.OK, "", [LINES[2], LINES[0]])
    assert seen == []


def test_a_file_that_is_none_of_the_library_is_a_fault_of_usage(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>")
    (tmp_path / "b.zip").write_bytes(factors().zipped)
    done = desk.run("backfill", "record", "--file", str(tmp_path / "a.zip"), "--file", str(tmp_path / "b.zip"))
    assert done.code == Exit.USAGE
    assert done.out.splitlines() == [LINES[1]]
    assert done.err.startswith(f"deskview: {tmp_path / 'a.zip'} is a web page and no data")


def test_values_that_are_no_numbers_are_counted(desk: Desk, tmp_path: Path) -> None:
    text = Text()
    text.rows[9] = text.rows[9].partition(",")[0] + ",n/a"
    (tmp_path / "a.csv").write_bytes(text.text)
    done = desk.run("backfill", "record", "--file", str(tmp_path / "a.csv"))
    assert done.out.splitlines() == [f"{LINES[0]}; values that are no numbers, and missing: 1"]


def test_the_settings_can_refuse_the_host_and_files_are_taken_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('ascii = true\nhistory = "off"\n')
    done, seen = beside(desk, monkeypatch, Reply(500), arguments=("--settings", str(settings)))
    assert (done.code, done.out, seen) == (Exit.USAGE, "", [])
    assert done.err.startswith(
        f'deskview: {settings}, line 2: history = "off", so mba.tuck.dartmouth.edu is not asked.'
    )
    (tmp_path / "a.zip").write_bytes(Text().zipped)
    done = desk.run("backfill", "record", "--settings", str(settings), "--file", str(tmp_path / "a.zip"))
    assert (done.code, done.out.splitlines()) == (Exit.OK, [LINES[0]])


def test_another_word_for_the_setting_is_refused_with_those_there_are(desk: Desk, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('history = "of"\n')
    done = desk.run("backfill", "record", "--settings", str(settings))
    assert done.code == Exit.USAGE
    assert f"{settings}, line 1: history: Invalid enum value 'of'; valid: on, off" in done.err


def test_a_proxy_that_is_named_and_can_not_be_used_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy.example")
    done = desk.run("backfill", "record")
    assert done.code == Exit.USAGE
    assert "mba.tuck.dartmouth.edu can't be asked: HTTPS_PROXY must begin with" in done.err
