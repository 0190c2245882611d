"""Every table as the market has it: types, order, values, times, nulls; and pages put together whole."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from tests.providers.contract.calls import BARS, CALLS, CLOCK, Call
from tests.providers.contract.market import DAY, EXPIRIES, OPEN, SINCE, STRIKES, UNTIL
from tests.providers.contract.server import Request
from tests.providers.contract.subject import Line, Subject
from tests.providers.contract.subjects import calls_of, every_call, every_subject, every_whole_call
from tests.providers.scripted import Reply


@every_call
async def test_the_table_is_the_markets(line: Line, provider: Provider, call: Call) -> None:
    call.holds(await call.ask(provider), line.truth)


@every_whole_call
async def test_a_table_larger_than_a_page_is_whole(line: Line, provider: Provider, call: Call) -> None:
    line.how = replace(line.how, page_rows=2)
    call.holds(await call.ask(provider), line.truth)


async def paged(line: Line, provider: Provider) -> dict[str, int]:
    """How many requests each question takes that takes more than one, at two rows a page."""
    line.how = replace(line.how, page_rows=2)
    found = {}
    for call in filter(lambda call: call.whole, calls_of(line.subject)):
        before = len(line.requests)
        await call.ask(provider)
        found[call.name] = len(line.requests) - before
    return {name: count for name, count in found.items() if count > 1}


@every_subject
async def test_a_page_that_fails_costs_the_table(line: Line, provider: Provider) -> None:
    pages = await paged(line, provider)
    assert pages, "no table came in pages"
    for call in CALLS:
        if call.name not in pages:
            continue
        begun = len(line.requests)

        def the_last_fails(request: Request, most: int = begun + pages[call.name]) -> Reply | None:
            return Reply(500, b"") if len(line.requests) >= most else None

        line.script = the_last_fails
        with pytest.raises(ProviderError) as caught:
            await call.ask(provider)
        assert caught.value.kind is Kind.SERVER, call.name
        line.script = lambda _: None
        call.holds(await call.ask(provider), line.truth)


@every_subject
async def test_a_refusal_on_a_later_page_is_the_tables(line: Line, provider: Provider) -> None:
    pages = await paged(line, provider)
    call = next(call for call in CALLS if call.name in pages)
    begun = len(line.requests)

    def the_second_is_refused(request: Request) -> Reply | None:
        return line.subject.refusal(call.capability) if len(line.requests) == begun + 2 else None

    line.script = the_second_is_refused
    with pytest.raises(ProviderError) as caught:
        await call.ask(provider)
    assert caught.value.kind is Kind.NOT_ENTITLED
    assert not provider.capabilities.allows(call.capability)


@every_subject
async def test_of_a_listing_no_more_pages_are_read_than_asked_for(line: Line, provider: Provider) -> None:
    line.how = replace(line.how, page_rows=2)
    listings: dict[Capability, Callable[[int], Coroutine[Any, Any, Table]]] = {
        Capability.NAMES: lambda pages: provider.tickers(pages=pages),
        Capability.DELISTED: lambda pages: provider.delisted(SINCE, pages=pages),
    }
    for capability, ask in listings.items():
        if line.subject.vendor.has(capability):
            for pages in (1, 2):
                before = len(line.requests)
                table = await ask(pages)
                assert len(line.requests) - before == pages
                assert 2 * pages - 2 < table.frame.height <= 2 * pages


@every_subject
async def test_a_next_page_on_another_server_is_not_fetched(line: Line, elsewhere: Line, provider: Provider) -> None:
    pages = await paged(line, provider)
    line.how = replace(line.how, elsewhere=elsewhere.url)
    kinds = {}
    for call in CALLS:
        if call.name in pages:
            with pytest.raises(ProviderError) as caught:
                await call.ask(provider)
            kinds[call.name] = caught.value.kind
    assert set(kinds.values()) == {Kind.FOREIGN_PAGE}, kinds
    assert elsewhere.requests == []


@every_subject
@pytest.mark.parametrize("text", ["", "..", ".", "a b", "A?x=1", "../v1", "A\n"])
async def test_what_can_be_no_ticker_is_not_asked_for(
    subject: Subject, line: Line, provider: Provider, text: str
) -> None:
    questions: dict[Capability, list[Callable[[], Coroutine[Any, Any, object]]]] = {
        Capability.SHARES: [lambda: provider.details(text, DAY)],
        Capability.TRADES: [
            lambda: provider.trades(text, OPEN, UNTIL),
            lambda: provider.trades_window(text, OPEN, 5),
        ],
        Capability.INTRADAY_BARS: [lambda: provider.intraday(text, DAY, 5)],
        Capability.DAILY_BARS: [lambda: provider.index_days(text, SINCE, DAY)],
        Capability.CHAINS: [lambda: provider.chain(text, EXPIRIES, STRIKES)],
        Capability.NEWS: [lambda: provider.news(text, OPEN)],
    }
    for capability, asks in questions.items():
        for ask in asks:
            with pytest.raises(ProviderError) as caught:
                await ask()
            assert caught.value.kind is (Kind.REFUSED if subject.vendor.has(capability) else Kind.NOT_ENTITLED)
    assert line.requests == []


@every_subject
async def test_the_source_is_known_after_the_first_answer(line: Line, provider: Provider) -> None:
    assert provider.source.namespace == ""
    assert provider.source.provider == line.subject.vendor.name
    await CLOCK.ask(provider)
    assert provider.source.namespace
    known = provider.source
    await BARS.ask(provider)
    assert provider.source == known
    assert provider.snapshot_s == line.subject.vendor.snapshot_s
