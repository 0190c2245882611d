"""The coming week beside its closed form: the last simulation, and how past forecasts held."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from deskview.analytics import leverage

if TYPE_CHECKING:
    from deskview.board.board import Board


_SCORED = tuple(f"score.{figure}" for figure in ("hit_rate", "hit_low", "hit_high", "mean_pit"))


@dataclass(frozen=True)
class WeekInputs:
    """What is made less often than a board: the Monte Carlo, the score, and a remark on what the score rests on."""

    simulation: leverage.Simulation | None = None
    score: leverage.Score | None = None
    score_note: str = ""


def simulated(board: "Board", paths: int) -> leverage.Simulation | None:
    """The Monte Carlo of the board's coming week, seeded; None where its closed form is missing. For a thread."""
    model, reading = board.basis.leverage if board.basis else None, board.leverage.value
    if model is None or reading is None or reading.next_week.sd_usd is None:
        return None
    found = leverage.simulate_week(model, reading, paths=paths).next_week.simulation
    return None if found is None else msgspec.structs.replace(found, as_of=board.leverage.as_of)


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
    return f"no stored forecast has run its course yet ({pending} pending); `deskview backfill` fills past weeks"
