"""Faults of whole answers: refusals, bodies that are no JSON or too much of it, and texts nobody should print."""

import gzip
import zlib
from dataclasses import replace
from typing import Any

from deskview.board import Status
from tests.faults.kind import (
    CLOCK,
    COUNTED,
    FAILED,
    QUIET,
    SNAPSHOT,
    SPOKEN,
    Answer,
    Change,
    Expected,
    Family,
    Figures,
    Told,
    instead,
    of_bytes,
    of_rows,
)

TRADES, EVERYTHING = "/v3/trades/", "/"
LISTING = "/v3/reference/tickers?active=true"
PRINTS = Expected(Figures.UNDISTURBED, Told.PARTS, frozenset({Status.STALE, Status.PARTIAL}), parts=("flow",))
REFUSAL, BODY = Family("refusals", (SNAPSHOT,)), Family("bodies", (SNAPSHOT,))
JSON, TEXT = Family("JSON", (SNAPSHOT,)), Family("texts", (LISTING,))
NOT_ENTITLED = instead(
    403, b'{"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data. Please upgrade your plan."}'
)
UNKNOWN_KEY = instead(401, b'{"status": "ERROR", "error": "Unknown API Key"}')
PAGE = b"<html><body><h1>Access denied by proxy.example</h1></body></html>"
TOO_MANY = b'{"status": "ERROR", "error": "You have exceeded the maximum requests per minute."}'
BOTH = replace(FAILED, parts=("momentum", "breadth", "rotation", "leverage", "flow"))

REFUSAL.add("403 once for the snapshot", FAILED, NOT_ENTITLED, answers=1)
REFUSAL.add("403 for the snapshot", SPOKEN, NOT_ENTITLED)
REFUSAL.add("403 once for trades", PRINTS, NOT_ENTITLED, paths=(TRADES,), answers=1)
REFUSAL.add("403 once for everything", BOTH, NOT_ENTITLED, paths=(EVERYTHING,), answers=1)
REFUSAL.add("403 for everything", BOTH, NOT_ENTITLED, paths=(EVERYTHING,))
REFUSAL.add("401 once", FAILED, UNKNOWN_KEY, answers=1)
REFUSAL.add("401 for everything", BOTH, UNKNOWN_KEY, paths=(EVERYTHING,))
REFUSAL.add(
    "429 for 99999999999 s once", FAILED, instead(429, TOO_MANY, ("retry-after", "99999999999")), answers=1, heals=False
)
REFUSAL.add(
    "429 for 99999999999 s once for trades", PRINTS, instead(429, TOO_MANY, ("retry-after", "99999999999")),
    paths=(TRADES,), answers=1, heals=False,
)  # fmt: skip
REFUSAL.add("429 with a Retry-After of words", FAILED, instead(429, TOO_MANY, ("retry-after", "soon")), answers=1)
REFUSAL.add("500 three times", FAILED, instead(500, b'{"status": "ERROR"}'), answers=3)
REFUSAL.add("503 html", FAILED, instead(503, PAGE, kind="text/html"))
REFUSAL.add("408", FAILED, instead(408, b"{}"), answers=3)
REFUSAL.add("404", FAILED, instead(404, b'{"status": "NOT_FOUND", "message": "Data not found."}'))
REFUSAL.add("301", FAILED, instead(301, b"", ("location", "https://elsewhere.example/")))
REFUSAL.add("200 html", FAILED, instead(200, PAGE, kind="text/html"))
REFUSAL.add("200 html for the clock", FAILED, instead(200, PAGE, kind="text/html"), paths=(CLOCK,))
REFUSAL.add("403 html", FAILED, instead(403, PAGE, kind="text/html"))
REFUSAL.add("407", FAILED, instead(407, PAGE, kind="text/html"))
REFUSAL.add("204", FAILED, instead(204, b""))
REFUSAL.add("200 that says it failed", FAILED, instead(200, b'{"status": "ERROR", "error": "Internal error"}'))


def packed(answer: Answer) -> Answer:
    """Compressed, and said so."""
    return replace(answer.with_header("content-encoding", "gzip"), body=gzip.compress(answer.body, 1))


def packed_twice(answer: Answer) -> Answer:
    """Compressed in itself, and said so."""
    twice = gzip.compress(gzip.compress(answer.body, 1), 1)
    return replace(answer.with_header("content-encoding", "gzip, gzip"), body=twice)


