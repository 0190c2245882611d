"""`deskview simulate`: the simulated market on loopback, for any client of the provider's protocol."""

import asyncio
import sys
from argparse import Namespace

from deskview.cli.context import context_of
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
    await serve(app, port=arguments.port, on_ready=_narrate)


def _narrate(url: str) -> None:
    print(f"The simulated market answers at {url} until you press ctrl+c.", file=sys.stderr, flush=True)
