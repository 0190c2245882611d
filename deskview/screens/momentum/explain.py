"""What the figures of momentum are called and how they come about: help, labels and card."""

from typing import TYPE_CHECKING

from deskview.analytics.assumptions import CALM_SIGMA, OWN_RULE, TODAYS_NAMES
from deskview.format import MISSING, basis_points, percent_difference, percentile, share, sigma_sign
from deskview.screens.frame.age import official_closes
from deskview.screens.frame.card import Card, Line, Topic, pct, plain_number, ratio, reasons, rests_on, signed
from deskview.screens.frame.companies import COLUMN_WORDS, FLAG_WORDS
from deskview.screens.frame.gaps import Gaps
from deskview.screens.frame.history import standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deskview.analytics.momentum import HorizonReading, MomentumReading
    from deskview.analytics.momentum.structs import BasketReading
    from deskview.board import Board

TOPIC = Topic(
    "Momentum",
    "Names are ranked by their 12-1 return (a year, the last month left out); the best tenth of the 1,000 most"
    " traded is the long leg, the worst tenth the short leg. long/short = long leg - short basket, dollar for dollar,"
    " live against the previous close. Beta-neutral beside it: long leg - k x short basket, k the ratio of the legs'"
    " own betas to SPY over the 252 sessions before they were formed. σ is a move over the standard deviation of its"
    " own daily moves to yesterday: those of the rule, 252 days or as many as there are from 200 on, each basket as"
    " it was held then. σ* is of today's names held back over the last 252 sessions instead: those names were chosen"
    " by that very year, so a move usually looks larger beside them (by a sixth in the median; it can be smaller)."
    " 'of the hour' compares the move with moves up to this time of day: σ over the root of the share of a day's"
    " variance that is usually behind one. 'from longs' is the long leg's share of the move against the market, the"
    " equal-weighted universe (not SPY); from two thirds on that leg led, up to one third the short leg. 'longs cut'"
    " (shorts not covered), 'longs bid', 'squeeze' and 'shorts sold' are for a leg that moved that way itself; 'longs"
    " lag', 'longs hold up', 'shorts hold up' and 'shorts lag' for one that only did against the market; 'both legs'"
    " where neither led, 'calm' under 1 σ of the day. A share outside -100 to 200% is not printed. The banks' basket"
    " rules are not public; this is a documented stand-in. The page adds the sector-neutral basket (tenths within"
    " each sector), the past year of the spread with lines at 1, 2 and 4 σ, and what each sector and name adds in"
    " basis points: the bp of both legs sum to the spread. A ticker in amber has not traded lately; where less than"
    " 95% of the weight has, 'traded' stands first; a return with a question mark is in doubt, as is a 12-1 where an"
    f" open of the past year may hide a spin-off: the card says which. {FLAG_WORDS} {COLUMN_WORDS} Comomentum is the"
    " weekly correlation of a leg's names after the market when it was formed, with its percentile among the rule's"
    " formations before: high where the leg is crowded. Panic: the index below its level of 24 months ago and its"
    " volatility above its median, by its own closes over five years (Daniel and Moskowitz 2016), when momentum"
    " crashes come; with fewer than 756 days it cannot be told.",
)

NEUTRAL = "neutral"
"""The variant of the other basket: deciles within each sector."""
GAPS = Gaps("momentum", untold=frozenset({"verdict", "sector_neutral.verdict"}))
SHORT = {"longs cut, shorts not covered": "longs cut"}
"""Verdicts that have a shorter form for a narrow place."""
PLAIN = {"both": "both legs"}
"""Verdicts whose word of the JSON says too little on a screen."""
LEAST_TRADED = 0.95
"""With less of the weight traded lately, that stands before what rests on it."""
LOW, HIGH = -1.0, 2.0
"""A leg's share of the move is printed between these: beyond, the legs' moves all but cancel out."""
TODAYS_NAMES_NOTE = (
    "σ* rests on today's names held back over the year that chose them, not on the names the rule held then: a move"
    " usually looks larger by it (by a sixth in the median), it can be smaller"
)


