"""Who speaks for the market."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The origin of every figure. `simulated` and `scenario` come from the wire, so a simulated market can't pass
    for a real one. `namespace` names the folder of its history: two markets that differ never share one.
    """

    provider: str
    simulated: bool = False
    scenario: str | None = None
    namespace: str = ""
