"""What the settings assume, as the methods take it."""

from datetime import date
from pathlib import Path

from deskview.board import Assumptions
from deskview.feed.context import Registry
from deskview.market.schema import DIVIDENDS, empty
from deskview.settings import Leverage, Settings, Supply


def test_the_defaults_of_the_settings_are_those_of_the_methods() -> None:
    assert Registry(Settings()).assumptions == Assumptions()


def test_every_setting_reaches_its_method() -> None:
    leverage = Leverage(
        market="QQQ",
        closing_share=0.2,
        impact_coefficient=0.5,
        threshold_usd=5e7,
        ewma_lambda=0.94,
        window_sessions=100,
        adv_sessions=10,
    )
    supply = Supply(vol_target=0.12, lambdas=(0.95,), lambda_headline=0.95, trend_sessions=(50,), var_utilisation=0.9)
    found = Registry(Settings(leverage=leverage, supply=supply)).assumptions
    for mine, theirs, apart in ((leverage, found.leverage, {"paths"}), (supply, found.supply, set())):
        for field in set(mine.__struct_fields__) - apart:
            assert getattr(theirs, field) == getattr(mine, field)


def test_the_users_spin_offs_are_those_of_the_file_in_the_settings(tmp_path: Path) -> None:
    assert Registry(Settings()).spinoffs.equals(empty(DIVIDENDS))
    file = tmp_path / "spinoffs.toml"
    file.write_text('[[spinoff]]\nticker = "AAA"\nex_date = 2026-01-05\nvalue_usd = 12.5\n')
    assert Registry(Settings(spinoffs_file=file)).spinoffs.rows() == [("AAA", date(2026, 1, 5), 12.5)]
