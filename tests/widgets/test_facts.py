"""Lines of figures: a fact stands whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskview.widgets.facts import Facts, fact
from tests.widgets.host import Host, lines_of

LINE = [fact("long", "−5.7%"), fact("short basket", "+1.9%"), fact("from longs", "75%"), fact("", "two legs")]
WHOLE = "long −5.7%   short basket +1.9%   from longs 75%   two legs"


@pytest.mark.parametrize("width", range(1, 70, 3))
async def test_no_fact_is_ever_cut(width: int) -> None:
    facts = Facts()
    async with Host(facts).run_test(size=(width, 4)):
        facts.show([LINE])
        shown = lines_of(facts)[0].rstrip()
    assert WHOLE.startswith(shown)
    assert shown in {"   ".join(WHOLE.split("   ")[:count]) for count in range(len(LINE) + 1)}
    assert len(shown) <= width


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_a_line_is_never_wider_than_its_widget(pairs: list[tuple[str, str]]) -> None:
    class Narrow(Facts):
        @property
        def line_width(self) -> int:
            return 20

    facts = Narrow()
    facts._facts = ([fact(label, value) for label, value in pairs],)
    assert sum(cell_len(piece.text) for piece in facts.line_at(0)) <= 20


async def test_only_the_fact_that_changed_is_repainted() -> None:
    facts = Facts()
    async with Host(facts).run_test(size=(80, 4)) as pilot:
        facts.show([LINE])
        await pilot.pause()
        before = facts.repainted_cells
        facts.show([LINE])
        assert facts.repainted_cells == before
        facts.show([[fact("long", "−5.8%"), *LINE[1:]]])
        assert facts.repainted_cells == before + len("−5.8%")


async def test_it_is_as_high_as_its_lines() -> None:
    facts = Facts(lines=1)
    async with Host(facts).run_test(size=(80, 10)) as pilot:
        facts.show([LINE, LINE, LINE])
        await pilot.pause()
        assert facts.size.height == 3
        assert [line.rstrip() for line in lines_of(facts)] == [WHOLE] * 3


async def test_text_is_literal_and_harmless() -> None:
    facts = Facts()
    async with Host(facts).run_test(size=(80, 4)):
        facts.show([[fact("[b]x[/b]", "\x1b[31mred\x07")]])
        shown = lines_of(facts)[0]
    assert "[b]x[/b]" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
