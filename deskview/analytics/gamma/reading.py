"""The reading of a moment: every underlying's gamma, the index's, and what dealers and leveraged funds do together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from statistics import fmean

import polars as pl

from deskview.analytics.gamma.chain import INDEX, INDEX_FUND, OptionBook, combined
from deskview.analytics.gamma.model import GammaModel
from deskview.analytics.gamma.read import NAIVE, REACH, UNSIGNED, Curve, position_of, read_underlying
from deskview.analytics.gamma.shocks import SHOCKS, all_dealers, funds_flow, shock
from deskview.analytics.gamma.structs import Gamma, Morning, Shock
from deskview.analytics.leverage import EQUITY_KINDS, Leverage

WHOLE_INDEX = "S&P 500"
"""The key of the index's options together, beside the underlyings' own."""
PART_OF_INDEX = frozenset({INDEX, INDEX_FUND})
MEAN_OF = 5
"""Sessions before today's: those of another month are no measure of this one."""


@dataclass(frozen=True)
class Rate:
    """The interest that prices drift by, a year's."""

    value: float = 0.04
    source: str = "assumed: no Treasury yield was to be had"


@dataclass(frozen=True)
class Kept:
    """What there is of a session's chains: books by underlying, why others are not there, `mornings` with the session's
    own last. `convention` is the user's."""

    books: Mapping[str, OptionBook] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    mornings: tuple[Morning, ...] = ()
    rate: Rate = Rate()
    convention: str = NAIVE

    @cached_property
    def all_books(self) -> Mapping[str, OptionBook]:
        """The books with that of the index, of both that make it up, or of the one that is there where the other is
        not to be had: while that is still to come one alone would pass for both."""
        index, fund = self.books.get(INDEX), self.books.get(INDEX_FUND)
        if index is not None and fund is not None:
            return {WHOLE_INDEX: combined(index, fund), **self.books}
        alone = index or fund if PART_OF_INDEX & set(self.reasons) else None
        title = f"S&P 500: {alone.underlying} alone" if alone else ""
        return {**({WHOLE_INDEX: replace(alone, title=title)} if alone else {}), **self.books}

    @property
    def why_no_index(self) -> str:
        """Why there is no book of the index."""
        came = [name for name in sorted(PART_OF_INDEX) if name in self.books]
        waits = f"of {INDEX} and {INDEX_FUND} only the chain of {came[0]} is here yet" if came else ""
        return self.reasons.get(INDEX) or self.reasons.get(INDEX_FUND) or waits or "neither SPX nor SPY has a chain"


@dataclass(frozen=True)
class Curves:
    """Profiles by underlying, WHOLE_INDEX among them: of now, and of the session's open at the close before."""

    now: Mapping[str, Curve] = field(default_factory=dict)
    morning: Mapping[str, Curve] = field(default_factory=dict)


@dataclass(frozen=True)
class Quotes:
    """Price, close before and return of what the books' prices are taken from."""

    price: Mapping[str, float]
    before: Mapping[str, float]
    returns: Mapping[str, float]


def quotes_of(live: pl.DataFrame, model: GammaModel) -> Quotes:
    """Those of LIVE; what is null there is not in them."""
    tickers = sorted({each.proxy for each in model.wanted})
    rows = live.filter(pl.col("ticker").is_in(tickers))
    found = (dict(rows.select("ticker", name).drop_nulls().iter_rows()) for name in ("price", "prev_close", "ret"))
    return Quotes(*found)


def curve_of(book: OptionBook, price: float | None, now: datetime, convention: str) -> Curve | None:
    """The book's profile while its proxy is at `price`; None without a price, and where no contract is still to settle:
    that is no gamma of zero. Slow: for a thread."""
    if price is None or not price > 0:
        return None
    held = position_of(book.strikes, book.terms(price), now, convention)
    return held.curve() if held.calls.any() or held.puts.any() else None


def morning_of(model: GammaModel, kept: Kept, quotes: Quotes) -> Morning | None:
    """The index's figures at the session's open and the close before; None where they can't be had."""
    book = kept.all_books.get(WHOLE_INDEX)
    if book is None:
        return None
    opens, before = model.calendar.opens(model.session), quotes.before.get(book.proxy)
    found = read_underlying(book, before, opens, model.calendar, convention=kept.convention)
    if found.net_usd_per_1pct is None or found.mass_usd_per_1pct is None or found.spot is None:
        return None
    return Morning(
        session=model.session,
        net_usd=found.net_usd_per_1pct,
        mass_usd=found.mass_usd_per_1pct,
        flip=found.flip,
        spot=found.spot,
    )


