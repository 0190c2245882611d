"""What every command starts from: settings with the options laid over them, the keys, the log."""

import logging
import sys
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from deskview import paths
from deskview.credentials import Credentials, KeyringReport, KeyState, SessionKeys, load_credentials
from deskview.logs import configure_logging, log_uncaught
from deskview.market_client import MarketUnavailableError
from deskview.processor import WAY_OUT, processor_fault
from deskview.providers import PROVIDERS, Vendor
from deskview.settings import Settings, load_settings, where
from deskview.text import neutralise, without_keys

log = logging.getLogger(__name__)
KEYS = SessionKeys()
"""Every secret this process has seen: one object, so that no report of a fault shows one."""


class UsageError(Exception):
    """The command can't be done as asked; the sentence says why and what would do."""


class NoKeyError(MarketUnavailableError):
    """There is no key to go on with; the report says why and the way out."""

    def __init__(self, report: KeyringReport) -> None:
        super().__init__(report.sentence, str(report.way_out), keyless=True)
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

    @property
    def settings_file(self) -> Path:
        """The file the settings are of, whether or not it exists: a fault in them names it."""
        return settings_file_of(self.arguments)

    @property
    def vendor(self) -> Vendor:
        """The provider in the list."""
        return PROVIDERS[self.settings.provider]

    async def credentials(self) -> Credentials:
        """The provider's secrets, typed in this session or of the keyring. Raises NoKeyError unless all are there."""
        if (typed := self.keys.get(self.vendor.name)) is not None:
            return typed
        state = await self.load()
        if state.credentials is None:
            raise NoKeyError(state.report)
        return state.credentials

    async def stored_credentials(self) -> Credentials | None:
        """What lies in the keyring now, None unless all secrets can be had; where they can't, the log says why."""
        state = await self.load()
        if state.credentials is None:
            log.warning("no other key: %s", state.report.sentence)
        return state.credentials

    async def load(self) -> KeyState:
        """The secrets as the keyring has them now, held from then on, and its report."""
        state = await load_credentials(self.vendor.name, self.vendor.secrets)
        if state.credentials is not None:
            self.keys.put(self.vendor.name, state.credentials)
        return state


def context_of(arguments: Namespace) -> Context:
    """Reads the settings, lays the options over them and opens the log; one that can't be opened is gone without.

    Raises SettingsError, UsageError, and OSError for a log file that was asked for and can't be written.
    """
    if fault := processor_fault():
        raise UsageError(f"{fault} {WAY_OUT}")
    settings, file = (
        with_options(arguments, load_settings(getattr(arguments, "settings", None))),
        log_file_of(arguments),
    )
    try:
        return context_with(arguments, settings, file)
    except OSError as error:
        if getattr(arguments, "log_file", None):
            raise
        reason = neutralise(f"{file}: {error.strerror}")
        print(f"deskview: the log can't be written ({reason}): this run goes without.", file=sys.stderr)
        return context_with(arguments, settings, None)


def settings_file_of(arguments: Namespace) -> Path:
    """The settings file of the command, else the user's, whether or not it exists."""
    return getattr(arguments, "settings", None) or paths.settings_file()


def log_file_of(arguments: Namespace) -> Path:
    """Where the log goes."""
    return getattr(arguments, "log_file", None) or paths.state_folder() / "deskview.log"


def with_options(arguments: Namespace, settings: Settings) -> Settings:
    """The settings with the options laid over them. Raises UsageError for a provider that is not in the list."""
    options = {name: getattr(arguments, name) for name in ("provider", "base_url", "theme") if hasattr(arguments, name)}
    if getattr(arguments, "name", None):
        options["provider"] = arguments.name
    laid = msgspec.structs.replace(settings, **options)
    if laid.provider not in PROVIDERS:
        place = "" if "provider" in options else f"{where(settings_file_of(arguments), ('provider',))}: "
        raise UsageError(
            f"{place}no provider is called {without_keys(repr(laid.provider))}; known: {', '.join(PROVIDERS)}"
        )
    return laid


def context_with(arguments: Namespace, settings: Settings, log_file: Path | None) -> Context:
    """A run with settings complete with options; opens the log, if there is to be one."""
    context = Context(arguments, settings)
    configure_logging(log_file, context.keys)
    log_uncaught()
    return context
