"""Who knows what of a name: the provider first, then the user's file, then nobody.

The provider's value always stands; the user's (OWN_NAMES of market.own_names) fills what it leaves open, and which
facts are the user's is kept with the day they are of. What of a row can't be used is kept with the reason.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from deskview.market.schema import COMMON_STOCK, NAMES, SHARE_COUNTS, STOCKS, Schema, empty

#: What the user's file says of names, a row a fact: `fact` is type, sector, shares, market_cap_usd or assets_usd,
#: `as_of` the day it is of (null of types and sectors), `unused` why it is not used, null where it is.
OWN_FACTS: Schema = {
    "ticker": pl.String(),
    "fact": pl.String(),
    "as_of": pl.Date(),
    "unused": pl.String(),
}
#: Share counts of leveraged funds whose count no provider gives, on the share basis of `session`, the day they are of.
#: `source` is shares, or assets where they are implied by assets over the close; `shares` is null where the row can't
#: be used, `unused` then says why.
OWN_COUNTS: Schema = {**SHARE_COUNTS, "source": pl.String(), "unused": pl.String()}

OLD_DAYS = 30
"""The age of a user's figure is told from here on: funds are created by a few percent of their shares in a month."""
UNKNOWN_NAMES, UNKNOWN_SHARE = 100, 0.01
"""It is told that types are unknown from so many names on, and from this part of the listing: a listing has always some
new issues without a type, and a universe of a thousand of five thousand shares does not turn on a few of them."""


class Gap(StrEnum):
    """A fact that nobody tells of names."""

    TYPES = "types"
    SHARES = "shares"
    CAPS = "market caps"
    INDUSTRIES = "industries"


_GAPS = {
    Gap.SHARES: ("shares_outstanding", ("share counts", "share classes of a company count alike")),
    Gap.CAPS: ("market_cap_usd", ("market caps", "what is weighted by size is empty or of the others")),
    Gap.INDUSTRIES: ("sic_code", ("industries", "names outside the shipped list have no sector")),
}
"""Column, what it holds, and what comes of it."""
UNKNOWN_MOST = 0.5
"""The part of the stocks from which on it is told that another fact is unknown: some have none anywhere."""
CLOSE_DAYS = 10
"""A close this much older than assets has nothing to do with them."""
_COLUMNS = {"sector": "sector", "shares": "shares_outstanding", "market_cap_usd": "market_cap_usd"}
"""The facts that complete NAMES, with their columns there; types are completed by with_types."""
_KNOWN = "the provider or a shipped list has it"
_UNLISTED = "it is not in the listing"
_COMING = "its date is after the session"
_NO_FUND = "it is not among the leveraged funds"
_BOTH = "its shares stand in the file too"
_NO_CLOSE = "the history has no close on its date or in the days before"


@dataclass(frozen=True)
class Completed:
    """NAMES with what the user's file adds, OWN_FACTS, and OWN_COUNTS of the funds."""

    names: pl.DataFrame
    facts: pl.DataFrame = field(default_factory=lambda: empty(OWN_FACTS))
    counts: pl.DataFrame = field(default_factory=lambda: empty(OWN_COUNTS))


def with_types(listing: pl.DataFrame, own: pl.DataFrame, members: pl.DataFrame, funds: pl.DataFrame) -> pl.DataFrame:
    """A table with `ticker` and `type` (TICKERS, DELISTED, NAMES), in its order, with the types that are missing.

    A null becomes the type of OWN_NAMES, else what the shipped lists say: a name of MEMBERS is common stock, one of
    FUNDS what its structure is; else it stays.
    """
    if not listing.get_column("type").null_count():
        return listing
    shipped = pl.concat(
        [
            funds.select("ticker", shipped="structure"),
            members.select("ticker", shipped=pl.lit(COMMON_STOCK, pl.String())),
        ]
    ).unique("ticker", keep="first", maintain_order=True)
    return (
        listing.join(own.select("ticker", own="type"), on="ticker", how="left", maintain_order="left")
        .join(shipped, on="ticker", how="left", maintain_order="left")
        .with_columns(type=pl.coalesce("type", "own", "shipped"))
        .select(listing.columns)
    )


