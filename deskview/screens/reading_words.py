"""What a figure of the Board is called on the screen, told from its dotted path: one mapping for lists and cards."""

from functools import lru_cache

from deskview.market.titles import underlying_title

PARTS = {
    "momentum": "momentum",
    "breadth": "breadth",
    "rotation": "rotation",
    "leverage": "leveraged ETFs",
    "flow": "flow",
    "crowding": "favourites",
}
_SUBJECTS = {
    "momentum.sector_neutral": "sector-neutral momentum",
    "momentum.horizons.intermediate": "momentum 12-7",
    "momentum.horizons.recent": "momentum 6-2",
    "momentum.crowding": "momentum, mean correlation of the names",
    "momentum.sector_neutral.crowding": "sector-neutral momentum, mean correlation of the names",
    "momentum.state": "market",
    "breadth.percentile": "breadth: percentile of",
    "leverage.next_week": "leveraged ETFs, next week",
    "leverage.next_week.simulation": "leveraged ETFs, next week simulated",
    "leverage.systematic_supply": "systematic supply",
    "leverage.score": "score of past forecasts",
    "flow.retail": "retail",
    "flow.institutional": "non-retail",
    "flow.off_exchange": "all stocks",
    "crowding.long": "favourites and the long leg",
    "crowding.short": "favourites and the short leg",
}
"""What a path leads into, before the figure itself."""
_ROWS = {
    "names": "{row}",
    "momentum.long": "{row} in the long leg",
    "momentum.short": "{row} in the short leg",
    "momentum.sector_neutral.long": "{row} in the sector-neutral long leg",
    "momentum.sector_neutral.short": "{row} in the sector-neutral short leg",
    "rotation.groups": "{row}",
    "leverage.by_name": "{row}: leveraged ETFs",
    "leverage.by_underlying": "{row}: leveraged ETFs on it alone",
    "leverage.by_fund": "fund {row}",
    "leverage.by_kind": "leveraged ETFs, kind {row}",
    "leverage.other_kinds": "leveraged ETFs, kind {row}",
    "leverage.by_sector": "leveraged ETFs, sector {row}",
    "flow.by_name": "{row}",
    "flow.divergence": "{row}, where retail buys against the rest",
    "flow.converse": "{row}, where retail sells against the rest",
    "crowding.favourites": "{row} among the favourites",
}
"""Lists, and what a row of theirs is called."""
_HORIZONS = {"now": "today"}
_OWN = {
    "leverage.by_name.today_usd": "today, all funds",
    "leverage.by_name.per_1pct_usd": "for a move of 1%, all funds",
    "flow.off_exchange.share": "part of the volume off exchange",
}
"""Figures that need other words in one place than elsewhere."""
_FIGURES = {
    "return": "return",
    "price": "price",
    "sigma": "σ of the year",
    "sigma_ewma": "σ, newest days weighing most",
    "sigma_252_return": "one σ of the year",
    "sigma_ewma_return": "one σ, newest days weighing most",
    "long": "long leg",
    "short": "short leg",
    "long_return": "return of the long leg",
    "short_return": "return of the short leg",
    "long_share": "part from the longs",
    "long_share_raw": "part from the longs, market not taken off",
    "shared": "legs in common with 12-1",
    "rank_score": "ranking score",
    "score": "12-1 return",
    "contribution": "contribution",
    "market_return": "return of the market",
    "beat_share": "stocks that beat the index",
    "cap_beat_share": "stocks that beat the index, by size",
    "up_share": "stocks that are up",
    "gap": "equal less cap weight",
    "top_10_contribution": "contribution of the ten largest",
    "today_usd": "today",
    "per_1pct_usd": "for a move of 1%",
    "single_stock_usd": "today, single-stock funds only",
    "index_usd": "today, index and sector funds only",
    "adv_usd": "mean daily volume",
    "of_adv": "today, % of daily volume",
    "of_close": "today, % of the close (estimate)",
    "impact_bp": "price impact (estimate)",
    "aum_usd": "assets",
    "base_aum_usd": "assets after today's move",
    "creation_usd": "creations times leverage",
    "rebalance_usd": "rebalance without creations",
    "unallocated_usd": "today, not traced to names",
    "tracking_gap": "fund's return less leverage times underlying's",
    "sd_usd": "one σ",
    "mean_usd": "mean",
    "error_usd": "standard error of the mean",
    "es05_usd": "mean of the worst 5%",
    "week_es05_usd": "next week, mean of the worst 5%",
    "week_p05_usd": "next week, 5th percentile",
    "week_p95_usd": "next week, 95th percentile",
    "gross_usd": "sum of the daily amounts",
    "turnover_usd": "dollars traded",
    "sell_probability": "chance of net selling",
    "net_usd": "net",
    "morning_usd": "net of the morning",
    "afternoon_usd": "net of the afternoon",
    "by_half_hour": "net by half-hour",
    "retail_net_usd": "retail net",
    "other_net_usd": "non-retail net",
    "core_net_usd": "net of blocks, sweeps and crosses",
    "intensity": "intensity",
    "median_intensity": "usual intensity",
    "retail_intensity": "retail intensity",
    "other_intensity": "non-retail intensity",
    "retail_share": "retail share",
    "classified_share": "part of the dollars with a sign",
    "auction_usd": "dollars in auctions",
    "unsigned_usd": "dollars without a sign",
    "share": "retail share",
    "percentile": "percentile",
    "history_percentile": "percentile of the overlap's own past",
    "weighted_jaccard": "overlap (weighted Jaccard)",
    "spearman": "rank correlation of retail share and 12-1",
    "rank_change": "change of rank",
    "hit_rate": "weeks inside the band",
    "hit_low": "weeks inside the band, low end",
    "hit_high": "weeks inside the band, high end",
    "mean_pit": "mean place in the forecast",
    "bear": "whether it is a bear market",
    "market_return_24m": "return of 24 months",
    "market_vol_126d": "volatility of 126 days",
    "market_vol_median": "usual volatility",
    "dispersion_cap": "dispersion, by size",
    "vol": "market's volatility",
    "names": "names counted",
    "focus": "names in the focus",
    "sd": "spread by chance",
    "expected": "overlap by chance",
    "common": "names in common",
    "p05_usd": "5th percentile",
    "p16_usd": "16th percentile",
    "p50_usd": "median",
    "p84_usd": "84th percentile",
    "p95_usd": "95th percentile",
    "implied_correlation_dirty": "implied correlation, names' own volatility kept",
}


