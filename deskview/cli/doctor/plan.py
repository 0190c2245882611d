"""What the key can do, capability by capability, and what each pane misses by it.

Each is asked for by one cheap call, or read off the answer to a call for another; what no pane needs yet is not asked
for.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from deskview.cli.context import Context
from deskview.cli.doctor.check import PANES, Check, Level
from deskview.cli.errors import KEY_KINDS
from deskview.clock import monotonic
from deskview.exits import Exit
from deskview.market.sessions import NEW_YORK, Calendar
from deskview.providers import Vendor
from deskview.providers.capabilities import USES, Capability
from deskview.providers.errors import Kind, ProviderError

if TYPE_CHECKING:
    from deskview.providers.base import Provider, Table

FUND, STOCK = "SPY", "AAPL"
PRINTS = 1_000
"""Of so many some are off exchange and some late, wherever they are told at all."""
ENOUGH_STOCKS, ENOUGH_WINDOWS, ENOUGH_PRINTS = 50, 200, 1_000
"""What the shipped accuracy of the flow's percentile was measured with."""
EVERY_STRIKE = (0.0, 1e5)
"""USD: a contract's symbol has room for no more."""
NEAR = 0.02
"""Of the fund's last close: strikes so far from it are asked for."""
LEFT_OUT = "They did not fit and are in no figure; the others are."
OF_TODAY = (Capability.SNAPSHOT, Capability.TRADES)
"""What is of the running session, in which the delay of a plan shows."""
TOLD_BY_PRINTS = (Capability.OFF_EXCHANGE, Capability.TRF_ID, Capability.PARTICIPANT_TIME)
COLUMNS = {
    Capability.TYPES: "type",
    Capability.SHARES: "shares_outstanding",
    Capability.CAPS: "market_cap_usd",
    Capability.INDUSTRIES: "sic_code",
}
"""What is read off a column, in which it may be null."""
MAY_BE_EMPTY = frozenset(
    {
        *(Capability.SNAPSHOT, Capability.SPLITS, Capability.DIVIDENDS),
        *(Capability.DELISTED, Capability.SHORT_VOLUME),
        *(Capability.EARNINGS, Capability.FILINGS, Capability.NEWS),
    }
)
"""What an answer without a row says nothing against: a night's snapshot, a quiet month, figures that come later."""
_NOT_IN_PLAN = frozenset({Kind.NOT_ENTITLED, Kind.OUTSIDE_WINDOW})
_TODO = {
    Kind.UNREACHABLE: "Check the network, the lines proxy, trust store and certificate above, and base_url.",
    Kind.KEY_REFUSED: "Store the right key:",
    Kind.MALFORMED: "Check base_url in the settings, and whether a proxy or log-in page stands between.",
    Kind.REDIRECTED: "Check base_url in the settings.",
    Kind.SERVER: "Wait and run the doctor again; the provider's status page may say more.",
    Kind.TRUNCATED: "Run the doctor again; if it stays so, a proxy may stand between.",
    Kind.RATE_LIMITED: "Put the plan's limit into the settings, such as calls_per_minute = 5.",
}
Ask = Callable[[], "Awaitable[Table]"]


@dataclass(frozen=True)
class Question:
    """One cheap call for a capability; `about` says what was asked for, `beside` what else its answer may tell."""

    capability: Capability
    about: str
    ask: Ask
    beside: tuple[Capability, ...] = ()


@dataclass
class Plan:
    """What was found out so far: whether the key has a capability, by those that were asked for.

    `tried` are those that were asked for, whatever came of it; `follows` those that were refused with another, of which
    nothing is to be said by itself.
    """

    vendor: Vendor
    has: dict[Capability, bool] = field(default_factory=dict)
    tried: set[Capability] = field(default_factory=set)
    follows: set[Capability] = field(default_factory=set)

    def asked(self, capability: Capability, *, has: bool, found: str) -> Check:
        """The line of a capability, which counts from now on."""
        self.has[capability] = has
        use = USES[capability]
        level = Level.OK if has or not use.parts else Level.WARNING
        return Check(capability.value, level, found)

    def unasked(self) -> Iterator[Check]:
        """What no pane needs yet, and which plan has it."""
        for each in Capability:
            if not self.vendor.has(each) and each not in self.has:
                yield self.asked(each, has=False, found=self.vendor.denial(each).sentence)
            elif each not in self.has and each not in self.tried and not USES[each].parts:
                found = f"with {self.vendor.plans[each]}; no pane needs it yet, so it is not asked for."
                yield Check(each.value, Level.OK, found)

    def panes(self) -> Iterator[Check]:
        """What each pane misses."""
        for part, title in PANES.items():
            needed = [each for each in Capability if part in USES[each].parts]
            missing = [each for each in needed if self.has.get(each) is False and each not in self.follows]
            unknown = [each.value for each in needed if each not in self.has]
            lost = [each.value for each in missing]
            found = "misses nothing." if not unknown else ""
            if lost:
                whose = "their lines say" if lost[1:] else "its line says"
                found = f"misses {', '.join(lost)}; above, {whose} what that costs."
            if unknown:
                found += f" Not known of {', '.join(unknown)}: see their lines above."
            level = Level.WARNING if lost or unknown else Level.OK
            yield Check(f"pane {title}", level, found.strip())


