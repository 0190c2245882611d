"""What a provider brings to the suite: a subject, some dozens of lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from deskview.providers.capabilities import Capability
from deskview.providers.vendor import Vendor
from tests.providers.contract.market import MARKET, Market, told_by
from tests.providers.contract.server import Request, Server
from tests.providers.scripted import Reply


@dataclass(frozen=True)
class Serving:
    """How the vendor's server is to answer: so many rows a page where it has pages, and the next ones on `elsewhere`,
    an origin, where one is given."""

    market: Market = MARKET
    page_rows: int = 100_000
    elsewhere: str = ""


class Subject(Protocol):
    """A provider before the suite. Its secrets are those its `vendor` wants; it is opened by `connect`."""

    vendor: Vendor

    def answer(self, request: Request, serving: Serving) -> Reply:
        """What the vendor's server says to a request, made of the market's tables in the vendor's own form."""

    def capability(self, request: Request) -> Capability:
        """Which capability the request asks for."""

    def refusal(self, capability: Capability) -> Reply:
        """What the vendor's server says where the plan does not include it."""


class Line(Server):
    """The vendor's server: `how` it serves; `script` may answer first, `refused` is what the plan lacks,
    `truth` the market as far as the vendor tells it."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(self.reply)
        self.subject = subject
        self.how = Serving()
        self.script: Callable[[Request], Reply | None] = lambda _: None
        self.refused: set[Capability] = set()
        self.truth = told_by(subject.vendor)

    def reply(self, request: Request) -> Reply:
        """The script's answer, else the plan's, else the market's."""
        scripted = self.script(request)
        if scripted is not None:
            return scripted
        capability = self.subject.capability(request)
        return self.subject.refusal(capability) if capability in self.refused else self.honest(request)

    def honest(self, request: Request) -> Reply:
        """The market's answer."""
        return self.subject.answer(request, self.how)
