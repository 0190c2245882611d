"""Like with like: what the percentile compares, and that its interval says how sure it is."""

from datetime import date, time, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from deskview.analytics.flow import FLOW_WINDOWS, SAMPLE, Comparison, Ranked, compare
from deskview.analytics.flow.panel import Floats
from deskview.market.schema import UTC_NS
from tests.analytics.flow.market import CALENDAR, clock

TODAY = date(2026, 2, 4)
PAST = CALENDAR.before(TODAY, 40)
VOLUMES = {"session": pl.Date(), "ticker": pl.String(), "dollar_volume_usd": pl.Float64()}


def sample(**windows: int) -> pl.DataFrame:
    rows = [(name, "stock", "Energy", "", True, 1.0, count) for name, count in windows.items()]
    return pl.DataFrame(rows, schema=SAMPLE, orient="row")


def row(session: date, ticker: str, ended: str, value: float) -> dict[str, object]:
    """A window of 100 dollars counted, 40 of them retail's, that ended at the time; both sides have this intensity."""
    last = clock(ended, session)
    return {
        "session": session,
        "ticker": ticker,
        "since": last - timedelta(minutes=2),
        "last": last,
        "retail_buy_usd": 20 * (1 + value),
        "retail_sell_usd": 20 * (1 - value),
        "other_buy_usd": 30 * (1 + value),
        "other_sell_usd": 30 * (1 - value),
        "counted_usd": 100.0,
        "prints": 1000,
    }


def table(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FLOW_WINDOWS, orient="row")


def volumes(*tickers: str, sessions: list[date] | None = None, **own: float) -> pl.DataFrame:
    rows = [(day, name, own.get(name, 1e6)) for day in sessions or [*PAST, TODAY] for name in tickers]
    return pl.DataFrame(rows, schema=VOLUMES, orient="row")


def year(value: float, ticker: str = "ABC", at: tuple[str, ...] = ("10:10", "10:20")) -> list[dict[str, object]]:
    """Windows of 40 sessions whose intensity rises from -.4 by .02 a session, and today's with this value."""
    past = [row(day, ticker, end, -0.4 + 0.02 * place) for place, day in enumerate(PAST) for end in at]
    return past + [row(TODAY, ticker, end, value) for end in at]


def ask(rows: list[dict[str, object]], at: str = "12:00", names: pl.DataFrame | None = None) -> Comparison:
    frame = table(rows)
    used = names if names is not None else sample(ABC=2)
    return compare(frame, used, volumes(*frame["ticker"].unique()), session=TODAY, at=clock(at))


def test_the_percentile_is_the_share_of_earlier_sessions_strictly_lower() -> None:
    compared = ask(year(-0.3))
    assert (compared.clock, compared.names) == ("12:00", 1)
    assert compared.retail.percentile == pytest.approx(100 * 5 / 40)
    assert compared.retail.intensity == pytest.approx(-0.3)
    assert compared.retail.days == 40
    assert compared.retail.median == pytest.approx(-0.4 + 0.02 * 19.5)
    assert compared.retail.reason == ""


def test_a_case_by_hand_with_two_names() -> None:
    """A: 2 windows, 300 and 100 counted, net 30 and -10, gross 60 and 40; its dollars 1,000, weight 1.
    B: 1 window, 50 counted, net 5, gross 25; its dollars 500, weight 4.
    Net 1000 * 20 / 400 + 2000 * 5 / 50 = 250, gross 1000 * 100 / 400 + 2000 * 25 / 50 = 1250: 0.2."""
    today = [
        row(TODAY, "A", "10:00", 0) | {"retail_buy_usd": 45.0, "retail_sell_usd": 15.0, "counted_usd": 300.0},
        row(TODAY, "A", "11:00", 0) | {"retail_buy_usd": 15.0, "retail_sell_usd": 25.0, "counted_usd": 100.0},
        row(TODAY, "B", "11:30", 0) | {"retail_buy_usd": 15.0, "retail_sell_usd": 10.0, "counted_usd": 50.0},
    ]
    past = [
        row(day, name, end, 0.01 * place)
        for place, day in enumerate(PAST)
        for name, end in (("A", "10:00"), ("A", "11:00"), ("B", "11:30"))
    ]
    both = sample(A=2, B=1).with_columns(weight=pl.Series([1.0, 4.0]), certain=pl.Series([True, False]))
    dollars = volumes("A", "B", A=1000.0, B=500.0)
    compared = compare(table(past + today), both, dollars, session=TODAY, at=clock("12:00"))
    assert compared.retail.intensity == pytest.approx(0.2)
    assert compared.retail.percentile == pytest.approx(100 * 20 / 40)
    assert compared.names == 2
    medians = {ticker: (retail, other) for ticker, retail, other in compared.usual.iter_rows()}
    assert medians == {"A": pytest.approx((0.195, 0.195)), "B": pytest.approx((0.195, 0.195))}


