"""The command line's grammar."""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, NoReturn

from deskview import __version__
from deskview.providers import PROVIDERS
from deskview.text import neutralise, without_keys

DEFAULT_COMMAND = "desk"
DESK = "desk"
PAGE_HELP = "desk, or a part's page such as momentum; a wrong name lists them"
MOST_CELLS = 1000
RECORD = "record"
"""What `backfill` gets beside the market's history."""


def _time_of_day(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of day such as 15:30") from None


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.lower().partition("x")
    if not (
        columns.isdecimal() and rows.isdecimal() and 0 < int(columns) <= MOST_CELLS and 0 < int(rows) <= MOST_CELLS
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 120x40")
    return int(columns), int(rows)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed such as 60, or 0 for a clock that stands still")
    return speed


def _duration(text: str) -> int:
    """The seconds of a duration such as 90s, 30m or 2h."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})([smh])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 90s, 30m or 2h")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return number


def _page(text: str) -> str:
    """A page that one refresh fills; the screens, and textual with them, are asked only where one is named."""
    if text == DESK:
        return text
    from deskview.screens.subjects import SUBJECTS  # noqa: PLC0415 - textual loads late

    names = [DESK, *(subject.name for subject in SUBJECTS if subject.has_still)]
    if text not in names:
        raise argparse.ArgumentTypeError(f"there is no page {text!r}; there are: {', '.join(names)}")
    return text


def _plan(text: str) -> str:
    """A plan the simulated market has; it is asked only where one is named."""
    from deskview.simulator.wire.plans import PlanError, plan_name  # noqa: PLC0415 - see above

    try:
        return plan_name(text)
    except PlanError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def _capability(text: str) -> str:
    """What the simulated market can withhold, by the desk's name for it."""
    from deskview.simulator.wire.plans import PlanError, capability_name  # noqa: PLC0415 - see above

    try:
        return capability_name(text)
    except PlanError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


class _Parser(argparse.ArgumentParser):
    """Takes no abbreviated options: `login --key KEY` would pass for `--key-stdin` and a provider's name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(**{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Ends the program with the sentence. Of a word long enough to be a key nothing is printed back."""
        super().error(neutralise(without_keys(message)))


def _common() -> _Parser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common options")
    group.add_argument("--provider", metavar="NAME", help="market-data provider (default: from the settings)")
    group.add_argument("--base-url", metavar="URL", help="another address; plain http only to this machine")
    group.add_argument("--settings", type=Path, metavar="FILE", help="settings file to use")
    group.add_argument("--theme", metavar="NAME", help="colour theme")
    group.add_argument("--mouse", action="store_true", help="let the mouse work too")
    group.add_argument("--log-file", type=Path, metavar="FILE", help="where to write the log")
    return common


def _simulated() -> _Parser:
    market = _Parser(add_help=False)
    group = market.add_argument_group("simulated market")
    group.add_argument("--scenario", default="momentum-crash", metavar="NAME", help="a shipped scenario or a TOML file")
    group.add_argument(
        "--at", type=_time_of_day, metavar="HH:MM", help="New York time to start at (default: the scenario's)"
    )
    group.add_argument("--speed", type=_speed, metavar="N", help="market seconds a second; 0 stops the clock")
    group.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same market")
    group.add_argument(
        "--plan", type=_plan, default="advanced", metavar="NAME", help="basic, starter, developer or advanced (default)"
    )
    group.add_argument(
        "--without", type=_capability, action="append", default=[], metavar="CAPABILITY",
        help="withhold one, such as daily-bars; may be repeated; a wrong name lists them",
    )  # fmt: skip
    return market


WAIT_S = 60
FULL_HELP = "of the simulated market: a whole year of flow, not its last 60 sessions"


def _add_snapshot(commands: "argparse._SubParsersAction[_Parser]", parents: list[Any]) -> None:
    snapshot = commands.add_parser("snapshot", parents=parents, help="print one refresh of the desk")
    snapshot.add_argument("--demo", action="store_true", help="of the simulated market")
    snapshot.add_argument("--page", default=DESK, type=_page, metavar="PAGE", help=PAGE_HELP)
    snapshot.add_argument("--format", default="json", choices=("json", "text", "svg"))
    snapshot.add_argument("--output", type=Path, metavar="FILE", help="write there instead of standard output")
    snapshot.add_argument("--size", type=_size, default=(120, 40), metavar="COLSxROWS")
    snapshot.add_argument(
        "--wait",
        type=_number(0, 86_400),
        default=WAIT_S,
        metavar="SECONDS",
        help=f"how long to wait for the year of flow, whose days so far are then compared with (default: {WAIT_S})",
    )
    snapshot.add_argument("--full", action="store_true", help=FULL_HELP)
    snapshot.add_argument("--schema", action="store_true", help="print the JSON Schema of the JSON, of no market")


def _add_watch(commands: "argparse._SubParsersAction[_Parser]", parents: list[Any]) -> None:
    watch = commands.add_parser("watch", parents=parents, help="print each alert that fires, without a screen")
    watch.add_argument("--demo", action="store_true", help="of the simulated market, its clock as in the demo")
    watch.add_argument("--for", type=_duration, dest="for_s", metavar="TIME", help="such as 90s, 30m or 2h; then end")
    watch.add_argument("--json", action="store_true", help="a JSON object a line")


def _add_backfill(commands: "argparse._SubParsersAction[_Parser]", parents: list[Any]) -> None:
    backfill = commands.add_parser("backfill", parents=parents, help="fetch history into the cache")
    backfill.add_argument(
        "what", nargs="?", choices=(RECORD,), metavar=RECORD,
        help="instead: the long daily record of French's data library, from its host or from files you have",
    )  # fmt: skip
    backfill.add_argument(
        "--file", type=Path, dest="files", action="append", default=[], metavar="PATH",
        help="with record: take this file, a zip or text of the library, and ask no host; may be repeated",
    )  # fmt: skip
    backfill.add_argument("--demo", action="store_true", help="of the simulated market")
    backfill.add_argument(
        "--sessions", type=_number(60, 1300), metavar="N", help="how many sessions (default: history_sessions, 530)"
    )
    backfill.add_argument("--flows", action="store_true", help="also the year of flow")


def _add_simulate(commands: "argparse._SubParsersAction[_Parser]", parents: list[Any]) -> None:
    simulate = commands.add_parser("simulate", parents=parents, help="serve the simulated market")
    simulate.add_argument("--port", type=_number(0, 65_535), default=8765, metavar="N", help="0 picks a free one")
    simulate.add_argument("--key", default="demo", help="the key it accepts (default: demo; it guards nothing real)")
    simulate.add_argument(
        "--names", type=_number(3000, 20_000), metavar="N", help="how many are listed (default: about 4,000)"
    )
    simulate.add_argument("--fault", action="append", default=[], metavar="KIND", help="misbehave; may be repeated")


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar; `command` is None where none was given."""
    common, simulated = _common(), _simulated()
    parser = _Parser(
        prog="deskview",
        description="The desk that tells, live and from prints, when crowded momentum breaks.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"deskview {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    commands.add_parser("desk", parents=[common], help="open the desk on the configured provider (default)")
    demo = commands.add_parser("demo", parents=[common, simulated], help="open the desk on the simulated market")
    demo.add_argument("--full", action="store_true", help=FULL_HELP)

    known = ", ".join(f"{vendor.name} ({vendor.title})" for vendor in PROVIDERS.values())
    providers = f"one of: {known} (default: from the settings)"
    login = commands.add_parser("login", parents=[common], help="store the provider's key in the system keyring")
    login.add_argument("name", nargs="?", metavar="PROVIDER", help=providers)
    login.add_argument(
        "--key-stdin", action="store_true", help="read the key from standard input; of several secrets, a line for each"
    )
    logout = commands.add_parser("logout", parents=[common], help="remove the provider's key from the keyring")
    logout.add_argument("name", nargs="?", metavar="PROVIDER", help=providers)

    settings = commands.add_parser("settings", parents=[common], help="print every setting with its default")
    settings.add_argument("--write", action="store_true", help="write them where no settings file is yet")

    doctor = commands.add_parser("doctor", parents=[common], help="check keyring, provider, terminal and cache")
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.add_argument(
        "--bundle", type=Path, metavar="FILE", help="also write a zip archive for a report of a fault; no key is in it"
    )

    _add_snapshot(commands, [common, simulated])
    _add_watch(commands, [common, simulated])

    _add_backfill(commands, [common, simulated])
    _add_simulate(commands, [common, simulated])
    return parser


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; ends the program with a sentence for those it does not take.

    One that is not taken may be a key, given to `login` where it does not belong: it is not printed back.
    """
    parser = build_parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown and arguments.command in ("login", "logout"):
        parser.error(
            f"{arguments.command} takes no key as an argument: login asks for it, or reads it with --key-stdin"
        )
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if getattr(arguments, "demo", True) is False:
        usual = vars(_simulated().parse_args([]))
        given = [f"--{name}" for name, value in usual.items() if getattr(arguments, name) != value]
        if given:
            parser.error(f"{given[0]} is of the simulated market: add --demo, or leave it out for the provider")
    if arguments.command == "backfill":
        _check_backfill(parser, arguments)
    return arguments


def _check_backfill(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Ends the program where options of the market's history and of the long record come together."""
    if arguments.what is None:
        if arguments.files:
            parser.error(f"--file is of the long record: deskview backfill {RECORD} --file PATH")
        return
    of_market = {"--demo": arguments.demo, "--sessions": arguments.sessions, "--flows": arguments.flows}
    given = [option for option, value in of_market.items() if value]
    if given:
        parser.error(
            f"{given[0]} is of the market's history and does not go with {RECORD}, which is French's data library"
        )
