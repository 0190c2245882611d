"""A board of whatever there is: each part stands or falls alone and says why."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskview.board import Board, FlowInputs, Inputs, Notice, Status, WeekInputs, Wire, build, build_board
from deskview.board.basis import INTEREST
from deskview.board.export import board_to_builtins, board_to_json
from deskview.market.source import Source
from tests.analytics.markets import nulls
from tests.feed.markets import PARTS
from tests.feed.reading import leaves

CLOSE = datetime(2026, 2, 4, 21, tzinfo=UTC)
MARKET = ("momentum", "breadth", "rotation", "leverage")
NOTHING = Inputs(
    source=Source("massive"), now=None, phase="", session=None, basis=None, snapshot=None, snapshot_at=None
)


@pytest.fixture
def inputs(board: Board) -> Inputs:
    """What the crash's board is made of, but for the prints."""
    return Inputs(
        source=board.source,
        now=CLOSE,
        phase="open",
        session=board.session,
        basis=board.basis,
        snapshot=board.snapshot,
        snapshot_at=CLOSE,
    )


def test_from_nothing_every_part_says_what_it_waits_for() -> None:
    board = build_board(NOTHING)
    for part in PARTS:
        assert board.parts[part].status is Status.UNAVAILABLE
        assert board.parts[part].note.startswith("waiting for")
        assert board.parts[part].missing == {"": board.parts[part].note}
    decoded = msgspec.json.decode(board_to_json(board))
    assert (decoded["schema"], decoded["as_of"]) == (2, None)


def test_a_company_of_two_lines_moves_the_index_once(inputs: Inputs, board: Board) -> None:
    """Both of Alphabet's lines fall by 3%, nobody else moves; the vendor gives the whole company's cap on each."""
    assert board.basis is not None
    assert board.live is not None
    assert inputs.snapshot is not None
    alphabet = pl.col("ticker").is_in(["GOOG", "GOOGL"])
    closes = board.live.select("ticker", close="prev_close")
    moved = inputs.snapshot.join(closes, on="ticker", how="left").with_columns(
        day_close=pl.col("close") * pl.when(alphabet).then(0.97).otherwise(1.0)
    )
    names = board.basis.names.filter(pl.col("in_index")).with_columns(company=pl.coalesce("cik", "ticker"))
    companies = names.group_by("company").agg(pl.col("market_cap_usd").max(), lines=pl.len(), is_it=alphabet.any())
    assert companies.filter("is_it")["lines"].to_list() == [2]
    part = companies.filter("is_it")["market_cap_usd"].item() / companies["market_cap_usd"].sum()
    reading = build_board(replace(inputs, snapshot=moved.drop("close"))).breadth.value
    assert reading is not None
    assert reading.cap_weight_return == pytest.approx(-0.03 * part, rel=1e-9)


def test_without_prints_the_rest_is_whole(inputs: Inputs, board: Board) -> None:
    built = build_board(inputs)
    assert built.flow.value is None
    assert "prints" in built.flow.note
    assert all(built.parts[part].value is not None for part in MARKET)
    assert built.rotation.value == board.rotation.value
    assert built.momentum.value is not None
    assert board.momentum.value is not None
    alone = msgspec.structs.replace(board.momentum.value, rank=None, missing=built.momentum.value.missing)
    assert built.momentum.value == alone, "the rank is that of past days, which are not here either"


@pytest.mark.parametrize("lacking", ["basis", "snapshot", "snapshot_at"])
def test_without_history_or_snapshot_there_are_no_market_figures(inputs: Inputs, lacking: str) -> None:
    built = build_board(replace(inputs, **{lacking: None}))  # type: ignore[arg-type]
    assert all(built.parts[part].value is None and built.parts[part].note for part in MARKET)


