"""The breadth reading: the JSON part `breadth`, field for field."""

import msgspec

from deskview.analytics.measures import Number


class BreadthReading(msgspec.Struct, frozen=True, kw_only=True):
    """Returns are fractions, shares run 0 to 1, percentiles 0 to 100 (strictly lower days of the last 252).

    `members` are the names counted, `left_out` the members that are not (`left_out_reasons` by ticker),
    `coverage` the share counted, `coverage_note` says when that is too little. `percentile` and `days` (what it rests
    on) go by figure. Cap weights and history take today's members and today's shares outstanding.
    Correlations are raw: an implied one may leave [-1, 1].
    """

    index: str
    index_return: Number
    beat_share: Number
    cap_beat_share: Number
    up_share: Number
    equal_weight_return: Number
    cap_weight_return: Number
    gap: Number
    dispersion: Number
    dispersion_cap: Number
    between_variance: Number
    within_variance: Number
    between_share: Number
    average_correlation_21d: Number
    average_correlation_63d: Number
    implied_correlation: Number
    implied_correlation_dirty: Number
    top_10_contribution: Number
    percentile: dict[str, Number]
    days: dict[str, int]
    members: int
    left_out: int
    left_out_reasons: dict[str, str]
    coverage: Number
    coverage_note: str | None
    missing: dict[str, str]