def complete(
    names: pl.DataFrame,
    own: pl.DataFrame,
    *,
    tickers: pl.DataFrame,
    funds: pl.DataFrame,
    counts: pl.DataFrame,
    history: pl.DataFrame,
    splits: pl.DataFrame,
    session: date,
) -> Completed:
    """NAMES with what OWN_NAMES adds to it, for the session.

    `names` has the provider's facts, its types completed by with_types, `tickers` the types as the provider gives them
    (TICKERS). Shares come on the share basis of the session. `funds` are the leveraged ones, `counts` (SHARE_COUNTS)
    the provider's of them: a fund that has one there takes none of the user's. Assets become shares by the last close
    of HISTORY on their day or before, on the share basis of that day, for which SPLITS are taken back. What is of a day
    after the session is not used.
    """
    if own.is_empty():
        return Completed(names)
    provider = tickers.select("ticker", type_known="type").unique("ticker", keep="first")
    counted = counts.drop_nulls("shares").select("ticker", counted=pl.lit(value=True)).unique()
    known = names.select("ticker", *(pl.col(column).alias(f"{fact}_known") for fact, column in _COLUMNS.items()))
    held = (
        own.join(known.with_columns(listed=pl.lit(value=True)), on="ticker", how="left", maintain_order="left")
        .join(provider, on="ticker", how="left", maintain_order="left")
        .join(counted, on="ticker", how="left", maintain_order="left")
        .join(_closes_on(own, history, splits, session), on="ticker", how="left", maintain_order="left")
        .with_columns(
            fund=pl.col("ticker").is_in(funds.get_column("ticker").implode()),
            coming=(pl.col("as_of") > session).fill_null(value=False),
        )
        .with_columns(
            shares_known=pl.col("shares_known").is_not_null() | pl.col("counted").is_not_null(),
            own_shares=pl.col("shares").is_not_null(),
        )
    )
    facts = _facts_of(held)
    return Completed(_filled(names, _on_basis(own, splits, session), facts), facts, _counts_of(held, facts))


def _facts_of(held: pl.DataFrame) -> pl.DataFrame:
    """OWN_FACTS: each fact with why it is not used, in the order of the file's columns."""
    unlisted = pl.when(pl.col("listed").is_null()).then(pl.lit(_UNLISTED))
    plain = {fact: unlisted.when(pl.col(f"{fact}_known").is_not_null()) for fact in ("type", "sector")}
    of_day = unlisted.when("coming").then(pl.lit(_COMING))
    why = {fact: chain.then(pl.lit(_KNOWN)) for fact, chain in plain.items()}
    why["shares"] = of_day.when("shares_known").then(pl.lit(_KNOWN))
    why["market_cap_usd"] = of_day.when(pl.col("market_cap_usd_known").is_not_null()).then(pl.lit(_KNOWN))
    why["assets_usd"] = (
        of_day.when("shares_known")
        .then(pl.lit(_KNOWN))
        .when(~pl.col("fund"))
        .then(pl.lit(_NO_FUND))
        .when("own_shares")
        .then(pl.lit(_BOTH))
        .when(pl.col("close").is_null())
        .then(pl.lit(_NO_CLOSE))
    )
    rows = [
        held.filter(pl.col(fact).is_not_null()).select(
            "ticker",
            fact=pl.lit(fact),
            as_of=pl.lit(None, pl.Date()) if fact in plain else pl.col("as_of"),
            unused=unused.otherwise(pl.lit(None, pl.String())),
        )
        for fact, unused in why.items()
    ]
    return pl.concat([empty(OWN_FACTS), *rows])


