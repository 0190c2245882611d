"""login, doctor and logout on a real Secret Service, without one, and with one that is locked; as processes."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deskview.exits import Exit
from tests.cli.conftest import Outcome, keeps_the_key
from tests.cli.driver import HANG_S
from tests.credentials.conftest import CANARY, SECRET_SERVICE, Surroundings

DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True)
class Step:
    """One command with what is typed to it."""

    arguments: tuple[str, ...]
    typed: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def play(surroundings: Surroundings, *steps: Step, service: str | None) -> list[Outcome]:
    """Run the steps in one session; afterwards no byte they wrote may be the key's."""
    keep = surroundings.home / "kept"
    work = {"keep": str(keep), "steps": [vars(step) for step in steps]}
    done = subprocess.run(
        [*([str(SECRET_SERVICE)] if service else []), sys.executable, str(DRIVER)],
        check=False,
        input=json.dumps(work),
        text=True,
        env={
            **surroundings.environment,
            **({"SECRET_SERVICE": service} if service else {}),
            "HOME": home(surroundings),
        },
        capture_output=True,
        timeout=HANG_S * len(steps),
    )
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    assert keeps_the_key(keep) == []
    assert [file.name for file in keep.rglob("deskview.log")] == ["deskview.log"]
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


def home(surroundings: Surroundings) -> str:
    """A home folder beside the one the driver's copy goes to."""
    folder = surroundings.home / "home"
    folder.mkdir(exist_ok=True)
    return str(folder)


def log_in(url: str, key: str) -> Step:
    return Step(("login", "--key-stdin", "--base-url", url), key + "\n")


@pytest.mark.secretservice
def test_a_key_from_login_to_logout(surroundings: Surroundings, secret_service: Path, market: str) -> None:
    doctor = Step(("doctor", "--json", "--base-url", market))
    steps = (log_in(market, "no_such_key"), doctor, log_in(market, CANARY), doctor, Step(("logout",)), doctor)
    refused, without, stored, with_key, gone, after = play(surroundings, *steps, service="unlocked")
    assert [step.code for step in (refused, stored, gone)] == [Exit.KEY, Exit.OK, Exit.OK]
    assert [step.code for step in (without, with_key, after)] == [Exit.KEY, Exit.OK, Exit.KEY]
    assert "holds no key for massive" in found(without, "key")
    assert "holds a key for massive" in found(with_key, "key")
    assert "SIMULATED" in found(with_key, "clock")
    assert found(after, "key") == found(without, "key")
    assert "gone from the Secret Service keyring" in gone.err


@pytest.mark.secretservice
def test_a_key_is_rotated(surroundings: Surroundings, secret_service: Path, serving: object, market: str) -> None:
    with serving(key="the_key_after") as later:  # type: ignore[operator]
        doctor = Step(("doctor", "--json", "--base-url", later))
        steps = (log_in(market, CANARY), doctor, log_in(later, "the_key_after"), doctor)
        first, refused, second, accepted = play(surroundings, *steps, service="unlocked")
    assert [step.code for step in (first, second)] == [Exit.OK, Exit.OK]
    assert [step.code for step in (refused, accepted)] == [Exit.KEY, Exit.OK]
    assert "the_key_after" not in "".join(step.out + step.err for step in (first, refused, second, accepted))


@pytest.mark.secretservice
def test_a_locked_keyring(surroundings: Surroundings, secret_service: Path, market: str) -> None:
    steps = (log_in(market, CANARY), Step(("doctor", "--json")), Step(("logout",)), Step(("snapshot",)))
    outcomes = play(surroundings, *steps, service="locked")
    assert [outcome.code for outcome in outcomes] == [Exit.KEY] * 4
    for outcome in outcomes:
        assert "keyring is locked" in outcome.out + outcome.err
        assert "gnome-keyring-daemon --daemonize --unlock" in outcome.out + outcome.err


def test_without_a_session_bus(surroundings: Surroundings, market: str) -> None:
    steps = (log_in(market, CANARY), Step(("doctor",)), Step(("logout",)), Step(("snapshot",)))
    outcomes = play(surroundings, *steps, service=None)
    assert [outcome.code for outcome in outcomes] == [Exit.KEY] * 4
    for outcome in outcomes:
        assert "There is no keyring service in this session." in outcome.out + outcome.err
        assert "dbus-run-session -- bash" in outcome.out + outcome.err
    assert "massive accepts the key" in outcomes[0].err


def found(outcome: Outcome, name: str) -> str:
    """What the doctor found under a name."""
    return next(str(check["found"]) for check in json.loads(outcome.out)["checks"] if check["name"] == name)
