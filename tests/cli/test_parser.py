"""The grammar: defaults, and what is refused with exit code 2."""

from datetime import time
from pathlib import Path

import pytest

from deskview.cli.parser import build_parser, parsed


def test_no_command_means_the_desk() -> None:
    assert build_parser().parse_args([]).command is None


def test_a_snapshot_has_its_defaults() -> None:
    given = vars(build_parser().parse_args(["snapshot"]))
    assert given == {
        "command": "snapshot",
        "scenario": "momentum-crash",
        "at": None,
        "speed": None,
        "seed": 1,
        "plan": "advanced",
        "without": [],
        "demo": False,
        "page": "desk",
        "format": "json",
        "output": None,
        "size": (120, 40),
        "wait": 60,
        "full": False,
        "schema": False,
    }


def test_values_are_typed() -> None:
    text = "snapshot --demo --at 15:30 --speed 0 --seed 7 --size 300X80 --output out.svg --format svg"
    given = build_parser().parse_args(text.split())
    assert (given.at, given.speed, given.seed) == (time(15, 30), 0.0, 7)
    assert (given.size, given.output, given.format) == ((300, 80), Path("out.svg"), "svg")


@pytest.mark.parametrize("command", ["demo", "simulate", "snapshot --demo", "watch --demo", "backfill --demo"])
def test_a_market_may_have_less(command: str) -> None:
    text = f"{command} --plan Starter --without daily-bars --without trf-id --without off-exchange-prints"
    given = build_parser().parse_args(text.split())
    assert (given.plan, given.without) == ("starter", ["daily bars", "TRF id", "off-exchange prints"])
    assert build_parser().parse_args([*command.split(), "--without", "market caps"]).without == ["market caps"]
    assert build_parser().parse_args(command.split()).without == []


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1_800), ("2h", 7_200)])
def test_a_watch_has_its_duration_in_seconds(text: str, seconds: int) -> None:
    given = build_parser().parse_args(["watch", "--for", text, "--demo", "--at", "15:30", "--json"])
    assert (given.for_s, given.demo, given.json, given.at) == (seconds, True, True, time(15, 30))
    assert build_parser().parse_args(["watch"]).for_s is None


def test_there_are_at_most_fifteen_commands() -> None:
    (commands,) = (action for action in build_parser()._actions if action.dest == "command")
    assert len(dict.fromkeys(commands.choices or ())) <= 15


@pytest.mark.parametrize("text", ["--provider massive doctor --json", "doctor --json --provider massive"])
def test_common_options_stand_before_or_after_the_command(text: str) -> None:
    given = build_parser().parse_args(text.split())
    assert (given.command, given.provider, given.json) == ("doctor", "massive", True)
    assert not hasattr(given, "base_url")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("snapshot --size 120", "'120' is not a size such as 120x40"),
        ("snapshot --size 0x40", "'0x40' is not a size"),
        ("snapshot --size -80x24", "expected one argument"),
        ("snapshot --size 80x²", "'80x²' is not a size"),
        ("snapshot --size 99999999x40", "'99999999x40' is not a size"),
        ("snapshot --at 25:00", "'25:00' is not a time of day such as 15:30"),
        ("demo --at noon", "'noon' is not a time of day"),
        ("demo --speed nan", "'nan' is not a speed such as 60"),
        ("demo --speed inf", "'inf' is not a speed"),
        ("demo --speed=-1", "'-1' is not a speed"),
        ("demo --speed fast", "'fast' is not a speed"),
        ("demo --seed x", "invalid int value"),
        ("snapshot --plan starter", "--plan is of the simulated market: add --demo"),
        ("backfill --without shares", "--without is of the simulated market: add --demo"),
        ("watch --seed 2", "--seed is of the simulated market: add --demo"),
        ("snapshot --format pdf", "invalid choice: 'pdf'"),
        ("backfill --file f.zip", "--file is of the long record: deskview backfill record --file PATH"),
        ("backfill record --demo", "--demo is of the market's history and does not go with record"),
        ("backfill record --sessions 60", "--sessions is of the market's history and does not go with record"),
        ("backfill --flows record", "--flows is of the market's history and does not go with record"),
        ("backfill records", "invalid choice: 'records'"),
        ("backfill --sessions 5", "'5' is not a number from 60 to 1300"),
        ("watch --for 1d", "'1d' is not a duration such as 90s, 30m or 2h"),
        ("watch --for 0s", "'0s' is not a duration"),
        ("watch --for 1.5h", "'1.5h' is not a duration"),
        ("watch --for ²s", "'²s' is not a duration"),
        ("watch --for 60", "'60' is not a duration"),
        ("simulate --port 65536", "'65536' is not a number from 0 to 65535"),
        ("simulate --names 12", "'12' is not a number from 3000 to 20000"),
        ("demo --plan advnced", "no plan 'advnced'; did you mean 'advanced'?"),
        ("simulate --plan gold", "no plan 'gold'; there are basic, starter, developer, advanced"),
        ("demo --without dayly-bars", "no capability 'dayly-bars'; did you mean 'daily-bars'?"),
        ("snapshot --demo --without trades --without quarterly", "short-interest, short-volume, snapshot, splits"),
        ("simulate --without open-interest", "no capability 'open-interest'"),
        ("trade", "invalid choice: 'trade'"),
        ("doctor --demos", "unrecognized arguments"),
        ("login --key-std", "login takes no key as an argument"),
    ],
)
def test_what_does_not_fit_is_named(text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(text.split())
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert told in err
    assert out == ""


def test_the_version_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("deskview ")


@pytest.mark.parametrize("words", ["login massive {}", "login --key={}", "login massive --key {}"])
def test_a_key_given_as_an_argument_is_not_printed_back(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(words.format("canary7Qz-secret-0042").split())
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "canary" not in printed.out + printed.err
    assert "--key-stdin" in printed.err


@pytest.mark.parametrize(
    "words",
    [
        "login --key-stdin={}",
        "logout --key={}",
        "{}",
        "--key {} login",
        "snapshot --page={}",
        "demo --at {}",
        "demo --plan {}",
        "demo --without={}",
    ],
)
def test_nothing_long_enough_to_be_a_key_is_printed_back(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(words.format("canary7Qz-secret-0042").split())
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "canary" not in printed.out + printed.err
