"""The rules that come with the program, and why each does. alerts.toml names those that are turned off by their key."""

from typing import Final

from deskview.settings import Alert

_PARTS = {
    "momentum": "momentum",
    "breadth": "breadth",
    "rotation": "rotation",
    "leverage": "leveraged ETFs",
    "deleveraging": "positions cut",
    "gamma": "dealers' gamma",
    "lists": "own lists",
    "flow": "flow",
    "crowding": "retail favourites",
}
"""The parts of the board, as the reasons name them."""

_ONE_SIDED = (
    "{side} as it rarely does by this hour of its own past: even the end of its 80 % interval that lies nearer to the"
    " middle is among the outer 15 %."
)

SHIPPED: Final[tuple[tuple[Alert, str], ...]] = (
    (
        Alert("momentum.sigma_of_hour", sigma=3, for_="2m", clear=2.5),
        "A move of momentum beyond three standard deviations for this time of day is no ordinary session: a crash or a"
        " melt-up of the factor shows here before it shows over the whole day.",
    ),
    (
        Alert("leverage.rank.place", below=6, for_="2m", clear=11),
        "Leveraged ETFs trade towards the close in the direction of the day's move, whatever the price: were today's"
        " rebalance among the five largest of the sessions held, it could move the close.",
    ),
    (
        Alert("flow.retail.percentile", percentile=15, for_="5m", clear=25),
        _ONE_SIDED.format(side="Retail buys or sells"),
    ),
    (
        Alert("flow.institutional.percentile", percentile=15, for_="5m", clear=25),
        _ONE_SIDED.format(side="Everyone but retail buys or sells"),
    ),
    *(
        (
            Alert(f"status.{part}", above=0.5, for_="5m"),
            f"While the figures of {title} are stale or in doubt no other rule on them fires: without this one their"
            " silence would look like a calm market.",
        )
        for part, title in _PARTS.items()
    ),
)
