"""A scenario: made-up clients, agents and rules, as they stand in a TOML file."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from router.simulation.documents import BadDocument, read_table, table_of
from store.policy.reading import BadPolicy
from store.policy.reading import read_table as read_policy_table
from store.schema.ids import AgentId, CheckedQueueId, QueueId
from store.schema.terms import (
    Channel,
    Policy,
    Presence,
    Ring,
    Segment,
    SkillLevel,
)

Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0)]
MeanSeconds = Annotated[float, Meta(gt=0)]
Rate = Annotated[float, Meta(ge=0)]
# A group's or class's name becomes part of ids.
Word = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,30}$")]
ClockTime = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Weekdays = tuple[Annotated[int, Meta(ge=1, le=7)], ...]
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
HOURS_OF_DAY = 24
# The upper decile of the standard normal law.
NORMAL_P90 = 1.2815515655446004
# The log-normal laws whose upper decile is the farthest from their mean.
P90_OVER_MEAN_MAX = math.exp(NORMAL_P90**2 / 2)


class Exponential(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="law",
    tag="exponential",
    forbid_unknown_fields=True,
):
    """Without memory."""

    mean_s: MeanSeconds


class LogNormal(
    Struct, frozen=True, kw_only=True, tag_field="law", tag="log_normal", forbid_unknown_fields=True
):
    """Few very long ones, as handling times are. Either sigma, or what nine in ten stay under."""

    mean_s: MeanSeconds
    sigma: Annotated[float, Meta(gt=0)] | None = None
    p90_s: MeanSeconds | None = None


class Fixed(
    Struct, frozen=True, kw_only=True, tag_field="law", tag="fixed", forbid_unknown_fields=True
):
    """Always the same."""

    mean_s: Seconds


class Never(
    Struct, frozen=True, kw_only=True, tag_field="law", tag="none", forbid_unknown_fields=True
):
    """It does not happen: such a client waits for ever."""


Law = Exponential | LogNormal | Fixed
AnyLaw = Exponential | LogNormal | Fixed | Never


class CaseClass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clients who ask for the same kind of thing.

    arrivals_per_hour: one rate, or 24, one for each hour of the day. returning: the share of
    cases that come from a client seen before. booked_ahead: how long before its time an
    appointment is made.
    """

    name: Word
    queue: QueueId
    arrivals_per_hour: Rate | tuple[Rate, ...]
    handling: Law
    channel: Channel = Channel.CHAT
    subject: str = ""
    segment: Segment = Segment.STANDARD
    named_agents: tuple[AgentId, ...] = ()
    patience: AnyLaw = Never()
    returning: Share = 0.0
    booked_ahead: Law | None = None


class Pause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Away from work, within a shift."""

    starts: ClockTime
    ends: ClockTime
    presence: Presence = Presence.BREAK


class Shift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work from one time of the day to a later one, on some weekdays (1 is Monday)."""

    starts: ClockTime
    ends: ClockTime
    days: Weekdays = EVERY_DAY
    breaks: tuple[Pause, ...] = ()


class AgentGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents who are alike; without shifts they never leave.

    pace: what their handling times are multiplied by. answer: how long they take to answer an
    offer. refuses: the share of offers they refuse. back_after: when somebody who missed an offer
    becomes available again.
    """

    name: Word
    count: Annotated[int, Meta(ge=1, le=100_000)]
    skills: tuple[SkillLevel, ...] = ()
    capacity: Annotated[int, Meta(ge=0, le=20)] = 4
    shifts: tuple[Shift, ...] = ()
    pace: Annotated[float, Meta(gt=0)] = 1.0
    answer: Law = Fixed(mean_s=2)
    refuses: Share = 0.0
    back_after: Law = Fixed(mean_s=60)


class OpenTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a queue is open, on some weekdays."""

    starts: ClockTime
    ends: ClockTime
    days: Weekdays = EVERY_DAY


class QueueRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One queue; without hours it is always open."""

    queue: CheckedQueueId
    required: tuple[SkillLevel, ...] = ()
    rings: tuple[Ring, ...] = ()
    service_level_s: MeanSeconds = 60
    hours: tuple[OpenTime, ...] = ()


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a simulation needs but its seed.

    starts: the date and time of its first moment, UTC. What arrives within `warm_up_h` is not
    counted. policy: as in the document of the policy; a class whose subject it does not name goes
    to the queue of the class.
    """

    queues: tuple[QueueRules, ...]
    agents: tuple[AgentGroup, ...]
    classes: tuple[CaseClass, ...]
    duration_h: Annotated[float, Meta(gt=0)]
    warm_up_h: Annotated[float, Meta(ge=0)] = 0.0
    starts: datetime = datetime(2026, 3, 2)  # noqa: DTZ001 - a TOML local date-time, read as UTC
    policy: Policy = Policy()


def read_scenario(text: str, name: str) -> Scenario:
    """Return a scenario that makes sense. Raises BadDocument."""
    table = table_of(text, name)
    policy = _policy(table.pop("policy", {}), name)
    scenario = replace(read_table(table, Scenario, name), policy=policy)
    complaint = next(_complaints(scenario), None)
    if complaint is not None:
        raise BadDocument(f"{name}: {complaint}")
    return scenario


