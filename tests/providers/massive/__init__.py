"""Tests of the Massive provider."""
