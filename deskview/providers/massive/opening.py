"""Putting the Massive provider together."""

import httpx

from deskview.providers.http import HttpClient
from deskview.providers.massive.provider import Massive
from deskview.providers.massive.refusals import Translator
from deskview.providers.rate import Pace
from deskview.providers.retry import Patience
from deskview.text import Secret

CALLS_PER_SECOND = 50
#: A second more than the vendor's minute: its clock sees the calls later than ours sends them.
MINUTE_S = 61.0
#: On a plan counted by the minute a full minute's wait is ordinary and no reason to give up.
BY_THE_MINUTE = Patience(total_s=130.0, limited_s=12.0)


def open_massive(
    key: Secret | None,
    base_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    calls_per_minute: int | None = None,
) -> Massive:
    """The provider on its own client; `calls_per_minute` None means the vendor's unlimited plans."""
    translate = Translator(key)
    http = HttpClient(
        base_url,
        key,
        translate=translate,
        transport=transport,
        pace=Pace(calls_per_minute, MINUTE_S) if calls_per_minute else Pace(CALLS_PER_SECOND, 1.0),
        patience=BY_THE_MINUTE if calls_per_minute else Patience(),
    )
    return Massive(http, translate)
