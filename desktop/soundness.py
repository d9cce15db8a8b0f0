"""Looks through what an administrator asks before the router takes it for a rule."""

import asyncio
from collections.abc import Collection, Iterator

from msgspec import structs

from desktop.edge import Edge
from desktop.problems import EdgeError
from store.calendar import BadHours, check_hours
from store.faults import Flaw, told
from store.policy.durations import write_duration
from store.policy.meaning import NAME_LONGEST, flaws_of
from store.schema.commands import ConfigurePolicy, ConfigureQueue
from store.schema.ids import QueueId
from store.schema.terms import Hours, Label

LEVEL_MOST = 5
NOTICE_LONGEST = 1_000
# A week: whoever waits longer has other troubles than too small a circle.
RING_LONGEST_MS = 7 * 86_400_000
_RING_LONGEST = write_duration(RING_LONGEST_MS)


async def require_sound(edge: Edge, command: ConfigureQueue | ConfigurePolicy) -> None:
    """Raise EdgeError with every fault, each with its field and what is allowed."""
    queues = edge.hub.rows.queues
    if isinstance(command, ConfigurePolicy):
        flaws = [_within("policy", flaw) for flaw in flaws_of(command.policy, queues)]
        raise_faults("bad_policy", flaws)
        return
    flaws = list(_flaws(command, queues.keys() - {command.queue}))
    if command.hours is not None:
        # The tables of holidays are read from files when first asked for.
        flaws += await asyncio.to_thread(_of_hours, command.hours)
    raise_faults("bad_queue", flaws)


def raise_faults(code: str, flaws: Collection[Flaw]) -> None:
    """Raise EdgeError unless there are none."""
    faults = tuple(told(flaw) for flaw in flaws)
    if faults:
        raise EdgeError(code, faults[0].message, faults[0].field, faults=faults)


def _flaws(command: ConfigureQueue, others: Collection[QueueId]) -> Iterator[Flaw]:
    yield from _label(("label",), command.label)
    skills = [need.skill for need in command.required]
    for at, need in enumerate(command.required):
        path = ("required", at)
        if not 1 <= need.level <= LEVEL_MOST:
            given, allowed = str(need.level), f"1 – {LEVEL_MOST}"
            yield Flaw(path=(*path, "level"), code="out_of_bounds", given=given, allowed=allowed)
        if not need.skill.strip():
            yield Flaw(path=(*path, "skill"), code="text", allowed=str(NAME_LONGEST))
        elif need.skill in skills[:at]:
            first = str(skills.index(need.skill) + 1)
            yield Flaw(path=(*path, "skill"), code="double", given=need.skill, allowed=first)
    yield from _rings(command, others)


def _rings(command: ConfigureQueue, others: Collection[QueueId]) -> Iterator[Flaw]:
    named = [ring.queue for ring in command.rings]
    for at, ring in enumerate(command.rings):
        path = ("rings", at)
        if ring.queue not in others:
            allowed = ", ".join(sorted(others)) or "—"
            yield Flaw(path=(*path, "queue"), code="no_queue", given=ring.queue, allowed=allowed)
        elif ring.queue in named[:at]:
            first = str(named.index(ring.queue) + 1)
            yield Flaw(path=(*path, "queue"), code="double", given=ring.queue, allowed=first)
        if not 0 <= ring.after_ms <= RING_LONGEST_MS:
            given, allowed = write_duration(ring.after_ms), f"0 s – {_RING_LONGEST}"
            yield Flaw(path=(*path, "after_ms"), code="out_of_bounds", given=given, allowed=allowed)


def _of_hours(hours: Hours) -> list[Flaw]:
    flaws = [] if hours.notice is None else list(_label(("notice",), hours.notice, NOTICE_LONGEST))
    try:
        check_hours(hours)
    except BadHours as error:
        flaws.append(error.flaw)
    return [_within("hours", flaw) for flaw in flaws]


def _label(
    path: tuple[str | int, ...], label: Label, longest: int = NAME_LONGEST
) -> Iterator[Flaw]:
    for name, text in (("fr", label.fr), ("en", label.en)):
        if not text.strip() or len(text) > longest:
            yield Flaw(path=(*path, name), code="text", allowed=str(longest))


def _within(name: str, flaw: Flaw) -> Flaw:
    return structs.replace(flaw, path=(name, *flaw.path))
