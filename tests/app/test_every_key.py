"""Every key of the table at every place it works at: awake where the table says so, with one meaning, and seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widgets import Input

from deskview import paths
from deskview.board import Board
from deskview.screens.frame.keys import Action
from deskview.screens.overlays.help import KEY_WIDTH
from deskview.screens.subjects import ACTIONS, LISTS
from deskview.widgets.lines import Lines
from deskview.widgets.sorting import Sorting
from tests.app.desk import Seat, seated
from tests.app.effects import Visit, World, state_of
from tests.app.places import PLACES, Place
from tests.app.scopes import Scope
from tests.screens.listed import with_lists

TEXTUAL_OWN = {"(focus_next)", "(focus_previous)", "(copy_text)", "(help_quit)", "(quit)", "(command_palette)"}
"""What Textual binds itself on every screen: tab, shift+tab, ctrl+c, ctrl+q, ctrl+p."""
OF_THE_FOCUS = {"card", "alert", "columns", "filter", "copy", "export"}
"""Work everywhere, and do another thing in each list."""
BEFORE = {
    **{f"pane-{number}": (str(number % 4 + 1),) for number in range(1, 5)},
    "row-up": ("end",),
    "page-up": ("end",),
    "first-row": ("end",),
    "row-down": ("home",),
    "page-down": ("home",),
    "last-row": ("home",),
    "toggle-column": ("end",),
    "column-up": ("end",),
    "column-down": ("end", "K"),
    "reset-columns": ("end", "space"),
    "read-back": ("down",),
    "previous-one": ("n",),
    "longer": ("left_square_bracket",),
}
"""Keys pressed before, so that there is something to be done."""
BRINGS = {
    "refresh": "refreshes",
    "copy": "sent",
    "export": "files",
    "save-screen": "files",
    "next-theme": "theme",
    "quit": "exits",
    "demo": "demo",
    "remove-alert": "files",
    "help": "screen",
    "find": "screen",
    "card": "screen",
    "alert": "screen",
    "columns": "screen",
    "filter": "screen",
    "jump": "screen",
    "command-palette": "screen",
    "close": "screen",
    "close-columns": "screen",
    "close-labels": "screen",
    "leave": "screen",
    "edit-alert": "screen",
}
"""What an action is known by; any other by a changed picture."""
ELSE = {
    ("desk, one pane at a time", "zoom"): "notice",
    ("rotation, charted", "relative"): "notice",
    ("leverage, kinds", "open-row"): "notice",
    ("flow, quality", "open-row"): "notice",
    ("fund", "open-row"): "notice",
    ("read", "open-row"): "screen",
    ("read, events", "open-row"): "screen",
    ("welcome", "refresh"): "openings",
}
"""What an action is known by in a place of its own, as where it can but say why not."""
AWAKE: dict[str, set[tuple[str, str]]] = {}
"""The actions found awake, place by place."""
MOVES = {"row-up", "row-down", "page-up", "page-down", "first-row", "last-row"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A home of the test's own, watched."""
    monkeypatch.setattr(paths, "state_folder", lambda: tmp_path)
    world = World(tmp_path)
    world.watch(monkeypatch)
    return world


def bound(screen: Screen[object]) -> dict[str, list[str]]:
    """For each key the names of the actions awake on the screen, the one taken first; in brackets, not of the table."""
    found: dict[str, list[str]] = {}
    for node, bindings in screen._modal_binding_chain:
        for key, binding in bindings:
            unscrolled = isinstance(node, Input) and binding.action.startswith(("scroll_", "page_"))
            if not unscrolled and screen.app._check_action_state(binding.action, node):
                found.setdefault(key, []).append(binding.id or f"({bare(binding.action)})")
    return found


def bare(action: str) -> str:
    """The name of the method behind an action's string."""
    return action.partition("(")[0].rpartition(".")[2]


def asleep(name: str, place: Place) -> set[str]:
    """Actions of the place's scopes that have nothing to act on there."""
    found = set() if "z" in place.keys else {"unzoom"}
    if name != "alert, conditions":
        found |= {"go-on", "next-condition", "previous-condition"}
    return found if name in {"alert, field", "find", "filter"} else found | {"into-list"}


