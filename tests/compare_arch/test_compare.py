"""The comparison with arch where it is installed."""

import pytest

from tests.compare_arch import compare


def test_same_limits_as_arch() -> None:
    pytest.importorskip("arch", reason="needs an environment of its own, see compare.py")
    assert compare.main() == 0
