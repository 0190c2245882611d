"""Who speaks for the market."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """The origin of every figure. `simulated` and `scenario` come from the wire, so a simulated market can't pass
    for a real one. `namespace` names the folder of its history: two markets that differ never share one. `speed` is
    how many times as fast as ours a simulated market's clock runs; 0 stands still, 1 where it does not say.
    """

    provider: str
    simulated: bool = False
    scenario: str | None = None
    namespace: str = ""
    speed: float = field(default=1.0, compare=False)
