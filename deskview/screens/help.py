"""`?`: first what is on the screen and its keys, then the rest."""

from collections.abc import Iterable, Iterator, Mapping

from textual.content import Content

from deskview.screens.actions import ACTIONS, Action, Scope, shown
from deskview.screens.overlay import Overlay
from deskview.screens.texts import TOPICS, Topic

KEY_WIDTH = 14
COMMON = {Scope.LISTS: "Keys in its lists", Scope.EVERYWHERE: "Keys that work everywhere"}


def help_text(topic: str, here: Iterable[str], keymap: Mapping[str, str]) -> Content:
    """The help for a topic; `here` names the actions that work where one is, in any order."""
    alive = set(here)
    first = TOPICS.get(topic)
    rest = [other for name, other in TOPICS.items() if name != topic]
    elsewhere = [action for action in ACTIONS if action.name not in alive]
    parts: list[Content] = [*(_topic(first) if first else ())]
    for title, actions in _alive(alive):
        parts += _keys(title, actions, keymap)
    parts += [line for other in rest for line in _topic(other)]
    for scope in Scope:
        parts += _keys(f"Keys: {str(scope).lower()}", [a for a in elsewhere if a.scope is scope], keymap)
    return Content("\n").join(parts)


def _alive(alive: set[str]) -> Iterator[tuple[str, list[Action]]]:
    """What works where one is: the screen's own keys, then those of its lists, then those that work everywhere."""
    common = {action.name: action.scope for action in ACTIONS if action.scope in COMMON}
    here = [action for action in ACTIONS if action.name in alive]
    yield "Keys that work here", [action for action in here if action.name not in common]
    for scope, title in COMMON.items():
        yield title, [action for action in here if common.get(action.name) is scope]


def _topic(topic: Topic) -> list[Content]:
    return [Content.styled(topic.title, "bold"), Content(topic.text), Content("")]


def _keys(title: str, actions: list[Action], keymap: Mapping[str, str]) -> list[Content]:
    seen: dict[str, Content] = {}
    for action in actions:
        seen.setdefault(action.name, Content(f"  {shown(action, keymap):<{KEY_WIDTH}} {action.title}"))
    return [Content.styled(title, "bold"), *seen.values(), Content("")] if seen else []


class HelpScreen(Overlay):
    """Told anew each time it opens."""

    def point(self, topic: str, here: Iterable[str], keymap: Mapping[str, str]) -> None:
        """Makes the help speak of this topic first."""
        self.tell("Help", help_text(topic, here, keymap))
