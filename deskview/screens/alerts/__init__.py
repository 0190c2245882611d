"""Alerts: the rules with their readings now, and the latest firings."""

from deskview.screens.alerts.explain import TOPIC, card
from deskview.screens.alerts.form import FORM_ACTIONS
from deskview.screens.alerts.page import OWN_ACTIONS, AlertsPage
from deskview.screens.frame.subject import Subject

ALERTS = Subject(
    name="alerts",
    title="Alerts",
    topic=TOPIC,
    card=card,
    page=AlertsPage,
    page_key="A",
    actions=(*OWN_ACTIONS, *FORM_ACTIONS),
)
