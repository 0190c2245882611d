"""Runs deskview commands one after the other in the same surroundings, then keeps all files of the home folder.

Standard input: JSON with `steps` (each `arguments`, `typed`, `environment`) and `keep`, the folder to copy to.
Standard output: one JSON line a step with its exit code and what it wrote.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HANG_S = 120


def run(step: dict[str, object]) -> dict[str, object]:
    """One command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "deskview", *map(str, step["arguments"])],  # type: ignore[call-overload]
        check=False,
        input=step["typed"],
        text=True,
        env={**os.environ, **step["environment"]},  # type: ignore[dict-item]
        capture_output=True,
        timeout=HANG_S,
    )
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


if __name__ == "__main__":
    work = json.load(sys.stdin)
    for each in work["steps"]:
        print(json.dumps(run(each)), flush=True)  # noqa: T201
    shutil.copytree(Path.home(), work["keep"], ignore=lambda _folder, names: [n for n in names if n == "control"])
