"""What the help and the card say of past events."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, figure, percent
from deskview.screens import deleveraging
from deskview.screens.frame.card import Card, Line, Topic, rests_on
from deskview.screens.frame.history import standing
from deskview.screens.read.record import Chosen, choices, chosen, limits

if TYPE_CHECKING:
    from deskview.analytics.events import Event, HistoryReading, Outcome
    from deskview.board import Board
    from deskview.board.summary import ReadReading, Sentence

READ_TOPIC = Topic(
    "Read",
    "What the screens say, in four sentences from a table of cases: what broke (σ and side; calm under 1 σ of the day),"
    " how many signs there are that positions are cut, what is left to be sold by the models of leveraged and"
    " systematic funds, and whether retail buys, absent or there only where its whole 80 % interval lies on one side of"
    " the middle. On a day of -2 σ or less the last one adds what followed the days of the longest record's first rule."
    " 'Sell the bounce' takes all: today's fall is as large as one of these, funds would sell more in the worst of 20"
    " weeks than retail buys at today's pace by the half-hours begun, at least two, and the limits of the difference to"
    " days as volatile lie below 0. Else there is no edge in the record, which is a common answer, or it is said what"
    " of it can't be told. Signs: a checklist, each with its value and rule.",
)
TOPIC = Topic(
    "Past days like this one",
    "What followed days like this one: a rate of the past, not a forecast. An event is a day on which momentum fell as"
    " far as the rule says; one within 21 sessions of the last counts with it. Three rules stand together, as the"
    " sign of what followed depends on the choice: a fixed return, which wild years meet most often; σ of the year"
    " before, which asks how unusual the day was then; and both legs, where they are known. 1 is the session after the"
    " event, whose own day is in no outcome; 43-63 is the third month alone. The 90% limits are of the median, from"
    " 10,000 resamples of the events, those whose paths overlap together. 'as volatile' is the median after days with"
    " the same volatility before them, 'less those' the difference, strong where its limits leave out 0. 'p to t' is"
    " the fall from the peak of the 63 sessions before to the low of the 126 after. A panic is a market below its level"
    " of two years before with volatility above its median (Daniel and Moskowitz 2016). Of fewer than 20 events there"
    " are counts alone. Kenneth French's record is fetched by `deskview backfill record`.",
)


def read_card(board: "Board", reading: "ReadReading", key: str | None, variant: str) -> Card:
    """On a sign that of the signs, on a rule or an event of `variant` what followed; else every sentence or the one."""
    history, cut = board.history.value, board.deleveraging.value
    if cut is not None and key in {*(flag.name for flag in cut.flags), *(one.name for one in cut.drivers)}:
        return deleveraging.card(board, cut, key, variant)
    if history is not None and key is not None and any(key.startswith(choice.key) for choice in choices(history)):
        return card(board, history, key, variant)
    choice = chosen(history, variant) if history is not None else None
    event = next((each for each in choice.study.all_events if str(each.session) == key), None) if choice else None
    if choice is not None and event is not None:
        return Card(TOPIC.title, TOPIC.text, tuple(_event(choice, event)), rests_on(board, board.history, priced=False))
    told = list(enumerate(reading.sentences, 1))
    under = [each for each in told if key is not None and key.startswith(f"{each[0]}:")]
    lines = [line for place, sentence in under or told for line in _sentence(board, place, sentence)]
    return Card(READ_TOPIC.title, READ_TOPIC.text, tuple(lines), rests_on(board, board.read, priced=False))


def _event(choice: Chosen, event: "Event") -> list[Line]:
    """An event: its day and those counted with it, and what followed."""
    days = ", ".join(map(str, event.with_it)) or "none"
    rule = f"{choice.record.short} {choice.study.title}"
    panic = {True: "in a panic", False: "not in a panic", None: "whether in a panic can't be told"}[event.panic]
    return [
        Line("event", f"{event.session}, {percent(event.return_)}: {rule}; {panic}"),
        Line("days with it", days),
        *(Line(f"{span} after", percent(value)) for span, value in event.after.items()),
        Line("peak to trough", percent(event.peak_to_trough)),
        Line("source", choice.record.source),
    ]


def _sentence(board: "Board", place: int, sentence: "Sentence") -> list[Line]:
    """A sentence, and each figure in it with what it means."""
    from deskview.board.figures import figure_at, label_of  # noqa: PLC0415 - polars loads late
    from deskview.board.readings import reading_at  # noqa: PLC0415

    lines = [Line(f"{place} {sentence.case}", sentence.sentence)]
    for path in sentence.figures:
        about = figure_at(path)
        if about is not None:
            lines.append(Line(label_of(path), f"{figure(reading_at(board, path), about.unit)}: {about.definition}"))
    return [*lines, *([Line("from", sentence.source)] if sentence.source else [])]


def card(board: "Board", reading: "HistoryReading", key: str | None, variant: str) -> Card:  # noqa: ARG001
    """The rule under the cursor: its definition, and what followed with its limits."""
    choice = chosen(reading, key or "")
    lines = []
    momentum = board.momentum.value
    if momentum is not None and momentum.rank is not None:
        lines.append(Line("today", standing(momentum.return_, momentum.rank)))
    missing: tuple[str, ...] = ()
    if choice is not None:
        study = choice.study
        lines += [
            Line("record", f"{choice.record.title}, {choice.record.first} to {choice.record.last}"),
            Line("source", choice.record.source),
            Line("event", study.definition),
            Line("events", f"{study.days:,} of {study.judged:,} days, {study.events} of them over 21 sessions apart"),
            *(Line(f"{outcome.sessions} after", _told(outcome)) for outcome in study.outcomes),
            Line("peak to trough", percent(study.peak_to_trough)),
        ]
        missing = tuple(dict.fromkeys(study.missing.values()))
    return Card(TOPIC.title, TOPIC.text, tuple(lines), rests_on(board, board.history, priced=False), missing)


def _told(outcome: "Outcome") -> str:
    """An outcome in one line."""
    if outcome.median is None:
        return f"{outcome.up} of {outcome.n} up"
    control = MISSING if outcome.control is None else percent(outcome.control)
    return (
        f"median {percent(outcome.median)} ({limits(outcome.low, outcome.high)}), {outcome.up} of {outcome.n} up; days"
        f" as volatile {control}, difference {percent(outcome.difference)}"
        f" ({limits(outcome.difference_low, outcome.difference_high)})"
    )
