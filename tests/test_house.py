"""The rules of the house that a reader can't see at a glance: sizes, docstrings, and what is never named."""

import ast
import inspect
import pkgutil
import re
import statistics
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import deskview
from deskview.widgets.textual_private import PARTS

REPOSITORY = Path(__file__).resolve().parents[1]
MOST_LINES = 400
MOST_LINES_A_FUNCTION = 50
TEXT = {".py", ".toml", ".md", ".csv", ".txt", ".yml", ".yaml", ".cfg", ".sh", ""}
REGISTRIES = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"), ("anaconda", "org")]
MOST_BASES = 3
TOWERS: set[str] = set()
"""Classes that stand on more of ours than `MOST_BASES`, and are known to."""
PRIVATE_PARTS = "deskview.widgets.textual_private"
FREE = {"_replace", "_exit"}
"""Names that begin with an underscore and are public: of named tuples and of `os`."""
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


@cache
def classes() -> tuple[type, ...]:
    """Every class of ours."""
    names = [found.name for found in pkgutil.walk_packages(deskview.__path__, "deskview.")]
    loaded = [import_module(name) for name in names if not name.endswith("__main__")]
    found = [one for module in loaded for one in vars(module).values() if inspect.isclass(one)]
    return tuple(one for one in dict.fromkeys(found) if is_ours(one))


def is_ours(one: type) -> bool:
    """Whether a class is one of this project."""
    return one.__module__.partition(".")[0] == "deskview"


def bases_of(one: type) -> list[str]:
    """The classes of ours it stands on, mixins among them."""
    return [base.__name__ for base in one.__mro__[1:] if is_ours(base)]


def test_no_class_stands_on_more_than_three_others_of_ours() -> None:
    towers = {one.__name__: bases for one in classes() if len(bases := bases_of(one)) > MOST_BASES}
    assert {name: bases for name, bases in towers.items() if name not in TOWERS} == {}


def is_private(name: str) -> bool:
    """Whether a name is nobody else's business."""
    return name.startswith("_") and not name.startswith("__") and name not in FREE


@cache
def private_names(one: type) -> frozenset[str]:
    """The private members a class defines, or uses of itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    of_self = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    return frozenset(filter(is_private, of_self | {node.name for node in ast.walk(tree) if isinstance(node, Function)}))


def test_no_class_of_ours_overrides_or_uses_a_private_member_of_textual() -> None:
    touched = {}
    for one in classes():
        own = [base for base in one.__mro__ if is_ours(base) and not base.__module__.startswith(f"{PRIVATE_PARTS}.")]
        theirs = [base for base in one.__mro__ if base.__module__.startswith("textual.")]
        if own and theirs:
            used, found = (frozenset().union(*map(private_names, bases)) for bases in (own, theirs))
            touched[one.__qualname__] = used & found
    assert {name: members for name, members in touched.items() if members} == {}


def test_no_module_imports_or_reaches_into_private_parts_of_textual() -> None:
    listed = {member for members in PARTS.values() for member in members if is_private(member)}
    reached = []
    for name, text in modules().items():
        if name.startswith("tests/") or "/textual_private/" in name:
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.ImportFrom(module=str(module), names=names) if module.startswith("textual"):
                    parts = [*module.split("."), *(alias.name for alias in names)]
                    reached += [f"{name}: {module}" for part in parts if is_private(part)]
                case ast.Import(names=names):
                    reached += [f"{name}: {alias.name}" for alias in names if re.match(r"textual\b.*\._", alias.name)]
                case ast.Attribute(value=ast.Name(id="self" | "cls")):
                    continue  # a class's own members: the test above
                case ast.Attribute(attr=attribute) if attribute in listed:
                    reached.append(f"{name}:{node.lineno} {attribute}")
    assert reached == []