@pytest.mark.parametrize("part", MARKET)
def test_a_method_that_could_not_be_prepared_gives_its_reason(inputs: Inputs, part: str) -> None:
    assert inputs.basis is not None
    lacking: dict[str, Any] = {part: None, "reasons": {part: "too short a history"}}
    built = build_board(replace(inputs, basis=replace(inputs.basis, **lacking)))
    assert built.parts[part].note == "too short a history"
    assert all(built.parts[other].value is not None for other in MARKET if other != part)


@pytest.mark.parametrize("part", ["momentum", "breadth", "rotation", "leverage"])
def test_a_method_that_raises_leaves_the_others_whole(
    inputs: Inputs, part: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("in the middle of it")

    monkeypatch.setattr(f"deskview.analytics.{part}.read", broken)
    built = build_board(inputs)
    assert built.parts[part].value is None
    assert "fault of deskview's own" in built.parts[part].note
    assert "in the middle of it" not in built.parts[part].note
    assert "in the middle of it" in caplog.text
    assert all(built.parts[other].value is not None for other in MARKET if other != part)


def test_a_fault_marks_the_figures_stale_and_progress_only_partial(inputs: Inputs) -> None:
    notices = {"momentum": Notice("It failed.", fault=True), "rotation": Notice("On its way.", progress=0.4)}
    built = build_board(replace(inputs, notices=notices))
    assert built.momentum.status is Status.STALE
    assert built.momentum.note == "It failed."
    assert built.momentum.value is not None
    assert built.rotation.status is Status.PARTIAL
    assert built.rotation.progress == 0.4
    assert built.breadth.note == ""


def test_what_is_awaited_is_told_where_there_are_no_figures() -> None:
    built = build_board(replace(NOTHING, notices={"flow": Notice("year of flow: 3 of 252", progress=0.01)}))
    assert built.flow.note == "year of flow: 3 of 252"
    assert built.flow.progress == 0.01


def test_the_json_names_every_part_and_its_reason() -> None:
    decoded = msgspec.json.decode(board_to_json(build_board(NOTHING)))
    assert set(PARTS) < set(decoded)
    for part in PARTS:
        assert decoded[part]["status"] == "unavailable"
        assert decoded[part]["missing"][""]


def test_the_inputs_of_flow_do_not_stand_without_today(inputs: Inputs) -> None:
    built = build_board(replace(inputs, flow=FlowInputs(None, CLOSE)))
    assert built.flow.value is None


SPOILT: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "none": lambda _: pl.lit(None, pl.Float64),
    "tiny": lambda price: price * 1e-9,
    "huge": lambda price: price * 1e9,
    "unchanged": lambda _: pl.col("prev_close"),
    "as it is": lambda price: price,
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(list(SPOILT)), st.integers(1, 5))
def test_no_figure_is_ever_not_a_number(inputs: Inputs, way: str, every: int) -> None:
    assert inputs.snapshot is not None
    spoilt = pl.int_range(pl.len()) % every == 0
    prices = [
        pl.when(spoilt).then(SPOILT[way](pl.col(name))).otherwise(name).alias(name)
        for name in ("trade_price", "minute_close", "day_close")
    ]
    built = build_board(replace(inputs, snapshot=inputs.snapshot.with_columns(prices)))
    numbers = [(path, value) for path, value in leaves(board_to_builtins(built)) if isinstance(value, float)]
    assert [path for path, value in numbers if not math.isfinite(value)] == []
    assert all(built.parts[part].value is not None for part in MARKET)


NO_FIGURES = (".above", ".up_to", ".resets_on", ".reason", ".fund")


def test_every_missing_figure_of_leverage_has_its_reason(board: Board) -> None:
    """`above` and `up_to` are null where a range is unbounded; days and texts that there are none of are no figures."""
    paths = nulls({**msgspec.to_builtins(board.leverage.value), "missing": None, "notes": None})
    plain = {".".join(word for word in path.split(".") if not word.isdigit()) for path in paths}
    unexplained = {path for path in plain - {"missing", "notes"} if not path.endswith(NO_FIGURES)}
    assert "by_fund.tracking_gap" in unexplained
    assert unexplained <= board.leverage.missing.keys()


