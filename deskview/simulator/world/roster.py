"""Who is listed: real stocks, invented ones around them whose names say what they are, index and leveraged funds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, cached_property
from itertools import islice
from typing import Any

import numpy as np

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import SECTORS, load_members
from deskview.simulator.world.seeded import Floats, Integers, stream
from deskview.simulator.world.spec import Spec, rows

_EXCHANGES = ("XNYS", "XNAS")

#: What each of the first invented companies is there to show; see `_quirk`.
NEW_LISTINGS = range(6)
DEAD, HALTED, PENNY, CLASS_A, CLASS_B, PREFERRED, SPLITTING, REUSED, SPUN_OFF = range(6, 15)
#: Pairs of share lines of one company each, the last line of a pair the one that is traded less.
PAIRS = range(15, 21)
#: From the 20th on come those of `actions.SPLITS`, then companies that went under, and two that were taken over.
FAILED, TAKEN_OVER = range(32, 40), range(40, 42)
#: Sessions before the scenario's: last bar of the dead name; first bar of the new owner of the reused ticker.
DEAD_BACK, REUSED_BACK = 38, 100
#: The last bars of those that went under, of those taken over, of the former owner of the reused ticker.
_FAILED_BACK, _TAKEN_BACK, _FORMER_BACK = (25, 95, 160, 235, 310, 370, 430, 490), (70, 330), 107
#: Minute after 09:30 at which the halted name stops.
HALT_MINUTE = 77
#: How many may be listed: some are invented in any case, and there are only so many tickers to invent.
SIZES = range(3000, 20_001)
_SHARES = (0.05, 0.11, 0.05, 0.05, 0.18, 0.19, 0.15, 0.12, 0.05, 0.03, 0.02)
#: The last session of what is still listed.
FOREVER = 1 << 30
#: A fund of the registry that closed, and how many sessions before the scenario's it was last traded.
CLOSED, CLOSED_BACK = "DJTU", 17
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Fate(StrEnum):
    """How the last weeks of a delisted name go."""

    NONE = ""
    FAILED = "failed"
    TAKEN_OVER = "taken over"


class AssetKind(IntEnum):
    """What an instrument is to the simulator."""

    STOCK = 0
    PROXY = 1
    FUND = 2


@dataclass(frozen=True)
class Former:
    """Who had the ticker before; `last` is the session number of its last bar."""

    name: str
    last: int


@dataclass(frozen=True)
class Stray:
    """A listed fund the registry does not know: it follows `leverage` times the fund at `follows`."""

    ticker: str
    name: str
    leverage: float
    follows: str
    price: float
    aum_usd: float


STRAYS = (
    Stray("ZZWD", "Simulated 2X Long Widget Daily ETF", 2.0, "XLI", 27.0, 60e6),
    Stray("ZZUG", "SimShares Ultra Gadgets", 2.0, "XLK", 41.0, 25e6),
    Stray("ZZBR", "Simulated Daily Bear 3X ETF", -3.0, "SPY", 18.0, 110e6),
    Stray("ZZUS", "Simulated Ultra-Short Income ETF", 0.06, "IEF", 50.4, 900e6),
)


@dataclass
class Entry:
    """One instrument. `first` and `last` are session numbers (0: traded all along), `drift` is added to its log trend.

    With a `former` owner the ticker's bars from `first` on are this one's.
    """

    ticker: str
    name: str
    kind: AssetKind
    price: float
    size_usd: float
    adv_usd: float
    type: str = "CS"
    exchange: str = "XNYS"
    sector: str | None = None
    first: int = 0
    last: int = FOREVER
    real: bool = True
    drift: float = 0.0
    fate: Fate = Fate.NONE
    former: Former | None = None

    @property
    def issuer(self) -> str:
        """What the share classes of one company have in common."""
        company, mark, _ = self.name.partition(" (Class")
        return company if mark else self.ticker

    def trades(self, number: int) -> bool:
        """Whether there are bars of the ticker in a session."""
        return self.first <= number <= self.last or (self.former is not None and number <= self.former.last)


@dataclass(frozen=True)
class Roster:
    """Every instrument in a fixed order: stocks, then proxies, then the registry's leveraged funds, then `STRAYS`."""

    entries: list[Entry]

    @cached_property
    def tickers(self) -> list[str]:
        """Tickers in order."""
        return [entry.ticker for entry in self.entries]

    @cached_property
    def index(self) -> dict[str, int]:
        """Position by ticker."""
        return {ticker: position for position, ticker in enumerate(self.tickers)}

    @cached_property
    def stocks(self) -> int:
        """How many come first and are stocks."""
        return sum(entry.kind is AssetKind.STOCK for entry in self.entries)

    def column(self, name: str) -> Floats:
        """A number of every entry."""
        return np.array([getattr(entry, name) for entry in self.entries], dtype=np.float64)

    def spans(self) -> tuple[Integers, Integers]:
        """First and last session number of every entry."""
        first = np.array([entry.first for entry in self.entries], dtype=np.int64)
        return first, np.array([entry.last for entry in self.entries], dtype=np.int64)

    @cached_property
    def invented(self) -> int:
        """Position of the first invented stock."""
        return next(position for position, entry in enumerate(self.entries) if not entry.real)

    @cached_property
    def companies_usd(self) -> dict[str, float]:
        """Issuer -> size of all its lines together."""
        found: dict[str, float] = {}
        for entry in self.entries:
            found[entry.issuer] = found.get(entry.issuer, 0.0) + entry.size_usd
        return found

    def positions(self, tickers: list[str]) -> Integers:
        """Positions of those tickers that are listed."""
        return np.array([self.index[ticker] for ticker in tickers if ticker in self.index], dtype=np.int64)


