"""Fixtures every test may use."""

from pathlib import Path

import pytest


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
