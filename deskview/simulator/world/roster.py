"""Who is listed: real stocks of the shipped lists, invented ones, index and commodity funds, leveraged funds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property

import numpy as np

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import load_members
from deskview.simulator.world.chance import Floats, Integers, stream
from deskview.simulator.world.spec import Spec, rows
from deskview.simulator.world.synthetic import invent

_EXCHANGES = ("XNYS", "XNAS")


class Kind(IntEnum):
    """What an instrument is to the simulator."""

    STOCK = 0
    PROXY = 1
    FUND = 2


@dataclass
class Entry:
    """One instrument. `first` and `last` are session numbers (0 = the oldest of the history)."""

    ticker: str
    name: str
    kind: Kind
    price: float
    size_usd: float
    adv_usd: float
    type: str = "CS"
    exchange: str = "XNYS"
    sector: str | None = None
    first: int = 0
    last: int = 1 << 30
    real: bool = True


@dataclass(frozen=True)
class Roster:
    """Every instrument in a fixed order: stocks, then proxies, then leveraged funds."""

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
        return sum(entry.kind is Kind.STOCK for entry in self.entries)

    def column(self, name: str) -> Floats:
        """A number of every entry."""
        return np.array([getattr(entry, name) for entry in self.entries], dtype=np.float64)

    def spans(self) -> tuple[Integers, Integers]:
        """First and last session number of every entry."""
        first = np.array([entry.first for entry in self.entries], dtype=np.int64)
        return first, np.array([entry.last for entry in self.entries], dtype=np.int64)

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


def build_roster(spec: Spec, seed: int) -> Roster:
    """The listed instruments of a seed."""
    real = _real_stocks(spec, seed)
    proxies = _proxies()
    funds = _funds(seed)
    taken = {entry.ticker for entry in (*real, *proxies, *funds)}
    invented = [
        Entry(kind=Kind.STOCK, real=False, **fields) for fields in invent(spec.synthetic, spec.sessions, taken, seed)
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
                ticker, member["name"], Kind.STOCK, price, cap, cap * turnover,
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
    needed = dict(zip(load_underlyings()["proxy"].to_list(), load_underlyings()["name"].to_list(), strict=True))
    made = {
        row["ticker"]: Entry(
            row["ticker"], row["name"], Kind.PROXY, float(row["price"]), float(row["adv_musd"]) * 20e6,
            float(row["adv_musd"]) * 1e6, "ETF", "ARCX",
        )
        for row in rows("proxies.csv")
    }  # fmt: skip
    for ticker, name in needed.items():
        made.setdefault(ticker, Entry(ticker, f"{name} ETF", Kind.PROXY, 50.0, 5e8, 2e7, "ETF", "ARCX"))
    return list(made.values())


def _funds(seed: int) -> list[Entry]:
    sizes = {row["ticker"]: float(row["aum_usd"]) for row in rows("fund_sizes.csv")}
    made = []
    for fund in load_funds().iter_rows(named=True):
        luck = stream(seed, "fund", fund["ticker"])
        aum = sizes.get(fund["ticker"], 4e6)
        price = float(np.exp(luck.normal(3.5, 0.6)))
        name = fund["name"]
        kind = "ETN" if "ETN" in name or fund["issuer"] == "MicroSectors" else "ETF"
        adv = max(aum * luck.lognormal(-1.9, 0.4), 2e5)
        made.append(Entry(fund["ticker"], name, Kind.FUND, price, aum, adv, kind, "ARCX"))
    return made
