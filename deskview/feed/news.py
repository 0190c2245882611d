"""Headlines of the name that is looked at: one call when it is opened, and every two minutes while it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from deskview.board import Headline, Headlines
from deskview.providers.base import Provider
from deskview.providers.errors import Kind, ProviderError

EVERY_S: Final = 120.0
YOUNG: Final = timedelta(seconds=0.9 * EVERY_S)
REACH: Final = timedelta(days=4)
"""So far back headlines are asked for: over a long weekend."""
OWN_NAMES: Final = 3
"""An article about at most so many names is the name's own; others are of the market."""
KEPT: Final = 10
AHEAD: Final = timedelta(minutes=5)
"""What is published later than this after now is not published yet, whatever its time says."""


async def headlines_of(provider: Provider, ticker: str, now: datetime) -> Headlines:
    """The newest headlines of a name, its own first; what the plan does not include is said in place of them.

    Raises ProviderError where another try may help.
    """
    try:
        table = await provider.news(ticker, now - REACH)
    except ProviderError as error:
        if error.kind is Kind.NOT_ENTITLED:
            return Headlines(note=error.sentence)
        raise
    rows = [row for row in table.frame.iter_rows(named=True) if row["published"] <= now + AHEAD]
    own = [row for row in rows if len(row["tickers"]) <= OWN_NAMES]
    others = [row for row in rows if len(row["tickers"]) > OWN_NAMES]
    early = table.frame.height - len(rows)
    left_out = table.left_out + early
    dropped = f"{left_out} articles are left out: they can't be as they came" if left_out else ""
    return Headlines(_headlines([*own, *others][:KEPT]), now, dropped)


def is_young(headlines: Headlines | None, now: datetime) -> bool:
    """Whether they came so lately that a name that is opened again need not ask; a clock that went back has to."""
    if headlines is None or headlines.as_of is None:
        return False
    return timedelta(0) <= now - headlines.as_of < YOUNG


def _headlines(rows: Sequence[dict[str, Any]]) -> tuple[Headline, ...]:
    return tuple(
        Headline(
            published=row["published"],
            title=row["title"],
            host=row["host"] or "",
            link=row["link"] or "",
            names=len(row["tickers"]),
        )
        for row in rows
    )


def failed(before: Headlines | None, error: ProviderError) -> Headlines:
    """What is said while headlines do not come; the ones before stay."""
    rows, as_of = (before.rows, before.as_of) if before else ((), None)
    return Headlines(rows, as_of, f"{error.sentence} Asked again by itself")
