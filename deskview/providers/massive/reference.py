"""Massive's reference data as tables of `deskview.market.schema`."""

import logging
from datetime import UTC, date, datetime

import polars as pl

from deskview.market.schema import (
    CHAIN,
    CONDITIONS,
    DELISTED,
    DETAILS,
    DIVIDENDS,
    SHORT_VOLUME,
    SPLITS,
    TICKERS,
    TYPES,
    YIELDS,
    require,
)
from deskview.market.sessions import Closure
from deskview.providers.base import MarketStatus
from deskview.providers.massive.cleaning import (
    HIGHEST_PRICE,
    MOST_CAP_USD,
    MOST_SHARES,
    WIDEST_RATIO,
    Rejects,
    iso_date,
    one_line,
    positive,
    repeated,
    too_high,
    unfit_day,
    unfit_ticker,
    unfit_volume,
)
from deskview.providers.massive.tables import columns
from deskview.providers.massive.wire import (
    Condition,
    ContractDay,
    ContractQuote,
    ContractRow,
    Dividend,
    Overview,
    Rules,
    ShortVolume,
    Split,
    StatusNow,
    TickerRow,
    UnderlyingAsset,
    Upcoming,
    UpdateRules,
    Yields,
)
from deskview.text import neutralise

NO_RULES = Rules()
log = logging.getLogger(__name__)


def tickers(rows: list[TickerRow], rejects: Rejects) -> pl.DataFrame:
    """TICKERS of the types the desk follows, whose words are Massive's own, and of those without a type.

    Other types are outside the table and not counted.
    """
    frame = _listed(rows).filter(pl.col("active").fill_null(value=True)).rename({"primary_exchange": "exchange"})
    return require(rejects.drop(frame, {**unfit_ticker(), **repeated("ticker")}), TICKERS, "tickers")


def delisted(rows: list[TickerRow], since: date, rejects: Rejects) -> pl.DataFrame:
    """DELISTED of the same types and from the date on, oldest first; of an instrument delisted twice the last row."""
    frame = _listed(rows).with_columns(pl.col("delisted_utc").str.head(10))
    frame = frame.with_columns(delisted=iso_date("delisted_utc"))
    frame = frame.filter(pl.col("delisted").is_null() | (pl.col("delisted") >= since)).sort("delisted", "ticker")
    rules = {**unfit_day("delisted", "day of delisting", since), **unfit_ticker()}
    return require(rejects.drop(frame, {**rules, **repeated("ticker", "delisted")}), DELISTED, "delisted")


def _listed(rows: list[TickerRow]) -> pl.DataFrame:
    text = ("ticker", "name", "type", "primary_exchange", "cik", "composite_figi", "delisted_utc")
    wire = columns(rows, {**dict.fromkeys(text, pl.String()), "active": pl.Boolean()})
    typed = wire.with_columns(pl.col("type").replace("", None))
    return typed.filter(pl.col("type").is_in(TYPES).fill_null(value=True)).with_columns(
        one_line("name"), one_line("primary_exchange"), one_line("cik"), figi=one_line("composite_figi")
    )


def details(row: Overview | None, as_of: date, rejects: Rejects) -> pl.DataFrame:
    """DETAILS of one instrument, or no row."""
    text = dict.fromkeys(("ticker", "name", "type", "sic_code", "list_date"), pl.String())
    numbers = dict.fromkeys(("share_class_shares_outstanding", "market_cap"), pl.Float64())
    shares, cap = (pl.col(name) for name in numbers)
    frame = rejects.drop(
        columns([row] if row else [], {**text, **numbers}),
        {
            "a number is negative": (shares < 0) | (cap < 0),
            f"more than {MOST_SHARES:.0e} shares": shares > MOST_SHARES,
            f"worth more than ${MOST_CAP_USD:.0e}": cap > MOST_CAP_USD,
        },
    )
    return require(
        frame.select(
            "ticker",
            one_line("name"),
            one_line("type"),
            one_line("sic_code"),
            iso_date("list_date"),
            as_of=pl.lit(as_of),
            shares_outstanding=positive("share_class_shares_outstanding"),
            market_cap_usd=positive("market_cap"),
        ),
        DETAILS,
        "details",
    )


def splits(rows: list[Split], since: date, rejects: Rejects) -> pl.DataFrame:
    """SPLITS, oldest first; `factor` is the vendor's and may be null. Two ratios of one date stay two rows."""
    numbers = dict.fromkeys(("split_from", "split_to", "historical_adjustment_factor"), pl.Float64())
    wire = columns(rows, {"ticker": pl.String(), "execution_date": pl.String(), **numbers})
    frame = wire.with_columns(iso_date("execution_date"), factor=positive("historical_adjustment_factor"))
    old, new = pl.col("split_from"), pl.col("split_to")
    fit = rejects.drop(
        frame,
        {
            **unfit_day("execution_date", "execution date", since),
            "the ratio is not above zero": (old <= 0) | (new <= 0),
            f"the ratio is beyond {WIDEST_RATIO:,.0f}": (old > WIDEST_RATIO * new) | (new > WIDEST_RATIO * old),
            **repeated("ticker", "execution_date", "split_from", "split_to"),
        },
    )
    return require(fit.sort("execution_date", "ticker"), SPLITS, "splits")


