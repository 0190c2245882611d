"""The one table of keys: no dead key, no key with two meanings, the user's own keys, footer, palette and README."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

from deskview.analytics.figure import Figure
from deskview.app.keys import keymap_of
from deskview.board import Board
from deskview.board.figures import figures
from deskview.cli.doctor.check import PANES
from deskview.providers import PROVIDERS
from deskview.providers.capabilities import USES
from deskview.screens.frame.keys import shown_keys, table_markdown
from deskview.screens.frame.status_lines import KeyLine
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.subjects import ACTIONS, lists_markdown, panes_markdown
from deskview.settings import Settings, SettingsError
from deskview.widgets.lines import Lines
from tests.app.desk import Seat
from tests.app.seats import seat_with

README = Path(__file__).resolve().parents[2] / "README.md"
TEXTUAL_OWN = {"focus_next", "focus_previous", "copy_text", "help_quit", "quit", "command_palette"}
"""Actions Textual binds itself on every screen: tab, shift+tab, ctrl+c, ctrl+q, ctrl+p."""


async def every_screen(seat: Seat, board: Board) -> AsyncIterator[Screen[object]]:
    """Each screen of the app, focus on each of its lists in turn."""
    assert board.momentum.value is not None
    app = seat.app
    for number in "1234":
        await seat.press(number)
        yield app.screen
    await seat.press("z")
    yield app.screen
    await seat.press("z")
    for key in ("question_mark", "i", "slash", "c", "semicolon"):
        await seat.press(key)
        yield app.screen
        await seat.press("escape")
    await seat.press("plus")
    for _ in range(3):
        yield app.screen
        await seat.press("enter")
    await seat.press("escape")
    app.post_message(Opened(Target(Kind.NAME, board.momentum.value.long[0].ticker)))
    await seat.settle()
    yield app.screen
    await seat.press("escape")
    for page in app._pages:
        app.action_page(page)
        await seat.settle()
        yield app.screen
        for lines in app.screen.query(Lines):
            if lines.region.area:
                lines.focus()
                await seat.pilot.pause()
                yield app.screen
        await seat.press("escape")
    for overlay in (app._welcome, app._small):
        app.push_screen(overlay)
        await seat.settle()
        yield app.screen


def meanings(screen: Screen[object], names: set[str]) -> dict[str, set[tuple[DOMNode, str]]]:
    """What each key means on a screen, wherever in it that is bound; the actions' names are added to `names`."""
    found: dict[str, set[tuple[DOMNode, str]]] = {}
    for node, bindings in screen._modal_binding_chain:
        for key, binding in bindings:
            if screen.app._check_action_state(binding.action, node) is False:
                continue
            if binding.action.startswith("scroll_") and isinstance(node, Input):
                continue  # nothing to scroll in one line: the key goes on to the screen
            names.add(binding.id or "")
            found.setdefault(key, set()).add((node, binding.action))
    return found


def bare(action: str) -> str:
    """The name of the method behind an action's string."""
    return action.partition("(")[0].rpartition(".")[2]


async def test_no_key_has_two_meanings_and_none_is_dead(board: Board) -> None:
    twice: dict[str, list[str]] = {}
    dead: list[str] = []
    seen: set[str] = set()
    async with seat_with(Settings(), board) as seat:
        async for screen in every_screen(seat, board):
            for key, what in meanings(screen, seen).items():
                actions = {action for _, action in what}
                if len({bare(action) for action in actions} - TEXTUAL_OWN) > 1:
                    twice[f"{type(screen).__name__} {key}"] = sorted(actions)
                for node, action in what:
                    owner = seat.app if action.startswith("app.") else screen if action.startswith("screen.") else node
                    if not hasattr(owner, f"action_{bare(action)}"):
                        dead.append(f"{type(screen).__name__} {key}: {action}")
            footer = screen.query(KeyLine)
            if footer:
                shown = {segment.text.split()[0] for segment in footer.first()._keys}
                alive = {part for key in screen.active_bindings for part in shown_keys(key).split()}
                assert shown - {"1-4"} <= alive, type(screen).__name__
    assert twice == {}
    assert dead == []
    pages = {action.name for action in ACTIONS if action.name.startswith("page-")}
    assert {action.name for action in ACTIONS} - pages - seen == set()


def test_every_action_has_one_name_and_its_printed_keys_are_its_keys() -> None:
    names = [(action.name, action.scope) for action in ACTIONS]
    assert len(set(names)) == len(names)
    for action in ACTIONS:
        assert action.shown.split()[0] in shown_keys(action.keys).split()


async def test_own_keys_take_the_place_of_the_shipped_ones(board: Board) -> None:
    settings = Settings(keys={"zoom": "x", "page-momentum": ("M", "f5"), "row-down": "ctrl+n"})
    async with seat_with(settings, board) as seat:
        await seat.press("z")
        assert not seat.app.screen.has_class("-single")
        await seat.press("x")
        assert seat.app.screen.has_class("-single")
        assert "x zoom" in seat.text
        await seat.press("x", "question_mark")
        assert re.search(r"M f5 +Momentum page", seat.app._help.text)


