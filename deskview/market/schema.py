"""The tables of the market: what every provider delivers and every method reads.

Each schema maps column to polars type. Prices are USD per share, volumes are shares, times are UTC,
sessions are New York trading dates. A missing value is null, never 0 and never NaN.
"""

from collections.abc import Mapping

import polars as pl

Schema = Mapping[str, pl.DataType]

UTC_NS = pl.Datetime("ns", "UTC")

#: The words of `type`, deskview's own: a provider maps its own to them. Null is a type it does not tell.
#: CS common stock, OS ordinary shares, NYRS New York registered shares, ADRC and GDR depositary receipts of shares; ETF
#: a fund, ETN a note, ETV a vehicle of commodities or currencies, ETS a fund of one security. What is none of them
#: (preferred stock, warrants, units) is not listed.
SHARES = ("CS", "OS", "NYRS", "ADRC", "GDR")
FUND_TYPES = ("ETF", "ETN", "ETV", "ETS")
TYPES = (*SHARES, *FUND_TYPES)
#: Of the shares those that are ranked and drawn.
STOCKS = ("CS", "ADRC")
COMMON_STOCK = "CS"

#: Daily bars of one or more sessions, regular trading hours, NOT adjusted for splits.
BARS: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "close": pl.Float64(),
    "volume": pl.Float64(),
    "vwap": pl.Float64(),
    "trades": pl.Int64(),
}

#: Splits. `factor` is cumulative as of the request: a price of day D times the factor of the first
#: split executed after D is on today's basis; volume divides by it.
SPLITS: Schema = {
    "ticker": pl.String(),
    "execution_date": pl.Date(),
    "split_from": pl.Float64(),
    "split_to": pl.Float64(),
    "factor": pl.Float64(),
}

#: Cash dividends; `cash_usd` per share as paid, on the share basis of the ex-date.
DIVIDENDS: Schema = {
    "ticker": pl.String(),
    "ex_date": pl.Date(),
    "cash_usd": pl.Float64(),
}

#: Every listed instrument. `type` is one of TYPES or null, `exchange` a MIC, `cik` the issuer's number with the SEC,
#: the same for all its share classes; `figi` the composite FIGI, another for another company.
TICKERS: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "exchange": pl.String(),
    "cik": pl.String(),
    "figi": pl.String(),
}

#: Instruments no longer listed; `delisted` is the last day they were traded. A ticker may be there more than once, and
#: among TICKERS, where another company took it over.
DELISTED: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "cik": pl.String(),
    "figi": pl.String(),
    "delisted": pl.Date(),
}

#: What is known of one instrument on `as_of`. `market_cap_usd` and `sic_code` are null for funds;
#: `market_cap_usd` is the issuer's, its other share classes counted as converted into this one.
DETAILS: Schema = {
    "ticker": pl.String(),
    "as_of": pl.Date(),
    "name": pl.String(),
    "type": pl.String(),
    "shares_outstanding": pl.Float64(),
    "market_cap_usd": pl.Float64(),
    "sic_code": pl.String(),
    "list_date": pl.Date(),
}

#: Shares outstanding of leveraged funds as counted for a session; some issuers count what was created a session later.
SHARE_COUNTS: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "shares": pl.Float64(),
}

#: The whole market at one moment, as the wire gave it: which of it is a price is decided by analytics.live.
#: `trade_conditions` are codes of CONDITIONS (empty or null: a regular sale). `minute_close` is that of the last
#: minute with a trade, `minute_time` that minute's end or `updated`, whichever is earlier. `day_close` is the last
#: price of regular trading so far, the official one from the close on. `prev_close` is the vendor's previous close, on
#: today's share basis. The day columns are null until the name's first regular trade. Anything may be null.
SNAPSHOT: Schema = {
    "ticker": pl.String(),
    "trade_price": pl.Float64(),
    "trade_time": UTC_NS,
    "trade_conditions": pl.List(pl.Int32()),
    "minute_close": pl.Float64(),
    "minute_time": UTC_NS,
    "day_close": pl.Float64(),
    "prev_close": pl.Float64(),
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "volume": pl.Float64(),
    "updated": UTC_NS,
}

