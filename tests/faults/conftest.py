"""The market the faults befall. Failed requests are not repeated here, which only takes time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.faults.desks import World, world


@pytest.fixture(autouse=True)
def one_try() -> Iterator[None]:
    """One try a request."""
    with stamina.set_testing(True):
        yield


@pytest.fixture(scope="session")
def undisturbed(run_folder: Path) -> World:
    """Its boards without a fault, and the history that made them."""
    return world(run_folder)
