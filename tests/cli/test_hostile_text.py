"""Whatever stands in settings, names of files, arguments and environment: what a command prints is harmless."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.cli.conftest import Desk, Outcome
from tests.hostile_text import HOSTILE, foreign

SETTINGS: dict[str, str] = {
    "a value": "provider = {}",
    "an address": "base_url = {}",
    "a name": "{} = 1",
    "a table": "[{}]\nx = 1",
    "a key": "[keys]\n{} = 'q'",
    "a key's key": "[keys]\nzoom = {}",
    "a list": "[columns]\n{} = ['x']",
    "a column": "[columns]\ndesk-flow = [{}]",
    "a rule": "[[alert]]\nreading = {}\nabove = 0.0",
    "a length": "[[alert]]\nreading = 'momentum.sigma'\nabove = 0.0\nfor = {}",
    "a file of funds": "funds_file = {}",
    "a file of themes": "groups_file = {}",
    "a file of names": "names_file = {}",
    "a program": "alert_command = [{}]",
    "a file of alerts": "alert_file = {}",
    "a name of flow": "[flow]\nnames = [{}]",
}
COMMANDS = {
    "theme": ("snapshot", "--theme", "{}"),
    "provider": ("snapshot", "--provider", "{}"),
    "address": ("doctor", "--base-url", "{}"),
    "settings": ("snapshot", "--settings", "{}"),
    "log": ("snapshot", "--log-file", "/proc/none/{}"),
    "page": ("snapshot", "--page", "{}"),
    "command": ("{}",),
    "time": ("watch", "--for", "{}"),
}


def drawn(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test on some hostile texts, in the one home there is."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    chosen = settings(
        max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=quiet
    )
    return chosen(given(text=HOSTILE)(test))


def assert_harmless(done: Outcome) -> None:
    """Both streams hold lines of printable text."""
    for line in (done.out + done.err).split("\n"):
        assert foreign(line) == [], line
    assert "Traceback" not in done.err
    assert "a fault of deskview's own" not in done.err


def quoted(text: str) -> str:
    """As TOML writes a text; what it can't hold is left out."""
    return json.dumps(text.encode("utf-8", "ignore").decode())


@pytest.fixture
def unreached(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Commands without a key: none gets as far as the network."""
    monkeypatch.chdir(desk.home)
    return desk


@pytest.mark.parametrize("kind", SETTINGS)
@drawn
def test_settings(unreached: Desk, kind: str, text: str) -> None:
    file = unreached.home / "settings.toml"
    file.write_text(SETTINGS[kind].format(quoted(text)))
    for command in ("snapshot", "doctor"):
        assert_harmless(unreached.run(command, "--settings", str(file)))


@pytest.mark.parametrize("kind", COMMANDS)
@drawn
def test_arguments(unreached: Desk, kind: str, text: str) -> None:
    argument = os.fsdecode(text.encode("utf-8", "ignore").replace(b"\0", b""))[:200]
    assert_harmless(unreached.run(*(each.replace("{}", argument) for each in COMMANDS[kind])))


@pytest.mark.parametrize(
    "name",
    ["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "TERM", "TERM_PROGRAM", "XDG_CACHE_HOME", "PYTHON_KEYRING_BACKEND"],
)
@drawn
def test_the_environment(unreached: Desk, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    value = text.encode("utf-8", "ignore").replace(b"\0", b"").decode()[:200]
    with monkeypatch.context() as patch:
        patch.setenv(name, str(Path(unreached.home) / value.replace("/", "")) if name.startswith("XDG") else value)
        assert_harmless(unreached.run("doctor"))
