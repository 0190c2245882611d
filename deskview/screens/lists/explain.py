"""What help and card say of the user's own lists: which rows count, the arithmetic, and what it rests on."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, figure, number, price, share, sigma_sign, usd
from deskview.screens.frame.card import Card, Line, Topic, amount_usd, flow_usd, pct, reasons, rests_on
from deskview.screens.frame.gaps import Gaps
from deskview.screens.lists.facts import SURE, shares

if TYPE_CHECKING:
    from deskview.analytics.holdings import Holdings, ListReading, Position
    from deskview.board import Board

TOPIC = Topic(
    "Own lists",
    "Lists of the names you watch or hold: each CSV file in the folder `lists` beside the settings, with a ticker a row"
    " and, where you like, quantity (negative: sold short) and price. x shows the next one. A row counts where it has a"
    " price: its last trade, else the close before. Without quantities each name weighs the same and there are no"
    " dollars. Today is the gain over the gross value at the close before. Beta is to the momentum spread, long leg"
    " less short leg, over 252 sessions, at least 126 of them; in dollars it is what the list holds of that spread, ±"
    " the 95 % limits of the beta. 'Net in its legs' counts only names of today's legs, and the column leg says in"
    " which of them a name is, not how you hold it. The −4σ day is four times the spread's σ of a day times that beta,"
    " of the names that have one; its limits hold 95 % of such days, by how sure the beta is and by what else moved"
    " the list in the past year. Wilder days move betas too: it is no worst case. LETFs: what leveraged ETFs must"
    " trade by the close in all names of the list, by everyone's assets and not by what you hold; per 1%: if all that"
    " they follow moved by 1 %. What you hold stays on this computer: no log, no report of a fault and no request has"
    " it.",
)
GAPS = Gaps("lists")
MOST_PROBLEMS = 12
_DEFINITION = (
    "What the list gains or loses, and what of it hangs on momentum and on leveraged ETFs, at the prices of the moment."
    " It is held as the file has it: trades since then are not in it."
)


def card(board: "Board", reading: "Holdings", key: str | None, variant: str) -> Card:
    """The arithmetic of the list shown, of the position under the cursor first, and what of the files is not used."""
    one = next((one for one in reading.lists if one.name == variant), reading.lists[0] if reading.lists else None)
    lines: list[Line] = []
    if one is not None:
        row = next((row for row in one.positions if row.ticker == key), None)
        lines += _position(one, row) if row is not None else []
        lines += [*_worth(one), *_momentum(one), *_shock(one), *_flow(one)]
    problems = reading.problems[:MOST_PROBLEMS]
    more = len(reading.problems) - len(problems)
    lines += [Line("" if number else "not used", problem) for number, problem in enumerate(problems)]
    lines += [Line("", f"and {more:,} more, in the JSON under `problems`")] if more else []
    title = f"Own list {one.name}" if one else "Own lists"
    return Card(title, _DEFINITION, tuple(lines), rests_on(board, board.lists), _missing(one))


def _missing(one: "ListReading | None") -> tuple[str, ...]:
    """What the list has no figure of; of its rows only what all of them lack."""
    told = {path: why for path, why in (one.missing.items() if one else ()) if path.count(".") < 2}
    prefix = f"lists.{one.name}." if one else ""
    return reasons(GAPS.missing({prefix + path: why for path, why in told.items()}))


def _position(one: "ListReading", row: "Position") -> list[Line]:
    """One row: its worth and today, or why it does not count."""
    if not row.counted:
        return [Line(row.ticker, f"not counted: {row.reason}, line {row.line} of the file")]
    lines = []
    if row.quantity is not None:
        worth = f"{shares(row.quantity)} × {price(row.price)} ({row.price_basis}) = {flow_usd(row.value_usd)}"
        lines.append(Line(row.ticker, f"{worth}, {pct(row.weight)} of gross"))
        lines.append(Line("today", f"{pct(row.return_)}: {flow_usd(row.pnl_today_usd)}"))
    else:
        lines.append(Line(row.ticker, f"{price(row.price)} ({row.price_basis}), today {pct(row.return_)}"))
    lines += [Line("", why) for why in (row.doubt, row.split) if why]
    path = f"positions.{row.ticker}.beta_spread"
    beta = f"{number(row.beta_spread)} over {row.beta_n} sessions"
    lines.append(Line("its beta", beta if row.beta_spread is not None else f"{MISSING} {one.missing.get(path, '')}"))
    return lines


def _worth(one: "ListReading") -> list[Line]:
    """Long and short add to gross and net; today's gain over what it was worth before."""
    out = ", ".join(f"{count:,} {reason}" for reason, count in one.left_out.items())
    lines = [Line("names", f"{one.counted:,} of {one.rows:,} counted" + (f"; not: {out}" if out else ""))]
    if one.has_quantities:
        long, short = amount_usd(one.long_usd), amount_usd(one.short_usd)
        lines.append(Line("gross", f"long {long} + short {short} = {amount_usd(one.gross_usd)}"))
        lines.append(Line("net", f"{flow_usd(one.net_usd)} = {pct(one.net)} of gross"))
    of = f"of {one.return_rows:,} names, {share(one.return_share)} of gross"
    gain = "mean of their returns" if one.pnl_today_usd is None else f"{flow_usd(one.pnl_today_usd)}"
    lines.append(Line("today", f"{pct(one.return_today)}: {gain}, {of}"))
    if one.pnl_since_usd is not None:
        lines.append(Line("since the list's prices", f"{flow_usd(one.pnl_since_usd)}, {one.since_rows:,} names"))
    return lines


