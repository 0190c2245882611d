"""The log file is private and rotating, goes nowhere else, and holds no planted key in any of a record's parts."""

import gc
import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deskview.credentials import ApiKey
from deskview.logs import SafeFormatter, log_uncaught, plain_traceback
from tests.credentials.conftest import CANARY, HANG_S, REPOSITORY

PROGRAM = """
import logging, sys, threading, warnings
from pathlib import Path
from urllib.parse import quote
from deskview.credentials import ApiKey, Credentials, SessionKeys
from deskview.logs import log_uncaught, configure_logging

text = sys.stdin.readline().strip()
keys = SessionKeys()
configure_logging(Path(sys.argv[1]) if len(sys.argv) > 1 else None, keys)
keys.put("massive", Credentials({"key": ApiKey(text)}))
log = logging.getLogger(f"deskview.{text}")
log.info(f"in the message {text}")
log.info("in an argument %s and %r", text, {"apiKey": text})
log.info("in a mapping %(key)s", {"key": text})
log.info("in a URL %s", "https://example.test/?apiKey=" + quote(text))
log.info("key object %s", keys.get("massive"))
log.info("forged\\n2026-01-01 INFO deskview: line \\x1b[31m")
log.info("arguments that do not fit %d %s", text)
log.warning("with a stack", stack_info=True)
try:
    try:
        raise KeyError(text)
    except KeyError as exc:
        local = text
        raise ValueError(f"value {text}") from exc
except ValueError:
    log.exception("in an exception")
logging.getLogger("httpx").info("HTTP Request: GET /")
logging.getLogger("httpcore.connection").info("connect")
logging.getLogger("httpx").warning("httpx may warn")
warnings.warn(f"a warning {text}")
logging.getLogger("silent").debug("not at this level")
for handler in logging.getLogger().handlers:
    if hasattr(handler, "stream"):
        handler.stream.close()
log.info("cannot be written %s", text)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(
        command, check=True, input=CANARY.encode(), capture_output=True, env=environment, timeout=HANG_S
    )


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """The file of a program that logged the key in every way it knows, silently."""
    file = tmp_path / "state" / "deskview.log"
    done = run(str(file))
    assert (done.stdout, done.stderr) == (b"", b"")
    return file


def test_no_part_of_a_record_shows_the_key(log_file: Path) -> None:
    text = log_file.read_text()
    assert CANARY not in text
    for part in ("in the message", "in an argument", "in a mapping", "in a URL", "value", "a warning"):
        assert f"{part} " in text, part
    assert text.count("••••") >= 10
    assert "ValueError: value ••••" in text
    assert "KeyError: '••••'" in text
    assert "do not fit" in text
    assert "with a stack" in text


def test_a_record_cannot_pass_itself_off_as_two(log_file: Path) -> None:
    lines = log_file.read_text().split("\n")
    assert any(line.endswith("forged 2026-01-01 INFO deskview: line [31m") for line in lines)
    assert not any(line.startswith("2026-01-01") for line in lines)


def test_the_http_client_is_heard_from_warnings_on(log_file: Path) -> None:
    text = log_file.read_text()
    assert "httpx may warn" in text
    assert "HTTP Request" not in text
    assert "connect" not in text.replace("connection", "")


def test_the_file_is_its_owners_alone(log_file: Path) -> None:
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700


def test_a_file_found_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "deskview.log"
    file.write_text("older\n")
    file.chmod(0o644)
    run(str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert file.read_text().startswith("older\n")


def test_without_a_file_nothing_is_shown() -> None:
    done = run()
    assert (done.stdout, done.stderr) == (b"", b"")


def test_rotated_files_are_private_and_few(tmp_path: Path) -> None:
    file = tmp_path / "deskview.log"
    program = (
        "import logging, sys; from pathlib import Path; import deskview.logs as logs; logs.MAX_BYTES = 2000\n"
        "logs.configure_logging(Path(sys.argv[1]), [])\n"
        "for i in range(400): logging.getLogger('x').info('record %d', i)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", program, str(file)], check=True, env=environment, timeout=HANG_S)
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["deskview.log", "deskview.log.1", "deskview.log.2", "deskview.log.3"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert all(one.stat().st_size <= 2000 for one in files)


def test_a_traceback_has_its_lines_but_no_locals_and_no_key() -> None:
    key = ApiKey(CANARY)

    def fail(argument: str) -> None:
        local_variable = f"local {argument}"
        raise ValueError(f"bad \x1b[2J{argument} {len(local_variable)}")

    try:
        fail(CANARY)
    except ValueError as exc:
        exc.add_note(f"note {CANARY}")
        text = plain_traceback(exc, [key])
    assert text.startswith("Traceback (most recent call last):\n  File ")
    assert "ValueError: bad [2J•••• " in text
    assert text.endswith("note ••••")
    assert CANARY not in text
    assert "local Canary" not in text
    assert "\x1b" not in text


def test_a_record_is_left_as_it_is_for_others() -> None:
    record = logging.LogRecord("deskview", logging.INFO, __file__, 1, "key %s", (CANARY,), None)
    assert "key ••••" in SafeFormatter([ApiKey(CANARY)]).format(record)
    assert (record.msg, record.args, record.exc_text) == ("key %s", (CANARY,), None)


def test_what_fails_on_a_thread_is_logged_without_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And not printed over the screen, as Python does."""
    monkeypatch.setattr("threading.excepthook", threading.excepthook)
    monkeypatch.setattr("sys.unraisablehook", sys.unraisablehook)
    root = logging.getLogger()
    handler = logging.FileHandler(tmp_path / "log")
    handler.setFormatter(SafeFormatter([ApiKey(CANARY)]))
    monkeypatch.setattr(root, "handlers", [handler])
    log_uncaught()

    class Clinging:
        def __del__(self) -> None:
            raise ValueError(f"{CANARY} of an object")

    def fail() -> None:
        raise ValueError(f"{CANARY} of a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Clinging()
    gc.collect()
    handler.close()
    logged = (tmp_path / "log").read_text()
    assert "ValueError: •••• of a thread" in logged
    assert "ValueError: •••• of an object" in logged
    assert CANARY not in logged
