"""The least a Textual program can be, for first paints to be held against: a header, a line of text, a footer.

python -m tests.benchmarks.bare_app
"""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer, Header, Static


class BareApp(App[None]):
    """Shows one screen and ends with q."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        """Three widgets of Textual's own."""
        yield Header()
        yield Static("A bare Textual app.")
        yield Footer()


if __name__ == "__main__":
    BareApp().run(mouse=False)
