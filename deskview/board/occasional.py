"""What is made less often than a board, put into the readings of each: simulated week, score, rank among past days."""

import msgspec

from deskview.analytics import leverage, momentum
from deskview.analytics.events import rank_of
from deskview.analytics.momentum.read import UNRANKED
from deskview.board.board import Board
from deskview.board.inputs import HistoryInputs, WeekInputs

_SCORED = tuple(f"score.{figure}" for figure in ("hit_rate", "hit_low", "hit_high", "mean_pit"))


def ranked(reading: momentum.MomentumReading, given: HistoryInputs) -> momentum.MomentumReading:
    """The reading with the rank of its return among the days of the longest record, or why there is none."""
    found, missing = None, dict(reading.missing)
    if reading.return_ is None:
        missing["rank"] = missing["return"]
    elif given.records:
        found = rank_of(reading.return_, given.records[0].series, given.records[0].title)
        missing.pop("rank", None)
    else:
        missing["rank"] = UNRANKED if given.reading is None else given.reading.missing.get("days", "")
    return msgspec.structs.replace(reading, rank=found, missing=missing)


def simulated(board: Board, paths: int) -> leverage.Simulation | None:
    """The Monte Carlo of the board's coming week, seeded; None where its closed form is missing. For a thread."""
    model, reading = board.basis.leverage if board.basis else None, board.leverage.value
    live, at = board.live, board.leverage.as_of
    if model is None or reading is None or live is None or at is None or reading.next_week.sd_usd is None:
        return None
    found = leverage.simulate_week(model, reading, live, at, paths=paths)
    simulation = found.next_week.simulation
    return None if simulation is None else msgspec.structs.replace(simulation, as_of=at)


def completed(reading: leverage.Leverage, given: WeekInputs) -> leverage.Leverage:
    """The reading with the simulation and the score in it.

    A simulation of other sessions than the reading's is left out, as is one beside a missing closed form.
    """
    notes = {"score": given.score_note} if given.score_note else {}
    unscored = () if given.score and given.score.weeks else _SCORED if given.score else ("score", *_SCORED)
    return msgspec.structs.replace(
        reading,
        next_week=_with_simulation(reading.next_week, given.simulation),
        score=given.score,
        notes=reading.notes | notes,
        missing=reading.missing | dict.fromkeys(unscored, _unscored(given.score)),
    )


def _with_simulation(week: leverage.NextWeek, found: leverage.Simulation | None) -> leverage.NextWeek:
    if found is None or week.sd_usd is None or [point.session for point in found.fan] != week.sessions:
        return week
    return msgspec.structs.replace(week, simulation=found, conditional=found.conditional, paths=found.paths)


def _unscored(score: leverage.Score | None) -> str:
    pending = score.pending if score else 0
    return f"no forecast has run its course yet ({pending} pending); past weeks are scored once the history is in"
