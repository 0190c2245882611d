"""Headlines of a market that is made up: each says so, and some are what nobody should send."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from deskview.market.sessions import NEW_YORK
from deskview.simulator.world.seeded import stream
from deskview.simulator.world.world import World

A_DAY = 90
"""Articles of a weekday; of a day of a weekend a sixth."""
_FROM_HOUR, _HOURS = 5, 16
WRAP_EVERY, WRAP_NAMES = 29, 30
"""One article in so many is about so many names."""
STRANGE_EVERY, LINK_EVERY = 23, 17
_TITLES = (
    "Simulated: {} in focus",
    "Simulated: what moved {}",
    "Simulated: an analyst's note on {}",
    "Simulated: {} at a conference",
    "Simulated: {} and its peers",
)
STRANGE = (
    "Simulated: {}\x1b]0;owned\x07\x1b[2J clears the screen",
    "Simulated: {} \u202egnp.exe\u202c reads from the right",
    "Simulated: [red]{}[/red] [@click=app.quit]press[/] [link=https://evil.example]here[/link]",
    "Simulated: {}\r\nsecond line\u2028third\tline",
    "Simulated: {} z\u200be\u200dr\ufeffo\u00ad wide \U0001f1fa\U0001f1f8\ufe0f e" + "\u0301" * 40,
    "Simulated: {} \u6771\u4eac\u682a\u5f0f \u0645\u062d\u0627\u0643\u0627\u0629 \u05e1\u05d9\u05de\u05d5\u05dc",
    "Simulated: {} goes on and " + "on and " * 285,
    'Simulated: {} \x9b31m\x7f\x00 =HYPERLINK("https://evil.example") {{0}} %s $(id) `id` ; rm',
)
LINKS = (
    "javascript:alert(1)",
    "http://newswire.example/plain",
    "https://newswire.example@evil.example/",
    "https://newswire.example/a b\x1b]8;;https://evil.example\x07",
    "data:text/html,x",
    "",
    "https://[::1]/",
    "//newswire.example/x",
)
_PUBLISHERS = (("Simulated Newswire", "newswire.example"), ("The Made-up Times", "www.times.example"))


@dataclass(frozen=True)
class Headline:
    """An article's heading; `published` is UTC."""

    key: str
    published: datetime
    tickers: list[str]
    title: str
    publisher: str
    link: str


@lru_cache(64)
def of_day(world: World, day: date) -> list[Headline]:
    """Those of a calendar day, the oldest first; names that are traded more are written about more."""
    luck = stream(world.seed, "headlines", day.toordinal())
    count = A_DAY if day.weekday() < 5 else A_DAY // 6
    entries = world.roster.entries[: world.roster.stocks]
    weight = np.sqrt([entry.adv_usd for entry in entries])
    seconds = np.sort(luck.integers(_HOURS * 3600, size=count))
    begins = datetime.combine(day, time(_FROM_HOUR), NEW_YORK)
    return [
        _headline(world, day, number, begins + timedelta(seconds=int(second)), _names(luck, weight, number))
        for number, second in enumerate(seconds.tolist())
    ]


def _names(luck: np.random.Generator, weight: np.ndarray[tuple[int], np.dtype[np.float64]], number: int) -> list[int]:
    """Positions of the names an article is about."""
    many = WRAP_NAMES if number % WRAP_EVERY == 0 else 1 + number % 3 // 2
    found = luck.choice(len(weight), size=many, replace=False, p=weight / weight.sum())
    return [int(position) for position in found]


def _headline(world: World, day: date, number: int, moment: datetime, names: list[int]) -> Headline:
    place = day.toordinal() * A_DAY + number
    strange = number % STRANGE_EVERY == 0
    title = STRANGE[place // STRANGE_EVERY % len(STRANGE)] if strange else _TITLES[place % len(_TITLES)]
    publisher, host = _PUBLISHERS[place % len(_PUBLISHERS)]
    key = f"{place:x}".rjust(64, "0")
    link = LINKS[place // LINK_EVERY % len(LINKS)] if number % LINK_EVERY == 0 else f"https://{host}/{day}/{number}"
    name = world.roster.entries[names[0]].name
    tickers = [world.roster.tickers[position] for position in names]
    return Headline(key, moment.astimezone(UTC), tickers, title.format(name), publisher, link)


def until(world: World, now: datetime, days: int) -> list[Headline]:
    """Those of the last so many calendar days up to a moment, the newest first."""
    today = now.astimezone(NEW_YORK).date()
    found = [each for back in range(days, -1, -1) for each in of_day(world, today - timedelta(days=back))]
    return found[: bisect_right(found, now, key=lambda each: each.published)][::-1]
