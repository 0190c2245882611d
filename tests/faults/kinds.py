"""Every kind of fault, and the lists of those that stand for all."""

from tests.faults import answers, clock, daily, snapshot, transport
from tests.faults.kind import CLOCK, SNAPSHOT, Kind

KINDS: dict[str, Kind] = {
    f"{kind.family}: {kind.name}": kind
    for kind in (*snapshot.KINDS, *clock.KINDS, *daily.KINDS, *answers.KINDS, *transport.KINDS)
}
OF_TABLES = {label: kind for label, kind in KINDS.items() if kind.delivery is None}
"""Those that need no socket."""
STORELESS = {
    label
    for label, kind in KINDS.items()
    if kind.prepare is None and all(path.startswith((SNAPSHOT, CLOCK)) for path in kind.paths)
}
"""Those that touch nothing that is stored."""
OF_SNAPSHOTS = {label: kind for label, kind in OF_TABLES.items() if label in STORELESS}
"""Those that need no more than the clock and one snapshot."""
OF_REFRESHES = {label: kind for label, kind in OF_TABLES.items() if label not in OF_SNAPSHOTS}
"""Those that need a whole refresh."""
IN_REFRESHES = (
    "listing: half of it",
    "splits: empty",
    "dividends: empty",
    "details: shares x10",
    "trades: price x100",
    "refusals: 403 once for everything",
)
"""A desk that refreshes lives through these with every change of the program: models made anew take their time."""
OVER_A_SOCKET = (
    "rows missing: every second row missing",
    "rows missing: no rows",
    "times: frozen for ten minutes",
    "prices: prices x1000",
    "prices: one name x1.5",
    "clock: a day ahead once",
    "clock: year 9999",
    "daily bars: one ticker of raw bytes",
    "listing: half of it",
    "refusals: 403 once for the snapshot",
    "refusals: 401 once",
    "bodies: gzip in gzip",
    "JSON: NaN for prices",
    "texts: names of 5,000 combining marks",
    "transport: reset in the middle",
    "transport: garbage for a chunk",
)
"""One open desk lives through these with every change of the program, through all by hand."""
FOR_SNAPSHOT = (
    "rows missing: every second row missing",
    "rows missing: null for rows",
    "times: trade times a day old",
    "prices: prices x10 on half",
    "prices: prices 1e999",
    "shape: the v3 shape",
    "clock: year 0001",
    "daily bars: empty once, none stored",
    "splits: empty",
    "other tables: closures garbage",
    "refusals: 403 for everything",
    "refusals: 429 for 99999999999 s once",
    "refusals: 200 html",
    "transport: closed in the middle",
    "JSON: nested 50,000 deep",
)
"""`deskview snapshot` meets these with every change of the program."""
