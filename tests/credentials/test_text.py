"""Text from outside is one printable line without secrets, whatever went in."""

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.credentials import ApiKey
from deskview.text import MASK, neutralise, printable, redact

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=40).map(ApiKey)
HARMFUL = "\x00\x07\x1b\r\n\t\x7f\x85\x9b\u061c\u200b\u200e\u202e\u2028\u2029\u2066\u2069\ufeff\ud800\U000e0041"
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from(HARMFUL)))


@given(ANY_TEXT, st.integers(0, 80))
def test_the_result_is_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    line = neutralise(text, limit=limit)
    assert len(line) <= limit
    assert line.isprintable()
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in line)
    line.encode()


@given(ANY_TEXT)
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("one\r\n  two\tthree ", "one two three"),
        ("abc\u202ecba\u2069", "abccba"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Société Générale 東京 ▲", "Société Générale 東京 ▲"),
        ("Z" + "\u0301" * 5_000 + "a", "Z\u0301\u0301a"),
        ("\u0301\u0301a \u0301b", "a b"),
        ("A\u200d\ufe0f\u200d\ufe0f\ufe0f\u20e3B", "A\u20e3B"),
        ("a\u115fb\u3164c\uffa0d\u034f \U0001f44d\U0001f3fd \U0001f1fa\U0001f1f8", "abcd \U0001f44d"),
        ("\u1112\u1161\u11ab" + "\u11ab" * 99, "\u1112\u1161\u11ab"),
    ],
)
def test_controls_vanish_and_words_stay(text: str, line: str) -> None:
    assert neutralise(text) == line


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert neutralise("abcdef", limit=4) == "abc…"
    assert neutralise("abcd", limit=4) == "abcd"


@given(st.lists(KEYS, min_size=1, max_size=4), st.data())
def test_no_secret_survives(keys: list[ApiKey], data: st.DataObject) -> None:
    pieces = st.one_of(ANY_TEXT, st.sampled_from([key.reveal() for key in keys]))
    text = "".join(data.draw(st.lists(pieces, max_size=8)))
    for result in (neutralise(text, keys), redact(printable(text), keys)):
        assert not any(key.reveal() in result for key in keys)


@given(KEYS, st.integers(1, 30))
def test_cutting_a_line_leaves_no_part_of_a_secret(key: ApiKey, limit: int) -> None:
    assert key.reveal()[:3] not in neutralise(f"~{key.reveal()}", [key], limit=limit).replace("~", "", 1)


@given(KEYS, st.sampled_from(HARMFUL.replace("\t", "").replace("\r", "").replace("\n", "").replace("\x85", "")))
def test_a_secret_cut_up_by_hidden_characters_is_found(key: ApiKey, hidden: str) -> None:
    if hidden.isspace():
        return
    text = hidden.join(key.reveal())
    assert neutralise(text, [key]) == MASK


@given(KEYS)
def test_a_secret_is_found_in_the_forms_it_takes(key: ApiKey) -> None:
    for form in (
        key.reveal(),
        quote(key.reveal(), safe=""),
        quote(key.reveal(), safe="").lower(),
        key.reveal().upper(),
    ):
        assert redact(f"<{form}>", [key]) in {f"<{MASK}>", MASK, f"{MASK}>", f"<{MASK}"}
    assert key.reveal() not in redact(repr({"apiKey": key.reveal()}), [key])


def test_without_secrets_text_is_left_alone() -> None:
    assert redact("a\nb", []) == "a\nb"
