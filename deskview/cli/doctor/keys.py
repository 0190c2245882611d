"""The keyring and the provider's key in it."""

from deskview.cli.context import Context
from deskview.cli.doctor.check import Check, Level
from deskview.credentials import ApiKey, KeyringReport, load_key, probe
from deskview.exits import Exit


async def keyring() -> Check:
    """Which keyring there is, and whether it is open."""
    return _check("keyring", await probe(fresh=True))


async def key(context: Context, keyring: Check) -> tuple[Check, ApiKey | None]:
    """Whether the keyring holds the provider's key, and the key, which no check ever shows."""
    provider = context.settings.provider
    if keyring.level is Level.FAULT:
        found = f"The key for {provider} can't be read without the keyring."
        return Check("key", Level.FAULT, found, code=Exit.KEY), None
    state = await load_key(provider)
    if state.key is not None:
        context.keys.put(provider, state.key)
    return _check("key", state.report), state.key


def _check(name: str, report: KeyringReport) -> Check:
    way_out = report.way_out
    level = Level.OK if report.ok else Level.FAULT
    return Check(name, level, report.sentence, way_out.text, way_out.commands, Exit.KEY)