async def checks(provider: "Provider", vendor: Vendor, context: Context, now: datetime) -> AsyncIterator[Check]:
    """A line a capability, how much is sampled after the trades, then a line a pane."""
    plan = Plan(vendor, {Capability.CLOCK: True})
    for question in questions(provider, now):
        narrate(f"asking for {question.capability}.")
        began = monotonic()
        for check in await _answered(question, provider, plan):
            yield check
        if question.capability is Capability.TRADES:
            yield _sample(context, monotonic() - began if plan.has.get(Capability.TRADES) else None)
        if question.capability is Capability.CHAINS and plan.has.get(Capability.CHAINS):
            yield _chains(context, provider)
    yield await _holidays(provider, plan)
    for check in (*plan.unasked(), *plan.panes()):
        yield check


def questions(provider: "Provider", now: datetime) -> list[Question]:
    """What the panes need, the most first; the session is the last one that is over, which every plan reaches."""
    calendar = Calendar()
    today = now.astimezone(NEW_YORK).date()
    session, (expiry,) = calendar.previous(today), calendar.after(today, 1)
    opens, month_ago = calendar.opens(session), session - timedelta(days=30)
    first, recent = "the first page", "of the last 30 days"

    strikes = EVERY_STRIKE

    async def bars() -> "Table":
        nonlocal strikes
        table = await provider.daily_bars(session)
        for close in table.frame.filter(ticker=FUND)["close"]:
            strikes = (close * (1 - NEAR), close * (1 + NEAR))
        return table

    async def chain() -> "Table":
        return await provider.chain(FUND, (expiry, expiry), strikes)

    async def prints() -> "Table":
        return provider.prints_of([await provider.trades_window(FUND, opens, PRINTS)])

    caps = (Capability.CAPS, Capability.INDUSTRIES)
    settled, week = session - timedelta(days=40), timedelta(days=7)
    a_week_ago, in_a_week = session - week, session + week
    return [
        Question(Capability.SNAPSHOT, "of the whole market", provider.snapshot),
        Question(Capability.DAILY_BARS, f"of {session}", bars),
        Question(Capability.TRADES, f"of {FUND} on {session}, the first", prints, TOLD_BY_PRINTS),
        Question(Capability.NAMES, first, lambda: provider.tickers(pages=1), (Capability.TYPES,)),
        Question(Capability.SHARES, f"of {STOCK}", lambda: provider.details(STOCK, session), caps),
        Question(Capability.SPLITS, recent, lambda: provider.splits(month_ago)),
        Question(Capability.DIVIDENDS, recent, lambda: provider.dividends(month_ago)),
        Question(Capability.INTRADAY_BARS, f"of {FUND} on {session}", lambda: provider.intraday(FUND, session, 30)),
        Question(Capability.CONDITIONS, "all", provider.conditions),
        Question(Capability.DELISTED, first, lambda: provider.delisted(month_ago, pages=1)),
        Question(Capability.SHORT_VOLUME, f"of {session}", lambda: provider.short_volume(session)),
        Question(Capability.CHAINS, f"of {FUND} to {expiry}, about its last close", chain),
        Question(Capability.YIELDS, "of the newest day", provider.yields),
        Question(Capability.SHORT_INTEREST, "of the whole market", lambda: provider.short_interest(settled)),
        Question(Capability.FLOAT, "of the whole market", provider.floats),
        Question(Capability.EARNINGS, f"from {session} on, a week", lambda: provider.earnings(session, in_a_week)),
        Question(Capability.FILINGS, f"to {session}, of a week", lambda: provider.filings(a_week_ago, session)),
        Question(Capability.NEWS, f"of {STOCK}, two days", lambda: provider.news(STOCK, opens - timedelta(days=2))),
    ]


async def _holidays(provider: "Provider", plan: Plan) -> Check:
    plan.tried.add(Capability.HOLIDAYS)
    try:
        found = f"{len(await provider.closures())} coming ones."
    except ProviderError as error:
        return _refused(Capability.HOLIDAYS, error, plan)
    return plan.asked(Capability.HOLIDAYS, has=True, found=found)


