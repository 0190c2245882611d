"""What is missing of a part, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gaps:
    """How the gaps of one part of the board are told; paths are dotted, below the part's name.

    `untold` is reasons elsewhere on the same screen, or nothing one could act on (the JSON has it); `as_one` has one
    line as a whole; `titles` are gaps that are said in other words than the figure's own.
    """

    part: str
    untold: frozenset[str] = frozenset()
    as_one: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def missing(self, missing: Mapping[str, str]) -> list[tuple[str, str]]:
        """(figure, reason) in words, one row a figure or a group that is missing as one."""
        reasons: dict[str, str] = {}
        for path, reason in missing.items():
            if path not in self.untold:
                reasons.setdefault(next((whole for whole in self.as_one if path.startswith(whole)), path), reason)
        return [(self.title(path), reason) for path, reason in reasons.items()]

    def title(self, path: str) -> str:
        """What is missing, in words; "" is the part."""
        from deskview.board.figures import label_of  # noqa: PLC0415 - polars loads late

        return self.titles.get(path) or label_of(f"{self.part}.{path}" if path else self.part)
