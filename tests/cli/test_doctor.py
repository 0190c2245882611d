"""The doctor's report: what it finds, what it advises, and its exit code."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview import paths
from deskview.exits import Exit
from deskview.market.schema import TICKERS
from tests.cli.conftest import Desk, Serving
from tests.credentials.conftest import CANARY, Surroundings
from tests.credentials.terminal import Terminal

HEALTHY = {
    "TERM": "xterm-256color",
    "COLORTERM": "",
    "LC_ALL": "C.UTF-8",
}


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 256 colours."""
    for name, value in HEALTHY.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"):
        monkeypatch.delenv(name, raising=False)


def report(desk: Desk, *arguments: str) -> dict[str, dict[str, Any]]:
    """The checks of `doctor --json` by name; its exit code must be the one it prints."""
    done = desk.run("doctor", "--json", *arguments)
    answer = json.loads(done.out)
    assert answer["exit_code"] == done.code
    return {check["name"]: check for check in answer["checks"]}


def levels(checks: dict[str, dict[str, Any]], *names: str) -> list[str]:
    return [checks[name]["level"] for name in names]


TABLES = (
    *("holidays", "names", "delisted names", "shares", "trade conditions", "daily bars", "intraday bars"),
    *("splits", "snapshot", "trades", "short volume", "option chains", "treasury yields"),
)
"""The simulated market's dividends have a row twice, which is told."""
BESIDE = ("types", "market caps", "industries", "off-exchange prints", "TRF id", "participant time")


