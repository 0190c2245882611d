"""`deskview settings`: every setting with its meaning and default, as a settings.toml to start from."""

import ast
import inspect
import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from deskview import paths
from deskview import settings as module
from deskview.cli.context import UsageError
from deskview.exits import Exit
from deskview.settings import Settings

HEAD = "# deskview's settings. Every line shows a default; take the # away before `key = value` to change one.\n"
EXAMPLES: dict[str, list[str]] = {
    "keys": ['# zoom = "x"', '# page-momentum = ["M", "f5"]'],
    "columns": ['# desk-flow = ["retail", "turnover"]'],
    "closures": ['# 2025-01-09 = "closed"', '# 2026-07-02 = "early-close"'],
    "alert": ['# reading = "momentum.sigma"', "# below = -3", '# for = "2m"', "# clear = -2.5", '# again = "1h"'],
}
"""What tables without a default look like."""


def documented_settings() -> str:
    """A settings file of comments only: loaded as it is, it changes nothing."""
    plain: list[str] = []
    tables: list[str] = []
    for field, says in _documented(Settings):
        kind = get_type_hints(Settings)[field.name]
        if field.name in EXAMPLES:
            brackets = "[[{}]]" if get_origin(kind) is tuple else "[{}]"
            tables += ["", f"# {says}", *_of_rows(kind), f"# {brackets.format(field.name)}", *EXAMPLES[field.name]]
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            tables += ["", f"# {says or inspect.cleandoc(kind.__doc__ or '')}", f"# [{field.name}]"]
            tables += [line for inner, words in _documented(kind) for line in _entry(inner, words)]
        else:
            plain += _entry(field, says)
    return HEAD + "\n".join([*plain, *tables]) + "\n"


def _of_rows(kind: Any) -> list[str]:  # noqa: ANN401 - an annotation
    """What each key of a table of which there may be several is."""
    row = next(iter(get_args(kind)), None)
    if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
        return []
    return [f"# {field.encode_name}: {words}" for field, words in _documented(row)]


def _entry(field: msgspec.structs.FieldInfo, says: str) -> list[str]:
    default = field.default
    value = "" if default is None or default is msgspec.NODEFAULT else _toml(default)
    return ["", f"# {says}", f"# {field.name} = {value}".rstrip()]


def _toml(value: Any) -> str:  # noqa: ANN401 - any default
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _documented(kind: type[msgspec.Struct]) -> Iterator[tuple[msgspec.structs.FieldInfo, str]]:
    """Each field with the docstring below it."""
    words = _docstrings(kind.__name__)
    for field in msgspec.structs.fields(kind):
        yield field, words.get(field.name, "")


def _docstrings(class_name: str) -> dict[str, str]:
    tree = ast.parse(inspect.getsource(module))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    found: dict[str, str] = {}
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(after, ast.Expr):
            text = after.value.value if isinstance(after.value, ast.Constant) else ""
            found[node.target.id] = " ".join(str(text).split())
    return found


def run(arguments: Namespace) -> int:
    """Prints the documented defaults, or writes them where no settings file is yet."""
    text = documented_settings()
    if not arguments.write:
        sys.stdout.write(text)
        return Exit.OK
    file = getattr(arguments, "settings", None) or paths.settings_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(file, "x", encoding="utf-8", opener=_private) as new:
            new.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already and is left as it is; `deskview settings` prints the text") from None
    print(f"Written to {file}; every line is a default and stands behind a #.", file=sys.stderr)
    return Exit.OK


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
