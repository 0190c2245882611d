"""A provider whose every text is hostile, on a socket, and the whole program before it at a pseudo-terminal."""

import json
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from starlette.types import Scope

from deskview.analytics.definitions import SCHEMA
from deskview.simulator import create_app
from tests.credentials.conftest import CANARY, REPOSITORY
from tests.e2e.conftest import QUICK, surroundings
from tests.e2e.terminal import Seat
from tests.faults.altering import Recorded, served
from tests.faults.kind import AFTERNOON, Answer, Delivery
from tests.hostile_text import ESCAPES, PIECES, read_terminal, unsaid

WIDTH, HEIGHT = 120, 40
MARK = "¤"
TEXTS = {
    "name",
    "sic_description",
    "description",
    "request_id",
    "message",
    "error",
    "market",
    "currency_name",
    "status",
}
"""Fields of the wire whose texts nothing is computed from."""
LONGEST = 3_000
"""Of a text: a listing of 4,000 names has to stay below the limit of an answer."""
NAMES = {
    "TERM_PROGRAM": "\x1b]0;x\x07",
    "COLORTERM": "[red]\u202e",
    "NO_PROXY": "\x1b[2J,\x9b",
    "LC_TERMINAL": "\x07\x1b[6n",
}
"""Variables of an environment that was set by somebody else."""


@cache
def market() -> Recorded:
    """The crash at three in the afternoon, its clock standing still."""
    return Recorded({AFTERNOON: create_app(at=AFTERNOON, speed=0, key=CANARY, compress=False)})


class Hostile:
    """The crash's answers with every text drawn anew; once `ill`, refusals of all kinds in their place."""

    under_way = 0

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - drawn, and drawn again the same
        self.ill = False
        self.drawn = 0

    def text(self) -> str:
        """One more text."""
        self.drawn += 1
        pieces = (self._piece() for _ in range(self._random.randint(1, 5)))
        return f"{MARK}{''.join(pieces)}"[:LONGEST]

    def _piece(self) -> str:
        draw = self._random
        return draw.choice(PIECES) if draw.random() < 0.7 else "".join(chr(draw.randrange(0xD7FF)) for _ in range(4))

    def _changed(self, value: Any) -> Any:  # noqa: ANN401 - of JSON
        if isinstance(value, list):
            return [self._changed(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            key: self.text() if key in TEXTS and isinstance(each, str) else self._changed(each)
            for key, each in value.items()
        }

    async def answer(self, scope: Scope) -> tuple[Answer, Delivery | None]:
        """The answer; lone surrogates go as JSON's escapes, and cost the tables they are in."""
        answer = await market().answer(AFTERNOON, scope)
        names = ("Server", "Date", "X-Request-Id")
        headers = tuple((name, self.text().encode("latin-1", "ignore").decode("latin-1")) for name in names)
        safe = tuple((name, "".join(char for char in text if char.isprintable())) for name, text in headers)
        if self.ill:
            status = self._random.choice((400, 403, 404, 429, 500, 302))
            body = json.dumps({name: self.text() for name in ("status", "error", "message")}).encode()
            return Answer(status, (*headers, ("Location", self.text().encode("ascii", "ignore").decode())), body), None
        body = json.dumps(self._changed(json.loads(answer.body))).encode()
        if scope["path"].startswith("/v3/reference/tickers"):
            body = body.replace(b"\\ud800", b"").replace(b"\\udfff", b"").replace(b"\\udc1b", b"")
        return replace(answer, headers=(*answer.headers, *safe), body=body), None


@pytest.fixture
def user(warm_home: Path) -> Path:
    """A home whose settings, themes and files bear hostile names."""
    config, state = warm_home / ".config" / "deskview", warm_home / ".local" / "state" / "deskview"
    told = f"import sys; open({str(warm_home / 'told')!r}, 'a').write(sys.argv[1])"
    command = json.dumps([sys.executable, "-c", told, "{title} {sentence}"])
    rule = '\n[[alert]]\nreading = "leverage.\\u001b]0;x\\u0007[red]"\nabove = 0.0\n'
    fires = '\n[[alert]]\nreading = "leverage.funds"\nabove = 0.0\n'
    notes = 'alert_notification = "both"\nalert_file = "alerts.txt"\n'
    (config / "settings.toml").write_text(f"alert_command = {command}\n{notes}{QUICK}{rule}{fires}")
    (config / "themes").mkdir()
    (config / "themes" / "[red]\x1b]0;x\x07\u202e.toml").write_text(
        'name = "\\u001b[2J[/]"\n[colors]\nacent = "#\\u0007"\n'
    )
    state.mkdir(parents=True)
    (state / "meanings.json").write_text(json.dumps({"simulated": SCHEMA}))
    return warm_home


def press(seat: Seat, *keys: str) -> None:
    """Keys one by one, as a person does: one right behind an escape would be another."""
    for key in keys:
        seat.press(key)
        seat.watch(0.4)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_nothing_of_it_comes_through(user: Path, seed: int) -> None:
    provider: Any = Hostile(seed)
    env = surroundings(user) | NAMES | {"PYTHONPATH": str(REPOSITORY)}
    with ExitStack() as stack:
        url = stack.enter_context(served(provider))
        command = (sys.executable, "-m", "tests.e2e.keyholder", "not at all", "desk", "--base-url", url)
        seat = stack.enter_context(Seat(*command, environment=env, size=(WIDTH, HEIGHT)))
        seat.wait_for("today −$")
        press(seat, *"mSyei", "\x1b", "\x1b", *"vxSe", "\x1b", *"AS", "\x1b", *"T/")
        pasted = "".join(ESCAPES).encode().replace(b"\x1b", b"")
        seat.send(b"\x1b[200~" + pasted + b"\x1b[201~")
        seat.wait_for("nothing of that name")
        seat.press("\x1b")
        seat.wait_for(lambda text: "─ Find" not in text)
        provider.ill = True
        press(seat, "r", "f", "S")
        seat.watch(3)
        seat.signal(signal.SIGTERM)
        assert seat.wait_for_end() == 0
    reading = read_terminal(seat.written, WIDTH)
    assert reading.faults == []
    assert provider.drawn > 4_000
    assert reading.copied and reading.said
    kinds = ("*.log", "*.csv", "*.svg", "screens/*.txt", "alerts.txt", "told")
    files = {file.name: file.read_bytes() for kind in kinds for file in user.rglob(kind)}
    assert {Path(name).suffix for name in files} == {".log", ".csv", ".svg", ".txt", ""}
    assert list(unsaid(files)) == []
    assert MARK in reading.shown or MARK.encode() in b"".join(files.values())