@lru_cache(maxsize=1 << 16)
def words_of(path: str) -> str:
    """Such as "NVDA: leveraged ETFs, all funds, today" for leverage.by_name.NVDA.today_usd."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        place = ".".join(parts[:length])
        if place in _ROWS and length < len(parts):
            return _row(place, parts[length:])
        if place in _SUBJECTS:
            return _joined(_SUBJECTS[place], _figure(place, parts[length:]))
    return _joined(PARTS.get(parts[0], parts[0]), _figure(parts[0], parts[1:]))


def _row(place: str, rest: list[str]) -> str:
    """A row may hold dots in its name (BRK.B): its figure is one word, or two where it has a horizon."""
    if place == "rotation.groups" and len(rest) > 2:
        group, kind, horizon = ".".join(rest[:-2]), rest[-2], rest[-1]
        what = {"returns": "return", "relative": "return above the index's", "rank": "rank"}.get(kind, kind)
        return f"{group}: {what}, {_HORIZONS.get(horizon, horizon)}"
    if len(rest) == 1:
        of_all = rest[0] in _FIGURES or rest[0].islower()
        return _joined(PARTS[place.partition(".")[0]], _figure(place, rest)) if of_all else rest[0]
    row, figure = ".".join(rest[:-1]), rest[-1:]
    row = underlying_title(row) if place == "leverage.by_underlying" else row
    return _joined(_ROWS[place].format(row=row), _figure(place, figure))


def _figure(place: str, parts: list[str]) -> str:
    """The words of what is left of a path after the place it leads into."""
    if not parts:
        return ""
    *before, last = parts
    if own := _OWN.get(f"{place}.{last}"):
        return own
    if last in ("1d", "5d", "1m", "3m", "6m", "12m", "now"):
        before, last = before[:-1], f"{'index ' if before else ''}return, {_HORIZONS.get(last, last)}"
    return " ".join([*map(_plain, before), _FIGURES.get(last) or _plain(last)])


def _plain(field: str) -> str:
    """A field's name as words, its unit not among them."""
    return field.removesuffix("_usd").removesuffix("_bp").replace("_", " ")


def _joined(subject: str, figure: str) -> str:
    if not figure:
        return subject
    if subject.endswith(" of"):
        return f"{subject} {figure}"
    return f"{subject}{',' if ':' in subject else ':'} {figure}"