@cache
def themes() -> dict[str, list[str]]:
    """Theme -> tickers, in the order of the shipped file."""
    found: dict[str, list[str]] = {}
    for group, kind, ticker in load_groups().iter_rows():
        if kind == "theme":
            found.setdefault(group, []).append(ticker)
    return found


def build_roster(spec: Spec, seed: int, names: int | None = None) -> Roster:
    """The listed instruments of a seed, `names` of them (None: as many as the specification says)."""
    real = _real_stocks(spec, seed)
    proxies = _proxies()
    funds = [*_funds(seed, spec.fund_sessions), *_strays()]
    taken = {entry.ticker for entry in (*real, *proxies, *funds)}
    count = spec.synthetic if names is None else names - len(real) - len(proxies) - len(funds)
    invented = [
        Entry(kind=AssetKind.STOCK, real=False, **fields) for fields in invent(count, spec.fund_sessions, taken, seed)
    ]
    return Roster([*real, *invented, *proxies, *funds])


def _real_stocks(spec: Spec, seed: int) -> list[Entry]:
    known = {row["ticker"]: (float(row["cap_usd"]), float(row["price"])) for row in rows("caps.csv")}
    heat = _heats(spec)
    made = []
    for member in load_members().iter_rows(named=True):
        ticker = member["ticker"]
        luck = stream(seed, "size", ticker)
        in_index = "SPX" in member["indexes"]
        guess = (float(np.exp(luck.normal(24.4 if in_index else 22.2, 0.8))), float(np.exp(luck.normal(4.2, 0.8))))
        cap, price = known.get(ticker, guess)
        turnover = spec.turnover.get(ticker) or _turnover(cap) * heat.get(ticker, 1.0) * luck.lognormal(0, 0.25)
        nasdaq = "NDX" in member["indexes"] or luck.random() < (0.25 if in_index else 0.6)
        made.append(
            Entry(
                ticker, member["name"], AssetKind.STOCK, price, cap, cap * turnover,
                exchange=_EXCHANGES[int(nasdaq)], sector=member["sector"],
            )
        )  # fmt: skip
    return made


def _heats(spec: Spec) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for theme, tickers in themes().items():
        for ticker in tickers:
            found.setdefault(ticker, []).append(spec.themes[theme].heat if theme in spec.themes else 1.0)
    return {ticker: float(np.mean(heats)) for ticker, heats in found.items()}


def _turnover(cap_usd: float) -> float:
    """Share of the company traded in a day: about 0.8 % at $40bn, less above, more below."""
    return float(np.clip(0.008 * (cap_usd / 4e10) ** -0.15, 0.002, 0.02))


def _proxies() -> list[Entry]:
    needed = {proxy: name for proxy, name in load_underlyings().select("proxy", "name").iter_rows() if proxy}
    made = {
        row["ticker"]: Entry(
            row["ticker"], row["name"], AssetKind.PROXY, float(row["price"]), float(row["adv_musd"]) * 20e6,
            float(row["adv_musd"]) * 1e6, "ETN" if row["name"].endswith("ETN") else "ETF", "ARCX",
        )
        for row in rows("proxies.csv")
    }  # fmt: skip
    for ticker, name in needed.items():
        made.setdefault(ticker, Entry(ticker, f"{name} ETF", AssetKind.PROXY, 50.0, 5e8, 2e7, "ETF", "ARCX"))
    return list(made.values())


def _funds(seed: int, sessions: int) -> list[Entry]:
    sizes = {row["ticker"]: float(row["aum_usd"]) for row in rows("fund_sizes.csv")}
    made = []
    for fund in load_funds().iter_rows(named=True):
        luck = stream(seed, "fund", fund["ticker"])
        aum = sizes.get(fund["ticker"], 4e6)
        price = float(np.exp(luck.normal(3.5, 0.6)))
        name = fund["name"]
        adv = max(aum * luck.lognormal(-1.9, 0.4), 2e5)
        last = sessions - CLOSED_BACK if fund["ticker"] == CLOSED else FOREVER
        made.append(Entry(fund["ticker"], name, AssetKind.FUND, price, aum, adv, fund["structure"], "ARCX", last=last))
    return made


