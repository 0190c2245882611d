"""Misbehaviour on demand: what a real provider does on a bad day, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from deskview.simulator.scenario import suggestion

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "unauthorized": "every call is refused with 401, whatever the key",
        "no-trades": "trades are refused with 403: the plan does not include them",
        "no-splits": "splits are refused with 403, in the newer endpoints' envelope",
        "basic-plan": "today's bars, snapshots and trades are refused with 403; 5 calls a minute",
        "delayed": "status DELAYED, snapshots without last trade and quote",
        "rate-limit": "rate-limit:N answers 429 after N calls a minute (default 5)",
        "bucket": "bucket:N refills N calls a second, N may be saved up (default 100)",
        "storm": "every call is answered with 429",
        "retry-after": "429 answers carry a Retry-After header (retry-after:SECONDS, default 2)",
        "server-error": "calls fail with 500; server-error:RATE fails that share of them",
        "truncated": "bodies end in the middle",
        "html": "answers are a web page instead of JSON",
        "foreign-next": "next_url names another host",
        "repeat-cursor": "next_url is the page just asked for",
        "slow": "slow:SECONDS waits before every answer (default 2)",
        "empty": "a holiday: market closed, no bars, an empty snapshot",
        "bad-rows": "some rows hold values of the wrong type",
        "null-arrays": "arrays are null where they would be empty or absent",
    }
)
_NUMBERS = {"rate-limit": 5.0, "bucket": 100.0, "retry-after": 2.0, "server-error": 1.0, "slow": 2.0}


class FaultError(ValueError):
    """A fault of that name, or with that argument, does not exist."""


def parse_faults(texts: Sequence[str]) -> dict[str, float]:
    """KIND or KIND:NUMBER -> kind and number; raises FaultError naming the nearest valid kind."""
    found: dict[str, float] = {}
    for text in texts:
        kind, _, argument = text.partition(":")
        if kind not in FAULTS:
            raise FaultError(f"no fault {kind!r}; {suggestion(kind, list(FAULTS))}")
        if argument and kind not in _NUMBERS:
            raise FaultError(f"fault {kind!r} takes no argument")
        try:
            found[kind] = float(argument) if argument else _NUMBERS.get(kind, 0.0)
        except ValueError:
            raise FaultError(f"fault {kind!r}: {argument!r} is not a number") from None
        if not 0 <= found[kind] < 1e6:
            raise FaultError(f"fault {kind!r}: {argument!r} is out of range")
    return found
