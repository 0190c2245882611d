"""Terminal widgets that know nothing of markets: drawn line by line, repainting only what changed.

They need the theme's variables that `deskview.themes` defines; an app offers `default_variables()` as its defaults.
"""

from deskview.widgets.bars import Bars, sparkline
from deskview.widgets.chart import Chart
from deskview.widgets.chartspec import Candle, ChartSpec, Level, Series
from deskview.widgets.gauge import Gauge, GaugeReading
from deskview.widgets.heatmap import Heatmap, HeatRow, signed_pct
from deskview.widgets.pane import Pane, State
from deskview.widgets.records import Cell, Column, Row, Sort
from deskview.widgets.strip import Segment, StatusStrip
from deskview.widgets.table import Table

__all__ = [
    "Bars",
    "Candle",
    "Cell",
    "Chart",
    "ChartSpec",
    "Column",
    "Gauge",
    "GaugeReading",
    "HeatRow",
    "Heatmap",
    "Level",
    "Pane",
    "Row",
    "Segment",
    "Series",
    "Sort",
    "State",
    "StatusStrip",
    "Table",
    "signed_pct",
    "sparkline",
]
