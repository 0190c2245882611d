"""What the figures of leveraged ETFs are called: help, labels, and the words several places share."""

from datetime import date
from math import floor
from typing import TYPE_CHECKING

from deskview.format import MISSING, percent, share, usd
from deskview.ordinals import nth
from deskview.screens.frame.card import Topic
from deskview.screens.frame.gaps import Gaps

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.forecast import Score
    from deskview.analytics.leverage.readings import FundRow, IndexWeights, Rank

TOPIC = Topic(
    "Leveraged ETFs",
    "A fund of leverage L must trade L(L−1) × assets × the underlying's return by the close, in the direction of the"
    " move; one that does not reset daily trades on its reset day alone, and for an ETN, a note, its issuer hedges."
    " Assets are shares outstanding at the previous close's price. 'on 97% of per-1%': so much of what the funds with"
    " assets trade per 1% has a return; the sum is over these alone. Left out: funds without assets, price or listing,"
    " each with its reason. Creations, net, of the last session times L are known a session late and in no figure of"
    " today. The rank is among whole sessions at today's assets, today as if it closed now. An index's flow is carried"
    " into names by the weights that the returns of a fund on it imply, by rule where it is equal- or price-weighted,"
    " else approximately, by market values or equally. Next week is a distribution: without a drift its mean is zero;"
    " 1σ and the percentiles say how much could come either way, not which. Today's move counts in it as the newest"
    " day. '94th pct of 252 d': on 94% of those days the spread was narrower. '90% band held 91% (83–95%)': so many"
    " past weeks fell in their band, and how sure that is. ● marks flows as large as the settings' threshold;"
    " '% close est.' is a flow's part that trades in the closing auction over what trades there in all, both shares"
    " assumed in the settings.",
)

FUND_LEVERAGE = "leverage: L times the underlying's return"
"""What the column of a fund's leverage says, in every list that has one."""
GAPS = Gaps(
    "leverage",
    untold=frozenset({"funds", "by_fund.creation_usd", "by_fund.tracking_gap"}),
    as_one=("score", "by_fund.week_", "index_weights."),
    titles={
        "creation_usd": "creations and redemptions",
        "score": "score of past forecasts",
        "by_name.of_adv": "% of daily volume",
        "by_name.of_close": "% of the closing auction",
        "by_name.impact_bp": "impact",
        "by_name.index_usd": "index funds, traced to names",
        "by_fund.return": "returns of funds",
        "by_name.week_sd_usd": "next week by name",
        "by_name.week_of_adv": "next week in % of a day's volume",
        "by_fund.reset": "resets that are not daily",
        "aum_as_of": "assets",
        "own_funds": "assets from your file",
        "rank": "rank among past sessions",
        "by_family": "funds on technology",
        "index_weights": "index weights",
        "index_weights.": "R² of index weights",
        "by_fund.week_": "weeks of single funds",
        "next_week.percentile": "next week's place among past days",
        "next_week.sd_without_today_usd": "next week without today's move",
    },
)

COVERED, WELL_COVERED = 0.995, 0.95
"""Parts of the book's per-1 %: from the first on a figure counts as whole, below the second it is told as a warning."""
TECHNOLOGY = {"nasdaq": "Nasdaq", "semiconductors": "semis", "technology": "tech"}
"""The families of underlyings in short words."""
BASIS = {"implied": "implied", "rule": "by its rule", "prior": "approximate", "none": "none"}
"""Where an index's weights are from."""
LARGE, MOST_LARGE = 0.1, 10
"""The largest flows of a side: this part of them, and so many at least."""
ROUNDING = 1e-9
"""What a share may lack of a whole percent by the computer's arithmetic alone."""


def spread(value: float | None) -> str:
    """One σ in dollars, either way, such as ±$1.3B."""
    return MISSING if value is None else f"±{usd(value, sign=False)}"


def unsigned(fraction: float | None) -> str:
    """A share of a volume that goes neither way, such as 3.9%."""
    return percent(fraction).lstrip("+")


def covered(fraction: float | None) -> str:
    """A share of the book in whole percent, never more than there is."""
    return MISSING if fraction is None else f"{floor(fraction * 100 + ROUNDING)}%"


def tenths(fraction: float) -> str:
    """The same in tenths of a percent, without its sign."""
    return f"{floor(fraction * 1000 + ROUNDING) / 10:g}"


def interval(score: "Score") -> str:
    """The 95 % interval of the band's hit rate, such as 83–95%."""
    return f"{share(score.hit_low).removesuffix('%')}–{share(score.hit_high)}"


def r_squared(value: float | None) -> str:
    """Such as 0.998, never more than it is."""
    return MISSING if value is None else f"{floor(value * 1000 + ROUNDING) / 1000:.3f}"


def counted(count: int, noun: str) -> str:
    """Such as "1 fund" and "8 funds"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def own_words(reading: "Leverage") -> str:
    """Such as "assets of 3 funds from your file"."""
    return f"assets of {counted(reading.own_funds, 'fund')} from your file"


def is_large(rank: "Rank") -> bool:
    """Whether today's flow is among the largest of its side."""
    return rank.place <= MOST_LARGE or rank.place <= rank.of_side * LARGE


def rank_words(rank: "Rank") -> tuple[str, str]:
    """Such as "4th largest sale" and " of 530", or "usual: 214th" and " of 262 purchases" beyond the largest."""
    if is_large(rank):
        place = "" if rank.place == 1 else f"{nth(rank.place)} "
        return f"{place}largest {rank.side}", f" of {rank.of}"
    return f"usual: {nth(rank.place)}", f" of {rank.of_side} {rank.side}s"


def day_of(iso: str, form: str = "%-d %b") -> str:
    """A date of the reading such as 3 Feb."""
    return f"{date.fromisoformat(iso):{form}}"


def reset_words(fund: "FundRow", session: date | None) -> str:
    """Such as "weekly, Fri 6", the next day it resets; empty for a fund that resets daily."""
    if fund.reset == "daily":
        return ""
    if fund.trades_on(session):
        return f"{fund.reset}, today"
    return fund.reset if fund.resets_on is None else f"{fund.reset}, {day_of(fund.resets_on, '%a %-d')}"


def creations_label(reading: "Leverage") -> str:
    """Such as "creations of 3 Feb"."""
    session = reading.creation_session
    return "creations" if session is None else f"creations of {day_of(session)}"


def basis_words(index: "IndexWeights") -> str:
    """Where an index's weights are from, such as "implied by QQQ"."""
    if index.basis == "prior":
        return index.start or BASIS["prior"]
    return f"implied by {index.fund}" if index.basis == "implied" and index.fund else BASIS[index.basis]


FUND_TEXT = (
    "To end the day with leverage L on its new assets, a fund trades L(L−1)·A·r by the close: A its assets at the"
    " previous close, r the underlying's return. Long and short funds alike trade in the direction of the move. One"
    " that resets weekly, monthly or quarterly trades on its reset day alone, with A at and r since its last reset."
)
