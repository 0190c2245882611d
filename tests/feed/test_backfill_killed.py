"""The real command, killed at random moments and finished: its store is that of a run nobody disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

SETTINGS = """\
[flow]
names = ["NVDA", "WMT"]
history_sessions = 30
calls_per_session = 6
sample_prints = 100
"""


class Backfill:
    """`deskview backfill --flows` of the simulated market into a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "settings.toml").write_text(SETTINGS)

    def begun(self) -> subprocess.Popen[str]:
        """The running command."""
        command = [sys.executable, "-m", "deskview", "backfill", "--demo", "--flows", "--sessions", "60"]
        homes = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("CACHE", "STATE", "CONFIG", "DATA")}
        command += ["--settings", str(self.folder / "settings.toml")]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | homes)

    def finish(self) -> None:
        """One undisturbed run to its end."""
        with self.begun() as child:
            _, told = child.communicate()
        assert child.returncode == 0, told

    def kill(self, line: str, after_s: float) -> bool:
        """Kills a run so long after it has told the line; False where it was through before."""
        with self.begun() as child:
            assert child.stderr is not None
            for told in child.stderr:
                if line in told:
                    break
            time.sleep(after_s)
            child.kill()
        return child.returncode == -signal.SIGKILL

    def files(self) -> dict[str, Path]:
        """What is stored, by its place in the market's folder; nothing half-written among it."""
        files = sorted((self.folder / "cache" / "deskview").glob("simulated-*/**/*.parquet"))
        return {"/".join(file.parts[len(self.folder.parts) + 3 :]): file for file in files}

    def samples(self) -> list[Path]:
        """The sessions of the year of flow."""
        return [file for place, file in self.files().items() if place.startswith("flow-windows")]

    def table(self, place: str) -> pl.DataFrame:
        """A stored table, its rows in an order that does not depend on how they came."""
        frame = pl.read_parquet(self.files()[place])
        return frame.sort(
            [column for column in ("session", "ticker", "since") if column in frame.columns], maintain_order=True
        )


def leave_half(backfill: Backfill) -> None:
    """Of a run that was through, or nearly, so that there is something left to kill."""
    for file in backfill.samples()[::2]:
        file.unlink()


@pytest.mark.parametrize(
    ("kills", "in_the_history"), [pytest.param(2, 1, id="twice"), pytest.param(10, 3, id="ten", marks=pytest.mark.long)]
)
def test_killed_at_random_the_command_ends_with_the_store_of_one_that_was_not(
    tmp_path: Path, kills: int, in_the_history: int
) -> None:
    """So many of the kills come while the daily bars are fetched, the others while the year of flow is."""
    whole, killed = Backfill(tmp_path / "whole"), Backfill(tmp_path / "killed")
    whole.finish()
    luck = random.Random(11)  # noqa: S311 - no secret
    for kill in range(kills):
        line = "daily history: 1 of" if kill < in_the_history else "year of flow: 2 names"
        while not killed.kill(line, luck.uniform(0, 0.4)):
            leave_half(killed)
        if len(killed.samples()) > 20:
            leave_half(killed)
    killed.finish()
    assert set(killed.files()) == set(whole.files())
    assert len(whole.samples()) == 30
    for place in whole.files():
        assert killed.table(place).equals(whole.table(place)), place
    for place in (place for place in killed.files() if place.startswith("flow-windows")):
        assert killed.table(place).select("session", "ticker", "since").is_unique().all()