def awake(seat: Seat, name: str) -> dict[str, Action]:
    """The actions that must be awake at a place, by name."""
    place, focused = PLACES[name], seat.app.screen.focused
    gone = asleep(name, place)
    if not isinstance(focused, Lines) or focused.list_name not in LISTS:
        gone.add("columns")
    if not isinstance(focused, Lines) or not focused.list_name:
        gone.add("filter")
    if not isinstance(focused, Lines):
        gone |= {action.name for action in ACTIONS if action.scope == Scope.LISTS}
    elif not isinstance(focused, Sorting):
        gone |= {"sort-next", "sort-turn"}
    found = [action for scope in place.scopes for action in ACTIONS if action.scope == scope]
    return {action.name: action for action in reversed(found) if action.name not in gone}


def help_line(action: Action) -> str:
    """How the help writes the action."""
    return f"{action.shown:<{KEY_WIDTH}} {action.title}"


def filled(board: Board, name: str) -> Board:
    """The board with what the place shows: a user need not have lists of his own."""
    return with_lists(board) if name.startswith("lists") else board


def keys_of(action: Action) -> Iterator[str]:
    return (key.strip() for key in action.keys.split(","))


def pressed_here(name: str, action: Action) -> bool:
    """What works everywhere is pressed once a screen, what is of the focus or the place in every list."""
    elsewhere = action.scope in {Scope.EVERYWHERE, Scope.DRILL} and action.name not in OF_THE_FOCUS
    return (PLACES[name].whole or not elsewhere) and action.name != f"page-{name}"


def before(name: str, action: Action) -> tuple[str, ...]:
    """Keys pressed before, so that there is something to be done; of the columns the first ones always stay."""
    return ("end",) if (name, action.name) == ("columns", "open-row") else BEFORE.get(action.name, ())


def idle(seat: Seat) -> set[str]:
    """What moves from row to row or from list to list, where there is but one."""
    screen = seat.app.screen
    rows = MOVES if isinstance(screen.focused, Lines) and len(screen.focused.keys) < 2 else set()
    return rows | ({"focus-next", "focus-previous"} if len(screen.focus_chain) < 2 else set())


@pytest.mark.parametrize("name", PLACES)
async def test_every_key_is_seen_to_work(name: str, board: Board, world: World, rules_file: Path) -> None:
    dead: list[str] = []
    async with Visit(filled(board, name), PLACES[name], world, rules_file) as visit:
        seat = await visit.arrive()
        gone = idle(seat)
        for action in awake(seat, name).values():
            if not pressed_here(name, action) or action.name in gone:
                continue
            brings = ELSE.get((name, action.name)) or BRINGS.get(action.name, "picture")
            for key in keys_of(action):
                changed = await visit.effect(key, before(name, action))
                if brings not in changed:
                    dead.append(f"{key} ({action.name}): {sorted(changed) or 'nothing'}")
    assert not dead


@pytest.mark.parametrize("name", PLACES)
async def test_awake_is_what_the_table_says_each_key_with_one_meaning(
    name: str, board: Board, world: World, rules_file: Path
) -> None:
    async with Visit(filled(board, name), PLACES[name], world, rules_file) as visit:
        seat = await visit.arrive()
        found = bound(seat.app.screen)
        actions = awake(seat, name).values()
        wanted = {key: action.name for action in actions for key in keys_of(action)}
        assert {key: found.get(key, [""])[0] for key in wanted} == wanted
        assert not {key: names for key, names in found.items() if len(set(names) - TEXTUAL_OWN) > 1}
        assert not {key: names for key, names in found.items() if key not in wanted and not names[0].startswith("(")}
        AWAKE[name] = {(action.name, action.scope) for action in actions}
        if Scope.EVERYWHERE in PLACES[name].scopes:
            await seat.press("question_mark")
            told = seat.app._help.text.partition("\nKeys: ")[0].splitlines()
            listed = [line.strip() for line in told if line.startswith("  ")]
            assert sorted(listed) == sorted(help_line(action) for action in actions)


def test_no_action_is_left_out() -> None:
    if AWAKE.keys() != PLACES.keys():
        pytest.skip("only together with all places")
    table = {(action.name, action.scope) for action in ACTIONS}
    assert not table - set().union(*AWAKE.values())


async def test_a_key_that_is_not_in_the_table_does_nothing(board: Board, world: World) -> None:
    async with seated(board) as seat:
        was = state_of(seat, world)
        await seat.press("f9")
        assert state_of(seat, world) == was
