"""The pane: border texts, states, notice, cost of a ticking age."""

import pytest
from textual.color import Color
from textual.widgets import Input, Static

from deskview.widgets import Pane
from tests.widgets.host import Host, terminal


async def test_title_left_status_right_and_only_the_figure_that_changed_is_sent() -> None:
    pane = Pane(Static("body"), title="1 Momentum [x]")
    with terminal(60, 12) as shown:
        async with Host(pane).run_test(size=(60, 12)) as pilot:
            pane.set_status("3s", "live")
            await pilot.pause()
            sent = shown.sent
            pane.set_status("4s", "live")
            await pilot.pause()
            assert 0 < shown.sent - sent < 60
            top = "".join(cell[0] for cell in shown.cells()[:60])
            assert top.startswith("╭─ 1 Momentum [x] ──")
            assert top.endswith("── 4s ─╮")
            again = shown.sent
            pane.set_status("4s", "live")
            await pilot.pause()
            assert shown.sent == again


@pytest.mark.parametrize("texts", [("9s", "10s"), ("59s", "1m"), ("10s", "9s"), ("3s", "42%  3s"), ("5s", "")])
async def test_an_age_of_another_width_leaves_nothing_of_the_one_before(texts: tuple[str, str]) -> None:
    pane, fresh = Pane(Static("body"), title="1 Momentum"), Pane(Static("body"), title="1 Momentum")
    with terminal(40, 6) as shown:
        async with Host(pane).run_test(size=(40, 6)) as pilot:
            for text in texts:
                pane.set_status(text, "live")
                await pilot.pause()
    with terminal(40, 6) as again:
        async with Host(fresh).run_test(size=(40, 6)) as pilot:
            fresh.set_status(texts[-1], "live")
            await pilot.pause()
    assert shown.cells()[:40] == again.cells()[:40]


@pytest.mark.parametrize(
    ("state", "variable"),
    [
        ("live", "pane-border"),
        ("stale", "stale"),
        ("partial", "stale"),
        ("unavailable", "fault"),
        ("loading", "pane-border"),
    ],
)
async def test_the_frame_tells_the_state(state: str, variable: str) -> None:
    pane = Pane(title="1")
    app = Host(pane)
    async with app.run_test(size=(40, 6)) as pilot:
        pane.set_status("now", "stale" if state == "live" else "live")
        pane.set_status("now", state)  # type: ignore[arg-type]
        await pilot.pause()
        assert pane.state == state
        assert pane.styles.border_top[1].hex.lower() == app.theme_variables[variable].lower()


async def test_focus_within_shows_in_the_frame() -> None:
    pane = Pane(Input(), title="1")
    async with Host(pane, css="Pane { height: 8; }").run_test(size=(40, 10)) as pilot:
        pane.query_one(Input).focus()
        await pilot.pause()
        assert pane.styles.border_top[0] == "heavy"
        pane.set_status("old", "stale")
        await pilot.pause()
        assert pane.styles.border_top[0] == "heavy"


async def test_the_notice_takes_room_only_while_there_is_one() -> None:
    body = Static("figures")
    pane = Pane(body, title="1")
    async with Host(pane).run_test(size=(40, 10)) as pilot:
        top = body.region.y
        pane.set_notice("HTTP 429 [slow down]: asked again in 30 s")
        await pilot.pause()
        assert body.region.y > top
        assert "[slow down]" in "".join(
            str(line.text) for line in pane.query_one(".pane-notice").render_lines(pane.region)
        )
        pane.set_notice("")
        await pilot.pause()
        assert body.region.y == top


async def test_a_narrow_pane_shortens_the_title_not_the_age() -> None:
    pane = Pane(title="1 Momentum and what it is made of")
    with terminal(24, 6) as shown:
        async with Host(pane).run_test(size=(24, 6)) as pilot:
            pane.set_status("stale 41s", "stale")
            await pilot.pause()
            top = "".join(cell[0] for cell in shown.cells()[:24])
            assert "stale 41s" in top
            assert "…" in top


async def test_the_title_follows_the_theme() -> None:
    pane = Pane(title="1")
    app = Host(pane)
    with terminal(24, 6) as shown:
        async with app.run_test(size=(24, 6)) as pilot:
            await pilot.pause()
            dark = shown.cells()[3]
            app.theme = "deskview-light"
            await pilot.pause()
            await pilot.pause()
            assert shown.cells()[3][1:3] != dark[1:3]
            followed = shown.cells()
    with terminal(24, 6) as shown:
        async with Host(Pane(title="1"), theme="deskview-light").run_test(size=(24, 6)) as pilot:
            await pilot.pause()
            await pilot.pause()
            assert shown.cells() == followed


@pytest.mark.parametrize("focused", [False, True])
async def test_an_ascii_frame_still_tells_the_state(focused: bool) -> None:
    pane = Pane(Input(), title="1", ascii_only=True)
    app = Host(pane)
    with terminal(30, 6) as shown:
        async with app.run_test(size=(30, 6)) as pilot:
            if not focused:
                app.set_focus(None)
            pane.set_status("9m", "unavailable")
            await pilot.pause()
            assert pane.styles.border_top == ("ascii", Color.parse(app.theme_variables["fault"]))
            top = "".join(cell[0] for cell in shown.cells()[:30])
            assert top.isascii()
            assert top.startswith("+- 1 --")
            assert top.endswith("-- 9m -+")
