"""Runs small scenarios and keeps all that came of them."""

from typing import NamedTuple

from msgspec.structs import replace

from router.core.router import Router
from router.simulation.figures import Summary
from router.simulation.jobs import CaseTrace
from router.simulation.scenario import Scenario, read_scenario
from router.simulation.setting import put_up, window
from store.schema.events import AnyEvent

# One queue, one class that comes every six minutes in the mean and takes five.
SMALL = """
duration_h = 8
[[queues]]
queue = "queue_one"
[[agents]]
name = "ann"
count = 1
capacity = 1
[[classes]]
name = "chat"
queue = "queue_one"
arrivals_per_hour = 10
handling = { law = "fixed", mean_s = 300 }
"""


class Run(NamedTuple):
    """What one run gave."""

    summary: Summary
    traces: list[CaseTrace]
    events: list[AnyEvent]
    router: Router


def scenario(text: str = SMALL, **changes: str) -> Scenario:
    """Return a scenario; changes: its text with each line `name = ...` replaced."""
    lines = [
        f"{name} = {changes[name]}" if (name := line.partition(" = ")[0]) in changes else line
        for line in text.splitlines()
    ]
    return read_scenario("\n".join(lines), "small.toml")


def run(of: Scenario, seed: int = 1) -> Run:
    """Run a scenario to its end."""
    traces: list[CaseTrace] = []
    events: list[AnyEvent] = []
    measured = replace(window(of), on_case=traces.append, on_events=events.extend)
    floor = put_up(of, seed, measured)
    floor.run(measured.until_ms)
    return Run(floor.finish(), traces, events, floor.router)
