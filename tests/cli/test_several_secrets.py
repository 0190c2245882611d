"""login, logout, doctor and the first screen of a provider with two secrets, and of one with none."""

import json
import logging
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskview.cli.context import KEYS, Context, NoKeyError
from deskview.cli.opening import ConfiguredMarketOpener
from deskview.credentials import InvalidKeyError, SessionKeys
from deskview.exits import Exit
from deskview.providers import PROVIDERS
from deskview.settings import Settings
from deskview.simulator import create_app
from tests.cli.conftest import Desk, Outcome, served
from tests.credentials.conftest import Surroundings
from tests.credentials.terminal import Terminal
from tests.providers.made_up import ANYBODY, FREE, ID_TEXT, PAIR, SECRET_TEXT, Guarded, pair_of

BOTH = {"pair:id": ID_TEXT, "pair:secret": SECRET_TEXT}
TYPED = f"{ID_TEXT}\n{SECRET_TEXT}\n".encode()


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both providers are in the list."""
    for vendor in (PAIR, FREE):
        monkeypatch.setitem(PROVIDERS, vendor.name, vendor)
    yield
    for vendor in (PAIR, FREE):
        KEYS.forget(vendor.name)


@contextmanager
def market(key: str = ID_TEXT, secret: str = SECRET_TEXT) -> Iterator[tuple[str, Guarded]]:
    """A market on a loopback port that takes these two, and what was sent to it."""
    guarded = Guarded(create_app("momentum-crash", speed=0.0, key=key), secret)
    with served(guarded) as url:
        yield url, guarded


def run(desk: Desk, *arguments: str, typed: bytes = b"") -> Outcome:
    """A command; neither secret may be in what it prints or in any file."""
    done = desk.run(*arguments, typed=typed)
    written = [file.read_bytes() for file in desk.home.rglob("*") if file.is_file()]
    for text in (ID_TEXT, SECRET_TEXT):
        assert text not in done.out + done.err
        assert not any(text.encode() in data for data in written)
    return done


def found(done: Outcome) -> dict[str, str]:
    """What the doctor found, by name."""
    return {check["name"]: check["found"] for check in json.loads(done.out)["checks"]}


def test_both_are_read_sent_stored_and_used(desk: Desk) -> None:
    with market() as (url, guarded):
        done = run(desk, "login", "pair", "--key-stdin", "--base-url", url, typed=TYPED)
        assert done.code == Exit.OK
        assert set(guarded.sent) == {(ID_TEXT, SECRET_TEXT)}
        assert "pair accepts the keys; its clock says 2026-02-04" in done.err
        assert "keyring now holds the API key ID and the secret key for pair." in done.err
        assert desk.keyring.entries == BOTH
        KEYS.forget("pair")
        guarded.sent.clear()
        checks = run(desk, "doctor", "--json", "--provider", "pair", "--base-url", url)
    assert set(guarded.sent) == {(ID_TEXT, SECRET_TEXT)}
    assert found(checks)["key"] == "The Secret Service keyring holds the API key ID and the secret key for pair."
    assert " and accepts the keys; the market is" in found(checks)["provider"]
    assert checks.code == Exit.OK


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (b"", "There is no line for the API key ID: --key-stdin reads one for each, in this order: API key ID, Secret"),
        (ID_TEXT.encode() + b"\n", "There is no line for the secret key"),
        (ID_TEXT.encode(), "There is no line for the secret key"),
        (ID_TEXT.encode() + b"\n\n", "The secret key is empty."),
        (b"\n" + SECRET_TEXT.encode() + b"\n", "The API key ID is empty."),
        (ID_TEXT.encode() + b"\ntwo words\n", "The secret key has white space in it."),
        (b"k" * 5000 + b"\n" + SECRET_TEXT.encode(), "The API key ID is longer than 512"),
    ],
    ids=["nothing", "one line", "one line without an end", "second empty", "first empty", "no key", "too long"],
)
def test_the_one_that_fails_is_named_and_nothing_is_sent(desk: Desk, typed: bytes, told: str) -> None:
    with market() as (url, guarded):
        done = run(desk, "login", "pair", "--key-stdin", "--base-url", url, typed=typed)
    assert done.code == Exit.KEY
    assert told in done.err
    assert (guarded.sent, desk.keyring.entries) == ([], {})


@pytest.mark.parametrize("taken", [("other", SECRET_TEXT), (ID_TEXT, "other")], ids=["first", "second"])
def test_where_either_is_refused_none_is_stored(desk: Desk, taken: tuple[str, str]) -> None:
    with market(*taken) as (url, _):
        done = run(desk, "login", "pair", "--key-stdin", "--base-url", url, typed=TYPED)
    assert done.code == Exit.KEY
    assert "does not accept the key" in done.err
    assert desk.keyring.entries == {}


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ({}, "no API key ID and no secret key"),
        ({"pair:id": ID_TEXT}, "no secret key"),
        ({"pair:secret": SECRET_TEXT}, "no API key ID"),
    ],
    ids=["both", "second", "first"],
)
def test_the_doctor_names_what_is_missing_and_nothing_is_sent(
    desk: Desk, entries: dict[str, str], missing: str
) -> None:
    desk.keyring.entries.update(entries)
    with market() as (url, guarded):
        done = run(desk, "doctor", "--json", "--provider", "pair", "--base-url", url)
        used = run(desk, "snapshot", "--provider", "pair", "--base-url", url)
    assert done.code == used.code == Exit.KEY
    assert found(done)["key"] == f"The Secret Service keyring is open and holds {missing} for pair."
    assert f"holds {missing} for pair." in used.err
    assert guarded.sent == []


def test_logging_out_takes_all_out_and_twice_is_fine(desk: Desk) -> None:
    desk.keyring.entries.update({**BOTH, "massive": "the_key_of_another"})
    done = run(desk, "logout", "pair")
    assert (done.code, desk.keyring.entries) == (Exit.OK, {"massive": "the_key_of_another"})
    assert "The API key ID and the secret key for pair are gone" in done.err
    again = run(desk, "logout", "pair")
    assert again.code == Exit.OK
    assert "holds no API key ID and no secret key for pair." in again.err


def test_a_fault_of_our_own_shows_neither(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        logging.getLogger("deskview.test").error("on the way: %s and %s", ID_TEXT, SECRET_TEXT)
        raise RuntimeError(f"cannot go on with {ID_TEXT} or {SECRET_TEXT}")

    monkeypatch.setattr("deskview.providers.connect", broken)
    done = run(desk, "login", "pair", "--key-stdin", typed=TYPED)
    assert done.code == Exit.FAULT
    assert "RuntimeError: cannot go on with •••• or ••••" in done.err
    assert "on the way: •••• and ••••" in (desk.home / ".local/state/deskview/deskview.log").read_text()


def test_for_a_provider_that_wants_none_no_keyring_is_asked_and_one_sentence_says_so(desk: Desk) -> None:
    told = "free needs no key: there is nothing to store for it."
    guarded = Guarded(create_app("momentum-crash", speed=0.0, key=ANYBODY), "")
    with served(guarded) as url:
        for command in ("login", "logout"):
            done = run(desk, command, "free", "--base-url", url)
            assert (done.code, done.out, done.err) == (Exit.OK, "", f"deskview: {told}\n")
        assert guarded.sent == []
        checks = run(desk, "doctor", "--json", "--provider", "free", "--base-url", url)
    assert checks.code == Exit.OK
    assert found(checks)["keyring"] == "Not asked: free needs no key."
    assert found(checks)["key"] == told
    assert "answers in" in found(checks)["provider"] and "key" not in found(checks)["provider"]
    assert desk.keyring.asked == 0


def shell(surroundings: Surroundings, *arguments: str) -> Terminal:
    """deskview at a terminal, with both providers in its list."""
    return Terminal([sys.executable, "-m", "tests.providers.made_up", *arguments], surroundings.environment)


def test_at_a_terminal_each_is_asked_for_by_its_title_and_shown_nowhere(surroundings: Surroundings) -> None:
    with market() as (url, _), shell(surroundings, "login", "pair", "--base-url", url) as terminal:
        terminal.wait_for("API key ID for pair (not shown): ")
        terminal.enter(ID_TEXT + "\n")
        terminal.wait_for("Secret key for pair (not shown): ")
        terminal.enter(SECRET_TEXT + "\n")
        terminal.wait_for("pair accepts the keys")
        terminal.wait_for("There is no keyring service in this session.")
    assert ID_TEXT.encode() not in terminal.output and SECRET_TEXT.encode() not in terminal.output


def test_a_second_that_is_not_typed_is_named(surroundings: Surroundings) -> None:
    with shell(surroundings, "login", "pair") as terminal:
        terminal.wait_for("(not shown): ")
        terminal.enter(ID_TEXT + "\n")
        terminal.wait_for("Secret key for pair (not shown): ")
        terminal.enter("\x04")
        terminal.wait_for("deskview: no secret key was typed; nothing is stored")


def opener(provider: str) -> tuple[ConfiguredMarketOpener, Context]:
    """What the first screen hands over to."""
    context = Context(Namespace(), Settings(provider=provider), SessionKeys())
    return ConfiguredMarketOpener(context, demo=False), context


async def test_the_first_screen_stores_what_was_typed_in_order(desk: Desk) -> None:
    door, context = opener("pair")
    assert "now holds the API key ID and the secret key" in await door.log_in([ID_TEXT, SECRET_TEXT])
    assert desk.keyring.entries == BOTH
    assert await context.credentials() == pair_of()


async def test_the_first_screen_names_which_can_be_no_secret_and_keeps_none(desk: Desk) -> None:
    door, context = opener("pair")
    with pytest.raises(InvalidKeyError, match="The secret key has white space in it"):
        await door.log_in([ID_TEXT, "two words"])
    assert desk.keyring.entries == {}
    with pytest.raises(NoKeyError, match="no API key ID and no secret key"):
        await context.credentials()


async def test_without_a_keyring_both_are_kept_for_the_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(desk.keyring, "set_password", full)
    door, context = opener("pair")
    told = await door.log_in([ID_TEXT, SECRET_TEXT])
    assert told.endswith("What was typed is kept for this session only.")
    assert (await context.credentials(), desk.keyring.entries) == (pair_of(), {})


async def test_a_market_of_a_provider_that_wants_none_opens_without_a_login(desk: Desk, tmp_path: Path) -> None:
    door, context = opener("free")
    await door.open(lambda _: None)
    assert (await context.credentials()).reveal() == {}
    assert desk.keyring.asked == 0
