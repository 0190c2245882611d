"""What the figures of the Board's JSON are called on the screen, and what is missing in those words.

A subject gives its `Labels`; what a figure of any part may be called stands here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SIGMA_OF_THE_DAY = "σ of the day"
"""A move over the standard deviation of whole days, whatever the time of day."""
_FIGURES = {
    "return": "return",
    "price": "price",
    "sigma": SIGMA_OF_THE_DAY,
    "sigma_of_hour": "σ of the hour",
    "sigma_ewma": "σ of the day, newest days weighing most",
    "sigma_252_return": "one σ of a day",
    "sigma_ewma_return": "one σ of a day, newest days weighing most",
    "hedge_ratio": "hedge ratio",
    "beta_long": "beta of the long leg",
    "beta_short": "beta of the short leg",
    "percentile_long": "percentile of the long leg",
    "percentile_short": "percentile of the short leg",
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
    "net_low_usd": "net, low end",
    "net_high_usd": "net, high end",
    "retail_low_usd": "retail net, low end",
    "retail_high_usd": "retail net, high end",
    "other_low_usd": "non-retail net, low end",
    "other_high_usd": "non-retail net, high end",
    "usual_retail": "usual retail intensity",
    "usual_other": "usual non-retail intensity",
    "universe": "stocks the sums stand for",
    "universe_share": "part of all stocks' dollars that is counted",
    "retail_share": "retail share",
    "classified_share": "part of the dollars with a sign",
    "auction_usd": "dollars in auctions",
    "unsigned_usd": "dollars without a sign",
    "share": "retail share",
    "percentile": "percentile",
    "percentile_low": "percentile, low end",
    "percentile_high": "percentile, high end",
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
    "focus": "names to be counted",
    "sd": "spread by chance",
    "expected": "overlap by chance",
    "expected_common": "names in common by chance",
    "common": "names in common",
    "p05_usd": "5th percentile",
    "p16_usd": "16th percentile",
    "p50_usd": "median",
    "p84_usd": "84th percentile",
    "p95_usd": "95th percentile",
    "implied_correlation_dirty": "implied correlation, names' own volatility kept",
}
_HORIZONS = {"now": "today", **{horizon: horizon for horizon in ("1d", "5d", "1m", "3m", "6m", "12m")}}
_BY_HORIZON = {"returns": "return", "relative": "return above the index's"}


@dataclass(frozen=True)
class Labels:
    """The labels of one part of the board; paths are dotted, below the part's name.

    `places` are what a path leads into before the figure itself; `rows` the lists, and what a row of theirs is called;
    `row_titles` turns a row's key into its title. `figures` are those that need other words in one place than
    elsewhere.

    Of what is missing: `untold` is reasons elsewhere on the same screen, or nothing one could act on (the JSON has it);
    `as_one` has one line as a whole; `gaps` and `reasons` are said in other words than the figure's own.
    """

    part: str = ""
    title: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    row_titles: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    as_one: tuple[str, ...] = ()
    gaps: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def label(self, path: str) -> str:
        """Such as "NVDA: leveraged ETFs, today, all funds" for by_name.NVDA.today_usd of leverage; "" is the part."""
        parts = path.split(".") if path else []
        for length in range(len(parts), -1, -1):
            place = ".".join(parts[:length])
            if place in self.rows and length < len(parts):
                return self._row(place, parts[length:])
            if place in self.places:
                return _joined(self.places[place], self._figure(place, parts[length:]))
        return _joined(self.title, self._figure("", parts))

    def missing(self, missing: Mapping[str, str]) -> list[tuple[str, str]]:
        """(figure, reason) in words, one row a figure or a group that is missing as one."""
        reasons: dict[str, str] = {}
        for path, reason in missing.items():
            if path not in self.untold:
                reasons.setdefault(next((whole for whole in self.as_one if path.startswith(whole)), path), reason)
        return [(self.gap(path), self.reasons.get(path, reason)) for path, reason in reasons.items()]

    def gap(self, path: str) -> str:
        """What is missing, in words."""
        return self.gaps.get(path) or self.label(path)

    def _row(self, place: str, rest: list[str]) -> str:
        """A row may hold dots in its name (BRK.B): its figure is one word, or two where it has a horizon."""
        if len(rest) > 2 and rest[-1] in _HORIZONS and rest[-2] in (*_BY_HORIZON, "rank"):
            what = _BY_HORIZON.get(rest[-2], rest[-2])
            return f"{'.'.join(rest[:-2])}: {what}, {_HORIZONS[rest[-1]]}"
        if len(rest) == 1:
            of_all = rest[0] in _FIGURES or rest[0].islower()
            return _joined(self.title, self._figure(place, rest)) if of_all else rest[0]
        row, figure = ".".join(rest[:-1]), rest[-1:]
        title = self.row_titles[place](row) if place in self.row_titles else row
        return _joined(self.rows[place].format(row=title), self._figure(place, figure))

    def _figure(self, place: str, parts: list[str]) -> str:
        """The label of what is left of a path after the place it leads into."""
        if not parts:
            return ""
        *before, last = parts
        if own := self.figures.get(f"{place}.{last}"):
            return own
        if last in _HORIZONS:
            before, last = before[:-1], f"{'index ' if before else ''}return, {_HORIZONS[last]}"
        return " ".join([*map(_plain, before), _FIGURES.get(last) or _plain(last)])


OF_STOCKS = Labels("names", rows={"": "{row}"})
"""Any stock's own figures, such as names.NVDA.price."""


def _plain(field: str) -> str:
    """A field's name as words, its unit not among them."""
    return field.removesuffix("_usd").removesuffix("_bp").replace("_", " ")


def _joined(subject: str, figure: str) -> str:
    if not figure:
        return subject
    if subject.endswith(" of"):
        return f"{subject} {figure}"
    return f"{subject}{',' if ':' in subject else ':'} {figure}"
