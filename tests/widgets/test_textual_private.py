"""Textual's private parts: each is there, and without those of the compositor screens are still painted."""

import asyncio
import gc
import importlib.util
import logging
import sys
import weakref
from collections.abc import Iterator
from io import StringIO
from types import ModuleType

import pytest
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widgets import Static

from deskview.widgets.textual_private import (
    LEAN,
    PARTS,
    GuardedApp,
    LeanCompositor,
    LeanScreen,
    compositor,
    let_go_of_closed_widgets,
    normalised_keys,
)
from tests.widgets.host import Host, terminal

MEMBERS = [(owner, member) for owner, members in PARTS.items() for member in members]


@pytest.fixture(scope="module")
def instances() -> dict[str, object]:
    """Of each class Textual makes instances of itself, one that is in use."""

    async def made() -> dict[str, object]:
        app: App[None] = App()
        async with app.run_test():
            driver: Driver = LinuxDriver(app)
            return {"Compositor": app.screen._compositor, "Screen": app.screen, "App": app, "LinuxDriver": driver}

    return asyncio.run(made())


@pytest.mark.parametrize(("owner", "member"), MEMBERS, ids=[f"{owner}.{member}" for owner, member in MEMBERS])
def test_textual_has(owner: str, member: str, instances: dict[str, object]) -> None:
    module, _, name = owner.rpartition(".")
    if not name[0].isupper():
        found: object = importlib.import_module(owner)
    else:
        found = instances.get(name) or getattr(importlib.import_module(module), name)
    assert hasattr(found, member), f"Textual has no {owner}.{member} any more"


def test_keys_have_textual_s_names() -> None:
    assert normalised_keys("?") == "question_mark"
    assert normalised_keys("comma") == "comma"
    assert normalised_keys("ctrl+g,G") == "ctrl+g,G"


@pytest.fixture(autouse=True)
def first_time() -> Iterator[None]:
    """A log line that is written once a process is written once a test."""
    compositor._log_fallback.cache_clear()
    yield
    compositor._log_fallback.cache_clear()


def without(member: str, patch: pytest.MonkeyPatch) -> None:
    """Takes a member away, of the class or of the instances it makes."""
    if hasattr(Compositor, member):
        patch.delattr(Compositor, member)
        return
    made = Compositor.__init__

    def init(self: Compositor) -> None:
        made(self)
        delattr(self, member)

    patch.setattr(Compositor, "__init__", init)


class OnScreen(Host):
    """The host with a screen made before it runs, or as Textual makes it."""

    def __init__(self, screen: Screen[None], *widgets: Static) -> None:
        super().__init__(*widgets)
        self._made = screen

    def get_default_screen(self) -> Screen[None]:  # type: ignore[override]
        return self._made


async def painted(screen: Screen[None]) -> list[str]:
    """What stands on a terminal after a widget has changed on the screen."""
    label = Static("before")
    with terminal(20, 2) as shown:
        async with OnScreen(screen, label).run_test(size=(20, 2)) as pilot:
            await pilot.pause()
            label.update("after!")
            await pilot.pause()
            return ["".join(cell for cell, *_ in shown.cells()[y * 20 : y * 20 + 20]).rstrip() for y in range(2)]


def test_the_lean_compositor_is_the_rule() -> None:
    assert isinstance(LeanScreen[None]()._compositor, LeanCompositor)


@pytest.mark.parametrize("member", LEAN)
async def test_without_a_part_it_needs_a_screen_is_painted_by_textual_s_own(
    member: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        without(member, patch)
        screens = [LeanScreen[None](id="_default") for _ in range(2)]
    assert [type(screen._compositor) for screen in screens] == [Compositor, Compositor]
    (record,) = caplog.records
    assert f"Compositor.{member}" in record.getMessage()
    screens[0]._compositor.__init__()  # type: ignore[misc]  # a Textual without the member would do without
    assert await painted(screens[0]) == ["after!", ""]


def test_where_textual_has_moved_its_compositor_screens_are_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "textual._compositor", None)
    spec = importlib.util.spec_from_file_location("moved", compositor.__file__)
    assert spec is not None
    assert spec.loader is not None
    moved: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(moved)
    assert type(moved.LeanScreen()._compositor) is Compositor
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["Textual has no Compositor.size"]


async def test_a_driver_that_panics_ends_the_app_with_its_words_and_code_1() -> None:
    app: GuardedApp[None] = GuardedApp()
    with pytest.raises(RuntimeError, match="driver failed: no more terminal"):
        async with app.run_test() as pilot:
            app.panic("no more terminal")
            await pilot.pause()
    assert app.return_code == 1
    assert "no more terminal" in app.crash


async def test_the_first_of_several_failures_is_the_one_that_is_described() -> None:
    app: GuardedApp[None] = GuardedApp()

    def fail(number: int) -> None:
        raise ValueError(f"failure {number}")

    with pytest.raises(ValueError, match="failure 1"):
        async with app.run_test() as pilot:
            app.call_later(fail, 1)
            app.call_later(fail, 2)
            app.call_later(app.leave)
            await pilot.pause()
    assert "failure 1" in app.crash
    assert "failure 2" not in app.crash
    assert app.return_code == 1


async def test_of_a_screen_that_was_closed_nothing_is_kept() -> None:
    async with Host().run_test() as pilot:
        closed = []
        for _ in range(3):
            screen = LeanScreen[None]()
            closed.append(weakref.ref(screen._styles_cache))
            await pilot.app.push_screen(screen)
            await pilot.pause()
            await pilot.app.pop_screen()
        del screen
        await pilot.pause()
        gc.collect()
        assert [lines() for lines in closed] == [None] * 3


def test_backgrounds_are_textual_s_own() -> None:
    shared, own = StylesCache.get_inner_outer, StylesCache()
    behind, before = Color(10, 20, 30), Color(40, 50, 60, 0.5)
    inner, outer = own.get_inner_outer(behind, before)
    assert (inner.background, outer.background) == (behind + before, behind)
    let_go_of_closed_widgets()
    assert StylesCache.get_inner_outer is shared, "once is enough"


def test_an_end_in_good_order_writes_nothing_not_even_an_empty_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a buffer that is a write of no bytes, which waits for a terminal that takes nothing."""
    written: list[str] = []

    class Stalled(StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    monkeypatch.setattr(sys, "stderr", Stalled())
    app: GuardedApp[int] = GuardedApp()
    app.print_crash()
    assert written == []
    app.parting = "Standard input has ended."
    app.print_crash()
    assert "".join(written) == "Standard input has ended.\n"
