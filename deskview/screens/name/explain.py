"""What a name's page shows and how its figures come about: help, the columns of its lists, card."""

from typing import TYPE_CHECKING

from deskview.format import price
from deskview.screens.flow.explain import prints_of
from deskview.screens.frame.card import Card, Line, Topic, pct, rests_on
from deskview.screens.leverage.card import carried, through
from deskview.screens.momentum.explain import contribution
from deskview.text import neutralise
from deskview.widgets.records import Column

if TYPE_CHECKING:
    from deskview.board import Board

CHART = (
    "Chart: 1d has the bars of the regular session, before the open those before it: candles of five minutes, or of as"
    " many fives as the width has room for; volume, with a mark at what is usual then (the mean of 20 sessions by SPY's"
    " hours; a brighter bar is above it); VWAP, ≈ as each bar counts with the mean of its high, low and close; high and"
    " low of the first 30 minutes once they are past. Longer spans are adjusted for splits and end with today's price:"
    " candles where each has two columns, else the close; the means of 20, 50 and 200 closes, with an arrow where one"
    " lies above or below what is shown. A hollow candle rose. x: the return less that of SPY, then less that of its"
    " sector, else its first theme, from 0 % on; over days total returns, a group's the mean of its members'."
)
TOPIC = Topic(
    "A name",
    "What stands first is what a position over tonight hangs on, as far as it is told: what it costs to borrow the"
    " shares, a recall, dividends to come and the move that options expect are not. Price: the last trade, from the"
    " close on the official close, on which every figure of the session rests; what the evening did stands apart as"
    " after hours. Where nothing has traded for five minutes while the market does it may be halted: no table tells"
    " halts. Earnings: the next report by a calendar, confirmed or expected; ~ is a guess by the report filed a year"
    " ago, and results are often told days before the filing, so that they may be out already. Short: shares sold"
    " short at the last settlement, two to five weeks old, of those free to trade (it may be above 100%); days to"
    " cover are by the volume usual then, and 1.0 may stand for less. Momentum: its leg, the rank in it (1st: the best"
    " of the long leg, the worst of the short leg), what it adds to the spread. Peers: the three names of its"
    " industry, else of its sector, nearest in market cap. Volume: against the mean of 20 sessions by what of a day"
    " the index's fund has usually done by now. ETFs: what leveraged funds must trade in it by the close, and over a"
    " week. Retail and non-retail: its own prints of the day, fetched while it is open, its own year in the background"
    " for the percentile of the hour. Headlines are titles alone, its own first, as their publishers wrote them; tab"
    " leads to them, y copies the link of one, nothing here opens it. What speaks against its figures stands above"
    f" them. Below: the funds on it and the groups it belongs to; each opens. {CHART}",
)


FUNDS = (
    Column("ticker", "fund", width=6),
    Column("leverage", "L", width=4, align="right"),
    Column("underlying", "follows", flex=True, minimum=6, priority=1),
    Column("weight", "weight", width=6, align="right"),
    Column("fund", "fund's", width=7, align="right", priority=2),
    Column("part", "part", width=7, align="right"),
)
"""The funds that trade a name."""
GROUPS = (
    Column("group", "group", flex=True, minimum=12),
    Column("kind", "kind", width=6, priority=2),
    Column("now", "now", width=6, align="right"),
    Column("month", "1m", width=6, align="right", priority=1),
)
"""The groups a name belongs to."""
HEADLINES = (
    Column("age", "age", width=4, align="right"),
    Column("title", "headline", flex=True, minimum=20),
    Column("about", "about", width=6, priority=2),
    Column("host", "from", flex=True, minimum=8, priority=1),
)
"""What was published of a name."""
DEFINITION = (
    "A contribution is the name's weight times its return, in the short leg with its sign turned. Leveraged-ETF flow"
    " is the sum over the funds that hold it of its weight times the fund's trade. Net flow is dollars bought less"
    " dollars sold of the prints that could be signed."
)


def card(board: "Board", _reading: object, key: str | None, _variant: str) -> Card:
    """What the board knows of the name, and which of the three has nothing on it."""
    from deskview.screens.name.prices import notes  # noqa: PLC0415 - polars loads late

    ticker = key or ""
    momentum, leverage = board.momentum.value, board.leverage.value
    known_lines = {
        "momentum": contribution(momentum, ticker) if momentum else [],
        "leveraged ETFs": [*through(leverage, ticker), *carried(board, leverage, ticker)] if leverage else [],
        "prints": prints_of(board, ticker),
    }
    why = {
        "momentum": "in neither leg" if momentum else board.momentum.note,
        "leveraged ETFs": "no fund's trade is traced to it" if leverage else board.leverage.note,
        "prints": "none counted so far" if board.flow.value else board.flow.note,
    }
    lines = (*_company(board, ticker), *(line for part in known_lines.values() for line in part))
    missing = tuple(f"{part}: {why[part]}" for part, made in known_lines.items() if not made)
    known = Line("known of it", ", ".join(part for part, made in known_lines.items() if made) or "nothing")
    doubted = tuple(Line("take care", neutralise(note)) for note in notes(board, ticker))
    return Card(
        ticker, DEFINITION, (*doubted, known, *_price(board, ticker), *lines), rests_on(board, board.momentum), missing
    )


def _company(board: "Board", ticker: str) -> tuple[Line, ...]:
    """What is told of the company, with the counts behind the part of the float."""
    row = board.companies.of(ticker)
    lines = []
    if row.get("short_of_float") is not None:
        counts = f"{row['shares_short']:,.0f} shares / {row['free_float']:,.0f} free = {row['short_of_float']:.1%}"
        lines.append(Line("short interest", f"{counts}, settled {row['settlement']}"))
    if row.get("earnings") is not None:
        how = {"estimated": "a report filed 52 weeks before", "expected": "a calendar, not confirmed"}
        lines.append(Line("earnings", f"{row['earnings']}, by {how.get(row['earnings_by'], 'a calendar, confirmed')}"))
    return tuple(lines)


def _price(board: "Board", ticker: str) -> tuple[Line, ...]:
    """The price against the previous close, and that of the evening against the official close."""
    from deskview.screens.name.prices import price_of  # noqa: PLC0415 - polars loads late

    now = price_of(board, ticker)
    if now.price is None or now.before is None:
        return ()
    label = "official close" if now.official else "last"
    lines = [Line(label, f"{price(now.price)} / {price(now.before)} − 1 = {pct(now.ret)}")]
    if now.after_hours is not None and now.moved is not None:
        evening = f"{price(now.price)} × {1 + now.moved:.4f} = {price(now.after_hours)}, {pct(now.moved)}"
        lines.append(Line("after hours", f"{evening}; no figure of the session moves with it"))
    return tuple(lines)
