"""What stands in a list without rows while its data are still coming."""

from collections.abc import Iterable

from deskview.widgets.lines import Lines

OPENING = "opening the market"


class Waiting:
    """Lets lists say what is waited for in place of their own reason for having no rows, and then that again."""

    def __init__(self) -> None:
        self._own: dict[Lines, str] = {}

    def tell(self, lists: Iterable[Lines], awaited: str) -> None:
        """The lists say what is awaited; their own words are kept."""
        for lines in lists:
            self._own.setdefault(lines, lines.empty)
            lines.empty = awaited

    def over(self) -> None:
        """The lists say their own words again."""
        for lines, own in self._own.items():
            lines.empty = own
        self._own.clear()
