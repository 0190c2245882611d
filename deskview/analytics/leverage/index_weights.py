"""What an index holds, when nobody says: implied by a fund that holds it, by the index's rule, or by market value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import floor

import numpy as np
import polars as pl
from msgspec import Struct

from deskview.analytics.leverage.book import floats, listed
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.implied import RELATIVE_SD, Implied, weights_of_holder
from deskview.analytics.leverage.readings import IndexWeights
from deskview.analytics.names import with_line_caps
from deskview.analytics.panel import Panel

WINDOW = 126
"""Sessions of returns the implied weights rest on."""
LEAST_R2 = 0.99
LEAST_OWN_R2 = 0.9
"""Of the names' own moves: where names move alike a fund of a quite different index has an R² above 0.99."""
LEAST_KNOWN = 0.5
"""Of the members, and of their dollar volume: below, what is known stands for the basket no more."""
LEAST_HISTORY = 0.5
"""Of the fund's sessions: a name with fewer is not told apart by returns."""
FIXED_SD = 1e-4
"""Relative sd of such a name: it keeps the weight it starts from, the others share what it leaves."""
ESTIMATED_SD = 1.0
"""Relative sd of a name whose market value is taken from its dollar volume."""
NAMED_WEIGHT = 0.01
"""Such a name of more is named in the row's reason."""
VOLUME_SESSIONS = 20

WEIGHTS = {"underlying": pl.String(), "ticker": pl.String(), "weight": pl.Float64()}
_METHODS = {
    "implied": "weights implied by the returns of a fund that holds the index",
    "rule": "equal- or price-weighted, as the index is",
    "prior": "approximate, by market value within limits on single names (not on groups), or equal",
    "none": "no weights, so no flow to names",
}


class Capping(Struct, frozen=True):
    """The `count` largest companies weigh at most `largest`, the others at most `rest`.

    Where those above `heavy` then weigh more than `most` in sum, they are brought to `reduced` in proportion and the
    others take the difference, none more than `heavy`.
    """

    largest: float
    count: int
    rest: float
    heavy: float = 1.0
    most: float = 1.0
    reduced: float = 1.0


EQUAL = Capping(0.0, 0, 0.0)

#: By underlying, else by kind of basket. They hold at a rebalance; until the next one prices carry
#: weights beyond them. Limits on groups of names, such as foreign ones at 10 % in sum of a semiconductor index, and
#: the share of a company in free float are not reproduced.
#: - NYSE Semiconductor: five names at 8 %, the rest at 4 %, as the prospectuses of SOXX and SOXL have it.
#: - Nasdaq-100: Nasdaq, Nasdaq-100 Index Methodology, quarterly adjustment.
#: - Select Sector: S&P, U.S. Indices Methodology, capping since September 2024.
#: - S&P Select Industry indices start each quarter at equal weights: S&P, Select Industry Indices Methodology.
CAPPING = {
    "NYSE_SEMIS": Capping(0.08, 5, 0.04),
    "NDX": Capping(0.24, 1000, 0.24, heavy=0.045, most=0.48, reduced=0.40),
    "sector": Capping(0.24, 1000, 0.24, heavy=0.048, most=0.50, reduced=0.45),
    "BIOTECH": EQUAL,
    "PHARMA": EQUAL,
    "REGIONAL_BANKS": EQUAL,
    "RETAIL": EQUAL,
    "OIL_GAS_EP": EQUAL,
}


def capped(values: Floats, capping: Capping) -> Floats:
    """Weights summing to 1 from market values (all positive): what a cap cuts off goes to the names below theirs.

    Caps that can't hold 1 in sum are raised in proportion, or all equal when they are zero.
    """
    rank = np.argsort(np.argsort(-values, kind="stable"), kind="stable")
    weights = _limited(values, np.where(rank < capping.count, capping.largest, capping.rest))
    heavy = weights > capping.heavy
    if weights[heavy].sum() > capping.most and not heavy.all():
        left = 1.0 - capping.reduced
        weights[heavy] *= capping.reduced / weights[heavy].sum()
        others = values[~heavy]
        weights[~heavy] = left * _limited(others, np.full(len(others), capping.heavy / left))
    return weights


