"""M/M/c and M/M/c+M: the shares of clients who wait and give up, and the mean waits."""

import pytest

from router.simulation.scenario import Exponential
from tests.proof.theory.formulas import erlang_a, erlang_c, two_classes
from tests.proof.theory.trials import (
    UNIT_S,
    Check,
    Effort,
    assert_all,
    one_skill,
    simulated,
    units,
    with_priority,
)

# (servers, occupancy): warm-up and measured time of the short form, in mean handling times. A
# heavy load remembers longer, 1 / (c (1 - sqrt(rho))²) handling times; four of them have passed
# before anything is measured.
SHORT = {
    (1, 0.7): (150, 200),
    (10, 0.8): (40, 40),
    (100, 0.9): (12, 3),
}
LONG = {
    (1, 0.7): (500, 1_000),
    (10, 0.7): (50, 100),
    (10, 0.9): (400, 150),
    (100, 0.9): (40, 15),
    (1, 0.9): (3_000, 1_000),
    (1, 0.95): (15_000, 2_500),
    (10, 0.95): (1_500, 250),
    (100, 0.7): (10, 15),
    (100, 0.95): (150, 25),
}


def test_erlang_c(effort: Effort, is_long: bool) -> None:  # noqa: FBT001 - a fixture
    checks = []
    for (servers, occupancy), lengths in (LONG if is_long else SHORT).items():
        rate = servers * occupancy
        theory = erlang_c(servers, rate, 1)
        runs = simulated(one_skill(servers, {"all": rate}), effort, lengths)
        name = f"c={servers} rho={occupancy}"
        p_waits = [run.overall.p_wait or 0.0 for run in runs]
        waits = [units(run.overall.mean_wait_s) for run in runs]
        checks.append(Check(f"{name} P(wait)", theory.p_wait, p_waits))
        checks.append(Check(f"{name} mean wait", theory.mean_wait, waits))
    assert_all(checks)


@pytest.mark.parametrize(("servers", "load", "impatience"), [(1, 1.2, 0.5), (10, 1.0, 1.0)])
def test_erlang_a(effort: Effort, servers: int, load: float, impatience: float) -> None:
    rate = servers * load
    theory = erlang_a(servers, rate, 1, impatience)
    patience = Exponential(mean_s=UNIT_S / impatience)
    scenario = one_skill(servers, {"all": rate}, patience=patience)
    runs = [run.overall for run in simulated(scenario, effort, (20, 200 / servers))]
    assert_all(
        [
            Check("P(wait)", theory.p_wait, [run.p_wait or 0.0 for run in runs]),
            Check("mean wait", theory.mean_wait, [units(run.mean_wait_s) for run in runs]),
            Check(
                "P(abandon)",
                theory.p_abandon,
                [run.abandoned / (run.abandoned + run.served) for run in runs],
            ),
        ]
    )


@pytest.mark.parametrize("servers", [1, 5])
def test_two_classes_with_strict_priority(effort: Effort, servers: int) -> None:
    first, second = 0.3 * servers, 0.4 * servers
    theory = two_classes(servers, first, second, 1)
    scenario = with_priority(one_skill(servers, {"first": first, "second": second}), "first")
    runs = simulated(scenario, effort, (100 / servers, 600 / servers))
    assert_all(
        [
            Check(name, expected, [units(run.classes[place].mean_wait_s) for run in runs])
            for place, (name, expected) in enumerate(zip(("first", "second"), theory, strict=True))
        ]
    )
