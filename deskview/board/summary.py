"""The read: what broke, whether positions were cut, what is left to be sold, who buys and what followed such days.

Four sentences from a table of cases, each with the figures it is made of. No word in them is without a rule, and none
is a forecast.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, NamedTuple

import msgspec

from deskview.analytics.deleveraging import DEFAULT_RULES, DeleveragingReading
from deskview.analytics.events import HistoryReading, Outcome, RecordReading, Study
from deskview.analytics.figure import Missing, Unit, figure, place, text
from deskview.analytics.flow import Flow, Side
from deskview.analytics.gamma import Gamma
from deskview.analytics.leverage import Leverage
from deskview.analytics.measures import Number
from deskview.analytics.momentum import MomentumReading
from deskview.format import MISSING, percent, percentile, share, sigma, usd

CALM, UNUSUAL = 1.0, -2.0
"""σ of a day within which nothing broke; and from which on days as bad are looked for in the record."""
MIDDLE = 50.0
DROP = -0.01
"""The fall of the index for which systematic supply is told."""
FALL = -0.02
"""That for which dealers and leveraged ETFs are told together."""
LEAST_HALVES = 2
"""Half-hours that must have begun for a day's pace."""
AHEAD = "21"
"""The outcome that is told of such days: sessions after them."""


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of the read."""

    case: Annotated[str, text("case", "Which of the cases it is.")]
    sentence: Annotated[str, text("sentence")]
    brief: Annotated[str, text("in short", "The sentence in a few words, as the desk's line has it.")]
    figures: Annotated[list[Annotated[str, text("path")]], text("figures", "The paths of the figures in it.")]
    n: Annotated[Number, figure("rests on", Unit.COUNT, "How many days or names the sentence rests on.", watched=False)]
    source: Annotated[str, text("source", "What the figures are from.")]


class ReadReading(msgspec.Struct, frozen=True, kw_only=True):
    """What the screens say, in four sentences."""

    sentences: Annotated[list[Sentence], place("sentences")]
    missing: Missing


class Given(NamedTuple):
    """The readings of one moment, None where there is none for the reason `why` has by the part's name."""

    momentum: MomentumReading | None
    deleveraging: DeleveragingReading | None
    leverage: Leverage | None
    gamma: Gamma | None
    flow: Flow | None
    history: HistoryReading | None
    why: dict[str, str]


def read(given: Given) -> ReadReading:
    """The four sentences of a moment."""
    makers: Iterable[Callable[[Given], Sentence]] = (_broke, _cut, _supply, _buyers)
    return ReadReading(sentences=[make(given) for make in makers], missing={})


def _sentence(
    case: str, words: str, brief: str, figures: Iterable[str], *, n: Number = None, source: str = ""
) -> Sentence:
    return Sentence(case=case, sentence=words, brief=brief, figures=list(figures), n=n, source=source)


def _none(what: str, case: str, why: str) -> Sentence:
    return _sentence(case, f"{what}: {MISSING}, {why.rstrip('.')}.", f"{what.lower()} {MISSING}", ())


def _broke(given: Given) -> Sentence:
    """What broke: by how much, how unusual, and which leg."""
    reading = given.momentum
    if reading is None or reading.return_ is None or reading.sigma is None:
        why = given.why["momentum"] if reading is None else reading.missing.get("return") or reading.missing["sigma"]
        return _none("Momentum", "unpriced", why)
    day = f"{percent(reading.return_)}, {sigma(reading.sigma, reading.sigma_basis)} of {reading.sigma_n} days"
    source = "momentum, live"
    if abs(reading.sigma) < CALM:
        calm = ("momentum.return", "momentum.sigma")
        words = f"Nothing unusual: momentum {day}."
        return _sentence("calm", words, "nothing unusual", calm, n=reading.sigma_n, source=source)
    led = "" if reading.long_share is None else f"; the long leg did {share(reading.long_share)} of it"
    verdict = (reading.verdict or "momentum").replace("both", "both legs")
    figures = ("momentum.return", "momentum.sigma", "momentum.verdict", "momentum.long_share")
    case = "fell" if reading.return_ < 0 else "rose"
    words = f"{verdict[0].upper()}{verdict[1:]}: momentum {day}{led}."
    return _sentence(case, words, verdict, figures, n=reading.sigma_n, source=source)


