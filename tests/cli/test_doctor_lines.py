"""The doctor's lines on the plan of a market at a socket: what is refused, what no answer tells, what panes miss."""

from pathlib import Path
from typing import cast

import pytest

from deskview.providers import PROVIDERS
from deskview.providers.capabilities import Capability
from tests.cli.conftest import Desk, Serving
from tests.cli.test_doctor import levels, report, store_listing
from tests.credentials.conftest import CANARY


def test_what_is_refused_with_trades_says_so_and_what_it_costs(desk: Desk, serving: Serving) -> None:
    desk.keyring.entries["massive"] = CANARY
    with serving(plan="starter") as url:
        checks = report(desk, "--base-url", url)
    assert checks["snapshot"]["found"].endswith(", a quarter of an hour late on this plan.")
    assert checks["off-exchange prints"]["found"] == "refused with trades. Without it retail flow can't be told."
    assert checks["TRF id"]["found"].startswith("refused with trades. Without it nothing is missed")
    assert checks["pane Flow"]["found"] == "misses trades, short volume; above, their lines say what that costs."


def test_a_key_without_a_plan_of_options_is_told_which_one_it_needs(desk: Desk, serving: Serving) -> None:
    desk.keyring.entries["massive"] = CANARY
    with serving(without=["option chains", "treasury yields"]) as url:
        checks = report(desk, "--base-url", url)
    assert "needs Options Starter or higher" in checks["option chains"]["found"]
    assert checks["option chains"]["found"].endswith("Without it dealers' gamma stays empty; the other panes go on.")
    assert checks["treasury yields"]["found"].endswith("Without it 4 % is assumed where interest matters.")
    assert levels(checks, "snapshot", "trades", "short volume") == ["ok"] * 3


def test_what_the_vendor_does_not_have_is_not_laid_to_an_answer_or_to_the_plan(
    desk: Desk, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keyring.entries["massive"] = CANARY
    plans = cast("dict[Capability, str]", PROVIDERS["massive"].plans)
    for lacking in set(plans) - {Capability.CLOCK, Capability.NAMES, Capability.TRADES, Capability.SHARES}:
        monkeypatch.delitem(plans, lacking)
    with serving(without=["trades"]) as url:
        checks = report(desk, "--base-url", url)
    for name in ("types", "market caps", "participant time", "off-exchange prints"):
        assert checks[name]["found"].startswith("Massive does not have ")
    panes = [check["found"] for name, check in checks.items() if name.startswith("pane ")]
    assert panes
    assert all(pane.startswith("misses ") and pane.endswith("what that costs.") for pane in panes)
    assert "participant time" in checks["pane Flow"]["found"]


def test_an_answer_without_rows_leaves_open_what_it_would_have_told(
    desk: Desk, market: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keyring.entries["massive"] = CANARY
    monkeypatch.setattr("deskview.cli.doctor.plan.STOCK", "ZZZZZ")
    checks = report(desk, "--base-url", market)
    assert levels(checks, "shares", "market caps", "industries") == ["warning"] * 3
    assert "of ZZZZZ: 0 rows" in checks["shares"]["found"]
    assert checks["market caps"]["found"] == "Not known: it is told with shares."
    assert checks["pane Breadth"]["found"] == "Not known of shares, market caps: see their lines above."


def test_a_name_without_a_type_may_be_a_fund_unless_the_users_file_says_otherwise(desk: Desk, tmp_path: Path) -> None:
    settings, names = tmp_path / "settings.toml", tmp_path / "names.toml"
    store_listing(desk, ("ZZZA", "Tradr 2X Long ZZA Daily ETF"), kind=None)
    assert "massive: 1 listed" in report(desk)["unregistered"]["found"]
    settings.write_text(f'names_file = "{names}"')
    names.write_text('[[name]]\nticker = "ZZZA"\ntype = "CS"\n')
    assert "unregistered" not in report(desk, "--settings", str(settings))
