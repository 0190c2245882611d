"""Which proxy the environment names for a host, and whose certificates are believed."""

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from deskview.providers.network import certificate_of, is_excepted, proxy_for, proxy_of, trust_of

HOST = "api.massive.com"
CANARY = "Canary-of-the-proxy_5Jx2"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"HTTPS_PROXY": "http://proxy.bank:8080"}, "the proxy of HTTPS_PROXY (proxy.bank:8080)"),
        ({"HTTPS_PROXY": " proxy.bank:8080/ "}, "the proxy of HTTPS_PROXY (proxy.bank:8080)"),
        ({"https_proxy": "http://low", "HTTPS_PROXY": "http://up"}, "the proxy of https_proxy (low:80)"),
        ({"https_proxy": "", "HTTPS_PROXY": "http://up"}, None),
        ({"ALL_PROXY": "socks5://s"}, "the proxy of ALL_PROXY (s:1080)"),
        ({"all_proxy": "SOCKS5H://s:9", "HTTPS_PROXY": "https://up"}, "the proxy of HTTPS_PROXY (up:443)"),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128"}, "the proxy of HTTPS_PROXY ([fd00::1]:3128)"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "massive.com"}, None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "[::1],fe80::/10"}, "the proxy of HTTPS_PROXY (p:80)"),
        ({"HTTPS_PROXY": "http://p", "no_proxy": "", "NO_PROXY": "*"}, "the proxy of HTTPS_PROXY (p:80)"),
        ({"HTTPS_PROXY": "this is none", "NO_PROXY": "*"}, None),
    ],
)
def test_the_proxy_of_an_environment(environment: dict[str, str], expected: str | None) -> None:
    proxy = proxy_for(HOST, 443, environment)
    assert (proxy and str(proxy)) == expected


@pytest.mark.parametrize(
    ("text", "login"),
    [
        (f"http://trader:{CANARY}@proxy.bank:8080", ("trader", CANARY)),
        (f"trader:{CANARY}@proxy.bank:8080", ("trader", CANARY)),
        ("http://EMEA%5Ctrader:p%40ss@proxy.bank:8080", ("EMEA\\trader", "p@ss")),
        ("http://EMEA\\trader:a@b/c:d#e?f@proxy.bank:8080", ("EMEA\\trader", "a@b/c:d#e?f")),
        ("http://trader@proxy.bank:8080", ("trader", "")),
    ],
)
def test_user_and_password_of_a_proxy_are_read_and_never_shown(text: str, login: tuple[str, str]) -> None:
    proxy = proxy_of("HTTPS_PROXY", text)
    assert (proxy.host, proxy.port, proxy.credentials) == ("proxy.bank", 8080, login)
    assert "trader" not in f"{proxy} {proxy!r}"


@pytest.mark.parametrize(
    "text",
    [
        "http://",
        "http://a b",
        "proxy:99999",
        "proxy:0",
        "http://proxy:port",
        "pac+http://proxy",
        "socks4://p",
        "http://[::1",
        "http://[:::]",
        "http://a..b",
        f"http://{'a' * 64}.bank:8080",
    ],
)
def test_what_is_no_proxy_is_refused_by_its_variable_without_a_quotation(text: str) -> None:
    with pytest.raises(ValueError, match=r"^HTTPS_PROXY ") as caught:
        proxy_of("HTTPS_PROXY", f"{text.partition('://')[0]}://trader:{CANARY}@{text.rpartition('://')[2]}")
    assert CANARY not in str(caught.value)


@given(st.text(), st.text())
def test_no_environment_ends_in_anything_but_a_proxy_or_a_sentence(proxy: str, exceptions: str) -> None:
    try:
        proxy_for(HOST, 443, {"HTTPS_PROXY": proxy, "NO_PROXY": exceptions})
    except ValueError as fault:
        assert str(fault).startswith("HTTPS_PROXY ")


@pytest.mark.parametrize(
    ("exceptions", "host", "expected"),
    [
        ("", HOST, False),
        ("*", HOST, True),
        ("massive.com", HOST, True),
        (".massive.com", HOST, True),
        ("*.massive.com", HOST, True),
        ("MASSIVE.COM.", HOST, True),
        ("https://api.massive.com", HOST, True),
        ("assive.com", HOST, False),
        ("api.massive.com:443", HOST, True),
        ("api.massive.com:8443", HOST, False),
        (f"api.massive.com:{'1' * 5000}", HOST, False),
        ("a.b c.d,\tmassive.com", HOST, True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("0.1.2.3", "10.1.2.3", False),
        ("[::1],fe80::/10", "fe80::1", True),
        ("[fe80::]/10", "fe80::1", True),
        ("[fe80::1]:443", "fe80::1", True),
        ("[fe80::1]:80", "fe80::1", False),
        ("fe80::1", "fe80::1", True),
        ("[::1", HOST, False),
        (":,/,.,[],]:[,::/999,a:b:c", HOST, False),
    ],
)
def test_hosts_that_need_no_proxy(exceptions: str, host: str, expected: bool) -> None:
    assert is_excepted(host, 443, exceptions) is expected


def test_a_file_of_certificates_wins_over_the_system(tmp_path: Path) -> None:
    file = tmp_path / "bank.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    trust = trust_of({"SSL_CERT_FILE": str(file)})
    assert trust.name == f"SSL_CERT_FILE ({file})"
    assert trust.context.cert_store_stats()["x509_ca"] == 1
    assert trust.context.verify_mode is ssl.CERT_REQUIRED
    assert trust.context.check_hostname


@pytest.mark.parametrize(
    ("variable", "content"), [("SSL_CERT_FILE", None), ("SSL_CERT_FILE", b"no PEM"), ("SSL_CERT_DIR", None)]
)
def test_certificates_that_cannot_be_read_are_refused_by_their_variable(
    tmp_path: Path, variable: str, content: bytes | None
) -> None:
    place = tmp_path / "bank.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{variable} names {place}, which "):
        trust_of({variable: str(place)})


def test_without_a_word_the_system_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    trust = trust_of({})
    assert trust.name.startswith(("the system's trust store", "the Keychain", "the list of certifi"))
    assert trust.context.verify_mode is ssl.CERT_REQUIRED


def test_a_system_without_a_trust_store_falls_back_to_the_list_of_certifi(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = ssl.DefaultVerifyPaths("", "", "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr("truststore._openssl._CA_FILE_CANDIDATES", [])
    trust = trust_of({})
    assert trust.name == "the list of certifi, as this system has none"
    assert trust.context.cert_store_stats()["x509_ca"] > 50


def test_a_certificate_tells_its_issuer_and_its_end() -> None:
    authority = trustme.CA(organization_name="Bank plc", organization_unit_name="TLS Inspection")
    made = authority.issue_cert("market.test")
    seen = certificate_of(ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode()))
    assert seen is not None
    assert seen.issuer == "Bank plc"
    assert seen.valid_until.year > 2030


@given(st.binary(max_size=300))
def test_bytes_that_are_no_certificate(der: bytes) -> None:
    assert certificate_of(der) is None


def test_zones_are_known_on_a_machine_without_any() -> None:
    program = (
        "from zoneinfo import ZoneInfo; print(ZoneInfo('America/New_York').key, len(__import__('zoneinfo').TZPATH))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONTZPATH": ""}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["America/New_York", "0"]
