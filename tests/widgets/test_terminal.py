"""What a driver writes to and reads with: it never waits, and hears the end."""

import math
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO
from unittest.mock import patch

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from deskview.widgets.textual_private import terminal
from deskview.widgets.textual_private.terminal import KeyDecoder, TerminalOutput, TerminalWatch, TerminalWriter

LIMIT_S = 30.0
MUCH = "x" * 1_000_000
"""More than a pipe holds."""


@dataclass
class Line:
    """A writer on a pipe, and what it told."""

    reader: int
    file: TextIO
    output: TerminalOutput = field(default_factory=TerminalOutput)
    stalls: list[bool] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    news: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.writer = TerminalWriter(self.file, self.output, failed=self.failed, ready=self.ready)

    def ready(self, stalled: bool) -> None:
        """All is written, and somebody wanted to know."""
        self.stalls.append(stalled)
        self.news.set()

    def failed(self, error: Exception) -> None:
        """It can't be written."""
        self.errors.append(error)
        self.news.set()

    def read(self, count: int) -> bytes:
        """So many bytes."""
        data = b""
        while len(data) < count:
            data += os.read(self.reader, count - len(data))
        return data


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(terminal, "STALL_S", LIMIT_S)  # a busy machine is no stalled terminal
    reader, descriptor = os.pipe()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        line = Line(reader, file)
        yield line
        if line.reader >= 0:
            os.close(line.reader)
        line.writer.drain(LIMIT_S)


def test_what_is_written_comes_in_its_order_and_is_counted(line: Line) -> None:
    for text in ("a", "é", "\x1b[?25l"):
        line.writer.write(text)
    assert line.read(9) == "aé\x1b[?25l".encode()
    assert line.writer.drain(LIMIT_S)
    assert line.output == TerminalOutput(bytes_written=9)
    assert not line.writer.defer()
    assert line.stalls == []


def test_while_nobody_reads_frames_wait_and_then_one_is_asked_for(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "STALL_S", 0.2)
    line.writer.write(MUCH)
    assert line.writer.defer()
    assert not line.writer.drain(0.5)
    line.writer.write("bell")
    assert line.writer.defer()
    assert line.read(len(MUCH) + 4).endswith(b"bell")
    assert line.news.wait(LIMIT_S)
    assert line.stalls == [True]
    assert line.output.stalls == 1
    assert line.output.longest_stall_s > 0.2
    assert not line.writer.defer()


def test_what_is_painted_anew_on_a_slow_line_is_not_painted_anew_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "STALL_S", 0.2)
    for _ in range(3):
        line.writer.write(MUCH)
        assert not line.writer.drain(0.5)
        line.read(len(MUCH))
        assert line.writer.drain(LIMIT_S)
    line.writer.write("a")  # by now it has been told of all before
    assert line.read(1) == b"a"
    assert line.stalls == [True]
    assert line.output.stalls >= 3


def test_at_the_end_a_slow_line_is_waited_for(line: Line) -> None:
    line.writer.write(MUCH)

    def read_slowly() -> None:
        for _ in range(4):
            time.sleep(1)
            line.read(len(MUCH) // 4)

    reader = threading.Thread(target=read_slowly)
    reader.start()
    assert line.writer.drain(3)  # of four seconds
    reader.join()


def test_a_terminal_that_does_not_wait_is_waited_for(line: Line) -> None:
    os.set_blocking(line.file.fileno(), False)
    line.writer.write(MUCH)
    assert line.read(len(MUCH)) == MUCH.encode()
    assert line.writer.drain(LIMIT_S)
    assert line.errors == []


def test_the_first_failure_is_told_once_and_nothing_waits_for_what_can_t_be_written(line: Line) -> None:
    os.close(line.reader)
    line.reader = -1
    line.writer.write("a")
    assert line.news.wait(LIMIT_S)
    line.writer.write("b")
    line.writer.reopen()
    line.writer.write("c")
    assert line.writer.drain(LIMIT_S)
    assert [type(error) for error in line.errors] == [BrokenPipeError]


def test_keys_are_decoded_without_what_is_no_utf_8_and_the_end_is_heard() -> None:
    decoder = KeyDecoder("utf-8")
    assert decoder.decode(b"a\xc3") == "a"
    assert decoder.decode(b"\xa9\xe9b") == "éb"
    with pytest.raises(EOFError):
        decoder.decode(b"")


def keys_of(*reads: bytes, alt: str = "") -> list[str]:
    """What Textual makes of what is read, piece by piece and then no more."""
    decoder, parser = KeyDecoder("utf-8", lambda character: character in alt), XTermParser()
    events = [event for data in reads for event in parser.feed(decoder.decode(data))]
    with patch("textual._parser.get_time", lambda: math.inf):
        events += parser.tick()
    return [event.key for event in events if isinstance(event, Key)]


@pytest.mark.parametrize(
    ("reads", "keys"),
    [
        ((b"\x1bb",), ["escape", "b"]),
        ((b"\x1b", b"v"), ["escape", "v"]),
        ((b"\x1bv\x1b",), ["escape", "v", "escape"]),
        ((b"\x1b1", b"\x1b", b"\x1b"), ["escape", "1", "escape", "escape"]),
        ((b"\x1b\r",), ["escape", "enter"]),
        ((b"\x1b\xc3", b"\xa9"), ["escape", "é"]),
        ((b"\x1b[", b"A\x1bOP\x1b\x1b[B"), ["up", "f1", "escape", "down"]),
        ((b"\x1b[27uv",), ["escape", "v"]),
    ],
)
def test_an_escape_and_what_comes_with_it_are_two_keys(reads: tuple[bytes, ...], keys: list[str]) -> None:
    assert keys_of(*reads) == keys


def test_an_escape_and_a_key_behind_alt_are_that_key() -> None:
    assert keys_of(b"\x1bv", alt="v") == ["alt+v"]
    assert keys_of(b"\x1bw", alt="v") == ["escape", "w"]


def test_a_terminal_whose_other_end_has_been_closed_is_noticed_once() -> None:
    master, slave = os.openpty()
    gone = threading.Event()
    TerminalWatch((slave,), gone.set)
    assert not gone.wait(3 * TerminalWatch.EVERY_S)
    os.close(master)
    assert gone.wait(LIMIT_S)
    os.close(slave)


def test_what_was_no_terminal_from_the_start_is_not_missed() -> None:
    reader, writer = os.pipe()
    gone = threading.Event()
    watch = TerminalWatch((reader, writer), gone.set)
    assert not gone.wait(3 * TerminalWatch.EVERY_S)
    watch.stop()
    os.close(reader)
    os.close(writer)
