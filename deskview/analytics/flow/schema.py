"""The tables of the flow reading: labelled prints, half-hour sums, windows and daily sums.

Dollars are signed by nothing: a buy column and a sell column are both non-negative. Every print's dollars are
rounded to 2**-20 USD (a millionth of a dollar), so sums below 8.6 bn USD are exact in floating point and come
out the same whatever the order or the pages in which the prints arrived.
"""

import polars as pl

from deskview.market.schema import UTC_NS, Schema

#: What a counted print is. `other` is everything that was not identified as retail.
KIND = pl.Enum(["retail", "other", "auction"])

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

#: One window of one name: the first prints from `since` on, up to `last` (the close where there were fewer). Dollars
#: are as they were printed, not scaled; `counted_usd` is all outside auctions, signed or not. A window in which nothing
#: counted has zeros.
FLOW_WINDOWS: Schema = {
    "session": pl.Date(),
    "ticker": pl.String(),
    "since": UTC_NS,
    "last": UTC_NS,
    "retail_buy_usd": pl.Float64(),
    "retail_sell_usd": pl.Float64(),
    "other_buy_usd": pl.Float64(),
    "other_sell_usd": pl.Float64(),
    "counted_usd": pl.Float64(),
    "prints": pl.Int64(),
}

#: The names whose prints are read. `kind` is stock or fund; `leg` long, short or empty; `certain` names were not drawn
#: but had to be in; `weight` is how many dollars of the universe one dollar of the name stands for (1 where it stands
#: for itself); `windows` how many windows of each session are read.
SAMPLE: Schema = {
    "ticker": pl.String(),
    "kind": pl.String(),
    "sector": pl.String(),
    "leg": pl.String(),
    "certain": pl.Boolean(),
    "weight": pl.Float64(),
    "windows": pl.Int64(),
}

#: Columns that identify a print: an id is unique per name and venue only.
PRINT_KEY = ("ticker", "id", "exchange", "sequence")
