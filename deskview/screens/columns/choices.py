"""Which columns the user wants: the settings' own, and above them what was chosen on the screen, kept between runs."""

import difflib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from deskview import paths
from deskview.screens.columns.lists import LISTS
from deskview.settings import SettingsError, where
from deskview.text import printable

Keys = tuple[str, ...]


class Choices:
    """Keys of columns by the list's name; a list without any shows all its columns as they come.

    Raises SettingsError, naming the settings' file and line, for a list or column of theirs that does not exist.
    """

    def __init__(self, own: Mapping[str, Sequence[str]], file: Path | None = None) -> None:
        for name, keys in own.items():
            if fault := fault_of(name, keys):
                raise SettingsError(f"{where(file, ('columns', name))}: {fault}")
        self._own = {name: tuple(keys) for name, keys in own.items()}
        self._chosen: dict[str, Keys] = {}

    def load(self) -> list[str]:
        """Takes what earlier runs kept; returns a sentence for everything in it that can't be used."""
        try:
            text = paths.columns_file().read_bytes()
            kept = msgspec.json.decode(text, type=dict[str, Keys])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as fault:
            return [f"The columns chosen earlier are ignored: {printable(str(fault))}"]
        faults = {name: fault_of(name, keys) for name, keys in kept.items()}
        self._chosen = {name: keys for name, keys in kept.items() if not faults[name]}
        return [f"Columns chosen earlier are ignored: {fault}" for fault in faults.values() if fault]

    def of(self, name: str) -> Keys | None:
        """The columns to show in a list, in their order; None where nothing was chosen."""
        return self._chosen.get(name, self._own.get(name))

    def choose(self, name: str, keys: Keys | None) -> None:
        """Shows these columns from now on; None goes back to the settings' or, without any, to all."""
        if keys is None:
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys

    def keep(self) -> None:
        """Writes what was chosen, whole under another name and then moved into place. Raises OSError."""
        file = paths.columns_file()
        with NamedTemporaryFile(dir=file.parent, prefix=".writing-", delete=False) as writing:
            try:
                writing.write(msgspec.json.format(msgspec.json.encode(self._chosen)))
                writing.close()
                Path(writing.name).replace(file)
            except OSError:
                with suppress(OSError):
                    Path(writing.name).unlink()
                raise


def fault_of(name: str, keys: Sequence[str]) -> str:
    """What is wrong with columns for a list, with the nearest name there is; empty where nothing is."""
    if name not in LISTS:
        return f"columns: there is no list {printable(name)!r}; did you mean {_nearest(name, list(LISTS))!r}?"
    known = LISTS[name].keys
    for key in keys:
        if not any(key == one or (one.endswith("-") and key.startswith(one)) for one in known):
            return (
                f"columns.{name}: there is no column {printable(key)!r}; did you mean {_nearest(key, known)!r}?"
                f" Known: {', '.join(known)}"
            )
    return ""


def _nearest(name: str, known: Sequence[str]) -> str:
    return difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
