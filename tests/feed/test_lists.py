"""The user's own lists from their files to the board: 500 rows held against numpy, a file that changes, bad rows, and
that what is held stays here."""

import logging
import math
import re
import shutil
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pytest

from deskview import paths
from deskview.alerts.engine import Alerts
from deskview.alerts.shipped import SHIPPED
from deskview.analytics.assumptions import NO_LIST
from deskview.analytics.holdings import ListReading
from deskview.board import Board, ListsInputs, Status
from deskview.board.alerts import Firing
from deskview.board.export import board_to_builtins, board_to_json
from deskview.board.schema import board_schema
from deskview.cli.doctor.bundle import contents
from deskview.cli.doctor.check import Check, Level
from deskview.feed.lists import lists_of
from deskview.feed.state import Daily
from deskview.logs import configure_logging
from deskview.settings import Alert, Settings
from deskview.store import Store
from tests.feed.markets import Made, refreshed, simulated
from tests.feed.running import running
from tests.screens.listed import with_lists

QUANTITY, PRICE = 7_654_321.25, 43.2177
"""Told apart from any other number, however they are written."""
TRACES = re.compile(r"7[,.' _]?654[,.' _]?321|7\.65\d*e\+?0?6|43\.21[78]", re.IGNORECASE)
Held = dict[str, tuple[float, float | None]]


def put(name: str, text: str) -> Path:
    """The file as one of the user's lists."""
    folder = paths.lists_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def one_of(board: Board, name: str = "core") -> ListReading:
    assert board.lists.value is not None
    return next(one for one in board.lists.value.lists if one.name == name)


def delisted(cache: Path) -> list[str]:
    """Tickers that are gone and were not taken over by another."""
    store = Store(next(path.parent for path in cache.rglob("delisted.parquet")))
    dead, alive = store.table("delisted"), store.table("tickers")
    assert dead is not None
    assert alive is not None
    figi = alive.filter(pl.col("figi").is_not_null()).select("figi")
    gone = dead.join(alive, on="ticker", how="anti").join(figi, on="figi", how="anti")
    return sorted(set(gone.get_column("ticker")))


def big_list(board: Board, dead: list[str]) -> tuple[str, Held]:
    """500 rows: held and sold short, fractions, 30 tickers twice, 12 that nobody knows, 8 that are gone."""
    assert board.basis is not None
    rng = np.random.default_rng(22)
    names = board.basis.names.filter(pl.col("ticker").str.contains(r"^[A-Z]{1,5}$")).get_column("ticker").sort()
    chosen = [str(name) for name in rng.choice(names.to_numpy(), 450, replace=False)]
    lines = [(name, round(float(rng.normal(0, 500)), 3) or 1.0, None) for name in chosen]
    priced = [(name, size, round(float(rng.uniform(5, 400)), 2)) for name, size, _ in lines[::4]]
    rows: list[tuple[str, float, float | None]] = [*lines, *((name, 12.5, None) for name, _, _ in lines[:30])]
    rows[:450:4] = priced
    rows += [(f"XX{letter}XQ", 100.0, 10.0) for letter in "ABCDEFGHIJKL"]
    rows += [(name, 50.0, None) for name in dead[:8]]
    held: Held = {}
    for name, size, price in rows:
        before = held.get(name)
        held[name] = (size, price) if before is None else (before[0] + size, None)
    text = "".join(f"{name},{size},{'' if price is None else price}\n" for name, size, price in rows)
    assert text.count("\n") == 500
    return text, held


class ByHand(NamedTuple):
    """What counts: tickers, their quantities, prices and closes before, and betas to the spread, NaN for none."""

    tickers: list[str]
    quantity: np.ndarray
    price: np.ndarray
    before: np.ndarray
    beta: np.ndarray

    @property
    def worth(self) -> np.ndarray:
        worth: np.ndarray = self.quantity * self.price
        return worth

    @property
    def gross(self) -> float:
        return float(np.abs(self.worth).sum())


def by_hand(board: Board, held: Held, dead: set[str]) -> ByHand:
    """From LIVE and HISTORY alone, without the program's own methods."""
    assert board.live is not None
    assert board.basis is not None
    assert board.basis.momentum is not None
    assert board.basis.momentum.days is not None
    days = board.basis.momentum.days
    spread = dict(zip(days.sessions, (days.long - days.short).tolist(), strict=True))
    prices = {row["ticker"]: row for row in board.live.iter_rows(named=True)}
    sessions = sorted(set(board.basis.history.get_column("session")))[-253:]
    x = np.array([spread.get(session, np.nan) for session in sessions[1:]])
    closes: Mapping[Any, pl.DataFrame] = board.basis.history.filter(pl.col("ticker").is_in(list(held))).partition_by(
        "ticker", as_dict=True
    )
    rows = []
    for ticker, (quantity, _) in held.items():
        now = prices.get(ticker)
        if now is None or ticker in dead:
            continue
        last, previous = now["price"], now["prev_close"]
        if last is None and previous is None:
            continue
        rows.append(
            (
                ticker,
                quantity,
                last if last is not None else previous,
                previous if last is not None and now["ret"] is not None else math.nan,
                slope(closes.get((ticker,)), sessions, x),
            )
        )
    tickers, *columns = zip(*rows, strict=True)
    return ByHand(list(tickers), *(np.array(column, dtype=float) for column in columns))


