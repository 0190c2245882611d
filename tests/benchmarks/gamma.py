"""What dealers' gamma costs: a chain of 60,000 contracts from the wire's bytes to the first figure, and a board after.

    python -m tests.benchmarks.gamma [CONTRACTS]

Prints processor time from the bytes of its pages to the reading with its profile, that of a board a second later, that
of a profile, and the memory the kept strikes take.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np

from deskview.analytics.gamma import OptionBook, Terms, curve_of, read_underlying, strikes_of
from deskview.market.sessions import Calendar
from deskview.providers.massive import wire
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.reference import chain

CONTRACTS, PAGE = 60_000, 250
NOON, SESSION = datetime(2026, 2, 4, 17, tzinfo=UTC), date(2026, 2, 4)
SPOT, CALENDAR = 6_900.0, Calendar()


def pages(contracts: int) -> list[bytes]:
    """Pages of a chain as the vendor sends them; one contract in five without a volatility, with quotes instead."""
    rng = np.random.default_rng(1)
    expiries = [SESSION + timedelta(days=n) for n in range(60) if CALENDAR.is_session(SESSION + timedelta(days=n))]
    strikes = contracts // (2 * len(expiries))
    rows = []
    for expiry in expiries:
        for strike in np.linspace(SPOT * 0.85, SPOT * 1.15, strikes).round(2).tolist():
            for right in ("call", "put"):
                ticker = f"O:SPXW{expiry:%y%m%d}{right[0].upper()}{round(strike * 1000):08}"
                row = {
                    "details": {
                        "contract_type": right,
                        "exercise_style": "european",
                        "expiration_date": expiry.isoformat(),
                        "shares_per_contract": 100,
                        "strike_price": strike,
                        "ticker": ticker,
                    },
                    "greeks": {"delta": 0.5, "gamma": 0.001, "theta": -1.0, "vega": 2.0},
                    "open_interest": int(rng.integers(0, 5_000)),
                    "underlying_asset": {"ticker": "I:SPX", "value": SPOT},
                    "day": {"close": 12.5, "volume": 100, "last_updated": 1_770_224_400_000_000_000},
                    "last_quote": {"bid": 12.0, "ask": 13.0},
                }
                if rng.random() > 0.2:
                    row["implied_volatility"] = float(rng.uniform(0.1, 0.4))
                rows.append(row)
    return [msgspec.json.encode({"status": "OK", "results": rows[at : at + PAGE]}) for at in range(0, len(rows), PAGE)]


def timed(name: str, work: Callable[[], object]) -> object:
    """Does it, and prints its processor time."""
    began = time.process_time()
    found = work()
    print(f"{name:48} {1000 * (time.process_time() - began):9.1f} ms")
    return found


def book_of(bodies: list[bytes]) -> OptionBook:
    """From the bytes of every page to strikes."""
    decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
    of_rows = msgspec.json.Decoder(list[wire.ContractRow])
    rows = [row for body in bodies for row in of_rows.decode(decoder.decode(body)["results"])]
    rejects = Rejects()
    frame = chain(rows, (SESSION, SESSION + timedelta(days=60)), (0.0, 1e6), rejects)
    strikes = strikes_of(frame, Terms(SPOT, 0.04, 0.013), NOON, CALENDAR)
    return OptionBook("SPX", "S&P 500", strikes, SESSION, proxy="SPX", rate=0.04, dividend=0.013)


def main() -> None:
    """Prints what it costs."""
    bodies = pages(int(sys.argv[1]) if len(sys.argv) > 1 else CONTRACTS)
    print(f"{len(bodies)} pages, {sum(map(len, bodies)) / 1e6:.1f} MB")
    book_of(bodies[:4])  # whatever loads at the first use
    book = timed("bytes to strikes", lambda: book_of(bodies))
    assert isinstance(book, OptionBook)
    timed("the first figure, with its profile", lambda: read_underlying(book, SPOT, NOON, CALENDAR))
    curve = timed("a profile", lambda: curve_of(book, SPOT, NOON, "naive"))
    later = NOON + timedelta(seconds=1)
    for _ in range(3):
        timed("a board after that", lambda: read_underlying(book, SPOT * 1.0001, later, CALENDAR, curve=curve))  # type: ignore[arg-type]
    held = sum(
        getattr(book.strikes, name).nbytes
        for name in ("expiry", "strike", "calls", "puts", "iv", "source", "settles", "label")
    )
    print(f"{book.strikes.contracts} contracts, {len(book.strikes.strike)} strikes, {held / 1e6:.1f} MB held")


if __name__ == "__main__":
    main()
