"""The user's command and file: real programs and files, and what goes wrong with them."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskview.alerts import delivery
from deskview.alerts.delivery import Delivery
from deskview.board.alerts import Firing
from deskview.credentials import ApiKey
from deskview.settings import Alert, Settings

CANARY = "Canary_7f3kQz9Lw2Vx8Rt5Yb1Nc6Md4"
RULE = Alert(reading="names.BRK.B.price", above=500.0)
FIRING = Firing(
    1,
    datetime(2026, 2, 4, 20, 42, 10, 123_456, UTC),
    RULE,
    "Price of Berkshire above 500",
    "501.20, over 500; the last trade, 2s old.",
)
HOSTILE = "'; touch pwned \" $(touch pwned) `touch pwned` \\ \n & {sentence} {0} {} %s\x1b]0;x\x07 --help\udc80σ"
RECORD = "import json, os, sys; json.dump([sys.argv[1:], dict(os.environ)], open({!r}, 'w'))"


def python(code: str, *arguments: str) -> tuple[str, ...]:
    """A program of that code."""
    return (sys.executable, "-c", code, *arguments)


def eventually(found: Callable[[], object], limit_s: float = 30.0) -> None:
    """Waits until it is true."""
    deadline = time.monotonic() + limit_s
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def delivered(*firings: Firing, report: Callable[[str], None] = lambda _: None, **settings: object) -> None:
    """Delivers the firings, to the end."""
    deliver = Delivery(Settings(**settings), [ApiKey(CANARY)], report)  # type: ignore[arg-type]
    for firing in firings:
        deliver(firing)
    deliver.close(30)


def recorded(tmp_path: Path, firing: Firing, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment with which a program was started."""
    file = tmp_path / "started.json"
    delivered(firing, alert_command=python(RECORD.format(str(file)), *arguments))
    argv, environment = json.loads(file.read_text())
    return argv, environment


def test_what_fired_stands_in_the_arguments(tmp_path: Path) -> None:
    argv, _ = recorded(tmp_path, FIRING, "-t", "{title}", "at {time}: {sentence}", "{reading}{reading}", "{other}", "")
    assert argv == [
        "-t",
        FIRING.title,
        f"at 2026-02-04T15:42:10-05:00: {FIRING.sentence}",
        "names.BRK.B.pricenames.BRK.B.price",
        "{other}",
        "",
    ]


def test_a_hostile_name_is_one_argument_and_no_shell_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    firing = replace(FIRING, title=HOSTILE, sentence="{title}\0{reading}", rule=Alert(reading=HOSTILE, above=1.0))
    argv, _ = recorded(tmp_path, firing, "{title}", "{sentence}", "<{reading}>")
    arrived = HOSTILE.replace("\udc80", "?")
    assert argv == [arrived, "{title} {reading}", f"<{arrived}>"]
    assert [file.name for file in tmp_path.iterdir()] == ["started.json"]


def test_the_key_is_in_neither_arguments_nor_environment_nor_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HELD_BY_THE_USER", f"key={CANARY}")
    monkeypatch.setenv("ANOTHER", "value")
    argv, environment = recorded(tmp_path, replace(FIRING, title=f"Of {CANARY}"), "{title}")
    assert argv == ["Of ••••"]
    assert environment["ANOTHER"] == "value"
    assert "HELD_BY_THE_USER" not in environment
    caplog.set_level(logging.INFO)
    delivered(FIRING, alert_command=python(f"print('{CANARY}')"))
    assert "printed: ••••" in caplog.text
    assert CANARY not in caplog.text


def test_the_end_of_what_it_prints_is_in_the_log_and_nothing_can_be_read_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    code = "import sys; print('first' + 'x' * 200_000 + '\\x1b[2Jlast'); print(repr(sys.stdin.read()), file=sys.stderr)"
    delivered(FIRING, alert_command=python(code))
    (line,) = [record.getMessage() for record in caplog.records if "printed" in record.getMessage()]
    assert "ended with code 0" in line
    assert line.endswith("x[2Jlast ''")
    assert "first" not in line
    assert len(line) < 2_000