def test_windows_that_end_after_the_clock_count_on_neither_side() -> None:
    """After 11:00 everything is the reverse."""
    rows = year(-0.3) + [row(day, "ABC", "11:05", 0.9) for day in PAST] + [row(TODAY, "ABC", "11:05", -0.9)]
    before, after = ask(rows, "11:04").retail, ask(rows, "11:05").retail
    assert before.percentile == pytest.approx(100 * 5 / 40)
    assert before.intensity == pytest.approx(-0.3)
    assert after.percentile == 0
    assert after.intensity == pytest.approx((-0.3 * 2 - 0.9) / 3)
    assert ask(rows, "11:05:59").clock == "11:05", "the label says what was cut"


def test_only_the_clock_of_new_york_decides_in_summer_and_winter() -> None:
    summer = CALENDAR.before(date(2026, 8, 3), 40)
    rows = [row(day, "ABC", end, 0.01 * k) for k, day in enumerate(summer) for end in ("10:20", "10:31")]
    rows += [row(date(2026, 12, 3), "ABC", "10:20", 0.105)]
    dollars = volumes("ABC", sessions=[*summer, date(2026, 12, 3)])
    at = clock("10:30", date(2026, 12, 3))
    compared = compare(table(rows), sample(ABC=1), dollars, session=date(2026, 12, 3), at=at)
    assert compared.retail.days == 40
    assert compared.retail.intensity == pytest.approx(0.105)


def test_no_percentile_before_half_past_ten() -> None:
    early = ask(year(0.1), "10:29")
    assert (early.clock, early.retail.percentile, early.other.percentile) == ("", None, None)
    assert early.retail.reason == "before 10:30 New York too little of the day has traded to rank it"
    assert ask(year(0.1), "10:30").retail.percentile is not None
    assert ask(year(0.1), "09:00").retail.reason == early.retail.reason


def test_after_the_close_the_clock_stands_there() -> None:
    assert ask(year(0.1), "19:00").clock == "16:00"
    next_day = compare(
        table(year(0.1)), sample(ABC=2), volumes("ABC"), session=TODAY, at=clock("08:00", TODAY + timedelta(days=1))
    )
    assert next_day.clock == "16:00"


def test_half_days_are_compared_up_to_their_close() -> None:
    half = date(2025, 11, 28)
    before = CALENDAR.before(half, 40)
    days = [*before, half, *CALENDAR.after(half, 40)]
    rows = [row(day, "ABC", end, 0.01 * k) for k, day in enumerate(days) for end in ("11:00", "12:50")]
    rows += [row(day, "ABC", "15:00", 0.9) for day in days if day != half]
    dollars = volumes("ABC", sessions=days)
    that_day = compare(table(rows), sample(ABC=3), dollars, session=half, at=clock("16:00", half))
    assert that_day.clock == "13:00"
    assert (that_day.retail.days, that_day.retail.percentile) == (40, 100)
    later = days[-1]
    at_noon = compare(table(rows), sample(ABC=3), dollars, session=later, at=clock("12:55", later))
    in_the_afternoon = compare(table(rows), sample(ABC=3), dollars, session=later, at=clock("15:30", later))
    assert (at_noon.retail.days, in_the_afternoon.retail.days) == (80, 79 - 1)  # Christmas Eve closed early too


THREE = ("10:10", "10:15", "10:20")


def test_a_session_with_too_few_windows_is_left_out_and_not_counted() -> None:
    poor = PAST[:3]
    rows = [
        *(own for own in year(-0.3, at=THREE) if own["session"] not in poor),
        *(row(day, "ABC", "10:10", 0.9) for day in poor),
    ]
    assert ask(rows).retail.days == 37