@pytest.mark.parametrize(
    ("action", "opens", "hint"),
    [
        ("close", "question_mark", "f9 closes"),
        ("close-labels", "semicolon", "f9 stays here"),
        ("leave", "plus", "f9 leaves"),
    ],
)
async def test_the_hints_of_overlays_name_the_users_own_keys(board: Board, action: str, opens: str, hint: str) -> None:
    async with seat_with(Settings(keys={action: "f9"}), board) as seat:
        await seat.press(opens)
        assert hint in seat.text
        await seat.press("f9")
        assert hint not in seat.text


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({"zom": "x"}, "there is no action 'zom'; did you mean 'zoom'?"),
        ({"zoom": "q"}, "keys.zoom: 'q' is the key of quit already"),
        ({"quit": "j"}, "keys.quit: 'j' is the key of row-down already"),
        ({"zoom": "hyperspace"}, "keys.zoom: 'hyperspace' is no key"),
        ({"zoom": []}, "keys.zoom: an action needs a key"),
        ({"zoom": "c"}, "keys.zoom: 'c' is the key of columns already"),
        ({"toggle-column": "j"}, "keys.toggle-column: 'j' is the key of row-down already"),
    ],
)
def test_what_can_not_be_is_refused(own: dict[str, str | list[str]], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        keymap_of(own)


def test_a_wrong_key_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "amber"\n\n[keys]\nhelp = "f2"\nzom = "x"\n')
    with pytest.raises(SettingsError, match=re.escape(f"{file}, line 5: keys: there is no action 'zom'")):
        keymap_of({"help": "f2", "zom": "x"}, file)


def test_two_actions_may_change_their_keys_for_each_other() -> None:
    assert keymap_of({"freeze": "r", "refresh": "space"}) == {"freeze": "r", "refresh": "space"}


async def test_the_palette_knows_actions_themes_and_names(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("ctrl+p", *"amber")
        await seat.press("enter")
        assert seat.app.theme == "amber"
        await seat.press("ctrl+p", *"NVDA")
        assert isinstance(seat.app.screen, CommandPalette)
        await seat.press("enter")
        assert seat.app.journey.place == Target(Kind.NAME, "NVDA")


def readings_markdown() -> str:
    """Every figure a rule may be set on: those of the same places together, what is said alike of several once."""
    above: dict[tuple[str, Figure], list[str]] = {}
    for path, figure in figures():
        if figure.watched:
            place, _, name = path.rpartition(".")
            above.setdefault((name, figure), []).append(place)
    tables: dict[tuple[str, ...], dict[Figure, list[str]]] = {}
    for (name, figure), places in above.items():
        tables.setdefault(tuple(places), {}).setdefault(figure, []).append(f"`.{name}`")
    rows = ["| reading | title | unit | what it is |", "|---|---|---|---|"]
    for together, own in tables.items():
        rows.append(f"| **{', '.join(f'`{place}`' for place in together)}** | | | |")
        rows += [
            f"| {', '.join(names)} | {figure.title} | {figure.unit or 'number'} | {figure.definition} |"
            for figure, names in own.items()
        ]
    return "\n".join(rows)


def capabilities_markdown() -> str:
    """What a key may have or not: which plan has it, and what goes without."""
    vendors = PROVIDERS.values()
    heads = ["without it", "in", *(vendor.title for vendor in vendors)]
    rows = [f"| capability | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for capability, use in USES.items():
        parts = ", ".join(PANES[part] for part in use.parts) or "–"
        plans = [vendor.plans.get(capability, "not there") for vendor in vendors]
        rows.append(f"| {' | '.join((capability, use.loss, parts, *plans))} |")
    return "\n".join(rows)


TABLES = {
    "keys": lambda: table_markdown(ACTIONS),
    "panes": panes_markdown,
    "lists": lists_markdown,
    "readings": readings_markdown,
    "capabilities": capabilities_markdown,
}
"""The README's tables by the marks they stand between."""


def _marked(readme: str, name: str) -> re.Match[str]:
    found = re.search(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", readme, re.DOTALL)
    assert found is not None, f"the README has no table of {name}"
    return found


@pytest.mark.parametrize("name", TABLES)
def test_the_readme_has_the_tables(name: str) -> None:
    table = _marked(README.read_text(encoding="utf-8"), name)[0]
    assert table.strip() == TABLES[name](), "run: python -m tests.app.test_key_table"


def write_readme() -> None:
    """Brings the README's tables up to date."""
    readme = README.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        place = _marked(readme, name)
        readme = f"{readme[: place.start()]}{table()}\n{readme[place.end() :]}"
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    write_readme()