def _cut(given: Given) -> Sentence:
    """How many signs there are that positions are cut, and which."""
    reading = given.deleveraging
    if reading is None:
        return _none("Positions cut", "signs unknown", given.why["deleveraging"])
    met = [flag.title for flag in reading.flags if flag.met]
    unmet = [flag.title for flag in reading.flags if flag.met is False]
    unknown = [flag.title for flag in reading.flags if flag.met is None]
    kinds = (("", met), ("not: ", unmet), ("not known: ", unknown))
    listed = "; ".join(f"{label}{', '.join(titles)}" for label, titles in kinds if titles)
    days = ""
    if met and reading.record_n is not None:
        alike = f"{reading.record_n} had as many of the first four"
        days = f" Of {reading.record_days} past days that can be told, {alike}."
    fall = next((flag.met for flag in reading.flags if flag.name == "fall"), None)
    perhaps = fall is None or (fall and len(met) + len(unknown) >= DEFAULT_RULES.cut_least)
    case = "cut" if reading.words.startswith("positions cut") else "signs unknown" if perhaps else "not cut"
    figures = ("deleveraging.met", "deleveraging.of", "deleveraging.record_n")
    source = f"the market now; past days {reading.record_basis}"
    brief = reading.words if case == "cut" else f"cuts {_NOT_TOLD[case]}, {reading.met} of {reading.of} signs"
    words = f"{brief[0].upper()}{brief[1:]} ({listed}).{days}"
    return _sentence(case, words, brief, figures, n=reading.record_days if days else None, source=source)


_NOT_TOLD = {"not cut": "not told", "signs unknown": "can't be told"}
"""Under four signs, or without a fall among them; where it hangs on signs that are not known it can't be."""


def _supply(given: Given) -> Sentence:
    """What is still to be sold, as far as models tell."""
    reading = given.leverage
    if reading is None or reading.next_week.p05_usd is None:
        why = given.why["leverage"] if reading is None else reading.missing.get("next_week.sd_usd", "no week ahead")
        return _none("Supply left", "supply unknown", why)
    week = reading.next_week
    ladder = next((row for row in reading.supply if row.move == DROP), None)
    known = ladder is not None and ladder.usd is not None
    staged = f"; systematic funds {usd(ladder.usd)} at {percent(DROP, 0)}" if known and ladder else ""
    dealers, of_dealers = _dealers(given)
    words = (
        f"Supply left: leveraged ETFs {usd(week.p05_usd)} over {len(week.sessions)} sessions in the worst of 20 weeks"
        f"{staged}. {dealers}"
    )
    figures = ("leverage.next_week.p05_usd", *(["leverage.supply"] if staged else []), *of_dealers)
    brief = f"LETF 1 week in 20 {usd(week.p05_usd)}"
    return _sentence("supply", words, brief, figures, source="models of the coming sessions, mean zero")


def _dealers(given: Given) -> tuple[str, tuple[str, ...]]:
    """What dealers' hedging does to moves, and with leveraged funds at a fall of the index; the figures in it."""
    reading = given.gamma
    index = reading.index if reading else None
    if reading is None or index is None or index.net_usd_per_1pct is None:
        why = given.why["gamma"] if reading is None else reading.missing.get("index") or "the index has no price"
        return f"Dealers' gamma {MISSING}: {why.rstrip('.')}.", ()
    whole = None if index.net_of_mass is None else int(abs(index.net_of_mass) * 100 + 1e-9) / 100  # balanced is under 5
    share_of_all = "" if whole is None else f", {share(whole)} of all"
    does = index.verdict or f"no verdict by the convention {reading.convention}"
    words = f"Dealers' gamma {usd(index.net_usd_per_1pct)} per 1 %{share_of_all}: {does}"
    words += f" ({half})" if (half := index.title.rpartition(": ")[2]).endswith(" alone") else ""
    figures = ("gamma.index.net_usd_per_1pct", "gamma.index.net_of_mass")
    fall = next((row for row in reading.by_shock if row.move == FALL), None)
    if fall is None or fall.net_usd is None:
        return f"{words}.", figures
    return f"{words}; at {percent(FALL, 0)} with leveraged ETFs {usd(fall.net_usd)}.", (*figures, "gamma.by_shock")


def _buyers(given: Given) -> Sentence:
    """Whether retail buys, what followed such days, and whether both make an edge."""
    retail, case, figures, names = _retail(given)
    words, study, outcome, record = _precedent(given)
    edge = ""
    if outcome is not None:
        smaller = study is not None and _smaller(given.momentum, study)
        edge = f" Edge {MISSING}: today's fall is smaller than any of these." if smaller else _edge(given, outcome)
        figures = [*figures, f"history.records.{record.record if record else ''}"]
    brief = f"{_RETAIL[case]}{f' ({names} names)' if names else ''}{_followed(given.momentum, study, outcome)}"
    source = "prints" + (f"; {record.title}, to {record.last}" if record else "")
    return _sentence(case, f"Buyers: {retail}. {words}{edge}".strip(), brief, figures, n=names, source=source)


_RETAIL = {
    "buyers unknown": f"retail {MISSING}",
    "buyers as usual": "retail as usual",
    "buyers absent": "retail absent",
    "buyers there": "retail buys",
}


