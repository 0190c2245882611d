"""What is to be said beside the figures: why one is missing, and what one that is there rests on."""

from collections import Counter
from datetime import date, datetime

import numpy as np

from deskview.analytics.chain import age
from deskview.analytics.leverage.book import listed
from deskview.analytics.leverage.live import Moment
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.past import LEAST_SESSIONS
from deskview.analytics.leverage.readings import LeftOut
from deskview.analytics.leverage.risk import Risk
from deskview.analytics.leverage.supply import LEAST_CLOSES

_OF_ASSETS = ("today_usd", "per_1pct_usd", "aum_usd", "next_week.sd_usd")
"""What is null for that reason where no assets are known, whatever else is missing."""
TRACKS, TELLING_USD = 0.01, 50e6
"""A fund's return is taken to be L times the underlying's within 1 % (½ % times L); told of funds of some size."""
NO_ASSETS = (
    "of no equity fund are the assets known: the provider has told no share count, and names_file gives no assets_usd"
)
NO_CREATIONS = "the share counts of the last session and the one before are not both known yet"


def count_dates(model: LeverageModel, now: Moment) -> list[str]:
    """Dates of the share counts of the used equity funds, oldest first."""
    used = now.used & now.equity
    return sorted(day for day in model.labels.as_of[used].tolist() if day is not None)


def own_counted(model: LeverageModel, now: Moment) -> list[tuple[str, str, str]]:
    """Ticker, source and date of the equity funds whose assets are of the user's file."""
    mine = now.equity & np.array([source is not None for source in model.labels.source], dtype=bool)
    labels = model.labels
    return list(zip(*(column[mine].tolist() for column in (labels.ticker, labels.source, labels.as_of)), strict=True))


def missing(model: LeverageModel, now: Moment, left_out: list[LeftOut]) -> dict[str, str]:
    """Path of each figure that is null to the reason; of single funds and creations too."""
    words = _of_totals(model, now, left_out) | _of_week(model) | _of_funds(model, now) | _of_creations(model, now)
    return words if now.equity.any() else words | dict.fromkeys(_OF_ASSETS, NO_ASSETS)


def _of_totals(model: LeverageModel, now: Moment, left_out: list[LeftOut]) -> dict[str, str]:
    words: dict[str, str] = {}
    if not now.moved:
        words["today_usd"] = _no_flow(model, now)
    if now.coverage is None:
        words["coverage"] = "no equity fund trades on today's move" if now.equity.any() else NO_ASSETS
    if len(model.past.market_closes) < LEAST_CLOSES:
        words["supply"] = f"fewer than 60 closes of {model.parameters.market} in the history"
    if left_out:
        words["funds"] = _counted(left_out)
    if any(row.r2 is None for row in model.index_weights):
        words |= dict.fromkeys(("index_weights.r2", "index_weights.residual_bp"), "no weights of it were fitted")
    if model.allocation.without_adv:
        words["by_name.of_adv"] = f"no dollar volume for {listed(model.allocation.without_adv)}"
    return words


def unranked(model: LeverageModel, now: Moment, at: datetime) -> dict[str, str]:
    """Why today has no rank."""
    least, coverage = model.parameters.least_coverage, now.coverage
    if not model.begun(at):
        return {"rank": "the session has not begun"}
    if not now.daily_today:
        return {"rank": "there is no flow of daily funds to rank"}
    if not coverage or coverage < least:
        return {"rank": f"today's flow covers less than {least:.0%} of per-1 %: not to be ranked"}
    return {"rank": f"fewer than {LEAST_SESSIONS} sessions are held in which the underlyings have returns"}


def _of_week(model: LeverageModel) -> dict[str, str]:
    words: dict[str, str] = {}
    if not model.sessions:
        words["next_week.sd_usd"] = "no coming sessions were given"
    elif not np.isfinite(model.risk.sigma).any():
        words["next_week.sd_usd"] = "no underlying has enough history for a covariance"
    elif not np.isfinite(model.risk.beta).any():
        words["next_week.conditional"] = f"no history of {model.parameters.market}"
        words["next_week.scenarios"] = f"beta_usd: no history of {model.parameters.market}"
    return words


def _no_flow(model: LeverageModel, now: Moment) -> str:
    if now.equity.any() and not (now.equity & model.drift.due).any():
        return "no equity fund resets in this session"
    return "no equity fund has both an AUM and a return"


def _of_creations(model: LeverageModel, now: Moment) -> dict[str, str]:
    known = np.isfinite(model.creation)
    without = int((now.counted & ~known).sum())
    words = {"by_fund.creation_usd": f"of {without} funds {NO_CREATIONS}"} if without else {}
    if not (known & now.equity).any():
        words["creation_usd"] = NO_CREATIONS
    return words


