"""Asks the keyring in a process of its own: operations as arguments, the key on standard input, one JSON line each."""

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
from deskview.providers.vendor import KEY

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
        state: KeyState = await load_credentials("massive", (KEY,), limit_s=LIMIT_S)
        return line(operation, state.report, same=state.credentials == credentials, shown=repr(state))
    if operation == "store":
        return line(operation, await store_credentials("massive", (KEY,), credentials, limit_s=LIMIT_S))
    if operation == "delete":
        return line(operation, await delete_credentials("massive", (KEY,), limit_s=LIMIT_S))
    return line(operation, await probe(limit_s=LIMIT_S))


async def main() -> None:
    """Run the operations named as arguments."""
    key = ApiKey(sys.stdin.readline())
    for operation in sys.argv[1:]:
        print(await answer(operation, Credentials({KEY.name: key})), flush=True)  # noqa: T201
    try:
        raise RuntimeError(f"{key} {key!r} {key:>40}")
    except RuntimeError:
        traceback.print_exc()


if __name__ == "__main__":
    asyncio.run(main())
