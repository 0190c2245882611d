"""What rules and firings say: what is looked at, when it fires, and in one line what a firing saw and rests on.

Both processes use it. Labels, formats and the readings of a board are loaded with the first sentence: Textual or polars
is behind them.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from deskview.analytics.assumptions import RULE, TODAYS_NAMES
from deskview.analytics.figure import CHANGE, Unit
from deskview.settings import Alert
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.board import Board, Part
    from deskview.board.alerts import Watch
    from deskview.board.readings import Reading

OF_STATUS, OF_RANK = "status", "leverage.rank.place"
"""The first word of readings that tell whether a part can be trusted, and the reading that is a place of a ranking."""
SIGMA_OF_THE_DAY = "σ of the day"
ROUNDING = 1e-9
"""What floating point takes from a share that is whole percent."""
_NAMED = 3
"""So many names in doubt are called by name."""
_COVERED = {
    "momentum": "of the legs' weight traded",
    "breadth": "of the members counted",
    "leverage": "of the funds' per-1% has a return",
    "leverage.next_week": "of the funds' per-1% has a risk figure",
}
"""What the share called coverage is of, by the longest beginning of the path."""
_RANKED_AMONG = {
    "percentile": (("days", "days"), ("percentile_of", "sessions"), ("draws", "shuffles")),
    "history_percentile": (("history_days", "days"),),
    "percentile_long": (("n", "formations"),),
    "percentile_short": (("n", "formations"),),
}
"""What a percentile is among: the field beside it that counts them, and what they are."""
_WHOSE_DAYS = {RULE: " of the rule's own history", TODAYS_NAMES: " of today's names held back"}


def watched_label(rule: Alert) -> str:
    """What the rule looks at: the reading, or which σ of it."""
    if part := _watched_part(rule):
        return f"{label_of(part)}: stale or in doubt"
    if rule.reading == OF_RANK:
        return f"{label_of('leverage')}: today's rebalance"
    label = label_of(rule.reading)
    return f"{label}, {SIGMA_OF_THE_DAY}" if rule.condition == "sigma" and "σ" not in label else label


def title(rule: Alert) -> str:
    """The rule in few words, such as "momentum: σ of the hour beyond ±3σ"."""
    return neutralise(f"{watched_label(rule)} {_fires(rule)}".rstrip())


def condition(rule: Alert) -> str:
    """When the rule fires, and when again, such as "below −3σ for 2m, clears at −2.5σ, again after 1h"."""
    clear = "" if rule.clear is None else f"clears at {_cleared(rule, rule.clear)}"
    again = f"again after {rule.again}" if rule.again else ""
    fires = f"after {rule.for_}" if _watched_part(rule) and rule.for_ else _fires(rule) or "at once"
    return ", ".join(filter(None, (fires, clear, again)))


def _fires(rule: Alert) -> str:
    """When the rule fires; empty for a part's status that fires at once."""
    held = f"for {rule.for_}" if rule.for_ else ""
    return " ".join(filter(None, ("" if _watched_part(rule) else _level(rule), held)))


def _level(rule: Alert) -> str:
    if rule.condition == "percentile":
        return f"in the {_cleared(rule, rule.level)}"
    if rule.condition == "sigma":
        return f"beyond {_cleared(rule, rule.level)}"
    if rule.reading == OF_RANK and rule.condition == "below" and rule.level > 1:
        largest = ceil(rule.level) - 1
        return f"among the {largest} largest" if largest > 1 else "the largest"
    return f"{rule.condition} {_cleared(rule, rule.level)}"


def _cleared(rule: Alert, level: float) -> str:
    """A level of the rule's condition by itself, such as −3σ or ±3σ."""
    from deskview.format import figure  # noqa: PLC0415 - Textual is behind it

    if rule.condition == "percentile":
        return f"outer {figure(level, digits=10)}%"
    if rule.condition == "sigma":
        return f"±{figure(level, digits=10)}σ"
    return figure(level, _unit_of(rule.reading), digits=10)


def _watched_part(rule: Alert) -> str:
    """The part whose status the rule looks at; empty where it looks at a figure."""
    first, _, part = rule.reading.partition(".")
    return part if first == OF_STATUS and rule.condition == "above" and 0 <= rule.level < 1 else ""


def watched_figure(
    rule: Alert, value: float | None, basis: str = "", limits: tuple[float | None, float | None] = (None, None)
) -> str:
    """A figure in the unit of what the rule looks at: the reading, its σ (which rests on `basis`) or its percentile.

    A percentile has its limits where there are any: 6 (2–12). A part's status is yes or no.
    """
    from deskview.format import rank  # noqa: PLC0415 - Textual is behind it

    if _watched_part(rule) and value is not None:
        return "yes" if value else "no"
    units = {"sigma": Unit.SIGMA, "percentile": Unit.PERCENTILE}
    unit = units.get(rule.condition) or _unit_of(rule.reading)
    low, high = limits
    if unit is Unit.PERCENTILE and low is not None and high is not None and low < high:
        return rank(value, low, high)
    return _with_basis(value, unit, basis)


