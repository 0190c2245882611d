"""Failed requests are not repeated here, which only takes time."""

from collections.abc import Iterator

import pytest
import stamina

from tests.feed.fixtures import board, crash, earlier, warm

__all__ = ["board", "crash", "earlier", "warm"]


@pytest.fixture(autouse=True)
def one_try() -> Iterator[None]:
    """One try a request."""
    with stamina.set_testing(True):
        yield
