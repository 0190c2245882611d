"""Asks the keyring in a process of its own: operations as arguments, the key on standard input, one JSON line each."""

import asyncio
import json
import os
import sys
import traceback

from deskview.credentials import ApiKey, KeyringReport, KeyState, delete_key, load_key, probe, store_key

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


async def answer(operation: str, key: ApiKey) -> str:
    """Run one operation on the entry of "massive"."""
    if operation == "load":
        state: KeyState = await load_key("massive", limit_s=LIMIT_S)
        return line(operation, state.report, same=state.key == key, shown=repr(state))
    if operation == "store":
        return line(operation, await store_key("massive", key, limit_s=LIMIT_S))
    if operation == "delete":
        return line(operation, await delete_key("massive", limit_s=LIMIT_S))
    return line(operation, await probe(limit_s=LIMIT_S))


async def main() -> None:
    """Run the operations named as arguments."""
    key = ApiKey(sys.stdin.readline())
    for operation in sys.argv[1:]:
        print(await answer(operation, key), flush=True)  # noqa: T201
    try:
        raise RuntimeError(f"{key} {key!r} {key:>40}")
    except RuntimeError:
        traceback.print_exc()


if __name__ == "__main__":
    asyncio.run(main())
