"""Massive (formerly Polygon): US equities over REST."""
