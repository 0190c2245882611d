"""The gate between the wire and the Board: what arrives is held against what was there before.

A table is taken, taken with a doubt, or set aside while the last good one stays. A file a kind of table; nothing in it
keeps state, fetches or stores.
"""

from deskview.analytics.gate.clock import ClockSeen, judge_clock
from deskview.analytics.gate.snapshot import Seen, judge
from deskview.analytics.gate.verdict import TAKEN, Action, Verdict

__all__ = ["TAKEN", "Action", "ClockSeen", "Seen", "Verdict", "judge", "judge_clock"]
