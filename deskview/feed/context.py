"""What every refresh works with: the provider, the settings, the reference data and what has been gathered so far."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec
import polars as pl

from deskview.analytics.leverage import Parameters, SupplyAssumptions
from deskview.analytics.momentum import DEFAULT_RULES
from deskview.board import Assumptions
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.market.funds import load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import load_members
from deskview.market.own_names import load_own_names
from deskview.market.spinoffs import load_spinoffs
from deskview.providers.base import Provider
from deskview.settings import Settings


class Registry:
    """Funds, underlyings, groups, spin-offs, members and what the user knows of names; a bad row raises
    ReferenceDataError when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def funds(self) -> pl.DataFrame:
        """Leveraged and inverse funds."""
        return load_funds(self._settings.funds_file)

    @cached_property
    def underlyings(self) -> pl.DataFrame:
        """What the funds follow, with the proxy that stands for it."""
        return load_underlyings()

    @cached_property
    def groups(self) -> pl.DataFrame:
        """Sectors and themes with their members."""
        return load_groups(self._settings.groups_file)

    @cached_property
    def spinoffs(self) -> pl.DataFrame:
        """The user's spin-offs as DIVIDENDS; no rows without a file."""
        return load_spinoffs(self._settings.spinoffs_file)

    @cached_property
    def own_names(self) -> pl.DataFrame:
        """What the user knows of names (OWN_NAMES); no rows without a file."""
        return load_own_names(self._settings.names_file)

    @cached_property
    def members(self) -> pl.DataFrame:
        """The shipped list of names with sector, industry and index membership."""
        return load_members()

    @cached_property
    def assumptions(self) -> Assumptions:
        """What the settings assume where a method leaves a choice."""
        settings = self._settings
        return Assumptions(
            msgspec.convert(settings.leverage, Parameters, from_attributes=True),
            msgspec.convert(settings.supply, SupplyAssumptions, from_attributes=True),
            replace(DEFAULT_RULES, signal=settings.momentum.signal),
        )

    def fund_tickers(self) -> set[str]:
        """Tickers of the funds."""
        return set(self.funds.get_column("ticker"))


@dataclass(frozen=True)
class Context:
    """One provider's market being followed. `cache` is the folder that holds each market's history."""

    provider: Provider
    cache: Path
    settings: Settings
    registry: Registry
    state: FeedState
    scheduler: Scheduler
