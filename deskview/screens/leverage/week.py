"""The coming sessions as lists and a chart: a spread either way, never one figure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from deskview.format import MISSING, clock, percent, percentile, share, tone, usd
from deskview.screens.leverage.explain import spread
from deskview.widgets.chartspec import ChartSpec, Level, Series
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage, NextWeek
    from deskview.analytics.leverage.forecast import Conditional, FanPoint


FIGURE_COLUMNS = (
    Column("label", "net flow to last session", flex=True, minimum=12),
    Column("closed", "closed form", width=7, align="right"),
    Column("simulated", "simulated", width=7, align="right"),
)
SCENARIO_COLUMNS = (
    Column("label", "if", flex=True, minimum=10),
    Column("first", "then", width=7, align="right"),
    Column("second", "by beta", width=7, align="right"),
)
SELLING = "net selling, 50% as set"
BANDS = (("p05_usd", "loss"), ("p16_usd", "loss"), ("p50_usd", "dim"), ("p84_usd", "gain"), ("p95_usd", "gain"))


def basis_line(reading: "Leverage") -> list[list[Fact]]:
    """What the distribution rests on."""
    week = reading.next_week
    base = fact("from assets of daily funds after today's move", usd(week.base_aum_usd, sign=False))
    simulation = week.simulation
    if simulation is None:
        made = fact("", "not simulated yet: the closed form alone", "dim")
    else:
        made = fact("simulated", f"{simulation.paths:,} paths from the market of {clock(simulation.as_of)} ET", "dim")
    return [[base], [made]]


def fan_chart(week: "NextWeek") -> ChartSpec:
    """Quantiles of the net flow from now to each close: simulated where there is a simulation, else closed form."""
    fan = week.simulation.fan if week.simulation else week.fan
    steps = tuple(float(step) for step in range(len(fan) + 1))
    series = [Series(steps, _quantile(fan, field), field.removesuffix("_usd"), shade) for field, shade in BANDS]
    # The axis boxes the last value of the first series; no quantile is the forecast, so none is first.
    unboxed = Series((0.0,), (None,))
    days = [date.fromisoformat(point.session).strftime("%a %d") for point in fan]
    return ChartSpec(
        version=f"{[(point.session, point.p05_usd, point.p95_usd) for point in fan]}",
        series=(unboxed, *series) if fan else (),
        levels=_edges(fan[-1]) if fan else (),
        title="Net flow from now, " + ("simulated" if week.simulation else "closed form"),
        x_ticks=((0.0, "now"), *zip(steps[1:], days, strict=True)),
        write=usd,
    )


def _edges(last: "FanPoint") -> tuple[Level, ...]:
    """Zero, and where the 90 % band ends."""
    return (
        Level(last.p95_usd, f"p95 {usd(last.p95_usd)}", "dim"),
        Level(0.0),
        Level(last.p05_usd, f"p05 {usd(last.p05_usd)}", "dim"),
    )


def _quantile(fan: "Sequence[FanPoint]", field: str) -> tuple[float, ...]:
    return (0.0, *(getattr(point, field) for point in fan))


def figure_rows(reading: "Leverage") -> list[Row]:
    """The closed form and the simulation side by side."""
    week, simulation = reading.next_week, reading.next_week.simulation
    rows = [
        _figure("1σ, either way", spread(week.sd_usd), spread(simulation.sd_usd if simulation else None)),
        _figure("1σ without today's move", spread(week.sd_without_today_usd), MISSING, "dim"),
        _figure(_place(week), percentile(week.percentile), MISSING),
        _figure("mean, no drift assumed", usd(week.mean_usd), usd(simulation.mean_usd if simulation else None), "dim"),
        _figure("its standard error", MISSING, spread(simulation.error_usd if simulation else None), "dim"),
    ]
    for label, field in (
        ("p01, tails of t(5)", "p01_usd"),
        ("p05", "p05_usd"),
        ("p16", "p16_usd"),
        ("p50", "p50_usd"),
        ("p84", "p84_usd"),
        ("p95", "p95_usd"),
        ("worst 5%, mean, t(5)", "es05_usd"),
    ):
        value = getattr(week, field)
        rows.append(_figure(label, usd(value), usd(getattr(simulation, field, None)), tone(value)))
    chances = {item.usd: item.probability for item in simulation.exceedance} if simulation else {}
    return [
        *rows,
        _figure(SELLING, share(week.sell_probability), share(getattr(simulation, "sell_probability", None))),
        *(
            _figure(
                f"sells ≥ {_amount(abs(item.usd))}",
                share(item.probability),
                share(chances.get(item.usd)),
            )
            for item in week.exceedance
        ),
        _figure(
            "gross, daily net flows",
            _amount(week.gross_usd),
            _amount(simulation.gross_usd if simulation else None),
            "dim",
        ),
        _figure("turnover by underlying", _amount(week.turnover_usd), MISSING, "dim"),
    ]


def _figure(label: str, closed: str, simulated: str, shade: str = "") -> Row:
    return Row(label, (Cell(label), Cell(closed, shade), Cell(simulated, shade)))


def _place(week: "NextWeek") -> str:
    return f"percentile of {week.percentile_of} days" if week.percentile_of else "percentile of past days"


def _amount(value: float | None) -> str:
    return usd(value, sign=False)


def scenario_rows(reading: "Leverage") -> list[Row]:
    """What a move in one session forces, what would force an amount, and means by where the index goes."""
    week = reading.next_week
    moves = [
        Row(f"move:{row.move}", (Cell(percent(row.move, 0)), _flow(row.usd), _flow(row.beta_usd)))
        for row in week.scenarios
    ]
    amounts = [
        Row(f"usd:{row.usd}", (Cell(usd(row.usd)), Cell(percent(row.move, 2), tone(row.move)), Cell("")))
        for row in week.implied_move
    ]
    return [
        _head("One session: all alike · by beta"),
        *moves,
        _head("Move, all alike, that forces"),
        *amounts,
        _head("Simulated weeks: mean · paths"),
        *_conditional(week.conditional),
    ]


def _conditional(rows: "Iterable[Conditional]") -> Iterable[Row]:
    for row in rows:
        yield Row(
            f"index:{row.above}:{row.up_to}",
            (Cell(_bucket(row.above, row.up_to)), _flow(row.mean_usd), Cell(f"{row.paths:,}", "dim")),
        )


def _bucket(above: float | None, up_to: float | None) -> str:
    if above is None:
        return f"index below {percent(up_to, 0)}"
    return f"index above {percent(above, 0)}" if up_to is None else f"index {percent(above, 0)} to {percent(up_to, 0)}"


def _flow(value: float | None) -> Cell:
    return Cell(usd(value), tone(value))


def _head(title: str) -> Row:
    return Row(title, (Cell(title),), header=True)