def slope(history: pl.DataFrame | None, sessions: list[Any], x: np.ndarray) -> float:
    """Least squares of the name's returns on the spread; a session without a bar has the close before, for a week."""
    if history is None:
        return math.nan
    found = dict(history.select("session", "total_close").iter_rows())
    closes, missed, last = [], 0, math.nan
    for session in sessions:
        close = found.get(session)
        missed = 0 if close is not None else missed + 1
        last = close if close is not None else last if missed <= 5 else math.nan
        closes.append(last)
    values = np.array(closes)
    y = values[1:] / values[:-1] - 1
    both = np.isfinite(x) & np.isfinite(y)
    return float(np.polyfit(x[both], y[both], 1)[0]) if both.sum() >= 126 else math.nan


@pytest.fixture
def warm_lists(crash: Made, tmp_path: Path) -> Path:
    """All the history the crash needs."""
    return Path(shutil.copytree(crash.cache, tmp_path / "cache"))


async def test_500_rows_agree_with_numpy_from_the_file_to_the_json(crash: Made, warm_lists: Path) -> None:
    dead = delisted(crash.cache)
    assert len(dead) >= 8
    text, held = big_list(crash.board, dead)
    put("core.csv", text)
    board = await refreshed(simulated(), warm_lists)
    one, own = one_of(board), by_hand(board, held, set(dead))
    assert one.rows == len(held) == 470
    assert [row.ticker for row in one.positions if row.counted] == own.tickers
    assert one.left_out["unknown ticker"] == 12
    assert one.left_out["delisted"] == 8
    gone = {row.ticker: row.reason for row in one.positions if row.ticker in dead}
    assert all(str(reason).startswith("delisted on 20") for reason in gone.values())
    assert sum(one.left_out.values()) + one.counted == one.rows
    worth, moved = own.worth, np.isfinite(own.before)
    gain = float((own.quantity * (own.price - own.before))[moved].sum())
    before = float(np.abs(own.quantity * own.before)[moved].sum())
    known = np.isfinite(own.beta)
    beta = float((worth * np.nan_to_num(own.beta)).sum() / own.gross)
    sizes = {
        "gross_usd": own.gross,
        "net_usd": float(worth.sum()),
        "short_usd": float(worth[worth < 0].sum()),
        "pnl_today_usd": gain,
        "return_today": gain / before,
        "beta_spread": beta,
        "beta_usd": beta * own.gross,
        "beta_share": float(np.abs(worth)[known].sum() / own.gross),
        "shock_usd": -4 * (one.sigma or math.nan) * beta * own.gross,
    }
    assert {path: getattr(one, path) for path in sizes} == {
        path: pytest.approx(value, rel=1e-9, abs=1e-9) for path, value in sizes.items()
    }
    assert one.shock_low_usd is not None
    assert one.shock_high_usd is not None
    assert one.shock_low_usd < sizes["shock_usd"] < one.shock_high_usd
    assert board.leverage.value is not None
    flows = {row.ticker: row for row in board.leverage.value.by_name}
    reached = [flows[name] for name in own.tickers if name in flows]
    assert one.flow_rows == len(reached) > 20
    assert one.flow_today_usd == pytest.approx(sum(row.today_usd or 0.0 for row in reached))
    assert one.flow_per_1pct_usd == pytest.approx(sum(row.per_1pct_usd or 0.0 for row in reached))
    values = board_to_builtins(board)
    assert values["lists"]["lists"][0]["gross_usd"] == one.gross_usd
    assert len(values["lists"]["lists"][0]["positions"]) == 470
    assert b'"shock_low_usd"' in board_to_json(board)


async def test_a_file_that_changes_comes_or_goes_is_seen_with_the_next_board(warm_lists: Path) -> None:
    async with running(simulated(at=time(15)), warm_lists) as shown:
        none = await shown.until(lambda board: board.momentum.value is not None)
        assert none.lists.value is None
        assert none.lists.note.startswith(NO_LIST)
        assert str(paths.lists_folder()) in none.lists.missing[""]
        file = put("core.csv", "NVDA,100\n")
        shown.feed.refresh_now()
        first = await shown.until(lambda board: board.lists.value is not None)
        assert [(row.ticker, row.quantity) for row in one_of(first).positions] == [("NVDA", 100.0)]
        put("core.csv", "NVDA,100\nAAPL,-30.5\n")
        put("other.csv", "MSFT\n")
        shown.feed.refresh_now()
        more = await shown.until(lambda board: board.lists.value is not None and len(board.lists.value.lists) == 2)
        assert [row.quantity for row in one_of(more).positions] == [100.0, -30.5]
        assert not one_of(more, "other").has_quantities
        file.unlink()
        (paths.lists_folder() / "other.csv").unlink()
        shown.feed.refresh_now()
        gone = await shown.until(lambda board: board.lists.value is None)
        assert gone.lists.note.startswith(NO_LIST)


