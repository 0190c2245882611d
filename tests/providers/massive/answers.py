"""A provider in front of answers given in the test, and rows of the wire to change at will."""

from typing import Any

import httpx
import msgspec

from deskview.credentials.key import ApiKey
from deskview.providers import connect
from deskview.providers.base import Provider

Json = dict[str, Any]


def answering(body: object, headers: dict[str, str] | None = None) -> Provider:
    """A provider that gets this body (bytes as they are, anything else as JSON) whatever it asks."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    reply = httpx.MockTransport(lambda _: httpx.Response(200, content=content, headers=headers))
    return connect("massive", {"key": ApiKey("key")}, transport=reply)


def results(*rows: object) -> Json:
    """Rows in the common envelope."""
    return {"status": "OK", "request_id": "r", "count": len(rows), "results": list(rows)}


def grouped_bar(**changes: object) -> Json:
    """A row of grouped daily for 2026-08-07 (its `t` is 16:00 New York)."""
    row = {"T": "XLRE", "v": 3863635.4, "vw": 44.9929, "o": 44.83, "c": 44.98, "h": 45.255, "l": 44.71}
    return without_absent({**row, "t": 1786132800000, "n": 26295, **changes})


def trade(**changes: object) -> Json:
    """A print of 2026-11-20, 15:59:59 New York, reported to a FINRA facility."""
    row = {
        "conditions": [12, 37],
        "correction": 1,
        "decimal_size": "0.250000",
        "exchange": 4,
        "id": "52983525033523",
        "participant_timestamp": 1795208398775000000,
        "price": 153.4649,
        "sequence_number": 3535213,
        "sip_timestamp": 1795208399123456789,
        "size": 0,
        "tape": 2,
        "trf_id": 202,
        "trf_timestamp": 1795208399120868005,
    }
    return without_absent({**row, **changes})


def snapshot_row(**changes: object) -> Json:
    """A snapshot row of 2026-11-20, 15:59:59 New York."""
    row = {
        "ticker": "SOXL",
        "todaysChangePerc": 1.4612,
        "todaysChange": 2.21,
        "updated": 1795208399123456789,
        "day": {"o": 150.10, "h": 153.90, "l": 149.02, "c": 153.40, "v": 46512003, "dv": "46512003.6", "vw": 151.7711},
        "lastQuote": {"P": 153.47, "S": 4, "p": 153.45, "s": 2, "t": 1795208399120000001},
        "lastTrade": {
            "c": [14, 37],
            "i": "7",
            "p": 153.4649,
            "s": 0,
            "ds": "0.250000",
            "t": 1795208399123456789,
            "x": 4,
        },
        "min": {
            "av": 1,
            "t": 1795208340000,
            "n": 418,
            "o": 153.4,
            "h": 153.5,
            "l": 153.35,
            "c": 153.46,
            "v": 18,
            "vw": 153.4,
        },
        "prevDay": {"o": 151.2, "h": 152.9, "l": 148.7, "c": 151.25, "v": 49210034, "vw": 150.9034},
    }
    return without_absent({**row, **changes})


class Absent:
    """Stands for a field that is not sent."""


def without_absent(row: Json) -> Json:
    """The row without fields set to `Absent`."""
    return {name: value for name, value in row.items() if value is not Absent}