#: Prints. `time` is the participant's time, else the SIP's. `price_e4` is the price in integer
#: 1/10000 USD, taken from the decimal text. `size` counts fractional shares. `off_exchange` is true
#: for prints reported to a FINRA facility. `conditions` is empty for a regular sale. `correction`
#: is 0 for a print that was neither corrected nor cancelled.
TRADES: Schema = {
    "ticker": pl.String(),
    "time": UTC_NS,
    "sip_time": UTC_NS,
    "sequence": pl.Int64(),
    "id": pl.String(),
    "price": pl.Float64(),
    "price_e4": pl.Int64(),
    "size": pl.Float64(),
    "exchange": pl.Int32(),
    "off_exchange": pl.Boolean(),
    "conditions": pl.List(pl.Int32()),
    "correction": pl.Int32(),
}

#: Daily closes of one name over years, on the share basis of the request: the index's own past.
INDEX_DAYS: Schema = {
    "session": pl.Date(),
    "close": pl.Float64(),
}

#: Bars of one name inside sessions (`start` of the window), for charts.
INTRADAY: Schema = {
    "ticker": pl.String(),
    "start": UTC_NS,
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "close": pl.Float64(),
    "volume": pl.Float64(),
}

#: FINRA off-exchange volume of one session; `total_volume` is all off-exchange shares.
SHORT_VOLUME: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "total_volume": pl.Float64(),
    "short_volume": pl.Float64(),
}

#: Trade condition codes.
CONDITIONS: Schema = {
    "id": pl.Int32(),
    "name": pl.String(),
    "updates_volume": pl.Boolean(),
    "updates_high_low": pl.Boolean(),
    "updates_open_close": pl.Boolean(),
}

#: The option contracts of one underlying as the provider tells them, a row a contract, by expiry, strike and right.
#: `root` is the letters of the contract's symbol, which may differ from the underlying (SPXW in the chain of SPX; one
#: that ends in a digit is of an adjusted contract). `right` is call or put, `style` american, european or bermudan,
#: `multiplier` shares a contract, `oi` contracts open at the end of the last trading day, `iv` a year's volatility,
#: `bid`, `ask` and `close` per share, `spot` the underlying's price as told with the contract. Anything from `style` on
#: may be null; an `oi` of 0 is none open, a null one is not told.
CHAIN: Schema = {
    "ticker": pl.String(),
    "root": pl.String(),
    "expiry": pl.Date(),
    "strike": pl.Float64(),
    "right": pl.String(),
    "style": pl.String(),
    "multiplier": pl.Float64(),
    "oi": pl.Float64(),
    "iv": pl.Float64(),
    "bid": pl.Float64(),
    "ask": pl.Float64(),
    "close": pl.Float64(),
    "spot": pl.Float64(),
}

#: Treasury yields of the newest day there is, a row a tenor, the shortest first. `months` is the tenor, `rate` the
#: yield a year as a fraction (0.04 is 4 %), at constant maturity and on an investment basis, as the Federal Reserve
#: tells it.
YIELDS: Schema = {
    "day": pl.Date(),
    "months": pl.Float64(),
    "rate": pl.Float64(),
}

#: Shares sold short of the whole market, a row a name: its newest count there is. `settlement` is the day it is of, two
#: to five weeks ago, for it is taken twice a month and told two to three weeks later. `shares_short` is on the share
#: basis of that day and may be more than the float, `avg_daily_volume` shares a day as the count has it (0: nothing
#: was traded), `days_to_cover` the one over the other; both null where they are not told, the latter where nothing
#: was traded too. `before` is the settlement before that one and `shares_before` its count, on the basis of its own
#: day; null where only one was told.
SHORT_INTEREST: Schema = {
    "ticker": pl.String(),
    "settlement": pl.Date(),
    "shares_short": pl.Float64(),
    "avg_daily_volume": pl.Float64(),
    "days_to_cover": pl.Float64(),
    "before": pl.Date(),
    "shares_before": pl.Float64(),
}

