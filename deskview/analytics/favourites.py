"""Whether retail favourites and the momentum legs are the same names, beyond what sector and size explain.

Favourites are the tenth of the sampled names with the highest retail share of the dollars counted in their windows,
weighted by that share. Only names that have a sample take part, in the legs too: a name nobody looked at
is neither a favourite nor none. Measures and null: methods of `deskview.analytics.crowding`.

Beside the null stands the overlap's own past: one weighted Jaccard a leg and session, recorded as the sessions pass;
nothing of it can be made up afterwards, as the legs and samples of past sessions are not kept. The percentile always
says on how many days it rests.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

import msgspec
import polars as pl

from deskview.analytics.crowding import abnormal, overlap, size_buckets, spearman
from deskview.analytics.figure import Missing, Ticker, Unit, figure, place, text
from deskview.analytics.measures import Number, percentile, prior_returns
from deskview.analytics.momentum.model import Member, MomentumModel
from deskview.market.schema import Schema

LEAST: Final = 300
"""With fewer sampled names neither their tenth nor its overlap with a leg's tenth of them says anything."""
TENTH: Final = 10
LEAST_PRINTS: Final = 50
"""Fewer sampled prints of a name tell nothing of its retail share: its windows ran into the close."""
SEED: Final = 1


class LegOverlap(msgspec.Struct, frozen=True, kw_only=True):
    """The favourites against one leg, of which only names with a sample are compared.

    By chance: the favourites' weights shuffled within sector and size, as often as the reading has draws.
    """

    leg: Annotated[int, figure("leg", Unit.COUNT, "Names of the leg.")]
    sampled: Annotated[int, figure("sampled", Unit.COUNT, "Names of the leg that have a sample.")]
    common: Annotated[int, figure("names in common", Unit.COUNT, "Names of the leg that are favourites.")]
    weighted_jaccard: Annotated[
        Number,
        figure("overlap (weighted Jaccard)", Unit.NUMBER, "Sum of the smaller over sum of the larger weights, 0 to 1."),
    ]
    overlap: Annotated[Number, figure("overlap", Unit.NUMBER, "Sum of the smaller of each name's two weights, 0 to 1.")]
    cosine: Annotated[Number, figure("cosine", Unit.NUMBER, "Cosine between the weights of both, 0 to 1.")]
    percentile: Annotated[
        Number, figure("percentile", Unit.PERCENTILE, "Share of the shuffles whose weighted Jaccard is lower.")
    ]
    expected: Annotated[Number, figure("overlap by chance", Unit.NUMBER, "Mean weighted Jaccard of the shuffles.")]
    sd: Annotated[
        Number, figure("spread by chance", Unit.NUMBER, "Standard deviation of the shuffles' weighted Jaccard.")
    ]
    shared: Annotated[
        list[Ticker], text("names in common", "Names of the leg that are favourites, the largest common weight first.")
    ]
    expected_common: Annotated[
        Number,
        figure("names in common by chance", Unit.NUMBER, "Names there would be if favourites were drawn by chance."),
    ] = None
    history_percentile: Annotated[
        Number,
        figure(
            "percentile of the overlap's own past",
            Unit.PERCENTILE,
            "Share of the sessions recorded before whose weighted Jaccard was lower.",
        ),
    ] = None
    history_days: Annotated[
        int, figure("days of its own past", Unit.COUNT, "How many recorded sessions that rests on.", watched=False)
    ] = 0


class Favourite(msgspec.Struct, frozen=True, kw_only=True):
    """One retail favourite."""

    ticker: Ticker
    share: Annotated[float, figure("retail share", Unit.FRACTION, "Retail's part of its counted dollars.")]
    leg: Annotated[str, text("leg", "The momentum leg it is in: long, short or empty.")]


