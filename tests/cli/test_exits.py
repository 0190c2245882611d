"""Every way a market can fail gives one sentence on standard error and the exit code that stands for it."""

import asyncio
import os
from pathlib import Path

import pytest

from deskview.exits import Exit
from tests.cli.conftest import Desk, Serving
from tests.credentials.conftest import CANARY
from tests.providers.scripted import Reply

FAULTS = {
    "unauthorized": (Exit.KEY, "does not accept the key"),
    "storm": (Exit.PROVIDER, "allows no more calls"),
    "server-error": (Exit.PROVIDER, "fault of its own (HTTP 500)"),
    "truncated": (Exit.PROVIDER, "broke off"),
    "html": (Exit.PROVIDER, "not data, such as a web page"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", ["login", "doctor", "snapshot", "watch"])
def test_a_failing_provider(desk: Desk, serving: Serving, command: str, fault: str) -> None:
    code, told = FAULTS[fault]
    stored = {} if command == "login" else {"massive": CANARY}
    desk.keyring.entries.update(stored)
    with serving(fault) as url:
        done = desk.log_in(url) if command == "login" else desk.run(command, "--base-url", url)
    lines = " ".join((done.out + done.err).split())
    assert told in lines
    assert "Traceback" not in lines
    assert desk.keyring.entries == stored
    rate_limited = command == "doctor" and fault == "storm"
    assert done.code == (Exit.OK if rate_limited else code)


@pytest.mark.parametrize("command", ["login", "doctor", "snapshot", "watch"])
def test_nobody_listens(desk: Desk, nobody: str, command: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    done = desk.log_in(nobody) if command == "login" else desk.run(command, "--base-url", nobody)
    assert done.code == Exit.PROVIDER
    assert "refused the connection" in " ".join((done.out + done.err).split())


@pytest.mark.parametrize("command", ["login", "doctor", "snapshot", "watch"])
def test_an_empty_answer(desk: Desk, command: str) -> None:
    desk.keyring.entries["massive"] = CANARY

    async def beside_a_server() -> int:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(Reply(body=b"").head())
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            run = desk.log_in if command == "login" else lambda at: desk.run(command, "--base-url", at)
            return (await asyncio.to_thread(run, url)).code

    assert asyncio.run(beside_a_server()) == Exit.PROVIDER


@pytest.mark.parametrize("command", ["snapshot", "watch", "backfill"])
def test_without_a_key_there_is_a_way_to_one(desk: Desk, command: str) -> None:
    done = desk.run(command)
    assert done.code == Exit.KEY
    assert "holds no key for massive" in done.err
    assert "    deskview login massive\n" in done.err
    assert done.out == ""


@pytest.mark.parametrize("command", ["login", "logout", "doctor", "snapshot", "watch", "simulate", "backfill"])
def test_a_wrong_setting(desk: Desk, tmp_path: Path, command: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[refresh]\nsnapshots_s = 3\n")
    done = desk.run(command, "--settings", str(file))
    assert done.code == Exit.USAGE
    told = f"{file}, line 2: unknown key 'refresh.snapshots_s'; did you mean 'snapshot_s'?"
    assert told in " ".join((done.out + done.err).split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("snapshot --provider masive", "masive"),
        ("snapshot --demo --scenario crash", "no scenario 'crash'"),
        ("simulate --fault unautorized", "did you mean 'unauthorized'?"),
        ("snapshot --log-file /proc/none/x.log", "/proc/none"),
        ("logout --settings /no/such/file.toml", "/no/such/file.toml: no such settings file"),
        ("watch --provider masive", "masive"),
        ("watch --demo --scenario crash", "no scenario 'crash'"),
        ("watch --base-url https://xn--a", "The base address is not a URL: xn--a "),
        ("snapshot --base-url https://xn--a", "The base address is not a URL: xn--a "),
        ("desk", "`deskview snapshot`"),
    ],
)
def test_a_command_that_cannot_be_done_as_asked(desk: Desk, arguments: str, told: str) -> None:
    desk.keyring.entries["massive"] = CANARY
    done = desk.run(*arguments.split())
    assert done.code == Exit.USAGE
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_port_that_is_taken(desk: Desk, market: str) -> None:
    done = desk.run("simulate", "--port", market.rpartition(":")[2])
    assert done.code == Exit.USAGE
    assert "another program serves on this port" in done.err


def test_a_device_for_a_log_stays_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[int] = []
    monkeypatch.setattr(os, "fchmod", lambda descriptor, _mode: changed.append(descriptor))
    assert desk.run("logout", "--log-file", os.devnull).code == Exit.OK
    assert changed == []
