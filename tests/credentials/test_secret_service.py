"""The key in a real Secret Service, and every printed way out typed at a real terminal."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deskview.credentials.reports import OPEN_SHELL
from tests.credentials.conftest import CANARY, DRIVER, HANG_S, SECRET_SERVICE, Surroundings
from tests.credentials.terminal import Terminal

pytestmark = pytest.mark.secretservice
CONFIGURATION = ".config/python_keyring/keyringrc.cfg"
PASSWORD = "Password_of_the_keyring_81"
PROMPT = "ready> "


@pytest.fixture(autouse=True)
def started(secret_service: Path) -> None:
    """Every test here needs the real thing."""


def test_a_key_is_stored_read_and_deleted(surroundings: Surroundings) -> None:
    replies = surroundings.ask(
        "probe", "load", "store", "load", "store", "delete", "load", "delete", service="unlocked"
    )
    expected = ["ok", "absent", "ok", "ok", "ok", "ok", "absent", "absent"]
    assert [reply["state"] for reply in replies] == expected
    assert replies[3]["same"]
    assert replies[1]["commands"] == ["deskview login massive"]
    assert {reply["backend"] for reply in replies} == {"Secret Service"}


def test_a_key_is_replaced_by_the_next(surroundings: Surroundings) -> None:
    rotated = f"{sys.executable} {DRIVER} store <old; {sys.executable} {DRIVER} load store load delete load <new"
    (surroundings.home / "old").write_text("The_first_key_of_all")
    (surroundings.home / "new").write_text(CANARY)
    command = [str(SECRET_SERVICE), "sh", "-c", rotated]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env=surroundings.environment,
        cwd=surroundings.home,
        timeout=HANG_S,
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply["state"] for reply in replies] == ["ok", "ok", "ok", "ok", "ok", "absent"]
    assert [reply["same"] for reply in replies if reply["operation"] == "load"] == [False, True, False]
    assert CANARY not in done.stdout + done.stderr
    assert "The_first_key_of_all" not in done.stdout + done.stderr


@pytest.mark.parametrize("service", ["locked", "empty"])
def test_a_locked_keyring_says_so(surroundings: Surroundings, service: str) -> None:
    replies = surroundings.ask("probe", "load", "store", "delete", service=service)
    assert {reply["state"] for reply in replies} == {"locked"}
    assert {reply["sentence"] for reply in replies} == {
        "The Secret Service keyring is locked, or not created yet, and cannot ask for its password here."
    }
    assert replies[0]["commands"] == [OPEN_SHELL]


@pytest.mark.parametrize("runtime_folder", [True, False])
def test_the_way_out_of_a_missing_keyring_opens_one_that_lasts(
    surroundings: Surroundings, runtime_folder: bool
) -> None:
    if not runtime_folder:
        del surroundings.environment["XDG_RUNTIME_DIR"]
    command = surroundings.ask("probe")[0]["commands"][0]
    with shell(surroundings) as terminal:
        open_keyring(terminal, command, PASSWORD)
        assert ask(terminal, "store") == "ok"
        terminal.enter("\x03")
        terminal.wait_for("^C")
        assert ask(terminal, "load") == "ok"
    with shell(surroundings) as later:
        open_keyring(later, command, PASSWORD)
        assert ask(later, "load") == "ok"
    for secret in (PASSWORD, CANARY):
        assert secret.encode() not in terminal.output + later.output
    assert_nowhere_below(surroundings.home, CANARY, but=surroundings.home / "key")


@pytest.mark.parametrize("service", ["locked", "empty"])
def test_the_way_out_of_a_locked_keyring_unlocks_it(surroundings: Surroundings, service: str) -> None:
    surroundings.environment["SECRET_SERVICE"] = service
    command = surroundings.ask("probe", service=service)[0]["commands"][0]
    with shell(surroundings, str(SECRET_SERVICE)) as terminal:
        assert ask(terminal, "load") == "locked"
        open_keyring(terminal, command, "ci-password")
        assert ask(terminal, "load") == "absent"
        assert ask(terminal, "store") == "ok"


def test_a_wrong_password_leaves_the_keyring_locked(surroundings: Surroundings) -> None:
    surroundings.environment["SECRET_SERVICE"] = "locked"
    with shell(surroundings, str(SECRET_SERVICE)) as terminal:
        open_keyring(terminal, OPEN_SHELL, "another wrong password")
        assert ask(terminal, "load") == "locked"


def test_an_empty_password_opens_no_shell_and_creates_no_keyring(surroundings: Surroundings) -> None:
    with shell(surroundings) as terminal:
        open_keyring(terminal, OPEN_SHELL, "")
        terminal.enter("echo bus:${DBUS_SESSION_BUS_ADDRESS:-none}.\n")
        terminal.wait_for("\r\nbus:")
        assert terminal.wait_for(".") == "none."
    assert not list(surroundings.home.glob(".local/share/keyrings/*"))


@pytest.mark.parametrize("chosen", ["environment", "file"])
def test_the_way_out_of_a_refused_backend_leads_to_the_accepted_one(surroundings: Surroundings, chosen: str) -> None:
    surroundings.environment["SECRET_SERVICE"] = "unlocked"
    null = "keyring.backends.null.Keyring"
    if chosen == "environment":
        make = f"export PYTHON_KEYRING_BACKEND={null}"
    else:
        make = f"cd; mkdir -p .config/python_keyring; printf '[backend]\\ndefault-keyring={null}\\n' >{CONFIGURATION}"
    with shell(surroundings, str(SECRET_SERVICE)) as terminal:
        terminal.enter(make + "\n")
        assert ask(terminal, "store") == "refused"
        terminal.enter(refused_command(terminal) + "\n")
        assert ask(terminal, "store") == "ok"


ASKED = re.compile(rb'(?<!")Keyring password: ')
"""In the echo of the command a quotation mark stands before it; the bus may have written into the line since."""


def shell(surroundings: Surroundings, *before: str) -> Terminal:
    key = surroundings.home / "key"
    key.write_text(CANARY)
    environment = {**surroundings.environment, "KEY_FILE": str(key)}
    return Terminal([*before, "bash", "--norc", "--noprofile", "-i"], environment | {"PS1": PROMPT}, PROMPT)


def open_keyring(terminal: Terminal, command: str, password: str) -> None:
    terminal.enter(command + "\n")
    terminal.wait_for(ASKED)
    terminal.enter(password + "\n")
    terminal.wait_for("\r\n")


def ask(terminal: Terminal, operation: str) -> str:
    """Run the driver at the terminal, its key from the file the test wrote, and return the state it reports."""
    terminal.enter(f'{sys.executable} {DRIVER} {operation} <"$KEY_FILE"\n')
    terminal.wait_for('"state": "')
    return terminal.wait_for('"')[:-1]


def refused_command(terminal: Terminal) -> str:
    terminal.wait_for('"commands": ["')
    return terminal.wait_for('"]')[:-2]


def assert_nowhere_below(folder: Path, text: str, but: Path) -> None:
    files = [file for file in folder.rglob("*") if file.is_file() and file != but]
    assert [file for file in files if text.encode() in file.read_bytes()] == []
