"""All that deskview uses of Textual's private parts; no other folder touches them.

`PARTS` names every member and where Textual has it: a test of each fails by its name when a new Textual has it no more.
What is not private but undocumented (a method that is overridden, a driver's thread) is named there too.
"""

from collections.abc import Mapping

from deskview.widgets.textual_private.app import GuardedApp, normalised_keys, write_to_terminal
from deskview.widgets.textual_private.compositor import (
    LEAN,
    LeanCompositor,
    LeanModal,
    LeanScreen,
    close,
    let_go_of_closed_widgets,
    screen_lines,
    without_toasts,
)
from deskview.widgets.textual_private.terminal import TerminalOutput

__all__ = [
    "LEAN",
    "PARTS",
    "GuardedApp",
    "LeanCompositor",
    "LeanModal",
    "LeanScreen",
    "TerminalOutput",
    "close",
    "let_go_of_closed_widgets",
    "normalised_keys",
    "screen_lines",
    "without_toasts",
    "write_to_terminal",
]

PARTS: Mapping[str, tuple[str, ...]] = {
    "textual._compositor.Compositor": (*LEAN, "reflow", "render_strips", "update_widgets"),
    "textual._compositor.CompositorUpdate": ("render_segments",),
    "textual._context": ("visible_screen_stack",),
    "textual._styles_cache.StylesCache": ("get_inner_outer",),
    "textual.widgets._toast": ("ToastRack",),
    "textual.screen.Screen": ("_compositor", "_compositor_refresh", "_dirty_widgets", "_on_timer_update"),
    "textual.app.App": (
        "_background_screens",
        "_batch_count",
        "_close_messages_no_wait",
        "_display",
        "_driver",
        "_exception",
        "_exception_event",
        "_handle_exception",
        "_normalize_keymap",
        "_post_message",
        "panic",
    ),
    "textual.drivers.linux_driver": ("getincrementaldecoder",),
    "textual.drivers.linux_driver.LinuxDriver": (
        "_app",
        "_file",
        "close",
        "fileno",
        "flush",
        "input_tty",
        "resume_application_mode",
        "run_input_thread",
        "start_application_mode",
        "stop_application_mode",
        "suspend_application_mode",
        "write",
    ),
}
"""The module or class, and the members of it (for a class of its instances) that are used here."""
