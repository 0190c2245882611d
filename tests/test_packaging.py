"""What is in the wheel: one package, with the widgets, the themes and the data inside it."""

import os
import shutil
import subprocess
import tomllib
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deskview import __version__

REPOSITORY = Path(__file__).resolve().parents[1]
BUILD_S = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as built from this checkout; skips where no build tool can be had."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--out-dir", str(folder), str(REPOSITORY)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=BUILD_S)
    if done.returncode and "Failed to resolve requirements from `build-system.requires`" in done.stderr:
        pytest.skip("the build back end cannot be fetched here")
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def in_folder(folder: str, *suffixes: str) -> set[str]:
    """Files of the checkout below a folder, as the wheel should name them."""
    root = REPOSITORY / folder
    inside = "deskview" if folder == "deskview" else f"deskview/{folder}"
    return {
        f"{inside}/{file.relative_to(root).as_posix()}"
        for file in root.rglob("*")
        if file.suffix in suffixes and "__pycache__" not in file.parts
    }


def test_nothing_but_deskview_lands_in_site_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"deskview"}
    assert len(tops) == 2


@pytest.mark.parametrize("folder", ["widgets", "themes", "deskview"])
def test_every_module_and_every_data_file_is_there_once_as_a_file(wheel: zipfile.ZipFile, folder: str) -> None:
    names = wheel.namelist()
    expected = in_folder(folder, ".py", ".toml", ".csv", ".typed")
    assert expected
    assert expected - set(names) == set()
    assert len(names) == len(set(names))
    assert all(wheel.getinfo(name).external_attr >> 28 != 0o12 for name in names), "a link instead of a file"


def test_data_holds_what_the_checkout_holds(wheel: zipfile.ZipFile) -> None:
    data = in_folder("deskview", ".toml", ".csv") | in_folder("themes", ".toml")
    assert {"deskview/market/data/funds.csv", "deskview/themes/deskview-dark.toml"} <= data
    assert any(name.startswith("deskview/simulator/scenarios/") for name in data)
    for name in data:
        assert wheel.read(name) == (REPOSITORY / name).read_bytes()


def test_types_and_the_command_are_announced(wheel: zipfile.ZipFile) -> None:
    assert "deskview/py.typed" in wheel.namelist()
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "deskview = deskview.cli:main" in wheel.read(entry_points).decode()


def test_the_version_is_the_programs_own(wheel: zipfile.ZipFile) -> None:
    metadata = metadata_of(wheel)
    assert metadata["Version"] == __version__
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert "version" not in project, "the version is written a second time"


def test_who_made_it_and_what_it_is_are_told(wheel: zipfile.ZipFile) -> None:
    metadata = metadata_of(wheel)
    assert metadata["Author"] in (REPOSITORY / "LICENSE").read_text()
    assert metadata["License-Expression"] == "MIT"
    assert "trading" in metadata["Keywords"].split(",")
    assert metadata["Requires-Python"] == ">=3.11"
    assert str(metadata.get_payload()).strip() == (REPOSITORY / "README.md").read_text(encoding="utf-8").strip()


def metadata_of(wheel: zipfile.ZipFile) -> Message:
    """What an installer reads."""
    name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    return message_from_string(wheel.read(name).decode())


def test_tests_and_caches_stay_at_home(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if "__pycache__" in name or "/tests/" in name] == []


def test_the_tried_versions_are_within_those_asked_for() -> None:
    lines = (REPOSITORY / ".ci" / "requirements.txt").read_text().splitlines()
    tried = dict(line.split()[0].split("==") for line in lines if "==" in line)
    told = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    asked = map(Requirement, [*told["project"]["dependencies"], *told["dependency-groups"]["dev"]])
    assert [str(each) for each in asked if not each.specifier.contains(tried.get(each.name, "0"))] == []