def _of_funds(model: LeverageModel, now: Moment) -> dict[str, str]:
    """Why figures of single funds are null; `left_out` has those without a return."""
    words: dict[str, str] = {}
    apart = now.counted & ~np.isfinite(now.gap)
    if apart.any():
        without = model.labels.ticker[apart].tolist()
        words["by_fund.tracking_gap"] = f"fund or underlying without a return of its own: {listed(without)}"
    still = now.counted & ~now.known
    if still.any():
        why = f"neither the underlying nor the fund has a return: {listed(model.labels.ticker[still].tolist())}"
        words |= dict.fromkeys(("by_fund.return", "by_fund.today_usd"), why)
    week = ("by_fund.week_p05_usd", "by_fund.week_es05_usd", "by_fund.week_p95_usd")
    unknown = now.counted & model.drift.daily & ~np.isfinite(model.risk.sigma[model.position])
    if unknown.any():
        young = listed(model.labels.ticker[unknown].tolist())
        words |= dict.fromkeys(week, f"too little history of the underlying: {young}")
    elif (now.counted & ~model.drift.daily).any():
        words |= dict.fromkeys(week, "funds that do not reset daily are not in next week")
    return words


def notes(model: LeverageModel, now: Moment) -> dict[str, str]:
    """Remarks on figures that are there, by their path, and on baskets by `by_name.UNDERLYING`."""
    words = model.notes | {
        f"by_name.{underlying}": problem for underlying, problem in model.allocation.problems.items()
    }
    words["by_name.of_close"] = (
        f"{model.parameters.cash_share:.0%} of a flow taken to trade in the closing auction, that as "
        f"{model.parameters.closing_share:.0%} of a day's volume: assumptions"
    )
    words["by_name.impact_bp"] = f"{model.parameters.impact_coefficient:g}·σ·√(flow/ADV): an estimate"
    fallback = model.labels.ticker[now.from_fund & now.counted].tolist()
    if fallback:
        words["by_fund.return"] = f"the fund's own return where the underlying has none: {listed(fallback)}"
    created = int((np.isfinite(model.creation) & now.equity).sum())
    if created:
        words["creation_usd"] = (
            f"L times the shares created, net, in {model.last_session} at its close, by {created} funds; "
            "some issuers count a session later; in no figure of today"
        )
    if mine := own_counted(model, now):
        words["own_funds"] = _own_note(model, mine)
    if dates := count_dates(model, now):
        words["aum_as_of"] = _counts_note(model, now, dates)
    if (doubtful := _in_doubt(model, now)) is not None:
        words["aum_usd"] = doubtful
    if (apart := _apart(model, now)) is not None:
        words["by_fund.tracking_gap"] = apart
    return words


def _own_note(model: LeverageModel, mine: list[tuple[str, str, str]]) -> str:
    """Which they are, of when, and how old where that has to be told."""
    last = date.fromisoformat(model.last_session)
    told = []
    for ticker, source, day in mine:
        old = age(date.fromisoformat(day), last)
        told.append(f"{ticker} {source} of {day}{f', {old}' if old else ''}")
    return f"from your names_file, the provider tells none; their creations are not known: {'; '.join(told)}"


def _counts_note(model: LeverageModel, now: Moment, dates: list[str]) -> str:
    used = now.used & now.equity
    compared = used & model.book.funds.get_column("compared").to_numpy()
    still = compared & (model.labels.as_of < model.last_session)
    return (
        f"share counts of {dates[0]} to {dates[-1]}, priced at the previous close. Of {int(compared.sum())} funds more "
        f"than one count is held: those of {int(still.sum())} did not change in the last session. Since when the one "
        f"count of the other {int((used & ~compared).sum())} stands is not known"
    )


def _in_doubt(model: LeverageModel, now: Moment) -> str | None:
    doubt = now.counted & model.book.funds.get_column("doubt").fill_null(value=False).to_numpy()
    if not doubt.any():
        return None
    names = listed(model.labels.ticker[doubt].tolist())
    return f"share counts that changed beyond three times or a third are not believed until the next agrees: {names}"


def _apart(model: LeverageModel, now: Moment) -> str | None:
    """Funds whose return is not L times what the registry says they follow, by far."""
    limit = np.maximum(TRACKS, np.abs(model.leverage) * TRACKS / 2)
    far = now.counted & (np.abs(np.nan_to_num(now.gap)) > limit) & (now.aum >= TELLING_USD)
    if not far.any():
        return None
    names = listed(model.labels.ticker[far].tolist())
    return f"far from L times the underlying's return, a price or the registry may be wrong: {names}"


def day_notes(model: LeverageModel, now: Moment, risk: Risk, day_share: float | None) -> dict[str, str]:
    """What today's move is to next week's spread."""
    if risk is model.risk:
        return {"next_week.sd_usd": "today has no move yet: the spread is that of the sessions before"}
    if day_share is None:
        why = model.clock_missing or "how much of a day's variance is behind is not known"
        return {"next_week.sd_usd": f"today's move counts as it stands, not brought to a whole day: {why}"}
    still = (now.coming_usd > 0) & ~np.isfinite(now.move)
    labels = model.book.underlyings.get_column("underlying").to_list()
    if still.any():
        names = listed([labels[at] for at in np.flatnonzero(still)])
        return {"next_week.sd_usd": f"the market's move stands for that of underlyings without one today: {names}"}
    return {}


def _counted(left_out: list[LeftOut]) -> str:
    reasons = Counter(row.reason for row in left_out)
    funds = "fund" if len(left_out) == 1 else "funds"
    return f"{len(left_out)} {funds} left out: " + "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
