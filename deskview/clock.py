"""The clock all ages and waits are told by: it goes on while the machine sleeps, and setting the time moves nothing."""

import time
from dataclasses import dataclass
from typing import Self

_AWAKE_OR_NOT = getattr(time, "CLOCK_BOOTTIME", None)
"""Linux's clock that counts sleep, which its CLOCK_MONOTONIC does not; other systems count it in that."""


def monotonic() -> float:
    """Seconds since some moment before this program began, sleep of the machine among them; never goes back."""
    return time.clock_gettime(time.CLOCK_MONOTONIC if _AWAKE_OR_NOT is None else _AWAKE_OR_NOT)


PULSE_S = 1.0
"""Clocks are compared so often."""
LATE_S = 5.0
"""A pulse that comes so late was held up from outside: a busy loop is late by less."""
JUMP_S = 2.0
"""By so much clocks come apart where the machine slept or the time was set; less is how they are read and kept."""


@dataclass(frozen=True)
class Clocks:
    """The clocks of one moment, in seconds: `running` stands still while the machine sleeps, `wall` may be set."""

    running: float
    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> Self:
        """The clocks of this moment."""
        return cls(time.monotonic(), monotonic(), time.time())

    def interruption_since(self, before: "Clocks") -> str:
        """What came between the last pulse and this one, as a clause; empty where all is as it should be."""
        ran, passed = self.running - before.running, self.monotonic - before.monotonic
        slept, late, set_by = passed - ran, ran - PULSE_S, self.wall - before.wall - passed
        if slept > JUMP_S:
            return f"this machine slept for {slept:.0f} s"
        if late > LATE_S:
            return f"this process stood still for {late:.0f} s"
        if abs(set_by) > JUMP_S:
            return f"this machine's time was set {'forward' if set_by > 0 else 'back'} by {abs(set_by):.0f} s"
        return ""
