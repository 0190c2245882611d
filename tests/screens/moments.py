"""Boards whose momentum or leveraged-ETF reading is another; a program that has been open for days."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from deskview.analytics.favourites import Crowding, Favourite, LegOverlap
from deskview.analytics.flow import Flow, FundsFlow, GroupFlow, NameDay, NameFlow, OffExchangeShare, Side
from deskview.analytics.flow.structs import DayMark, HalfHour
from deskview.analytics.leverage import Leverage
from deskview.analytics.leverage.readings import FamilyRow, IndexWeights, Rank, Unregistered
from deskview.board import Board
from deskview.board.diagnostics import (
    Diagnostics,
    RefreshFigures,
    RequestErrors,
    ScreenFigures,
    StoreFigures,
    WireFigures,
)
from deskview.clock import monotonic
from deskview.logs import LogFigures
from deskview.usage import ProcessFigures


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


def with_flow(board: Board, reading: Flow) -> Board:
    """The board with this reading of the flow."""
    return replace(board, flow=replace(board.flow, value=reading, missing=reading.missing))


CRASH = (-0.9, -0.7, -0.5, -0.4, -0.35, 0.1, 0.3, 0.5, 0.4, 0.6, 0.5, 0.35, 0.45)
SOLD = (-1.4, -0.5, -0.6, -0.8, -0.5, -0.4, -0.3, -0.3, -0.4, -0.6, -0.5, -0.55, -0.65)
"""Net of the half-hours in billions, retail and the rest; the last may still be to come."""


def side(nets: tuple[float, ...], gross: float, rank: tuple[float, float, float], within: float, **own: Any) -> Side:  # noqa: ANN401 - any field
    """A side with these nets of half-hours on so many dollars traded in each, in billions, at this percentile."""
    halves = [
        HalfHour(
            start=f"{(570 + 30 * n) // 60:02}:{(570 + 30 * n) % 60:02}",
            buy_usd=(gross + net) / 2 * 1e9,
            sell_usd=(gross - net) / 2 * 1e9,
        )
        for n, net in enumerate(nets)
    ]
    net = sum(nets) * 1e9
    marks = [DayMark(session=date(2026, 2, day), intensity=0.01, percentile=40.0 + day) for day in (2, 3)]
    figures: dict[str, Any] = {
        "label": "of these prints",
        "sign_error_note": "28 % are signed wrongly",
        "net_usd": net,
        "intensity": net / (len(nets) * gross * 1e9),
        "percentile": rank[0],
        "percentile_low": rank[1],
        "percentile_high": rank[2],
        "days": 252,
        "morning_usd": sum(nets[:5]) * 1e9,
        "afternoon_usd": sum(nets[5:]) * 1e9,
        "by_half_hour": halves,
        "prints": 6_200_000,
        "names": 50,
        "core_net_usd": None,
        "recent": marks,
        "median_intensity": 0.012,
        "clock": "16:00",
        "net_low_usd": net - within * 1e9,
        "net_high_usd": net + within * 1e9,
    }
    return Side(**figures | own)


TRADED = ("NVDA", "TSLA", "AAPL", "MSFT", "AMZN", "META", "GOOGL", "AVGO", "AMD", "PLTR", "MU", "SNDK", "IREN", "LUV")
OTHERS = tuple(f"{first}{second}X" for first in "ABCDEF" for second in "KLMNOP")
SECTORS = ("Information Technology", "Consumer Discretionary", "Industrials", "Health Care", "Energy")


def names(tickers: tuple[str, ...], **own: Any) -> list[NameFlow]:  # noqa: ANN401 - any field
    """A row a name, the largest turnover first."""
    return [
        NameFlow(
            **{
                "ticker": ticker,
                "retail_net_usd": (-1) ** n * 69.4e6 / (n + 1),
                "other_net_usd": -2.28e9 / (n + 1),
                "core_net_usd": -0.4e9 / (n + 1),
                "retail_intensity": (-1) ** n * 0.014,
                "other_intensity": -0.08,
                "retail_share": 0.02 + 0.004 * n,
                "turnover_usd": 34.3e9 / (n + 1),
                "usual_retail": 0.021,
                "usual_other": -0.01,
                "sector": SECTORS[n % 5],
                "weight": 1.0 + n,
                "leg": "long" if n in (10, 11, 12) else "short" if n == 13 else "",
                **own,
            }
        )
        for n, ticker in enumerate(tickers)
    ]


def group(name: str, count: int, retail: tuple[float, float], other: tuple[float, float]) -> GroupFlow:
    """A leg's or sector's flow: net and half the width of its limits, in millions."""
    return GroupFlow(
        group=name,
        names=count,
        retail_net_usd=retail[0] * 1e6,
        retail_low_usd=(retail[0] - retail[1]) * 1e6,
        retail_high_usd=(retail[0] + retail[1]) * 1e6,
        retail_intensity=-0.031,
        other_net_usd=other[0] * 1e6,
        other_low_usd=(other[0] - other[1]) * 1e6,
        other_high_usd=(other[0] + other[1]) * 1e6,
        other_intensity=-0.052,
    )


FUNDS = ("SPY", "QQQ", "IWM", "TQQQ", "SQQQ", "SOXL", "SOXS", "SMH", "TSLL", "NVDL", "XLK", "ARKK")


def drawn_flow(**own: Any) -> Flow:  # noqa: ANN401 - any field of the reading
    """The crash at the close as 50 names drawn by design tell it, with the funds by themselves."""
    rows = names((*TRADED, *OTHERS))
    figures: dict[str, Any] = {
        "retail": side(CRASH, 7.2, (16.3, 9.4, 26.6), 0.24),
        "institutional": side(SOLD, 38.0, (7.9, 3.2, 14.8), 0.62, core_net_usd=-1.9e9),
        "comparison": "windows of 50 names up to 16:00 against theirs up to 16:00",
        "classified_share": 0.98,
        "unsigned_usd": 11.3e9,
        "auction_usd": 61.2e9,
        "left_out": {"average price": 1234, "far from the last good price": 12},
        "by_name": rows,
        "divergence": rows[:4],
        "converse": rows[5:8],
        "missing": {"retail.core_net_usd": "retail has no such part"},
        "names": 50,
        "focus": 50,
        "off_exchange": OffExchangeShare(share=0.41, session=date(2026, 2, 3)),
        "universe": 3224,
        "universe_share": 0.46,
        "sizing": "50 stocks × 4 windows of 1,000 prints in each of 252 sessions: 50,400 calls once; 200 a day after",
        "by_leg": [
            group("long", 9, (-310, 110), (-2900, 400)),
            group("short", 6, (31, 90), (410, 260)),
            group("neither", 35, (500, 190), (-5200, 500)),
        ],
        "by_sector": [group(sector, 10, (44 * (n - 2), 61), (-900 + 100 * n, 210)) for n, sector in enumerate(SECTORS)],
        "funds": FundsFlow(
            retail=side(CRASH[5:] * 2, 1.2, (61.2, 48.1, 71.8), 0, net_low_usd=None, net_high_usd=None),
            institutional=side(SOLD, 9.0, (33.0, 21.3, 46.0), 0, net_low_usd=None, net_high_usd=None),
            names=12,
            focus=12,
            by_name=names(FUNDS, sector=None, leg="", weight=1.0),
        ),
    }
    return Flow(**figures | own)


def early_flow() -> Flow:
    """The same at 10:21: dollars, and no percentile yet."""
    why = "before 10:30 too little of the day is in to be compared"
    nothing: dict[str, Any] = {"percentile": None, "percentile_low": None, "percentile_high": None, "clock": ""}
    reading = drawn_flow()
    assert reading.funds is not None
    sides = {
        key: msgspec.structs.replace(getattr(reading, key), **nothing, afternoon_usd=None)
        for key in ("retail", "institutional")
    }
    funds = msgspec.structs.replace(
        reading.funds,
        retail=msgspec.structs.replace(reading.funds.retail, **nothing),
        institutional=msgspec.structs.replace(reading.funds.institutional, **nothing),
    )
    paths = [f"{place}{key}.percentile" for place in ("", "funds.") for key in ("retail", "institutional")]
    return msgspec.structs.replace(reading, **sides, funds=funds, missing=dict.fromkeys(paths, why))


def opened_name(ticker: str = "NVDA", **own: Any) -> NameDay:  # noqa: ANN401 - any field
    """A name that was opened, its year half there."""
    figures: dict[str, Any] = {
        "ticker": ticker,
        "as_of": None,
        "retail": side(CRASH, 3.0, (58.2, 41.3, 72.6), 0, days=120, net_low_usd=None, net_high_usd=None),
        "institutional": side(SOLD, 9.0, (4.0, 1.2, 8.8), 0, days=120, net_low_usd=None, net_high_usd=None),
        "turnover_usd": 29.2e9,
        "volume_share": 0.993,
        "retail_share": 0.13,
        "note": "its own year: 120 of 252 sessions, about 40 s left",
        "missing": {},
    }
    return NameDay(**figures | own)


def favourites(seen: int = 412, *, percentile: float | None = 97.4) -> Crowding:
    """30 favourites of so many names seen, nine of them in the long leg."""
    few = f"{seen} names have a sample, 300 are needed to speak of a favourite tenth"
    known = percentile is not None

    def leg(count: int, common: int, rank: float | None, jaccard: float) -> LegOverlap:
        return LegOverlap(
            leg=100,
            sampled=count,
            common=common,
            weighted_jaccard=jaccard if known else None,
            overlap=0.3 if known else None,
            cosine=0.4 if known else None,
            percentile=rank,
            expected=0.08 if known else None,
            sd=0.03 if known else None,
            expected_common=4.2 if known else None,
            shared=[],
        )

    paths = [f"{side}.percentile" for side in ("long", "short")]
    return Crowding(
        names=seen,
        thin=3,
        universe=1000,
        sessions=21,
        through=date(2026, 2, 3),
        favourites=[Favourite(ticker=f"F{n:02}X", share=0.27 - n / 200, leg="long" if n < 9 else "") for n in range(30)]
        if known
        else [],
        long=leg(61, 9, percentile, 0.2),
        short=leg(58, 1, 4.0 if known else None, 0.03),
        spearman=0.2 if known else None,
        draws=1000,
        missing={} if known else dict.fromkeys(paths, few),
    )


DAY_S = 86_400.0


def process(up_s: float, megabytes: int) -> ProcessFigures:
    """One that has run for so long."""
    now = monotonic()
    return ProcessFigures(
        pid=4711,
        began=now - up_s,
        at=now,
        cpu_s=up_s / 100,
        memory_bytes=megabytes * 1_000_000,
        most_memory_bytes=(megabytes + 50) * 1_000_000,
        descriptors=34,
        threads=12,
        tasks=25,
    )


def days_old(said: str = "The provider did not answer within 10 s.") -> Diagnostics:
    """Of a desk that has been open for three days."""
    at = datetime(2026, 2, 3, 20, 42, 10, tzinfo=UTC)
    return Diagnostics(
        versions={"deskview": "9.8", "Python": "3.11.9", "textual": "8.2.8"},
        market=process(3 * DAY_S + 4 * 3600, 612),
        desk=process(3 * DAY_S + 4 * 3600 + 30, 251),
        refreshes=(
            RefreshFigures("market snapshot", 27_360, 12, 0, 0.84, 6.1, monotonic() + 5.5 * 3600, said),
            RefreshFigures("daily history", 76, 0, 2, 12.0, 61.0),
        ),
        wire=WireFigures(
            31_204,
            12,
            104_000_000,
            (RequestErrors("unreachable", 9, said, at), RequestErrors("rate limited", 3, "Wait.", at)),
        ),
        store=StoreFigures("/home/trader/.cache/deskview/massive", 1204, 152_000_000, 530, ("bars/x.damaged",)),
        screen=ScreenFigures(1000, 18.2, 90.0, at, 4_200_000_000, 1234.0, 99_000, 7, 2, 3.5),
        log=LogFigures(
            "/home/trader/.local/state/deskview/deskview.log", 4, 1, (f"2026-02-04T20:42:10.123Z ERROR x: {said}",)
        ),
    )
