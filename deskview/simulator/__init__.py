"""A simulated market that speaks the provider's wire protocol.

`create_app` makes it, `serve` puts it on a loopback port; scenarios are TOML files.
"""

from deskview.simulator.app import create_app
from deskview.simulator.faults import FAULTS, FaultError
from deskview.simulator.scenario import ScenarioError, scenario_names
from deskview.simulator.server import serve

__all__ = ["FAULTS", "FaultError", "ScenarioError", "create_app", "scenario_names", "serve"]
