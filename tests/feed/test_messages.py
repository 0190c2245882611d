"""What a failure is called on a board that has figures, and what it is called where there are none."""

import httpx
import pytest

from deskview.feed.tasks import failure_message
from deskview.providers.answers import Refusal, refused, unreachable


@pytest.mark.parametrize("status", [429, 500, 503])
def test_on_a_board_the_last_figures_stay_elsewhere_there_are_none(status: int) -> None:
    fault = refused(Refusal(status, httpx.Headers({"retry-after": "7"}), b"", "/v3/x", None))
    assert "figures" not in fault.sentence
    assert failure_message(fault).endswith("The last good figures stay. Next try in 7 s.")


def test_an_unreachable_provider_is_told_the_same_way() -> None:
    fault = unreachable(httpx.ConnectError("no route"), "/v3/x", None)
    assert fault.sentence == "No data: the connection could not be made."
    assert failure_message(fault) == "No data: the connection could not be made. The last good figures stay."


def test_a_refused_key_says_nothing_of_figures() -> None:
    assert "figures" not in failure_message(refused(Refusal(401, httpx.Headers(), b"", "/v3/x", None)))