def _limited(values: Floats, limit: Floats) -> Floats:
    if limit.sum() <= 1.0:
        return np.asarray(limit / limit.sum() if limit.any() else np.full(len(values), 1.0 / len(values)))
    weights = values / values.sum()
    held = np.zeros(len(values), dtype=np.bool_)
    while (over := ~held & (weights > limit)).any():
        held |= over
        free = 1.0 - limit[held].sum()
        weights = np.where(held, limit, values * free / values[~held].sum())
    return np.asarray(weights, dtype=np.float64)


@dataclass(frozen=True)
class Baskets:
    """Weights of the names of each index. `weights`: underlying, ticker, weight, each underlying's summing to 1.

    `indexes` has a row for every underlying with a basket, also for those that have no weights. Its `r2` and
    `residual_bp` are of sessions predicted from the other sessions.
    """

    weights: pl.DataFrame
    indexes: list[IndexWeights]

    def remark(self) -> str:
        """How the weights were found and which constituents are left out, in words."""
        found = {basis: [row.index for row in self.indexes if row.basis == basis] for basis in _METHODS}
        words = [f"{words}: {listed(found[basis])}" for basis, words in _METHODS.items() if found[basis]]
        short = [f"{r.index} {r.members - r.known} of {r.members}" for r in self.indexes if r.known < r.members]
        if short:
            missing = "constituents without a price left out, without a market value weighed by dollar volume"
            words.append(f"{missing}: {listed(short)}")
        return "; ".join(words)


def baskets_of(
    underlyings: pl.DataFrame,
    members: pl.DataFrame,
    groups: pl.DataFrame,
    names: pl.DataFrame,
    panel: Panel,
    *,
    capping: Mapping[str, Capping] = CAPPING,
) -> Baskets:
    """Baskets for every underlying of the registry (UNDERLYINGS) with a `basket`.

    `members` (MEMBERS) gives `index:SPX`, `groups` (GROUPS) `theme:Space` and `sector:Energy`; a sector keeps to the
    S&P 500, as the sector funds do. A member counts with a close at the end of the `panel`, and but for equal and price
    weights with a market value (NAMES), which the lines of an issuer share. Of fewer than half, by count or dollar
    volume, no weights are made; else the market value of the others is taken from their dollar volume. `implied`
    weights rest on the last sessions of the panel: where the underlying's proxy has too few, does not follow the
    members (R² below 0.99), or its returns tell no more than market values or hardly tell the names apart, market
    values are kept and the row says why. `capping` is by underlying or by kind of basket.
    """
    lines = _lines(underlyings, members, groups, names, panel)
    priced = with_line_caps(lines.filter(pl.col("close").is_not_null()), within=["underlying"])
    indexes, tables = [], []
    for row in underlyings.drop_nulls("basket").iter_rows(named=True):
        own = pl.col("underlying") == row["underlying"]
        rule = capping.get(row["underlying"]) or capping.get(row["basket"].partition(":")[0])
        basket = _Basket(row, lines.filter(own), priced.filter(own), rule)
        index, weights = basket.weighed(panel)
        indexes.append(index)
        if weights is not None:
            named = basket.lines.select("underlying", "ticker").with_columns(weight=pl.Series(weights))
            tables.append(named.filter(pl.col("weight") > 0))
    return Baskets(pl.concat(tables) if tables else pl.DataFrame(schema=dict(WEIGHTS)), indexes)


