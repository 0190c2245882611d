"""`simulate` as a process: it serves, and leaves quietly when interrupted."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from deskview.exits import Exit
from tests.credentials.conftest import HANG_S, Surroundings


def test_the_market_is_served_until_interrupted(surroundings: Surroundings) -> None:
    command = [sys.executable, "-m", "deskview", "simulate", "--port", "0", "--key", "any_key", "--speed", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings.environment
    ) as server:
        assert server.stderr is not None
        told = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
        assert told
        assert ask(told[0], "any_key")["serverTime"].startswith("2026-02-04T14:45:00")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(told[0], "another")
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=HANG_S)
    assert (server.returncode, out, err) == (Exit.INTERRUPTED, "", "")


def ask(url: str, key: str) -> dict[str, str]:
    """The market's status."""
    request = urllib.request.Request(f"{url}/v1/marketstatus/now", headers={"Authorization": f"Bearer {key}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=HANG_S) as answer:  # noqa: S310
        return dict(json.load(answer))
