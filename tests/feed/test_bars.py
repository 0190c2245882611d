"""Which sessions are asked for, what becomes of empty answers and of those beyond the plan."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from deskview.feed.bars import Loaded, load_bars
from deskview.market.schema import BARS, empty
from deskview.providers.base import Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store
from tests.feed.tiny import TinyMarket

DAYS = [date(2026, 1, 1) + timedelta(days=place) for place in range(60)]


class Short(TinyMarket):
    """Answers nothing for some days and refuses others."""

    def __init__(self, empty_days: set[date] | None = None, refused: set[date] | None = None) -> None:
        super().__init__(datetime(2026, 3, 2, tzinfo=UTC))
        self.empty_days, self.refused = empty_days or set(), refused or set()

    async def daily_bars(self, session: date) -> Table:
        if session in self.refused:
            self.days.append(session)
            raise ProviderError(Kind.OUTSIDE_WINDOW, "The plan does not reach this date.")
        table = await super().daily_bars(session)
        return Table(empty(BARS)) if session in self.empty_days else table


async def load(market: TinyMarket, store: Store) -> tuple[Loaded, list[str]]:
    events: list[str] = []
    loaded = await load_bars(
        market,
        store,
        DAYS,
        progress=lambda _: None,
        reached=lambda stage: events.append(f"{stage} in"),
        changed=lambda: events.append("changed"),
    )
    return loaded, events


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


async def test_newest_first_and_each_stage_is_told_once(store: Store) -> None:
    market = Short()
    loaded, events = await load(market, store)
    assert market.days == DAYS[::-1]
    assert (loaded.empty, loaded.beyond, store.sessions()) == ([], None, set(DAYS))
    assert events.count("30 in") == events.count("273 in") == 1
    assert events.index("30 in") < events.index("273 in")


async def test_an_empty_answer_is_not_kept_and_asked_for_again(store: Store) -> None:
    loaded, _ = await load(Short({DAYS[-1], DAYS[20]}), store)
    assert sorted(loaded.empty) == [DAYS[20], DAYS[-1]]
    assert store.sessions() == set(DAYS) - {DAYS[20], DAYS[-1]}
    again, events = await load(Short(), store)
    assert again.empty == []
    assert store.sessions() == set(DAYS)
    assert "changed" in events


async def test_an_empty_answer_never_replaces_bars_that_are_held(store: Store) -> None:
    await load(Short(), store)
    loaded, events = await load(Short({DAYS[-1]}), store)
    assert (loaded.empty, events) == ([], ["30 in", "273 in"])
    assert store.bars([DAYS[-1]]).height > 0


async def test_where_the_plan_ends_no_older_session_is_asked_for(store: Store) -> None:
    market = Short(refused=set(DAYS[:25]))
    loaded, _ = await load(market, store)
    assert store.sessions() == set(DAYS[25:])
    assert loaded.beyond == DAYS[24]
    assert loaded.empty == []
    assert len([day for day in market.days if day in market.refused]) < 25


async def test_a_plan_that_does_not_reach_the_newest_sessions_is_refused(store: Store) -> None:
    with pytest.raises(ProviderError, match="does not reach"):
        await load(Short(refused=set(DAYS)), store)


async def test_where_the_providers_history_begins_empty_answers_before_it_are_no_fault(store: Store) -> None:
    loaded, _ = await load(Short(set(DAYS[:20]) | {DAYS[40]}), store)
    assert loaded.empty == [DAYS[40]]
    assert loaded.beyond == DAYS[19]


async def test_a_provider_without_any_bars_leaves_every_session_to_be_told(store: Store) -> None:
    loaded, _ = await load(Short(set(DAYS)), store)
    assert sorted(loaded.empty) == DAYS
    assert loaded.beyond is None


def test_some_columns_of_the_bars_are_read_as_well_as_all(store: Store) -> None:
    frame = pl.DataFrame([("A", DAYS[0], 1.0, 1.0, 1.0, 1.0, 5.0, 1.0, 3)], schema=dict(BARS), orient="row")
    store.put_bars(DAYS[0], frame)
    assert store.bars(DAYS[:2], ("ticker", "close")).rows() == [("A", 1.0)]
    assert store.bars([DAYS[5]], ("ticker", "close")).columns == ["ticker", "close"]


WIDE = 60
"""Names enough for shares of them to say something."""
Spoil = Callable[[pl.DataFrame], pl.DataFrame]


def halved(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.head(WIDE // 2)


def thousandfold(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.with_columns(pl.col("close") * 1_000)


class Wide(TinyMarket):
    """A market of more names, some of whose sessions come spoilt."""

    def __init__(self, spoilt: dict[date, Spoil] | None = None) -> None:
        super().__init__(datetime(2026, 3, 2, tzinfo=UTC))
        self.spoilt = spoilt or {}

    async def daily_bars(self, session: date) -> Table:
        price = [20.0 + name + session.toordinal() % 7 * 0.1 for name in range(WIDE)]
        rows = [(f"N{name}", session, p, p, p, p, 1e6 + p, p, 1000) for name, p in enumerate(price)]
        bars = pl.DataFrame(rows, schema=dict(BARS), orient="row")
        spoil = self.spoilt.get(session)
        return Table(spoil(bars) if spoil else bars, 2, ("no bar (2)",))


@pytest.mark.parametrize("spoil", [halved, thousandfold])
@pytest.mark.parametrize("place", [-1, -5, 12])
async def test_a_session_that_can_be_none_is_not_kept_and_asked_for_again(
    store: Store, spoil: Spoil, place: int
) -> None:
    loaded, _ = await load(Wide({DAYS[place]: spoil}), store)
    assert store.sessions() == set(DAYS) - {DAYS[place]}
    assert list(loaded.set_aside) == [DAYS[place]]
    assert str(DAYS[place]) in loaded.set_aside[DAYS[place]]
    again, _ = await load(Wide(), store)
    assert again.set_aside == again.doubted == {}
    assert store.sessions() == set(DAYS)


@pytest.mark.parametrize("spoil", [halved, thousandfold])
async def test_a_session_that_is_held_outlasts_a_worse_answer(store: Store, spoil: Spoil) -> None:
    await load(Wide(), store)
    held = store.bars([DAYS[-1]])
    loaded, events = await load(Wide({DAYS[-1]: spoil}), store)
    assert "the stored ones stay" in loaded.set_aside[DAYS[-1]]
    assert "changed" not in events
    assert store.bars([DAYS[-1]]).equals(held)


async def test_a_new_session_is_held_against_those_stored_before(store: Store) -> None:
    await load(Wide(), store)
    store.forget_bars(DAYS[-1])
    loaded, _ = await load(Wide({DAYS[-1]: thousandfold}), store)
    assert list(loaded.set_aside) == [DAYS[-1]]
    assert DAYS[-1] not in store.sessions()


async def test_sessions_are_judged_before_the_first_models_rest_on_them(store: Store) -> None:
    held_then: list[set[date]] = []
    await load_bars(
        Wide({DAYS[-2]: halved}),
        store,
        DAYS,
        progress=lambda _: None,
        reached=lambda _: held_then.append(store.sessions()),
        changed=lambda: None,
    )
    assert held_then
    assert all(DAYS[-2] not in held for held in held_then)


async def test_what_was_left_out_is_counted_over_all_sessions_with_its_reasons(store: Store) -> None:
    loaded, _ = await load(Wide(), store)
    assert (loaded.left_out.rows, loaded.left_out.reasons) == (2 * len(DAYS), (f"no bar ({2 * len(DAYS)})",))
