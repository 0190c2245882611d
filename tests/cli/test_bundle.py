"""`doctor --bundle`: one archive for a report of a fault, in which no secret is."""

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from deskview import paths
from deskview.cli.doctor.bundle import masked, shown_settings
from deskview.cli.doctor.check import SCHEMA
from deskview.exits import Exit
from deskview.settings import Alert, Flow, Settings
from tests.cli.conftest import Desk
from tests.credentials.conftest import CANARY

PASSWORD = "Pr0xy-passw0rd"
SETTINGS = f"""
theme = "amber"
alert_command = ["curl", "-H", "Authorization: {CANARY}"]
[flow]
names = ["NVDA", "AAPL"]
[[alert]]
reading = "names.NVDA.price"
above = 123.45
"""


def members(file: Path) -> dict[str, str]:
    """Texts of the archive by name."""
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def filled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the key lies wherever it must not, and a settings file."""
    desk.keyring.entries["massive"] = CANARY
    monkeypatch.setenv("HTTPS_PROXY", f"http://trader:{PASSWORD}@proxy.bank:8080")
    monkeypatch.setenv("MASSIVE_API_KEY", CANARY)
    monkeypatch.setenv("DESKVIEW_NOTE", CANARY)
    state, cache = paths.state_folder(), paths.cache_folder()
    line = f"2026-02-04T20:42:10.000Z WARNING x: key {CANARY} by {PASSWORD} \x1b]52;c;x\x07\n"
    for name in ("deskview.log", "deskview.log.1"):
        (state / name).write_text(line)
    (state / "diagnostics.json").write_text(json.dumps({"said": f"{CANARY} {PASSWORD}"}))
    (cache / "massive" / "bars").mkdir(parents=True)
    (cache / "massive" / "bars" / "2026-02-04.parquet").write_bytes(b"prices of the vendor")
    settings = desk.home.parent / "settings.toml"
    settings.write_text(SETTINGS)
    return settings


def test_no_secret_and_nothing_of_the_users_is_in_any_byte_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, file = filled(desk, monkeypatch), tmp_path / "bundle.zip"
    with suppress(AssertionError):  # the test's own files hold the key: what the command wrote is looked at here
        desk.run("doctor", "--bundle", str(file), "--settings", str(settings))
    found = members(file)
    assert {"doctor.txt", "doctor.json", "machine.json", "settings.json", "diagnostics.json", "store.txt"} <= set(found)
    assert {"log/deskview.log", "log/deskview.log.1"} <= set(found)
    assert "\x1b" not in "".join(found.values())
    for text in (*found.values(), file.read_bytes().decode("latin-1")):
        for secret in (CANARY, CANARY.lower(), PASSWORD, "123.45", "NVDA", "prices of the vendor"):
            assert secret not in text


def test_it_says_what_a_report_needs(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://trader:{PASSWORD}@proxy.bank:8080")
    monkeypatch.setenv("TERM", "tmux-256color")
    file = tmp_path / "bundle.zip"
    (paths.cache_folder() / "massive" / "bars").mkdir(parents=True)
    (paths.cache_folder() / "massive" / "bars" / "2026-02-04.parquet").write_bytes(b"1234567")
    done = desk.run("doctor", "--bundle", str(file))
    assert done.code == Exit.KEY, "as without the bundle"
    assert f"{file} is written" in done.err
    assert "no key, no password, no data of the provider's" in done.err
    found = members(file)
    assert found["doctor.txt"].strip() == done.out.strip()
    assert json.loads(found["doctor.json"])["exit_code"] == Exit.KEY
    machine = json.loads(found["machine.json"])
    assert machine["terminal"]["TERM"] == "tmux-256color"
    assert {"deskview", "Python", "textual", "polars", "httpx"} <= set(machine["versions"])
    assert machine["proxies"] == {"HTTPS_PROXY": "http://proxy.bank:8080, with user and password"}
    assert "HTTPS_PROXY" in machine["set"]
    stored = [line.split() for line in found["store.txt"].splitlines()]
    assert ["7", "massive/bars/2026-02-04.parquet"] in [[size, name] for size, _, name in stored]
    assert "no password" in found["READ-ME.txt"]


def test_it_is_its_owners_alone_and_writes_over_nothing(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    os.umask(0)
    try:
        desk.run("doctor", "--bundle", str(file))
    finally:
        os.umask(0o022)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    done = desk.run("doctor", "--bundle", str(file))
    assert done.code == Exit.USAGE
    assert "is there already" in done.err
    assert done.out == "", "nothing is examined in vain"
    assert file.read_bytes() == before


def test_what_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    done = desk.run("doctor", "--bundle", str(tmp_path / "nowhere" / "bundle.zip"))
    assert done.code == Exit.USAGE
    assert "No such file or directory" in done.err


def test_with_json_the_report_alone_is_on_standard_output(desk: Desk, tmp_path: Path) -> None:
    done = desk.run("doctor", "--json", "--bundle", str(tmp_path / "bundle.zip"))
    assert json.loads(done.out)["schema"] == SCHEMA


def test_settings_are_shown_without_what_tells_of_the_user() -> None:
    own = Settings(
        base_url="https://user:secret@host.example:8443/path?key=secret",
        alert_command=("mail", "-s", "secret", "desk@bank"),
        alert=(Alert(reading="names.NVDA.price", above=1.0),),
        flow=Flow(names=("NVDA",)),
    )
    shown = shown_settings(own)
    assert shown["base_url"] == "https://host.example:8443"
    assert (shown["alert"], shown["alert_command"]) == ("1 rules", "a program with 3 arguments")
    assert shown["own_names"] == 1
    assert not shown["flow"]["names"]
    assert shown["theme"] == Settings().theme


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("abcdefghijk1234567890LMNO", False),
        ("simulated-momentum-crash-1-25b5461dbc39bf23", True),
        ("2026-02-04T20:42:10.000Z", True),
        ("deskview.providers.massive.client", True),
        ("/home/trader/.cache/deskview/massive/bars/2026-02-04.parquet", True),
    ],
)
def test_words_that_look_like_keys_are_masked_and_others_are_not(text: str, kept: bool) -> None:
    assert (text in masked(f"a {text} b", ())) is kept