def dividends(rows: list[Dividend], since: date, rejects: Rejects) -> pl.DataFrame:
    """DIVIDENDS in USD, oldest first; several of one name on one date stay several rows, one id is one dividend."""
    text = dict.fromkeys(("ticker", "ex_dividend_date", "currency", "id"), pl.String())
    frame = columns(rows, {**text, "cash_amount": pl.Float64()}).with_columns(
        ex_date=iso_date("ex_dividend_date"), cash_usd="cash_amount"
    )
    fit = rejects.drop(
        frame,
        {
            **unfit_day("ex_date", "ex-date", since),
            "paid in another currency": pl.col("currency").fill_null("USD").str.to_uppercase() != "USD",
            "the amount is not above zero": pl.col("cash_usd") <= 0,
            f"an amount of {HIGHEST_PRICE:,.0f} or more": pl.col("cash_usd") >= HIGHEST_PRICE,
            "the same id a second time": pl.col("id").is_not_null() & ~pl.col("id").is_first_distinct(),
        },
    )
    return require(fit.sort("ex_date", "ticker", maintain_order=True), DIVIDENDS, "dividends")


def short_volume(rows: list[ShortVolume], session: date, rejects: Rejects) -> pl.DataFrame:
    """SHORT_VOLUME of one session."""
    numbers = dict.fromkeys(("total_volume", "short_volume"), pl.Float64())
    frame = columns(rows, {"ticker": pl.String(), "date": pl.String(), **numbers})
    fit = rejects.drop(
        frame.with_columns(session=iso_date("date")),
        {
            "the row is of another date": pl.col("session").ne_missing(session),
            **unfit_volume("total_volume", "short_volume"),
            "more sold short than traded": pl.col("short_volume") > pl.col("total_volume"),
            **repeated("ticker"),
        },
    )
    return require(fit, SHORT_VOLUME, "short volume")


def conditions(rows: list[Condition], rejects: Rejects) -> pl.DataFrame:
    """CONDITIONS of stock trades; codes of quotes share the ids and are outside the table."""
    of_trades = [row for row in rows if "trade" in row.data_types and row.asset_class in (None, "stocks")]
    rules = [((row.update_rules or UpdateRules()).consolidated or NO_RULES) for row in of_trades]
    updates = columns(rules, dict.fromkeys(("updates_volume", "updates_high_low", "updates_open_close"), pl.Boolean()))
    names = columns(of_trades, {"id": pl.Int32(), "name": pl.String()}).with_columns(one_line("name"))
    frame = pl.concat([names, updates], how="horizontal")
    return require(rejects.drop(frame, repeated("id")), CONDITIONS, "conditions")


def market_status(row: StatusNow) -> MarketStatus:
    """The provider's clock; raises ValueError for a time that is none or has no zone."""
    now = datetime.fromisoformat(row.server_time)
    if now.tzinfo is None:
        raise ValueError("the server's time has no zone")
    return MarketStatus(now.astimezone(UTC), neutralise(row.market, limit=40))


def closures(rows: list[Upcoming]) -> dict[date, Closure]:
    """NYSE's coming holidays and half days; a row of NYSE that can't be read is logged and left out."""
    found: dict[date, Closure] = {}
    for row in rows:
        if row.exchange != "NYSE":
            continue
        try:
            found[date.fromisoformat(row.date)] = Closure(row.status)
        except ValueError:
            log.warning("coming closure left out: %s", neutralise(f"{row.date} {row.status}", limit=80))
    return found


NO_QUOTE, NO_DAY, NO_UNDERLYING = ContractQuote(), ContractDay(), UnderlyingAsset()
OCC = r"^O:([A-Z][A-Z0-9.]{0,5})(\d{6})([CP])(\d{8})$"
"""A contract's ticker: root, last day, right, strike in thousandths."""
MOST_OPEN = 1e9
"""Contracts: about twice those of all underlyings together."""
RIGHTS = ("call", "put")


