"""The Textual app: what it holds lies in the files beside it, each of one task."""

from deskview.app.app import DeskApp

__all__ = ["DeskApp"]
