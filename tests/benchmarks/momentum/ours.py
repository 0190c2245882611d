"""Our side: the library as the desk calls it."""

from dataclasses import fields
from pathlib import Path

import polars as pl

from deskview.analytics import momentum
from deskview.analytics.panel import Panel, adjusted_panel
from tests.analytics.markets import CLOSES, NOW, TODAY
from tests.benchmarks.momentum.data import Tables


def save(tables: Tables, folder: Path) -> None:
    """The tables as Parquet, as the store keeps them."""
    for field in fields(tables):
        getattr(tables, field.name).write_parquet(folder / f"{field.name}.parquet")


class Side:
    """Three stages: the history made ready, the session prepared, a snapshot read."""

    def __init__(self, folder: Path) -> None:
        self.tables = Tables(*(pl.read_parquet(folder / f"{field.name}.parquet") for field in fields(Tables)))

    def history(self) -> Panel:
        """Bars and splits to a panel."""
        return adjusted_panel(self.tables.bars, self.tables.splits, basis=TODAY)

    def prepare(self, panel: Panel) -> momentum.MomentumModel:
        """Everything that holds for the session."""
        panel.__dict__.pop("returns", None)
        return momentum.prepare(panel, self.tables.names, session=TODAY, closes=CLOSES)

    def read(self, model: momentum.MomentumModel) -> dict[str, float]:
        """The figures of one snapshot."""
        reading = momentum.read(model, self.tables.live, NOW)
        neutral = reading.sector_neutral
        figures = {
            "return": reading.return_,
            "sigma": reading.sigma,
            "sigma_ewma": reading.sigma_ewma,
            "hedge_ratio": reading.beta_neutral.hedge_ratio or float("nan"),
            "beta_neutral": reading.beta_neutral.return_ or float("nan"),
            "beta_neutral_sigma": reading.beta_neutral.sigma or float("nan"),
            "long_share": reading.long_share,
            "comomentum_long": reading.crowding.long,
            "comomentum_short": reading.crowding.short,
            "neutral_return": neutral.return_,
            "neutral_sigma": neutral.sigma,
            "contributions": sum(row.contribution or 0.0 for row in [*reading.long, *reading.short]),
        }
        return {name: float("nan") if value is None else value for name, value in figures.items()}