def card(board: "Board", reading: "MomentumReading", key: str | None, variant: str) -> Card:
    """The card of the basket that is shown; the contribution of the name `key` where it is in a leg."""
    return (neutral_card if variant == NEUTRAL else momentum_card)(board, reading, key)


def momentum_card(board: "Board", reading: "MomentumReading", key: str | None) -> Card:
    """Spread, σ and legs of the raw deciles; the contribution of the name `key` where it is in a leg."""
    definition = (
        "The best tenth of names by prior return against the worst tenth, dollar for dollar, price against previous"
        " close. σ is the move over the standard deviation of its own daily moves to yesterday; no mean is"
        " taken off."
    )
    return _basket_card(board, reading, reading, key, ("Momentum", definition))


def neutral_card(board: "Board", reading: "MomentumReading", key: str | None) -> Card:
    """The same of the sector-neutral basket."""
    definition = (
        "The best tenth of each sector's names by prior return against the worst tenth of the same sector, dollar for"
        " dollar, price against previous close: no sector is bet on. σ is the move over the standard deviation of"
        " its own daily moves to yesterday; no mean is taken off."
    )
    return _basket_card(board, reading, reading.sector_neutral, key, ("Momentum, neutral to sectors", definition))


def _basket_card(
    board: "Board",
    reading: "MomentumReading",
    basket: "BasketReading",
    key: str | None,
    title_and_definition: tuple[str, str],
) -> Card:
    """One basket's arithmetic; what both share is the reading's."""
    r = basket
    lines = [
        *contribution(r, key),
        Line("long/short = L − S", _difference(r.long_return, r.short_return, r.return_)),
        *_sigma_lines(reading, r),
        *_rank_lines(reading, r),
        *_neutral_lines(r),
        Line("from longs (L−M)/(L−S)", _long_share(r, reading.market_return)),
        Line("M, the market", f"{pct(reading.market_return)}: the equal-weighted {reading.universe} names, not SPY"),
        Line(
            "legs", f"{len(r.long)} long, {len(r.short)} short of {reading.universe} names by {reading.universe_size}"
        ),
        *(Line("in doubt", f"{len(names)}: {', '.join(names)}; {why}") for why, names in doubts(r).items()),
        *_ranks_in_doubt(r),
        Line("raw 12-7, older winners", _half(reading.horizons.intermediate)),
        Line("raw 6-2, recent winners", _half(reading.horizons.recent)),
        Line("comomentum", _comomentum(reading, r)),
        Line("formed for", f"{reading.formed or MISSING}; {reading.survivorship}"),
        Line("left out", ", ".join(f"{count} {why}" for why, count in reading.left_out.items()) or "none"),
        Line("without a sector", f"{reading.without_sector} of the {reading.universe}: in the raw basket only"),
        *(Line(subject, rule) for subject, rule in reading.rules.items()),
    ]
    lately = "in the last five minutes before the close" if _at_closes(board) else "within five minutes"
    traded = f"{share(r.coverage)} of the weight traded {lately}"
    missing = reasons(GAPS.missing(reading.missing))
    title, definition = title_and_definition
    return Card(title, definition, tuple(lines), rests_on(board, board.momentum, coverage=traded), missing)


def _at_closes(board: "Board") -> bool:
    return official_closes(board, board.momentum.as_of) is not None


