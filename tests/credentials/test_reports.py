"""Whatever a backend does, the caller gets a state, one sentence and a way out, and no key in any of them."""

from collections.abc import Callable

import msgspec
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from deskview.credentials import KeyringState, delete_credentials, load_credentials, probe, store_credentials
from deskview.credentials.reports import OPEN_SHELL, open_a_keyring, report_of
from deskview.providers.vendor import KEY
from tests.credentials.conftest import CANARY, holding

Install = Callable[[object], None]


class Memory(KeyringBackend):
    """A backend that keeps entries in a dictionary and counts what it is asked."""

    priority = 1.0

    def __init__(self, **entries: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries = entries
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[username]


class Failing(Memory):
    """A backend that raises `error` at every call."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


class WindowsError(Exception):
    """Stands for pywintypes.error, which is no KeyringError."""

    winerror = 1312


class PromptDismissedException(Exception):  # noqa: N818 - stands for one that is named so
    """Stands for secretstorage's."""


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (KeyringLocked("Failed to unlock the collection!"), KeyringState.LOCKED),
        (caused(InitError("Failed to create the collection"), PromptDismissedException()), KeyringState.LOCKED),
        (KeyringError("Can't get password from keychain: (-25308, 'Unknown Error')"), KeyringState.LOCKED),
        (KeyringError("Can't store password on keychain: (-25244, 'Unknown Error')"), KeyringState.REFUSED),
        (NoKeyringError("No recommended backend was available."), KeyringState.MISSING),
        (WindowsError("CredRead"), KeyringState.MISSING),
        (OSError("socket gone"), KeyringState.FAILED),
        (TimeoutError("of the backend's own"), KeyringState.FAILED),
    ],
)
async def test_an_error_becomes_a_state_with_a_way_out(
    fake_keyring: Install, error: Exception, state: KeyringState
) -> None:
    fake_keyring(Failing(error))
    for report in (
        (await load_credentials("massive", (KEY,))).report,
        await store_credentials("massive", (KEY,), holding(CANARY)),
        await probe(fresh=False),
    ):
        assert report.state is state
        assert report.sentence.count("\n") == 0
        assert report.way_out.commands


@pytest.mark.parametrize("nested", [False, True])
def test_an_entry_another_python_made_is_to_be_deleted_first(nested: bool) -> None:
    error = KeyringError("Can't store password on keychain: (-25244, 'Unknown Error')")
    report = report_of(caused(RuntimeError("no"), error) if nested else error, "macOS Keychain")
    assert report.sentence.startswith("The macOS Keychain holds an entry of deskview's that another Python made")
    assert report.way_out.commands == ("security delete-generic-password -s deskview", "deskview login")


@pytest.fixture(autouse=True)
def forget_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test probes anew."""
    monkeypatch.setattr("deskview.credentials.keychain._probed", {})


async def test_an_error_that_quotes_the_key_does_not_carry_it_on(fake_keyring: Install) -> None:
    fake_keyring(Failing(RuntimeError(f"cannot keep \x1b[31m{CANARY}\n for you")))
    stored, loaded = (
        await store_credentials("massive", (KEY,), holding(CANARY)),
        await load_credentials("massive", (KEY,)),
    )
    assert stored.sentence == "The Secret Service keyring failed: RuntimeError: cannot keep [31m•••• for you"
    assert loaded.report.sentence.startswith("The Secret Service keyring failed: RuntimeError: cannot keep")
    for text in (repr(stored), str(stored.way_out), repr(loaded)):
        assert CANARY not in text


async def test_a_key_that_comes_back_changed_is_a_failure(fake_keyring: Install) -> None:
    class Forgetful(Memory):
        def set_password(self, service: str, username: str, password: str) -> None:
            self.entries[username] = password[:-1]

    fake_keyring(Forgetful())
    report = await store_credentials("massive", (KEY,), holding(CANARY))
    assert report.state is KeyringState.FAILED
    assert report.sentence == "The Secret Service keyring did not give back the key that was written."


async def test_an_entry_that_is_no_key_is_named_without_its_text(fake_keyring: Install) -> None:
    fake_keyring(Memory(massive="two words"))
    state = await load_credentials("massive", (KEY,))
    assert state.credentials is None
    assert state.report.state is KeyringState.FAILED
    expected = "The Secret Service keyring holds no usable key for massive. The key has white space in it."
    assert state.report.sentence == expected


async def test_an_entry_that_outlives_its_deletion_is_a_failure(fake_keyring: Install) -> None:
    class Clinging(Memory):
        def delete_password(self, service: str, username: str) -> None:
            pass

    fake_keyring(Clinging(massive=CANARY))
    assert (await delete_credentials("massive", (KEY,))).state is KeyringState.FAILED


async def test_a_probe_is_asked_once_until_asked_anew(fake_keyring: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Memory()
    fake_keyring(backend)
    monkeypatch.setattr("keyring.core.init_backend", lambda: None)
    first = await probe()
    assert (await probe()) is first
    assert backend.asked == 1
    await probe(fresh=True)
    assert backend.asked == 2


async def test_a_report_is_plain_data(fake_keyring: Install) -> None:
    fake_keyring(Memory())
    report = await probe()
    assert report.ok
    assert msgspec.to_builtins(report) == {
        "backend": "Secret Service",
        "state": "ok",
        "sentence": "The Secret Service keyring is open.",
        "way_out": {"text": "", "commands": ()},
    }


def test_each_platform_has_its_way_out() -> None:
    assert open_a_keyring("linux").commands == (OPEN_SHELL,)
    assert open_a_keyring("darwin").commands == ("security unlock-keychain",)
    assert open_a_keyring("win32").commands == ()


def test_what_must_be_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "packages gnome-keyring and dbus" in open_a_keyring("linux").text
