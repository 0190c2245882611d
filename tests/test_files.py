"""A file is written whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deskview.files import WRITING, write_whole

OLD, NEW = b"the old one", b"the new one"
LARGE = 50_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that holds something, alone in its folder."""
    file = tmp_path / "folder" / "file"
    file.parent.mkdir()
    file.write_bytes(OLD)
    return file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("sync", [True, False])
def test_the_new_bytes_stand_in_place_of_the_old(file: Path, sync: bool) -> None:
    write_whole(file, NEW, sync=sync)
    assert file.read_bytes() == NEW
    assert names(file.parent) == ["file"]


def test_a_new_file_is_closed_to_others_and_so_is_its_folder(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b" / "file", NEW)
    assert (tmp_path / "a" / "b" / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_other_rights_can_be_asked_for(file: Path) -> None:
    write_whole(file, NEW, mode=0o644)
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_link_stays_one_and_its_target_is_written(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(Path("folder") / "file")
    write_whole(link, NEW)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert names(tmp_path) == ["folder", "link"]


def test_a_link_that_leads_nowhere_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", NEW)
    assert (tmp_path / "target").read_bytes() == NEW


@pytest.mark.parametrize("step", ["tempfile.mkstemp", "os.fsync", "pathlib.Path.replace"])
def test_where_a_step_fails_the_old_file_is_left_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(step, fails)
    with pytest.raises(PermissionError):
        write_whole(file, NEW)
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["file"]


def test_where_no_more_can_be_written_the_old_file_is_left_and_nothing_else(file: Path) -> None:
    """A limit on the size of files stops the write half-way, as a full disk does."""
    program = (
        "import resource, sys; from pathlib import Path; from deskview.files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: write_whole(Path(sys.argv[1]), bytes(1_000_000))\n"
        "except OSError as fault: print(fault.errno)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(errno.EFBIG)
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["file"]


def test_interrupted_by_a_key_it_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, NEW)
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["file"]


def test_killed_half_way_it_leaves_the_old_file(file: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from deskview.files import write_whole\n"
        "real = os.fsync\n"
        "def reached(handle): real(handle); print('written', flush=True); sys.stdin.read()\n"
        "os.fsync = reached\n"
        f"write_whole(Path(sys.argv[1]), bytes({LARGE}))"
    )
    command = [sys.executable, "-c", program, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "written\n"
        child.send_signal(signal.SIGKILL)
    assert file.read_bytes() == OLD
    left = [name for name in names(file.parent) if name != "file"]
    assert [name.startswith(WRITING) for name in left] == [True]


def test_a_file_where_the_folder_should_be_is_an_error(file: Path) -> None:
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        write_whole(file / "below", NEW)
    assert file.read_bytes() == OLD


def test_a_folder_that_cannot_be_synced_costs_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def only_files(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112 - a descriptor's folder
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    write_whole(file, NEW)
    assert file.read_bytes() == NEW