def read(
    model: GammaModel, kept: Kept, live: pl.DataFrame, at: datetime, *, funds: Leverage | None, curves: Curves
) -> Gamma:
    """The reading of LIVE at a moment, beside the leveraged funds of the same moment. Raises ValueError without any
    chain."""
    if not kept.books:
        raise ValueError("there is no option chain")
    quotes = quotes_of(live, model)
    readings = {
        name: read_underlying(
            book,
            quotes.price.get(book.proxy),
            at,
            model.calendar,
            convention=kept.convention,
            curve=curves.now.get(name),
        )
        for name, book in kept.all_books.items()
    }
    index = readings.pop(WHOLE_INDEX, None)
    before = model.calendar.before(model.session, MEAN_OF)
    earlier = [row.net_usd for row in kept.mornings if row.session in before]
    own = next((row.net_usd for row in kept.mornings if row.session == model.session), None)
    per_1pct, without, betas = _of_funds(model, funds)
    missing = {f"by_underlying.{name}": why for name, why in kept.reasons.items()}
    if index is None:
        missing["index"] = kept.why_no_index
    if own is None:
        missing["this_morning_usd"] = f"it takes the chains of both {INDEX} and {INDEX_FUND}"
    if len(earlier) < MEAN_OF:
        missing["mean_before_usd"] = f"{len(earlier)} of {MEAN_OF} earlier mornings are recorded: each session adds one"
    shocks = _Shocks(model, kept, curves, quotes, per_1pct, funds)
    today = shocks.today()
    if today is None or today.net_usd is None:
        missing["today"] = shocks.why_not_today()
    by_shock = [shocks.at(move) for move in SHOCKS]
    if by_shock[0].net_usd is None:
        missing["by_shock"] = shocks.why_not()
    return Gamma(
        convention=kept.convention,
        index=index,
        by_underlying=list(readings.values()),
        today=today,
        by_shock=by_shock,
        mornings=list(kept.mornings),
        this_morning_usd=own,
        mean_before_usd=fmean(earlier) if len(earlier) == MEAN_OF else None,
        betas=betas + without + shocks.counted(),
        rate=kept.rate.value,
        rate_source=kept.rate.source,
        missing=missing,
    )


def _of_funds(model: GammaModel, funds: Leverage | None) -> tuple[dict[str, float], str, str]:
    """Dollars per 1 % of what each underlying's funds trade, where it has a beta, and in words what has none."""
    rows = [] if funds is None else [row for row in funds.by_underlying if row.kind in EQUITY_KINDS]
    known = {row.underlying: row.per_1pct_usd for row in rows if model.beta_of(row.underlying) is not None}
    whole, counted = sum(abs(row.per_1pct_usd) for row in rows), sum(map(abs, known.values()))
    without = f"; of the funds {counted / whole:.0%} by what they trade for 1 %" if whole and counted < whole else ""
    return known, without, f"each underlying by its beta to {model.benchmark} over a year of sessions"


@dataclass(frozen=True)
class _Shocks:
    """Dealers by the profiles of the index and of the other underlyings, funds by what they trade for 1 %."""

    model: GammaModel
    kept: Kept
    curves: Curves
    quotes: Quotes
    per_1pct: Mapping[str, float]
    funds: Leverage | None

    def at(self, move: float) -> Shock:
        """From the prices of now, each underlying by its beta."""
        funds = None
        if self.per_1pct:
            own = {name: (self.model.beta_of(name) or 0.0) * move for name in self.per_1pct}
            funds = funds_flow(self.per_1pct, own)
        return shock(move, self._dealers(self.curves.now, self._by_beta(move)), funds)

    def today(self) -> Shock | None:
        """From the closes before, each underlying as it has moved; None before the index has."""
        move = self.quotes.returns.get(self.model.benchmark)
        if move is None:
            return None
        dealers = self._dealers(self.curves.morning, self._moved())
        return shock(move, dealers, None if self.funds is None else self.funds.today_usd)

    def why_not_today(self) -> str:
        """Why dealers or funds can't be told of since the close before."""
        if (move := self.quotes.returns.get(self.model.benchmark)) is None:
            return "the index has no return yet"
        if self._unsigned:
            return self.why_not()
        if WHOLE_INDEX not in self._reached(self.curves.morning, self._moved()):
            beyond = f"the index has moved by {move:.1%}, further than its profile reaches"
            return beyond if abs(move) > REACH else "the index's options have no profile at the open"
        return (self.funds and self.funds.missing.get("today_usd")) or "what leveraged funds trade is not known"

    def counted(self) -> str:
        """Of how many underlyings dealers' trades are, in words; empty where they are of all."""
        whole = 1 + sum(each.underlying not in PART_OF_INDEX for each in self.model.wanted)
        now = len(self._reached(self.curves.now, self._by_beta(SHOCKS[0])))
        today = len(self._reached(self.curves.morning, self._moved()))
        if self._unsigned or (now, today) == (whole, whole):
            return ""
        return f"; dealers' options of {now} of {whole} underlyings, today so far of {today}"

    def why_not(self) -> str:
        """Why dealers or funds can't be told of."""
        if self._unsigned:
            return f"by the convention {self.kept.convention} nothing is told of direction"
        if WHOLE_INDEX not in self.kept.all_books:
            return self.kept.why_no_index
        if WHOLE_INDEX not in self.curves.now:
            return "the index's options have no profile"
        return "" if self.per_1pct else self.model.betas_missing or "what leveraged funds trade is not known"

    @property
    def _unsigned(self) -> bool:
        return self.kept.convention == UNSIGNED

    def _by_beta(self, move: float) -> dict[str, float]:
        """How each underlying moves with the index."""
        betas = {name: 1.0 if name == WHOLE_INDEX else self.model.beta_of(name) for name in self.curves.now}
        return {name: beta * move for name, beta in betas.items() if beta is not None}

    def _moved(self) -> dict[str, float]:
        """How each underlying has moved since its close before."""
        returns, books = self.quotes.returns, self.kept.all_books
        return {name: returns[book.proxy] for name, book in books.items() if book.proxy in returns}

    def _dealers(self, curves: Mapping[str, Curve], moves: Mapping[str, float]) -> float | None:
        """What dealers trade over these moves; None where the index's options are not among them."""
        reached = self._reached(curves, moves)
        return None if self._unsigned or WHOLE_INDEX not in reached else all_dealers(reached, moves)

    @staticmethod
    def _reached(curves: Mapping[str, Curve], moves: Mapping[str, float]) -> dict[str, Curve]:
        """The profiles with a move they reach to; not those of the index's two parts, which are in its own."""
        return {
            name: curve
            for name, curve in curves.items()
            if name not in PART_OF_INDEX and name in moves and abs(moves[name]) <= REACH
        }