def reading_figure(reading: "Reading") -> str:
    """A reading in its unit."""
    return _with_basis(reading.value, reading.unit, reading.basis)


def _with_basis(value: float | None, unit: Unit, basis: str) -> str:
    from deskview.format import figure, sigma_sign  # noqa: PLC0415 - Textual is behind it

    if value is None or unit not in (Unit.SIGMA, Unit.PERCENTILE):
        return figure(value, unit)
    return figure(round(value, 2), sigma_sign(basis)) if unit is Unit.SIGMA else figure(round(value), unit)


def in_words(
    rule: Alert, value: float | None, basis: str, limits: tuple[float | None, float | None] = (None, None)
) -> str:
    """The figure the rule looks at, with what its σ rests on where that is not the rule's own history."""
    words = watched_figure(rule, value, basis, limits)
    return f"{words} (today's names)" if words.endswith("σ*") else words


def length_in_words(text: str) -> str:
    """A length of time of a rule such as 5m as one says it: 5 minutes."""
    count, unit = int(text[:-1]), {"s": "second", "m": "minute", "h": "hour"}[text[-1]]
    return f"{count} {unit}{'s' * (count != 1)}"


def sentence(watch: "Watch", board: "Board") -> str:
    """What a rule that fires on this board says, in one line: what was seen, the level, and what it rests on.

    Such as "momentum: σ of the day −4.02σ* (today's names), below −3σ; σ of 252 days of today's names held back; 97% of
    the legs' weight traded".
    """
    seen = _status_seen(watch.rule, board) or _rank_seen(watch.rule, board) or _figure_seen(watch, board)
    simulated = ["simulated market"] if board.source.simulated else []
    return neutralise("; ".join([*seen, *simulated]))


def _status_seen(rule: Alert, board: "Board") -> list[str]:
    """A part that can't be trusted: how long for, and what it says of that itself."""
    from deskview.board.board import Status  # noqa: PLC0415 - polars loads late

    part = board.parts.get(_watched_part(rule))
    if part is None:
        return []
    state, why = ("in doubt", part.doubt) if part.status is Status.DOUBT else ("stale", part.note)
    since = f" for {length_in_words(rule.for_)}" if rule.for_ else ""
    return [": ".join(filter(None, (f"{label_of(_watched_part(rule))}: {state}{since}", why.rstrip("."))))]


def _rank_seen(rule: Alert, board: "Board") -> list[str]:
    """Today's rebalance of the leveraged ETFs among those of the sessions held."""
    from deskview.format import usd  # noqa: PLC0415 - Textual is behind it
    from deskview.ordinals import nth  # noqa: PLC0415

    reading = board.leverage.value
    rank = reading.rank if reading is not None else None
    if rule.reading != OF_RANK or reading is None or rank is None:
        return []
    place = "" if rank.place == 1 else f"{nth(rank.place)} "
    what = f"today's rebalance would be the {place}largest {rank.side} of {rank.of} sessions"
    seen = f"{label_of('leverage')}: {what}, {usd(reading.today_usd)}, {_fires(rule)}"
    return [seen, *_rests_on(board, rule.reading, "")]


def _figure_seen(watch: "Watch", board: "Board") -> list[str]:
    from deskview.alerts.life import watched_path  # noqa: PLC0415 - polars loads late

    rule = watch.rule
    try:
        path = watched_path(board, rule)
        figure, rests = _as_sure(watch, board, path), _rests_on(board, path, watch.fired_basis)
    except LookupError:  # it fired on what this board no longer has
        figure, rests = in_words(rule, watch.fired_value, watch.fired_basis), []
    return [f"{watched_label(rule)} {figure}, {_fires(rule)}", *rests]


def _as_sure(watch: "Watch", board: "Board", path: str) -> str:
    """The figure that fired, with its limits where it has any: 6th (2–12), −$310M (−420 to −200)."""
    from deskview.format import percentile, usd_between  # noqa: PLC0415 - Textual is behind it

    value, unit = watch.fired_value, _unit_of(path)
    holders = _holders(board, path)
    low, high = _limits(holders, path)
    if low is None or high is None or value is None:
        return in_words(watch.rule, value, watch.fired_basis) + _unsure(board, holders, unit)
    if unit is Unit.PERCENTILE:
        return percentile(value, low, high)
    if unit is Unit.USD:
        return usd_between(value, low, high)
    ends = [in_words(watch.rule, end, watch.fired_basis) for end in (low, high)]
    return f"{in_words(watch.rule, value, watch.fired_basis)} ({' to '.join(ends)})"


def _unsure(board: "Board", holders: Sequence[Any], unit: Unit) -> str:
    """The mark of an estimated sum over stocks of which too few were drawn to say how sure it is."""
    flow = board.flow.value
    is_sum = bool(holders) and holders[0] is flow and hasattr(holders[-1], "group") and unit == "$"
    return " ±?" if is_sum and flow is not None and flow.universe else ""


