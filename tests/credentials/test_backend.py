"""Which backends are used and which are refused, in processes without a session bus."""

from pathlib import Path

import pytest

from tests.credentials.conftest import Surroundings

PLAIN = """
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 9.5
    def get_password(self, service, username):
        return open(__file__ + ".kept").read()
    def set_password(self, service, username, password):
        open(__file__ + ".kept", "w").write(password)
    def delete_password(self, service, username): ...
"""
BLOCKING = """
import threading
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    __module__ = "keyring.backends.SecretService"
    priority = 9
    def get_password(self, service, username):
        threading.Event().wait()
    set_password = delete_password = get_password
"""
BLOCKING_AT_IMPORT = "import threading\nthreading.Event().wait()\n"
OPERATIONS = ("probe", "load", "store", "delete")


def states(surroundings: Surroundings, **environment: str) -> set[str]:
    return {reply["state"] for reply in surroundings.ask(*OPERATIONS, **environment)}


@pytest.mark.parametrize("address", [None, "unix:path=/nowhere/bus"])
def test_without_a_session_bus_the_keyring_is_missing(surroundings: Surroundings, address: str | None) -> None:
    replies = surroundings.ask(*OPERATIONS, **({"DBUS_SESSION_BUS_ADDRESS": address} if address else {}))
    assert {reply["state"] for reply in replies} == {"missing"}
    assert {reply["sentence"] for reply in replies} == {"There is no keyring service in this session."}


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "plain.Keyring"])
def test_a_backend_chosen_by_the_environment_is_refused(surroundings: Surroundings, name: str) -> None:
    surroundings.module("plain", PLAIN)
    replies = surroundings.ask(*OPERATIONS, PYTHON_KEYRING_BACKEND=name)
    assert {reply["state"] for reply in replies} == {"refused"}
    expected = (
        f"PYTHON_KEYRING_BACKEND selects {name}, which is refused: it may keep the key unencrypted, or not at all."
    )
    assert {reply["sentence"] for reply in replies} == {expected}
    assert replies[0]["commands"] == ["unset PYTHON_KEYRING_BACKEND"]
    assert not (surroundings.home / "plain.py.kept").exists()


@pytest.mark.parametrize("name", ["no.such.Backend", "", "plain.NoSuchClass", "\x1b[31mevil"])
def test_a_chosen_backend_that_cannot_be_loaded_is_refused(surroundings: Surroundings, name: str) -> None:
    surroundings.module("plain", PLAIN)
    reply = surroundings.ask("probe", PYTHON_KEYRING_BACKEND=name)[0]
    assert reply["state"] == "refused"
    assert reply["sentence"].endswith("which cannot be loaded.")
    assert "\x1b" not in reply["sentence"]


def test_a_backend_chosen_by_file_is_refused(surroundings: Surroundings) -> None:
    file = chosen_by_file(surroundings, "[backend]\ndefault-keyring=plain.Keyring\n")
    reply = surroundings.ask("store")[0]
    assert reply["state"] == "refused"
    assert reply["sentence"].startswith(f"{file} selects plain.Keyring, which is refused")
    assert reply["commands"] == [f"mv {file} {file}.off"]


def test_a_file_that_cannot_be_read_is_refused(surroundings: Surroundings) -> None:
    chosen_by_file(surroundings, "no section\n")
    assert states(surroundings) == {"refused"}


def test_a_plain_backend_that_is_there_by_itself_is_refused(surroundings: Surroundings) -> None:
    installed_by_itself(surroundings)
    replies = surroundings.ask(*OPERATIONS)
    assert {reply["state"] for reply in replies} == {"refused"}
    assert replies[0]["sentence"].startswith("The only keyring here is plain.Keyring, which is refused")
    assert replies[0]["commands"][0].startswith("dbus-run-session")


@pytest.mark.secretservice
def test_beside_a_plain_backend_the_secret_service_is_used_alone(
    surroundings: Surroundings, secret_service: Path
) -> None:
    installed_by_itself(surroundings)
    replies = surroundings.ask("store", "load", "delete", "load", service="unlocked")
    assert [reply["state"] for reply in replies] == ["ok", "ok", "ok", "absent"]
    assert {reply["backend"] for reply in replies} == {"Secret Service"}
    assert not (surroundings.home / "plain.py.kept").exists()


@pytest.mark.parametrize("name", ["SecretService", "kwallet"])
def test_an_accepted_backend_that_is_not_there_is_missing(surroundings: Surroundings, name: str) -> None:
    name = f"keyring.backends.{name}.{'DBus' if name == 'kwallet' else ''}Keyring"
    assert states(surroundings, PYTHON_KEYRING_BACKEND=name) == {"missing"}


def test_a_backend_that_never_answers_times_out_and_the_process_ends(surroundings: Surroundings) -> None:
    surroundings.module("blocking", BLOCKING)
    environment = {"PYTHON_KEYRING_BACKEND": "blocking.Keyring", "DRIVER_LIMIT_S": "3"}
    reply = surroundings.ask("load", **environment)[0]
    assert reply["state"] == "timed_out"
    assert reply["sentence"].startswith("The keyring gave no answer within 3 s;")


def test_a_backend_that_never_finishes_loading_times_out(surroundings: Surroundings) -> None:
    surroundings.module("blocking", BLOCKING_AT_IMPORT)
    environment = {"PYTHON_KEYRING_BACKEND": "blocking.Keyring", "DRIVER_LIMIT_S": "1"}
    assert states(surroundings, **environment) == {"timed_out"}


def chosen_by_file(surroundings: Surroundings, text: str) -> Path:
    surroundings.module("plain", PLAIN)
    file = surroundings.home / ".config" / "python_keyring" / "keyringrc.cfg"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def installed_by_itself(surroundings: Surroundings) -> None:
    """Make a plain backend known to keyring the way an installed distribution does."""
    surroundings.module("plain", PLAIN)
    information = surroundings.home / "plain-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: plain\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[keyring.backends]\nplain = plain\n")
