"""The demo's pace fits the rules of age: what it asks for is not old by its own clock before it is asked for again."""

from datetime import datetime, timedelta

import pytest

from deskview.cli.opening import demo_pace
from deskview.market.sessions import NEW_YORK, Calendar
from deskview.screens.flow.pane import FlowPane
from deskview.screens.frame.age import STALE_AFTER_S
from deskview.settings import Refresh, Settings
from deskview.simulator.scenario import parse_scenario, read_scenario, scenario_names


@pytest.mark.parametrize("name", scenario_names())
def test_what_is_asked_for_is_not_stale_before_the_next_answer(name: str) -> None:
    scenario, pace = parse_scenario(read_scenario(name)[1]), demo_pace(Settings()).refresh
    assert pace.snapshot_s * scenario.speed <= STALE_AFTER_S / 2
    assert pace.prints_s * scenario.speed <= FlowPane.STALE_AFTER_S / 2


@pytest.mark.parametrize("name", scenario_names())
def test_it_starts_in_the_last_hours_of_the_session(name: str) -> None:
    scenario = parse_scenario(read_scenario(name)[1])
    start = datetime.combine(scenario.session, scenario.start, NEW_YORK)
    assert Calendar({}).closes(scenario.session) - start == timedelta(hours=1, minutes=15)


def test_a_pace_the_user_set_stays() -> None:
    assert demo_pace(Settings(refresh=Refresh(snapshot_s=7))).refresh == Refresh(snapshot_s=7, prints_s=8)
    own = Settings(theme="amber", refresh=Refresh(snapshot_s=7, prints_s=60, reference_s=600))
    assert demo_pace(own) == own