def minutes(clock: str) -> int:
    """Return the minute of the day of HH:MM."""
    hours, minute = clock.split(":")
    return int(hours) * 60 + int(minute)


def _policy(table: object, name: str) -> Policy:
    try:
        return read_policy_table(table)
    except BadPolicy as bad:
        said = [f"{name}: policy.{fault.field}: {fault.message}" for fault in bad.faults]
        raise BadDocument("\n".join(said)) from None


# What a type cannot say, each complaint naming its key.


def _complaints(scenario: Scenario) -> Iterator[str]:
    for part, names in (
        ("queues", [each.queue for each in scenario.queues]),
        ("agents", [each.name for each in scenario.agents]),
        ("classes", [each.name for each in scenario.classes]),
    ):
        if not names:
            yield f"{part}: at least one is needed"
        for name, times in Counter(names).items():
            if times > 1:
                yield f"{part}: {name!r} is there {times} times; names must differ"
    if scenario.warm_up_h >= scenario.duration_h:
        yield f"warm_up_h: must be less than duration_h, which is {scenario.duration_h:g}"
    yield from _queue_complaints(scenario)
    for index, each in enumerate(scenario.classes):
        for what in _class_complaints(scenario, each):
            yield f"classes[{index}].{what}"
    for index, group in enumerate(scenario.agents):
        for what in group_complaints(group):
            yield f"agents[{index}].{what}"


def _queue_complaints(scenario: Scenario) -> Iterator[str]:
    queues = [each.queue for each in scenario.queues]
    for index, each in enumerate(scenario.queues):
        for place, ring in enumerate(each.rings):
            if ring.queue not in queues:
                yield f"queues[{index}].rings[{place}].queue: {_unknown(ring.queue, queues)}"
        for place, hours in enumerate(each.hours):
            if minutes(hours.ends) <= minutes(hours.starts):
                yield f"queues[{index}].hours[{place}].ends: must be after {hours.starts}"
    for place, rule in enumerate(scenario.policy.subjects):
        if rule.queue not in queues:
            yield f"policy.subjects[{place}].queue: {_unknown(rule.queue, queues)}"


def _class_complaints(scenario: Scenario, each: CaseClass) -> Iterator[str]:
    queues = [queue.queue for queue in scenario.queues]
    if each.queue not in queues:
        yield f"queue: {_unknown(each.queue, queues)}"
    ruled = [rule.queue for rule in scenario.policy.subjects if rule.subject == subject_of(each)]
    if ruled and ruled[0] != each.queue:
        yield f"queue: the policy sends the subject {subject_of(each)!r} to {ruled[0]!r}"
    rates = each.arrivals_per_hour
    if isinstance(rates, tuple) and len(rates) != HOURS_OF_DAY:
        yield f"arrivals_per_hour: one rate or 24 of them, one an hour, not {len(rates)}"
    if each.booked_ahead is not None and each.channel is not Channel.APPOINTMENT:
        yield "booked_ahead: only for the channel 'appointment'"
    agents = {
        f"agent_{group.name}-{number + 1}"
        for group in scenario.agents
        for number in range(group.count)
    }
    for name in each.named_agents:
        if name not in agents:
            yield f"named_agents: {name!r} is nobody; agents are agent_<group>-<1 to count>"
    for key, law in (("handling", each.handling), ("patience", each.patience)):
        yield from _law_complaints(key, law)
    if each.booked_ahead is not None:
        yield from _law_complaints("booked_ahead", each.booked_ahead)


def group_complaints(group: AgentGroup) -> Iterator[str]:
    """Yield what is wrong with a group, each complaint beginning with its key."""
    yield from _law_complaints("answer", group.answer)
    yield from _law_complaints("back_after", group.back_after)
    for place, shift in enumerate(group.shifts):
        key = f"shifts[{place}]"
        if minutes(shift.ends) <= minutes(shift.starts):
            yield f"{key}.ends: must be after {shift.starts}; a night is two shifts"
        for at, pause in enumerate(shift.breaks):
            is_within = shift.starts <= pause.starts < pause.ends <= shift.ends
            if not is_within:
                yield (
                    f"{key}.breaks[{at}]: must lie within the shift, {shift.starts} to {shift.ends}"
                )
            if pause.presence is Presence.AVAILABLE:
                yield f"{key}.breaks[{at}].presence: anything but 'available'"


def _law_complaints(key: str, law: AnyLaw) -> Iterator[str]:
    if not isinstance(law, LogNormal):
        return
    if (law.sigma is None) == (law.p90_s is None):
        yield f"{key}: a log-normal law needs sigma or p90_s, one of the two"
    elif law.p90_s is not None and not 1 <= law.p90_s / law.mean_s <= P90_OVER_MEAN_MAX:
        yield f"{key}.p90_s: from mean_s to {P90_OVER_MEAN_MAX:.3f} times mean_s"


def subject_of(each: CaseClass) -> str:
    """Return the subject of the class's cases: its name unless told."""
    return each.subject or each.name


def _unknown(queue: QueueId, queues: list[QueueId]) -> str:
    return f"{queue!r} is not one of the queues: {', '.join(queues)}"
