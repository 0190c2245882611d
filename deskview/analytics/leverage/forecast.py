"""What looks ahead hands out: the coming week, the score of past forecasts, systematic supply.

Field names are the keys of the JSON Board; USD, positive is buying.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from deskview.analytics.assumptions import SupplyAssumptions
from deskview.analytics.figure import Unit, figure, place, text

_BUYING = "buying"

BASE_AUM_USD = figure("assets after today's move", Unit.USD, "Assets rolled by today's move.")
MEAN_USD = figure("mean", Unit.USD, "Mean of the net flow, zero without a drift.", sign=_BUYING)
SD_USD = figure("one σ", Unit.USD, "Standard deviation of the net flow, either way.")
P05_USD = figure("5th percentile", Unit.USD, "Net flow that 5 % of the outcomes lie below.", sign=_BUYING)
P16_USD = figure("16th percentile", Unit.USD, "Net flow that 16 % of the outcomes lie below.", sign=_BUYING)
P50_USD = figure("median", Unit.USD, "Net flow that half of the outcomes lie below.", sign=_BUYING)
P84_USD = figure("84th percentile", Unit.USD, "Net flow that 84 % of the outcomes lie below.", sign=_BUYING)
P95_USD = figure("95th percentile", Unit.USD, "Net flow that 95 % of the outcomes lie below.", sign=_BUYING)
ES05_USD = figure("mean of the worst 5%", Unit.USD, "Mean net flow of the 5 % that sell most.", sign=_BUYING)
GROSS_USD = figure(
    "sum of the daily amounts",
    Unit.USD,
    "Expected sum over the sessions of the size of the day's net flow of the book.",
)
SELL_PROBABILITY = figure("chance of net selling", Unit.FRACTION, "Chance that the net flow is a sale.")
MOVE = figure("move", Unit.FRACTION, "A move of all underlyings in one session.")
INDEX_MOVE = figure("move", Unit.FRACTION, "The index's move in one session.")
PATHS = figure("paths", Unit.COUNT, "Simulated paths it rests on.", watched=False)


class FanPoint(Struct, frozen=True, gc=False):
    """Net flow from now to the close of `session`."""

    session: Annotated[str, text("session")]
    sd_usd: Annotated[float, SD_USD]
    p05_usd: Annotated[float, P05_USD]
    p16_usd: Annotated[float, P16_USD]
    p50_usd: Annotated[float, P50_USD]
    p84_usd: Annotated[float, P84_USD]
    p95_usd: Annotated[float, P95_USD]


class Scenario(Struct, frozen=True, gc=False):
    """What a move in one session forces."""

    move: Annotated[float, MOVE]
    usd: Annotated[float, figure("every underlying alike", Unit.USD, "Net flow if every underlying moves so.")]
    beta_usd: Annotated[
        float | None, figure("by beta", Unit.USD, "Net flow if the market moves so and every underlying by its beta.")
    ]


class ImpliedMove(Struct, frozen=True, gc=False):
    """A round amount, and the uniform move of all underlyings in one session that would force it."""

    usd: Annotated[float, figure("amount", Unit.USD, "The net flow.", sign=_BUYING)]
    move: Annotated[float, MOVE]


class Exceedance(Struct, frozen=True, gc=False):
    """Chance that the week's net flow is an amount or lower."""

    usd: Annotated[float, figure("amount", Unit.USD, "The net flow.", sign=_BUYING)]
    probability: Annotated[float, figure("chance", Unit.FRACTION, "Chance of this net flow or a lower one.")]


class Conditional(Struct, frozen=True, gc=False):
    """The paths whose index move over the week lies in (`above`, `up_to`]; null is unbounded."""

    above: Annotated[float | None, figure("above", Unit.FRACTION, "The index's move over the week is above it.")]
    up_to: Annotated[float | None, figure("up to", Unit.FRACTION, "The index's move over the week is at most it.")]
    mean_usd: Annotated[
        float | None, figure("mean", Unit.USD, "Mean net flow of the paths with such a move.", sign=_BUYING)
    ]
    paths: Annotated[int, PATHS]


