"""Deleveraging: signs that positions are cut, as a checklist, and what the day's cross-section goes by."""

from deskview.analytics.deleveraging.model import DEFAULT_RULES, DeleveragingModel, NoBasketError, SignRules, prepare
from deskview.analytics.deleveraging.read import Beside, read
from deskview.analytics.deleveraging.structs import DeleveragingReading, Driver, Followed, Section, Sign

__all__ = [
    "DEFAULT_RULES",
    "Beside",
    "DeleveragingModel",
    "DeleveragingReading",
    "Driver",
    "Followed",
    "NoBasketError",
    "Section",
    "Sign",
    "SignRules",
    "prepare",
    "read",
]
