"""Who is held to the suite. A new provider is a line of SUBJECTS."""

import pytest

from tests.providers.contract.calls import CALLS, Call
from tests.providers.contract.subject import Subject
from tests.providers.massive.subject import MassiveSubject
from tests.providers.parquet.subject import ParquetSubject

SUBJECTS: tuple[Subject, ...] = (MassiveSubject(), ParquetSubject())

every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.vendor.name, indirect=True)


def _pairs(*, had: bool) -> list[tuple[Subject, Call]]:
    return [(each, call) for each in SUBJECTS for call in CALLS if each.vendor.has(call.capability) is had]


def _named(pairs: list[tuple[Subject, Call]]) -> pytest.MarkDecorator:
    names = [f"{each.vendor.name}-{call.name}" for each, call in pairs]
    return pytest.mark.parametrize(("subject", "call"), pairs, ids=names, indirect=["subject"])


every_call = _named(_pairs(had=True))
"""Every question to every provider whose vendor has what it rests on."""
every_whole_call = _named([(each, call) for each, call in _pairs(had=True) if call.whole])
"""The same, of what comes whole however many pages it takes."""
every_call_in_vain = _named(_pairs(had=False))
"""Every question to every provider whose vendor does not."""


def calls_of(subject: Subject) -> list[Call]:
    """The questions whose capability the vendor has."""
    return [call for call in CALLS if subject.vendor.has(call.capability)]
