"""How many new objects there are before Python looks for cycles among them: once in each process, by what it does."""

MARKET = (100_000,)
"""Decoding a market makes rows by the hundred thousand, none in a cycle: looking for cycles often only costs."""

DESK = (50_000, 10, 100)
"""Looks for cycles seldom by itself: it may come upon a key. The app does after each board, when no key waits, and
sometimes among everything: what Python counts towards that begins anew with each of the app's own."""
