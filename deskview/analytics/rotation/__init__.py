"""Rotation: where money moves from and to, over sectors and themes."""

from deskview.analytics.rotation.model import RotationModel, prepare, quadrant
from deskview.analytics.rotation.read import MEMBERS, members_of, read
from deskview.analytics.rotation.structs import HORIZONS, Group, RotationReading, Trail, TrailPoint

__all__ = [
    "HORIZONS",
    "MEMBERS",
    "Group",
    "RotationModel",
    "RotationReading",
    "Trail",
    "TrailPoint",
    "members_of",
    "prepare",
    "quadrant",
    "read",
]
