"""Who may import whom, and what the first paint does not wait for."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SLOW = ("polars", "numpy", "httpx", "keyring", "plotext", "holidays", "starlette", "uvicorn")


def test_the_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*command, "--no-cache"], check=False, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    "module",
    [
        "deskview.cli",
        "deskview.cli.desk",
        "deskview.cli.demo",
        "deskview.app",
        "deskview.widgets",
        "deskview.themes",
        "deskview.simulator.wire.plans",
    ],
)
def test_the_first_paint_waits_for_no_slow_library(module: str) -> None:
    program = f"import sys, {module}; print(*sorted({set(SLOW)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.stdout.split() == []
