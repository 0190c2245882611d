"""The folder of Parquet files before the suite all providers pass."""

from functools import cache

from deskview.providers.capabilities import Capability
from tests.providers.contract.server import Request
from tests.providers.contract.subject import Serving
from tests.providers.parquet import PARQUET
from tests.providers.parquet.folder import Files, files_of, static
from tests.providers.parquet.provider import WITHHELD
from tests.providers.scripted import Reply

BY_NAME = {
    "clock": Capability.CLOCK,
    "tickers": Capability.NAMES,
    "details": Capability.SHARES,
    "bars": Capability.DAILY_BARS,
    "index_days": Capability.DAILY_BARS,
    "splits": Capability.SPLITS,
    "dividends": Capability.DIVIDENDS,
    "snapshot": Capability.SNAPSHOT,
    "trades": Capability.TRADES,
    "conditions": Capability.CONDITIONS,
    "chain": Capability.CHAINS,
    "yields": Capability.YIELDS,
    "short_interest": Capability.SHORT_INTEREST,
    "floats": Capability.FLOAT,
    "earnings": Capability.EARNINGS,
    "filings": Capability.FILINGS,
    "news": Capability.NEWS,
}


@cache
def _files(serving: Serving) -> Files:
    return files_of(serving.market, serving.page_rows, serving.elsewhere)


class ParquetSubject:
    """The folder."""

    vendor = PARQUET

    def answer(self, request: Request, serving: Serving) -> Reply:
        """The file, or that there is none."""
        return static(_files(serving).get)(request)

    def capability(self, request: Request) -> Capability:
        """By the folder or the file's name before its number."""
        return BY_NAME[request.parts[0].partition(".")[0]]

    def refusal(self, capability: Capability) -> Reply:
        """The file is withheld."""
        return Reply(403, WITHHELD, {"Content-Type": "text/plain"})
