"""The plan of the house: which rooms there are, and that every way between them goes down."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from deskview.screens.subjects import SUBJECTS

REPOSITORY = Path(__file__).resolve().parents[1]
MOST_FILES = 431
"""Raised with a reason: what a reader opens together is one file.

290 since the leveraged ETFs: weights implied by a fund, sessions held, reset days, remarks and share counts there,
their summary, card, index weights and what is left out on the screens; the simulated market's funds and creations.
304 since what comes is held against what was there: a file a kind of table in the gate, the market that passed it, how
old and doubtful it is on the screens; proxies and trust, transports, rows cut from bytes; what a part checks
by itself; sealed files; processors.
328 since rules stand beside the Board: the engine, what becomes of a rule, what is kept of a day, what firings say, the
shipped rules, the user's program and file, `watch`; figures by path, their schema, changes over half an hour; before
that the drawn sample, its windows and plan, opened names; the simulated market's process and its other end.
342 with what an open desk lives through: one clock for all ages, a terminal that has gone or is slow, the place kept
for the next start, diagnostics of both processes and their page, the bundle for a bug report, sessions of the
simulated market that follow one another.
349 since a provider is a contract: what vendors have and plans include in shared words, requests that keep to it, the
doctor's lines of it, the simulated market's plans, several secrets in the keyring, the user's file of names.
376 with past events and the read: a study of the days a rule chooses, French's library and the user's copies, the signs
that positions are cut, four sentences, the Read page.
398 with dealers' gamma: Black-Scholes, a chain, what is read of one and of all, the session's chains, their profiles,
the simulated market's options; its page with words, facts and chart, rows, help and card.
403 with the wire of single names: what is sold short, free to trade, reported, filed and written, of the vendor; what
of it is so in the simulated market, its headlines, and how it tells them.
431 with what single names and own lists need on the screen: what is told of companies, from the feed to a list's flags
and columns; headlines; a name's figures by subject, its peers; the chart's views, session, returns and volume; own
lists read, a page with answers, rows, help and card; filters of lists, the line one is typed in, and those kept.
"""
MOST_ROOMS_BESIDE, MOST_ARROWS_BESIDE, MOST_ARROWS_A_SUBJECT = 6, 20, 3
"""Of the screens: folders and files side by side that are no subjects, and who imports whom among all of them."""
COLUMN_KEYS = "deskview.screens.overlays.columns"
"""Says what the columns of all lists mean: a column may be called as a part is."""
ABOVE_SUBJECTS = {"deskview.screens.parts", "deskview.screens.subjects"}
"""The lists of subjects, which name them."""
OF_OTHER_THINGS = {"history", "read", "lists"}
"""Names of parts that are words for other things, too: a setting, an action, a key of a place kept."""
Graph = dict[str, set[str]]


@cache
def files() -> dict[str, Path]:
    """Every module of the program by its dotted name."""
    found = {}
    for folder in ("deskview", "widgets", "themes"):
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            if not any(part.is_symlink() for part in path.parents if REPOSITORY in part.parents):
                parts = path.relative_to(REPOSITORY).with_suffix("").parts
                parts = parts if folder == "deskview" else ("deskview", *parts)
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Every name of the program that the file imports, wherever in it and for whatever use."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
                yield node.module


@cache
def arrows() -> Graph:
    """Which modules each module imports; a package's own face is no arrow to it from what lies in it."""
    known = files()
    graph: Graph = {}
    for name, path in known.items():
        targets = {target for target in imported(path) if target in known}
        specific = {t for t in targets if not any(o != t and o.startswith(f"{t}.") for o in targets)}
        graph[name] = {target for target in specific if target != name and not name.startswith(f"{target}.")}
    return graph


def rooms(graph: Mapping[str, Iterable[str]], of: str) -> Graph:
    """The arrows between the folders and files side by side in a folder; what lies outside it is left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source, targets in graph.items():
        room = room_of(source, of)
        for target in targets:
            other = room_of(target, of)
            if room and other and room != other:
                found[room].add(other)
    return dict(found)


def room_of(module: str, of: str) -> str:
    """The room of the folder `of` in which the module lies; empty outside."""
    if not module.startswith(f"{of}."):
        return ""
    return module.removeprefix(f"{of}.").partition(".")[0]


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle of the graph, empty where there is none."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle(arrows()) == []


@pytest.mark.parametrize("folder", ["deskview", "deskview.screens", "deskview.analytics", "deskview.simulator"])
def test_every_way_between_rooms_goes_down(folder: str) -> None:
    assert circle(rooms(arrows(), folder)) == []


def test_the_screens_have_few_rooms_and_few_ways_between_them() -> None:
    graph = rooms(arrows(), "deskview.screens")
    found = {room for module in files() if (room := room_of(module, "deskview.screens"))}
    assert len(found) <= MOST_ROOMS_BESIDE + len(SUBJECTS), sorted(found)
    assert sum(map(len, graph.values())) <= MOST_ARROWS_BESIDE + MOST_ARROWS_A_SUBJECT * len(SUBJECTS), graph


def test_there_are_no_more_files_than_there_were() -> None:
    assert len(files()) <= MOST_FILES


def test_nobody_above_the_lists_of_subjects_names_one() -> None:
    """Neither by an import nor by its name as a text: who shows subjects reads the lists. Alerts are the app's own."""
    subjects = {str(subject.name) for subject in SUBJECTS} - {"alerts"}
    named = {}
    for module, path in files().items():
        room = room_of(module, "deskview.screens")
        if module in {*ABOVE_SUBJECTS, COLUMN_KEYS} or room in {*subjects, "alerts"}:
            continue
        if not module.startswith(("deskview.screens.", "deskview.app", "deskview.cli")):
            continue
        imports = {room_of(target, "deskview.screens") for target in arrows()[module]} & subjects
        parts = {str(subject.part) for subject in SUBJECTS if subject.part} - OF_OTHER_THINGS
        texts = {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and node.value in parts
        }
        if imports or texts:
            named[module] = imports | texts
    assert named == {}