def test_today_with_too_few_windows_has_no_percentile_but_a_reason() -> None:
    past = [own for own in year(-0.3, at=THREE) if own["session"] != TODAY]
    compared = ask([*past, row(TODAY, "ABC", "10:10", 0.1)])
    assert compared.retail.percentile is None
    assert compared.retail.reason == "windows of today in: 1, about 3 are usual by 12:00: too few to rank it"
    assert ask(past).retail.reason == "windows of today in: 0, about 3 are usual by 12:00: too few to rank it"


def test_without_history_there_is_a_reason() -> None:
    assert ask(year(0.1)[-2:]).retail.reason == "the windows of earlier sessions are still to come"
    assert ask([], names=sample()).retail.reason == "the windows of earlier sessions are still to come"
    assert ask(year(0.1)[40:]).retail.percentile is not None
    fewer = ask(year(0.1)[42:])
    assert (fewer.retail.days, fewer.retail.percentile, fewer.retail.low) == (19, None, None)
    assert fewer.retail.reason == "19 earlier sessions are too few to rank today among: it takes 20"
    assert fewer.retail.median is None, "nor can it be told what is usual"
    assert fewer.retail.intensity == pytest.approx(0.1)
    assert {mark.percentile for mark in fewer.retail.recent} == {None}


def test_a_side_without_a_signed_print_has_a_reason_and_the_other_its_percentile() -> None:
    rows = [r | {"retail_buy_usd": 0.0, "retail_sell_usd": 0.0} if r["session"] == TODAY else r for r in year(0.1)]
    compared = ask(rows)
    assert compared.retail.reason == "no retail print in today's windows could be signed"
    assert compared.retail.intensity is None
    assert compared.other.percentile is not None


def test_sessions_in_which_a_side_had_nothing_are_no_days_of_it() -> None:
    silent = [r | {"retail_buy_usd": 0.0, "retail_sell_usd": 0.0} if r["session"] == PAST[4] else r for r in year(0.1)]
    assert (ask(silent).retail.days, ask(silent).other.days) == (39, 40)


def test_one_window_a_session_cannot_tell_how_sure_a_percentile_is() -> None:
    compared = ask(year(0.1, at=("10:20",)), names=sample(ABC=1))
    assert compared.retail.percentile is None
    assert compared.retail.reason == "so few windows by 12:00 cannot tell how sure a percentile would be"
    second = [row(day, "ABC", "10:10", 0.02 * place) for place, day in enumerate(PAST[21:])]
    assert ask(year(0.1, at=("10:20",)) + second).retail.percentile is None, (
        "those with two windows are surer than the others"
    )


def test_a_name_missing_today_takes_part_on_neither_side() -> None:
    """XYZ was bought for 40 sessions; without it today is as the middle of ABC's."""
    other = [row(day, "XYZ", end, 0.9) for day in PAST for end in ("10:10", "10:20")]
    compared = ask(year(0.0) + other, names=sample(ABC=2, XYZ=2))
    assert compared.names == 1
    assert compared.retail.percentile == pytest.approx(50)
    assert compared.usual.get_column("ticker").to_list() == ["ABC"]


def test_a_name_that_by_plan_has_no_window_yet_stays_in_the_earlier_sessions() -> None:
    later = [row(day, "XYZ", "10:20" if place % 2 else "15:00", 0.9) for place, day in enumerate(PAST)]
    compared = ask(year(0.0) + later, names=sample(ABC=2, XYZ=1))
    assert compared.names == 1
    assert set(compared.usual.get_column("ticker")) == {"ABC", "XYZ"}
    assert compared.retail.percentile < 50  # type: ignore[operator]


def test_a_name_whose_dollars_are_not_known_is_not_in_that_session() -> None:
    rows = year(0.0) + year(0.9, "XYZ")
    dollars = volumes("ABC", "XYZ").filter((pl.col("ticker") == "ABC") | (pl.col("session") < TODAY))
    compared = compare(table(rows), sample(ABC=2, XYZ=2), dollars, session=TODAY, at=clock("12:00"))
    assert compared.retail.intensity == pytest.approx(0)
    assert compared.names == 1


def test_the_last_five_sessions_stand_on_the_same_scale() -> None:
    recent = ask(year(-0.3)).retail.recent
    assert [mark.session for mark in recent] == PAST[-5:]
    assert [mark.percentile for mark in recent] == pytest.approx([87.5, 90, 92.5, 95, 97.5])
    assert recent[-1].intensity == pytest.approx(0.38)


