"""Help speaks first of what is on the screen."""

from deskview.screens.overlays.help import help_text
from deskview.screens.subjects import ACTIONS, TOPICS


def test_the_topic_and_its_keys_come_first() -> None:
    words = help_text("flow", ["zoom", "help"], {}).plain
    first, _, rest = words.partition("Keys that work here")
    assert first.startswith("Flow\n")
    assert "Momentum" not in first
    here, _, elsewhere = rest.partition(f"\n{TOPICS['momentum'].title}\n")
    assert "Zoom the pane" in here
    assert "Refresh now" not in here
    assert "Refresh now" in elsewhere


def test_every_topic_and_every_action_is_there_whatever_comes_first() -> None:
    for topic in (*TOPICS, "no such topic"):
        words = help_text(topic, ["zoom"], {}).plain
        assert [t.title for t in TOPICS.values() if t.title not in words] == []
        assert [action.title for action in ACTIONS if action.title not in words] == []


def test_own_keys_are_shown() -> None:
    assert "F9" not in help_text("flow", ["zoom"], {}).plain
    assert "f9             Zoom the pane" in help_text("flow", ["zoom"], {"zoom": "f9"}).plain


def test_the_screens_own_keys_come_before_those_of_lists_and_of_everywhere() -> None:
    alive = ["help", "quit", "open-row", "row-up", "neutral", "chart", "alert"]
    words = help_text("momentum", alive, {}).plain
    places = [words.index(title) for title in ("Chart in place", "Basket:", "Open", "Help on what")]
    assert places == sorted(places)
    assert (
        words.index("Keys that work here") < words.index("Keys in its lists") < words.index("Keys that work everywhere")
    )
    assert words.count("Alert: set one on the figure here") == 1
    assert words.index("Keys that work everywhere") < words.index("Alert: set one on the figure here")
