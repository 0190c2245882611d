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
        sentence = server.stderr.readline()
        assert "any_key" not in sentence, "a real one may be given by mistake"
        told = re.search(r"http://127\.0\.0\.1:\d+", sentence)
        assert told
        assert ask(told[0], "any_key")["serverTime"].startswith("2026-02-04T14:45:00")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(told[0], "another")
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=HANG_S)
    assert (server.returncode, out, err) == (Exit.INTERRUPTED, "", "")


def test_a_market_with_less_refuses_what_it_has_not(surroundings: Surroundings) -> None:
    options = ["--port", "0", "--speed", "0", "--plan", "developer", "--without", "splits"]
    command = [sys.executable, "-m", "deskview", "simulate", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=surroundings.environment) as server:
        assert server.stderr is not None
        sentence = server.stderr.readline()
        assert "it accepts the key 'demo'" in sentence
        told = re.search(r"http://127\.0\.0\.1:\d+", sentence)
        assert told
        for path in ("stocks/v1/splits", "stocks/v1/short-volume"):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                ask(told[0], "demo", path)
        assert ask(told[0], "demo", "stocks/v1/dividends")["status"] == "OK"
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=HANG_S)
    assert server.returncode == Exit.INTERRUPTED


def ask(url: str, key: str, path: str = "v1/marketstatus/now") -> dict[str, str]:
    """An answer of the market, its status if nothing else is asked for."""
    request = urllib.request.Request(f"{url}/{path}", headers={"Authorization": f"Bearer {key}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=HANG_S) as answer:  # noqa: S310
        return dict(json.load(answer))
