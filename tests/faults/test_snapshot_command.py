"""`deskview snapshot` meets kinds of faults over a socket, without a board before: figures or words."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskview.cli import main
from deskview.cli.context import Context
from deskview.credentials import Credentials
from deskview.exits import Exit
from tests.credentials.conftest import holding
from tests.faults.altering import KEY, Altering, served
from tests.faults.desks import World
from tests.faults.judging import Seen, complaints, well_again
from tests.faults.kind import AFTERNOON, Kind
from tests.faults.kinds import FOR_SNAPSHOT, KINDS, STORELESS

SETTINGS = """
history_sessions = 300
[flow]
count = 1
history_sessions = 20
calls_per_session = 2
sample_prints = 200
panel_calls = 0
[leverage]
paths = 1000
"""
ENDS = {Exit.OK, Exit.INCOMPLETE, Exit.PROVIDER, Exit.KEY}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The command sets the garbage collector for its process, which is this one."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)


async def stored(_: Context) -> Credentials:
    """The key, without a keyring."""
    return holding(KEY)


class Command:
    """The command with settings of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._settings, self._output = folder / "settings.toml", folder / "board.json"
        self._settings.write_text(SETTINGS)
        self._capsys = capsys

    def board(self, url: str) -> tuple[int, Seen | None, str]:
        """One run: its exit code, what it printed as JSON, and standard error."""
        self._output.unlink(missing_ok=True)
        options = ["--base-url", url, "--settings", str(self._settings), "--output", str(self._output)]
        code = main(["snapshot", *options])
        seen = Seen(json.loads(self._output.read_bytes())) if self._output.exists() else None
        return code, seen, self._capsys.readouterr().err


def judged(code: int, seen: Seen | None, stderr: str, well: Seen, kind: Kind) -> list[str]:
    """What is wrong with a run under a fault."""
    found = [] if code in ENDS else [f"exit code {code}"]
    found += ["a traceback"] if "Traceback" in stderr else []
    if seen is None:
        return found if stderr.strip() else [*found, "neither figures nor words"]
    return found + complaints(seen, well, kind, cold=True)


def after(code: int, seen: Seen | None, stderr: str, well: Seen) -> list[str]:
    """What is wrong with a run after one under a fault, which may have left something in the store."""
    return [f"afterwards exit code {code}: {stderr}"] if seen is None else well_again(seen, well)


@pytest.mark.parametrize(
    "label",
    [
        *FOR_SNAPSHOT,
        *(
            pytest.param(label, marks=pytest.mark.long)
            for label, kind in KINDS.items()
            if label not in FOR_SNAPSHOT and kind.clock == AFTERNOON
        ),
    ],
)
def test_figures_or_words(
    undisturbed: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    label: str,
) -> None:
    kind, well = KINDS[label], Seen.of(undisturbed.boards[AFTERNOON])
    undisturbed.copy(tmp_path / "deskview", kind)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(Context, "credentials", stored)
    command, app = Command(tmp_path, capsys), Altering()
    with served(app) as url:
        app.turn(kind)
        found = judged(*command.board(url), well, kind)
        if label not in STORELESS:
            app.turn(None)
            found += after(*command.board(url), well)
    assert "\n".join(found) == ""
