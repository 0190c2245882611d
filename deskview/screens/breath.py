"""A key goes before a board: what a board changes is painted in parts, and each part waits for a key's effect."""

import asyncio
from time import monotonic

BREATH_S = 0.005
"""Between two parts: a key takes several turns of the event loop to its effect."""
KEY_S = 0.03
"""So long after a key its effect is on its way to the screen."""
MOST_S = 0.04
"""A part waits no longer than this, however many keys are pressed."""


class Breath:
    """Told of keys, it says when the next part of a board may be shown."""

    def __init__(self) -> None:
        self._key_at = -KEY_S

    def key(self) -> None:
        """A key was pressed; on any thread."""
        self._key_at = monotonic()

    async def take(self) -> None:
        """Returns when no key is waiting for its effect."""
        latest = monotonic() + MOST_S
        left = BREATH_S
        while left > 0:
            await asyncio.sleep(left)
            left = min(self._key_at + KEY_S, latest) - monotonic()
