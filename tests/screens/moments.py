"""Boards whose momentum or leveraged-ETF reading is another."""

from dataclasses import replace
from typing import Any

import msgspec

from deskview.analytics.leverage import Leverage
from deskview.analytics.leverage.readings import FamilyRow, IndexWeights, Rank, Unregistered
from deskview.board import Board


def with_momentum(board: Board, **figures: Any) -> Board:  # noqa: ANN401 - any field of the reading
    """The board with these fields of its momentum reading."""
    assert board.momentum.value is not None
    reading = msgspec.structs.replace(board.momentum.value, **figures)
    return replace(board, momentum=replace(board.momentum, value=reading, missing=reading.missing))


def with_basis(board: Board, basis: str) -> Board:
    """The board whose every σ of momentum rests on that, with one of the hour."""
    reading = board.momentum.value
    assert reading is not None

    def rests(part: Any) -> Any:  # noqa: ANN401 - a Struct with a basis
        return msgspec.structs.replace(part, sigma_basis=basis)

    neutral, horizons = reading.sector_neutral, reading.horizons
    return with_momentum(
        board,
        sigma_basis=basis,
        sigma_of_hour=reading.sigma,
        beta_neutral=rests(reading.beta_neutral),
        sector_neutral=msgspec.structs.replace(rests(neutral), beta_neutral=rests(neutral.beta_neutral)),
        horizons=msgspec.structs.replace(
            horizons, intermediate=rests(horizons.intermediate), recent=rests(horizons.recent)
        ),
    )


def with_leverage(board: Board, **figures: Any) -> Board:  # noqa: ANN401 - any field of the reading
    """The board with these fields of its reading of leveraged ETFs."""
    assert board.leverage.value is not None
    reading = msgspec.structs.replace(board.leverage.value, **figures)
    return replace(board, leverage=replace(board.leverage, value=reading, missing=reading.missing))


WEIGHTS = [
    IndexWeights("NDX", "Nasdaq-100", "implied", "QQQ", 0.9984, 2.13, 101, 98, None),
    IndexWeights("DJI", "Dow Jones Industrial Average", "rule", None, None, None, 30, 30, None),
    IndexWeights(
        "NYSE_SEMIS",
        "NYSE Semiconductor",
        "prior",
        "SOXX",
        0.953,
        41.3,
        30,
        29,
        "R² .953 is below .99",
        "market values",
    ),
    IndexWeights("RUT", "Russell 2000", "none", None, None, None, 0, 0, "no constituents are known"),
]


def whole(board: Board) -> Board:
    """The board with every figure of leveraged ETFs there may be: 97 % covered, 4th of 530, a week wider than most."""
    reading = board.leverage.value
    assert reading is not None and reading.score is not None
    score = msgspec.structs.replace(
        reading.score,
        **{"weeks": 250, "hits": 228, "hit_rate": 0.912, "hit_low": 0.87, "hit_high": 0.94, "mean_pit": 0.5},
        **{"pit_histogram": [25] * 10, "pending": 3, "apart": 50, "after_shocks": 14, "shock_hits": 12},
    )
    return with_leverage(
        board,
        **{"funds_known": reading.funds + 13, "coverage": 0.9712, "rank": Rank(4, 530, "sale", "2023-12-22", 268)},
        technology_usd=-9.9e9,
        by_family=[
            FamilyRow("nasdaq", -5.1e9, 2.9e9, 80),
            FamilyRow("semiconductors", -3.2e9, 0.9e9, 14),
            FamilyRow("technology", -1.6e9, 0.4e9, 9),
        ],
        by_name=[
            msgspec.structs.replace(row, week_sd_usd=row.per_1pct_usd * 2, week_of_adv=0.05) for row in reading.by_name
        ],
        by_fund=_funds(reading),
        **{"creation_usd": 1.2e9, "creation_session": "2026-02-03", "creation_coverage": 0.9177},
        index_weights=WEIGHTS,
        unregistered=[Unregistered("ABCX", "Example 2X Long Daily")],
        next_week=msgspec.structs.replace(
            reading.next_week,
            **{"percentile": 94.0, "percentile_of": 252, "sd_without_today_usd": 9.02e9, "day_share": 0.72},
            **{"p01_usd": -27.3e9, "es05_usd": -24.8e9, "coverage": 0.998},
        ),
        score=score,
        missing={path: why for path, why in reading.missing.items() if "creation" not in path and "score" not in path},
    )


NO_WEEK = {"week_p05_usd": None, "week_es05_usd": None, "week_p95_usd": None}
"""A fund that does not reset daily is not in next week."""


def _funds(reading: Leverage) -> list[Any]:
    """Its funds with creations, TQQQ an ETN, SOXL resetting weekly and not today, SQQQ's creations unknown."""
    own: dict[str, dict[str, Any]] = {
        "TQQQ": {"structure": "ETN"},
        "SOXL": {"reset": "weekly", "resets_on": "2026-02-06", "today_usd": 0.0, "per_1pct_usd": 0.0, **NO_WEEK},
        "SQQQ": {"creation_usd": None},
        "TECL": {
            "reset": "weekly",
            "resets_on": "2026-02-04",
            "period_return": -0.05,
            "period_aum_usd": 4e9,
            "today_usd": -1.2e9,
            **NO_WEEK,
        },
    }
    return [
        msgspec.structs.replace(fund, **{"creation_usd": 1e6, **own.get(fund.ticker, {})}) for fund in reading.by_fund
    ]