def test_names_that_are_not_of_the_sample_and_later_sessions_are_not_read() -> None:
    rows = year(-0.3)
    more = [*rows, *year(0.9, "ZZZ"), row(CALENDAR.after(TODAY, 1)[0], "ABC", "10:10", 0.9)]
    assert ask(more).retail == ask(rows).retail


NAMES = [f"N{number:02}" for number in range(20)]
SESSIONS = [*(day for day in CALENDAR.before(TODAY, 150) if not CALENDAR.is_half_day(day)), TODAY]
#: Spread between sessions, of a name's day about that of all, of a window about its name's day.
LEVEL, STRAY, NOISE = 0.06, 0.05, 0.25


@cache
def empty_year() -> pl.DataFrame:
    """Four windows of 20 names in each session, without what was in them."""
    hours = pl.DataFrame({"hour": [10, 11, 12, 13]})
    days = pl.DataFrame({"session": SESSIONS}).join(pl.DataFrame({"ticker": NAMES}), how="cross")
    start = pl.col("session").dt.combine(time(0)).dt.offset_by(pl.format("{}h", "hour"))
    since = start.dt.replace_time_zone("America/New_York").dt.convert_time_zone("UTC").cast(UTC_NS)
    rows = days.join(hours, how="cross").with_columns(since=since, counted_usd=10.0, prints=pl.lit(1000, pl.Int64))
    return rows.with_columns(last=pl.col("since").dt.offset_by("1m"))


def noisy(seed: int, level: float = LEVEL, noise: float = NOISE) -> tuple[pl.DataFrame, Floats]:
    """FLOW_WINDOWS of a normal truth, other for either side, with noise of names and windows; (sides, sessions)."""
    luck = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    truth = luck.normal(0, level, (2, len(SESSIONS)))
    for side, own in zip(("retail", "other"), truth, strict=True):
        names = own[:, None] + luck.normal(0, STRAY, (len(SESSIONS), len(NAMES)))
        value = (names[:, :, None] + luck.normal(0, noise, (*names.shape, 4))).clip(-1, 1).ravel()
        columns |= {f"{side}_buy_usd": pl.Series((1 + value) / 2), f"{side}_sell_usd": pl.Series((1 - value) / 2)}
    return empty_year().with_columns(**columns).select(list(FLOW_WINDOWS)), truth


def drawn(certain: int = 5) -> pl.DataFrame:
    rows = [(name, "stock", "Energy", "", place < certain, 1.0, 4) for place, name in enumerate(NAMES)]
    return pl.DataFrame(rows, SAMPLE, orient="row")


def close_of(windows: pl.DataFrame) -> Comparison:
    return compare(windows, drawn(), volumes(*NAMES, sessions=SESSIONS), session=TODAY, at=clock("16:00"))


@cache
def readings(days: int) -> list[tuple[Ranked, float]]:
    """What is read of 200 noisy years on either side, and the true percentile of their last session."""
    found = []
    for seed in range(200):
        windows, truth = noisy(seed)
        compared = close_of(windows.filter(pl.col("session") >= SESSIONS[-min(days, len(SESSIONS) - 1) - 1]))
        past, now = truth[:, -days - 1 : -1], truth[:, -1:]
        ranks = 100 * (past < now).mean(axis=1)
        found += [(compared.retail, float(ranks[0])), (compared.other, float(ranks[1]))]
    return found


@pytest.mark.parametrize("days", [30, 150])
def test_the_interval_holds_the_true_percentile_four_times_in_five(days: int) -> None:
    held = [side.low <= true <= side.high for side, true in readings(days)]  # type: ignore[operator]
    assert 76 <= 100 * np.mean(held) <= 84


def test_reliability_is_the_part_of_the_spread_that_is_no_noise() -> None:
    """A certain name's stray is no noise, but it is a hundredth of the spread here."""
    noise = STRAY**2 / len(NAMES) + NOISE**2 / (4 * len(NAMES))
    found = np.mean([side.reliability for side, _ in readings(150)])
    assert found == pytest.approx(LEVEL**2 / (LEVEL**2 + noise), abs=0.02)


def test_the_percentile_is_uniform_where_nothing_is_unusual() -> None:
    ranks = np.array([side.percentile for side, _ in readings(150)])
    for tenth in range(10, 100, 10):
        assert np.mean(ranks < tenth) == pytest.approx(tenth / 100, abs=0.06)


