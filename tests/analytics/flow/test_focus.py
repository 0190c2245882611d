"""Which names' prints are read: by volume, from both legs, and the favourites of retail."""

from datetime import date, timedelta

import polars as pl
import pytest

from deskview.analytics.flow import choose_names, most_traded
from deskview.analytics.flow.focus import SESSIONS

RANKED = [f"N{number:02}" for number in range(30)]


def history_of(volumes: dict[str, list[float]]) -> pl.DataFrame:
    """(ticker, session, dollar_volume_usd); the last value is that of the last session."""
    last = date(2026, 2, 3)
    rows = [
        (ticker, last - timedelta(days=len(own) - 1 - place), value)
        for ticker, own in volumes.items()
        for place, value in enumerate(own)
    ]
    schema = {"ticker": pl.String, "session": pl.Date, "dollar_volume_usd": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def names_of(kinds: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame({"ticker": list(kinds), "type": list(kinds.values())}, schema_overrides={"type": pl.String})


def test_stocks_rank_by_the_median_of_the_last_sessions_alone() -> None:
    steady = [5.0] * (SESSIONS + 1)
    once, before = [1.0] * SESSIONS + [1e9], [1e9] + [2.0] * SESSIONS
    history = history_of({"STEADY": steady, "ONCE": once, "BEFORE": before, "FUND": [9.0] * (SESSIONS + 1)})
    names = names_of({"STEADY": "CS", "ONCE": "ADRC", "BEFORE": "CS", "FUND": "ETF", "SILENT": "CS"})
    assert most_traded(history, names) == ["STEADY", "BEFORE", "ONCE"]


def test_names_that_trade_alike_rank_by_the_alphabet_whatever_the_order_of_the_rows() -> None:
    tickers = [f"T{number:03}" for number in range(200)]
    history, names = history_of({ticker: [1.0] for ticker in tickers}), names_of(dict.fromkeys(tickers, "CS"))
    for seed in (1, 2):
        assert most_traded(history.sample(fraction=1.0, shuffle=True, seed=seed), names) == tickers


def test_an_eighth_are_favourites_and_a_quarter_of_either_leg_in_turn() -> None:
    chosen = choose_names(
        RANKED, long=["N25", "N20", "GONE"], short=["N29", "N22"], favourites=["NEW", "N01", "N27"], count=8
    )
    assert chosen == ["N00", "N01", "N02", "N03", "N04", "N20", "N22", "NEW"]


def test_what_is_chosen_already_is_not_chosen_again() -> None:
    assert choose_names(RANKED, long=["N00"], short=["N01"], favourites=["N02", "N09"], count=8) == [
        *RANKED[:7],
        "N09",
    ]


@pytest.mark.parametrize("count", [1, 3, 8, 40])
def test_without_legs_and_favourites_the_largest_take_their_places(count: int) -> None:
    assert choose_names(RANKED, count=count) == RANKED[:count]
