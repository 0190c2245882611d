"""What goes to the terminal when an alert fires: in the way that was chosen, and nothing but words."""

import pytest

from deskview.screens.alerts.levels import notifications


@pytest.fixture(autouse=True)
def no_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal without tmux around it."""
    monkeypatch.delenv("TMUX", raising=False)


@pytest.mark.parametrize(
    ("way", "sequences"),
    [
        ("osc9", ["\x1b]9;deskview: hit\x07"]),
        ("osc777", ["\x1b]777;notify;deskview;hit\x07"]),
        ("both", ["\x1b]9;deskview: hit\x07", "\x1b]777;notify;deskview;hit\x07"]),
        ("off", []),
        (True, ["\x1b]9;deskview: hit\x07"]),
        (False, []),
    ],
)
def test_each_way_has_its_sequence(way: str, sequences: list[str]) -> None:
    assert list(notifications("hit", way)) == sequences  # type: ignore[arg-type]


def test_neither_control_characters_nor_semicolons_get_in() -> None:
    for sequence in notifications("a\x1b]0;b\x07c\n;d\x9c" + "x" * 999, "both"):
        inner = sequence.removeprefix("\x1b]").removesuffix("\x07")
        assert inner.isprintable()
        assert "a]0,bc ,d" in inner
        assert inner.count(";") == (1 if inner.startswith("9") else 3)
        assert len(inner) < 240


def test_tmux_is_passed_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")  # noqa: S108 - a value, no file
    assert list(notifications("hit", "osc777")) == ["\x1bPtmux;\x1b\x1b]777;notify;deskview;hit\x07\x1b\\"]
