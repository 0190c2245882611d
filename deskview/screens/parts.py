"""The parts of the board that are shown, in the order of their panes, pages and headlines: the one list of them.

A new part is added here; see CONTRIBUTING for what else it takes.
"""

from functools import lru_cache

from deskview.screens.breadth import BREADTH
from deskview.screens.crowding import CROWDING
from deskview.screens.flow import FLOW
from deskview.screens.frame.labels import OF_STOCKS, Labels
from deskview.screens.frame.subject import Subject
from deskview.screens.leverage import LEVERAGE
from deskview.screens.momentum import MOMENTUM
from deskview.screens.rotation import ROTATION

PARTS: tuple[Subject, ...] = (MOMENTUM, BREADTH, ROTATION, LEVERAGE, FLOW, CROWDING)

_LABELS = {labels.part: labels for labels in (*(part.labels for part in PARTS), OF_STOCKS)}


@lru_cache(maxsize=1 << 16)
def label_of(path: str) -> str:
    """What the figure at a dotted path of the Board's JSON is called, such as "momentum: σ of the day"."""
    part, _, figure = path.partition(".")
    return _LABELS.get(part, Labels(part, part)).label(figure)
