"""`python -m deskview`."""

import sys

from deskview.cli import main

sys.exit(main())
