"""`?` and `i`: what is on the screen, its keys, and the card of the figure under the cursor."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from deskview.screens.frame.card import Card, Topic
from deskview.screens.frame.keys import ANYWHERE, CARD, IN_LISTS, Action, bindings, shown
from deskview.screens.frame.overlay import Overlay
from deskview.screens.subjects import ACTIONS, TOPICS

KEY_WIDTH = 14
COMMON = {IN_LISTS: "Keys in its lists", ANYWHERE: "Keys that work everywhere"}


def help_text(topic: str, alive: Iterable[str], keymap: Mapping[str, str]) -> Content:
    """The help for a topic; `alive` has the names of the actions that work where one is, in any order, and the titles
    of those whose name others elsewhere have too."""
    working = _working(set(alive))
    first = TOPICS.get(topic)
    rest = [other for name, other in TOPICS.items() if name != topic]
    elsewhere = [action for action in ACTIONS if action not in working]
    parts: list[Content] = [*(_topic(first) if first else ())]
    for title, actions in _alive(working):
        parts += _keys(title, actions, keymap)
    parts += [line for other in rest for line in _topic(other)]
    for scope in dict.fromkeys(action.scope for action in ACTIONS):
        parts += _keys(f"Keys: {scope.lower()}", [a for a in elsewhere if a.scope == scope], keymap)
    return Content("\n").join(parts)


def _working(alive: set[str]) -> list[Action]:
    """The actions of these names; of those that have one name in two places, the one whose title is there too."""
    named = [action for action in ACTIONS if action.name in alive]
    titled = {action.name for action in named if action.title in alive}
    return [action for action in named if action.title in alive or action.name not in titled]


def _alive(working: list[Action]) -> Iterator[tuple[str, list[Action]]]:
    """What works where one is: the screen's own keys, then those of its lists, then those that work everywhere."""
    common = {action.name: action.scope for action in ACTIONS if action.scope in COMMON}
    yield "Keys that work here", [action for action in working if action.name not in common]
    for scope, title in COMMON.items():
        yield title, [action for action in working if common.get(action.name) == scope]


def _topic(topic: Topic) -> list[Content]:
    return [Content.styled(topic.title, "bold"), Content(topic.text), Content("")]


def _keys(title: str, actions: list[Action], keymap: Mapping[str, str]) -> list[Content]:
    seen: dict[str, Content] = {}
    for action in actions:
        seen.setdefault(action.name, Content(f"  {shown(action, keymap):<{KEY_WIDTH}} {action.title}"))
    return [Content.styled(title, "bold"), *seen.values(), Content("")] if seen else []


class HelpScreen(Overlay):
    """Told anew each time it opens."""

    def point(self, topic: str, alive: Iterable[str], keymap: Mapping[str, str]) -> None:
        """Makes the help speak of this topic first."""
        self.show("Help", help_text(topic, alive, keymap))


class CardScreen(Overlay):
    """Built once, told anew for each card."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*CARD)]

    def point(self, card: Card) -> None:
        """Shows this card."""
        self.show(card.title, card.content)

    async def action_alert(self) -> None:
        """Leaves the card and sets an alert on what it was about."""
        await self.dismiss()
        self.app.call_later(self.app.run_action, "alert", self.app)
