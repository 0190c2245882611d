"""What is missing and why, in plain words: paths of the Board's JSON become what the screen calls the figures."""

from collections.abc import Mapping
from itertools import groupby

from deskview.market.titles import underlying_title, with_titles
from deskview.screens.reading_words import words_of

_UNTOLD = frozenset(
    {
        "leverage.funds",
        "leverage.by_fund.creation_usd",
        "leverage.by_fund.tracking_gap",
        "flow.retail.core_net_usd",
    }
)
"""Told elsewhere on the same screen, or nothing one could act on; the JSON has them all."""
_AS_ONE = ("leverage.score", "flow.by_name")
"""What is missing as a whole has one line."""
_WORDS = {
    "leverage.creation_usd": "creations and redemptions",
    "leverage.score": "score of past forecasts",
    "leverage.by_name.of_adv": "% of daily volume",
    "leverage.by_name.of_close": "% of the closing auction",
    "leverage.by_name.impact_bp": "impact",
    "leverage.by_name.index_usd": "index funds, traced to names",
    "leverage.by_fund.return": "returns of funds",
    "leverage.by_fund.reset": "weekly resets",
    "leverage.aum_as_of": "assets",
    "flow.by_name": "some names",
}
_REASONS = {"leverage.creation_usd": "not given by the market-data provider; the rebalance alone is counted"}
_BY_NAME = "leverage.by_name."


def gaps(part: str, missing: Mapping[str, str]) -> list[tuple[str, str]]:
    """(figure, reason) in words, one row a figure or a group that is missing as one."""
    told: dict[str, str] = {}
    for path, reason in missing.items():
        full = f"{part}.{path}" if path else part
        if full not in _UNTOLD:
            told.setdefault(next((whole for whole in _AS_ONE if full.startswith(whole)), full), reason)
    return [(_called(path), _REASONS.get(path, reason)) for path, reason in told.items()]


def remarks(part: str, notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """(figure, remark) in words; underlyings with the same remark share a row."""
    rows: list[tuple[str, str]] = []
    of_underlyings = [(path, text) for path, text in notes.items() if _is_underlying(f"{part}.{path}")]
    rest = [(path, text) for path, text in notes.items() if not _is_underlying(f"{part}.{path}")]
    rows += [
        (_called(f"{part}.{path}"), with_titles(text) if path.endswith(".index_usd") else text) for path, text in rest
    ]
    for text, alike in groupby(sorted(of_underlyings, key=lambda item: item[1]), key=lambda item: item[1]):
        titles = [underlying_title(path.partition(".")[2]) for path, _ in alike]
        rows.append((f"{len(titles)} underlyings", f"{text}: {', '.join(titles)}"))
    return rows


def _called(path: str) -> str:
    return _WORDS.get(path) or words_of(path)


def _is_underlying(path: str) -> bool:
    """A remark on one underlying stands under its key, which is written in capitals."""
    rest = path.removeprefix(_BY_NAME)
    return rest != path and (rest.isupper() or rest.startswith("fund:"))
