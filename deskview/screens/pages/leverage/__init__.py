"""The page on leveraged ETFs: today name by name, the coming week, the score, and systematic supply beside it."""

from deskview.screens.pages.leverage.page import LeveragePage

__all__ = ["LeveragePage"]
