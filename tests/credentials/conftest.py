"""Runs `driver.py` in clean surroundings, or on a real Secret Service, and searches all it wrote for the key."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deskview.credentials import ApiKey, Credentials
from deskview.providers.vendor import KEY

REPOSITORY = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("driver.py")
SECRET_SERVICE = REPOSITORY / ".ci" / "with-secret-service"
CANARY = "Canary_7f3kQz9Lw2Vx8Rt5Yb1Nc6Md4"
HANG_S = 120
Reply = dict[str, Any]


def holding(key: str) -> Credentials:
    """The credentials of a provider that wants one key."""
    return Credentials({KEY.name: ApiKey(key)})


@dataclass(frozen=True)
class Surroundings:
    """A home folder of its own and an environment without a session bus or a chosen backend."""

    home: Path
    environment: dict[str, str]

    def ask(self, *operations: str, service: str | None = None, key: str = CANARY, **environment: str) -> list[Reply]:
        """Run the driver, on a Secret Service in the state `service` where given; no output may hold the key."""
        command = [*([str(SECRET_SERVICE)] if service else []), sys.executable, str(DRIVER), *operations]
        env = {**self.environment, **({"SECRET_SERVICE": service} if service else {}), **environment}
        done = subprocess.run(
            command, check=False, input=key + "\n", text=True, env=env, capture_output=True, timeout=HANG_S
        )
        assert done.returncode == 0, done.stderr
        assert key not in done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def module(self, name: str, source: str) -> None:
        """Put a module with a keyring backend on the driver's path."""
        (self.home / f"{name}.py").write_text(source)


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """Surroundings without a keyring."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    return Surroundings(
        tmp_path,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(run),
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{tmp_path}",
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        },
    )


@pytest.fixture
def secret_service() -> Path:
    """The recipe that starts a real Secret Service; skips where its parts are not installed."""
    absent = [
        name for name in ("gnome-keyring-daemon", "dbus-run-session", "dbus-send", "bash") if shutil.which(name) is None
    ]
    if absent or not SECRET_SERVICE.exists():
        pytest.skip(f"no Secret Service can be started: {', '.join(absent) or SECRET_SERVICE} is not there")
    return SECRET_SERVICE


@pytest.fixture
def fake_keyring(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Makes an object the process's keyring backend, under the name of an accepted one."""
    from keyring import core  # noqa: PLC0415 - slow

    def install(backend: object) -> None:
        type(backend).__module__ = "keyring.backends.SecretService"
        monkeypatch.setattr(core, "_keyring_backend", backend)

    return install