def _smaller(momentum: MomentumReading | None, study: Study) -> bool:
    """Whether today's fall is no event of the rule: -2 σ of today's baskets may be less than every day of a record."""
    least = max((event.return_ for event in study.all_events), default=None)
    return momentum is None or momentum.return_ is None or (least is not None and momentum.return_ > least)


def _followed(momentum: MomentumReading | None, study: Study | None, outcome: Outcome | None) -> str:
    """What followed such days, in a few words."""
    if study is None:
        return ""
    days = f"{study.events} {'larger falls' if _smaller(momentum, study) else 'such days'}"
    if outcome is None or outcome.median is None:
        return f"; {days}: too few"
    return f"; {days} {percent(outcome.median)} ({_limits(outcome)}) after {AHEAD} d"


def _retail(given: Given) -> tuple[str, str, list[str], int | None]:
    """Retail's place at this hour in words, the case, and the names it rests on."""
    side: Side | None = given.flow.retail if given.flow else None
    if given.flow is None or side is None or side.percentile is None:
        why = given.why["flow"] if given.flow is None else given.flow.missing.get("retail.percentile", "not told")
        return f"retail {MISSING}, {why.rstrip('.')}", "buyers unknown", [], None
    low, high = side.percentile_low, side.percentile_high
    place_ = f"{percentile(side.percentile, low, high)} of {side.days} days up to this hour, {side.names} names"
    figures = ["flow.retail.percentile"]
    if low is None or high is None or low <= MIDDLE <= high:
        return f"retail can't be told from usual, {place_}", "buyers as usual", figures, side.names
    if high < MIDDLE:
        return f"retail absent, {place_}", "buyers absent", figures, side.names
    return f"retail buys, {place_}", "buyers there", figures, side.names


def _precedent(given: Given) -> tuple[str, Study | None, Outcome | None, RecordReading | None]:
    """What followed such days, in words; with figures only where there are enough of them."""
    momentum, history = given.momentum, given.history
    if momentum is None or momentum.sigma is None or momentum.sigma > UNUSUAL:
        return "", None, None, None
    if history is None or not history.records:
        why = given.why.get("history", "") if history is None else history.missing.get("days", "")
        return f"Such days: {MISSING}, {(why or 'no record').rstrip('.')}.", None, None, None
    record = history.records[0]
    study = record.rules[0]
    outcome = next(each for each in study.outcomes if each.sessions == AHEAD)
    since = f"{study.events} falls {study.title} since {record.first.year} ({record.short})"
    if outcome.median is None:
        return f"After {since}: {outcome.up} of {outcome.n} up at {AHEAD} d, too few to say more.", study, None, record
    third = study.outcomes[-1]
    month = "" if third.median is None else f", third month {percent(third.median)}"
    words = f"After {since}: median {percent(outcome.median)} at {AHEAD} d (90% limits {_limits(outcome)}){month}."
    return words + _state(momentum, study), study, outcome, record


def _state(momentum: MomentumReading, study: Study) -> str:
    """Whether this is a panic, and what followed the events of its kind."""
    panic, split = momentum.state.panic, study.panic if momentum.state.panic else study.calm
    if panic is None or split is None:
        return ""
    outcome = next(each for each in split.outcomes if each.sessions == AHEAD)
    told = "too few" if outcome.median is None else percent(outcome.median)
    what = f"{told} after {split.events} of them"
    return f" {'A panic' if panic else 'No panic'}: {what}."


def _limits(outcome: Outcome) -> str:
    return f"{percent(outcome.low)} to {percent(outcome.high)}"


LESS = "Such days were followed by less than days as volatile"


def _edge(given: Given, outcome: Outcome) -> str:
    """Whether the record and what is sold and bought now make an edge, or what of it can't be told."""
    if outcome.difference_high is None:
        return f" Edge {MISSING}: too few of these days can be held against days as volatile."
    if outcome.difference_high >= 0:
        return " No edge in the record."
    exceeds = _exceeds(given)
    if exceeds is None:
        return f" {LESS}; edge {MISSING}: whether supply exceeds buyers is not known."
    return (
        " Supply exceeds buyers and such days were followed by less than days as volatile: sell the bounce."
        if exceeds
        else f" {LESS}, but buyers match supply: no edge."
    )


def _exceeds(given: Given) -> bool | None:
    """Whether funds sell more in the worst of 20 weeks than retail would buy at today's pace in it; None where either
    is not known. The pace is that of the half-hours begun, of which there must be two: a morning is no day.
    """
    week = given.leverage.next_week if given.leverage else None
    side: Side | None = given.flow.retail if given.flow else None
    if week is None or week.p05_usd is None or side is None or side.net_usd is None:
        return None
    begun = max((at for at, half in enumerate(side.by_half_hour, 1) if half.buy_usd or half.sell_usd), default=0)
    if begun < LEAST_HALVES:
        return None
    day = side.net_usd * len(side.by_half_hour) / begun
    return -week.p05_usd > max(0.0, day) * len(week.sessions)
