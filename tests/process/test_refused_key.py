"""A key that is refused in mid-session: the keyring is read again, and another one there is used without a restart."""

import asyncio
import logging
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import time
from pathlib import Path

import msgspec
import pytest

from deskview.board import Board
from deskview.cli.context import Context
from deskview.cli.opening import ConfiguredMarketOpener
from deskview.credentials import Credentials, SessionKeys
from deskview.feed.tasks import KEYRING_READ
from deskview.process.supervisor import MarketSupervisor
from deskview.providers import PROVIDERS
from deskview.simulator import create_app
from tests.credentials.conftest import REPOSITORY, fake_keyring, holding
from tests.credentials.test_reports import Memory
from tests.feed.markets import QUICK, complete
from tests.feed.test_storm import served
from tests.process.markets import (
    CANARY,
    GOOD_KEY,
    TINY,
    Follower,
    children,
    following,
    interpreter,
    refusing,
    what_others_see,
)
from tests.providers.made_up import ID_TEXT, PAIR, SECRET_TEXT, Guarded

__all__ = ["fake_keyring"]
REFUSED = "does not accept the key"


def refused(board: Board) -> bool:
    return REFUSED in board.momentum.note


async def test_a_key_put_into_the_keyring_is_used_without_a_restart_by_the_user(
    warm: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake_keyring: Callable[[object], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    keyring = Memory(massive=CANARY)
    fake_keyring(keyring)
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm.parent))
    shutil.move(warm, warm.parent / "deskview")
    follower = Follower()
    with served(create_app(at=time(16), speed=0, key=GOOD_KEY, compress=False)) as url, caplog.at_level(logging.INFO):
        keys = SessionKeys()
        context = Context(Namespace(), msgspec.structs.replace(QUICK, base_url=url), keys)
        market = await ConfiguredMarketOpener(context, demo=False).open(follower.take)
        task = asyncio.create_task(market.run())
        try:
            told = await follower.until(refused)
            first = children()
            keyring.entries["massive"] = GOOD_KEY
            market.refresh_now()
            await follower.until(complete)
            second = children()
            seen = what_others_see(second[0])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert len(first) == len(second) == 1
    assert first != second
    assert told.momentum.note.endswith(KEYRING_READ)
    assert told.momentum.retry_at is not None
    assert [key.reveal() for key in keys] == [CANARY, GOOD_KEY], "both are taken out of whatever is logged"
    for key in (CANARY, GOOD_KEY):
        assert key not in caplog.text
        assert key.encode() not in seen
        assert not any(key in part.note for board in follower.boards for part in board.parts.values())


class Keyring:
    """Reads the stored key and counts how often."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.reads = 0
        self.read = asyncio.Event()

    async def __call__(self) -> Credentials | None:
        """The key."""
        self.reads += 1
        self.read.set()
        return None if self.text is None else holding(self.text)


def all_refused(board: Board) -> bool:
    return all(REFUSED in board.parts[part].note for part in ("momentum", "flow"))


@pytest.mark.parametrize("stored", [None, CANARY])
async def test_it_is_read_once_a_minute_or_when_asked_to_and_the_same_key_changes_nothing(
    tmp_path: Path, stored: str | None
) -> None:
    keyring, times = Keyring(stored), [0.0]
    async with following(tmp_path, refusing, TINY, read_credentials=keyring, clock=lambda: times[0]) as (follower, _):
        await follower.until(all_refused)
        worker, number = children(), len(follower.boards)
        assert keyring.reads == 1, "of two requests that were refused"
        times[0] += 59
        keyring.read.clear()
        follower.market.refresh_now()
        await keyring.read.wait()
        await follower.until(all_refused, after=number)
        assert children() == worker
    assert keyring.reads == 2


async def test_where_there_is_no_keyring_a_refused_key_is_no_reason_to_start_anew(tmp_path: Path) -> None:
    async with following(tmp_path, refusing, TINY) as (follower, _):
        await follower.until(all_refused)
        assert isinstance(follower.market, MarketSupervisor)
        assert len(children()) == 1


async def test_of_two_secrets_the_one_that_is_wrong_is_replaced_in_the_keyring_and_both_are_used(
    warm: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake_keyring: Callable[[object], None],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """Both reach the market's process and the wire, and nothing else that is written."""
    monkeypatch.setitem(PROVIDERS, PAIR.name, PAIR)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "from tests.providers import made_up; made_up.add()"))
    keyring = Memory()
    keyring.entries.update({"pair:id": ID_TEXT, "pair:secret": CANARY})
    fake_keyring(keyring)
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm.parent))
    shutil.move(warm, warm.parent / "deskview")
    follower = Follower()
    guarded = Guarded(create_app(at=time(16), speed=0, key=ID_TEXT, compress=False))
    with served(guarded) as url, caplog.at_level(logging.INFO):
        context = Context(Namespace(), msgspec.structs.replace(QUICK, provider="pair", base_url=url), SessionKeys())
        market = await ConfiguredMarketOpener(context, demo=False).open(follower.take)
        task = asyncio.create_task(market.run())
        try:
            await follower.until(refused)
            seen = what_others_see(children()[0])
            keyring.entries["pair:secret"] = SECRET_TEXT
            market.refresh_now()
            await follower.until(complete)
            seen += what_others_see(children()[0])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert guarded.sent[0] == (ID_TEXT, CANARY)
    assert guarded.sent[-1] == (ID_TEXT, SECRET_TEXT)
    notes = "".join(part.note for board in follower.boards for part in board.parts.values())
    for text in (ID_TEXT, SECRET_TEXT, CANARY):
        assert text not in caplog.text + notes
        assert text.encode() not in seen
        assert not any(text.encode() in file.read_bytes() for file in warm.parent.rglob("*") if file.is_file())
