"""Things made once a test run."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.once import once


def make_in(folder: Path) -> int:
    """The process that made the thing, noted by each that makes it."""

    def make() -> int:
        with (folder / "makers.txt").open("a") as notes:
            notes.write(f"{os.getpid()}\n")
        return os.getpid()

    return once(folder, "thing", make)


def test_one_process_makes_it_and_all_get_it(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as workers:
        found = list(workers.map(make_in, [tmp_path] * 8))
    assert [int(line) for line in (tmp_path / "makers.txt").read_text().split()] == list(set(found))


def test_what_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        once(tmp_path, "thing", lambda: 1 / 0)
    assert once(tmp_path, "thing", lambda: 2.0) == 2.0
    assert once(tmp_path, "thing", lambda: 3.0) == 2.0
