"""What the plan does not include costs that and nothing else, in words, and heals; what the vendor lacks never does."""

import asyncio
from collections.abc import Mapping
from typing import cast

import pytest

from deskview.providers.base import Provider
from deskview.providers.capabilities import RETRY_FIRST_S, USES, Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.vendor import Vendor
from tests.providers.contract.calls import CALLS, CLOCK, Call
from tests.providers.contract.conftest import opened_at
from tests.providers.contract.subject import Line, Subject
from tests.providers.contract.subjects import calls_of, every_call, every_call_in_vain, every_subject
from tests.providers.test_rate import Clock

LONG = 10 * 365 * 86_400.0


async def refused(provider: Provider, call: Call) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await call.ask(provider)
    assert (caught.value.kind, caught.value.capability) == (Kind.NOT_ENTITLED, call.capability)
    return caught.value


@every_call
async def test_a_refusal_costs_what_rests_on_it_and_says_so(
    subject: Subject, line: Line, provider: Provider, call: Call
) -> None:
    line.refused = {call.capability}
    error = await refused(provider, call)
    plan = subject.vendor.plans[call.capability]
    assert plan in error.sentence
    assert USES[call.capability].what in error.sentence
    assert USES[call.capability].loss in error.sentence
    denial = provider.capabilities.denied[call.capability]
    assert (denial.sentence, denial.plan) == (error.sentence, plan)
    for other in calls_of(subject):
        if other.capability is not call.capability:
            other.holds(await other.ask(provider), line.truth)
            assert provider.capabilities.allows(other.capability)


@every_call
async def test_nothing_is_sent_while_it_is_refused_and_it_heals_by_the_clock(
    line: Line, provider: Provider, clock: Clock, call: Call
) -> None:
    line.refused = {call.capability}
    assert (await refused(provider, call)).retry_after_s == RETRY_FIRST_S
    line.refused, asked = set(), len(line.requests)
    clock.now += RETRY_FIRST_S - 1
    assert (await refused(provider, call)).retry_after_s == 1
    assert len(line.requests) == asked
    clock.now += 1
    call.holds(await call.ask(provider), line.truth)
    assert provider.capabilities.allows(call.capability)


@every_call
async def test_on_request_it_is_asked_for_at_once(line: Line, provider: Provider, call: Call) -> None:
    line.refused = {call.capability}
    await refused(provider, call)
    line.refused = set()
    provider.capabilities.retry_now()
    call.holds(await call.ask(provider), line.truth)
    assert provider.capabilities.allows(call.capability)


@every_subject
async def test_many_refused_together_wait_no_longer_than_one(
    subject: Subject, line: Line, provider: Provider, clock: Clock
) -> None:
    call = calls_of(subject)[0]
    line.refused = {call.capability}
    line.hold()
    asked = [asyncio.ensure_future(refused(provider, call)) for _ in range(4)]
    await line.settled(lambda: line.in_flight > 1)
    line.release()
    assert {error.retry_after_s for error in await asyncio.gather(*asked)} == {RETRY_FIRST_S}
    line.refused = set()
    clock.now += RETRY_FIRST_S
    call.holds(await call.ask(provider), line.truth)


async def never(provider: Provider, line: Line, clock: Clock, call: Call) -> None:
    """Asserts that it is denied from the start, and stays so whatever is done."""
    assert not provider.capabilities.allows(call.capability)
    for _ in range(2):
        error = await refused(provider, call)
        assert error.for_good
        assert str(error) == error.sentence
        assert provider.capabilities.denied[call.capability].sentence == error.sentence
        assert provider.capabilities.retry_at(call.capability) is None
        clock.now += LONG
        provider.capabilities.retry_now()
    assert line.requests == []


@every_call_in_vain
async def test_what_the_vendor_does_not_have_is_never_asked_for(
    subject: Subject, line: Line, provider: Provider, clock: Clock, call: Call
) -> None:
    await never(provider, line, clock, call)
    sentence = provider.capabilities.denied[call.capability].sentence
    assert sentence.startswith(f"{subject.vendor.title} does not have {USES[call.capability].what}")


@every_call
async def test_the_list_of_plans_is_what_counts(
    subject: Subject, line: Line, clock: Clock, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor that no longer sells something is not asked for it, by the one line that says so."""
    monkeypatch.delitem(cast("dict[Capability, str]", subject.vendor.plans), call.capability)
    provider = opened_at(subject.vendor, line.url)
    provider.capabilities.clock = clock
    await never(provider, line, clock, call)
    await provider.aclose()


@every_subject
async def test_what_no_plan_has_is_denied_before_anything_is_asked(subject: Subject, provider: Provider) -> None:
    assert provider.capabilities.denied.keys() == set(Capability) - subject.vendor.plans.keys()


@every_subject
async def test_answers_heal_nothing_the_vendor_does_not_have(subject: Subject, provider: Provider) -> None:
    before = dict(provider.capabilities.denied)
    for call in calls_of(subject):
        await call.ask(provider)
    assert provider.capabilities.denied == before


@every_subject
def test_every_question_rests_on_a_capability_that_is_listed(subject: Subject) -> None:
    plans: Mapping[Capability, str] = subject.vendor.plans
    assert {call.capability for call in CALLS} & plans.keys(), "nothing can be asked"
    assert CLOCK.capability in plans, "without a clock nothing can be shown"
    assert all(plans.values()), "a plan without a name"
    assert len({wanted.name for wanted in subject.vendor.secrets}) == len(subject.vendor.secrets)
    assert isinstance(subject.vendor, Vendor)
