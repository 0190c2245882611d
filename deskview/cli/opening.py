"""Opening a market: the real one with the user's key, or the simulated one."""

from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from deskview.cli.context import Context, UsageError
from deskview.credentials import ApiKey
from deskview.providers.vendor import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from deskview.board import Board
    from deskview.market_client import Market
    from deskview.providers.base import Provider
    from deskview.settings import Settings

SIMULATED_URL = "http://simulated.market"
SIMULATED_VENDOR = "massive"
"""Whose protocol the simulated market speaks."""
SIMULATED_KEY = "demo"
SIMULATED_CALLS_PER_MINUTE = 600_000
"""As good as none: the simulated market needs no sparing."""
UNLIMITED = "rate-limit:0"
"""For a plan with few calls a minute, of which a first start would take hours."""
DEMO_SNAPSHOT_S, DEMO_PRINTS_S = 3.0, 8.0
"""At ten market seconds a second these are half a minute and a minute and a half: half of what is stale."""
DEMO_FLOW_SESSIONS = 60
"""Of the simulated market's year of flow: what a first start has read in a minute."""


async def open_provider(context: Context) -> "Provider":
    """The configured provider with the user's key. Raises NoKeyError, UsageError for an unfit address."""
    return connected(context.settings, await context.key())


def connected(settings: "Settings", key: ApiKey) -> "Provider":
    """The configured provider with this key; nothing is sent yet. Raises UsageError for an unfit name or address."""
    from deskview.providers import connect  # noqa: PLC0415 - httpx and polars load late

    try:
        return connect(
            settings.provider, {KEY.name: key}, base_url=settings.base_url, calls_per_minute=settings.calls_per_minute
        )
    except ValueError as fault:
        raise UsageError(str(fault)) from None


def demo_flow(settings: "Settings", *, full: bool) -> "Settings":
    """The settings with 60 sessions of flow where they leave the usual year and it is not asked for in full."""
    if full or settings.flow.history_sessions != type(settings.flow)().history_sessions:
        return settings
    return replace(settings, flow=replace(settings.flow, history_sessions=DEMO_FLOW_SESSIONS))


def demo_pace(settings: "Settings") -> "Settings":
    """The settings with the demo's pace where they leave the usual one: its clock runs faster than ours.

    Ages are told in seconds of that clock, and what is asked for every ten of ours would always be stale.
    """
    usual = type(settings.refresh)()
    pace = {"snapshot_s": DEMO_SNAPSHOT_S, "prints_s": DEMO_PRINTS_S}
    unset = {name: seconds for name, seconds in pace.items() if getattr(settings.refresh, name) == getattr(usual, name)}
    return replace(settings, refresh=replace(settings.refresh, **unset))


def open_simulated(arguments: Namespace) -> "Provider":
    """The simulated market, spoken to over HTTP in a process beside this one."""
    return simulated(arguments, ApiKey(SIMULATED_KEY))


def simulated(arguments: Namespace, key: ApiKey, *, begins_again: bool = False) -> "Provider":
    """The simulated market of the arguments, which takes this key; its clock may begin again after the close."""
    from deskview.cli.simulated import SimulatedProcess  # noqa: PLC0415 - httpx loads late
    from deskview.providers import connect  # noqa: PLC0415
    from deskview.simulator import PLANS  # noqa: PLC0415
    from deskview.simulator.scenario import parse_scenario, read_scenario  # noqa: PLC0415

    scenario, plan = getattr(arguments, "scenario", "momentum-crash"), getattr(arguments, "plan", "advanced")
    parse_scenario(read_scenario(scenario)[1])  # what is wrong with it is told here
    transport = SimulatedProcess(
        scenario=scenario,
        seed=getattr(arguments, "seed", 1),
        at=getattr(arguments, "at", None),
        speed=getattr(arguments, "speed", None),
        key=key.reveal(),
        plan=plan,
        without=getattr(arguments, "without", ()),
        keeps_apart=True,
        faults=(UNLIMITED,) if PLANS[plan].calls_per_minute else (),
        begins_again=begins_again,
        compress=False,  # nothing travels far: compressing only costs
    )
    return connect(
        SIMULATED_VENDOR,
        {KEY.name: key},
        base_url=SIMULATED_URL,
        transport=transport,
        calls_per_minute=SIMULATED_CALLS_PER_MINUTE,
    )


class ConfiguredMarketOpener:
    """The MarketOpener of the command line: the configured provider's market or the simulated one, in a process."""

    def __init__(self, context: Context, *, demo: bool) -> None:
        self._context = context
        self._demo = demo

    async def open(self, subscriber: "Callable[[Board], None]") -> "Market":
        """A feed on the chosen market, in a process of its own. Raises NoKeyError."""
        from deskview.memory import give_back_what_is_freed  # noqa: PLC0415 - after the first paint
        from deskview.process.messages import MarketConfig  # noqa: PLC0415
        from deskview.process.supervisor import MarketSupervisor  # noqa: PLC0415

        give_back_what_is_freed()  # boards come and go for days: before there is any, and before polars is loaded
        context = self._context
        if self._demo:
            connect: Callable[[ApiKey], Provider] = partial(simulated, context.arguments, begins_again=True)
            settings = demo_flow(demo_pace(context.settings), full=getattr(context.arguments, "full", False))
            config = MarketConfig(connect, context.cache, settings, context.settings_file)
            return MarketSupervisor(config, ApiKey(SIMULATED_KEY), subscriber)
        key, connect = await context.key(), partial(connected, context.settings)
        config = MarketConfig(connect, context.cache, context.settings, context.settings_file)
        return MarketSupervisor(config, key, subscriber, read_key=context.stored_key)

    def use_demo(self) -> None:
        """The next market opened is the simulated one."""
        self._demo = True

    async def log_in(self, text: str) -> str:
        """Takes a typed key: into the keyring, else for this session only. Returns the sentence of what happened.

        Raises InvalidKeyError, whose text never holds what was typed.
        """
        from deskview.credentials import store_key  # noqa: PLC0415

        key = ApiKey(text)
        provider = self._context.settings.provider
        self._context.keys.put(provider, key)
        report = await store_key(provider, key)
        return report.sentence if report.ok else f"{report.sentence} The key is kept for this session only."