def bomb(answer: Answer) -> Answer:
    """Half a gigabyte of blanks in half a megabyte."""
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    blanks = b" " * 1_000_000
    body = b"".join([*(pack.compress(blanks) for _ in range(500)), pack.compress(answer.body), pack.flush()])
    return replace(answer.with_header("content-encoding", "gzip"), body=body)


BODY.add("gzip", replace(QUIET, statuses=frozenset({Status.LIVE})), packed)
BODY.add("gzip in gzip", FAILED, packed_twice)
BODY.add("a bomb", FAILED, bomb)
BODY.add("brotli that is none", FAILED, lambda answer: answer.with_header("content-encoding", "br"))
BODY.add("gzip that is none", FAILED, lambda answer: answer.with_header("content-encoding", "gzip"))
BODY.add("gzip cut off", FAILED, lambda answer: replace(packed(answer), body=packed(answer).body[:5000]))
BODY.add("empty", FAILED, of_bytes(lambda _: b""))
BODY.add("cut in the middle", FAILED, of_bytes(lambda body: body[: len(body) // 2]))
BODY.add("cut, and closed again", FAILED, of_bytes(lambda body: body[: len(body) // 2] + b"}"))
BODY.add("zero bytes", FAILED, of_bytes(lambda body: bytes(len(body))))


def with_field(text: bytes) -> Change:
    """One more field before the rest."""
    return of_bytes(lambda body: body.replace(b"{", b'{"more": ' + text + b", ", 1))


def with_price(text: bytes) -> Change:
    """This literal for every last price."""
    from msgspec import Raw  # noqa: PLC0415

    from tests.faults.snapshot import priced  # noqa: PLC0415 - they are made of one another

    return priced(lambda _: Raw(text))


JSON.add("nested 50,000 deep", QUIET, with_field(b"[" * 50_000 + b"]" * 50_000))
JSON.add("all of it nested", FAILED, of_bytes(lambda _: b"[" * 50_000 + b"]" * 50_000))
JSON.add("NaN for prices", FAILED, with_price(b"NaN"))
JSON.add("Infinity for prices", FAILED, with_price(b"-Infinity"))
JSON.add("prices of 5,000 digits", FAILED, with_price(b"9" * 5_000))
JSON.add("keys twice", QUIET, of_bytes(lambda body: body.replace(b'"ticker":', b'"ticker":"A","ticker":')))
JSON.add("a bare array", FAILED, of_bytes(lambda body: b"[" + body + b"]"))
JSON.add("a bare string", FAILED, of_bytes(lambda _: b'"no data"'))
JSON.add("garbage behind", FAILED, of_bytes(lambda body: body + b"<!-- served by cache -->}"))
JSON.add("a byte order mark", QUIET, of_bytes(lambda body: b"\xef\xbb\xbf" + body))
JSON.add("UTF-16", FAILED, of_bytes(lambda body: body.decode().encode("utf-16")))
JSON.add("raw bytes in one ticker", COUNTED, of_bytes(lambda body: body.replace(b'"AAPL"', b'"\xff\xfe"', 1)))
JSON.add("lone surrogates", COUNTED, of_bytes(lambda body: body.replace(b'"AAPL"', rb'"\ud800"', 1)))

NAMES = {
    "5,000 combining marks": "N" + "\u0301" * 5_000,
    "control characters": "N\x00\x07\x08\r\nV\x7f\x9b31m",
    "right-to-left overrides": "\u202eAIDIVN\u202c\u2066\u200f",
    "escape sequences": "\x1b]0;title\x07\x1b[2J\x1b[31mNVIDIA",
    "100 kB": "N" * 100_000,
    "nothing but blanks": " \u2003\u200b" * 50,
    "wide and joined signs": "👩‍👩‍👧‍👦" * 500,
}
for label, text in NAMES.items():
    TEXT.add(f"names of {label}", QUIET, of_rows(lambda row, text=text: row.update(name=text)))  # type: ignore[misc]


def unpaired(body: bytes) -> bytes:
    """Half a surrogate pair in every name."""
    return body.replace(b'"name":"', rb'"name":"\ud83d')


TEXT.add("names with half a surrogate pair", COUNTED, of_bytes(unpaired))
TEXT.add(
    "a refusal of escape sequences", FAILED,
    instead(400, rb'{"status": "ERROR", "error": "\u001b[2J\u202eold \u0301\u0301"}'), paths=(SNAPSHOT,),
)  # fmt: skip

KINDS: list[Any] = [kind for family in (REFUSAL, BODY, JSON, TEXT) for kind in family.kinds]