def test_a_healthy_desk(desk: Desk, market: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    done = desk.run("doctor", "--base-url", market)
    assert done.code == Exit.OK
    heads = {line[9:30].strip(): line[:8].strip() for line in done.out.splitlines() if line[:1].strip()}
    assert {heads[name] for name in ("settings", "log", "keyring", "key", "provider", "clock", *TABLES, "cache")} == {
        "ok"
    }
    assert "SIMULATED market momentum-crash" in done.out
    assert "asking for snapshot" in done.err


def test_every_table_is_asked_for_and_counted(desk: Desk, market: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    checks = report(desk, "--base-url", market)
    assert levels(checks, *TABLES, *BESIDE) == ["ok"] * len([*TABLES, *BESIDE])
    assert checks["daily bars"]["found"].startswith("of 2026-02-03: 3,")
    assert checks["shares"]["found"].startswith("of AAPL: 1 row in")
    assert checks["trades"]["found"].startswith("of SPY on 2026-02-03, the first: 1,000 rows in")
    chain = re.match(r"of SPY to 2026-02-05, about its last close: (\d+) rows in", checks["option chains"]["found"])
    assert chain is not None
    assert 20 < int(chain[1]) < 100, "one expiry and few strikes"
    assert checks["treasury yields"]["found"].startswith("of the newest day: 4 rows in")


def test_without_a_key_the_way_to_one_is_told(desk: Desk) -> None:
    checks = report(desk)
    assert levels(checks, "keyring", "key", "provider") == ["ok", "fault", "warning"]
    assert checks["key"]["commands"] == ["deskview login massive"]
    assert checks["provider"]["found"] == "Not asked: there is no key to ask with."
    assert desk.run("doctor").code == Exit.KEY


def test_a_refused_key(desk: Desk, market: str) -> None:
    desk.keyring.entries["massive"] = "another_key"
    checks = report(desk, "--base-url", market)
    assert levels(checks, "key", "provider") == ["ok", "fault"]
    assert checks["provider"]["commands"] == ["deskview login massive"]
    assert not set(TABLES) & set(checks)


def test_what_the_plan_lacks_names_the_plan_and_is_no_fault(desk: Desk, serving: Serving) -> None:
    desk.keyring.entries["massive"] = CANARY
    with serving(without=["trades", "splits"]) as url:
        checks = report(desk, "--base-url", url)
    assert levels(checks, "trades", "splits", "snapshot") == ["warning", "warning", "ok"]
    assert "needs Stocks Developer or higher" in checks["trades"]["found"]
    assert desk.run("doctor").code == Exit.PROVIDER, "without --base-url nobody listens"


def test_the_free_plans_limit_is_named_with_the_setting_for_it(desk: Desk, serving: Serving) -> None:
    desk.keyring.entries["massive"] = CANARY
    with serving(plan="basic") as url:
        checks = report(desk, "--base-url", url)
    assert "warning" in levels(checks, *TABLES)
    assert "fault" not in levels(checks, *TABLES)
    limited = [checks[name] for name in TABLES if "calls_per_minute = 5" in checks[name]["todo"]]
    assert limited
    assert "needs Stocks Starter or higher" in checks["snapshot"]["found"]


def test_rows_that_do_not_fit_are_counted(desk: Desk, serving: Serving) -> None:
    desk.keyring.entries["massive"] = CANARY
    with serving("bad-rows") as url:
        checks = report(desk, "--base-url", url)
    assert checks["snapshot"]["level"] == "warning"
    assert "left out: " in checks["snapshot"]["found"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("colours", "ok", "256 colours")),
        ({"COLORTERM": "truecolor"}, ("colours", "ok", "16 million colours")),
        ({"TERM": "xterm"}, ("colours", "warning", "16 colours")),
        ({"TERM": "dumb"}, ("colours", "warning", "TERM is dumb, which says that this terminal can't place text")),
        ({"TERM": ""}, ("colours", "warning", "TERM is not set")),
        ({"NO_COLOR": "1"}, ("colours", "ok", "NO_COLOR is set")),
        ({"TEXTUAL_COLOR_SYSTEM": "standard"}, ("colours", "warning", "16 colours")),
        ({"TEXTUAL_COLOR_SYSTEM": "million"}, ("colours", "warning", "no such thing")),
        ({}, ("characters", "ok", "UTF-8 (C.UTF-8)")),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.ISO-8859-1"}, ("characters", "warning", "ISO-8859-1")),
        ({"TMUX": "socket,1,0", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.5a"}, ("tmux", "ok", "tmux 3.5a.")),
        ({"TMUX": "socket,1,0", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, ("tmux", "ok", "tmux 3.3a.")),
        ({"TMUX": "socket,1,0"}, ("tmux", "ok", "older than 3.2")),
        ({"TERM": "x\x1b]0;evil\x07"}, ("colours", "warning", "(TERM=x]0;evil,")),
    ],
)
def test_the_terminal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: tuple[str, str, str]
) -> None:
    name, level, told = expected
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    check = report(desk)[name]
    assert check["level"] == level
    assert told in check["found"]
    slow_escape = name == "tmux" and "3.5" not in told
    assert check["commands"] == (["tmux set -sg escape-time 10"] if slow_escape else check["commands"])
    assert bool(check["todo"]) == (level == "warning" or slow_escape)


@pytest.mark.parametrize(("size", "told"), [("cols 60 rows 20", "60x20 is too small"), ("cols 120 rows 40", "120x40.")])
def test_the_size_of_a_real_terminal(surroundings: Surroundings, size: str, told: str) -> None:
    command = f"stty {size}; exec {sys.executable} -m deskview doctor"
    with Terminal(["sh", "-c", command], surroundings.environment) as terminal:
        terminal.wait_for(told)
    assert CANARY.encode() not in terminal.output


@pytest.mark.parametrize("columns", [80, 120])
def test_no_sentence_is_broken_by_the_edge_of_the_terminal(surroundings: Surroundings, columns: int) -> None:
    command = f"stty cols {columns} rows 24; exec {sys.executable} -m deskview doctor"
    with Terminal(["sh", "-c", command], surroundings.environment) as terminal:
        terminal.wait_for("deskview: faults: ")
    lines = terminal.output.decode().splitlines()
    sentences = [line for line in lines if line[:9].strip() in ("ok", "warning", "fault", "")]
    assert sentences
    too_long = [line for line in sentences if len(line) > min(columns, 100) and not line.startswith(" " * 36)]
    assert all(" " not in line[32:].strip() for line in too_long), "a path or a command stands as it is, words do not"


def test_a_wrong_setting_does_not_stop_the_report(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("thema = 1")
    checks = report(desk, "--settings", str(file))
    assert checks["settings"]["level"] == "fault"
    assert f"{file}, line 1: unknown key 'thema'; did you mean 'theme'?" in checks["settings"]["found"]
    assert checks["key"]["level"] == "fault"
    assert desk.run("doctor", "--settings", str(file)).code == Exit.USAGE


def test_a_wrong_row_in_the_users_funds_is_named(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('funds_file = "funds.toml"')
    (tmp_path / "funds.toml").write_text('[[fund]]\nticker = "AAAX"\nleverage = 0.5\nkind = "stock"\n')
    check = report(desk, "--settings", str(file))["settings"]
    assert check["level"] == "fault"
    assert "leverage" in check["found"]


def test_a_wrong_spin_off_of_the_users_is_named(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('spinoffs_file = "spinoffs.toml"')
    (tmp_path / "spinoffs.toml").write_text('[[spinoff]]\nticker = "AAA"\nex_date = 2026-01-05\nvalue_usd = -1\n')
    check = report(desk, "--settings", str(file))["settings"]
    assert check["level"] == "fault"
    assert "spinoffs.toml, line 1, [[spinoff]] 1, value_usd: -1 is below 0" in check["found"]


def test_a_wrong_row_in_what_the_user_knows_of_names_is_named(desk: Desk, tmp_path: Path) -> None:
    file, names = tmp_path / "settings.toml", tmp_path / "names.toml"
    file.write_text('names_file = "names.toml"')
    names.write_text('[[name]]\nticker = "AAA"\ntype = "ETFF"\n')
    check = report(desk, "--settings", str(file))["settings"]
    assert check["level"] == "fault"
    assert "names.toml, line 1, [[name]] 1, type: 'ETFF' is unknown; did you mean 'ETF'?" in check["found"]
    names.write_text('[[name]]\nticker = "AAA"\ntype = "ETF"\n')
    assert report(desk, "--settings", str(file))["settings"]["level"] == "ok"


@pytest.mark.parametrize(
    ("sessions", "told"),
    [
        (251, "history_sessions = 251: there is no momentum: its signal needs 252;"),
        (252, "history_sessions = 252: σ rests on today's names run back (σ*);"),
        (451, "history_sessions = 451: σ rests on today's names run back (σ*); the σ of the rule's own history needs"),
    ],
)
def test_what_a_short_history_costs_is_named_with_its_line(
    desk: Desk, tmp_path: Path, sessions: int, told: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'theme = "amber"\nhistory_sessions = {sessions}\n')
    checks = report(desk, "--settings", str(file))
    assert levels(checks, "settings", "history length") == ["ok", "warning"]
    assert told in checks["history length"]["found"]
    assert checks["history length"]["todo"] == f"Set it to 530 or take the line out ({file}, line 2)."


@pytest.mark.parametrize("text", ["", "history_sessions = 452"])
def test_a_history_long_enough_is_not_spoken_of(desk: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    assert "history length" not in report(desk, "--settings", str(file))


def test_a_rule_on_a_figure_of_another_name_is_told_with_its_line(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    held = '[[alert]]\nreading = "momentum.sigma"\nabove = 3.0\n'
    file.write_text(held + '\n[[alert]]\nreading = "momentum.sigma_days"\nbelow = 200.0\n')
    checks = report(desk, "--settings", str(file))
    assert levels(checks, "settings", "alert rule") == ["ok", "warning"]
    assert (
        checks["alert rule"]["found"] == "momentum.sigma_days is called momentum.sigma_n now: this rule is not watched."
    )
    assert checks["alert rule"]["todo"] == f'Write reading = "momentum.sigma_n" ({file}, line 6).'
    file.write_text(held)
    assert "alert rule" not in report(desk, "--settings", str(file))


@pytest.mark.parametrize(
    ("program", "level", "told"),
    [
        ("sh", "ok", "/sh is found."),
        ("no-such-notifier", "warning", "There is no program no-such-notifier that can be started"),
        ("~/notify", "ok", "/notify is found."),
        ("./notify", "warning", "There is no program ./notify"),
        ("a\\u0000b", "warning", "There is no program a"),
    ],
)
def test_the_program_for_alerts(desk: Desk, tmp_path: Path, program: str, level: str, told: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'theme = "amber"\nalert_command = ["{program}", "{{title}}"]\n')
    (desk.home / "notify").write_text("#!/bin/sh\ntouch ~/started\n")
    (desk.home / "notify").chmod(0o700)
    check = report(desk, "--settings", str(file))["alert_command"]
    assert check["level"] == level
    assert told in check["found"]
    assert (f"({file}, line 2)" in check["todo"]) == (level == "warning")
    assert not (desk.home / "started").exists(), "it is not started"


def test_the_file_of_alerts(desk: Desk, tmp_path: Path) -> None:
    file, alerts = tmp_path / "settings.toml", tmp_path / "later" / "alerts.txt"
    assert not {"alert_command", "alert_file"} & set(report(desk))
    file.write_text('alert_file = "later/alerts.txt"')
    check = report(desk, "--settings", str(file))["alert_file"]
    assert check["level"] == "warning"
    assert f"{alerts}: No such file or directory" in check["found"]
    assert f"({file}, line 1)" in check["todo"]
    alerts.parent.mkdir()
    assert report(desk, "--settings", str(file))["alert_file"]["level"] == "ok"
    assert alerts.stat().st_mode & 0o777 == 0o600
    assert alerts.read_bytes() == b""


def test_an_unknown_provider(desk: Desk) -> None:
    checks = report(desk, "--provider", "masive")
    assert "no provider is called 'masive'; known: massive" in checks["settings"]["found"]


def test_an_unknown_provider_of_the_settings_is_told_with_its_line(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "amber"\nprovider = "masive"\n')
    found = report(desk, "--settings", str(file))["settings"]["found"]
    assert f"{file}, line 2: no provider is called 'masive'; known: massive" in found


@pytest.mark.parametrize("url", ["http://example.com", "https://user:word@example.com", "https://xn--a/word"])
def test_an_unfit_address(desk: Desk, url: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    checks = report(desk, "--base-url", url)
    assert checks["provider"]["level"] == "fault"
    assert "word" not in checks["provider"]["found"]
    assert desk.run("doctor", "--base-url", url).code == Exit.USAGE


def test_a_log_that_cannot_be_written(desk: Desk) -> None:
    checks = report(desk, "--log-file", "/proc/none/deskview.log")
    assert checks["log"]["level"] == "fault"
    assert "--log-file" in checks["log"]["todo"]


def test_the_history_of_each_market_is_counted(desk: Desk) -> None:
    bars = desk.home / ".cache" / "deskview" / "massive" / "bars"
    bars.mkdir(parents=True)
    for session in ("2026-02-02", "2026-02-03"):
        (bars / f"{session}.parquet").write_bytes(b"x" * 500_000)
    check = report(desk)["history"]
    assert check["level"] == "ok"
    assert check["found"] == "massive: 2 sessions, 2026-02-02 to 2026-02-03, 1.0 MB; no damaged file."
    (bars / "2026-02-01.parquet.damaged").write_bytes(b"")
    check = report(desk)["history"]
    assert check["level"] == "warning"
    assert "damaged files set aside: 1." in check["found"]


def store_listing(desk: Desk, *funds: tuple[str, str], kind: str | None = "ETF") -> None:
    market = desk.home / ".cache" / "deskview" / "massive"
    (market / "bars").mkdir(parents=True, exist_ok=True)
    rows = [(ticker, name, kind, "ARCX", None, None) for ticker, name in funds]
    pl.DataFrame(rows, schema=dict(TICKERS), orient="row").write_parquet(market / "tickers.parquet")


def test_listed_funds_that_look_leveraged_and_nobody_registered_are_a_remark(desk: Desk, tmp_path: Path) -> None:
    settings, funds = tmp_path / "settings.toml", tmp_path / "funds.toml"
    new = [(f"ZZZ{k}", f"Tradr 2X Long ZZ{k} Daily ETF") for k in "ABCDE"]
    store_listing(desk, ("SPY", "SPDR S&P 500 ETF Trust"), ("TQQQ", "ProShares UltraPro QQQ"), *new)
    check = report(desk)["unregistered"]
    assert check["level"] == "warning"
    assert check["found"] == (
        "massive: 5 listed that look leveraged by name are in no list of funds, so in no figure: "
        "ZZZA (Tradr 2X Long ZZA Daily ETF); ZZZB (Tradr 2X Long ZZB Daily ETF); "
        "ZZZC (Tradr 2X Long ZZC Daily ETF); and 2 more."
    )
    assert "[[fund]]" in check["todo"]
    assert 'funds_file = "funds.toml"' in check["todo"]
    settings.write_text(f'funds_file = "{funds}"')
    row = '[[fund]]\nticker = "ZZZ{}"\nleverage = 2\nkind = "stock"\n'
    funds.write_text(row.format("A"))
    check = report(desk, "--settings", str(settings))["unregistered"]
    assert "massive: 4 listed" in check["found"]
    assert check["todo"].endswith(f"in {funds}.")
    funds.write_text("".join(map(row.format, "ABCDE")))
    assert "unregistered" not in report(desk, "--settings", str(settings))


def test_a_listing_that_cannot_be_read_or_is_not_there_is_not_spoken_of(desk: Desk) -> None:
    store_listing(desk, ("SPY", "SPDR S&P 500 ETF Trust"))
    assert "unregistered" not in report(desk)
    listing = desk.home / ".cache" / "deskview" / "massive" / "tickers.parquet"
    listing.write_bytes(b"no parquet")
    assert "unregistered" not in report(desk)
    listing.unlink()
    assert "unregistered" not in report(desk)


def test_a_clock_that_is_off_is_told(desk: Desk, market: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated market passes for the real one here, so that its clock is taken for the truth."""
    desk.keyring.entries["massive"] = CANARY
    monkeypatch.setattr("deskview.providers.massive.client.HEADER", "X-No-Such-Header")
    check = report(desk, "--base-url", market)["clock"]
    assert check["level"] == "warning"
    assert "ahead of the provider's" in check["found"]
    assert check["commands"] == ["timedatectl set-ntp true"]


def test_a_theme_nobody_knows(desk: Desk) -> None:
    assert report(desk, "--theme", "amber")["theme"]["level"] == "ok"
    assert report(desk, "--theme", "textual-dark")["theme"]["level"] == "fault", "the desk would not open with it"
    check = report(desk, "--theme", "ambre")["theme"]
    assert check["level"] == "fault"
    assert "did you mean 'amber'?" in check["found"]
    assert "east-asia" in check["found"]
    assert desk.run("doctor", "--theme", "ambre").code == Exit.USAGE


def test_a_theme_of_the_users_own_is_known(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n[colors]\naccent = "#112233"\n')
    monkeypatch.setattr(paths, "themes_folder", lambda: tmp_path)
    assert report(desk, "--theme", "mine")["theme"]["level"] == "ok"
