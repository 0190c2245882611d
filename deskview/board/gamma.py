"""The profiles dealers' gamma is read by: made once a minute of the market, those of the morning once a session."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from deskview.analytics.gamma import Curve, Curves, GammaModel, Kept, curve_of, quotes_of
from deskview.board.inputs import Inputs
from deskview.board.market import Market

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Profiles:
    """`curves`, and what they were made from."""

    curves: Curves = field(default_factory=Curves)
    kept: Kept | None = None
    model: GammaModel | None = None
    minute: datetime | None = None


def profiles_of(inputs: Inputs, market: Market | None, before: Profiles | None) -> Profiles:
    """The profiles of the moment, those of `before` while its minute lasts and no other chain is there.

    Where they can't be made there are none: the part that rests on them says so, and the others are whole.
    """
    kept, model = inputs.gamma.kept, inputs.basis.gamma if inputs.basis else None
    if kept is None or model is None or market is None or inputs.gamma.session != model.session:
        return Profiles()
    minute = market.at.replace(second=0, microsecond=0)
    before = before if before is not None and before.model is model and before.kept is kept else None
    if before is not None and before.minute == minute:
        return before
    quotes, opens = quotes_of(market.live, model), model.calendar.opens(model.session)
    made = before.curves.morning if before is not None else {}
    try:
        morning = {**made, **_curves(kept, quotes.before, opens, made)}  # a close before may come later than others
        return Profiles(Curves(_curves(kept, quotes.price, market.at), morning), kept, model, minute)
    except Exception:
        log.exception("the profiles of gamma could not be made")
        return Profiles()


def _curves(
    kept: Kept, prices: Mapping[str, float], at: datetime, made: Collection[str] = frozenset()
) -> dict[str, Curve]:
    """Of the books whose proxy has a price, but those that are `made`."""
    books = {name: book for name, book in kept.all_books.items() if name not in made}
    found = {name: curve_of(book, prices.get(book.proxy), at, kept.convention) for name, book in books.items()}
    return {name: curve for name, curve in found.items() if curve is not None}
