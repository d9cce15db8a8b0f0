"""Looks through what an administrator asks before the router takes it for a rule."""

import asyncio
from collections.abc import Iterator

from desktop.edge import Edge
from desktop.problems import EdgeError
from store.calendar import BadHours, check_hours
from store.policy.meaning import NAME_LONGEST, faults_of
from store.policy.reading import told
from store.schema.commands import ConfigurePolicy, ConfigureQueue
from store.schema.terms import Label

LEVEL_MOST = 5
# A week: whoever waits longer has other troubles than too small a circle.
RING_LONGEST_MS = 7 * 86_400_000


async def require_sound(edge: Edge, command: ConfigureQueue | ConfigurePolicy) -> None:
    """Raise EdgeError, which says where and what is allowed, unless the rules hold together."""
    if isinstance(command, ConfigurePolicy):
        faults = faults_of(command.policy, edge.hub.rows.queues)
        if faults:
            first, *others = (told(fault) for fault in faults)
            raise EdgeError(
                "bad_policy", first.message, f"policy.{first.field}", faults=(first, *others)
            )
        return
    for field, message in _faults(edge, command):
        raise EdgeError("bad_queue", message, field)
    if command.hours is not None:
        try:
            # The tables of holidays are read from files when first asked for.
            await asyncio.to_thread(check_hours, command.hours)
        except BadHours as error:
            raise EdgeError("bad_queue", str(error), f"hours.{error.field}") from error


def _faults(edge: Edge, command: ConfigureQueue) -> Iterator[tuple[str, str]]:
    yield from _label("label", command.label)
    if command.hours is not None and command.hours.notice is not None:
        yield from _label("hours.notice", command.hours.notice, 1_000)
    skills = [need.skill for need in command.required]
    for at, need in enumerate(command.required):
        if not 1 <= need.level <= LEVEL_MOST:
            yield f"required[{at}].level", f"A level is from 1 to {LEVEL_MOST}."
        if not need.skill.strip() or need.skill in skills[:at]:
            yield f"required[{at}].skill", "Each skill is named, and named once."
    for at, ring in enumerate(command.rings):
        known = edge.hub.rows.queues.keys() - {command.queue}
        if ring.queue not in known:
            allowed = ", ".join(sorted(known)) or "none yet"
            yield f"rings[{at}].queue", f"Another queue that exists: {allowed}."
        if ring.queue in [other.queue for other in command.rings[:at]]:
            yield f"rings[{at}].queue", "This queue is a ring already: keep one."
        if not 0 <= ring.after_ms <= RING_LONGEST_MS:
            yield f"rings[{at}].after_ms", f"A wait from 0 to {RING_LONGEST_MS} ms (7 days)."


def _label(field: str, label: Label, longest: int = NAME_LONGEST) -> Iterator[tuple[str, str]]:
    for name, text in (("fr", label.fr), ("en", label.en)):
        if not text.strip() or len(text) > longest:
            yield f"{field}.{name}", f"A text of 1 to {longest} characters is needed."
