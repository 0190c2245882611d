"""What every provider must do, over sockets: one suite, and a subject for each provider."""

import pytest

pytest.register_assert_rewrite("tests.providers.contract.calls")
