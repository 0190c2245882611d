"""The keyring, the key, the way to the provider, and the provider: its clock, and what the key's plan has of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deskview.cli.context import Context, UsageError
from deskview.cli.doctor import plan
from deskview.cli.doctor.check import Check, Level
from deskview.cli.opening import connected
from deskview.clock import monotonic
from deskview.credentials import Credentials, KeyringReport, probe
from deskview.exits import Exit
from deskview.market.sessions import NEW_YORK
from deskview.providers import PROVIDERS
from deskview.providers.errors import ProviderError

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import MarketStatus, Provider
    from deskview.providers.transport import Route

MOST_SKEW_S = 2.0


async def keyring(context: Context) -> Check:
    """Which keyring there is, and whether it is open; not asked where the provider wants nothing in it."""
    if not context.vendor.secrets:
        return Check("keyring", Level.OK, f"Not asked: {context.vendor.name} needs no key.")
    return _check("keyring", await probe(fresh=True))


async def key(context: Context, keyring: Check) -> tuple[Check, Credentials | None]:
    """Whether the keyring holds the provider's secrets, and these, which no check ever shows."""
    if keyring.level is Level.FAULT:
        found = f"The key for {context.vendor.name} can't be read without the keyring."
        return Check("key", Level.FAULT, found, code=Exit.KEY), None
    state = await context.load()
    return _check("key", state.report), state.credentials


def _check(name: str, report: KeyringReport) -> Check:
    way_out = report.way_out
    level = Level.OK if report.ok else Level.FAULT
    return Check(name, level, report.sentence, way_out.text, way_out.commands, Exit.KEY)


async def network(context: Context) -> AsyncIterator[Check]:
    """The way to the provider: the proxy, whose certificates are believed, whose is shown. Needs no key, sends none."""
    from deskview.providers.http import route_to  # noqa: PLC0415 - httpx loads late
    from deskview.providers.network import trust_of  # noqa: PLC0415
    from deskview.providers.origin import base_address  # noqa: PLC0415

    try:
        base = base_address(context.settings.base_url or PROVIDERS[context.settings.provider].base_url)
        route = route_to(base)
        if base.scheme == "https":
            route = replace(route, trust=await asyncio.to_thread(trust_of, os.environ))
    except ValueError as fault:
        yield Check("network", Level.FAULT, str(fault), "Until then nothing can be asked.", code=Exit.USAGE)
        return
    yield _proxy(base, route)
    if route.trust is not None:
        yield Check("trust store", Level.OK, f"Certificates are checked against {route.trust.name}.")
        yield await _certificate(base, route)


def _proxy(base: "httpx.URL", route: "Route") -> Check:
    from deskview.providers.origin import is_loopback  # noqa: PLC0415 - httpx loads late

    if route.proxy is not None:
        login = "with" if route.proxy.credentials else "without"
        return Check("proxy", Level.OK, f"{route.proxy.address}, of {route.proxy.variable}, {login} user and password.")
    why = "it is this machine" if is_loopback(base.host) else "HTTPS_PROXY, ALL_PROXY and NO_PROXY name none for it"
    return Check("proxy", Level.OK, f"None before {route.host}: {why}.")


async def _certificate(base: "httpx.URL", route: "Route") -> Check:
    from deskview.providers.transport import greet  # noqa: PLC0415 - httpx loads late

    shown, error = await greet(base, route)
    if error is not None:
        until = f"It is valid until {shown.valid_until:%Y-%m-%d}." if shown else ""
        return Check("certificate", Level.FAULT, error.sentence, until, code=Exit.PROVIDER)
    if shown is None:
        return Check("certificate", Level.WARNING, f"That of {route.host} is trusted and can't be read.")
    found = f"{route.host} shows one issued by {shown.issuer}, valid until {shown.valid_until:%Y-%m-%d}."
    return Check("certificate", Level.OK, found)


async def checks(context: Context, credentials: Credentials) -> AsyncIterator[Check]:
    """The provider, its clock, then its tables one by one."""
    try:
        provider = connected(context.settings, credentials)
    except (UsageError, ProviderError) as fault:
        todo = "Correct it: a variable of the environment, or provider or base_url in the settings."
        yield Check("provider", Level.FAULT, str(fault), todo, code=Exit.USAGE)
        return
    try:
        async for check in _of(provider, context):
            yield check
    finally:
        await provider.aclose()


async def _of(provider: "Provider", context: Context) -> AsyncIterator[Check]:
    name, limit = context.settings.provider, context.settings.calls_per_minute
    plan.narrate(f"asking {name}" + (f"; at {limit} calls a minute this takes a while." if limit else "."))
    sent, began = datetime.now(UTC), monotonic()
    try:
        status = await provider.market_status()
    except ProviderError as fault:
        yield plan.failed("provider", fault, PROVIDERS[name])
        return
    took = monotonic() - began
    address = context.settings.base_url or PROVIDERS[name].base_url
    accepted = {0: "", 1: " and accepts the key"}.get(len(context.vendor.secrets), " and accepts the keys")
    found = f"{name} at {address} answers in {took:.1f} s{accepted}; the market is {status.phase}."
    yield Check("provider", Level.OK, found)
    yield _clock(provider, status, sent + timedelta(seconds=took / 2))
    async for check in plan.checks(provider, PROVIDERS[name], context, status.now):
        yield check


def _clock(provider: "Provider", status: "MarketStatus", here: datetime) -> Check:
    """This machine's clock against the provider's, which tells whole seconds."""
    if provider.source.simulated:
        moment = f"{status.now.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}"
        return Check(
            "clock", Level.OK, f"SIMULATED market {provider.source.scenario}: its own clock, {moment} New York."
        )
    ahead_s = (here - status.now).total_seconds()
    if abs(ahead_s) <= MOST_SKEW_S:
        return Check("clock", Level.OK, f"This machine's clock is within {MOST_SKEW_S:g} s of the provider's.")
    found = f"This machine's clock is {abs(ahead_s):,.1f} s {'ahead of' if ahead_s > 0 else 'behind'} the provider's."
    todo = "The desk goes by the provider's clock. To mend this one:"
    return Check("clock", Level.WARNING, found, todo, ("timedatectl set-ntp true",))