class Simulation(Struct, frozen=True, kw_only=True):
    """Monte Carlo of the week. It is made anew less often than the closed form."""

    paths: Annotated[int, PATHS]
    seed: Annotated[int, figure("seed", Unit.NUMBER, "Seed of the random numbers.", watched=False)]
    mean_usd: Annotated[float, MEAN_USD]
    error_usd: Annotated[float, figure("standard error of the mean", Unit.USD, "How far the paths' mean may be off.")]
    sd_usd: Annotated[float, SD_USD]
    p05_usd: Annotated[float, P05_USD]
    p16_usd: Annotated[float, P16_USD]
    p50_usd: Annotated[float, P50_USD]
    p84_usd: Annotated[float, P84_USD]
    p95_usd: Annotated[float, P95_USD]
    es05_usd: Annotated[float, ES05_USD]
    gross_usd: Annotated[float, GROSS_USD]
    sell_probability: Annotated[float, SELL_PROBABILITY]
    exceedance: Annotated[list[Exceedance], place("exceedance")]
    conditional: Annotated[list[Conditional], place("conditional")]
    fan: Annotated[list[FanPoint], place("fan")]
    method: Annotated[str, text("method", "How it is simulated.")]
    as_of: Annotated[datetime | None, text("as of", "The market's time of the reading it starts from.")] = None


class NextWeek(Struct, frozen=True, kw_only=True):
    """Distribution of the net flow over the coming sessions: not a point forecast, its mean is zero without a drift.

    `sd_usd` holds today's move as the newest of the days it is estimated from, brought to a whole day by `day_share`;
    where that is null, before the open or not known, the move counts as it stands. Percentiles between the 5th and the
    95th are normal, `p01_usd` and `es05_usd` have the tails of Student's t with 5 degrees of freedom.
    """

    sessions: Annotated[list[Annotated[str, text("session")]], place("sessions")]
    base_aum_usd: Annotated[float, BASE_AUM_USD]
    mean_usd: Annotated[float | None, MEAN_USD]
    sd_usd: Annotated[float | None, SD_USD]
    p05_usd: Annotated[float | None, P05_USD]
    p16_usd: Annotated[float | None, P16_USD]
    p50_usd: Annotated[float | None, P50_USD]
    p84_usd: Annotated[float | None, P84_USD]
    p95_usd: Annotated[float | None, P95_USD]
    es05_usd: Annotated[float | None, ES05_USD]
    gross_usd: Annotated[float | None, GROSS_USD]
    turnover_usd: Annotated[
        float | None,
        figure("dollars traded", Unit.USD, "Expected sum of the size of each underlying's daily flow."),
    ]
    sell_probability: Annotated[float | None, SELL_PROBABILITY]
    exceedance: Annotated[list[Exceedance], place("exceedance")]
    fan: Annotated[list[FanPoint], place("fan")]
    scenarios: Annotated[list[Scenario], place("scenarios")]
    implied_move: Annotated[list[ImpliedMove], place("implied move")]
    method: Annotated[str, text("method", "What the distribution is made of.")]
    left_out: Annotated[list[Annotated[str, text("underlying", "It has no risk figure.")]], place("left out")]
    paths: Annotated[
        int | None,
        figure("paths", Unit.COUNT, "Simulated paths; null until a simulation stands beside it.", watched=False),
    ] = None
    conditional: Annotated[list[Conditional], place("conditional")] = []
    simulation: Annotated[Simulation | None, place("leveraged ETFs, next week simulated")] = None
    sd_without_today_usd: Annotated[
        float | None,
        figure("one σ without today's move", Unit.USD, "σ of the net flow, from the days before today alone."),
    ] = None
    day_share: Annotated[
        float | None,
        figure(
            "part of a day's variance that is behind",
            Unit.FRACTION,
            "The share of a day's variance that is usually behind one by now.",
        ),
    ] = None
    coverage: Annotated[
        float | None,
        figure(
            "part of per-1% with a risk figure",
            Unit.FRACTION,
            "The part of what all daily funds, those gone from the listing of late too, trade for a move of 1 % whose"
            " underlying has a risk figure.",
        ),
    ] = None
    p01_usd: Annotated[
        float | None, figure("1st percentile", Unit.USD, "Net flow that 1 % of the outcomes lie below.", sign=_BUYING)
    ] = None
    percentile: Annotated[
        float | None,
        figure(
            "percentile of one σ among past days",
            Unit.PERCENTILE,
            "The part of the sessions before, at today's assets, with a smaller σ.",
        ),
    ] = None
    percentile_of: Annotated[
        int, figure("days compared", Unit.COUNT, "Sessions the percentile is among.", watched=False)
    ] = 0


