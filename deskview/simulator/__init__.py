"""A simulated market that speaks the provider's wire protocol.

`create_app` makes it, `serve` puts it on a loopback port; scenarios are TOML files. Each name loads when it is asked
for: the command line looks up plans and scenarios without numpy and starlette.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskview.simulator.app import create_app
    from deskview.simulator.faults import FAULTS, FaultError
    from deskview.simulator.scenario import ScenarioError, scenario_names
    from deskview.simulator.server import serve
    from deskview.simulator.wire.plans import CAPABILITIES, PLANS, PlanError

__all__ = [
    "CAPABILITIES",
    "FAULTS",
    "PLANS",
    "FaultError",
    "PlanError",
    "ScenarioError",
    "create_app",
    "scenario_names",
    "serve",
]
_PLACES = {
    "create_app": "app",
    "FAULTS": "faults",
    "FaultError": "faults",
    "ScenarioError": "scenario",
    "scenario_names": "scenario",
    "serve": "server",
    "CAPABILITIES": "wire.plans",
    "PLANS": "wire.plans",
    "PlanError": "wire.plans",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
