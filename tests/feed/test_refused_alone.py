"""Every capability refused alone, of which the store knows nothing either: what goes without says so, nothing else
changes."""

from pathlib import Path

import pytest

from deskview.providers.capabilities import USES, Capability
from tests.feed.markets import PARTS, Made
from tests.feed.refused import WITHHELD, Seen, without
from tests.once import once

SHORT = (Capability.TRADES, Capability.TYPES, Capability.PARTICIPANT_TIME)
EVERY = [pytest.param(each, marks=() if each in SHORT else pytest.mark.long, id=each.value) for each in WITHHELD]


@pytest.fixture(scope="module")
def whole(crash: Made, run_folder: Path) -> Seen:
    """The market with everything."""
    return once(run_folder, "refused-whole", lambda: without(None, crash.cache, run_folder))


@pytest.mark.parametrize("capability", EVERY)
def test_what_goes_without_says_so_and_nothing_else_changes(
    capability: Capability, whole: Seen, crash: Made, tmp_path: Path
) -> None:
    alone = without(capability, crash.cache, tmp_path)
    differing = alone.differing(whole)
    assert differing == [part for part in PARTS if part in USES[capability].parts]
    assert [part for part in differing if not alone.says(part, whole)] == []
