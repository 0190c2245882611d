"""What every command starts from: settings with the options laid over them, the keys, the log."""

from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from deskview import paths
from deskview.credentials import ApiKey, KeyringReport, SessionKeys, load_key
from deskview.logs import configure_logging
from deskview.settings import Settings, load_settings

KEYS = SessionKeys()
"""Every key this process has seen: one object, so that no report of a fault shows one."""


class UsageError(Exception):
    """The command can't be done as asked; the sentence says why and what would do."""


class NoKeyError(Exception):
    """There is no key to go on with; the report says why and the way out."""

    def __init__(self, report: KeyringReport) -> None:
        super().__init__(report.sentence)
        self.report = report


@dataclass
class Context:
    """One run of a command."""

    arguments: Namespace
    settings: Settings
    keys: SessionKeys = field(default=KEYS)

    @property
    def cache(self) -> Path:
        """Where the history of every market lies."""
        return paths.cache_folder()

    async def key(self) -> ApiKey:
        """The provider's key: typed in this session, else of the keyring. Raises NoKeyError."""
        provider = self.settings.provider
        if (typed := self.keys.get(provider)) is not None:
            return typed
        state = await load_key(provider)
        if state.key is None:
            raise NoKeyError(state.report)
        self.keys.put(provider, state.key)
        return state.key


def context_of(arguments: Namespace) -> Context:
    """Reads the settings, lays the options over them and opens the log. Raises SettingsError."""
    return context_with(arguments, load_settings(getattr(arguments, "settings", None)))


def context_with(arguments: Namespace, settings: Settings) -> Context:
    """Lays the options over settings already read and opens the log."""
    options = {name: getattr(arguments, name) for name in ("provider", "base_url", "theme") if hasattr(arguments, name)}
    if getattr(arguments, "name", None):
        options["provider"] = arguments.name
    context = Context(arguments, msgspec.structs.replace(settings, **options))
    log_file = getattr(arguments, "log_file", None) or paths.state_folder() / "deskview.log"
    configure_logging(log_file, context.keys)
    return context
