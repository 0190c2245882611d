"""How much is sampled: one rule that fits it to the settings and to the calls of the plan, and what that costs.

Without a limit of calls: what the settings say. With one: as many windows a session as make the year's calls last a
night, unless the settings say otherwise by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from deskview.settings import Flow

NIGHT_MINUTES: Final = 8 * 60
"""The year of windows is to be there after so long, where the plan limits the calls: from one evening to the next."""
FUNDS_PART: Final = 11
"""One window in eleven is a fund's."""
FUNDS: Final = 12
"""Funds beside the stocks; with fewer windows for them there are none."""
WINDOW_BYTES: Final = 42
"""What a stored window takes on disk: measured on a year of 220 windows a session."""
AT_ONCE: Final = 4
"""Windows asked for at once: on a plan of a few calls a minute all else waits behind them."""


@dataclass(frozen=True)
class FlowPlan:
    """What is read: `stocks` and `funds` by number, each kind's windows a session, `prints` a window, sessions.

    `names` are the user's own, which stand for themselves; `panel_calls` are for the retail favourites.
    """

    stocks: int
    stock_windows: int
    funds: int
    fund_windows: int
    prints: int
    sessions: int
    panel_calls: int
    names: tuple[str, ...] = ()

    @property
    def calls_a_day(self) -> int:
        """Windows of one session."""
        return self.stock_windows + self.fund_windows

    @property
    def calls_once(self) -> int:
        """Windows of all sessions."""
        return self.calls_a_day * self.sessions


def plan_of(flow: Flow, calls_per_minute: int | None) -> FlowPlan:
    """What the settings and the plan's limit of calls come to."""
    calls = flow.calls_per_session
    if calls_per_minute is not None and calls == Flow().calls_per_session:
        calls = max(1, min(calls, calls_per_minute * NIGHT_MINUTES // flow.history_sessions))
    funds = FUNDS if calls // FUNDS_PART >= FUNDS else 0
    fund_windows = calls // FUNDS_PART if funds else 0
    names = tuple(dict.fromkeys(flow.names))
    stocks = len(names) or min(flow.count, calls - fund_windows)
    return FlowPlan(
        stocks=stocks,
        stock_windows=max(stocks, calls - fund_windows),
        funds=funds,
        fund_windows=fund_windows,
        prints=flow.sample_prints,
        sessions=flow.history_sessions,
        panel_calls=flow.panel_calls,
        names=names,
    )


def plan_in_words(plan: FlowPlan, *, calls_per_minute: int | None = None, seconds_a_call: float | None = None) -> str:
    """What is sampled and what it costs; the time where the plan's limit or the time of a call is known."""
    names, windows = _counted(plan.stocks, "name" if plan.names else "stock"), plan.stock_windows / plan.stocks
    what = f"{names} × {_counted(windows, 'window')} of {plan.prints:,} prints"
    if plan.funds:
        what += f" and {plan.funds} funds × {plan.fund_windows / plan.funds:.2g}"
    size = plan.calls_once * WINDOW_BYTES / 1e6
    time = _time(plan, calls_per_minute, seconds_a_call)
    return (
        f"{what} in each of {plan.sessions} sessions: {plan.calls_once:,} calls once{time};"
        f" {2 * plan.calls_a_day} a day after, half of them through the day; {size:.1f} MB"
    )


def _counted(count: float, noun: str) -> str:
    return f"{count:.3g} {noun}{'' if count == 1 else 's'}"


def _time(plan: FlowPlan, calls_per_minute: int | None, seconds_a_call: float | None) -> str:
    if calls_per_minute is None and seconds_a_call is None:
        return ""
    by_limit = plan.calls_once / calls_per_minute if calls_per_minute else 0.0
    by_pace = plan.calls_once * (seconds_a_call or 0.0) / AT_ONCE / 60
    minutes = max(by_limit, by_pace)
    long = f"{minutes / 60:.1f} hours" if minutes >= 90 else _counted(max(1, ceil(minutes)), "minute")
    return f", about {long} here"


def explicit(flow: Flow) -> Mapping[str, object]:
    """The settings of the sample that are not the shipped ones."""
    usual = Flow()
    fields = ("names", "count", "calls_per_session", "sample_prints", "history_sessions", "panel_calls")
    return {name: getattr(flow, name) for name in fields if getattr(flow, name) != getattr(usual, name)}
