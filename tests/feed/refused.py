"""Boards of a market that withholds one capability, from a store that has nothing of it either.

    python -m tests.feed.refused [CAPABILITY ...]

prints what goes without it as Markdown: the parts that differ from those of the whole market, and what they say.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deskview.board import Board
from deskview.board.export import board_to_builtins
from deskview.providers.capabilities import USES, Capability
from deskview.providers.errors import ProviderError
from deskview.simulator import CAPABILITIES, create_app
from tests.feed.markets import CLOSE, PARTS, QUICK, made, provider, refreshed

WITHHELD = tuple(Capability(name) for name in CAPABILITIES if USES[Capability(name)].loss != "nothing is missed yet")
STORED: Mapping[Capability, tuple[str, ...]] = {
    Capability.NAMES: ("tickers*",),
    Capability.TYPES: ("tickers*", "details*"),
    Capability.DELISTED: ("delisted*",),
    Capability.SHARES: ("details*", "share-counts*"),
    Capability.CAPS: ("details*",),
    Capability.INDUSTRIES: ("details*",),
    Capability.CONDITIONS: ("conditions*",),
    Capability.DAILY_BARS: ("bars/*", "index-days*"),
    Capability.INTRADAY_BARS: ("index-minutes*",),
    Capability.SPLITS: ("splits*",),
    Capability.DIVIDENDS: ("dividends*",),
    **dict.fromkeys(
        (Capability.TRADES, Capability.OFF_EXCHANGE, Capability.TRF_ID, Capability.PARTICIPANT_TIME),
        ("flow-windows*", "overlaps*"),
    ),
    Capability.SHORT_VOLUME: ("off-exchange*",),
    Capability.CHAINS: ("chains-*/*", "gamma-mornings*"),
}
"""Files a market that never had the capability would not have left."""
A_SENTENCE = 30
"""Characters a text has at least that is no name."""
SAID = ("status", "note", "doubt", "missing")
OF_THE_RUN = ("diagnostics", "left_out", "left_out_reasons")
"""Of the whole program, not of a part."""


@dataclass(frozen=True)
class Part:
    """One part: its figures by path, and the sentences beside and among them, what is shown above all first."""

    figures: Mapping[str, object]
    status: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What a board shows; `refusal` where there was none."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    refusal: str = ""

    def differing(self, whole: "Seen") -> list[str]:
        """The parts that are not those of the whole market."""
        return [name for name in PARTS if self.parts.get(name) != whole.parts[name]]

    def says(self, part: str, whole: "Seen") -> list[str]:
        """What a part says that it does not say on the whole market; a refusal stands for all."""
        if self.refusal:
            return [self.refusal]
        known = whole.parts[part].sentences
        return [sentence for sentence in self.parts[part].sentences if sentence not in known]


def seen(board: Board) -> Seen:
    """The board, apart from what is of the run and no figure."""
    plain = board_to_builtins(board)
    return Seen({name: _part(plain[name]) for name in PARTS})


def _part(plain: dict[str, Any]) -> Part:
    missing = plain.get("missing") or {}
    figures = dict(_flat("", {key: value for key, value in plain.items() if key not in SAID}))
    texts = [value for value in figures.values() if isinstance(value, str) and len(value) >= A_SENTENCE]
    sentences = filter(None, (plain["note"], plain["doubt"], *missing.values(), *texts))
    return Part(figures, plain["status"], tuple(dict.fromkeys(sentences)))


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _flat(f"{path}[{place}]", inner)
    else:
        yield path, value


def without(capability: Capability | None, warm: Path, folder: Path) -> Seen:
    """The desk's figures where the capability is withheld, which the store knows nothing of."""
    cache = Path(shutil.copytree(warm, folder / (capability or "whole").replace(" ", "-")))
    for pattern in STORED.get(capability, ()) if capability else ():
        for file in cache.glob(f"*/{pattern}"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    withheld = [capability.value] if capability else []
    app = create_app(at=CLOSE, speed=0, without=withheld, compress=False)
    try:
        return seen(asyncio.run(refreshed(provider(httpx.ASGITransport(app)), cache, QUICK)))
    except ProviderError as error:
        return Seen(refusal=error.sentence)
    finally:
        shutil.rmtree(cache)


def line(capability: Capability, alone: Seen, whole: Seen) -> str:
    """One row of the table."""
    parts = alone.differing(whole)
    says = [f"{part}: {' / '.join(alone.says(part, whole)[:2])}" for part in parts]
    return f"| {capability} | {', '.join(parts) or 'nothing'} | {'<br>'.join(says)} |"


def main(chosen: Sequence[str]) -> None:
    """Prints the table."""
    print("| withheld | differs | says |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm = made(folder).cache
        whole = without(None, warm, folder)
        for capability in WITHHELD:
            if not chosen or capability in chosen:
                print(line(capability, without(capability, warm, folder), whole), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
