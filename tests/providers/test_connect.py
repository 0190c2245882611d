"""The door to the providers."""

import subprocess
import sys

import httpx
import pytest

from deskview.credentials.key import ApiKey
from deskview.providers import PROVIDERS, connect
from tests.providers.conftest import CANARY


async def test_speaks_through_the_transport_it_is_given() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://api.massive.com/v1/marketstatus/upcoming"
        return httpx.Response(200, json=[])

    provider = connect("massive", {"key": ApiKey(CANARY)}, transport=httpx.MockTransport(answer))
    assert await provider.closures() == {}
    assert provider.source.namespace == "massive"
    await provider.aclose()


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(ValueError, match="massive"):
        connect("polygoon", {"key": ApiKey(CANARY)})
    assert "massive" in PROVIDERS


def test_importing_the_door_loads_nothing_heavy() -> None:
    heavy = "{'httpx', 'polars', 'msgspec', 'stamina'}"
    code = f"import sys, deskview.providers; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
