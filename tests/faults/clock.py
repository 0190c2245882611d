"""Faults of the provider's clock."""

from datetime import datetime, timedelta
from typing import Any

from tests.faults.kind import CLOCK, COUNTED, FAILED, QUIET, SET_ASIDE, Change, Family, of_body

TIME = Family("clock", (CLOCK,))


def moved(**by: float) -> Change:
    """The clock so much further on."""

    def change(body: dict[str, Any]) -> None:
        body["serverTime"] = (datetime.fromisoformat(body["serverTime"]) + timedelta(**by)).isoformat()

    return of_body(change)


def showing(value: object) -> Change:
    """The clock shows this."""
    return of_body(lambda body: body.update(serverTime=value))


TIME.add("a day ahead once", SET_ASIDE, moved(days=1), answers=1)
TIME.add("a day back once", SET_ASIDE, moved(days=-1), answers=1)
TIME.add("a day ahead", SET_ASIDE, moved(days=1))
TIME.add("a month ahead once", SET_ASIDE, moved(days=30), answers=1)
TIME.add("two hours ahead, beyond the close", SET_ASIDE, moved(hours=2))
TIME.add("ten minutes behind the data", QUIET, moved(minutes=-10))
TIME.add("year 0001", FAILED, showing("0001-01-01T00:00:00-05:00"))
TIME.add("year 9999", FAILED, showing("9999-12-31T23:59:59-05:00"))
TIME.add("without a zone", FAILED, showing("2026-02-04T15:00:00"))
TIME.add("garbage", FAILED, showing("a quarter past three"))
TIME.add("null", FAILED, showing(None))
TIME.add("a number", FAILED, showing(1770235200))
TIME.add("an unknown phase", QUIET, of_body(lambda body: body.update(market="on fire")))
TIME.add("closed at three in the afternoon", COUNTED, of_body(lambda body: body.update(market="closed")))

KINDS = TIME.kinds
