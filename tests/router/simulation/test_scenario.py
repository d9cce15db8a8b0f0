"""A scenario with a fault is refused with its key and what is allowed."""

import math
from random import Random
from statistics import fmean, quantiles

import pytest

from router.simulation.documents import BadDocument
from router.simulation.laws import draws
from router.simulation.scenario import Exponential, Fixed, Law, LogNormal, read_scenario
from tests.router.simulation.runs import SMALL


def spoiled(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("duration_h = \nx = 1", "not TOML: Invalid value (at line 1, column 14)"),
        ("", "Object missing required field"),
        (spoiled("duration_h = 8", ""), "missing required field `duration_h`"),
        (spoiled("duration_h = 8", "duration_h = 0"), "duration_h: Expected `float` > 0.0"),
        (spoiled("duration_h = 8", 'duration_h = "8"'), "duration_h: Expected `float`, got `str`"),
        (spoiled("duration_h = 8", "duration = 8"), "unknown key 'duration'; known are queues, "),
        (
            spoiled("duration_h = 8", "duration_h = 8\nwarm_up_h = 8"),
            "warm_up_h: must be less than",
        ),
        (spoiled("count = 1", "count = 0"), "agents[0].count: Expected `int` >= 1"),
        (spoiled("count = 1", "number = 1"), "agents[0]: unknown key 'number'; known are name, "),
        (spoiled('"ann"', '"ann lee"'), "agents[0].name: Expected `str` matching regex"),
        (spoiled("capacity = 1", "capacity = 99"), "agents[0].capacity: Expected `int` <= 20"),
        (
            spoiled("capacity = 1", 'shifts = [{ starts = "8:00", ends = "9:00" }]'),
            "agents[0].shifts[0].starts: Expected `str` matching regex",
        ),
        (
            spoiled("capacity = 1", 'shifts = [{ starts = "18:00", ends = "02:00" }]'),
            "agents[0].shifts[0].ends: must be after 18:00; a night is two shifts",
        ),
        (
            spoiled(
                "capacity = 1",
                'shifts = [{ starts = "08:00", ends = "12:00", breaks = '
                '[{ starts = "11:50", ends = "12:10" }] }]',
            ),
            "agents[0].shifts[0].breaks[0]: must lie within the shift, 08:00 to 12:00",
        ),
        (
            spoiled(
                "capacity = 1",
                'shifts = [{ starts = "08:00", ends = "12:00", breaks = '
                '[{ starts = "10:00", ends = "10:10", presence = "available" }] }]',
            ),
            "agents[0].shifts[0].breaks[0].presence: anything but 'available'",
        ),
        (
            spoiled('queue = "queue_one"', 'queue = "one"'),
            "queues[0].queue: Expected `str` matching",
        ),
        (
            spoiled(
                'queue = "queue_one"',
                'queue = "queue_one"\nrings = [{ after_ms = 1, queue = "x" }]',
            ),
            "queues[0].rings[0].queue: 'x' is not one of the queues: queue_one",
        ),
        (
            spoiled(
                'queue = "queue_one"',
                'queue = "queue_one"\nhours = [{ starts = "10:00", ends = "09:00" }]',
            ),
            "queues[0].hours[0].ends: must be after 10:00",
        ),
        (
            spoiled('name = "chat"\nqueue = "queue_one"', 'name = "chat"\nqueue = "queue_two"'),
            "classes[0].queue: 'queue_two' is not one of the queues: queue_one",
        ),
        (SMALL + 'channel = "fax"', "classes[0].channel: 'fax' is not one of chat, mail, call, "),
        (spoiled("= 10", "= -1"), "classes[0].arrivals_per_hour: Expected `float` >= 0.0"),
        (spoiled("= 10", "= [1, 2]"), "classes[0].arrivals_per_hour: one rate or 24 of them"),
        (spoiled('"fixed"', '"gamma"'), "classes[0].handling: law = 'gamma' is not one of "),
        (spoiled('law = "fixed", ', ""), "classes[0].handling: law must be one of exponential, "),
        (spoiled('"fixed"', '"none"'), "classes[0].handling: law = 'none' is not one of "),
        (
            spoiled('law = "fixed"', 'law = "log_normal"'),
            "classes[0].handling: a log-normal law needs sigma or p90_s, one of the two",
        ),
        (
            spoiled('law = "fixed", mean_s = 300', 'law = "log_normal", mean_s = 300, p90_s = 900'),
            "classes[0].handling.p90_s: from mean_s to 2.273 times mean_s",
        ),
        (SMALL + "returning = 1.5", "classes[0].returning: Expected `float` <= 1.0"),
        (
            SMALL + 'booked_ahead = { law = "fixed", mean_s = 1 }',
            "classes[0].booked_ahead: only for the channel 'appointment'",
        ),
        (
            SMALL + 'named_agents = ["agent_bob-1"]',
            "classes[0].named_agents: 'agent_bob-1' is nobody",
        ),
        (
            SMALL + "[policy]\nlast_agent = 1",
            "policy.last_agent: `last_agent` is not a key here. Allowed: choice, ",
        ),
        (
            SMALL + '[policy]\nchoice = ["luck"]',
            "policy.choice[0]: `luck` is not one of skill_level, load, idle",
        ),
        (
            SMALL
            + '[[policy.subjects]]\nsubject = "x"\nqueue = "y"\nlabel = { fr = "x", en = "x" }',
            "policy.subjects[0].queue: 'y' is not one of the queues: queue_one",
        ),
        (
            SMALL + SMALL.partition("[[agents]]")[2].join(["[[agents]]", ""]),
            "agents: 'ann' is there",
        ),
    ],
)
def test_a_fault_is_told_by_its_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(BadDocument) as bad:
        read_scenario(text, "floor.toml")
    assert str(bad.value).startswith("floor.toml: ")
    assert said in str(bad.value)


@pytest.mark.parametrize(
    ("law", "mean_s", "p90_s"),
    [
        (Fixed(mean_s=7), 7, 7),
        (Exponential(mean_s=100), 100, 100 * math.log(10)),
        (LogNormal(mean_s=100, p90_s=180), 100, 180),
        (LogNormal(mean_s=100, sigma=0.5), 100, 100 * math.exp(0.5 * 1.28155 - 0.125)),
    ],
)
def test_laws_have_the_mean_and_the_upper_decile_they_are_given(
    law: Law, mean_s: float, p90_s: float
) -> None:
    draw = draws(law, Random(1))  # noqa: S311 - of a test
    found = [draw() / 1000 for _ in range(20_000)]
    assert fmean(found) == pytest.approx(mean_s, rel=0.03)
    assert quantiles(found, n=10)[-1] == pytest.approx(p90_s, rel=0.03)
