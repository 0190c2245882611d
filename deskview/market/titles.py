"""What an underlying is called: one readable title for its key, everywhere it is shown."""

import re
from functools import cache

_KEY = re.compile(r"\b[A-Z][A-Z0-9_]{2,}\b")


@cache
def _titles() -> dict[str, str]:
    from deskview.market.funds import load_underlyings  # noqa: PLC0415 - polars loads late

    return dict(load_underlyings().select("underlying", "name").iter_rows())


def underlying_title(underlying: str, kind: str = "") -> str:
    """The title of an underlying: an index's name for its key, a stock's own ticker, a fund's where it stands alone.

    `kind` tells a stock from an index where the same text is both; without it an index is taken.
    """
    if kind == "stock":
        return underlying.removeprefix("fund:")
    if underlying.startswith("fund:"):
        return f"{underlying.removeprefix('fund:')}'s own"
    return _titles().get(underlying, underlying)


def with_titles(text: str) -> str:
    """The text with the title in place of every key of an index in it."""
    return _KEY.sub(lambda found: _titles().get(found[0], found[0]), text)
