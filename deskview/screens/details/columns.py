"""The columns of the drill-downs' lists."""

from deskview.widgets.records import Column

FUNDS = (
    Column("ticker", "fund", width=6),
    Column("leverage", "L", width=4, align="right"),
    Column("underlying", "follows", flex=True, minimum=6, priority=1),
    Column("weight", "weight", width=6, align="right"),
    Column("fund", "fund's", width=7, align="right", priority=2),
    Column("part", "part", width=7, align="right"),
)
"""The funds that trade a name."""
GROUPS = (
    Column("group", "group", flex=True, minimum=12),
    Column("kind", "kind", width=6, priority=2),
    Column("now", "now", width=6, align="right"),
    Column("month", "1m", width=6, align="right", priority=1),
)
"""The groups a name belongs to."""
MEMBERS = (
    Column("ticker", "name", width=6),
    Column("now", "now", width=6, align="right"),
    Column("contribution", "adds", width=7, align="right"),
    Column("1m", "1m", width=6, align="right", priority=1),
    Column("12m", "12m", width=6, align="right", priority=2),
    Column("company", "company", flex=True, minimum=10, priority=3),
)
"""The members of a group."""
STEPS = (Column("step", "step", width=28), Column("figure", "figure", flex=True, minimum=20))
"""The arithmetic of a fund."""