def _limits(holders: Sequence[Any], path: str) -> tuple[float | None, float | None]:
    """The limits that stand beside a figure: net_low_usd of net_usd, retail_low_usd of retail_net_usd, hit_low of
    hit_rate, percentile_low of percentile."""
    figure = path.rpartition(".")[2]
    ending = "_usd" if figure.endswith("_usd") else ""
    stem = figure.removesuffix(ending)
    for name in (stem, stem.removesuffix("_net"), stem.removesuffix("_rate")):
        ends = [getattr(holders[-1], f"{name}_{end}{ending}", None) for end in ("low", "high")] if holders else []
        if None not in ends and ends:
            return ends[0], ends[1]
    return None, None


def _rests_on(board: "Board", path: str, basis: str) -> list[str]:
    """What a figure rests on, a few words each: days, names, coverage, what is in doubt, lacking or late."""
    figure_path = path.removesuffix(CHANGE)
    names = figure_path.split(".")
    part = board.parts.get(names[0], board.momentum)
    holders = _holders(board, figure_path)
    return [
        *_days(holders, names, basis),
        *_counted(holders, names),
        *_coverage(holders, figure_path),
        *_doubts(board, holders, names),
        *_late(part),
    ]


def _days(holders: Sequence[Any], names: Sequence[str], basis: str) -> Iterator[str]:
    """Of how many days a σ is, and whose; among how many a percentile is."""
    figure = names[-1]
    if figure.startswith("sigma") and holders and (days := getattr(holders[-1], "sigma_n", 0)):
        yield f"σ of {days} days{_WHOSE_DAYS.get(basis, '')}"
    if names[-2:-1] == ["percentile"] and holders and isinstance(days := getattr(holders[-1], "days", None), Mapping):
        yield f"among {days.get(figure, 0)} days"
    for field, noun in _RANKED_AMONG.get(figure, ()):
        found = next((holder for holder in reversed(holders) if isinstance(getattr(holder, field, None), int)), None)
        if found is not None:
            hour = getattr(found, "clock", "")
            yield f"among {getattr(found, field):,} {noun}" + (f" up to {hour}" if hour else "")
            return


def _counted(holders: Sequence[Any], names: Sequence[str]) -> Iterator[str]:
    """How many of the names it is to rest on are counted; of a row that is one name nothing is."""
    if not holders or hasattr(holders[-1], "ticker"):
        return
    for holder in reversed(holders):
        if isinstance(with_data := getattr(holder, "with_data", None), Mapping):
            yield f"{with_data.get(names[-1], with_data.get('now', 0))} of {holder.members} members"
            return
        if focus := getattr(holder, "focus", 0):
            yield f"{holder.names} of {focus} names"
            return


def _coverage(holders: Sequence[Any], path: str) -> Iterator[str]:
    """Which share of what it should rest on it does, never more than there is; of one name whether it trades."""
    if holders and hasattr(holders[-1], "covered"):
        yield from () if holders[-1].covered else ("it has not traded lately",)
        return
    shares = (getattr(holder, "coverage", None) for holder in reversed(holders))
    covered = next((share for share in shares if share is not None), None)
    of = next((words for start, words in reversed(_COVERED.items()) if path.startswith(f"{start}.")), "")
    if covered is not None and of:
        yield f"{floor(covered * 100 + ROUNDING)}% {of}"


def _doubts(board: "Board", holders: Sequence[Any], names: Sequence[str]) -> Iterator[str]:
    """What of it is in doubt: the name itself, or some of its names."""
    if doubt := getattr(holders[-1], "doubt", None) if holders else _doubt_of_a_name(board, names):
        yield f"in doubt: {doubt}"
    tickers: list[str] = next(
        (found for holder in reversed(holders) if (found := getattr(holder, "in_doubt", None))), []
    )
    if tickers:
        more = ", …" * (len(tickers) > _NAMED)
        yield f"{len(tickers)} name{'s' * (len(tickers) != 1)} in doubt: {', '.join(tickers[:_NAMED])}{more}"


def _doubt_of_a_name(board: "Board", names: Sequence[str]) -> str | None:
    import polars as pl  # noqa: PLC0415 - the pages import this before polars is needed

    if names[0] != "names" or board.live is None:
        return None
    found = board.live.filter(pl.col("ticker") == ".".join(names[1:-1])).get_column("doubt")
    return None if found.is_empty() else found[0]


def _late(part: "Part[Any]") -> Iterator[str]:
    """What the part says of figures that are still to come, and how late the plan's data are."""
    from deskview.board.board import Status  # noqa: PLC0415 - polars loads late

    if part.status is Status.PARTIAL and part.note:
        yield part.note.rstrip(".")
    if part.delay_s:
        yield f"data {ceil(part.delay_s / 60)} minutes late"


def _holders(board: "Board", path: str) -> list[Any]:
    from deskview.board.readings import holders_at  # noqa: PLC0415 - polars loads late

    return holders_at(board, path)


def label_of(path: str) -> str:
    """What the reading at a path is called."""
    from deskview.board import figures  # noqa: PLC0415 - the board's package brings polars

    return figures.label_of(path)


def _unit_of(path: str) -> Unit:
    from deskview.board.figures import unit_at  # noqa: PLC0415 - the board's package brings polars

    return unit_at(path)