@pytest.mark.parametrize("code", [0, 1])
def test_what_a_program_repeats_of_what_is_held_is_not_in_the_log(caplog: pytest.LogCaptureFixture, code: int) -> None:
    caplog.set_level(logging.INFO)
    rule = Alert(reading="lists.lists.core.pnl_today_usd", above=1.0)
    own = replace(FIRING, rule=rule, sentence="core gains $76,543")
    told: list[str] = []
    repeats = python(f"import sys; print(sys.argv[1]); sys.exit({code})", "{sentence}")
    delivered(own, report=told.append, alert_command=repeats)
    assert f"ended with code {code}" in caplog.text
    assert "76,543" not in caplog.text
    assert not any("in the log" in sentence for sentence in told)
    delivered(replace(own, rule=FIRING.rule), alert_command=repeats)
    assert "printed: core gains $76,543" in caplog.text


def test_nothing_is_started_in_quiet_hours_and_the_file_gets_all(tmp_path: Path) -> None:
    file, started = tmp_path / "alerts.txt", tmp_path / "started.json"
    delivered(replace(FIRING, rings=False), alert_file=file, alert_command=python(RECORD.format(str(started))))
    assert not started.exists()
    assert len(file.read_text().splitlines()) == 1


def test_a_program_that_hangs_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "PROGRAM_S", 1.0)
    file = tmp_path / "child"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(file)!r}, 'w').write(str(child.pid))\nprint('started', flush=True)\ntime.sleep(600)"
    )
    told: list[str] = []
    delivered(FIRING, FIRING, report=told.append, alert_command=python(code))
    eventually(lambda: not is_running(int(file.read_text())))
    assert told == [f"alert_command: {sys.executable} was ended after 1 s; what it printed is in the log."]


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_closing_waits_for_no_program_longer_than_it_may(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    code = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    deliver = Delivery(Settings(alert_command=python(code)))
    for _ in range(10):
        deliver(FIRING)
    eventually(lambda: file.exists() and file.read_text())
    deliver.close(0.5)
    deliver(FIRING)
    eventually(lambda: not is_running(int(file.read_text())))


def test_what_a_program_leaves_running_keeps_nobody_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PROGRAM_S", 300.0)
    caplog.set_level(logging.INFO)
    file = tmp_path / "pid"
    delivered(FIRING, alert_command=("sh", "-c", f'sleep 600 & echo $! > "{file}"; echo done'))
    assert "ended with code 0, and printed: done" in caplog.text
    subprocess.run(["kill", file.read_text().strip()], check=True)


def test_too_many_are_left_out_and_counted_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "PROGRAM_S", 300.0)
    deliver = Delivery(Settings(alert_command=python("import time; time.sleep(600)")))
    most = delivery.QUEUED + delivery.AT_ONCE
    for _ in range(most + 20):
        deliver(FIRING)
    assert 20 <= deliver.skipped <= 20 + delivery.AT_ONCE
    assert f"({deliver.skipped} so far)" in caplog.text
    deliver.close(0.5)


@pytest.mark.parametrize(
    ("made", "reason"), [("", "No such file or directory"), ("no program", "Permission denied"), ("\0", "No such file")]
)
def test_a_program_that_can_not_be_started_is_told_once_and_again_when_it_can(
    tmp_path: Path, made: str, reason: str
) -> None:
    program, told = tmp_path / "notify", list[str]()
    if made.isprintable() and made:
        program.write_text(made)
    named = f"{program}{made}" if made == "\0" else str(program)
    deliver = Delivery(Settings(alert_command=(named, "{title}")), report=told.append)
    for _ in range(5):
        deliver(FIRING)
    eventually(lambda: told)
    if made != "\0":
        program.write_text("#!/bin/sh\nexit 0\n")
        program.chmod(0o700)
        deliver(FIRING)
        eventually(lambda: len(told) == 2)
        assert told[1] == f"alert_command: {program} works again."
    deliver.close(30)
    assert told[0].startswith(f"alert_command: {program}")
    assert f"can't be started ({reason}" in told[0]
    assert "Mend alert_command in the settings; `deskview doctor` checks it." in told[0]
    assert len(told) == (1 if made == "\0" else 2)