def chain(
    rows: list[ContractRow], expiries: tuple[date, date], strikes: tuple[float, float], rejects: Rejects
) -> pl.DataFrame:
    """CHAIN of contracts within the bounds that were asked for, by expiry, strike and right.

    A row whose ticker tells another expiry, right or strike than its details is left out: one of them is wrong. Prices
    and volatilities of zero are none; an open interest of zero is one.
    """
    told = [row.details for row in rows]
    quotes, days = [row.last_quote or NO_QUOTE for row in rows], [row.day or NO_DAY for row in rows]
    under = [row.underlying_asset or NO_UNDERLYING for row in rows]
    number = {name: pl.Float64() for name in ("strike", "multiplier", "oi", "iv", "bid", "ask", "close", "spot")}
    wire = pl.DataFrame(
        {
            "ticker": [one.ticker for one in told],
            "expires": [one.expiration_date for one in told],
            "strike": [one.strike_price for one in told],
            "right": [one.contract_type for one in told],
            "style": [one.exercise_style for one in told],
            "multiplier": [one.shares_per_contract for one in told],
            "oi": [row.open_interest for row in rows],
            "iv": [row.implied_volatility for row in rows],
            "bid": [quote.bid for quote in quotes],
            "ask": [quote.ask for quote in quotes],
            "close": [day.close for day in days],
            "spot": [one.value if one.price is None else one.price for one in under],
        },
        schema={**dict.fromkeys(("ticker", "expires", "right", "style"), pl.String()), **number},
    )
    symbol = pl.col("ticker").str.extract_groups(OCC)
    parts = wire.with_columns(
        root=symbol.struct.field("1"),
        day=symbol.struct.field("2"),
        letter=symbol.struct.field("3"),
        thousandths=symbol.struct.field("4").cast(pl.Int64()),
        expiry=iso_date("expires"),
        style=one_line("style"),
    )
    frame = rejects.drop(parts, _unfit_contract(expiries, strikes))
    priced = frame.with_columns(positive(name) for name in ("iv", "bid", "ask", "close", "spot", "multiplier"))
    return require(priced.sort("expiry", "strike", "right").select(*CHAIN), CHAIN, "chain")


def _unfit_contract(expiries: tuple[date, date], strikes: tuple[float, float]) -> dict[str, pl.Expr]:
    """Rules for rows that can be no contract, or none that was asked for."""
    expiry, strike, right = pl.col("expiry"), pl.col("strike"), pl.col("right")
    return {
        "the ticker is no contract's": pl.col("root").is_null(),
        "the last day is no date": expiry.is_null(),
        "the ticker tells another last day": expiry.dt.strftime("%y%m%d") != pl.col("day"),
        "the ticker tells another strike": (strike * 1000 - pl.col("thousandths")).abs() > 0.5,
        "the contract is neither call nor put": ~right.is_in(RIGHTS),
        "the ticker tells another right": right.str.head(1).str.to_uppercase() != pl.col("letter"),
        "the contract is outside the bounds asked for": ~expiry.is_between(*expiries) | ~strike.is_between(*strikes),
        "the strike is not above zero": strike <= 0,
        **too_high(*map(pl.col, ("strike", "bid", "ask", "close", "spot"))),
        "the open interest is negative": pl.col("oi") < 0,
        f"the open interest is above {MOST_OPEN:.0e} contracts": pl.col("oi") > MOST_OPEN,
        **repeated("ticker"),
    }


TENORS = {
    "yield_1_month": 1.0,
    "yield_3_month": 3.0,
    "yield_6_month": 6.0,
    **{f"yield_{years}_year": 12.0 * years for years in (1, 2, 3, 5, 7, 10, 20, 30)},
}
"""Months of each field."""
LEAST_YIELD, MOST_YIELD = -0.05, 0.5
"""A year. The lowest of any government bond was about -1 %, the highest of a Treasury about 17 %."""


def yields(rows: list[Yields], rejects: Rejects) -> pl.DataFrame:
    """YIELDS of the newest day that has one that can be, the shortest tenor first."""
    wire = columns(rows, {"date": pl.String(), **dict.fromkeys(TENORS, pl.Float64())})
    wire = wire.with_columns(day=iso_date("date"))
    days = wire["day"].drop_nulls().sort().to_list() or [date.min]
    dated = rejects.drop(wire, unfit_day("day", "day", days[(len(days) - 1) // 2]))
    told = dated.unpivot(list(TENORS), index="day", variable_name="tenor", value_name="percent").drop_nulls("percent")
    each = told.select(
        "day",
        months=pl.col("tenor").replace_strict(TENORS, return_dtype=pl.Float64()),
        rate=pl.col("percent") / 100,
    )
    outside = ~pl.col("rate").is_between(LEAST_YIELD, MOST_YIELD)
    reason = f"a yield outside {LEAST_YIELD:.0%} to {MOST_YIELD:.0%} a year"
    frame = rejects.drop(each, {reason: outside, **repeated("day", "months")})
    newest = frame.filter(pl.col("day") == pl.col("day").max())
    return require(newest.sort("months").select(*YIELDS), YIELDS, "yields")