def _sigma_lines(reading: "MomentumReading", r: "BasketReading") -> list[Line]:
    """The σ of the day both ways and that of the hour, with what they rest on."""
    sign = sigma_sign(r.sigma_basis)
    day = f"{ratio(r.return_, r.sigma_252_return, r.sigma, sign)}  ({_days(r.sigma_basis, r.sigma_n)})"
    newest = f"{ratio(r.return_, r.sigma_ewma_return, r.sigma_ewma, sign)}  (decay 0.94)"
    return [
        Line(f"{sign} = move / daily sd", day),
        *([Line(f"{sign} of the hour", _of_hour(reading, sign))] if r is reading else []),
        Line(f"{sign}, newest days weigh", newest),
        *([Line(sign, TODAYS_NAMES_NOTE)] if r.sigma_basis == TODAYS_NAMES else []),
    ]


def _rank_lines(reading: "MomentumReading", r: "BasketReading") -> list[Line]:
    """Where the raw spread stands among past days."""
    if r is not reading or reading.rank is None:
        return []
    days = f"{reading.rank.first} to {reading.rank.last}, another measure of momentum than this"
    own = reading.rank.record == OWN_RULE
    return [Line("rank", standing(reading.return_, reading.rank)), *([] if own else [Line("its days", days)])]


def _days(basis: str | None, days: int) -> str:
    whose = "today's names held back" if basis == TODAYS_NAMES else "the rule's own history"
    return f"{days} days of {whose}"


def _of_hour(reading: "MomentumReading", sign: str) -> str:
    """σ over the root of the day's variance that is usually behind one."""
    of_hour = reading.sigma_of_hour
    if not reading.sigma or not of_hour:
        return MISSING
    behind = (reading.sigma / of_hour) ** 2
    return f"{signed(reading.sigma)}{sign} / √{behind:.2f} = {signed(of_hour)}{sign}  (of a day's variance behind one)"


def _neutral_lines(r: "BasketReading") -> list[Line]:
    """The beta-neutral spread, its σ and its k; in the rule's own history each basket has its own."""
    hedged, sign = r.beta_neutral, sigma_sign(r.beta_neutral.sigma_basis)
    k = plain_number(hedged.hedge_ratio)
    made = f"{plain_number(hedged.beta_long)} / {plain_number(hedged.beta_short)} = {k}"
    over = ratio(hedged.return_, hedged.sigma_252_return, hedged.sigma, sign)
    return [
        Line("beta-neutral = L − k·S", _difference(r.long_return, r.short_return, hedged.return_, hedged.hedge_ratio)),
        Line(f"its {sign}", f"{over}  ({_days(hedged.sigma_basis, hedged.sigma_n)})"),
        Line("k = β(L) / β(S)", f"{made}  {hedged.hedge_note or ''}".rstrip()),
    ]


def _difference(long: float | None, short: float | None, spread: float | None, k: float | None = None) -> str:
    """The spread with its arithmetic."""
    if long is None or short is None or spread is None:
        return MISSING
    return percent_difference(long, short, spread, k)


def _ranks_in_doubt(r: "BasketReading") -> list[Line]:
    """Whose place in a leg may rest on a fault of the tables, without the reasons: there may be many."""
    if not r.ranks_in_doubt:
        return []
    names = f"{len(r.ranks_in_doubt)}: {', '.join(r.ranks_in_doubt)}"
    why = "an open of the past year that nothing in the tables explains; each name's page says which"
    return [Line("ranks in doubt", f"{names}; {why}")]


def _half(half: "HorizonReading") -> str:
    """The deciles of one half of the prior year: the spread, its σ and legs, and what they share with those of 12-1."""
    if half.return_ is None:
        return MISSING
    legs = f"long {pct(half.long_return)}, short basket {pct(half.short_return)}"
    sign = sigma_sign(half.sigma_basis)
    return f"{pct(half.return_)} {signed(half.sigma)}{sign}  {legs}; {share(half.shared)} of the 12-1 legs are in these"


def _comomentum(reading: "MomentumReading", r: "BasketReading") -> str:
    if why := no_comomentum(reading, r):
        return why
    c = r.crowding
    return f"long {ranked(c.long, c.percentile_long, c.n)}, short {ranked(c.short, c.percentile_short, c.n)} formations"


