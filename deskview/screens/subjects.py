"""The list of subjects, and what is read off it: pages, panes, keys, help, cards, details, lists, exports."""

from dataclasses import replace
from typing import TYPE_CHECKING

from deskview.screens.alerts import ALERTS
from deskview.screens.diagnostics import DIAGNOSTICS
from deskview.screens.frame import keys
from deskview.screens.frame.card import Card, Topic, listed_lines, rests_on
from deskview.screens.frame.detail import Detail
from deskview.screens.frame.subject import ListInfo, Subject
from deskview.screens.frame.target import Target
from deskview.screens.fund import FUND
from deskview.screens.group import GROUP
from deskview.screens.name import NAME
from deskview.screens.parts import PARTS

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board

SUBJECTS: tuple[Subject, ...] = (*PARTS, ALERTS, DIAGNOSTICS, NAME, GROUP, FUND)
PANES = tuple(enumerate((subject for subject in SUBJECTS if subject.pane is not None), start=1))
"""The subjects with a pane, by its number."""
PAGES = {subject.name: subject.page for subject in SUBJECTS if subject.page is not None}
"""Pages by name; each is built once when the app starts."""
KEYLESS_PAGES = {subject.name: subject.title for subject in SUBJECTS if subject.page and not subject.page_key}
"""Titles of the pages without a key, by name."""
COMMANDS = tuple(command for subject in SUBJECTS for command in subject.commands)
"""What the palette alone offers, besides pages without a key."""
BEHIND_TRAFFIC = next(subject.name for subject in SUBJECTS if subject.behind_traffic)
"""The page that opens from the bottom line's traffic."""
LISTS: dict[str, ListInfo] = {name: info for subject in SUBJECTS for name, info in subject.lists.items()}
"""Every list whose columns can be chosen, by the name the settings know it by."""
SIGNS = Topic(
    "Signs and ages",
    "Every border tells the age of its data by the market's clock; 'final 4 Feb 16:00' in its place: the session is"
    " over, nothing newer comes. Amber: old or in doubt; the sentence in the pane says why. A missing figure is –,"
    " never 0. A figure with ? is in doubt. σ*: by today's names, not by the rule's own history, which makes a move"
    " look larger. Positive flow is buying. ▾ marks the column a page's list is sorted by; hollow, ▿: the figures have"
    " moved on and the order is held while you watch; r, or coming back, sorts anew. SIMULATED in the top line: a"
    " made-up market, no real prices; ×10 beside it: its clock runs 10 times as fast as ours, by which ages count. The"
    " time there is that of the figures; behind it stands the state of the market, or what is the matter with the"
    " figures where that is worse. 'retail' and 'non-ret' are percentiles of today's intensity among earlier sessions"
    " up to the same hour, in brackets their 80 % limits: retail 16 (9–27). '30m −1.2%' behind a figure is how much it"
    " changed over 30 minutes: behind retail in dollars net, ≈ as it is estimated, dim within the limits of the net.",
)
FILTERED = Topic(
    "Filters of lists",
    "F in any list says which of its rows are shown, such as now<-5 and si>20. A column is called by its title, "
    "else by its name in the settings; the line below the field has them all, hidden columns count too. Numbers "
    "compare by = != < <= > >= in the unit that is shown: -5 of a column in % is −5%; dollars may end in k, M, B or "
    "T. Texts compare by = != ~ !~, where ~ is 'contains'; several words stand in quotes. and, or, not and "
    "parentheses join; not binds closest, then and. Compared is what is printed, and a row without the figure (–) "
    "passes neither a comparison nor its not. enter applies it, an empty text takes it away, down leads to the "
    "filters the list had and comes with. It holds for all lists of that name until the program ends, as new "
    "figures come, for n and p from one row to the next, and for e where what is exported is that list.",
)
TOPICS: dict[str, Topic] = {
    **{str(subject.name): subject.topic for subject in SUBJECTS},
    "filter": FILTERED,
    "signs": SIGNS,
}
"""The help by what is shown."""

PANE_ACTIONS = tuple(action for number, subject in PANES for action in subject.pane_actions(number))
EVERYWHERE_ACTIONS = (
    *keys.READING,
    *(action for subject in SUBJECTS for action in subject.page_actions),
    *keys.EVERYWHERE,
)
ACTIONS = (
    *EVERYWHERE_ACTIONS,
    *PANE_ACTIONS,
    *keys.DESK,
    *keys.LISTS,
    *keys.CHART,
    *(action for part in PARTS for action in part.actions),
    *keys.PAGE,
    *keys.VIEWS,
    *keys.DETAIL,
    *(action for subject in SUBJECTS if subject not in PARTS for action in subject.actions),
    *keys.CARD,
    *keys.OVERLAY,
    *keys.COLUMNS,
    *keys.LABELS,
    *keys.FIND,
    *keys.FILTER,
    *keys.WELCOME,
    *keys.SMALL,
)
"""Every key there is."""


def subject_of(shown: Target | str) -> Subject | None:
    """The subject of a detail, or of a part or page by its name."""
    name = str(shown.kind) if isinstance(shown, Target) else shown
    return next((subject for subject in SUBJECTS if subject.name == name), None)


def card_of(board: "Board", shown: Target | str, key: str | None, variant: str = "") -> Card:
    """The card of a part of the board or of a detail; `key` is the row under the cursor.

    `variant` is the one the page shows, where it shows another than its first: the card tells its arithmetic.
    A part without a reading has a card too: it says what is missing and why. Slow enough for a thread.
    """
    subject = subject_of(shown)
    if subject is None or subject.card is None:
        topic = subject.topic if subject else SIGNS
        return Card(topic.title, topic.text, ())
    key = shown.key if isinstance(shown, Target) else key
    if not subject.part:
        return subject.card(board, None, key, variant)
    part = board.parts[subject.part]
    if part.value is None:
        return Card(subject.topic.title, subject.topic.text, (), rests_on(board, part), (part.note,))
    card = subject.card(board, part.value, key, variant)
    if subject.page is None:
        return card
    tail = [line for own in (subject.part, *subject.page.BESIDE) for line in listed_lines(board, own)]
    return replace(card, lines=(*card.lines, *tail))


def detail_of(board: "Board", target: Target) -> Detail:
    """The detail of a target as far as the board knows it; slow enough for a thread."""
    subject = subject_of(target)
    return subject.detail(board, target.key) if subject and subject.detail else Detail(target.key)


def table_of(board: "Board", shown: Target | str) -> "pl.DataFrame | None":
    """The rows behind what is shown; None where it has no figures. Slow enough for a thread."""
    from deskview.board.tables import part_table  # noqa: PLC0415 - polars loads late

    subject = subject_of(shown)
    if subject is not None and subject.table is not None:
        return subject.table(board, shown.key if isinstance(shown, Target) else "")
    if subject is not None and subject.rows is not None:
        return part_table(board, board.parts[subject.part], subject.rows)
    return None


def panes_markdown() -> str:
    """The panes as the README's table."""
    rows = [f"| {number} {subject.title} | {subject.answers} | {subject.method} |" for number, subject in PANES]
    return "\n".join(["| pane | answers | how |", "|---|---|---|", *rows])


def lists_markdown() -> str:
    """The lists whose columns can be chosen, as the README names them."""
    rows = [f"| `{name}` | {info.title} | {', '.join(info.keys)} |" for name, info in LISTS.items()]
    return "\n".join(["| list | what it is | columns |", "|---|---|---|", *rows])
