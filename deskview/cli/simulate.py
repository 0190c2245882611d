"""`deskview simulate`: the simulated market on loopback, for any client of the provider's protocol."""

import asyncio
import sys
from argparse import Namespace
from functools import partial

from deskview.cli.context import context_of
from deskview.cli.opening import SIMULATED_KEY
from deskview.exits import Exit


def run(arguments: Namespace) -> int:
    """Serves until interrupted."""
    context_of(arguments)
    asyncio.run(_serve(arguments))
    return Exit.OK


async def _serve(arguments: Namespace) -> None:
    from deskview.simulator import create_app, serve  # noqa: PLC0415 - numpy and starlette load late

    app = create_app(
        arguments.scenario,
        seed=arguments.seed,
        at=arguments.at,
        speed=arguments.speed,
        key=arguments.key,
        faults=arguments.fault,
        plan=arguments.plan,
        without=arguments.without,
        names=arguments.names,
    )
    await serve(app, port=arguments.port, on_ready=partial(_narrate, arguments.key))


def _narrate(key: str, url: str) -> None:
    # Another key than the usual one is not repeated: it may be a real one, given by mistake.
    which = f"the key {key!r}" if key == SIMULATED_KEY else "the key of --key"
    sentence = f"The simulated market answers at {url} until you press ctrl+c; it accepts {which}."
    print(sentence, file=sys.stderr, flush=True)
