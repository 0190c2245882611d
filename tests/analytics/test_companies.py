"""What is told of companies: counts on one share basis, parts of the float, the next report and how it is known."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from deskview.analytics.companies import COMPANIES, CONFIRMED, ESTIMATED, EXPECTED, Sources, companies
from deskview.market.schema import EARNINGS, FILINGS, FLOATS, NAMES, SHORT_INTEREST, SPLITS, Schema, empty, require
from deskview.market.sessions import Calendar

SESSION = date(2026, 2, 4)
SETTLED, BEFORE = date(2026, 1, 15), date(2025, 12, 31)
CALENDAR = Calendar()


def table(schema: Schema, *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def named(*pairs: tuple[str, str | None]) -> pl.DataFrame:
    return table(NAMES, *({"ticker": ticker, "cik": cik, "in_index": False} for ticker, cik in pairs))


def read(
    *,
    short: tuple[dict[str, Any], ...] = (),
    floats: tuple[dict[str, Any], ...] = (),
    earnings: tuple[dict[str, Any], ...] = (),
    filings: tuple[dict[str, Any], ...] = (),
    splits: pl.DataFrame | None = None,
    names: pl.DataFrame | None = None,
) -> dict[str, dict[str, Any]]:
    """The rows by ticker."""
    sources = Sources(
        table(SHORT_INTEREST, *short), table(FLOATS, *floats), table(EARNINGS, *earnings), table(FILINGS, *filings)
    )
    found = companies(
        sources,
        named() if names is None else names,
        empty(SPLITS) if splits is None else splits,
        session=SESSION,
        calendar=CALENDAR,
    )
    require(found, COMPANIES, "companies")
    return {row["ticker"]: row for row in found.iter_rows(named=True)}


def sold(**own: object) -> dict[str, Any]:
    return {"ticker": "AAA", "settlement": SETTLED, "shares_short": 2e6, "days_to_cover": 4.0, **own}


def free(**own: object) -> dict[str, Any]:
    return {"ticker": "AAA", "free_float": 1e7, "free_float_percent": 80.0, "effective": date(2026, 1, 1), **own}


def filed(day: date, cik: str = "0000000001") -> dict[str, Any]:
    return {"cik": cik, "form": "10-Q", "day": day}


def test_short_interest_as_a_part_of_the_float_with_the_change_since_the_count_before() -> None:
    row = read(short=(sold(before=BEFORE, shares_before=1.6e6),), floats=(free(),))["AAA"]
    assert (row["short_of_float"], row["short_change"]) == (pytest.approx(0.2), pytest.approx(0.25))
    assert (row["settlement"], row["days_to_cover"], row["float_of_shares"]) == (SETTLED, 4.0, pytest.approx(0.8))


def test_more_sold_short_than_is_free_is_shown_as_it_is() -> None:
    assert read(short=(sold(shares_short=1.5e7),), floats=(free(),))["AAA"]["short_of_float"] == pytest.approx(1.5)


def test_what_is_not_told_is_null_and_never_zero() -> None:
    row = read(short=(sold(),))["AAA"]
    assert [row[name] for name in ("short_of_float", "short_change", "free_float", "earnings")] == [None] * 4
    assert read(floats=(free(free_float=None),))["AAA"]["short_of_float"] is None
    assert read(short=(sold(before=BEFORE, shares_before=0.0),))["AAA"]["short_change"] is None


def test_a_split_since_a_count_puts_it_on_the_basis_of_today() -> None:
    between, since = {"execution_date": date(2026, 1, 10)}, {"execution_date": date(2026, 2, 2)}
    parts = {"ticker": "AAA", "split_from": 1.0, "split_to": 4.0}
    counts = (sold(before=BEFORE, shares_before=1e6),)
    for day, now, before in ((between, 2e6, 4e6), (since, 8e6, 4e6)):
        row = read(short=counts, floats=(free(),), splits=table(SPLITS, {**parts, **day}))["AAA"]
        assert row["shares_short"] == pytest.approx(now)
        assert row["short_change"] == pytest.approx(now / before - 1)
        assert row["free_float"] == pytest.approx(4e7), "the float is of the first of January"
    later = table(SPLITS, {**parts, "execution_date": date(2026, 2, 5)})
    assert read(short=counts, splits=later)["AAA"]["shares_short"] == 2e6, "tomorrow's split is none yet"


def test_a_float_without_a_day_is_not_held_against_a_count_from_before_a_split() -> None:
    split = {"ticker": "AAA", "execution_date": date(2026, 2, 2), "split_from": 1.0, "split_to": 10.0}
    undated = read(short=(sold(),), floats=(free(effective=None),), splits=table(SPLITS, split))["AAA"]
    assert undated["shares_short"] == pytest.approx(2e7)
    assert (undated["free_float"], undated["short_of_float"]) == (None, None), "or 20% would be 200%"
    before = read(short=(sold(),), floats=(free(effective=None),))["AAA"]
    assert before["short_of_float"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("confirmed", "by"),
    [(True, CONFIRMED), (False, EXPECTED), (None, EXPECTED)],
    ids=["confirmed", "projected", "untold"],
)
def test_the_next_report_by_the_calendar(confirmed: bool | None, by: str) -> None:
    days = [date(2026, 2, 3), date(2026, 2, 5), date(2026, 5, 7)]
    rows = ({"ticker": "AAA", "day": day, "when": "after", "confirmed": confirmed} for day in days)
    row = read(earnings=tuple(rows))["AAA"]
    assert (row["earnings"], row["earnings_when"], row["earnings_by"]) == (days[1], "after", by)
    assert row["earnings_sessions"] == 1


def test_todays_report_is_none_away_and_one_over_a_weekend_counts_sessions() -> None:
    for day, sessions in ((SESSION, 0), (date(2026, 2, 6), 2), (date(2026, 2, 7), 3), (date(2026, 2, 9), 3)):
        row = read(earnings=({"ticker": "AAA", "day": day},))["AAA"]
        assert row["earnings_sessions"] == sessions, day


def test_the_report_of_the_last_days_is_told_beside_the_next() -> None:
    days = [date(2026, 1, 29), date(2026, 1, 30), date(2026, 2, 3), date(2026, 5, 5)]
    rows = tuple({"ticker": "AAA", "day": day, "when": "after"} for day in days)
    row = read(earnings=rows)["AAA"]
    assert (row["reported"], row["reported_when"], row["earnings"]) == (date(2026, 2, 3), "after", days[-1])
    assert read(earnings=rows[:2])["AAA"]["reported"] == date(2026, 1, 30), "the fifth day before is told"
    assert read(earnings=rows[:1]) == {}, "the sixth is not"
    assert read(earnings=({"ticker": "AAA", "day": SESSION, "when": "before"},))["AAA"]["reported"] is None


def test_without_a_calendar_last_years_filing_tells_about_when() -> None:
    names = named(("AAA", "0000000001"), ("AAA.B", "0000000001"), ("BBB", "0000000002"), ("CCC", None))
    found = read(filings=(filed(date(2025, 2, 26)), filed(date(2025, 5, 5))), names=names)
    assert set(found) == {"AAA", "AAA.B"}, "both lines of the issuer"
    row = found["AAA"]
    assert (row["earnings"], row["earnings_by"], row["earnings_when"]) == (date(2026, 2, 25), ESTIMATED, None)
    told = read(
        filings=(filed(date(2025, 2, 26)),), names=names, earnings=({"ticker": "AAA", "day": date(2026, 2, 20)},)
    )
    assert told["AAA"]["earnings_by"] == EXPECTED, "a calendar is surer"
    assert told["AAA.B"]["earnings_by"] == ESTIMATED


def test_a_report_that_is_filed_already_is_not_awaited_again() -> None:
    names = named(("AAA", "0000000001"))
    year_ago = (filed(date(2025, 2, 10)), filed(date(2025, 4, 28)))
    assert read(filings=year_ago, names=names)["AAA"]["earnings"] == date(2026, 2, 9)
    early = (*year_ago, filed(date(2026, 1, 29)))
    assert read(filings=early, names=names)["AAA"]["earnings"] == date(2026, 4, 27)
    last_quarter = (*year_ago, filed(date(2025, 11, 5)))
    assert read(filings=last_quarter, names=names)["AAA"]["earnings"] == date(2026, 2, 9)


def test_a_report_that_a_calendar_has_told_of_is_not_awaited_by_its_filing() -> None:
    names = named(("AAA", "0000000001"))
    year_ago = (filed(date(2025, 2, 10)), filed(date(2025, 4, 28)))
    told = ({"ticker": "AAA", "day": date(2026, 2, 2), "when": "after"},)
    row = read(filings=year_ago, names=names, earnings=told)["AAA"]
    assert (row["reported"], row["earnings"]) == (date(2026, 2, 2), date(2026, 4, 27))


def test_nothing_told_is_no_row() -> None:
    assert read() == {}
