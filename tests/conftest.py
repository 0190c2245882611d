"""Fixtures every test may use."""

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("desk", deadline=None)  # how long an example takes is the machine's
settings.load_profile("desk")


APPS = 25
"""So many apps that have ended may lie about: looking through everything takes a while, each holds some 40 MB."""


@pytest.fixture(scope="session", autouse=True)
def ended_apps_are_let_go() -> Iterator[None]:
    """An app takes what it is built of out of the garbage collector's sight, as there is one in a process.

    Of the hundreds a test run starts each would stay for ever: gigabytes.
    """
    freeze, started = gc.freeze, count(1)

    def freeze_the_last() -> None:
        if next(started) % APPS == 0:
            gc.unfreeze()
            gc.collect()
        freeze()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", freeze_the_last)
        yield


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder all workers of a test run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """The reference material that may be copied, and is."""
    return Path(__file__).with_name("data")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside a development checkout; a clone alone skips what needs it.

    Only for what may not be copied into `data`.
    """
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("reference material is not beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the desk keeps between runs is kept here, and so are rules set on it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"
