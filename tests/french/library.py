"""Files as the library writes them, made up: a seeded random walk in its own format, and in what goes wrong with it."""

import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from deskview.french import DECILES, FACTORS, FILES, MOMENTUM

COPYRIGHT = "Copyright 2026 Eugene F. Fama and Kenneth R. French"
CREATED = "This file was created by using the 202604 CRSP database."
LAST_SATURDAY = date(1952, 5, 24)
"""The exchange traded on Saturdays until then, and the library has them."""
VALUE_WEIGHTED, EQUAL_WEIGHTED = (
    "  Average Value Weighted Returns -- Daily",
    "  Average Equal Weighted Returns -- Daily",
)
HEADS = {name: tuple(file.columns) for name, file in FILES.items()}


def days(count: int, first: date = date(1926, 11, 3)) -> list[date]:
    """So many days the exchange may have traded on, from `first`."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() < 5 or (day.weekday() == 5 and day <= LAST_SATURDAY):
            found.append(day)
        day += timedelta(days=1)
    return found


def walk(count: int, width: int, seed: int = 1) -> list[list[str]]:
    """So many days of returns in percent as the library writes them, both codes for a missing value among them."""
    chance = random.Random(seed)  # noqa: S311 - made-up returns
    rows = [[f"{chance.gauss(0.03, 0.9):.2f}" for _ in range(width)] for _ in range(count)]
    if count > 5:
        rows[2][0], rows[4][-1] = "-99.99", "-999"
    return rows


@dataclass
class Text:
    """A file's text in its parts; what a test changes of it is what it is about."""

    name: str = MOMENTUM
    count: int = 40
    seed: int = 1
    first: date = date(1926, 11, 3)
    created: str = CREATED
    footer: str = COPYRIGHT
    corner: str = ""
    form: str = "%Y%m%d"
    head: Sequence[str] | None = None
    title: str = ""
    second: str = ""
    ending: str = "\r\n"
    rows: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Fills in the rows, from the seed."""
        self.head = HEADS[self.name] if self.head is None else self.head
        self.title = VALUE_WEIGHTED if self.name == DECILES and not self.title else self.title
        if not self.rows:
            values = walk(self.count, len(self.head), self.seed)
            self.rows = [row_of(day, row, self.form) for day, row in zip(self.days, values, strict=True)]

    @property
    def days(self) -> list[date]:
        """The days of its rows as they were made."""
        return days(self.count, self.first)

    @property
    def lines(self) -> list[str]:
        """Its lines, without their endings."""
        top = [self.created, "It contains a made-up factor, constructed from nothing", "", "Missing data are indicated"]
        head = [f"{self.corner},{','.join(self.head or ())}"]
        table = [*([self.title] if self.title else []), *head, *self.rows, ""]
        below = [self.second, *head, *(row.replace("0.", "7.") for row in self.rows[:5]), ""] if self.second else []
        return [*top, "by -99.99 or -999.", "", "", *table, *below, self.footer, ""]

    @property
    def text(self) -> bytes:
        """The bytes of the file."""
        return self.ending.join(self.lines).encode("cp1252")

    @property
    def zipped(self) -> bytes:
        """The zip the library serves."""
        return zipped({f"{self.name}.csv": self.text})


def row_of(day: date, values: Sequence[str], form: str = "%Y%m%d") -> str:
    """A row, its values padded with blanks as the library's are."""
    return ",".join([day.strftime(form), *(f"{value:>8}" for value in values)])


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def deciles() -> Text:
    """The deciles, with their equal-weighted table below."""
    return Text(DECILES, second=EQUAL_WEIGHTED)


def factors() -> Text:
    """The factors, whose header has other numbers of six digits."""
    created = (
        "This file was created by CMPT_ME_BEME_RETS_DAILY using the 202604 CRSP database. The 1-month TBill rate data "
        "until 202405 are from Ibbotson Associates."
    )
    return Text(FACTORS, created=created)