class Crowding(msgspec.Struct, frozen=True, kw_only=True):
    """Retail favourites beside both legs of the momentum basket.

    With fewer than 300 sampled names there are no favourites, and what rests on them is null.
    """

    names: Annotated[int, figure("names counted", Unit.COUNT, "Names with a sample.")]
    thin: Annotated[int, figure("thin", Unit.COUNT, "Names with too few prints in their sample.")]
    universe: Annotated[int, figure("stocks that are ranked", Unit.COUNT, "Size of the momentum universe.")]
    sessions: Annotated[int, figure("sessions", Unit.COUNT, "How many sessions were sampled.")]
    through: Annotated[date | None, text("through", "The last session sampled.")]
    favourites: Annotated[list[Favourite], place("favourites", row="{row} among the favourites")]
    long: Annotated[LegOverlap, place("favourites and the long leg")]
    short: Annotated[LegOverlap, place("favourites and the short leg")]
    spearman: Annotated[
        Number,
        figure(
            "rank correlation of retail share and 12-1", Unit.NUMBER, "Spearman's, over all sampled names, -1 to 1."
        ),
    ]
    draws: Annotated[int, figure("draws", Unit.COUNT, "How many shuffles chance is told by.", watched=False)]
    missing: Missing
    history_note: Annotated[str, text("note on the past", "How short the legs' own history is.")] = ""


def retail_shares(windows: pl.DataFrame) -> pl.DataFrame:
    """FLOW_WINDOWS to (ticker, share), highest first: retail's part of the counted dollars of all a name's windows.

    Names with fewer than 50 counted prints have no row.
    """
    return (
        windows.sort("ticker", "session", "since")
        .group_by("ticker", maintain_order=True)
        .agg(
            retail=(pl.col("retail_buy_usd") + pl.col("retail_sell_usd")).sum(),
            counted=pl.col("counted_usd").sum(),
            prints=pl.col("prints").sum(),
        )
        .filter((pl.col("counted") > 0) & (pl.col("prints") >= LEAST_PRINTS))
        .select("ticker", share=pl.col("retail") / pl.col("counted"))
        .sort(["share", "ticker"], descending=[True, False])
    )


