"""What the vendor's plans include, and what can be withheld besides: whole requests, and fields of answers.

Loads nothing slow: the command line looks names up here.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2s
from types import MappingProxyType
from typing import Any

CLOCK, HOLIDAYS, CONDITIONS = "clock", "holidays", "trade conditions"
NAMES, DELISTED = "names", "delisted names"
TYPES, SHARES, CAPS, INDUSTRIES = "types", "shares", "market caps", "industries"
DAILY_BARS, INTRADAY_BARS = "daily bars", "intraday bars"
SPLITS, DIVIDENDS = "splits", "dividends"
SNAPSHOT = "snapshot"
TRADES, OFF_EXCHANGE, TRF_ID, PARTICIPANT_TIME = "trades", "off-exchange prints", "TRF id", "participant time"
SHORT_VOLUME, SHORT_INTEREST, FLOAT = "short volume", "short interest", "float"
EARNINGS, FILINGS, NEWS = "earnings", "filings", "news"
CHAINS, YIELDS = "option chains", "treasury yields"

_BASIC = frozenset(
    {CLOCK, HOLIDAYS, CONDITIONS, NAMES, DELISTED, TYPES, SHARES, CAPS, INDUSTRIES}
    | {DAILY_BARS, INTRADAY_BARS, SPLITS, DIVIDENDS, YIELDS, NEWS}
)
_STARTER = _BASIC | {SNAPSHOT, CHAINS}
_DEVELOPER = _STARTER | {TRADES, OFF_EXCHANGE, TRF_ID, PARTICIPANT_TIME}
_ADVANCED = _DEVELOPER | {SHORT_VOLUME, SHORT_INTEREST, FLOAT, FILINGS, EARNINGS}
CAPABILITIES = tuple(sorted(_ADVANCED, key=str.lower))
"""All that can be withheld, by the names the desk has for it."""

_FIELDS: Mapping[str, tuple[str, ...]] = {
    TYPES: ("type",),
    SHARES: ("share_class_shares_outstanding", "weighted_shares_outstanding"),
    CAPS: ("market_cap",),
    INDUSTRIES: ("sic_code", "sic_description"),
}
"""Of the listing and of what is told of one name; what is of trades, `trades` leaves out itself."""


class PlanError(ValueError):
    """There is no such plan, or nothing of that name to withhold; the text names the nearest that there is."""


@dataclass(frozen=True)
class Plan:
    """What a key gets: the capabilities it `includes`, and how good their answers are.

    `today`: bars of the day that is on, else up to the day before; `delayed`: data a quarter of an hour late, and so
    marked; `last_trade`, `last_quote`: those of a snapshot, the quote of option contracts too. 0 `calls_per_minute` is
    no limit.
    """

    includes: frozenset[str]
    today: bool = True
    delayed: bool = False
    last_trade: bool = True
    last_quote: bool = True
    calls_per_minute: float = 0.0

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the listing or of one name without the fields the plan withholds."""
        if not self._withheld:
            return row
        return {field: value for field, value in row.items() if field not in self._withheld}

    def digest(self, market: str) -> str:
        """The digest of a market as it is seen with this plan; that of the market where it includes everything."""
        if self == ADVANCED:
            return market
        seen = (market, sorted(self.includes), self.today, self.delayed, self.last_trade, self.last_quote)
        return blake2s(repr(seen).encode(), digest_size=8).hexdigest()

    @cached_property
    def _withheld(self) -> frozenset[str]:
        return frozenset(
            field for capability, fields in _FIELDS.items() if capability not in self.includes for field in fields
        )


ADVANCED = Plan(_ADVANCED)
PLANS: Mapping[str, Plan] = MappingProxyType(
    {
        "basic": Plan(_BASIC, today=False, calls_per_minute=5.0),
        "starter": Plan(_STARTER, delayed=True, last_trade=False, last_quote=False),
        "developer": Plan(_DEVELOPER, delayed=True, last_quote=False),
        "advanced": ADVANCED,
    }
)
"""As the vendor sells them, by the second word of their names: the one of stocks and, as options are sold apart, that
of options of the same rank. A key with the first alone is one without CHAINS; EARNINGS, which any plan may add, come
with the highest."""


def plan_name(text: str) -> str:
    """A plan's name. Raises PlanError with the nearest one."""
    return _found("plan", text, PLANS)


def capability_name(text: str) -> str:
    """The name of what can be withheld, which may be written with hyphens. Raises PlanError with the nearest one."""
    return _found("capability", text, CAPABILITIES)


def granted(plan: str, without: Sequence[str] = ()) -> Plan:
    """The plan of that name, less what is withheld besides. Raises PlanError."""
    bought = PLANS[plan_name(plan)]
    return replace(bought, includes=bought.includes - {capability_name(each) for each in without})


def _found(what: str, text: str, names: Mapping[str, Plan] | Sequence[str]) -> str:
    by_word = {_word(name): name for name in names}
    word = _word(text)
    if word in by_word:
        return by_word[word]
    near = difflib.get_close_matches(word, by_word, 1, 0.5)
    known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(by_word)}"
    raise PlanError(f"no {what} {text!r}; {known}")


def _word(text: str) -> str:
    """As it is written on a command line."""
    return text.strip().lower().replace(" ", "-")
