"""What help and card say of dealers' gamma: the convention, the arithmetic, what it rests on and what is left out."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, figure, usd, usd_sum
from deskview.screens.frame.card import Card, Line, Topic, amount_usd, flow_usd, reasons, rests_on
from deskview.screens.frame.gaps import Gaps
from deskview.screens.gamma.words import HANGS, SIDES, chosen, flip, flip_label, level, moved, of_all, strike, together

if TYPE_CHECKING:
    from deskview.analytics.gamma import Gamma, UnderlyingGamma
    from deskview.board import Board

TOPIC = Topic(
    "Dealers' gamma",
    "What dealers must trade to stay hedged while the price moves, in dollars for 1 %, and so whether that dampens a"
    " move or amplifies it. It is an estimate: open interest has no owner. By the naive convention dealers are long the"
    " calls customers wrote and short the puts these bought; [gamma] of the settings has others. Long gamma: dealers"
    " sell rises and buy falls. 'of all' is the net over all gamma without signs; under 5 % either way it is called"
    " balanced, as the sign then hangs on the choice of volatilities. The flip is the nearest price at which the sign"
    " changes, each strike's volatility as it is; the walls are the strikes with most gamma of calls and of puts within"
    " 15 %. In the table of moves what is bought is positive: dealers along the profile, each underlying by its beta to"
    " the S&P 500, beside what leveraged ETFs must trade by the close. The S&P 500's options are those of SPX and SPY"
    " together. Volatilities are those of the right out of the money; the vendor's greeks are not used. A contract has"
    " at least 30 minutes left, without which gamma at the money has no limit. Open interest is that of the close"
    " before: what was opened or closed since can't be known. Early exercise is ignored. The profile is made anew once"
    " a minute of the market, the mornings once a session.",
)
GAPS = Gaps("gamma", untold=frozenset({"today", "by_shock"}))
"""Those stand among the moves."""


def card(board: "Board", reading: "Gamma", key: str | None, variant: str) -> Card:
    """The arithmetic of the underlying under the cursor or of the one the page shows."""
    known = {one.underlying for one in reading.by_underlying}
    one = chosen(reading, key if key in known else variant)
    lines = [Line("convention", SIDES[reading.convention])]
    if one is not None:
        lines += [*_headline(one), *_profile(one), *_basis(one)]
    lines += _shocks(reading)
    lines.append(Line("rate", f"{figure(reading.rate, '%', 3)} a year: {reading.rate_source}"))
    foot = rests_on(board, board.gamma)
    return Card("Dealers' gamma", _DEFINITION, tuple(lines), foot, reasons(GAPS.missing(reading.missing)))


_DEFINITION = (
    "An estimate of what dealers must trade for each 1 % of the price to stay hedged in options. Gamma of a contract is"
    " that of Black and Scholes, times open interest, shares a contract, and price² / 100; each right with the sign the"
    " convention gives dealers. Nobody publishes who holds what."
)


def _headline(one: "UnderlyingGamma") -> list[Line]:
    """Calls and puts add to the net, and the net over all is the share."""
    if one.net_usd_per_1pct is None:
        return [Line(one.title, f"{MISSING} {one.missing.get('net_usd_per_1pct', '')}")]
    calls, puts, net = usd_sum(one.calls_usd, one.puts_usd, one.net_usd_per_1pct)
    share = f"{flow_usd(one.net_usd_per_1pct)} / {amount_usd(one.mass_usd_per_1pct)} = {_signed(one)}"
    hangs = f": {HANGS}" if one.verdict == "balanced" else f": {one.verdict}" if one.verdict else ""
    return [
        Line(one.title, f"calls {calls} + puts {puts} = {net} per 1 %"),
        Line("of all without signs", f"{share}{hangs}"),
        Line("without today's expiry", f"{usd(one.without_today_usd)}: what is left after the close"),
        Line("without the next monthly", f"{usd(one.without_month_usd)}: without the next third Friday's"),
    ]


def _signed(one: "UnderlyingGamma") -> str:
    sign = "−" if (one.net_of_mass or 0.0) < 0 else ""
    return f"{sign}{of_all(one)}"


def _profile(one: "UnderlyingGamma") -> list[Line]:
    """Where the sign changes and the walls."""
    every = ", ".join(level(price) for price in one.flips)
    walls = f"calls {strike(one.walls.call)}, puts {strike(one.walls.put)}, of the strikes within 15 % of the price"
    return [
        Line(flip_label(one), flip(one)),
        *([Line("every change of sign", f"{every}, the nearest first")] if len(one.flips) > 1 else []),
        Line("walls", walls),
    ]


def _basis(one: "UnderlyingGamma") -> list[Line]:
    """The price and where it is from, the contracts and what of them is not in it."""
    left_out = ", ".join(f"{count:,} {why}" for why, count in one.left_out.items()) or "none"
    day = f"{one.oi_as_of}" if one.oi_as_of else MISSING
    return [
        Line("price", f"{level(one.spot)}: {one.spot_source}"),
        Line("open interest", f"of the close of {day}; what was traded since is not in it"),
        Line("contracts", f"{one.used:,} of {one.contracts:,} used: {one.coverage}"),
        Line("approximate", f"{one.approximate:,} strikes with the next expiry's volatility"),
        Line("left out", left_out),
    ]


def _shocks(reading: "Gamma") -> list[Line]:
    """Today and each move with both parts, and what they go by."""
    rows = [] if reading.today is None else [("today so far", reading.today)]
    rows += [(f"index {moved(row.move)}", row) for row in reading.by_shock]
    told = [Line(label, together(row)) for label, row in rows if row.net_usd is not None]
    gaps = [Line(label, f"{MISSING} {reading.missing[path]}") for path, label in _GAPS if path in reading.missing]
    return [*told, *gaps, Line("betas", reading.betas)]


_GAPS = (("today", "today so far"), ("by_shock", "if the index moves"))
