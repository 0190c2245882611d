"""Momentum from history to reading, against a plain pandas implementation of the same rules."""
