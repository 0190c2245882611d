"""A file is written whole or not at all, read with a limit, and lies in a folder closed to others."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deskview.files import WRITING, UnusableFileError, private_folder, read_text, read_toml, write_whole
from tests.hostile import NO_TOML, UNREADABLE, holding

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


@pytest.mark.parametrize(("make", "reason"), UNREADABLE)
def test_what_is_no_readable_text_is_refused_with_its_name(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "it")
    with pytest.raises(UnusableFileError) as caught:
        read_text(tmp_path / "it")
    assert str(caught.value).startswith(f"{tmp_path / 'it'}: ")
    assert reason in caught.value.reason


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
def test_what_is_no_toml_is_refused_with_its_name(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    make(tmp_path / "it")
    with pytest.raises(UnusableFileError) as caught:
        read_toml(tmp_path / "it")
    assert str(caught.value).startswith(f"{tmp_path / 'it'}: ")
    assert reason in caught.value.reason


def test_a_file_nobody_may_read_is_refused_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    holding(b"a = 1")(tmp_path / "it")
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(UnusableFileError, match=r"it: Permission denied"):
        read_text(tmp_path / "it")


def test_no_file_has_a_name_with_a_nul_in_it(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="no file can have such a name"):
        read_text(tmp_path / "a\0b")


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_text(tmp_path / "it")


@pytest.mark.parametrize("data", [b"a = 1\nb = 2\n", b"\xef\xbb\xbfa = 1\nb = 2\n", b"a = 1\r\nb = 2\r\n"])
def test_marks_and_line_ends_of_other_systems_do_no_harm(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    assert read_toml(file) == ("a = 1\nb = 2\n", {"a": 1, "b": 2})


def test_a_folder_is_made_and_closed_to_others(tmp_path: Path) -> None:
    made, open_one = tmp_path / "a" / "made", tmp_path / "open"
    open_one.mkdir()
    open_one.chmod(0o777)
    for folder in (made, open_one):
        private_folder(folder)
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(UnusableFileError, match="belongs to another user"):
        private_folder(tmp_path)


def test_a_folder_that_stays_open_to_writers_is_refused_and_one_open_to_readers_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system that knows no modes."""
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    os.chmod(tmp_path / "shared", 0o777)  # noqa: PTH101, S103 - that of paths does nothing here
    with pytest.raises(UnusableFileError, match="can be written by others"):
        private_folder(tmp_path / "shared")
    os.chmod(tmp_path / "shared", 0o755)  # noqa: PTH101, S103
    private_folder(tmp_path / "shared")


@pytest.mark.parametrize("way", ["a file is there", "a file is in the way"])
def test_a_folder_that_cannot_be_made_is_told(file: Path, way: str) -> None:
    with pytest.raises(UnusableFileError, match=r"can't be made \((File exists|Not a directory)\)"):
        private_folder(file if way == "a file is there" else file / "below")
