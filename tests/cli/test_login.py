"""login and logout: the key is checked before it is stored, and shown nowhere."""

import sys
from dataclasses import replace

import pytest

from deskview.exits import Exit
from deskview.providers import PROVIDERS
from tests.cli.conftest import Desk, keeps_the_key
from tests.credentials.conftest import CANARY, Surroundings
from tests.credentials.terminal import Terminal


def test_a_key_is_checked_stored_and_read_back(desk: Desk, market: str) -> None:
    done = desk.log_in(market)
    assert done.code == Exit.OK
    assert desk.keyring.entries == {"massive": CANARY}
    assert done.out == ""
    assert "massive accepts the key; its clock says 2026-02-04" in done.err
    assert "The Secret Service keyring now holds the key for massive." in done.err


def test_a_new_key_takes_the_place_of_the_old(desk: Desk, market: str) -> None:
    desk.keyring.entries["massive"] = "the_key_before"
    assert desk.log_in(market).code == Exit.OK
    assert desk.keyring.entries == {"massive": CANARY}


def test_a_refused_key_is_not_stored_and_the_old_one_stays(desk: Desk, market: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    done = desk.log_in(market, "no_such_key")
    assert done.code == Exit.KEY
    assert "does not accept the key" in done.err
    assert "no_such_key" not in done.err
    assert desk.keyring.entries == {"massive": CANARY}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (b"", "The key is empty."),
        (b"two words\n", "white space"),
        (b"\xff\xfe\n", "outside printable ASCII"),
        (b"k" * 5000, "longer than 512"),
    ],
)
def test_what_can_be_no_key_is_told_and_not_sent(desk: Desk, nobody: str, typed: bytes, told: str) -> None:
    done = desk.run("login", "--key-stdin", "--base-url", nobody, typed=typed)
    assert done.code == Exit.KEY
    assert told in done.err
    assert desk.keyring.entries == {}


def test_a_key_given_as_an_argument_is_not_repeated(desk: Desk) -> None:
    done = desk.run("login", CANARY)
    assert done.code == Exit.USAGE
    assert "replace it at the provider" in done.err


def test_a_provider_added_to_the_list_is_known_everywhere(
    desk: Desk, market: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = replace(PROVIDERS["massive"], name="toy", title="Toy", base_url=market)
    monkeypatch.setitem(PROVIDERS, "toy", toy)
    listed = ", ".join(f"{vendor.name} ({vendor.title})" for vendor in PROVIDERS.values())
    assert "toy (Toy)" in listed
    assert listed in " ".join(desk.run("login", "--help").out.split())
    done = desk.run("login", "toy", "--key-stdin", typed=CANARY.encode() + b"\n")
    assert (done.code, desk.keyring.entries) == (Exit.OK, {"toy": CANARY})
    checked = desk.run("doctor", "--provider", "toy").out
    assert "toy at http://127.0.0.1" in " ".join(checked.split())
    assert f"known: {', '.join(PROVIDERS)}" in desk.run("logout", "tin").err


def test_without_a_terminal_the_key_is_not_asked_for(desk: Desk) -> None:
    done = desk.run("login", "massive", typed=CANARY.encode())
    assert done.code == Exit.USAGE
    assert "--key-stdin" in done.err


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://example.com", "https://user:word@example.com", "not a url"]
)
def test_an_unfit_address_gets_no_key(desk: Desk, url: str) -> None:
    done = desk.log_in(url)
    assert done.code == Exit.USAGE
    assert "address" in done.err or "Plain http" in done.err
    assert "Traceback" not in done.err
    assert desk.keyring.entries == {}


def test_logging_out_removes_the_key_and_twice_is_fine(desk: Desk) -> None:
    desk.keyring.entries["massive"] = CANARY
    assert desk.run("logout").code == Exit.OK
    assert desk.keyring.entries == {}
    again = desk.run("logout")
    assert again.code == Exit.OK
    assert again.err == "deskview: The Secret Service keyring is open and holds no key for massive.\n"


def test_a_fault_of_our_own_shows_no_key(desk: Desk, market: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot go on with {CANARY}")

    monkeypatch.setattr("deskview.providers.connect", broken)
    done = desk.log_in(market)
    assert done.code == Exit.FAULT
    assert "RuntimeError: cannot go on with ••••" in done.err
    assert "••••" in (desk.home / ".local/state/deskview/deskview.log").read_text()


def test_a_key_typed_at_a_terminal_is_not_shown(surroundings: Surroundings, market: str) -> None:
    command = [sys.executable, "-m", "deskview", "login", "--base-url", market]
    with Terminal(command, surroundings.environment) as terminal:
        terminal.wait_for("API key for massive (not shown): ")
        terminal.enter(CANARY + "\n")
        terminal.wait_for("massive accepts the key")
        terminal.wait_for("There is no keyring service in this session.")
    assert CANARY.encode() not in terminal.output
    assert keeps_the_key(surroundings.home) == []


def test_nothing_typed_is_told(surroundings: Surroundings) -> None:
    with Terminal([sys.executable, "-m", "deskview", "login"], surroundings.environment) as terminal:
        terminal.wait_for("(not shown): ")
        terminal.enter("\x04")
        terminal.wait_for("deskview: no key was typed; nothing is stored")
        assert b"Traceback" not in terminal.output
