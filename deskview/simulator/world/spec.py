"""The tables a simulated market is made from, read from the package, and their digest."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

#: Changes whenever the same inputs make another market than before.
WORLD_VERSION = 4

_MARKET_FILES = ("members.csv", "groups.toml", "funds.csv", "underlyings.csv")
_OWN_FILES = ("world.toml", "proxies.csv", "caps.csv", "fund_sizes.csv")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sector or theme: 12-month log trend, daily volatility; for themes also what their members are like.

    `earlier` is the trend of the year before.
    """

    trend: float
    volatility: float
    earlier: float = 0.0
    crowd: float = 0.0
    beta: float = 1.0
    heat: float = 1.0
    retail: float = 0.28


class Market(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A factor of its own: daily volatility, 12-month log trend, beta on the stock market."""

    volatility: float
    trend: float = 0.0
    beta: float = 0.0


class FlowYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Daily imbalances of the year before: level, spread, first autocorrelation, spread between names."""

    retail_mean: float
    retail_sd: float
    nonretail_sd: float
    persistence: float
    name_sd: float


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """world.toml. Bars of all names reach back `sessions`, of funds `fund_sessions`; a `block` is made at a time."""

    block: int
    sessions: int
    fund_sessions: int
    synthetic: int
    factors: dict[str, Market]
    market: Market
    crowd: Market
    flow: FlowYear
    sectors: dict[str, Group]
    themes: dict[str, Group]
    turnover: dict[str, float]


@cache
def load_spec() -> Spec:
    """The shipped world.toml."""
    return msgspec.toml.decode(_bytes("world.toml"), type=Spec)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the simulator's own CSV tables; none where the table is not shipped."""
    return csv.DictReader(io.StringIO(_bytes(name).decode()))


def digest(scenario: bytes, seed: int, names: int | None = None) -> str:
    """Sixteen hex digits that differ whenever two simulated markets may differ; `names` is None for the usual count."""
    parts = [f"{WORLD_VERSION} {names or ''}".encode(), str(seed).encode(), scenario, *map(_bytes, _OWN_FILES)]
    market = resources.files("deskview.market.data")
    parts += [(market / name).read_bytes() for name in _MARKET_FILES]
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def _bytes(name: str) -> bytes:
    path = resources.files("deskview.simulator.data") / name
    return path.read_bytes() if path.is_file() else b""