def _filled(names: pl.DataFrame, own: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """NAMES with the user's facts that are used."""
    used = facts.filter(pl.col("unused").is_null())
    for fact, column in _COLUMNS.items():
        of_fact = own.join(used.filter(fact=fact), on="ticker", how="semi").select("ticker", own=fact)
        if of_fact.height:
            names = names.join(of_fact, on="ticker", how="left", maintain_order="left").with_columns(
                pl.coalesce(column, "own").alias(column)
            )
            names = names.select(list(NAMES))
    return names


def _counts_of(held: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """OWN_COUNTS of the funds whose shares the provider does not tell."""
    source = pl.when("own_shares").then(pl.lit("shares")).otherwise(pl.lit("assets"))
    shares = pl.coalesce("shares", pl.col("assets_usd") / pl.col("close"))
    reasons = facts.select("ticker", "unused", source=pl.col("fact").str.replace("_usd", ""))
    rows = (
        held.filter("fund", ~pl.col("shares_known"), pl.any_horizontal(pl.col("shares", "assets_usd").is_not_null()))
        .with_columns(source=source)
        .join(reasons, on=["ticker", "source"], how="left", maintain_order="left")
        .select(
            "ticker",
            "source",
            "unused",
            session="as_of",
            shares=pl.when(pl.col("unused").is_null() & shares.is_finite()).then(shares),
        )
    )
    return rows.select(list(OWN_COUNTS))


def _closes_on(own: pl.DataFrame, history: pl.DataFrame, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    """ticker, close of the names with assets: the last on their day or before, as it was traded then."""
    wanted = own.filter(pl.col("assets_usd").is_not_null()).select("ticker", "as_of")
    closes = (
        history.join(wanted, on="ticker")
        .filter(pl.col("session") <= pl.col("as_of"), pl.col("close") > 0)
        .filter(pl.col("session") > pl.col("as_of") - pl.duration(days=CLOSE_DAYS))
        .sort("session")
        .group_by("ticker")
        .agg(pl.col("close").last())
    )
    joined = closes.join(_split_since(wanted, splits, session), on="ticker", how="left", maintain_order="left")
    return joined.select("ticker", close=pl.col("close") * pl.col("ratio").fill_null(1.0))


def _split_since(dated: pl.DataFrame, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    """ticker, ratio: by how many times its shares are more at the session than on the day `as_of` of the row; no row
    without a split."""
    return (
        splits.join(dated.select("ticker", "as_of"), on="ticker")
        .filter(pl.col("execution_date") > pl.col("as_of"), pl.col("execution_date") <= session)
        .group_by("ticker")
        .agg(ratio=(pl.col("split_to") / pl.col("split_from")).product())
    )


def _on_basis(own: pl.DataFrame, splits: pl.DataFrame, session: date) -> pl.DataFrame:
    """OWN_NAMES with its shares on the share basis of the session: in NAMES they meet closes of that basis."""
    since = _split_since(own, splits, session)
    return own.join(since, on="ticker", how="left", maintain_order="left").with_columns(
        shares=pl.col("shares") * pl.col("ratio").fill_null(1.0)
    )


def unusable(facts: pl.DataFrame) -> pl.DataFrame:
    """The rows of OWN_FACTS that could not be used; what somebody else knows already was not needed."""
    return facts.filter(~pl.col("unused").is_in([_KNOWN, _BOTH]))


def unknown_types(listing: pl.DataFrame, ranked: tuple[str, ...]) -> str:
    """A sentence where so many types of TICKERS are unknown that universes are short of names; else empty.

    `ranked` are the types that universes are made of.
    """
    types = listing.get_column("type")
    unknown = types.null_count()
    if unknown < UNKNOWN_NAMES or unknown < UNKNOWN_SHARE * listing.height:
        return ""
    known = int(types.is_in(ranked).sum())
    return (
        f"The types of {unknown:,} names are unknown, so they are in no universe: ranked are the {known:,} known to be"
        " shares. The setting names_file can name a file that gives types."
    )


def unknown_facts(
    names: pl.DataFrame, tickers: pl.DataFrame, details: pl.DataFrame, ranked: tuple[str, ...]
) -> dict[Gap, str]:
    """A sentence for each fact that is lacking: types as in `unknown_types`, the others where most of many stocks that
    were asked for (DETAILS) have none, by NAMES."""
    found = {Gap.TYPES: unknown_types(tickers, ranked)}
    asked = details.select("ticker", "sic_code").join(names.drop("sector"), on="ticker")
    asked = asked.filter(pl.col("type").is_in(STOCKS))
    for gap, (column, what) in _GAPS.items():
        unknown = asked.get_column(column).null_count()
        if asked.height >= UNKNOWN_NAMES and unknown > asked.height * UNKNOWN_MOST:
            found[gap] = f"The {what[0]} of {unknown:,} of {asked.height:,} stocks asked for are not known: {what[1]}."
    return {gap: sentence for gap, sentence in found.items() if sentence}


def amounts_used(facts: pl.DataFrame, on: date) -> dict[Gap, tuple[str, bool]]:
    """A sentence for the share counts and for the market caps that are the user's (OWN_FACTS), with the oldest day and
    its age, and whether that is so old that it has to be told."""
    found = {}
    for gap, fact in ((Gap.SHARES, "shares"), (Gap.CAPS, "market_cap_usd")):
        days = facts.filter(pl.col("fact") == fact, pl.col("unused").is_null()).get_column("as_of").drop_nulls()
        oldest = days.min()
        if isinstance(oldest, date):
            old = age(oldest, on)
            names = f"{len(days):,} {'name' if len(days) == 1 else 'names'}"
            what = "share counts" if gap is Gap.SHARES else gap.value
            words = (
                f"The {what} of {names} are from your names_file, the oldest of {oldest}{f', {old}' if old else ''}."
            )
            found[gap] = (words, bool(old))
    return found


def age(as_of: date, on: date) -> str:
    """Such as "61 days old" of a figure that is so old that it has to be told; empty where it is younger."""
    days = (on - as_of).days
    return f"{days} days old" if days > OLD_DAYS else ""
