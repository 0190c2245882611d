"""The user's own lists: looked at with every board, read again once a file has changed, prepared for the session.

Nothing is read, and no history looked through, where there is no folder of lists.
"""

import asyncio
import logging
from collections.abc import Sequence

import polars as pl

from deskview import paths
from deskview.analytics.holdings import BENCHMARK, HoldingsModel, prepare
from deskview.analytics.names import with_delisted
from deskview.analytics.panel import panel_of
from deskview.board import Basis, ListsInputs
from deskview.feed.context import Context
from deskview.feed.state import Daily
from deskview.market.own_lists import OwnList, list_stamps, load_own_lists
from deskview.text import neutralise

log = logging.getLogger(__name__)


async def refresh_lists(context: Context) -> None:
    """The lists and their model into the state, those there are while no file and no session is another."""
    state = context.state
    before, basis = state.lists, state.basis.value
    found = await asyncio.to_thread(lists_of, before, basis, context.registry.groups if basis else None, state.daily)
    if found is not before:
        state.lists = found


def lists_of(before: ListsInputs, basis: Basis | None, groups: pl.DataFrame | None, daily: Daily) -> ListsInputs:
    """The lists of the folder with their model, `before` where nothing has changed; slow, for a thread."""
    folder = paths.lists_folder()
    stamps = list_stamps(folder)
    if before.folder == str(folder) and stamps == before.stamps and basis is before.basis:
        return before
    known = load_own_lists(folder) if stamps else None
    lists, problems = (known.lists, known.problems) if known else ((), ())
    model, fault = (None, "") if basis is None or groups is None else model_of(lists, basis, groups, daily)
    return ListsInputs(
        names=tuple(one.name for one in lists),
        model=model,
        problems=problems,
        fault=fault,
        folder=str(folder),
        stamps=stamps,
        basis=basis,
    )


def model_of(
    lists: Sequence[OwnList], basis: Basis, groups: pl.DataFrame, daily: Daily
) -> tuple[HoldingsModel | None, str]:
    """The model of the lists, or none and why; of the history only what they name is laid out."""
    if not lists:
        return None, ""
    wanted = {BENCHMARK}.union(*(one.rows.get_column("ticker") for one in lists))
    try:
        return (
            prepare(
                lists,
                panel_of(basis.history, before=basis.session, tickers=wanted),
                with_delisted(basis.names, daily.tickers, daily.delisted),
                groups,
                momentum=basis.momentum,
                momentum_missing=basis.reasons.get("momentum", ""),
                splits=daily.splits,
                session=basis.session,
            ),
            "",
        )
    except ValueError as error:
        return None, f"the lists can't be prepared: {neutralise(str(error))}"
    except Exception as error:  # noqa: BLE001 - nothing of a list goes to the log, and the rest of the board is whole
        log.error("the lists can't be prepared: %s", type(error).__name__)
        return None, "a fault of deskview's own in preparing the lists"