def test_noise_alone_is_called_noise() -> None:
    found = [close_of(noisy(seed, level=0.0)[0]).retail for seed in range(20)]
    assert np.mean([side.reliability for side in found]) < 0.25
    assert np.mean([side.high - side.low for side in found]) > 60  # type: ignore[operator]


def test_the_interval_holds_the_percentile_read() -> None:
    for seed in range(30):
        side = close_of(noisy(seed, noise=1.2)[0]).retail
        assert 0 <= side.low <= side.percentile <= side.high <= 100  # type: ignore[operator]


def test_fewer_windows_today_make_it_less_sure() -> None:
    windows, _ = noisy(7)
    half = windows.filter((pl.col("session") < TODAY) | (pl.col("since") < pl.lit(clock("12:00")).cast(UTC_NS)))
    full, less = close_of(windows).retail, close_of(half).retail
    assert less.high - less.low > full.high - full.low  # type: ignore[operator]


def test_order_of_rows_does_not_matter() -> None:
    windows, names, dollars = noisy(3)[0], drawn(), volumes(*NAMES, sessions=SESSIONS)
    mixed = [frame.sample(fraction=1, shuffle=True, seed=5) for frame in (windows, names, dollars)]
    straight = compare(windows, names, dollars, session=TODAY, at=clock("13:15"))
    shuffled = compare(*mixed, session=TODAY, at=clock("13:15"))
    for name in ("intensity", "percentile", "low", "high", "median", "reliability"):
        assert getattr(straight.retail, name) == pytest.approx(getattr(shuffled.retail, name))
    assert straight.usual.equals(shuffled.usual)


def test_a_name_whose_year_is_still_to_come_takes_no_part() -> None:
    """XYZ came into the sample today; of its year three sessions are in. By its own few windows it stood for thirteen
    times its dollars."""
    later = [own for own in year(0.9, "XYZ") if own["session"] in (*PAST[-3:], TODAY)]
    compared = ask(year(0.0) + later, names=sample(ABC=2, XYZ=2))
    assert compared.retail == ask(year(0.0)).retail
    assert compared.names == 1


def test_a_name_counts_by_its_windows_of_the_sessions_that_are_known() -> None:
    """XYZ is known of 30 sessions, with both windows in each: its part today is that of its dollars, a half."""
    later = [own for own in year(0.6, "XYZ") if own["session"] not in PAST[:10]]
    compared = ask(year(0.0) + later, names=sample(ABC=2, XYZ=2))
    assert compared.retail.intensity == pytest.approx(0.3)
    assert compared.names == 2


def test_of_windows_that_overlap_the_first_counts() -> None:
    """The second begins before the first has ended: most of its prints are the first's."""
    since = {"since": clock("10:09", TODAY) - timedelta(minutes=1)}
    rows = [*year(-0.3), row(TODAY, "ABC", "10:11", 0.9) | since]
    with_it, without = ask(rows).retail, ask(year(-0.3)).retail
    assert with_it.intensity == pytest.approx(without.intensity, rel=1e-12)  # names are summed in any order
    assert (with_it.percentile, with_it.low, with_it.high) == (without.percentile, without.low, without.high)
    apart = [*year(-0.3), row(TODAY, "ABC", "10:12", 0.9)]
    assert ask(apart).retail.intensity == pytest.approx(0.1)


def test_windows_that_are_all_the_same_prints_do_not_make_each_other_sure() -> None:
    """A name of a few hundred prints a day: each of its windows reaches from its start to the close."""
    rows = year(0.1, at=("16:00", "16:00"))
    for place, own in enumerate(rows):
        own["since"] = clock("11:00" if place % 2 else "10:00", own["session"])  # type: ignore[arg-type]
    compared = ask(rows, "16:00")
    assert compared.retail.percentile is None
    assert compared.retail.reason == "so few windows by 16:00 cannot tell how sure a percentile would be"


def test_a_name_that_trades_many_times_what_it_usually_does_makes_today_less_sure() -> None:
    windows, _ = noisy(7)
    usual = volumes(*NAMES, sessions=SESSIONS)
    wild = (pl.col("session") == TODAY) & (pl.col("ticker") == NAMES[-1])
    dollars = usual.with_columns(pl.col("dollar_volume_usd") * pl.when(wild).then(100).otherwise(1))
    calm, led = (
        compare(windows, drawn(), traded, session=TODAY, at=clock("16:00")).retail for traded in (usual, dollars)
    )
    assert led.high - led.low > 1.5 * (calm.high - calm.low)  # type: ignore[operator]
