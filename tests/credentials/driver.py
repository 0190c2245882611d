"""Asks the keyring in a process of its own: operations as arguments, each secret on a line of standard input.

What becomes of each operation is a JSON line.
"""

import asyncio
import json
import os
import sys
import traceback

from deskview.credentials import (
    ApiKey,
    Credentials,
    KeyringReport,
    KeyState,
    delete_credentials,
    load_credentials,
    probe,
    store_credentials,
)
from deskview.providers.vendor import KEY, WantedSecret

SECRETS = tuple(WantedSecret(*each.split(":")) for each in os.environ.get("DRIVER_WANTED", "").split(",") if each) or (
    KEY,
)
"""As NAME:TITLE,NAME:TITLE; without it one key."""
LIMIT_S = float(os.environ.get("DRIVER_LIMIT_S", "30"))


def line(operation: str, report: KeyringReport, **more: object) -> str:
    """Return `report` as a JSON line."""
    return json.dumps(
        {
            "operation": operation,
            "state": report.state,
            "backend": report.backend,
            "sentence": report.sentence,
            "way_out": str(report.way_out),
            "commands": report.way_out.commands,
            **more,
        }
    )


async def answer(operation: str, credentials: Credentials) -> str:
    """Run one operation on the entry of "massive"."""
    if operation == "load":
        state: KeyState = await load_credentials("massive", SECRETS, limit_s=LIMIT_S)
        return line(operation, state.report, same=state.credentials == credentials, shown=repr(state))
    if operation == "store":
        return line(operation, await store_credentials("massive", SECRETS, credentials, limit_s=LIMIT_S))
    if operation == "delete":
        return line(operation, await delete_credentials("massive", SECRETS, limit_s=LIMIT_S))
    return line(operation, await probe(limit_s=LIMIT_S))


async def main() -> None:
    """Run the operations named as arguments."""
    credentials = Credentials({secret.name: ApiKey(sys.stdin.readline()) for secret in SECRETS})
    for operation in sys.argv[1:]:
        print(await answer(operation, credentials), flush=True)  # noqa: T201
    try:
        raise RuntimeError(f"{credentials} {credentials!r} {credentials:>40} {[*credentials]}")
    except RuntimeError:
        traceback.print_exc()


if __name__ == "__main__":
    asyncio.run(main())
