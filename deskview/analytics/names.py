"""All that is known of every instrument, joined into one table."""

from collections.abc import Sequence

import polars as pl

from deskview.market.members import with_sic_sector
from deskview.market.schema import NAMES


def join_names(tickers: pl.DataFrame, members: pl.DataFrame, details: pl.DataFrame, *, index: str) -> pl.DataFrame:
    """TICKERS, the shipped members and DETAILS to NAMES, sorted by ticker.

    The sector is the shipped one, else that of the vendor's SIC code, else null. Market cap is the
    vendor's, else shares outstanding times nothing: null. A member the vendor does not list is kept,
    so that its absence from the market can be counted.
    """
    shipped = members.select(
        "ticker",
        member_name="name",
        sector="sector",
        industry="industry",
        in_index=pl.col("indexes").list.contains(index),
    )
    known = with_sic_sector(details.select("ticker", "market_cap_usd", "shares_outstanding", "sic_code"))
    return (
        tickers.select("ticker", "name", "type", "cik")
        .join(shipped, on="ticker", how="full", coalesce=True)
        .join(
            known.select("ticker", "market_cap_usd", "shares_outstanding", sic_sector="sector"), on="ticker", how="left"
        )
        .with_columns(
            name=pl.coalesce("name", "member_name"),
            sector=pl.coalesce("sector", "sic_sector"),
            in_index=pl.col("in_index").fill_null(False),
        )
        .select(list(NAMES))
        .sort("ticker")
    )


def with_delisted(names: pl.DataFrame, tickers: pl.DataFrame, delisted: pl.DataFrame) -> pl.DataFrame:
    """NAMES with a column `delisted`, null for the living, and the rest of DELISTED below.

    Of a ticker in TICKERS as well the living stays. Whose FIGI lives on under another ticker has not died.
    """
    alive = tickers.filter(pl.col("figi").is_not_null()).select("figi")
    dead = (
        delisted.join(tickers, on="ticker", how="anti")
        .join(alive, on="figi", how="anti")
        .sort("delisted")
        .unique("ticker", keep="last", maintain_order=True)
    )
    known = names.join(dead.select("ticker", "delisted"), on="ticker", how="left", maintain_order="left")
    others = dead.join(names, on="ticker", how="anti").select("ticker", "name", "type", "cik", "delisted")
    return pl.concat([known, others], how="diagonal")


def with_gaps(names: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """NAMES with a column `rank_doubt`: why its return of the year is in doubt (GAPS), null where it is not."""
    percent = (pl.col("change") * -100).round(0).cast(pl.Int64).cast(pl.String)
    reason = pl.format("opened {}% lower on {}: news, or a spin-off that is in no table", percent, pl.col("session"))
    return names.join(gaps.select("ticker", rank_doubt=reason), on="ticker", how="left", maintain_order="left")


def with_line_caps(lines: pl.DataFrame, *, within: Sequence[str] = ()) -> pl.DataFrame:
    """Lines of a basket with `issuer` and `cap_usd`, the line's part of its issuer's cap or null.

    `lines` has ticker, cik, market_cap_usd, shares_outstanding and close, `within` names the columns that tell several
    baskets apart. The vendor gives the whole company's cap on every line, so an issuer (the names of one `cik`, else
    the name itself) would count once a line. Its cap is the largest given for one of its lines in the basket, and these
    share it: by shares outstanding times close where both are known of all of them, else equally.
    """
    cap = pl.col("market_cap_usd").cast(pl.Float64)
    value = pl.col("shares_outstanding").cast(pl.Float64) * pl.col("close")
    by_value = pl.col("value") / pl.col("value").sum()
    part = pl.when(pl.col("value").is_not_null().all()).then(by_value).otherwise(1 / pl.len())
    return lines.with_columns(
        issuer=pl.coalesce("cik", "ticker"),
        cap=pl.when(cap.is_finite() & (cap > 0)).then(cap),
        value=pl.when(value.is_finite() & (value > 0)).then(value),
    ).with_columns(cap_usd=(pl.col("cap").max() * part).over(*within, "issuer"))
