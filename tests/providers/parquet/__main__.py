"""`python -m tests.providers.parquet ARGUMENTS` is deskview with the folder in its list of providers."""

import sys

from deskview import cli
from deskview.providers import PROVIDERS
from tests.providers.parquet import PARQUET

if __name__ == "__main__":
    assert isinstance(PROVIDERS, dict)
    PROVIDERS[PARQUET.name] = PARQUET
    sys.exit(cli.main(sys.argv[1:]))