def _strays() -> list[Entry]:
    """Funds in no registry: most of their names look leveraged, that of the bond fund must not."""
    return [
        Entry(stray.ticker, stray.name, AssetKind.FUND, stray.price, stray.aum_usd, stray.aum_usd / 8, "ETF", "ARCX")
        for stray in STRAYS
    ]


def invent(count: int, sessions: int, taken: set[str], seed: int) -> Iterator[dict[str, Any]]:
    """Fields of `count` invented stocks; tickers avoid those taken."""
    luck = stream(seed, "invented")
    names = list(islice(_tickers(taken, seed), count))
    caps = np.exp(luck.normal(21.1, 1.25, count)).clip(4e7, 4e10)
    prices = np.exp(luck.normal(3.2, 0.8, count)).clip(1.5, 900.0)
    turnovers = np.exp(luck.normal(-4.75, 0.55, count)).clip(0.002, 0.06)
    sectors = luck.choice(len(SECTORS), count, p=_SHARES)
    adrs = luck.random(count) < 0.08
    nasdaq = luck.random(count) < 0.55
    counters = dict.fromkeys(SECTORS, 0)
    for k in range(count):
        sector = SECTORS[sectors[k]]
        counters[sector] += 1
        fields: dict[str, Any] = {
            "ticker": names[k],
            "name": f"Simulated {sector} {counters[sector]:04d}",
            "price": float(prices[k]),
            "size_usd": float(caps[k]),
            "adv_usd": float(caps[k] * turnovers[k]),
            "type": "ADRC" if adrs[k] else "CS",
            "exchange": "XNAS" if nasdaq[k] else "XNYS",
            "sector": sector,
        }
        yield fields | _quirk(k, names, sessions)


def _quirk(k: int, names: list[str], sessions: int) -> dict[str, object]:
    if k in NEW_LISTINGS:
        return {"first": sessions - 40 * (k + 1), "adv_usd": 9e7}
    if k in FAILED:
        back = _FAILED_BACK[k - FAILED.start]
        return _delisted(f"Simulated Failed Company {k}", sessions - back, Fate.FAILED) | {"price": 0.5 + 0.1 * (k % 7)}
    if k in TAKEN_OVER:
        back = _TAKEN_BACK[k - TAKEN_OVER.start]
        return _delisted(f"Simulated Acquired Company {k}", sessions - back, Fate.TAKEN_OVER)
    if k in PAIRS:
        first, company = k - (k - PAIRS.start) % 2, (k - PAIRS.start) // 2
        mark = "AB"[k - first]
        name = f"Simulated Two Lines Company {company} (Class {mark})"
        return {"ticker": f"{names[first]}.{mark}", "name": name, "adv_usd": (9e7, 4e7)[k - first], "type": "CS"}
    return _special(names, sessions).get(k, {})


def _delisted(name: str, last: int, fate: Fate) -> dict[str, object]:
    return {"name": name, "last": last, "fate": fate, "adv_usd": 9e7, "type": "CS"}


def _special(names: list[str], sessions: int) -> dict[int, dict[str, object]]:
    former = Former("Simulated Former Owner Of The Ticker", sessions - _FORMER_BACK)
    dual = f"{names[CLASS_A]}."
    return {
        DEAD: {"last": sessions - DEAD_BACK, "adv_usd": 6e7},
        HALTED: {"adv_usd": 8e7, "name": "Simulated Halted Company"},
        PENNY: {"price": 0.62, "adv_usd": 9e6},
        CLASS_A: {"ticker": f"{dual}A", "name": "Simulated Dual Class Company (Class A)", "adv_usd": 4e7},
        CLASS_B: {"ticker": f"{dual}B", "name": "Simulated Dual Class Company (Class B)", "adv_usd": 7e7},
        PREFERRED: {"ticker": f"{names[PREFERRED]}pA", "name": "Simulated Preferred Series A", "type": "PFD"},
        SPLITTING: {"name": "Simulated Splitting Company", "price": 64.0, "adv_usd": 2.2e8, "drift": 0.9, "type": "CS"},
        REUSED: {"name": "Simulated New Owner Of The Ticker", "price": 48.0, "adv_usd": 1.1e8, "type": "CS",
                 "first": sessions - REUSED_BACK, "former": former},
        SPUN_OFF: {"name": "Simulated Spinning Company", "price": 72.0, "adv_usd": 1.6e8, "type": "CS"},
    }  # fmt: skip


def _tickers(taken: set[str], seed: int) -> Iterator[str]:
    luck = stream(seed, "tickers")
    seen = set(taken)
    while True:
        ticker = "QXZ"[luck.integers(3)] + "".join(_LETTERS[i] for i in luck.integers(26, size=3))
        if ticker not in seen:
            seen.add(ticker)
            yield ticker
