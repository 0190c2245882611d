"""`deskview settings`: every setting with its meaning and default, as a settings.toml to start from."""

import sys
from argparse import Namespace

from deskview import paths
from deskview.cli.context import UsageError
from deskview.exits import Exit
from deskview.settings_text import documented_settings


def run(arguments: Namespace) -> int:
    """Prints the documented defaults, or writes them where no settings file is yet."""
    text = documented_settings()
    if not arguments.write:
        sys.stdout.write(text)
        return Exit.OK
    file = getattr(arguments, "settings", None) or paths.settings_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already and is left as it is; `deskview settings` prints the text") from None
    print(f"Written to {file}; every line is a default and stands behind a #.", file=sys.stderr)
    return Exit.OK
