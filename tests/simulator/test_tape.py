"""The tape is unkind, and the same whoever asks for a part of it."""

from dataclasses import fields

import numpy as np
import pytest

from deskview.simulator.world.history import print_counts
from deskview.simulator.world.minutes import OPEN
from deskview.simulator.world.prints import DAWN_NS, MINUTE_NS, Prints, dollars
from deskview.simulator.world.world import World

BUSY = ["NVDA", "TSLA", "JPM", "XOM", "PLTR"]
FUNDS = ["SPY", "QQQ", "IWM", "TQQQ", "SQQQ", "SOXL"]


def regular(world: World, ticker: str, number: int) -> Prints:
    """The prints of regular hours."""
    return world.prints(world.roster.index[ticker], number, range(OPEN, world.close_minute(number)))


def signed(prints: Prints) -> Prints:
    """Without crosses and the like."""
    return prints.take(np.flatnonzero(prints.sign != 0))


@pytest.mark.parametrize("ticker", ["NVDA", "KRE", "SPY"])
@pytest.mark.parametrize("back", [0, 1, 200])
def test_minutes_made_alone_are_those_of_the_whole_day(world: World, ticker: str, back: int) -> None:
    which = world.roster.index[ticker], world.sessions - back
    whole = world.prints(*which, range(960))
    parts = Prints.joined([world.prints(*which, range(minute, min(minute + 7, 960))) for minute in range(0, 960, 7)])
    alone = world.prints(*which, range(400, 401))
    place = np.searchsorted(whole.sip_ns, alone.sip_ns[0])
    for column in (field.name for field in fields(Prints)):
        one, all_parts = getattr(whole, column), getattr(parts, column)
        assert one.tobytes() == all_parts.tobytes()
        assert one[place : place + len(alone)].tobytes() == getattr(alone, column).tobytes()
    assert (np.diff(whole.sip_ns) > 0).all()
    assert (np.diff(whole.sequence) > 0).all()


def test_busy_names_have_hundreds_of_thousands_of_prints(world: World) -> None:
    number = world.sessions - 1
    bars = world.past.session(number)
    usd = bars.volume * np.nan_to_num(bars.close)
    for ticker in [*BUSY, *FUNDS]:
        position = world.roster.index[ticker]
        prints = world.plan(position, number).prints.sum()
        assert 200_000 <= prints <= 300_001
        assert prints <= bars.volume[position] // 2
    small = int(np.argmin(np.where(usd > 0, usd, np.inf)))
    assert world.plan(small, number).prints.sum() == pytest.approx(206_000 * usd[small] / 30e6, rel=0.1)
    assert print_counts(np.array([10_000, 50]), np.array([5_000.0, 250.0])).tolist() == [40, 25]


@pytest.mark.parametrize("ticker", BUSY)
def test_signs_of_non_retail_cluster_and_those_of_retail_do_not(world: World, ticker: str) -> None:
    position, found = world.roster.index[ticker], []
    for number in range(world.sessions - 6, world.sessions):
        prints, sides = signed(regular(world, ticker, number)), world.sides(position, number)
        minute = (prints.sip_ns - prints.sip_ns[0] + 1) // MINUTE_NS
        both = []
        for mine, levels in ((~prints.retail, sides.other), (prints.retail, sides.retail)):
            level = levels[np.minimum(minute[mine] // 5, 77)]
            off = prints.sign[mine] - level
            both.append([(off[lag:] * off[:-lag]).mean() / (1 - level**2).mean() for lag in (1, 4, 16, 64)])
        found.append(both)
    others, retail = np.mean(found, axis=0)
    assert others[0] == pytest.approx(0.2, abs=0.02)
    assert others == pytest.approx(0.2 * np.array([1, 4, 16, 64]) ** -0.5, rel=0.35)
    assert np.abs(retail).max() < 0.02


def test_drawn_signs_follow_the_levels(world: World) -> None:
    number = world.sessions - 1
    levels = world.levels(number)
    opens = world.midnight_ns(number) + DAWN_NS + OPEN * MINUTE_NS
    for ticker in BUSY:
        position = world.roster.index[ticker]
        truth = world.drawn(position, number)
        stretch = (truth.ns - opens) // (5 * MINUTE_NS)
        for mine, expected in ((truth.retail, levels.retail[position]), (~truth.retail, levels.other[position])):
            net = np.bincount(stretch[mine], truth.sign[mine], 78) / np.bincount(stretch[mine], minlength=78)
            assert np.corrcoef(net, expected)[0, 1] > 0.9
            assert abs((net - expected).mean()) < 0.02
        usd = [truth.usd[truth.retail].sum(), truth.usd[~truth.retail].sum()]
        wanted = [levels.retail_usd[position].sum(), levels.other_usd[position].sum()]
        assert usd == pytest.approx(wanted, rel=0.1)


def test_retails_share_is_uniform_over_the_stocks_in_the_order_of_their_heat(world: World) -> None:
    stocks, shares = world.roster.stocks, world.retail_shares
    assert np.histogram(shares[:stocks], 10, (0.02, 0.25))[0] == pytest.approx(stocks / 10, abs=1)
    assert (np.diff(shares[np.argsort(world.loadings.retail)]) > 0).all()
    assert len(set(shares[stocks:].tolist())) == 1
    for ticker in [*BUSY, "SPY"]:
        prints = Prints.joined([signed(regular(world, ticker, world.sessions - back)) for back in range(1, 6)])
        usd = dollars(prints)
        share = usd[prints.retail].sum() / usd.sum()
        assert share == pytest.approx(shares[world.roster.index[ticker]], rel=0.06)


@pytest.mark.parametrize("ticker", BUSY)
def test_sizes_spread_widely_and_retails_are_smaller(world: World, ticker: str) -> None:
    prints = signed(regular(world, ticker, world.sessions - 1))
    retail, other = prints.size[prints.retail], prints.size[~prints.retail]
    assert np.log(other).std() >= 1.3
    assert retail.mean() / other.mean() == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("ticker", BUSY)
def test_some_prints_are_late_and_some_far_off(world: World, ticker: str) -> None:
    prints = signed(regular(world, ticker, world.sessions - 1))
    lag = prints.lag_ns / MINUTE_NS
    late = lag >= 10
    assert late.mean() == pytest.approx(0.01, rel=0.1)
    assert lag[late].max() < 60.1
    assert lag[~late].max() < 1
    assert prints.far.mean() == pytest.approx(0.001, rel=0.3)
    assert (prints.facility[prints.far] > 0).all()
    for odd in (late, prints.far):
        assert set(prints.conditions[odd].tolist()) <= set(prints.conditions[~late & ~prints.far].tolist())
