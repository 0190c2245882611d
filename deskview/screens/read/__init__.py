"""The read: four sentences on the day, and what followed such days in the past."""

from typing import Any

from deskview.french import ASKS
from deskview.screens.frame.subject import PaletteCommand, Subject, list_info
from deskview.screens.read.explain import READ_TOPIC, TOPIC, card, read_card
from deskview.screens.read.page import ReadPage
from deskview.screens.read.record import EVENT_COLUMNS, MONTH_COLUMNS, OUTCOME_COLUMNS
from deskview.screens.read.sentences import SENTENCE_COLUMNS, line


def _outcomes(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """Every outcome of every rule of every record, a row each."""
    return [
        {"record": record["record"], "rule": study["rule"], "days": study["days"], "events": study["events"], **outcome}
        for record in reading["records"]
        for study in record["rules"]
        for outcome in study["outcomes"]
    ]


def _sentences(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """A row each; `rests_on` is what its figures are from, as `source` is the provider in every table."""
    return [
        {
            "case": each["case"],
            "sentence": each["sentence"],
            "figures": " ".join(each["figures"]),
            "n": each["n"],
            "rests_on": each["source"],
        }
        for each in reading["sentences"]
    ]


HISTORY = Subject(
    name="history",
    title="Past days like this one",
    topic=TOPIC,
    part="history",
    card=card,
    rows=_outcomes,
)
READ = Subject(
    name="read",
    title="Read",
    topic=READ_TOPIC,
    part="read",
    page=ReadPage,
    commands=(PaletteCommand("Get the long record of past days", ASKS, "fetch_record"),),
    line=line,
    card=read_card,
    rows=_sentences,
    lists={
        "read-sentences": list_info("Read page: the sentences", SENTENCE_COLUMNS, {"sentence": "what the screens say"}),
        "read-outcomes": list_info(
            "Read page: what followed events",
            OUTCOME_COLUMNS,
            {
                "span": "sessions after the event; 43-63 is the third month alone",
                "n": "events that had all those sessions",
                "up": "of them up",
                "hit": "share of them that were up",
                "median": "median return over those sessions",
                "limits": "90 % limits of the median",
                "control": "median after days as volatile",
                "difference": "the median less that",
                "difference_limits": "90 % limits of the difference",
            },
        ),
        "read-events": list_info(
            "Read page: the events",
            EVENT_COLUMNS,
            {
                "session": "the event's day",
                "return": "momentum on that day",
                "days": "days of the rule that count as this event",
                "5": "return over the 5 sessions after it",
                "21": "return over the 21 sessions after it",
                "42": "return over the 42 sessions after it",
                "63": "return over the 63 sessions after it",
                "fall": "from the peak before to the trough after",
                "panic": "whether it came in a bear market of high volatility",
            },
        ),
        "read-months": list_info(
            "Read page: month by month",
            MONTH_COLUMNS,
            {
                "year": "the year",
                **{column.key: f"{column.title}: its days compounded" for column in MONTH_COLUMNS[1:]},
            },
        ),
    },
)