def test_a_program_that_fails_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told: list[str] = []
    delivered(*[FIRING] * 3, report=told.append, alert_command=("sh", "-c", "echo no display >&2; exit 3"))
    assert told == ["alert_command: sh ended with code 3; what it printed is in the log."]
    assert caplog.text.count("ended with code 3, and printed: no display") == 3


def test_a_program_of_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    program = tmp_path / "notify"
    program.write_text('#!/bin/sh\necho "$1" > ~/told\n')
    program.chmod(0o700)
    delivered(FIRING, alert_command=("~/notify", "{title}"))
    assert (tmp_path / "told").read_text() == f"{FIRING.title}\n"


def test_a_line_a_firing_private_and_after_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "alerts.txt"
    hostile = replace(FIRING, title="a\tb\nc\x1b[2J\udc80", sentence=f"of {CANARY}\r\n2026-01-01\tfaked\tline")
    delivered(FIRING, hostile, alert_file=file)
    assert file.read_text() == (
        f"2026-02-04T15:42:10-05:00\t{FIRING.title}\t{FIRING.sentence}\n"
        "2026-02-04T15:42:10-05:00\ta b c[2J\tof •••• 2026-01-01 faked line\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    delivered(FIRING, alert_file=file)
    assert file.read_text().count("\n") == 3
    assert file.stat().st_mode & 0o777 == 0o640, "the user's own rights stay"


def test_a_missing_folder_is_told_once_and_what_waited_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "RETRY_S", 0.1)
    file, told = tmp_path / "later" / "alerts.txt", list[str]()
    deliver = Delivery(Settings(alert_file=file), report=told.append)
    for number in (1, 2, 3):
        deliver(replace(FIRING, title=f"alert {number}"))
    eventually(lambda: told)
    time.sleep(0.5)
    assert told == [
        f"alert_file: {file}: No such file or directory. Alerts are shown and kept; their lines wait and are written "
        "once the file can be."
    ]
    file.parent.mkdir()
    eventually(lambda: len(told) == 2)
    assert told[1] == f"alert_file: {file} is written again, with the lines that waited."
    assert [line.split("\t")[1] for line in file.read_text().splitlines()] == ["alert 1", "alert 2", "alert 3"]
    deliver.close(30)


def test_a_full_disk_and_a_pipe_nobody_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file, reason in ((Path("/dev/full"), "No space left on device"), (tmp_path / "pipe", "No such device")):
        told: list[str] = []
        delivered(FIRING, FIRING, report=told.append, alert_file=file)
        assert len(told) == 1
        assert told[0].startswith(f"alert_file: {file}: {reason}")


def test_a_line_the_disk_took_a_part_of_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second write of two is refused once, as on a disk that is full."""
    monkeypatch.setattr(delivery, "RETRY_S", 0.05)
    written, calls = os.write, list[int]()

    def little(descriptor: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) == 2:
            raise OSError(28, os.strerror(28))
        return written(descriptor, data[:10] if len(calls) == 1 else data)

    file, told = tmp_path / "alerts.txt", list[str]()
    monkeypatch.setattr(os, "write", little)
    deliver = Delivery(Settings(alert_file=file), report=told.append)
    deliver(FIRING)
    eventually(lambda: len(told) == 2)
    deliver.close(30)
    assert file.read_text() == f"2026-02-04T15:42:10-05:00\t{FIRING.title}\t{FIRING.sentence}\n"


def test_without_command_and_file_there_is_no_thread() -> None:
    import threading  # noqa: PLC0415

    before = threading.active_count()
    delivered(FIRING)
    assert threading.active_count() == before
