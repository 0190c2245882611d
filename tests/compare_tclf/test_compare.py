"""The comparison with tclf where it is installed, and the exact rules against fractions everywhere."""

import polars as pl
import pytest

from deskview.analytics.flow.label import tick
from deskview.analytics.library import rules
from deskview.analytics.library.rules import Rule
from tests.compare_tclf import compare


def test_same_labels_as_tclf() -> None:
    pytest.importorskip("tclf", reason="needs an environment of its own, see compare.py")
    assert compare.main() == 0


@pytest.mark.parametrize("rule", list(Rule))
def test_exact_rules_are_the_papers_rules_in_fractions(rule: Rule) -> None:
    for _, trades in compare.samples():
        some = trades.head(2_000)
        price, bid, ask = (pl.col(column) for column in ("price_e4", "bid_e4", "ask_e4"))
        ticked = tick(price, rules.last_different(price))
        table = some.with_columns(
            sign=rules.classify(rule, price, bid, ask, ticked).fill_null(0), lag=rules.last_different(price)
        )
        for p, b, a, sign, lag in table.iter_rows():
            assert sign == compare.truth(rule, p, b, a, lag)
