"""settings.toml: what may stand there, and what a wrong line is answered with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from deskview.settings import Flow, Leverage, Refresh, Settings, SettingsError, Supply, load_settings
from tests.hostile import NO_TOML, UNREADABLE

WHOLE = """
provider = "massive"
base_url = "http://127.0.0.1:8765"
calls_per_minute = 5
theme = "east-asia"
history_sessions = 300
funds_file = "my-funds.toml"
groups_file = "/data/groups.toml"
spinoffs_file = "spinoffs.toml"
names_file = "names.toml"

[refresh]
snapshot_s = 5
prints_s = 20.5
reference_s = 600
simulation_s = 60

[flow]
names = ["NVDA", "TSLA"]
count = 2
history_sessions = 100
sample_prints = 500

[leverage]
closing_share = 0.09
impact_coefficient = 0.8
threshold_usd = 5e7
paths = 20000

[supply]
vol_aum_usd = 4e11
lambdas = [0.94, 0.97]
trend_sessions = [60, 250]

[closures]
2025-01-09 = "closed"
"2026-07-02" = "early-close"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes its settings."""
    return tmp_path / "settings.toml"


def test_every_setting_is_read(file: Path) -> None:
    file.write_text(WHOLE)
    assert load_settings(file) == Settings(
        provider="massive",
        base_url="http://127.0.0.1:8765",
        calls_per_minute=5,
        theme="east-asia",
        history_sessions=300,
        refresh=Refresh(5, 20.5, 600, 60),
        flow=Flow(("NVDA", "TSLA"), 2, 100, sample_prints=500),
        leverage=Leverage(closing_share=0.09, impact_coefficient=0.8, threshold_usd=5e7, paths=20_000),
        supply=Supply(vol_aum_usd=4e11, lambdas=(0.94, 0.97), trend_sessions=(60, 250)),
        closures={date(2025, 1, 9): "closed", date(2026, 7, 2): "early-close"},
        funds_file=file.parent / "my-funds.toml",
        groups_file=Path("/data/groups.toml"),
        spinoffs_file=file.parent / "spinoffs.toml",
        names_file=file.parent / "names.toml",
    )


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    file.write_text('theme = "amber"', encoding="utf-8-sig")
    assert load_settings(file).theme == "amber"


def test_without_a_file_everything_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings() == Settings()
    assert load_settings().history_sessions == 530


def test_the_users_own_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "deskview").mkdir()
    (tmp_path / "deskview" / "settings.toml").write_text("history_sessions = 280")
    assert load_settings().history_sessions == 280


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('\nthema = "amber"', "line 2: unknown key 'thema'; did you mean 'theme'?"),
        ("[refresh]\nsnapshot = 3", "line 2: unknown key 'refresh.snapshot'; did you mean 'snapshot_s'?"),
        ("refresh.print_s = 3", "line 1: unknown key 'refresh.print_s'; did you mean 'prints_s'?"),
        ("flow = { kount = 3 }", "line 1: unknown key 'flow.kount'; did you mean 'count'?"),
        (
            "[flow]\ncount = 3\n[refresh]\ncount = 3",
            "line 4: unknown key 'refresh.count'; valid: snapshot_s, prints_s, ",
        ),
        ("# thema\n[a.b]\nc = 1", "line 2: unknown key 'a'; valid: provider, base_url, "),
        ("history_sessions = 300\n[flow]\nhistory_sessions = 5", "line 3: flow.history_sessions: Expected `int` >= 20"),
        ("history_sessions = 5\n[flow]\nhistory_sessions = 50", "line 1: history_sessions: Expected `int` >= 60"),
        ("refresh.snapshot_s = 0", "line 1: refresh.snapshot_s: Expected `float` >= 1.0"),
        ('\ncalls_per_minute = "5"', "line 2: calls_per_minute: Expected `int | null`, got `str`"),
        ("flow.names = [1]", "line 1: flow.names: Expected `str`, got `int`"),
        ("refresh = 3", "line 1: refresh: Expected `object`, got `int`"),
        ("funds_file = 3", "line 1: funds_file: Expected `path`, got `int`"),
        ('[closures]\n2025-01-09 = "shut"', "line 1: closures: Invalid enum value 'shut'; valid: closed, early-close"),
        ('[closures]\ntomorrow = "closed"', "line 1: closures: Invalid RFC3339 encoded date"),
        ('theme = "amber" "', "line 1, column 1"),
        ('theme = "amber"\ntheme = "amber"', "Cannot overwrite a value"),
    ],
)
def test_a_wrong_line_is_named_with_what_would_be_valid(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert str(caught.value).startswith(str(file))
    assert told in str(caught.value)


def test_bytes_that_are_no_text_are_told(file: Path) -> None:
    file.write_bytes(b'theme = "\xff"')
    with pytest.raises(SettingsError, match=r"line 1 is not UTF-8 \(byte 0xff\)"):
        load_settings(file)


def test_a_file_that_is_named_must_exist(file: Path) -> None:
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(file)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=": is a folder"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('export_format = "xml"', "line 1: export_format: Invalid enum value 'xml'; valid: csv, parquet, json"),
        ('alert_notification = "bell"', "valid: osc9, osc777, both, off"),
        ('[[alert]]\nreading = "a"\nabove = 1\n[[alert]]\nreading = "b"\nabov = 1\n', "line 6: unknown key"),
        ('[[alert]]\nreading = "a"\nabove = 1\n[[alert]]\nreading = "b"\n', "line 4: alert: a rule needs exactly"),
        ('[[alert]]\nreading = "a"\nsigma = -1\n', "line 3: alert.sigma: Expected `float` > 0.0"),
    ],
)
def test_a_fault_in_a_rule_or_a_choice_names_its_own_line(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert sentence in str(caught.value)


def test_notification_takes_the_old_words_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    for text, way in (("true", True), ("false", False), ('"both"', "both")):
        file.write_text(f"alert_notification = {text}")
        assert load_settings(file).alert_notification == way


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
@pytest.mark.parametrize("named", [True, False])
def test_a_hostile_file_is_refused_whether_it_is_named_or_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], reason: str, named: bool
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "deskview" / "settings.toml"
    file.parent.mkdir()
    make(file)
    with pytest.raises(SettingsError) as caught:
        load_settings(file if named else None)
    assert str(caught.value).startswith(f"{file}: ")
    assert reason in str(caught.value)


def test_the_home_of_a_user_there_is_not_is_told_with_its_line(file: Path) -> None:
    file.write_text('theme = "amber"\ngroups_file = "~nosuchuser/groups.toml"\n')
    with pytest.raises(SettingsError, match=r"settings\.toml, line 2: groups_file: there is no user '~nosuchuser'"):
        load_settings(file)


HOSTILE_VALUES = [
    "9" * 4_000,
    "-" + "9" * 4_000,
    "1e999",
    "nan",
    "-0.0",
    "0xffffffffffffffffffff",
    '"\\u0000"',
    '"' + "x" * 100_000 + '"',
    "[" * 200 + "]" * 200,
    "{a.b.c.d = 1}",
    "9999-12-31",
    "0001-01-01T00:00:00+23:59",
    "00:00:00.000001",
    "true",
    "[1, 'a', {}]",
]


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_every_setting_takes_any_value_or_refuses_it_in_one_sentence(file: Path, value: str) -> None:
    for name in paths_of(Settings):
        file.write_text(f"{name} = {value}\n" if name != "alert" else f"[[alert]]\nreading = {value}\nabove = {value}")
        try:
            load_settings(file)
        except SettingsError as fault:
            assert "\n" not in str(fault)
            assert len(str(fault)) < len(str(file)) + 1_000


def paths_of(struct: type[msgspec.Struct], before: str = "") -> list[str]:
    """Every setting as a dotted key."""
    found = []
    for field in msgspec.structs.fields(struct):
        below = isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
        found += paths_of(field.type, f"{before}{field.name}.") if below else [before + field.name]
    return found
