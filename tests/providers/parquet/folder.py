"""The folder itself: tables as files, and the server that hands them out."""

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import polars as pl

from tests.providers.contract.market import Market
from tests.providers.contract.server import Request
from tests.providers.parquet.provider import CLOCK, DIGEST, WITHHELD, digest_of
from tests.providers.scripted import Reply

Files = Mapping[str, bytes]
WHOLE = 1_000_000


def files_of(market: Market, page_rows: int = WHOLE, elsewhere: str = "") -> Files:
    """Every file of a market by its path."""
    clock = pl.DataFrame([(market.now, market.phase)], schema=dict(CLOCK), orient="row")
    files = dict(parts("clock", clock))
    whole = ("tickers", "splits", "dividends", "snapshot", "conditions", "yields")
    for name in (*whole, "short_interest", "floats", "earnings", "filings", "news"):
        files.update(parts(name, getattr(market, name), page_rows, elsewhere))
    split: list[tuple[str, pl.DataFrame, pl.Expr]] = [
        ("bars", market.bars, pl.col("session").cast(pl.String())),
        ("details", market.details, pl.col("ticker")),
        ("index_days", market.index_days, pl.lit("SPY")),
        ("chain", market.chain, pl.lit("SPX")),
        ("trades", market.trades, pl.format("{}/{}", "ticker", _new_york_date("sip_time"))),
    ]
    for folder, table, key in split:
        for (name,), frame in table.group_by(key.alias("key"), maintain_order=True):
            files.update(parts(f"{folder}/{name}", frame.select(table.columns), page_rows, elsewhere))
    return files


def parts(name: str, frame: pl.DataFrame, page_rows: int = WHOLE, elsewhere: str = "") -> Iterator[tuple[str, bytes]]:
    """A table as files of so many rows, each naming the next one; at least one."""
    for first in range(0, max(1, frame.height), page_rows):
        number, last = first // page_rows, first + page_rows >= frame.height
        follows = {} if last else {"next": f"{elsewhere}/{quote(_file(name, number + 1))}"}
        body = io.BytesIO()
        frame[first : first + page_rows].write_parquet(body, metadata=follows)
        yield _file(name, number), body.getvalue()


def save(folder: Path, files: Files) -> None:
    """Writes files into a folder."""
    for name, body in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


def in_folder(folder: Path) -> Callable[[str], bytes | None]:
    """Reads a file by its path; None where there is none."""

    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    return read


def static(read: Callable[[str], bytes | None], withheld: Collection[str] = ()) -> Callable[[Request], Reply]:
    """What a server of static files answers; `withheld` are the first parts of paths that are not in the plan."""

    def answer(request: Request) -> Reply:
        if request.parts[0].removesuffix(".parquet") in withheld:
            return Reply(403, WITHHELD, {"Content-Type": "text/plain"})
        body = read("/".join(request.parts))
        if body is None:
            return Reply(404, b"", {"Content-Type": "text/plain"})
        return Reply(200, body, {"Content-Type": "application/vnd.apache.parquet", DIGEST: digest_of(body)})

    return answer


def _file(name: str, number: int) -> str:
    return f"{name}.{number}.parquet" if number else f"{name}.parquet"


def _new_york_date(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("America/New_York").dt.date()