def _momentum(one: "ListReading") -> list[Line]:
    """Beta, its error, and the dollars it comes to."""
    if one.beta_spread is None:
        return []
    dollars = "" if one.beta_usd is None else f" × {amount_usd(one.gross_usd)} = {flow_usd(one.beta_usd)}"
    error = "" if one.beta_error is None else f" ±{SURE * one.beta_error:.3f}"
    return [
        Line("beta to momentum", f"{number(one.beta_spread, 3)}{error}{dollars}"),
        Line("of", f"{one.beta_rows:,} names, {share(one.beta_share)} of gross; the others add nothing"),
        *([] if one.beta_market is None else [Line("beta to SPY", number(one.beta_market))]),
        *([] if one.legs is None else [Line("net in its legs", f"{pct(one.legs)} in {one.leg_rows:,} names")]),
    ]


def _shock(one: "ListReading") -> list[Line]:
    """Four σ times beta, and its limits."""
    if one.shock is None or one.sigma is None or one.beta_spread is None:
        return []
    sign = sigma_sign(one.sigma_basis)
    product = f"−4 × {figure(one.sigma, '%')} × {number(one.beta_spread, 3)} = {pct(one.shock)}"
    dollars = "" if one.shock_usd is None else f": {flow_usd(one.shock_usd)}"
    limits = f"{pct(one.shock_low)} to {pct(one.shock_high)}"
    if one.shock_low_usd is not None:
        limits += f", {flow_usd(one.shock_low_usd)} to {flow_usd(one.shock_high_usd)}"
    return [Line(f"−4{sign} day", product + dollars), Line("95 % of such days", limits)]


def _flow(one: "ListReading") -> list[Line]:
    """What leveraged funds trade in its names."""
    if one.flow_per_1pct_usd is None:
        return []
    sides = f"held long {usd(one.flow_today_long_usd)}, sold short {usd(one.flow_today_short_usd)}"
    unknown = f"; of {one.flow_unknown:,} not known" if one.flow_unknown else ""
    return [
        Line("leveraged ETFs today", f"{flow_usd(one.flow_today_usd)}: {sides}"),
        Line("for 1 %", f"{amount_usd(one.flow_per_1pct_usd)} in {one.flow_rows:,} names they reach{unknown}"),
    ]
