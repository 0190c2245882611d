"""Behind a bank's proxy, as a new user meets it: what fails names what to set, and with that set the figures come."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from deskview.exits import Exit
from tests.cli.conftest import Desk
from tests.credentials.conftest import CANARY
from tests.e2e.conftest import QUICK
from tests.feed.fixtures import crash
from tests.feed.markets import Made
from tests.providers.proxies import LOGIN, PASSWORD, ConnectProxy, Loopback, passing_on, signing

__all__ = ["crash"]

VENDOR = "market.test"
"""A name that only the proxy knows."""
ADDRESS = ("--base-url", f"https://{VENDOR}")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """Servers on loopback."""
    with Loopback() as servers:
        yield servers


@pytest.fixture
def history(desk: Desk, crash: Made) -> None:
    """The history of the market is there already, and little of the flow is asked for: a first start takes minutes."""
    shutil.copytree(crash.cache, desk.home / ".cache" / "deskview")
    (desk.home / ".config" / "deskview").mkdir(parents=True)
    (desk.home / ".config" / "deskview" / "settings.toml").write_text(QUICK)


@pytest.fixture
def bank(desk: Desk, tmp_path: Path) -> trustme.CA:
    """The authority of the bank, whose certificate lies in `bank.pem`; the environment says nothing of the network."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        desk.monkeypatch.delenv(name, raising=False)
        desk.monkeypatch.delenv(name.lower(), raising=False)
    desk.keyring.entries["massive"] = CANARY
    authority = trustme.CA(organization_name="Bank plc", organization_unit_name="TLS Inspection")
    authority.cert_pem.write_to_path(str(tmp_path / "bank.pem"))
    return authority


def doctor(desk: Desk) -> dict[str, str]:
    """The lines of `doctor --json` on the way to the provider, by name."""
    done = desk.run("doctor", "--json", *ADDRESS)
    assert PASSWORD not in done.out + done.err
    found = {check["name"]: f"{check['level']}: {check['found']}" for check in json.loads(done.out)["checks"]}
    return {name: found.get(name, "") for name in ("network", "proxy", "trust store", "certificate", "provider")}


def assert_figures_come(desk: Desk) -> None:
    """A snapshot has the headline, and shows no password."""
    done = desk.run("snapshot", *ADDRESS)
    assert done.code in (Exit.OK, Exit.INCOMPLETE), done.err
    assert isinstance(json.loads(done.out)["momentum"]["return"], float), done.err
    assert PASSWORD not in done.out + done.err


def test_a_proxy_that_asks_for_a_password(
    desk: Desk, history: None, bank: trustme.CA, loopback: Loopback, market: str
) -> None:
    behind = loopback.serve(passing_on(urlsplit(market).port or 0), signing(bank))
    proxy = ConnectProxy({VENDOR: behind}, login=LOGIN)
    address = f"127.0.0.1:{loopback.serve(proxy.handle)}"
    desk.monkeypatch.setenv("SSL_CERT_FILE", str(desk.home.parent / "bank.pem"))
    words = (
        f"the proxy of HTTPS_PROXY ({address}) asks for a user and a password (407): put them into HTTPS_PROXY, as "
        "http://USER:PASSWORD@HOST:PORT."
    )
    desk.monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
    done = desk.run("snapshot", *ADDRESS)
    assert (done.code, words in done.err) == (Exit.PROVIDER, True), done.err
    found = doctor(desk)
    assert found["proxy"] == f"ok: {address}, of HTTPS_PROXY, without user and password."
    assert words in found["certificate"]
    assert words in found["provider"]

    desk.monkeypatch.setenv("HTTPS_PROXY", f"http://{':'.join(LOGIN)}@{address}")
    found = doctor(desk)
    assert found["proxy"] == f"ok: {address}, of HTTPS_PROXY, with user and password."
    assert found["provider"].startswith("ok: massive at https://market.test answers")
    assert_figures_come(desk)
    assert [head for head in proxy.heads if CANARY.encode() in head] == []
    assert [file for file in desk.home.rglob("*") if file.is_file() and PASSWORD.encode() in file.read_bytes()] == []


def test_a_proxy_that_signs_tls_anew(
    desk: Desk, history: None, bank: trustme.CA, loopback: Loopback, market: str
) -> None:
    behind = loopback.serve(passing_on(urlsplit(market).port or 0), signing(bank))
    port = loopback.serve(ConnectProxy({VENDOR: behind}).handle)
    desk.monkeypatch.setenv("https_proxy", f"127.0.0.1:{port}")
    issuer = f"the certificate of {VENDOR} is not trusted: Bank plc issued it, which is not in "
    done = desk.run("snapshot", *ADDRESS)
    assert (done.code, issuer in done.err, "set SSL_CERT_FILE" in done.err) == (Exit.PROVIDER, True, True), done.err
    found = doctor(desk)
    assert found["proxy"] == f"ok: 127.0.0.1:{port}, of https_proxy, without user and password."
    assert found["trust store"].startswith("ok: Certificates are checked against ")
    assert issuer in found["certificate"]

    file = desk.home.parent / "bank.pem"
    desk.monkeypatch.setenv("SSL_CERT_FILE", str(file))
    found = doctor(desk)
    assert found["trust store"] == f"ok: Certificates are checked against SSL_CERT_FILE ({file})."
    assert found["certificate"].startswith(f"ok: {VENDOR} shows one issued by Bank plc, valid until 3000-01-01.")
    assert_figures_come(desk)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("HTTPS_PROXY", f"http://{':'.join(LOGIN)}@proxy:port", "HTTPS_PROXY holds no address of a proxy; it must be"),
        ("ALL_PROXY", f"socks4://{':'.join(LOGIN)}@proxy", "ALL_PROXY must begin with http://, https://, socks5://"),
        ("SSL_CERT_FILE", "/nowhere/bank.pem", "SSL_CERT_FILE names /nowhere/bank.pem, which is no file that can be"),
    ],
)
@pytest.mark.parametrize("command", ["snapshot", "doctor"])
def test_a_variable_that_can_not_be_used(
    desk: Desk, bank: trustme.CA, *, command: str, variable: str, value: str, words: str
) -> None:
    desk.monkeypatch.setenv(variable, value)
    done = desk.run(command, *ADDRESS)
    assert done.code == Exit.USAGE
    assert words in " ".join((done.out + done.err).split())
    assert PASSWORD not in done.out + done.err


def test_exceptions_that_httpx_can_not_read(desk: Desk, bank: trustme.CA, market: str) -> None:
    desk.monkeypatch.setenv("NO_PROXY", "[::1],fe80::/10")
    assert desk.run("doctor", "--base-url", market).code == Exit.OK


def test_the_doctor_looks_at_the_network_without_a_key(desk: Desk, bank: trustme.CA, loopback: Loopback) -> None:
    desk.keyring.entries.clear()
    desk.monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{loopback.serve(ConnectProxy(status=403).handle)}")
    assert "does not allow connections to market.test (403)" in doctor(desk)["certificate"]
