"""The rules of the house that a reader can't see at a glance: sizes, docstrings, and what is never named."""

import ast
import re
import statistics
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
MOST_LINES = 400
MOST_LINES_A_FUNCTION = 50
TEXT = {".py", ".toml", ".md", ".csv", ".txt", ".yml", ".yaml", ".cfg", ".sh", ""}
REGISTRIES = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"), ("anaconda", "org")]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the project: what git tracks or would; without git, what is not hidden."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=REPOSITORY).stdout.split("\0")
        files = [REPOSITORY / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        found = (file.relative_to(REPOSITORY) for file in REPOSITORY.rglob("*"))
        files = [
            REPOSITORY / file for file in found if not any(part.startswith((".", "__pycache__")) for part in file.parts)
        ]
    return tuple(file for file in files if file.is_file() and not file.is_symlink())


def texts() -> Iterator[tuple[str, str]]:
    """Every text file by its name in the repository."""
    for file in tracked():
        if file.suffix in TEXT:
            yield file.relative_to(REPOSITORY).as_posix(), file.read_text(encoding="utf-8")


def modules() -> dict[str, str]:
    """Every Python file; an empty one has nothing to be told of."""
    return {name: text for name, text in texts() if name.endswith(".py") and text.strip()}


def test_no_file_is_too_long(record_property: Callable[[str, object], None]) -> None:
    lengths = {name: text.count("\n") for name, text in modules().items()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
    own = [length for name, length in lengths.items() if not name.startswith("tests/")]
    record_property("files, median and longest in lines", (len(own), statistics.median(own), max(own)))


def test_no_function_is_too_long() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, text in modules().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= MOST_LINES_A_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    assert [name for name, text in modules().items() if not ast.get_docstring(ast.parse(text))] == []


def test_no_package_registry_is_named() -> None:
    hosts = re.compile("|".join(re.escape(".".join(parts)) for parts in REGISTRIES), re.IGNORECASE)
    assert [name for name, text in texts() if hosts.search(text)] == []


def test_nothing_refers_to_folders_outside_the_project() -> None:
    outside = re.compile(r"\.\./shared|/" + "work/")
    assert [name for name, text in texts() if outside.search(text) and not name.startswith("tests/")] == []
    fixed = re.compile("/" + "work/")
    assert [name for name, text in texts() if fixed.search(text)] == []
