"""A provider with several secrets, and one with none: one object, an entry each, all stored or none."""

import copy
import json
import pickle
import traceback
from collections.abc import Callable

import pytest
from keyring.errors import KeyringLocked

from deskview.credentials import (
    ApiKey,
    Credentials,
    KeyringState,
    SessionKeys,
    delete_credentials,
    load_credentials,
    store_credentials,
)
from deskview.providers.vendor import KEY, WantedSecret
from deskview.text import redact
from tests.credentials.conftest import CANARY, Surroundings, holding
from tests.credentials.test_reports import Failing, Memory
from tests.providers.made_up import BOTH, ID_TEXT, SECRET_TEXT, pair_of

Install = Callable[[object], None]
STORED = {"pair:id": ID_TEXT, "pair:secret": SECRET_TEXT}
BEFORE = {"pair:id": "the_id_before", "pair:secret": "the_secret_before"}


def keyring(entries: dict[str, str]) -> Memory:
    memory = Memory()
    memory.entries.update(entries)
    return memory


def test_no_way_of_showing_them_shows_one() -> None:
    pair = pair_of()
    shown = [repr(pair), str(pair), f"{pair}", f"{pair:>90}", "%s %r" % (pair, pair), repr([pair]), repr(pair.by_name)]  # noqa: UP031
    try:
        raise ValueError(pair)
    except ValueError as exc:
        shown.append("".join(traceback.TracebackException.from_exception(exc, capture_locals=True).format()))
    assert not any(text in line for line in shown for text in (ID_TEXT, SECRET_TEXT))
    assert repr(pair) == "Credentials(id=••••, secret=••••)"
    assert not hasattr(pair, "__dict__")


@pytest.mark.parametrize("attempt", [pickle.dumps, json.dumps, copy.copy, copy.deepcopy, Credentials.__getstate__])
def test_they_cannot_be_written_out_or_copied(attempt: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        attempt(pair_of())
    assert ID_TEXT not in str(caught.value) and SECRET_TEXT not in str(caught.value)


def test_they_are_equal_when_every_one_is() -> None:
    assert pair_of() == pair_of()
    assert pair_of() != pair_of(secret="another")
    assert pair_of() != pair_of(secret_id="another")
    assert pair_of() != Credentials({"id": ApiKey(ID_TEXT)})
    assert Credentials({}) == Credentials({})
    assert (pair_of() == ID_TEXT) is False


def test_they_give_each_key_by_name_and_all_texts_to_one_door() -> None:
    assert [key.reveal() for key in pair_of()] == [ID_TEXT, SECRET_TEXT]
    assert {name: key.reveal() for name, key in pair_of().by_name.items()} == pair_of().reveal()
    assert pair_of().reveal() == {"id": ID_TEXT, "secret": SECRET_TEXT}


def test_every_one_held_is_masked_also_after_it_was_replaced() -> None:
    keys = SessionKeys()
    keys.put("pair", pair_of())
    keys.put("pair", pair_of(secret="another_secret"))
    keys.put("massive", holding(CANARY))
    keys.forget("pair")
    text = redact(f"{ID_TEXT} {SECRET_TEXT} another_secret {CANARY}", keys)
    assert text == "•••• •••• •••• ••••"


async def test_each_lies_in_an_entry_that_tells_which_it_is(fake_keyring: Install) -> None:
    memory = keyring({})
    fake_keyring(memory)
    stored = await store_credentials("pair", BOTH, pair_of())
    assert stored.ok
    assert stored.sentence == "The Secret Service keyring now holds the API key ID and the secret key for pair."
    assert memory.entries == STORED
    state = await load_credentials("pair", BOTH)
    assert state.credentials == pair_of()
    assert state.report.sentence == "The Secret Service keyring holds the API key ID and the secret key for pair."
    assert SECRET_TEXT not in repr(state)


async def test_the_order_they_are_asked_in_means_nothing_to_the_keyring(fake_keyring: Install) -> None:
    fake_keyring(keyring(STORED))
    assert (await load_credentials("pair", BOTH[::-1])).credentials == pair_of()


async def test_the_only_one_lies_where_it_always_did(fake_keyring: Install) -> None:
    memory = Memory(massive=CANARY)
    fake_keyring(memory)
    assert (await load_credentials("massive", (KEY,))).credentials == holding(CANARY)
    token = WantedSecret("token", "Access token")
    assert (await store_credentials("toy", (token,), Credentials({"token": ApiKey("abc")}))).ok
    assert memory.entries == {"massive": CANARY, "toy": "abc"}


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ({}, "no API key ID and no secret key"),
        ({"pair:id": ID_TEXT}, "no secret key"),
        ({"pair:secret": SECRET_TEXT}, "no API key ID"),
        ({"pair": ID_TEXT, "pair:id": ID_TEXT}, "no secret key"),
    ],
    ids=["both", "second", "first", "second, an entry of the provider's name"],
)
async def test_what_is_missing_is_named(fake_keyring: Install, entries: dict[str, str], missing: str) -> None:
    fake_keyring(keyring(entries))
    state = await load_credentials("pair", BOTH)
    assert state.credentials is None
    assert state.report.state is KeyringState.ABSENT
    assert state.report.sentence == f"The Secret Service keyring is open and holds {missing} for pair."
    assert state.report.way_out.commands == ("deskview login pair",)


