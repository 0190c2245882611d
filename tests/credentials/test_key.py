"""ApiKey gives its text to `reveal` alone; SessionKeys holds keys in memory."""

import copy
import dataclasses
import json
import pickle
import traceback

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.credentials import ApiKey, InvalidKeyError, KeyringReport, KeyringState, KeyState, SessionKeys
from tests.credentials.conftest import CANARY, holding

PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=512)


@given(PRINTABLE)
def test_a_printable_text_is_a_key(text: str) -> None:
    assert ApiKey(text).reveal() == text
    assert ApiKey(text + "\r\n") == ApiKey(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The key is empty."),
        ("\n", "The key is empty."),
        ("Ab1 cd2", "The key has white space in it."),
        ("Ab1\ncd2", "The key has white space in it."),
        ("Ab1\x00cd2", "The key has a character outside printable ASCII."),
        ("Ab1\u200bcd2", "The key has a character outside printable ASCII."),
        ("Schlüssel", "The key has a character outside printable ASCII."),
        ("k" * 513, "The key is longer than 512 characters."),
    ],
)
def test_what_is_no_key_is_named_without_its_text(text: str, problem: str) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        ApiKey(text)
    assert str(caught.value) == problem


def test_no_way_of_showing_a_key_shows_it() -> None:
    key = ApiKey(CANARY)
    state = KeyState(KeyringReport("Secret Service", KeyringState.OK, "open"), holding(CANARY))
    shown = [repr(key), str(key), f"{key}", f"{key:>40}", "%s %r" % (key, key), repr([key])]  # noqa: UP031
    try:
        raise ValueError(key)
    except ValueError as exc:
        shown.append("".join(traceback.TracebackException.from_exception(exc, capture_locals=True).format()))
    assert all("ApiKey(••••)" in text and CANARY not in text for text in shown)
    assert not hasattr(key, "__dict__")
    assert CANARY not in repr(state)


def test_a_key_cannot_be_written_out_or_copied() -> None:
    key = ApiKey(CANARY)
    for attempt in (pickle.dumps, json.dumps, msgspec.json.encode, copy.copy, copy.deepcopy, ApiKey.__getstate__):
        with pytest.raises(TypeError) as caught:
            attempt(key)
        assert CANARY not in str(caught.value)
    with pytest.raises(TypeError):
        dataclasses.asdict(KeyState(KeyringReport("", KeyringState.OK, ""), holding(CANARY)))


@given(PRINTABLE, PRINTABLE)
def test_keys_are_equal_when_their_texts_are(left: str, right: str) -> None:
    assert (ApiKey(left) == ApiKey(right)) == (left == right)
    assert (ApiKey(left) == left) is False


def test_session_keys_forget_for_use_but_not_for_redaction() -> None:
    keys = SessionKeys()
    keys.put("massive", holding("first"))
    keys.put("massive", holding("second"))
    keys.put("massive", holding("second"))
    assert keys.get("massive") == holding("second")
    assert keys.get("other") is None
    keys.forget("massive")
    assert keys.get("massive") is None
    assert [key.reveal() for key in keys] == ["first", "second"]
    assert repr(keys) == "SessionKeys()"
