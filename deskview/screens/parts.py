"""The parts of the board that are shown, in the order of their panes, pages and headlines: the one list of them.

A new part is added here; see CONTRIBUTING for what else it takes.
"""

from deskview.screens.breadth import BREADTH
from deskview.screens.crowding import CROWDING
from deskview.screens.deleveraging import DELEVERAGING
from deskview.screens.flow import FLOW
from deskview.screens.frame.subject import Subject
from deskview.screens.gamma import GAMMA
from deskview.screens.leverage import LEVERAGE
from deskview.screens.lists import LISTS
from deskview.screens.momentum import MOMENTUM
from deskview.screens.read import HISTORY, READ
from deskview.screens.rotation import ROTATION

PARTS: tuple[Subject, ...] = (
    MOMENTUM,
    BREADTH,
    ROTATION,
    LEVERAGE,
    GAMMA,
    DELEVERAGING,
    FLOW,
    CROWDING,
    LISTS,
    HISTORY,
    READ,
)