class Score(Struct, frozen=True, kw_only=True):
    """How the forecasts of past weeks held; the limits are those of Wilson (1927), by the weeks `apart`."""

    band: Annotated[
        float, figure("band", Unit.NUMBER, "Chance the band is made to hold the flow with, such as 0.9.", watched=False)
    ]
    weeks: Annotated[int, figure("weeks", Unit.COUNT, "Weeks that have run their course and are scored.")]
    hits: Annotated[int, figure("hits", Unit.COUNT, "Weeks whose flow fell inside the band.")]
    hit_rate: Annotated[
        float | None,
        figure("weeks inside the band", Unit.FRACTION, "The share of the weeks whose flow fell inside the band."),
    ]
    hit_low: Annotated[
        float | None,
        figure("weeks inside the band, low end", Unit.FRACTION, "Lower 95 % limit of the share inside the band."),
    ]
    hit_high: Annotated[
        float | None,
        figure("weeks inside the band, high end", Unit.FRACTION, "Upper 95 % limit of the share inside the band."),
    ]
    mean_pit: Annotated[
        float | None,
        figure(
            "mean place in the forecast",
            Unit.NUMBER,
            "Mean of the chances (0 to 1) the forecasts gave a lower flow than came; 0.5 if they are right.",
        ),
    ]
    pit_histogram: Annotated[
        list[
            Annotated[
                int,
                figure("weeks", Unit.COUNT, "Weeks with a place in this tenth; alike if the forecasts are right."),
            ]
        ],
        place("pit histogram"),
    ]
    pending: Annotated[
        int, figure("pending", Unit.COUNT, "Forecasts that have not run their course or lack a session.")
    ]
    apart: Annotated[
        int, figure("apart", Unit.COUNT, "Scored weeks that do not overlap: the sample is no better than that.")
    ]
    after_shocks: Annotated[
        int, figure("weeks after a shock", Unit.COUNT, "Weeks forecast after a session beyond 2.5 of its day-before σ.")
    ] = 0
    shock_hits: Annotated[
        int, figure("weeks after a shock inside the band", Unit.COUNT, "Weeks after a shock whose flow fell inside it.")
    ] = 0


class Published(Struct, frozen=True, kw_only=True):
    """A ladder a desk published, one amount for each of `moves`, and this model's in a state like that day's.

    The model's are under the default assumptions, medians of random paths with that state.
    """

    day: Annotated[str, text("day")]
    market: Annotated[str, text("market")]
    span: Annotated[str, text("span", "Over how long the desk meant.")]
    state: Annotated[str, text("state", "How the market stood.")]
    moves: Annotated[tuple[Annotated[float, INDEX_MOVE], ...], place("moves")]
    published_usd: Annotated[
        tuple[
            Annotated[
                float,
                figure("published", Unit.USD, "What targets, risk parity and trend followers were said to trade."),
            ],
            ...,
        ],
        place("published"),
    ]
    week_usd: Annotated[
        tuple[
            Annotated[
                float, figure("model, the week", Unit.USD, "The model's targets and trend followers over as long.")
            ],
            ...,
        ],
        place("week"),
    ]
    session_usd: Annotated[
        tuple[
            Annotated[
                float, figure("model, the next session", Unit.USD, "The model's whole ladder, one session after.")
            ],
            ...,
        ],
        place("session"),
    ]


