"""What the processor lacks of what the installed polars is built for."""

from pathlib import Path

import pytest

from deskview import processor
from deskview.processor import missing_features, needed_features, processor_fault

NEEDED = "+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt,+cmpxchg16b,+avx,+avx2,+fma,+bmi1,+bmi2,+lzcnt,+pclmulqdq,+movbe"
HASWELL = "fpu pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt avx abm bmi1 avx2 bmi2"
SANDY_BRIDGE = "fpu pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 popcnt avx"


def cpuinfo(flags: str) -> str:
    """As Linux has it, for two cores."""
    return f"processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: {flags}\nbugs\t\t: many\n\n" * 2


@pytest.mark.parametrize(
    ("flags", "missing"),
    [
        (HASWELL, ()),
        (HASWELL.replace(" avx2", ""), ("avx2",)),
        (SANDY_BRIDGE, ("avx2", "fma", "bmi1", "bmi2", "lzcnt", "movbe")),
    ],
)
def test_what_is_missing_is_named(flags: str, missing: tuple[str, ...]) -> None:
    assert missing_features(NEEDED, cpuinfo(flags)) == missing


@pytest.mark.parametrize("text", ["", "processor\t: 0\nFeatures\t: fp asimd\n", "\x00"])
def test_of_another_kind_of_processor_nothing_is_known_to_be_missing(text: str) -> None:
    assert missing_features(NEEDED, text) == ()


def test_polars_says_what_it_needs() -> None:
    assert "+avx2" in needed_features() or not needed_features()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A processor without AVX2, and the polars for newer ones."""
    file = tmp_path / "cpuinfo"
    file.write_text(cpuinfo(HASWELL.replace(" avx2", "")))
    monkeypatch.setattr(processor, "CPUINFO", file)
    monkeypatch.setattr(processor, "needed_features", lambda: NEEDED)
    return file


def test_the_fault_names_the_feature_unless_it_is_known_to_be_none(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert processor_fault() == "This processor lacks avx2, which the installed polars uses."
    monkeypatch.setenv(processor.SKIP, "1")
    assert processor_fault() == ""
    monkeypatch.delenv(processor.SKIP)
    old.unlink()
    assert processor_fault() == ""
