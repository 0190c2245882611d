"""Opening a market: the real one with the user's secrets, or the simulated one."""

from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from deskview.cli.context import Context, UsageError
from deskview.credentials import ApiKey, Credentials, entries_of, store_credentials
from deskview.providers.vendor import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deskview.board import Board
    from deskview.market_client import Market
    from deskview.providers.base import Provider
    from deskview.settings import Settings

SIMULATED_URL = "http://simulated.market"
SIMULATED_VENDOR = "massive"
"""Whose protocol the simulated market speaks."""
SIMULATED_KEY = "demo"
SIMULATED_CREDENTIALS = Credentials({KEY.name: ApiKey(SIMULATED_KEY)})
SIMULATED_CALLS_PER_MINUTE = 600_000
"""As good as none: the simulated market needs no sparing."""
UNLIMITED = "rate-limit:0"
"""For a plan with few calls a minute, of which a first start would take hours."""
DEMO_SNAPSHOT_S, DEMO_PRINTS_S = 3.0, 8.0
"""At ten market seconds a second these are half a minute and a minute and a half: half of what is stale."""
DEMO_FLOW_SESSIONS = 60
"""Of the simulated market's year of flow: what a first start has read in a minute."""


async def open_provider(context: Context) -> "Provider":
    """The configured provider with the user's secrets. Raises NoKeyError, UsageError for an unfit address."""
    return connected(context.settings, await context.credentials())


def connected(settings: "Settings", credentials: Credentials) -> "Provider":
    """The configured provider with these secrets; nothing is sent yet. Raises UsageError for an unfit address."""
    from deskview.providers import connect  # noqa: PLC0415 - httpx and polars load late

    try:
        return connect(
            settings.provider,
            credentials.by_name,
            base_url=settings.base_url,
            calls_per_minute=settings.calls_per_minute,
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
    return simulated(arguments, SIMULATED_CREDENTIALS)


def simulated(arguments: Namespace, credentials: Credentials, *, begins_again: bool = False) -> "Provider":
    """The simulated market of the arguments, which takes the key of these; its clock may begin again at the close."""
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
        key=credentials.by_name[KEY.name].reveal(),
        plan=plan,
        without=getattr(arguments, "without", ()),
        keeps_apart=True,
        faults=(UNLIMITED,) if PLANS[plan].calls_per_minute else (),
        begins_again=begins_again,
        compress=False,  # nothing travels far: compressing only costs
    )
    return connect(
        SIMULATED_VENDOR,
        credentials.by_name,
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
            connect: Callable[[Credentials], Provider] = partial(simulated, context.arguments, begins_again=True)
            settings = demo_flow(demo_pace(context.settings), full=getattr(context.arguments, "full", False))
            config = MarketConfig(connect, context.cache, settings, context.settings_file)
            return MarketSupervisor(config, SIMULATED_CREDENTIALS, subscriber)
        credentials, connect = await context.credentials(), partial(connected, context.settings)
        config = MarketConfig(connect, context.cache, context.settings, context.settings_file)
        return MarketSupervisor(config, credentials, subscriber, read_credentials=context.stored_credentials)

    def use_demo(self) -> None:
        """The next market opened is the simulated one."""
        self._demo = True

    async def log_in(self, texts: "Sequence[str]") -> str:
        """Takes the typed secrets: into the keyring, else for this session only. Returns a sentence of what happened.

        Raises InvalidKeyError, whose text never holds what was typed.
        """
        vendor = self._context.vendor
        entries = entries_of(vendor.name, vendor.secrets)
        typed = {entry.name: ApiKey(text, entry.noun) for entry, text in zip(entries, texts, strict=True)}
        credentials = Credentials(typed)
        self._context.keys.put(vendor.name, credentials)
        report = await store_credentials(vendor.name, vendor.secrets, credentials)
        kept = "The key is" if len(entries) == 1 else "What was typed is"
        return report.sentence if report.ok else f"{report.sentence} {kept} kept for this session only."