def constituents(members: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Who is in which basket (basket, ticker) of MEMBERS and GROUPS; a sector keeps to the S&P 500."""
    in_index = members.explode("indexes").drop_nulls("indexes")
    large = in_index.filter(pl.col("indexes") == "SPX").get_column("ticker")
    kept = groups.filter((pl.col("kind") != "sector") | pl.col("ticker").is_in(large.implode()))
    return pl.concat(
        [
            in_index.select(pl.format("index:{}", "indexes").alias("basket"), "ticker"),
            kept.select(pl.format("{}:{}", "kind", "group").alias("basket"), "ticker"),
        ]
    ).unique(maintain_order=True)


def _lines(
    underlyings: pl.DataFrame, members: pl.DataFrame, groups: pl.DataFrame, names: pl.DataFrame, panel: Panel
) -> pl.DataFrame:
    """The members of each underlying's basket with their facts of NAMES, last close and mean dollar volume."""
    last = {
        "ticker": panel.tickers,
        "close": panel.close[-1:].reshape(-1),
        "adv_usd": panel.dollar_volume_usd[-VOLUME_SESSIONS:].sum(axis=0) / VOLUME_SESSIONS,
    }
    prices = pl.DataFrame(last, schema={"ticker": pl.String(), "close": pl.Float64(), "adv_usd": pl.Float64()})
    facts = names.unique("ticker", keep="first", maintain_order=True)
    return (
        underlyings.drop_nulls("basket")
        .select("underlying", "basket")
        .join(constituents(members, groups), on="basket", maintain_order="left")
        .join(
            facts.select("ticker", "cik", "market_cap_usd", "shares_outstanding"),
            on="ticker",
            how="left",
            maintain_order="left",
        )
        .join(prices.fill_nan(None), on="ticker", how="left", maintain_order="left")
    )


class _Basket:
    """One underlying (`row` of UNDERLYINGS), its `members`, those with what the weights need (`known`), and the `lines`
    that are weighed: these and the `estimated` ones."""

    def __init__(
        self, row: Mapping[str, str | None], members: pl.DataFrame, priced: pl.DataFrame, capping: Capping | None
    ) -> None:
        self.row = row
        self.rule = row["weights"] or "cap"
        self.fund = row["proxy"] if self.rule == "implied" else None
        by_price = self.rule in ("equal", "price")
        self.needs = "prices" if by_price else "market values"
        self.start = "" if by_price else "equal weights" if capping == EQUAL else "market values"
        self.members = members
        self.known = priced if by_price else priced.drop_nulls("cap_usd")
        self.lines = priced if by_price else _with_estimates(priced).drop_nulls("cap_usd")
        self.capping = capping

    def weighed(self, panel: Panel) -> tuple[IndexWeights, Floats | None]:
        """How its flow is carried into names, and the weights of `lines`, None where there are none."""
        if (missing := self.too_little()) is not None:
            return self.index("none", missing), None
        if self.needs == "prices":
            size = floats(self.lines, "close") if self.rule == "price" else np.ones(self.lines.height)
            return self.index("rule"), np.asarray(size / size.sum())
        prior = self.prior()
        if self.fund is None:
            note = self.row["note"] or "weights are not implied here"
            return self.index("prior", self.remarks(prior, f"{self.start}: {note}")), prior
        try:
            found, young = self.implied(prior, panel)
        except ValueError as error:
            return self.index("prior", self.remarks(prior, f"{self.fund}: {error}: {self.start} are kept")), prior
        if (refused := self.refused(found)) is not None:
            return self.index("prior", self.remarks(prior, refused), found), prior
        short = [f"too short a history, {self.start} are kept: {listed(young)}"] if young else []
        return self.index("implied", self.remarks(found.weights, *short), found), found.weights

    def refused(self, found: Implied) -> str | None:
        """Why the weights the fund's returns imply do not stand, None where they do."""
        r2 = f"R² {floor(found.r2_out * 1000) / 1000:.3f}"
        if found.r2_out < LEAST_R2:
            return f"{r2} of {self.fund}'s returns, below {LEAST_R2}: {self.start} are kept"
        if found.residual_out_bp >= found.prior_bp:
            return f"{self.fund}'s returns tell no more than {self.start} do ({r2})"
        if found.own_r2 < LEAST_OWN_R2:
            return f"{self.fund}'s returns hardly tell its names apart ({r2}): {self.start} are kept"
        return None

    def remarks(self, weights: Floats, *remarks: str) -> str | None:
        """With the names above NAMED_WEIGHT whose market value is not known; None where there is nothing to say."""
        heavy = self.lines.filter(pl.col("estimated") & (pl.Series(weights) > NAMED_WEIGHT))
        if not heavy.is_empty() and self.start == "market values":
            names, whose = ", ".join(heavy.get_column("ticker")), "its" if heavy.height == 1 else "their"
            remarks += (f"{names}: no market value, taken from {whose} dollar volume",)
        return "; ".join(remarks) or None

    def index(self, basis: str, reason: str | None = None, found: Implied | None = None) -> IndexWeights:
        return IndexWeights(
            index=str(self.row["underlying"]),
            name=str(self.row["name"]),
            basis=basis,
            fund=self.fund,
            r2=None if found is None else found.r2_out,
            residual_bp=None if found is None else found.residual_out_bp,
            members=self.members.height,
            known=self.known.height,
            reason=reason,
            start=self.start if basis in ("implied", "prior") else "",
        )

    def too_little(self) -> str | None:
        """Why what is known does not stand for the basket, None where it does."""
        members, known = self.members.height, self.known.height
        if members == 0:
            return "no constituents are known: its flow goes to no name"
        of = f"{self.needs} known of {known} of {members} constituents"
        if known < LEAST_KNOWN * members:
            return f"{of}: its flow goes to no name"
        traded, part = (float(np.nansum(floats(table, "adv_usd"))) for table in (self.members, self.known))
        if part < LEAST_KNOWN * traded:
            return f"{of}, {part / traded:.0%} of their dollar volume: its flow goes to no name"
        return None

    def prior(self) -> Floats:
        """Market-value weights; what an index limits is the weight of an issuer, which its lines share."""
        cap = floats(self.lines, "cap_usd")
        if self.capping is None:
            return np.asarray(cap / cap.sum())
        issuer = np.unique(self.lines.get_column("issuer").to_list(), return_inverse=True)[1]
        company = np.bincount(issuer, weights=cap).astype(np.float64)
        return np.asarray((capped(company, self.capping) / company)[issuer] * cap)

    def implied(self, prior: Floats, panel: Panel) -> tuple[Implied, list[str]]:
        """What the fund's returns say, and the names they say nothing of; ValueError where they say too little."""
        fund = panel.column(str(self.fund))
        if fund is None:
            raise ValueError("it has no history")
        tickers = self.lines.get_column("ticker").to_list()
        close, holder = panel.close[-WINDOW - 1 :], panel.close[-WINDOW - 1 :, fund]
        lines = close[:, panel.columns(tickers)]
        traded = np.isfinite(np.diff(holder))
        seen = np.isfinite(np.diff(lines, axis=0))[traded].sum(axis=0)
        young = seen < LEAST_HISTORY * traded.sum()
        periods = np.array([_period(day) for day in panel.sessions[-WINDOW - 1 :][1:]])
        estimated = self.lines.get_column("estimated").to_numpy()
        sd = np.where(young, FIXED_SD, np.where(estimated, ESTIMATED_SD, RELATIVE_SD))
        found = weights_of_holder(lines, holder, prior, periods, relative_sd=sd)
        return found, [ticker for ticker, is_young in zip(tickers, young, strict=True) if is_young]


def _with_estimates(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with `cap_usd` also where no market value is known (then `estimated`): what their dollar volume would be
    worth at the median ratio of the others; null still without dollar volume."""
    traded = pl.when(pl.col("adv_usd") > 0).then("adv_usd")
    return lines.with_columns(
        estimated=pl.col("cap_usd").is_null(),
        cap_usd=pl.coalesce("cap_usd", traded * (pl.col("cap_usd") / traded).median()),
    )


def _period(session: date) -> int:
    """Which holdings a fund goes into the session with, as a number: those of indices are changed after the close of
    the third Friday of March, June, September and December."""
    third_friday = 15 + (4 - session.replace(day=1).weekday()) % 7
    changed = session.month % 3 == 0 and session.day > third_friday
    return session.year * 4 + (session.month - 1) // 3 + changed