def test_nothing_is_read_or_prepared_anew_while_no_file_and_no_session_is_another(crash: Made) -> None:
    basis = crash.board.basis
    assert basis is not None
    groups = basis.reference.groups
    empty = lists_of(ListsInputs(), basis, groups, Daily())
    assert (empty.model, empty.names) == (None, ())
    assert lists_of(empty, basis, groups, Daily()) is empty
    put("core.csv", "NVDA,100\n")
    known = lists_of(empty, basis, groups, Daily())
    assert known.model is not None
    assert lists_of(known, basis, groups, Daily()) is known
    waiting = lists_of(known, None, None, Daily())
    assert (waiting.model, waiting.names, waiting.reason) == (None, ("core",), "waiting for the daily history")
    put("core.csv", "NVDA,101\n")
    assert lists_of(known, basis, groups, Daily()) is not known


def test_of_the_history_no_more_is_held_than_the_lists_name(crash: Made) -> None:
    put("core.csv", "NVDA,100\nAAPL,5\n")
    basis = crash.board.basis
    assert basis is not None
    model = lists_of(ListsInputs(), basis, basis.reference.groups, Daily()).model
    assert model is not None
    assert sum(one.rest.nbytes for one in model.lists) < 10_000


async def test_bad_rows_are_told_by_line_and_cost_themselves_alone(warm_lists: Path) -> None:
    put("core.csv", "ticker,quantity\nNVDA,100\nAAPL,lots\n!!,5\nMSFT,7\n")
    put("notes.txt", "no list")
    board = await refreshed(simulated(), warm_lists)
    assert board.lists.status is Status.PARTIAL
    assert [row.ticker for row in one_of(board).positions] == ["NVDA", "MSFT"]
    assert board.lists.value is not None
    first, *others = board.lists.value.problems
    assert board.lists.note == f"{first.rstrip('.')}; 2 more like this (i has them)."
    assert any("line 3, quantity" in problem for problem in others)
    assert any("line 4, ticker" in problem for problem in others)
    assert "lots" not in " ".join((first, *others))


async def test_a_folder_of_which_nothing_can_be_read_says_so(warm_lists: Path) -> None:
    put("core.csv", "ticker,quantity\n!!,5\n")
    board = await refreshed(simulated(), warm_lists)
    assert board.lists.value is None
    assert board.lists.note.startswith("no list can be read: ")
    assert "line 2" in board.lists.note


def test_what_is_held_is_in_no_log_no_bundle_and_no_alert(crash: Made, tmp_path: Path) -> None:
    logged = tmp_path / "deskview.log"
    configure_logging(logged, ())
    board = with_lists(crash.board, {"core.csv": f"NVDA,{QUANTITY},{PRICE}\nAAPL,-{QUANTITY},{PRICE}\n"})
    assert TRACES.search(board_to_json(board).decode()), "the user's own JSON has it"
    rules = [
        Alert(f"lists.lists.core.{figure}", above=-1e15)
        for figure in ("pnl_today_usd", "gross_usd", "positions.NVDA.weight", "positions.NVDA.return")
    ]
    fired: list[Firing] = []
    alerts = Alerts(msgspec.structs.replace(Settings(), alert=tuple(rules)), None, fired.append, shipped=SHIPPED)
    alerts.look(alerts.look(board))
    assert {firing.rule.reading for firing in fired} >= {rule.reading for rule in rules}
    for error in (ValueError(board.lists), KeyError(board.lists.value)):
        try:
            raise error
        except (ValueError, KeyError):
            logging.getLogger("deskview").exception("fault with %r and %s", board.lists, board.lists.value)
    logging.shutdown()
    text = logged.read_text()
    assert "the rule on lists.lists.core.pnl_today_usd fired" in text
    assert one_of(board).pnl_today_usd is not None
    assert not re.search(r"own list|gain or loss", text)
    check = Check("log", Level.OK, "fine.")
    packed = "\n".join(part for _, part in contents([check], Settings(), logged))
    told = [f"{firing.title} {firing.sentence}" for firing in fired]
    for where in (text, packed, *told, repr(board.lists), str(board.lists.value)):
        assert not TRACES.search(where), where


@pytest.mark.parametrize(
    "figure", ["quantity", "list_price", "value_usd", "pnl_today_usd", "pnl_since_usd", "since_return"]
)
def test_no_rule_is_offered_on_what_gives_a_position_away(crash: Made, figure: str) -> None:
    from deskview.board.readings import readings  # noqa: PLC0415 - beside what it is for

    board = with_lists(crash.board)
    found = {reading.path for reading in readings(board) if reading.path.startswith("lists.lists.core.positions.")}
    assert found
    assert not any(path.endswith(f".{figure}") for path in found)


def test_the_json_with_lists_keeps_to_the_schema(crash: Made) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    values = msgspec.json.decode(board_to_json(with_lists(crash.board)))
    assert list(Draft202012Validator(board_schema()).iter_errors(values)) == []