async def _answered(question: Question, provider: "Provider", plan: Plan) -> list[Check]:
    """The line of the capability that was asked for, and of those its answer tells beside."""
    began = monotonic()
    plan.tried.add(question.capability)
    try:
        table = await question.ask()
    except ProviderError as error:
        return [_refused(question.capability, error, plan), *_untold(question, plan, provider)]
    rows = f"{table.frame.height:,} {'row' if table.frame.height == 1 else 'rows'}"
    late = ", a quarter of an hour late on this plan" if table.delayed and question.capability in OF_TODAY else ""
    found = f"{question.about}: {rows} in {monotonic() - began:.1f} s{late}"
    if not (table.frame.height or table.left_out or question.capability in MAY_BE_EMPTY):
        empty = Check(question.capability.value, Level.WARNING, f"{found}, where there should be some.")
        return [empty, *_untold(question, plan)]
    has_rows = table.frame.height > 0
    sold = filter(plan.vendor.has, question.beside)
    told = [_told(question, each, table, plan) for each in sold] if has_rows else _untold(question, plan)
    if question.capability in COLUMNS and has_rows:
        return [_told(question, question.capability, table, plan, found), *told]
    check = plan.asked(question.capability, has=True, found=f"{found}.")
    if table.left_out:
        reasons = f"{found}; {table.left_out:,} left out: {', '.join(table.reasons)}."
        check = Check(check.name, Level.WARNING, reasons, LEFT_OUT)
    return [check, *told]


def _untold(question: Question, plan: Plan, refused_by: "Provider | None" = None) -> list[Check]:
    """The lines of what would have been told beside: refused with the question, or not known; none of what the vendor
    does not have or no pane needs, which have their own."""
    lines = []
    for each in filter(plan.vendor.has, question.beside):
        if refused_by is not None and not refused_by.capabilities.allows(each):
            plan.follows.add(each)
            lines.append(
                plan.asked(each, has=False, found=f"refused with {question.capability}. Without it {USES[each].loss}.")
            )
        elif USES[each].parts:
            lines.append(Check(each.value, Level.WARNING, f"Not known: it is told with {question.capability}."))
    return lines


def _told(question: Question, capability: Capability, table: "Table", plan: Plan, found: str = "") -> Check:
    """The line of what is read off an answer."""
    column = COLUMNS.get(capability)
    has = capability not in table.lacks if column is None else table.frame[column].null_count() < table.frame.height
    if has:
        return plan.asked(capability, has=True, found=f"{found or f'told with {question.capability}'}.")
    use = USES[capability]
    what = f"The answer for {question.capability} ({question.about}) came without {use.what}"
    return plan.asked(capability, has=False, found=f"{what}. Without it {use.loss}.")


def _refused(capability: Capability, error: ProviderError, plan: Plan) -> Check:
    """The line of what was not answered: the plan's doing, or a failure that says nothing of the plan."""
    if error.kind in _NOT_IN_PLAN:
        return plan.asked(capability, has=False, found=error.sentence)
    return failed(capability.value, error, plan.vendor)


def failed(name: str, error: ProviderError, vendor: Vendor) -> Check:
    """A line about a failure, with what to do."""
    if error.kind in KEY_KINDS:
        todo = _TODO[Kind.KEY_REFUSED]
        return Check(name, Level.FAULT, error.sentence, todo, (f"deskview login {vendor.name}",), Exit.KEY)
    level = Level.WARNING if error.kind is Kind.RATE_LIMITED else Level.FAULT
    return Check(name, level, error.sentence, _TODO.get(error.kind, ""), code=Exit.PROVIDER)


def _sample(context: Context, seconds_a_call: float | None) -> Check:
    """How much is sampled for the flow, what it costs here, and which settings of the user's own decide it."""
    from deskview.feed.plan import explicit, plan_in_words, plan_of  # noqa: PLC0415 - polars loads late

    settings = context.settings
    plan = plan_of(settings.flow, settings.calls_per_minute)
    found = plan_in_words(plan, calls_per_minute=settings.calls_per_minute, seconds_a_call=seconds_a_call)
    own = [f"flow.{name}" for name in explicit(settings.flow)]
    if not own:
        return Check("flow sample", Level.OK, f"{found}.")
    few = plan.stocks < ENOUGH_STOCKS or plan.calls_a_day < ENOUGH_WINDOWS or plan.prints < ENOUGH_PRINTS
    todo = f"By {', '.join(own)} of the settings, which {'stands' if len(own) == 1 else 'stand'}."
    if few:
        todo += (
            " The less is read, the wider the interval beside the percentile; without them the shipped sample is read."
        )
    return Check("flow sample", Level.WARNING if few else Level.OK, f"{found}.", todo)


def _chains(context: Context, provider: "Provider") -> Check:
    """How many calls a session's option chains are."""
    from deskview.feed.chains_kept import calls_in_words  # noqa: PLC0415 - polars loads late

    folder = context.cache / provider.source.namespace
    return Check("chains of a session", Level.OK, f"{calls_in_words(context.settings.gamma.chains, folder)}.")


def narrate(sentence: str) -> None:
    """Tells what is being done, apart from the report."""
    print(f"deskview: {sentence}", file=sys.stderr, flush=True)
