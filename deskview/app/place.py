"""Where one was when the desk was cut off: kept for the next start of the same day, then forgotten."""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from textual.app import App

from deskview import paths
from deskview.app.journey import Journey
from deskview.files import UnusableFileError, read_text, write_whole
from deskview.format import NEW_YORK
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.frame.target import Stop, Target
from deskview.screens.subjects import PAGES, PANES, subject_of
from deskview.text import printable

if TYPE_CHECKING:
    from deskview.board import Basis, Board

log = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True):
    """When the desk was cut off, the number of the pane one was in, and the way from there to what was shown."""

    ended: datetime
    pane: int
    way: tuple[Stop, ...]


class Place:
    """The place of this desk for the next, and the one the last has left; a simulated market has one of its own."""

    def __init__(self, app: App[Any], desk: DeskScreen, journey: Journey) -> None:
        self._app = app
        self._desk = desk
        self._journey = journey
        self._looked = False
        self._kept: Kept | None = None

    def keep(self, board: "Board | None") -> None:
        """Keeps where one is; before the first board one has been nowhere yet."""
        if board is None:
            return
        # Cut off again before one was back: that place stands.
        kept = self._kept or Kept(datetime.now(UTC), self._desk.pane_number, self._journey.way)
        try:
            write_whole(paths.place_file(simulated=board.source.simulated), msgspec.json.encode(kept), sync=False)
        except OSError as error:
            log.warning("the place could not be kept: %s", error.strerror or error)

    def take_up(self, board: "Board") -> None:
        """Goes where the last desk was cut off today, once there are figures and the desk is in front.

        Where one has gone elsewhere meanwhile it is forgotten.
        """
        if board.basis is None:
            return
        if not self._looked:
            self._looked, self._kept = True, _last(simulated=board.source.simulated)
        if self._kept is not None:
            there = all(_is_there(stop.place, board.basis) for stop in self._kept.way)
            if there and 0 < self._kept.pane <= len(PANES):
                self._app.call_later(self._go_back)
            else:
                log.info("the place of the last desk is passed over: it is not there today")
                self._kept = None

    def _go_back(self) -> None:
        kept, in_front = self._kept, self._app.screen is self._desk
        if in_front or self._journey.stops:
            self._kept = None
        if kept is None or not in_front:
            return
        if kept.pane != self._desk.pane_number:
            self._desk.action_pane(kept.pane)
        way = " › ".join(["desk", *(stop.label for stop in kept.way)])
        ended = kept.ended.astimezone(NEW_YORK)
        self._app.notify(f"Back at {printable(way)}, where the desk was cut off at {ended:%H:%M}.", markup=False)
        self._app.call_later(self._journey.go_again, kept.way)  # a screen that is built first has no room for a notice


def _is_there(place: Target | str, basis: "Basis") -> bool:
    """Whether there is such a page, or today's market has such a name, group or fund."""
    if isinstance(place, str):
        return place in PAGES
    subject = subject_of(place)
    return subject is not None and subject.finds is not None and place.key in dict(subject.finds(basis))


def _last(*, simulated: bool) -> Kept | None:
    """What the last desk left, if it was cut off today by New York's calendar; it is gone then."""
    file = paths.place_file(simulated=simulated)
    try:
        kept = msgspec.json.decode(read_text(file), type=Kept)
        today = datetime.now(NEW_YORK).date()
        if kept.ended.astimezone(NEW_YORK).date() == today:
            return kept
        log.info("the place of the last desk is passed over: it is of another day")
    except FileNotFoundError:
        pass
    except (UnusableFileError, msgspec.DecodeError, RecursionError, OverflowError) as fault:
        log.warning("the place of the last desk is passed over: %s", printable(str(fault)))
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)
    return None
