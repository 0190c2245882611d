"""The tables of the flow reading: quotes in, labelled prints, half-hour sums and daily sums out.

Dollars are signed by nothing: a buy column and a sell column are both non-negative. Every print's dollars are
rounded to 2**-20 USD (a millionth of a dollar), so sums below 8.6 bn USD are exact in floating point and come
out the same whatever the order or the pages in which the prints arrived.
"""

import polars as pl

from deskview.market.schema import UTC_NS, Schema

#: What a counted print is. `other` is everything that was not identified as retail.
KIND = pl.Enum(["retail", "other", "auction"])

#: Best bid and offer, one row per change, prices in integer 1/10000 USD; null where a side is empty.
QUOTES: Schema = {
    "ticker": pl.String(),
    "time": UTC_NS,
    "bid_e4": pl.Int64(),
    "ask_e4": pl.Int64(),
}

#: What `label` adds to TRADES. `reason` is why a print is left out, null where it counts; `kind` and `half_hour`
#: (0 starts at the open) are null where it is left out; `sign` is 1 for a buy, -1 for a sell, null for unsigned;
#: `core` marks the institutional core of non-retail: blocks, intermarket sweeps and crosses.
LABELS: Schema = {
    "half_hour": pl.Int8(),
    "kind": KIND,
    "core": pl.Boolean(),
    "sign": pl.Int8(),
    "usd": pl.Float64(),
    "reason": pl.String(),
}

#: Dollars of one name in one half-hour. `core_*` is contained in `other_*`. `prints` counts retail and other
#: prints, signed or not; `retail_prints` those of them that are retail. Auctions stand apart.
FLOW_BARS: Schema = {
    "ticker": pl.String(),
    "session": pl.Date(),
    "half_hour": pl.Int8(),
    "retail_buy_usd": pl.Float64(),
    "retail_sell_usd": pl.Float64(),
    "other_buy_usd": pl.Float64(),
    "other_sell_usd": pl.Float64(),
    "core_buy_usd": pl.Float64(),
    "core_sell_usd": pl.Float64(),
    "unsigned_usd": pl.Float64(),
    "auction_usd": pl.Float64(),
    "retail_prints": pl.Int64(),
    "prints": pl.Int64(),
}

#: One session of the whole sample, the history a percentile rests on. `names` counts names with prints.
FLOW_DAYS: Schema = {
    "session": pl.Date(),
    "retail_buy_usd": pl.Float64(),
    "retail_sell_usd": pl.Float64(),
    "other_buy_usd": pl.Float64(),
    "other_sell_usd": pl.Float64(),
    "prints": pl.Int64(),
    "names": pl.Int64(),
}

#: One name of one session, read from sampled windows.
FLOW_SAMPLES: Schema = {"ticker": pl.String(), **FLOW_DAYS}

#: Columns that identify a print: an id is unique per name and venue only.
PRINT_KEY = ("ticker", "id", "exchange", "sequence")
