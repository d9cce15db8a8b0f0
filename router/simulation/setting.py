"""Puts up the floor of a scenario: its queues, agents and policy, and the agents' shifts."""

from collections.abc import Iterator
from datetime import UTC
from itertools import chain

from msgspec.structs import replace

from router.simulation.accounts import Measured
from router.simulation.clients import REF, made_up
from router.simulation.figures import Line
from router.simulation.floor import SimulatedFloor, Step
from router.simulation.laws import DAY_MS, HOUR_MS
from router.simulation.scenario import (
    AgentGroup,
    QueueRules,
    Scenario,
    Shift,
    minutes,
    subject_of,
)
from router.simulation.staff import Worker, workers_of
from store.schema import commands as c
from store.schema.commands import SYSTEM
from store.schema.terms import Hours, Label, Opening, Period, Policy, Presence, SubjectRule

MINUTE_MS = 60_000
# 1970 began on a Thursday; weekday 1 is Monday.
_FIRST_WEEKDAY = 3
_DAYS_OF_WEEK = 7


def put_up(scenario: Scenario, seed: int, measured: Measured) -> SimulatedFloor:
    """Return the floor of a scenario, ready to run."""
    staffed = [(group, workers_of(group, seed)) for group in scenario.agents]
    target_ms = {each.queue: round(each.service_level_s * 1000) for each in scenario.queues}
    floor = SimulatedFloor(
        [worker for _, workers in staffed for worker in workers],
        [Line(each.name, target_ms[each.queue]) for each in scenario.classes],
        measured,
    )
    floor.follow(chain(_rules(scenario, measured), presences(staffed, measured)))
    floor.follow(made_up(scenario, seed, measured.starts_ms, measured.until_ms))
    return floor


def window(scenario: Scenario) -> Measured:
    """Return when the scenario begins, is measured from, and ends."""
    starts_ms = round(scenario.starts.replace(tzinfo=UTC).timestamp() * 1000)
    return Measured(
        starts_ms=starts_ms,
        from_ms=starts_ms + round(scenario.warm_up_h * HOUR_MS),
        until_ms=starts_ms + round(scenario.duration_h * HOUR_MS),
    )


def _rules(scenario: Scenario, measured: Measured) -> Iterator[Step]:
    at_ms = measured.starts_ms
    yield Step(at_ms, SYSTEM, c.ConfigurePolicy(ref=REF, policy=_policy(scenario)))
    for queue in scenario.queues:
        command = c.ConfigureQueue(
            ref=REF,
            queue=queue.queue,
            label=Label(fr=queue.queue, en=queue.queue),
            required=queue.required,
            rings=queue.rings,
            service_level_ms=round(queue.service_level_s * 1000),
            hours=_hours(queue),
        )
        yield Step(at_ms, SYSTEM, command)
        if queue.hours:
            periods = tuple(_periods(queue, measured))
            yield Step(at_ms, SYSTEM, c.ScheduleQueue(ref=REF, queue=queue.queue, periods=periods))


def _policy(scenario: Scenario) -> Policy:
    """Return the policy, which sends each class to its queue."""
    ruled = {rule.subject for rule in scenario.policy.subjects}
    unruled = {
        subject_of(each): each.queue for each in scenario.classes if subject_of(each) not in ruled
    }
    added = tuple(
        SubjectRule(subject=subject, queue=queue, label=Label(fr=subject, en=subject))
        for subject, queue in unruled.items()
    )
    return replace(scenario.policy, subjects=(*scenario.policy.subjects, *added))


def _hours(queue: QueueRules) -> Hours | None:
    weekly = tuple(
        Opening(weekday=day, opens=hours.starts, closes=hours.ends)
        for hours in queue.hours
        for day in hours.days
    )
    return Hours(time_zone="UTC", weekly=weekly) if weekly else None


def _periods(queue: QueueRules, measured: Measured) -> Iterator[Period]:
    spans = [
        (day_ms + minutes(hours.starts) * MINUTE_MS, day_ms + minutes(hours.ends) * MINUTE_MS)
        for day_ms in _days(measured)
        for hours in queue.hours
        if _weekday(day_ms) in hours.days
    ]
    for opens_ms, closes_ms in sorted(spans):
        if closes_ms > measured.starts_ms:
            yield Period(opens_ms=opens_ms, closes_ms=closes_ms)


def presences(staffed: list[tuple[AgentGroup, list[Worker]]], measured: Measured) -> list[Step]:
    """Return what the agents do, in the order of time: everybody comes, then follows its shifts."""
    starts_ms = measured.starts_ms
    steps: list[Step] = []
    for group, workers in staffed:
        changes = _changes(group, measured)
        for worker in workers:
            configure = c.ConfigureAgent(
                ref=REF,
                agent=worker.agent,
                name=worker.agent,
                skills=group.skills,
                capacity=group.capacity,
            )
            steps.append(Step(starts_ms, SYSTEM, configure))
            connect = c.ConnectAgent(ref=REF, agent=worker.agent)
            steps.append(Step(starts_ms, SYSTEM, connect))
            steps += [
                Step(at_ms, worker.actor, c.SetPresence(ref=REF, presence=presence))
                for at_ms, presence in changes
            ]
    return sorted(steps, key=lambda step: step.at_ms)


def _changes(group: AgentGroup, measured: Measured) -> list[tuple[int, Presence]]:
    """Return the presences of a group from the first moment on."""
    if not group.shifts:
        return [(measured.starts_ms, Presence.AVAILABLE)]
    planned = [
        change
        for day_ms in _days(measured)
        for shift in group.shifts
        if _weekday(day_ms) in shift.days
        for change in _changes_of_day(shift, day_ms)
    ]
    # One shift may end when the next begins: then its agents stay.
    planned.sort(key=lambda change: (change[0], change[1] is Presence.AVAILABLE))
    past = [presence for at_ms, presence in planned if at_ms <= measured.starts_ms]
    coming = [change for change in planned if change[0] > measured.starts_ms]
    return [(measured.starts_ms, presence) for presence in past[-1:]] + coming


def _changes_of_day(shift: Shift, day_ms: int) -> Iterator[tuple[int, Presence]]:
    of_day = [(shift.starts, Presence.AVAILABLE), (shift.ends, Presence.UNAVAILABLE)]
    pauses = [
        ((pause.starts, pause.presence), (pause.ends, Presence.AVAILABLE)) for pause in shift.breaks
    ]
    for clock, presence in [*of_day[:1], *chain.from_iterable(pauses), *of_day[1:]]:
        if presence is Presence.AVAILABLE and clock == shift.ends:
            continue
        yield day_ms + minutes(clock) * MINUTE_MS, presence


def _days(measured: Measured) -> range:
    """Return the midnights of the days that are simulated."""
    return range(measured.starts_ms - measured.starts_ms % DAY_MS, measured.until_ms, DAY_MS)


def _weekday(day_ms: int) -> int:
    return (day_ms // DAY_MS + _FIRST_WEEKDAY) % _DAYS_OF_WEEK + 1
