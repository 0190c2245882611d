"""The pages beyond the desk: one part of the board each, whole."""

from deskview.screens.pages.alerts import AlertsPage
from deskview.screens.pages.base import PageScreen
from deskview.screens.pages.breadth import BreadthPage
from deskview.screens.pages.flow import FlowPage
from deskview.screens.pages.leverage import LeveragePage
from deskview.screens.pages.momentum import MomentumPage
from deskview.screens.pages.rotation import RotationPage

PAGES: dict[str, type[PageScreen]] = {
    "momentum": MomentumPage,
    "breadth": BreadthPage,
    "rotation": RotationPage,
    "leverage": LeveragePage,
    "flow": FlowPage,
    "alerts": AlertsPage,
}
"""Pages by name; each is built once when the app starts."""

__all__ = ["PAGES", "PageScreen"]