def read_crowding(
    windows: pl.DataFrame,
    universe: pl.DataFrame,
    long: pl.DataFrame,
    short: pl.DataFrame,
) -> Crowding:
    """FLOW_WINDOWS, the universe (ticker, sector, market_cap_usd, momentum) and the legs (ticker, weight) compared."""
    inside = windows.join(universe.select("ticker"), on="ticker", how="semi")
    shares = retail_shares(inside)
    sampled = universe.join(shares, on="ticker", how="inner").sort("ticker")
    enough = sampled.height >= LEAST
    top = shares.head(shares.height // TENTH) if enough else shares.clear()
    basket = top.select("ticker", weight="share")
    cells = size_buckets(sampled)
    legs = {leg: _compare(basket, names, cells) for leg, names in (("long", long), ("short", short))}
    sides = {leg: set(names.get_column("ticker")) for leg, names in (("long", long), ("short", short))}
    return Crowding(
        names=sampled.height,
        thin=inside.get_column("ticker").n_unique() - sampled.height,
        universe=universe.height,
        sessions=inside.get_column("session").n_unique(),
        through=inside.get_column("session").max(),  # type: ignore[arg-type]
        favourites=[
            Favourite(ticker=name, share=part, leg=next((leg for leg, held in sides.items() if name in held), ""))
            for name, part in top.iter_rows()
        ],
        long=legs["long"][0],
        short=legs["short"][0],
        spearman=spearman(sampled, "share", "momentum") if enough else None,
        draws=max(draws for _, draws in legs.values()),
        missing=_missing(sampled.height, legs["long"][0], legs["short"][0]),
    )


def crowding_of(
    windows: pl.DataFrame, model: MomentumModel, names: pl.DataFrame, history: pl.DataFrame
) -> Crowding | None:
    """FLOW_WINDOWS of the momentum universe against the legs in force; None where no basket could be formed.

    Sector and size come from NAMES, 12-1 momentum from HISTORY by the lengths of the model's rules.
    """
    if model.raw is None:
        return None
    traits = names.select("ticker", "sector", "market_cap_usd").unique("ticker")
    momentum = prior_returns(history, lookback=model.rules.lookback, skip=model.rules.skip)
    universe = model.tickers.join(traits, on="ticker", how="left").join(momentum, on="ticker", how="left")
    return read_crowding(windows, universe, _weights(model.raw.long), _weights(model.raw.short))


def _weights(leg: Sequence[Member]) -> pl.DataFrame:
    rows = [(name.ticker, name.weight) for name in leg]
    return pl.DataFrame(rows, schema={"ticker": pl.String, "weight": pl.Float64}, orient="row")


def _compare(basket: pl.DataFrame, leg: pl.DataFrame, cells: pl.DataFrame) -> tuple[LegOverlap, int]:
    seen = leg.join(cells.select("ticker"), on="ticker", how="semi")
    measures, null = overlap(basket, seen), abnormal(basket, seen, cells, seed=SEED)
    both = basket.join(seen, on="ticker", suffix="_leg")
    least = pl.min_horizontal(pl.col("weight") / basket["weight"].sum(), pl.col("weight_leg") / seen["weight"].sum())
    shared = both.with_columns(least=least).sort(["least", "ticker"], descending=[True, False])
    result = LegOverlap(
        leg=leg.height,
        sampled=seen.height,
        common=measures.common,
        weighted_jaccard=measures.weighted_jaccard,
        overlap=measures.overlap,
        cosine=measures.cosine,
        percentile=null.percentile,
        expected=null.mean,
        sd=null.sd,
        shared=shared.get_column("ticker").to_list(),
        expected_common=_expected_common(basket, seen, cells) if null.draws else None,
    )
    return result, null.draws


def _expected_common(basket: pl.DataFrame, leg: pl.DataFrame, cells: pl.DataFrame) -> float:
    """Names both would share if the favourites were drawn by chance from their sectors and sizes."""
    held, sided = (pl.col("ticker").is_in(side.get_column("ticker").implode()).sum() for side in (basket, leg))
    each = cells.group_by("sector", "size_bucket", maintain_order=True).agg(common=held * sided / pl.len())
    return float(each.get_column("common").sum())


def _missing(names: int, long: LegOverlap, short: LegOverlap) -> dict[str, str]:
    """Why figures are null, by their path."""
    figures = ("weighted_jaccard", "overlap", "cosine", "percentile", "expected", "sd", "expected_common")
    few = f"{names} names have a sample, {LEAST} are needed to speak of a favourite tenth"
    missing = {"through": few} if not names else {}
    missing |= {"spearman": few} if names < LEAST else {}
    for side, leg in (("long", long), ("short", short)):
        if leg.weighted_jaccard is None:
            reason = few if names < LEAST else f"no name of the {side} leg has a sample"
            missing |= {f"{side}.{figure}": reason for figure in figures}
    return missing


#: Weighted Jaccard of both legs by session, null where it could not be had.
OVERLAPS: Final[Schema] = {"session": pl.Date(), "long": pl.Float64(), "short": pl.Float64()}
DAYS: Final = 1260
"""Trailing sessions compared with: five years."""
ENOUGH: Final = 756
"""Three years, from which on the comparison stands without a word of caution."""


def overlaps_of(reading: Crowding, session: date) -> pl.DataFrame:
    """The session's row of OVERLAPS; none where neither leg has one."""
    row = (session, reading.long.weighted_jaccard, reading.short.weighted_jaccard)
    return pl.DataFrame([row] if row[1:] != (None, None) else [], schema=dict(OVERLAPS), orient="row")


def in_history(reading: Crowding, past: pl.DataFrame, session: date) -> Crowding:
    """The reading with each leg's percentile among the OVERLAPS of the sessions before."""
    before = past.filter(pl.col("session") < session).sort("session").tail(DAYS)
    legs = {side: _placed(leg, before[side]) for side, leg in (("long", reading.long), ("short", reading.short))}
    missing = {f"{side}.history_percentile": _why(leg) for side, leg in legs.items() if leg.history_percentile is None}
    days = max(leg.history_days for leg in legs.values())
    note = "" if not days or days >= ENOUGH else f"own history of {days} days only; {ENOUGH} make three years"
    return msgspec.structs.replace(
        reading, long=legs["long"], short=legs["short"], missing=reading.missing | missing, history_note=note
    )


def _placed(leg: LegOverlap, past: pl.Series) -> LegOverlap:
    found = percentile(past, leg.weighted_jaccard)
    return msgspec.structs.replace(leg, history_percentile=found.rank, history_days=found.days)


def _why(leg: LegOverlap) -> str:
    if leg.weighted_jaccard is None:
        return "there is no overlap to compare"
    return "no earlier day is recorded; one is added with every session the desk or a backfill sees"
