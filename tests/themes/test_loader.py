"""Theme files: what they may say and how a wrong one is refused."""

from pathlib import Path

import pytest

from deskview.themes import ThemeError, load_theme_file, load_themes, load_user_themes


def written(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_user_s_theme_takes_the_rest_from_its_base(tmp_path: Path) -> None:
    path = written(tmp_path, 'name = "mine"\nbase = "amber"\n[variables]\ngain = "#00ff00"\nheat-pos4 = "#ffffff"\n')
    theme = load_theme_file(path)
    amber = next(theme for theme in load_themes() if theme.name == "amber")
    assert (theme.name, theme.foreground, theme.variables["gain"]) == ("mine", amber.foreground, "#00ff00")
    assert theme.variables["loss"] == amber.variables["loss"]
    assert theme.variables["heat-pos4-text"] == "#000000"


def test_a_theme_on_the_sixteen_colours_stays_on_them(tmp_path: Path) -> None:
    theme = load_theme_file(written(tmp_path, 'name = "mine"\nbase = "ansi-16"\n[variables]\ngain = "ansi_blue"\n'))
    assert theme.ansi
    assert theme.variables["heat-neg4-text"] == "ansi_black"


@pytest.mark.parametrize(("dark", "base"), [("true", "deskview-dark"), ("false", "deskview-light")])
def test_without_a_base_it_is_the_default_of_its_kind(tmp_path: Path, dark: str, base: str) -> None:
    theme = load_theme_file(written(tmp_path, f'name = "mine"\ndark = {dark}\n'))
    assert theme.background == next(theme for theme in load_themes() if theme.name == base).background


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('nme = "x"', ("nme is no key", "the nearest is name")),
        ("dark = true", ("name",)),
        ("name = 3", ("name", "str")),
        ('name = "x"\n[colors]\nbackgruond = "#000000"', ("colors.backgruond", "colors.background")),
        ('name = "x"\n[variables]\ngains = "#000000"', ("variables.gains", "variables.gain")),
        ('name = "x"\n[variables]\ngain = "greenish"', ("variables.gain", "'greenish'", "#rrggbb")),
        ('name = "x"\n[variables]\ngain = 7', ("variables", "int")),
        ('name = "x"\n[variables]\ntable-cursor-style = "bolt"', ("table-cursor-style", "'bolt'", "bold")),
        ('name = "x"\nbase = "ambre"', ("base", "'ambre'", "amber")),
        ("name = 1 2", ("can't be read", "line 1")),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: tuple[str, ...]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ThemeError) as caught:
        load_theme_file(path)
    assert str(path) in str(caught.value)
    for words in told:
        assert words in str(caught.value)


def test_a_missing_file_is_a_theme_error(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match="can't be read"):
        load_theme_file(tmp_path / "none.toml")


def test_a_wrong_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    written(tmp_path, 'name = "good"', "a")
    written(tmp_path, 'name = "amber"', "b")
    written(tmp_path, "broken", "c")
    written(tmp_path, 'name = "good"', "d")
    themes, problems = load_user_themes(tmp_path)
    assert [theme.name for theme in themes] == ["good"]
    assert [Path(problem.split(":")[0]).name for problem in problems] == ["b.toml", "c.toml", "d.toml"]
    assert "already" in problems[0]


def test_no_folder_no_themes(tmp_path: Path) -> None:
    assert load_user_themes(tmp_path / "none") == ((), ())
