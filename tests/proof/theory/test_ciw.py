"""The same parameters in ciw, an independent simulator, where there is no formula."""

from statistics import fmean

import ciw

from router.simulation.scenario import LogNormal
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

SERVERS = 4
SIGMA = 0.8
RATES = {"first": 1.2, "second": 2.0}
WARM_UP, MEASURED = 30.0, 120.0


def test_log_normal_handling_times_with_two_classes_by_priority(effort: Effort) -> None:
    effort = effort._replace(scale=min(effort.scale, 20))
    handling = LogNormal(mean_s=UNIT_S, sigma=SIGMA)
    scenario = with_priority(one_skill(SERVERS, RATES, handling), "first")
    runs = simulated(scenario, effort, (WARM_UP, MEASURED))
    others = [_other(seed, MEASURED * effort.scale) for seed in range(1, effort.runs + 1)]
    checks = [
        Check(
            f"mean wait of the {name}",
            [other[name] for other in others],
            [units(run.classes[place].mean_wait_s) for run in runs],
        )
        for place, name in enumerate(RATES)
    ]
    p_waits = [run.overall.p_wait or 0.0 for run in runs]
    checks.append(Check("P(wait)", [other["p_wait"] for other in others], p_waits))
    assert_all(checks)


def _other(seed: int, measured: float) -> dict[str, float]:
    """Return what ciw gives: the mean wait of each class, and the share who wait."""
    mu = -SIGMA * SIGMA / 2
    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.Exponential(rate=rate)] for name, rate in RATES.items()
        },
        service_distributions={name: [ciw.dists.Lognormal(mean=mu, sd=SIGMA)] for name in RATES},
        number_of_servers=[SERVERS],
        priority_classes={name: place for place, name in enumerate(RATES)},
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    ends = WARM_UP + measured
    simulation.simulate_until_max_time(ends)
    records = [
        record
        for record in simulation.get_all_records()
        if record.arrival_date >= WARM_UP and record.record_type == "service"
    ]
    waits = {
        name: [record.waiting_time for record in records if record.customer_class == name]
        for name in RATES
    }
    everybody = [wait for of_class in waits.values() for wait in of_class]
    found = {name: fmean(of_class) for name, of_class in waits.items()}
    return found | {"p_wait": sum(wait > 0 for wait in everybody) / len(everybody)}