async def test_one_that_is_no_secret_is_named_without_its_text(fake_keyring: Install) -> None:
    fake_keyring(keyring({**STORED, "pair:secret": "two words"}))
    report = (await load_credentials("pair", BOTH)).report
    expected = "holds no usable secret key for pair. The secret key has white space in it."
    assert report.sentence == f"The Secret Service keyring {expected}"


class Stopping(Memory):
    """Takes the first `writes` only; what it says of the next quotes what it was given."""

    def __init__(self, writes: int, entries: dict[str, str], *, deletes: bool = True) -> None:
        super().__init__()
        self.entries.update(entries)
        self.writes, self.deletes = writes, deletes

    def set_password(self, service: str, username: str, password: str) -> None:
        if username == "pair:secret" or self.writes <= 0:
            raise OSError(f"no room for {password}")
        self.writes -= 1
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        if not self.deletes:
            raise OSError("read only")
        super().delete_password(service, username)


@pytest.mark.parametrize("entries", [{}, BEFORE], ids=["nothing before", "older ones before"])
async def test_where_the_second_cannot_be_stored_the_first_is_put_back(
    fake_keyring: Install, entries: dict[str, str]
) -> None:
    memory = Stopping(9, entries)
    fake_keyring(memory)
    report = await store_credentials("pair", BOTH, pair_of())
    assert report.state is KeyringState.FAILED
    assert memory.entries == entries
    assert "OSError: no room for ••••" in report.sentence
    assert report.sentence.endswith("Nothing new is stored; what lay there before is there still.")


@pytest.mark.parametrize("entries", [{}, BEFORE], ids=["nothing before", "older ones before"])
async def test_what_cannot_be_put_back_is_named(fake_keyring: Install, entries: dict[str, str]) -> None:
    memory = Stopping(1, entries, deletes=False)
    fake_keyring(memory)
    report = await store_credentials("pair", BOTH, pair_of())
    assert memory.entries["pair:id"] == ID_TEXT
    assert "Of the new ones it holds the API key ID, which could not be taken out again" in report.sentence
    assert not report.ok


async def test_a_second_that_comes_back_changed_is_named_and_both_are_put_back(fake_keyring: Install) -> None:
    class Forgetful(Memory):
        def set_password(self, service: str, username: str, password: str) -> None:
            self.entries[username] = password[:-1] if password == SECRET_TEXT else password

    memory = Forgetful()
    memory.entries.update(BEFORE)
    fake_keyring(memory)
    report = await store_credentials("pair", BOTH, pair_of())
    assert "did not give back the secret key that was written." in report.sentence
    assert memory.entries == BEFORE


async def test_a_locked_keyring_is_written_nothing(fake_keyring: Install) -> None:
    fake_keyring(Failing(KeyringLocked("Failed to unlock the collection!")))
    report = await store_credentials("pair", BOTH, pair_of())
    assert report.state is KeyringState.LOCKED
    assert "new ones" not in report.sentence and "Nothing new" not in report.sentence


@pytest.mark.parametrize(
    ("entries", "gone"),
    [
        (STORED, "The API key ID and the secret key for pair are gone from the Secret Service keyring."),
        ({"pair:secret": SECRET_TEXT}, "The secret key for pair is gone from the Secret Service keyring."),
    ],
    ids=["both", "the second alone"],
)
async def test_deleting_takes_every_one_out(fake_keyring: Install, entries: dict[str, str], gone: str) -> None:
    memory = keyring({**entries, "massive": CANARY})
    fake_keyring(memory)
    assert (await delete_credentials("pair", BOTH)).sentence == gone
    assert memory.entries == {"massive": CANARY}
    assert (await delete_credentials("pair", BOTH)).state is KeyringState.ABSENT


async def test_one_that_cannot_be_deleted_keeps_no_other(fake_keyring: Install) -> None:
    class Clinging(Memory):
        def delete_password(self, service: str, username: str) -> None:
            if username == "pair:id":
                raise OSError("not this one")
            super().delete_password(service, username)

    memory = Clinging()
    memory.entries.update(STORED)
    fake_keyring(memory)
    report = await delete_credentials("pair", BOTH)
    assert report.state is KeyringState.FAILED
    assert "not this one" in report.sentence
    assert report.sentence.endswith("The Secret Service keyring still holds the API key ID for pair.")
    assert memory.entries == {"pair:id": ID_TEXT}


async def test_for_a_provider_that_wants_none_no_keyring_is_asked(fake_keyring: Install) -> None:
    memory = Memory()
    fake_keyring(memory)
    state = await load_credentials("free", ())
    reports = [
        state.report,
        await store_credentials("free", (), Credentials({})),
        await delete_credentials("free", ()),
    ]
    assert state.credentials == Credentials({})
    assert {report.sentence for report in reports} == {"free needs no key: there is nothing to store for it."}
    assert all(report.ok for report in reports)
    assert memory.asked == 0


@pytest.mark.secretservice
def test_two_secrets_in_a_real_keyring(surroundings: Surroundings, secret_service: object) -> None:
    replies = surroundings.ask(
        *("load", "store", "load", "delete", "load", "delete"),
        service="unlocked",
        key=f"{ID_TEXT}\n{SECRET_TEXT}",
        DRIVER_WANTED="id:API key ID,secret:Secret key",
    )
    assert [reply["state"] for reply in replies] == ["absent", "ok", "ok", "ok", "absent", "absent"]
    assert replies[2]["same"]
    assert replies[4]["sentence"].endswith("holds no API key ID and no secret key for massive.")
    assert not any(text in json.dumps(replies) for text in (ID_TEXT, SECRET_TEXT))