def test_creations_that_are_not_known_leave_the_reading_whole(inputs: Inputs) -> None:
    assert inputs.basis is not None and inputs.basis.leverage is not None
    unknown = np.full(len(inputs.basis.leverage.creation), np.nan)
    model = replace(inputs.basis.leverage, creation=unknown)
    board = build_board(replace(inputs, basis=replace(inputs.basis, leverage=model)))
    assert "creation_usd" in board.leverage.missing
    assert board.leverage.value is not None and board.leverage.value.creation_usd is None
    assert board.leverage.status is Status.LIVE


def kept(first: Board, second: Board) -> set[str]:
    """The parts that are the same objects."""
    return {name for name in MARKET if first.parts[name] is second.parts[name]}


def test_a_board_of_the_same_market_keeps_its_readings(inputs: Inputs) -> None:
    before = build(inputs)
    first, second = before.board, build_board(replace(inputs, wire=Wire(5)), before)
    assert kept(first, second) == set(MARKET)
    assert second.live is first.live
    assert second.wire == Wire(5)


def test_what_is_said_of_a_part_changes_that_part_alone(inputs: Inputs) -> None:
    before = build(inputs)
    notices = {"leverage": Notice("the simulation failed", fault=True)}
    first, second = before.board, build_board(replace(inputs, notices=notices), before)
    assert kept(first, second) == set(MARKET) - {"leverage"}
    assert second.leverage.status is Status.STALE
    assert second.leverage.value == first.leverage.value


CHANGES: dict[str, Callable[[Inputs], Inputs]] = {
    "prices": lambda old: replace(old, snapshot=old.snapshot.with_columns(day_close=pl.col("day_close") * 1.01)),  # type: ignore[union-attr]
    "the time": lambda old: replace(old, snapshot_at=datetime(2026, 2, 4, 20, 59, tzinfo=UTC)),
    "its receipt": lambda old: replace(old, snapshot_received=7.0),
    "models": lambda old: replace(old, basis=replace(old.basis, momentum=None)),  # type: ignore[type-var]
    "the week": lambda old: replace(old, week=WeekInputs(score_note="no year yet")),
    "no market": lambda old: replace(old, snapshot=None),
    "a notice": lambda old: replace(old, notices={"momentum": Notice("late", fault=True)}),
    "nothing": lambda old: old,
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_kept_of_the_board_before_changes_no_figure(inputs: Inputs, what: str) -> None:
    changed = CHANGES[what](inputs)
    after = build_board(changed, build(inputs))
    anew = build_board(changed)
    assert board_to_json(after) == board_to_json(anew)
    assert {name: part.received for name, part in after.parts.items()} == {
        name: part.received for name, part in anew.parts.items()
    }


def test_the_names_of_interest_that_trade_alike_are_the_first_of_the_alphabet(board: Board) -> None:
    assert board.basis is not None
    tickers, day = [f"T{number:04}" for number in range(INTEREST + 200)], date(2026, 2, 3)
    rows = [(ticker, day, 1e9) for ticker in tickers]
    schema = {"ticker": pl.String, "session": pl.Date, "dollar_volume_usd": pl.Float64}
    history = pl.DataFrame(rows, schema=schema, orient="row").sample(fraction=1.0, shuffle=True, seed=3)
    names = pl.DataFrame({"ticker": tickers, "type": "CS", "in_index": False})
    assert replace(board.basis, history=history, names=names).names_of_interest() == tickers[:INTEREST]


def test_without_momentum_the_read_s_other_sentences_stand(inputs: Inputs) -> None:
    assert inputs.basis is not None
    basis = replace(inputs.basis, momentum=None, reasons={**inputs.basis.reasons, "momentum": "there is no basket."})
    part = build_board(replace(inputs, basis=basis)).read
    assert part.value is not None
    broke, _, supply, _ = part.value.sentences
    assert broke.sentence == "Momentum: –, there is no basket."
    assert supply.case == "supply"
