"""What a vendor has or a plan includes, what rests on it, and what is known of the key at hand.

A new capability is a line of `Capability`, one of `USES`, and one in the `plans` of each vendor that has it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isinf

from deskview.clock import monotonic

RETRY_SOON_S = 10.0
"""After a try that failed for another reason, which says nothing of the plan."""
RETRY_FIRST_S = 120.0
"""A refusal may be a slip of the vendor's, so it is tried again: the first time after minutes, as a plan that was just
bought takes some to count."""
RETRY_LONGEST_S = 3_600.0
"""Twice as long each time up to an hour: what the plan really lacks costs some 25 calls a day."""


class Capability(StrEnum):
    """What a plan may include or not, and a vendor have or not; a missing one costs what needs it and nothing else.

    The value is what it is called wherever it is named.
    """

    CLOCK = "clock"
    HOLIDAYS = "holidays"
    NAMES = "names"
    DELISTED = "delisted names"
    TYPES = "types"
    SHARES = "shares"
    CAPS = "market caps"
    INDUSTRIES = "industries"
    CONDITIONS = "trade conditions"
    DAILY_BARS = "daily bars"
    INTRADAY_BARS = "intraday bars"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    SNAPSHOT = "snapshot"
    TRADES = "trades"
    OFF_EXCHANGE = "off-exchange prints"
    TRF_ID = "TRF id"
    PARTICIPANT_TIME = "participant time"
    SHORT_VOLUME = "short volume"
    CHAINS = "option chains"
    YIELDS = "treasury yields"
    OPEN_INTEREST = "open interest"
    SHORT_INTEREST = "short interest"
    FLOAT = "float"
    EARNINGS = "earnings"
    FILINGS = "filings"
    NEWS = "news"
    HALTS = "halts"


MARKET = ("momentum", "breadth", "rotation", "leverage", "deleveraging", "gamma")
BASKET = ("momentum", "deleveraging")
PRINTS = ("flow", "crowding")
SAMPLED = ("deleveraging", *PRINTS)
PAGE = ("name",)


@dataclass(frozen=True)
class Use:
    """What a capability is in a sentence ("the plan does not include ..."), what becomes of the desk without it, and
    which parts of the board miss something then; none where nothing asks for it yet."""

    what: str
    loss: str
    parts: tuple[str, ...] = ()


USES: Mapping[Capability, Use] = {
    Capability.CLOCK: Use("the market's clock and phase", "nothing can be shown", (*MARKET, *PRINTS, *PAGE)),
    Capability.HOLIDAYS: Use(
        "coming holidays and half days", "those of the exchange's rules and of the settings stand"
    ),
    Capability.NAMES: Use("the listing of names", "nothing can be computed", (*MARKET, *PRINTS, *PAGE)),
    Capability.DELISTED: Use(
        "names no longer listed", "σ and percentiles of momentum rest on those that have survived", BASKET
    ),
    Capability.TYPES: Use(
        "types of instruments",
        "only names of the shipped lists and of your file are ranked",
        (*BASKET, *PRINTS, *PAGE),
    ),
    Capability.SHARES: Use(
        "shares outstanding",
        "the size of leveraged funds stays unknown, and share classes count alike",
        ("breadth", "leverage", "deleveraging", "gamma", *PAGE),
    ),
    Capability.CAPS: Use(
        "market caps", "what is weighted by size stays empty", ("breadth", "leverage", "deleveraging", *PAGE)
    ),
    Capability.INDUSTRIES: Use("industry codes", "names outside the shipped list have no sector", (*BASKET, *PAGE)),
    Capability.CONDITIONS: Use(
        "rules of trade conditions", "every last trade is taken for a price and every print for a trade", MARKET
    ),
    Capability.DAILY_BARS: Use(
        "daily bars", "history and everything ranked by it stays empty", (*MARKET, *PRINTS, *PAGE)
    ),
    Capability.INTRADAY_BARS: Use(
        "intraday bars",
        "charts of a session stay empty, and an hour's move is held against no hour's",
        ("momentum", "leverage", "deleveraging", *PAGE),
    ),
    Capability.SPLITS: Use(
        "splits", "history can't be put on today's share basis: returns across a split are wrong", MARKET
    ),
    Capability.DIVIDENDS: Use("dividends", "returns leave dividends out", MARKET),
    Capability.SNAPSHOT: Use(
        "live snapshots of the market", "live prices stay empty; history still works", (*MARKET, *PRINTS, *PAGE)
    ),
    Capability.TRADES: Use(
        "trades", "retail and institutional flow stays empty; the other panes go on", (*SAMPLED, *PAGE)
    ),
    Capability.OFF_EXCHANGE: Use(
        "prints reported off exchange, where retail orders are filled", "retail flow can't be told", (*SAMPLED, *PAGE)
    ),
    Capability.TRF_ID: Use("the facility a print was reported to", "nothing is missed: the exchange says as much"),
    Capability.PARTICIPANT_TIME: Use(
        "the time a trade was made, apart from that of its report",
        "trades reported late count when they came in",
        (*SAMPLED, *PAGE),
    ),
    Capability.SHORT_VOLUME: Use(
        "short volume", "off-exchange shares of volume stay empty; the other panes go on", (*PRINTS, *PAGE)
    ),
    Capability.CHAINS: Use("option chains", "dealers' gamma stays empty; the other panes go on", ("gamma", *PAGE)),
    Capability.YIELDS: Use("Treasury yields", "4 % is assumed where interest matters", ("gamma",)),
    Capability.OPEN_INTEREST: Use("open interest of options on past days", "nothing is missed yet"),
    Capability.SHORT_INTEREST: Use("short interest", "what is sold short of a name stays empty", PAGE),
    Capability.FLOAT: Use("shares free to trade", "what is sold short is no part of a float", PAGE),
    Capability.EARNINGS: Use("dates and figures of earnings", "days of reports are guessed from last year's", PAGE),
    Capability.FILINGS: Use(
        "dates of reports to the SEC", "no day of a report is guessed where no calendar has it", PAGE
    ),
    Capability.NEWS: Use("news of names", "pages of names have no headlines", PAGE),
    Capability.HALTS: Use("trading halts", "nothing is missed yet"),
}


@dataclass(frozen=True)
class Denial:
    """A capability the key does not have: the sentence for it, and the plan that would have it; no plan where the
    vendor does not sell it at all."""

    capability: Capability
    sentence: str
    plan: str = ""


def refused(capability: Capability, plan: str) -> Denial:
    """What is missing, which plan has it and what it costs the desk."""
    use = USES[capability]
    sentence = f"The key's plan does not include {use.what} (needs {plan} or higher). Without it {use.loss}."
    return Denial(capability, sentence, plan)


def unsold(capability: Capability, title: str) -> Denial:
    """What the vendor does not have at any price, and what that costs the desk."""
    use = USES[capability]
    return Denial(capability, f"{title} does not have {use.what}. Without it {use.loss}.")


class Capabilities:
    """What the key does not include as far as is known, learned from refusals. Each is tried again after a while.

    `unsold` are those the vendor does not have at all, which are never asked for. `clock` counts seconds; it stands in
    for time in tests.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, *, unsold: Iterable[Denial] = ()) -> None:
        self.denied: dict[Capability, Denial] = {denial.capability: denial for denial in unsold}
        self.clock = clock
        self.on_retry: list[Callable[[], None]] = []
        self._unsold = frozenset(self.denied)
        self._retry_at: dict[Capability, float] = dict.fromkeys(self._unsold, inf)
        self._wait_s: dict[Capability, float] = dict.fromkeys(self._unsold, inf)

    def allows(self, capability: Capability) -> bool:
        """Whether its last answer was no refusal."""
        return capability not in self.denied

    def deny(self, denial: Denial) -> None:
        """It was refused, once more or for the first time: its next try comes after twice the wait before.

        What the vendor does not have stays so: neither this nor `allow` touches it.
        """
        if denial.capability in self._unsold:
            return
        before = self._wait_s.get(denial.capability)
        self.denied[denial.capability] = denial
        self._wait_s[denial.capability] = min(2 * before, RETRY_LONGEST_S) if before else RETRY_FIRST_S
        self.put_off(denial.capability)

    def allow(self, capability: Capability) -> None:
        """It was answered: nothing is held against it any longer."""
        if capability in self._unsold:
            return
        for known in (self.denied, self._retry_at, self._wait_s):
            known.pop(capability, None)

    def put_off(self, capability: Capability) -> None:
        """Its next try has begun; should nothing come of it, the one after waits as long again."""
        self._retry_at[capability] = self.clock() + self._wait_s[capability]

    def try_soon(self, capability: Capability) -> None:
        """Its try came to nothing for another reason: that says nothing of the plan, and the next may be soon."""
        if capability in self.denied and capability not in self._unsold:
            self._retry_at[capability] = self.clock() + RETRY_SOON_S

    def retry_now(self) -> None:
        """Whatever was refused may be tried at once, and again after minutes; `on_retry` hears of it."""
        for retried in self.on_retry:
            retried()
        for capability in self.denied.keys() - self._unsold:
            self._retry_at.pop(capability, None)
            self._wait_s[capability] = RETRY_FIRST_S / 2

    def retry_at(self, capability: Capability) -> float | None:
        """The clock of the next try of what is denied; None where it is allowed, may be tried at once, or never is."""
        at = self._retry_at.get(capability, inf)
        return None if isinf(at) else at

    def retry_in_s(self, capability: Capability) -> float:
        """Seconds until a request makes sense again; 0 where one does now, infinite where none ever does."""
        return max(0.0, self._retry_at.get(capability, 0.0) - self.clock())