#: Shares free to trade, a row a name: those that no insider, holder of 5 % or more, government or employee plan has.
#: `free_float_percent` is per cent of the shares outstanding (98.5 is 98.5 %), `effective` the day it holds from. At
#: least one of the first two is told; most funds and depositary receipts are not among them.
FLOATS: Schema = {
    "ticker": pl.String(),
    "free_float": pl.Float64(),
    "free_float_percent": pl.Float64(),
    "effective": pl.Date(),
}

#: Days on which companies tell their results, past and to come. `when` is before, during or after that day's session,
#: null where no time is told or there is no session; `confirmed` false is a day somebody expects, null not told.
EARNINGS: Schema = {
    "ticker": pl.String(),
    "day": pl.Date(),
    "when": pl.String(),
    "confirmed": pl.Boolean(),
}

#: Annual and quarterly reports to the SEC, `form` 10-K or 10-Q; `day` is that of the filing, the one results were told
#: or some days later. `cik` is as in TICKERS; `ticker` one of the issuer's lines, null where the filing names none.
FILINGS: Schema = {
    "cik": pl.String(),
    "ticker": pl.String(),
    "form": pl.String(),
    "day": pl.Date(),
}

#: Headlines. `title` and `publisher` are one line each without control characters or what is not seen; markup in them
#: is text. `tickers` are those the article is about, may be none or thirty. `link` is https to a named host, `host`
#: that host; both null where it was anything else. `id` is compared and never shown.
NEWS: Schema = {
    "id": pl.String(),
    "published": UTC_NS,
    "tickers": pl.List(pl.String()),
    "title": pl.String(),
    "publisher": pl.String(),
    "host": pl.String(),
    "link": pl.String(),
}

#: Adjusted daily history, what `analytics` reads: prices on today's share basis (see analytics.adjust).
#: `total_close` is the close with cash dividends reinvested, on today's basis: what returns and signals are
#: taken from. `dollar_volume_usd` is price times volume as traded that day.
HISTORY: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "close": pl.Float64(),
    "total_close": pl.Float64(),
    "volume": pl.Float64(),
    "dollar_volume_usd": pl.Float64(),
}


#: Every instrument with all that is known of it: the vendor's listing, the shipped membership and the vendor's details
#: joined, and what they leave open by the user's file (analytics.chain). `type` is one of TYPES, null where nobody
#: knows it. `sector` is GICS, from the shipped list, else from the SIC code, else the user's, else null.
#: `in_index` tells members of the breadth index; names of one `cik` are share classes of one issuer: `market_cap_usd`
#: is the issuer's on each of them, `shares_outstanding` the line's own.
NAMES: Schema = {
    "ticker": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "sector": pl.String(),
    "industry": pl.String(),
    "market_cap_usd": pl.Float64(),
    "shares_outstanding": pl.Float64(),
    "in_index": pl.Boolean(),
    "cik": pl.String(),
}

#: The market live. `price` is the last trade that sets one, else the last minute's close, else the day's; from the
#: close on it is the official close. `prev_close` is the last close of HISTORY on today's basis less a dividend
#: that goes ex today, the vendor's where the name has none or where that is nearer the price. `ret` = price /
#: prev_close - 1, null when either is missing or it is beyond three times or a third. `after_hours` is the return
#: since the official close, null before it. `doubt` says why the return is in doubt, null where it is not.
LIVE: Schema = {
    "ticker": pl.String(),
    "price": pl.Float64(),
    "prev_close": pl.Float64(),
    "ret": pl.Float64(),
    "price_time": UTC_NS,
    "volume": pl.Float64(),
    "after_hours": pl.Float64(),
    "doubt": pl.String(),
}


def empty(schema: Schema) -> pl.DataFrame:
    """A table of the schema with no rows."""
    return pl.DataFrame(schema=dict(schema))


def require(frame: pl.DataFrame, schema: Schema, name: str) -> pl.DataFrame:
    """The frame's columns in the schema's order; raises ValueError naming what is missing or of another type."""
    if frame.columns == list(schema) and frame.dtypes == list(schema.values()):
        return frame
    for column, dtype in schema.items():
        if column not in frame.columns:
            raise ValueError(f"table {name}: column {column!r} is missing")
        if frame.schema[column] != dtype:
            raise ValueError(f"table {name}: column {column!r} is {frame.schema[column]}, expected {dtype}")
    return frame.select(list(schema))
