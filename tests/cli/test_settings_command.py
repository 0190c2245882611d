"""`deskview settings`: a file of documented defaults that changes nothing until a line is uncommented."""

import re
from pathlib import Path

import pytest

from deskview.cli import main
from deskview.cli.settings import documented_settings
from deskview.settings import Settings, load_settings


def test_as_printed_it_changes_nothing_and_uncommented_it_is_the_defaults(tmp_path: Path) -> None:
    text = documented_settings()
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file) == Settings()
    lines = []
    for line in text.splitlines():
        if header := re.match(r"# (\[+(\w+)\]+)$", line):
            table = header[2]
            lines.append(f"{'# ' if table in {'keys', 'closures', 'alert'} else ''}{header[1]}")
        elif (setting := re.match(r"# (\w+) = (.+)", line)) and lines[-1:] != ["# [[alert]]"]:
            skip = lines and any(lines[-n].startswith("# [") for n in range(1, min(3, len(lines)) + 1))
            lines.append(f"{'# ' if skip else ''}{setting[0][2:]}")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert load_settings(file) == Settings()


def test_every_setting_is_explained() -> None:
    text = documented_settings()
    for name in Settings.__struct_fields__:
        assert re.search(rf"^# \[*{name}(\]| =)", text, re.MULTILINE), name
    assert "\n# \n" not in text


def test_it_is_written_once_and_never_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "settings.toml"
    assert main(["settings", "--write", "--settings", str(file)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text(encoding="utf-8") == documented_settings()
    file.write_text('theme = "amber"\n', encoding="utf-8")
    assert main(["settings", "--write", "--settings", str(file)]) == 2
    assert "left as it is" in capsys.readouterr().err
    assert load_settings(file).theme == "amber"


def test_printing_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert capsys.readouterr().out == documented_settings()
