"""What is the folder's own: damaged files, values that are no numbers, and files in parts."""

import io
from dataclasses import replace

import polars as pl
import pytest

from deskview.providers.errors import Kind, ProviderError
from deskview.providers.vendor import Vendor
from tests.providers.contract.market import DAY, MARKET
from tests.providers.contract.server import Server, listening
from tests.providers.parquet import PARQUET
from tests.providers.parquet.folder import WHOLE, files_of, parts, static
from tests.providers.parquet.provider import open_folder

FILES = files_of(MARKET)


async def test_a_damaged_file_is_refused_unread() -> None:
    """Reading one may end the process: the allocation of what its bytes ask for can't be caught."""

    def damaged(body: bytes) -> bytes:
        return body[:40] + bytes([body[40] ^ 1]) + body[41:]

    honest = static(FILES.get)
    server = Server(lambda request: replace(honest(request), body=damaged(honest(request).body)))
    async with listening(server):
        folder = open_folder(PARQUET, server.url)
        with pytest.raises(ProviderError, match="digest is another") as caught:
            await folder.daily_bars(DAY)
        await folder.aclose()
    assert caught.value.kind is Kind.MALFORMED


async def test_what_is_no_number_is_null() -> None:
    odd = MARKET.bars.filter(session=DAY).with_columns(vwap=pl.lit(float("nan")))
    server = Server(static({**FILES, **dict(parts(f"bars/{DAY}", odd))}.get))
    async with listening(server):
        folder = open_folder(PARQUET, server.url)
        table = await folder.daily_bars(DAY)
        await folder.aclose()
    assert table.frame["vwap"].null_count() == table.frame.height > 0


def test_a_table_in_parts_names_each_next_one() -> None:
    files = dict(parts("splits", MARKET.splits, 2))
    named = [pl.read_parquet_metadata(io.BytesIO(body)).get("next") for body in files.values()]
    assert list(files) == ["splits.parquet", "splits.1.parquet", "splits.2.parquet"]
    assert named == ["/splits.1.parquet", "/splits.2.parquet", None]
    assert len(dict(parts("splits", MARKET.splits.clear(), WHOLE))) == 1


def test_its_record_is_all_the_program_needs() -> None:
    assert isinstance(PARQUET, Vendor)
    assert PARQUET.secrets == ()
