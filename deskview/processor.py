"""Whether this machine's processor has what the installed polars is built for; without it a process just ends."""

import os
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
RUNTIMES = ("_polars_runtime_compat", "_polars_runtime_64", "_polars_runtime_32")
"""The packages polars may run on, in the order in which it takes the first that is there."""
SKIP = "POLARS_SKIP_CPU_CHECK"
"""Set, it tells polars, and so us, that the processor is known to do."""
_IN_LINUX = {"sse3": "pni", "sse4.1": "sse4_1", "sse4.2": "sse4_2", "cmpxchg16b": "cx16", "lzcnt": "abm"}
UNKNOWN_FAULT = "The processor lacks an instruction that a library uses, most likely AVX2, which polars does."
WAY_OUT = "Install the polars for older processors beside it: pip install 'polars[rtcompat]'."


def missing_features(needed: str, cpuinfo: str) -> tuple[str, ...]:
    """Of the features a build needs ("+avx2,+fma") those the processor has not.

    `cpuinfo` is the text of Linux's /proc/cpuinfo; where it lists no flags (other processors, other systems) none are
    known to be missing.
    """
    listed = re.search(r"^flags\s*:(.*)$", cpuinfo, re.MULTILINE)
    if listed is None:
        return ()
    flags = set(listed[1].split())
    wanted = [
        name[1:] for name in needed.split(",") if name.startswith("+") and name not in ("+crt-static", "+ctr-static")
    ]
    return tuple(name for name in wanted if _IN_LINUX.get(name, name) not in flags)


def needed_features() -> str:
    """The features the installed polars is built for, as it says itself; empty where it does not."""
    for package in RUNTIMES:
        with suppress(ImportError):
            return str(getattr(import_module(package), "BUILD_FEATURE_FLAGS", ""))
    return ""


def processor_fault() -> str:
    """What the processor lacks, in a sentence; empty where it is known to lack nothing."""
    if SKIP in os.environ:
        return ""
    try:
        cpuinfo = CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    missing = missing_features(needed_features(), cpuinfo)
    return f"This processor lacks {', '.join(missing)}, which the installed polars uses." if missing else ""
