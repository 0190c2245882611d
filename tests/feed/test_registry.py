"""What the settings assume, as the methods take it."""

from deskview.board import Assumptions
from deskview.feed.context import Registry
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
