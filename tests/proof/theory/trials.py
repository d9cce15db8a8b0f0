"""Runs a scenario many times and asks whether what comes out is what theory says."""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from msgspec.structs import replace

from router.simulation.figures import Summary
from router.simulation.jobs import CaseTrace
from router.simulation.scenario import (
    AgentGroup,
    AnyLaw,
    CaseClass,
    Exponential,
    Law,
    Never,
    QueueRules,
    Scenario,
)
from router.simulation.setting import put_up, window
from store.schema.ids import QueueId, SkillId
from store.schema.terms import Criterion, Label, Policy, SkillLevel, SubjectRule
from tests.proof.theory.formulas import student_two_sided

# All comparisons of one test together fail by chance once in a thousand times.
ERROR = 0.001
# The unit of time of every law here: long beside the millisecond that the router counts in.
UNIT_S = 300.0
PER_HOUR = 3600 / UNIT_S
QUEUE = QueueId("queue_one")
# First come first served, longest idle: nothing else is looked at, nobody is waited for.
PLAIN = Policy(choice=(Criterion.IDLE,), last_agent_hold_ms=0, login_levelling_ms=0)


class Effort(NamedTuple):
    """How often and how long. scale: how many times longer than the short form each run is."""

    runs: int
    scale: int


class Check(NamedTuple):
    """One number of the theory, and what each run gave. Without theory: two lists of runs."""

    name: str
    expected: float | Sequence[float]
    found: Sequence[float]


def assert_all(checks: Sequence[Check]) -> None:
    """Assert that no number differs more than chance allows (Student, Bonferroni)."""
    bad = [
        f"{check.name}: {_said(check)}, p = {p:.2g}"
        for check in checks
        if (p := p_value(check)) < ERROR / len(checks)
    ]
    assert not bad, "; ".join(bad)


def p_value(check: Check) -> float:
    """Return the chance of a difference as large, if there is none; independent runs."""
    runs = len(check.found)
    spread = stdev(check.found) ** 2 / runs
    if isinstance(check.expected, float | int):
        difference, freedom = fmean(check.found) - check.expected, runs - 1
    else:
        # Welch; the smaller number of degrees of freedom is on the safe side.
        difference = fmean(check.found) - fmean(check.expected)
        spread += stdev(check.expected) ** 2 / len(check.expected)
        freedom = min(runs, len(check.expected)) - 1
    if not spread:
        return 1.0 if math.isclose(difference, 0, abs_tol=1e-12) else 0.0
    return student_two_sided(difference / math.sqrt(spread), freedom)


def one_skill(
    servers: int,
    rates: Mapping[str, float],
    handling: Law | None = None,
    patience: AnyLaw | None = None,
) -> Scenario:
    """Return a floor of agents with one case each; rates: arrivals per unit of time by class.

    Times are in units: the mean handling time is one, unless told.
    """
    return Scenario(
        queues=(QueueRules(queue=QUEUE),),
        agents=(AgentGroup(name="agents", count=servers, capacity=1),),
        classes=tuple(
            CaseClass(
                name=name,
                queue=QUEUE,
                arrivals_per_hour=rate * PER_HOUR,
                handling=handling or Exponential(mean_s=UNIT_S),
                patience=patience or Never(),
            )
            for name, rate in rates.items()
        ),
        duration_h=1,
        policy=PLAIN,
    )


def with_priority(scenario: Scenario, subject: str) -> Scenario:
    """Return the scenario with a head start for one class that no wait makes up for."""
    label = Label(fr=subject, en=subject)
    rule = SubjectRule(subject=subject, queue=QUEUE, label=label, head_start_ms=10**12)
    return replace(scenario, policy=replace(scenario.policy, subjects=(rule,)))


def simulated(
    scenario: Scenario,
    effort: Effort,
    lengths: tuple[float, float],
    on_case: Callable[[int, CaseTrace], None] | None = None,
) -> list[Summary]:
    """Return independent runs. lengths: of the warm-up, and of what is measured, in units."""
    warm_up, measured = lengths[0] / PER_HOUR, lengths[1] * effort.scale / PER_HOUR
    scenario = replace(scenario, warm_up_h=warm_up, duration_h=warm_up + measured)
    return [_run(scenario, seed, on_case) for seed in range(1, effort.runs + 1)]


def skills(*names: str) -> tuple[SkillLevel, ...]:
    """Return skills of level 1."""
    return tuple(SkillLevel(skill=SkillId(name)) for name in names)


def units(wait_s: float | None) -> float:
    """Return a wait in units of time."""
    assert wait_s is not None
    return wait_s / UNIT_S


def _run(
    scenario: Scenario, seed: int, on_case: Callable[[int, CaseTrace], None] | None
) -> Summary:
    measured = window(scenario)
    if on_case is not None:
        keep = on_case
        measured = replace(measured, on_case=lambda trace: keep(seed, trace))
    floor = put_up(scenario, seed, measured)
    floor.run(measured.until_ms)
    return floor.finish()


def _said(check: Check) -> str:
    expected = check.expected if isinstance(check.expected, float | int) else fmean(check.expected)
    half_width = stdev(check.found) / math.sqrt(len(check.found))
    return f"{expected:.5g} expected, {fmean(check.found):.5g} ± {half_width:.2g} found"
