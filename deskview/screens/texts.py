"""What each pane, page and drill-down shows and how it is computed, in the words of the help."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A title and the words below it."""

    title: str
    text: str


TOPICS: dict[str, Topic] = {
    "momentum": Topic(
        "Momentum",
        "Names are ranked by their 12-1 return (a year, the last month left out); the best tenth of the 1,000 most"
        " traded is the long leg, the worst tenth the short leg. long/short = long leg - hedge x short basket, live"
        " against the previous close. σ is that move over its own daily standard deviation of the last 252 sessions"
        " to yesterday. 'from longs' is the long leg's share of the move relative to the market: two thirds and more"
        " on a falling day means longs are cut and shorts not covered. The banks' basket rules are not public; this"
        " is a documented stand-in. The page adds the sector-neutral basket (tenths within each sector), the past year"
        " of the spread with lines at 1, 2 and 4 σ, and what each sector and name adds in basis points: the bp of both"
        " legs sum to the spread. A ticker in amber has not traded lately. 'basket as held' means σ is that of today's"
        " names over the past year, not of the names the rule held then. Comomentum is the weekly correlation of a"
        " leg's names after the market: high where the leg is crowded. Panic: the index below its level of 24 months"
        " ago and its volatility above its median (Daniel and Moskowitz 2016), when momentum crashes come.",
    ),
    "rotation": Topic(
        "Rotation",
        "Equal-weighted returns of the sectors and themes in percent: 'now' is live against the previous close, the"
        " others end at the last close. The strongest stand on top, the weakest at the bottom. Colour repeats what"
        " the number says. The page shows them absolute or less the index, with each group's rank now and the places"
        " it has climbed (▲) or fallen (▼) since the rank of the last session. Its chart: across, relative strength"
        " (the group over the index, 100 is its own mean of 12 weeks); up, the same measure of that strength. Groups"
        " turn clockwise: improving, leading, weakening, lagging. The group under the cursor shows the way it came, a"
        " digit telling how many weeks back. Weeks end at the last close, so today is not in the chart.",
    ),
    "leverage": Topic(
        "Leveraged ETFs",
        "A fund of leverage L must trade L(L-1) x assets x the underlying's return by the close, in the direction of"
        " the move. Assets are shares outstanding at the previous close's price. Index funds are traced to names by"
        " market cap (approximate). Next week is a distribution: without a drift its mean is zero; 1σ and the"
        " percentiles say how much could come either way. It does not say which. ● marks flows as large as the"
        " settings' threshold; 'closing auction, est.' assumes a share of the day's volume for it.",
    ),
    "flow": Topic(
        "Flow",
        "Prints of the focus names. Off-exchange prints at a fraction of a cent are taken as retail (below 0.4 cent"
        " sold, above 0.6 bought); everything else is non-retail, signed by the tick rule. The percentile is the"
        " share of the last sessions with a lower net intensity; those are sampled, and below 60 of them it is dim."
        " A print cancelled or corrected is taken out again; the day is read anew once, ten minutes after its close."
        " About a third of retail trades are identified this way, and 28 % of those are signed wrongly (Barber et"
        " al. 2024). J is the favourites' overlap with a momentum leg (weighted Jaccard, 0 to 1), its percentile that"
        " among shuffles of names alike in sector and size.",
    ),
    "breadth": Topic(
        "Breadth",
        "How many of the index's members beat the index, how many are up, and how far their returns lie apart"
        " (dispersion). An index mildly down while three of four members beat it is a few large names falling: the"
        " inside of the index moves, not the market. Percentiles are against the same figures of the last 252"
        " sessions, computed with today's members; 'days' tells on how many they rest, and the outermost twentieths"
        " stand out. The figure under the cursor is charted below; names left out stand beside it, each with why.",
    ),
    "name": Topic(
        "A name",
        "Its price over a day to a year, its place in the momentum legs, the leveraged-ETF flow that reaches it and"
        " that flow as a share of its average daily volume, the prints of retail and others where it is a focus"
        " name. Below: the funds on it and the groups it belongs to; each opens.",
    ),
    "group": Topic(
        "A group",
        "A sector or theme: its equal-weighted return over each horizon, the return relative to the index beside it,"
        " and its members with what each adds to the group's move now.",
    ),
    "fund": Topic(
        "A fund",
        "The arithmetic of one leveraged fund: assets at the previous close, the multiplier L(L-1), the underlying's"
        " return, and what follows from them for the close.",
    ),
    "alerts": Topic(
        "Alerts",
        "Rules set on the screen with + and those of the settings' [[alert]] tables, looked at with every refresh. A"
        " rule fires when its reading comes to lie beyond the level, once, and is armed again when it is back. 'to go'"
        " is how far the reading still is from the level. σ is the reading's own, either way. E changes and - removes a"
        " rule set here; one of the settings is changed in that file. Below stand the latest firings; one within a"
        " minute of the last is counted only. + works on any row, pane, card and name. Rules set in the demo are kept"
        " apart and hold there only.",
    ),
    "signs": Topic(
        "Signs and ages",
        "Every border tells the age of its data. Amber: old or in doubt; the sentence in the pane says why. A missing"
        " figure is –, never 0. Positive flow is buying. ▾ marks the column a page's list is sorted by; hollow, ▿: the"
        " figures have moved on and the order is held while you watch; r, or coming back, sorts anew. SIMULATED in the"
        " top line: a made-up market, no real prices; ×60 beside it: its clock runs 60 times as fast as ours, by which"
        " ages count. The clock is followed by the state of the market; 'retail' and 'non-ret' are percentiles of"
        " today's intensity among earlier sessions.",
    ),
}
"""By what is shown: a part of the board, a kind of detail, or a page."""
