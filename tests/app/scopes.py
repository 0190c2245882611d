"""The scopes of the keys by name: each is the heading of its table in the README."""

from deskview.screens.alerts.form import FORM_ACTIONS
from deskview.screens.frame import keys
from deskview.screens.subjects import ACTIONS, SUBJECTS


def _own(name: str) -> str:
    """The scope of a subject's own actions."""
    return next(subject.actions[0].scope for subject in SUBJECTS if subject.name == name)


class Scope:
    """Where actions work."""

    EVERYWHERE = keys.EVERYWHERE[0].scope
    DESK = keys.DESK[0].scope
    LISTS = keys.LISTS[0].scope
    DRILL = keys.PAGE[0].scope
    CHARTS = keys.CHART[0].scope
    MOMENTUM = _own("momentum")
    ROTATION = _own("rotation")
    VIEWS = keys.VIEWS[0].scope
    DETAIL = keys.DETAIL[0].scope
    ALERTS = _own("alerts")
    ALERT_FORM = FORM_ACTIONS[0].scope
    CARD = keys.CARD[0].scope
    OVERLAY = keys.OVERLAY[0].scope
    COLUMNS = keys.COLUMNS[0].scope
    LABELS = keys.LABELS[0].scope
    FIND = keys.FIND[0].scope
    FILTER = keys.FILTER[0].scope
    WELCOME = keys.WELCOME[0].scope
    SMALL = keys.SMALL[0].scope


PAGES_OF_PARTS = [subject.page_key for subject in SUBJECTS if subject.page_key and subject.part]
"""The keys of the pages that show a part of the board."""
EVERY_SCOPE = frozenset(action.scope for action in ACTIONS)
