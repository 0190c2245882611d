"""Comparison with another implementation; see compare.py."""
