"""Alerts: the rules with their readings now, and the latest firings."""

from deskview.screens.alerts.form import FORM_ACTIONS
from deskview.screens.alerts.page import OWN_ACTIONS, AlertsPage
from deskview.screens.frame.card import Topic
from deskview.screens.frame.subject import Subject

ALERTS = Subject(
    name="alerts",
    title="Alerts",
    topic=Topic(
        "Alerts",
        "Rules set on the screen with + and those of the settings' [[alert]] tables, looked at with every refresh. A"
        " rule fires when its reading comes to lie beyond the level, once, and is armed again when it is back. 'to go'"
        " is how far the reading still is from the level. σ is the reading's own, either way. E changes and - removes a"
        " rule set here; one of the settings is changed in that file. Below stand the latest firings; one within a"
        " minute of the last is counted only. + works on any row, pane, card and name. Rules set in the demo are kept"
        " apart and hold there only.",
    ),
    page=AlertsPage,
    page_key="A",
    actions=(*OWN_ACTIONS, *FORM_ACTIONS),
)