PUBLISHED = (
    Published(
        day="2026-02-03",
        market="S&P 500",
        span="in a week; for the last fall the desk wrote 'lower', here taken as −3 %",
        state="12% volatility, up 15% in a year, near the high",
        moves=(-0.01, -0.015, -0.03),
        published_usd=(-8e9, -20e9, -35e9),
        week_usd=(-10.5e9, -22.3e9, -62.8e9),
        session_usd=(-4.0e9, -8.5e9, -29.6e9),
    ),
    Published(
        day="2024-07-25",
        market="global equities",
        span="over a span the desk did not give, taken as a week",
        state="8.5% volatility, up 25% in a year, at the high",
        moves=(-0.01, -0.03),
        published_usd=(-35e9, -110e9),
        week_usd=(-16.6e9, -127.5e9),
        session_usd=(-6.4e9, -63.1e9),
    ),
    Published(
        day="2024-07-25",
        market="global equities",
        span="in a week, at least",
        state="8.5% volatility, up 25% in a year, at the high, then a fall of 2.3%",
        moves=(0.0,),
        published_usd=(-25e9,),
        week_usd=(-89.4e9,),
        session_usd=(-41.4e9,),
    ),
)
"""Morgan Stanley's desk, as reported on 2026-02-03 (its lowest rung, "lower", is taken as -3 %) and by Reuters on
2024-07-25: what a fall would bring, over a span not told and taken as a week, and what the fall of the day before had
still to bring. No number of `SupplyAssumptions` is fitted to them."""


class HalfLife(Struct, frozen=True):
    """The volatility-target trade under one memory of volatility."""

    decay: Annotated[float, figure("decay", Unit.NUMBER, "Lambda of the daily EWMA.")]
    days: Annotated[float, figure("half-life", Unit.NUMBER, "Sessions until a day's weight has halved.", watched=False)]
    vol_target_usd: Annotated[
        float, figure("vol target", Unit.USD, "What targeters trade in the next session.", sign=_BUYING)
    ]


class SupplyRow(Struct, frozen=True):
    """What is traded in the session after the index has moved by `move` in one session from where it stands now: one
    day's stage, `stage_share` of the whole need. `by` sums to `usd`; `half_lives` are `by.vol_target` under other
    memories of volatility."""

    move: Annotated[float, INDEX_MOVE]
    usd: Annotated[float, figure("all", Unit.USD, "What all of them trade in the next session.", sign=_BUYING)]
    by: Annotated[
        dict[
            str,
            Annotated[
                float,
                figure(
                    "next session",
                    Unit.USD,
                    "What volatility targeters (vol_target), books under value-at-risk limits (var) or trend followers"
                    " (trend) trade, with what is still to come from past moves.",
                    sign=_BUYING,
                ),
            ],
        ],
        place("systematic supply"),
    ]
    half_lives: Annotated[list[HalfLife], place("half lives")]


class SupplyBasis(Struct, frozen=True, kw_only=True):
    """The state the ladder starts from: today's return so far counts as a session.

    What is held is what the staged trades of the past have come to. `published` says how far the model is from what a
    desk published.
    """

    market: Annotated[str, text("market", "The ticker that stands for the index.")]
    vol: Annotated[
        float, figure("market's volatility", Unit.FRACTION, "The index's annual volatility, with today's move.")
    ]
    usual_vol: Annotated[
        float, figure("usual vol", Unit.FRACTION, "The median of the market's volatility over a year.")
    ]
    leverage: Annotated[
        float, figure("leverage", Unit.NUMBER, "What volatility targeters hold now per dollar of assets.")
    ]
    trend_position: Annotated[
        float, figure("trend position", Unit.NUMBER, "What trend followers hold now per dollar of assets.")
    ]
    var_usd: Annotated[float, figure("var", Unit.USD, "What is held now under value-at-risk limits.")]
    pending: Annotated[
        dict[
            str,
            Annotated[
                float,
                figure(
                    "pending",
                    Unit.USD,
                    "What past moves have left for volatility targeters (vol_target), books under value-at-risk limits"
                    " (var) or trend followers (trend) to trade without a further move.",
                    sign=_BUYING,
                ),
            ],
        ],
        place("systematic supply"),
    ]
    assumptions: Annotated[SupplyAssumptions, place("systematic supply, assumptions")]
    method: Annotated[str, text("method", "That it is a model, and of what.")]
    published: Annotated[tuple[Published, ...], place("published")] = PUBLISHED

    def within(self, sessions: int, stage_usd: float) -> float:
        """What one day's stage comes to in so many sessions without a move: each trades its share of the rest."""
        share = self.assumptions.stage_share
        return stage_usd / share * (1.0 - (1.0 - share) ** sessions)
