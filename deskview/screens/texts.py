"""What each pane shows and how it is computed, in the words of the help."""

PANES: tuple[tuple[str, str], ...] = (
    (
        "1 Momentum",
        "Names are ranked by their 12-1 return (a year, the last month left out); the best tenth of the 1,000 most"
        " traded is the long leg, the worst tenth the short leg. long/short = long leg - hedge x short basket, live"
        " against the previous close. σ is that move over its own daily standard deviation of the last 252 sessions"
        " to yesterday. 'from longs' is the long leg's share of the move relative to the market: two thirds and more"
        " on a falling day means longs are cut and shorts not covered. The banks' basket rules are not public; this"
        " is a documented stand-in.",
    ),
    (
        "2 Rotation",
        "Equal-weighted returns of the sectors and themes in percent: 'now' is live against the previous close, the"
        " others end at the last close. The strongest stand on top, the weakest at the bottom. Colour repeats what"
        " the number says.",
    ),
    (
        "3 Leveraged ETFs",
        "A fund of leverage L must trade L(L-1) x assets x the underlying's return by the close, in the direction of"
        " the move. Assets are shares outstanding at the previous close's price. Index funds are traced to names by"
        " market cap (approximate). Next week is a distribution: without a drift its mean is zero; 1σ and the"
        " percentiles say how much could come either way. It does not say which.",
    ),
    (
        "4 Flow",
        "Prints of the focus names. Off-exchange prints at a fraction of a cent are taken as retail (below 0.4 cent"
        " sold, above 0.6 bought); everything else is non-retail, signed by the tick rule. The percentile is the"
        " share of the last sessions with a lower net intensity; those are sampled. About a third of retail trades"
        " are identified this way, and 28 % of those are signed wrongly (Barber et al. 2024).",
    ),
    (
        "Signs and ages",
        "Every border tells the age of its data. Amber: old or in doubt; the sentence in the pane says why. A missing"
        " figure is –, never 0. Positive flow is buying.",
    ),
)