def _long_share(r: "BasketReading", market_return: float | None) -> str:
    if r.long_share is None:
        return MISSING
    said, _ = verdict(r)
    if why := no_share(r):
        return f"{MISSING}  {why}  {said}".rstrip()
    market, long, short = pct(market_return), pct(r.long_return), pct(r.short_return)
    return f"({long} − {market}) / ({long} − {short}) = {share(r.long_share)}  {said}".replace("+", "").rstrip()


def contribution(r: "BasketReading", key: str | None) -> list[Line]:
    """How much the name `key` adds, where it is in a leg of the basket."""
    for leg, names, sign in (("long", r.long, ""), ("short", r.short, "−")):
        for name in names:
            if name.ticker == key:
                made = f"{sign}{name.weight:.2%} × {pct(name.return_)} = {basis_points(name.contribution)}"
                ranked_by = [Line("12-1", f"{pct(name.score)}, in doubt: {name.rank_doubt}")] if name.rank_doubt else []
                return [Line(f"{key} in the {leg} leg", made), *ranked_by]
    return []


def verdict(basket: "BasketReading", *, short: bool = False) -> tuple[str, str]:
    """The day in words and its tone: a calm one is called so, and nothing is said where nothing is known."""
    if basket.verdict is not None:
        said = PLAIN.get(basket.verdict, basket.verdict)
        return (SHORT.get(said, said) if short else said), "accent"
    if basket.sigma is None or abs(basket.sigma) >= CALM_SIGMA:
        return "", "dim"
    return ("calm" if short else f"calm (under {CALM_SIGMA:g}{sigma_sign(basket.sigma_basis)} of the day)"), "dim"


def long_share(basket: "BasketReading") -> str:
    """The long leg's share of the move; a dash where it means nothing."""
    return MISSING if no_share(basket) else share(basket.long_share)


def no_share(basket: "BasketReading") -> str:
    """Why a share there is is not printed, else empty."""
    if basket.long_share is None or LOW <= basket.long_share <= HIGH:
        return ""
    return f"not printed: outside {LOW * 100:.0f}…{HIGH:.0%}, the legs moved almost alike".replace("-", "−")


def ranked(value: float | None, rank: float | None, formations: int) -> str:
    """A comomentum with its percentile and what that rests on, such as 0.12 (64th pct of 14); a dash without one."""
    if value is None or rank is None:
        return MISSING
    return f"{plain_number(value)} ({percentile(rank)} pct of {formations})"


def no_comomentum(reading: "MomentumReading", basket: "BasketReading") -> str:
    """Why the comomentum of neither leg can be told, in a sentence; empty where that of one can."""
    crowding = basket.crowding
    if crowding.percentile_long is not None or crowding.percentile_short is not None:
        return ""
    place = "crowding" if basket is reading else "sector_neutral.crowding"
    reasons_of = (reading.missing.get(f"{place}.{figure}") for figure in ("long", "percentile_long"))
    why = next((reason for reason in reasons_of if reason), "")
    return f"cannot be told: {why}" if why else "cannot be told"


def thinly_traded(basket: "BasketReading") -> bool:
    """Whether so little of the weight has traded lately that it must be said first."""
    return basket.coverage is not None and basket.coverage < LEAST_TRADED


def question_marks(reasons_for_doubt: "Iterable[str | None]") -> list[str]:
    """What stands behind each figure of a column: where one is in doubt, room behind the others keeps them in line."""
    doubted = [bool(reason) for reason in reasons_for_doubt]
    room = " " if any(doubted) else ""
    return ["?" if doubt else room for doubt in doubted]


def doubts(basket: "BasketReading") -> dict[str, list[str]]:
    """The reasons for doubt and the tickers of both legs they are about."""
    found: dict[str, list[str]] = {}
    for name in (*basket.long, *basket.short):
        if name.doubt:
            found.setdefault(name.doubt, []).append(name.ticker)
    return found
