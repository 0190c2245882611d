"""Diagnostics: how the program itself is, for who has it open for days and for who is asked what is wrong with it."""

from deskview.screens.diagnostics.page import COLUMNS, REFRESHES, DiagnosticsPage
from deskview.screens.diagnostics.rows import TOPIC, card
from deskview.screens.frame.subject import Subject, list_info

DIAGNOSTICS = Subject(
    name="diagnostics",
    title="Diagnostics",
    topic=TOPIC,
    card=card,
    page=DiagnosticsPage,
    behind_traffic=True,
    lists={
        "diagnostics-refreshes": list_info(
            "Diagnostics page: the refreshes",
            REFRESHES,
            {
                "task": "what is refreshed",
                "turns": "turns begun since the start",
                "failed": "turns that failed",
                "missed": "turns that were due while the one before still ran, the first aside",
                "last": "how long the last turn took",
                "longest": "how long the longest turn took",
                "next": "in how long the next turn comes, where it is known",
                "message": "what failed, or how far it is",
            },
        ),
        "diagnostics-figures": list_info(
            "Diagnostics page: the figures",
            COLUMNS,
            {"figure": "the figure", "now": "its value now", "text": "what it is, or the sentence that was said"},
        ),
    },
)
