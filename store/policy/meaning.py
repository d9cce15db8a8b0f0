"""What a policy that is well written may still have wrong: names, doubles, bounds."""

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from store.faults import Flaw
from store.policy.durations import write_duration
from store.schema.ids import QueueId
from store.schema.terms import ChannelRule, Criterion, Label, Policy

DAY_MS = 86_400_000
# Longer than any of these makes sense, and far from what a number can hold.
LONGEST_MS = 366 * DAY_MS
UNITS_MOST = 20
NAME_LONGEST = 200
# An offer that ends before it is seen, a silence that begins before the answer is read.
OFFER_SHORTEST_MS = 1_000
SILENCE_SHORTEST_MS = 60_000

_Path = tuple[str | int, ...]
K = TypeVar("K")


def flaws_of(policy: Policy, queues: Collection[QueueId] | None) -> list[Flaw]:
    """Return everything wrong with the policy. queues: those that exist, None to let any pass."""
    return [
        *_times(policy),
        *_channels(policy.channels),
        *_subjects(policy),
        *_doubles("subjects", "subject", [rule.subject for rule in policy.subjects]),
        *_doubles("channels", "channel", [rule.channel for rule in policy.channels]),
        *_doubles("segments", "segment", [rule.segment for rule in policy.segments]),
        *_choice(policy),
        *([] if queues is None else _queues(policy, queues)),
    ]


def _times(policy: Policy) -> Iterator[Flaw]:
    least = {"client_silence_ms": SILENCE_SHORTEST_MS}
    for name in policy.__struct_fields__:
        if name.endswith("_ms"):
            yield from _bounded((name,), getattr(policy, name), least.get(name, 0))
    for kind in ("subjects", "channels", "segments"):
        for place, rule in enumerate(getattr(policy, kind)):
            # Negative holds a case back.
            path = (kind, place, "head_start_ms")
            yield from _bounded(path, rule.head_start_ms, -LONGEST_MS)


def _channels(rules: Iterable[ChannelRule]) -> Iterator[Flaw]:
    for place, rule in enumerate(rules):
        if not 1 <= rule.units <= UNITS_MOST:
            path = ("channels", place, "units")
            allowed = f"1 – {UNITS_MOST}"
            yield Flaw(path=path, code="out_of_bounds", given=str(rule.units), allowed=allowed)
        yield from _bounded(("channels", place, "offer_ms"), rule.offer_ms, OFFER_SHORTEST_MS)
        yield from _bounded(("channels", place, "start_ms"), rule.start_ms, 0)


def _subjects(policy: Policy) -> Iterator[Flaw]:
    for place, rule in enumerate(policy.subjects):
        yield from _name(("subjects", place, "subject"), rule.subject)
        yield from _label(("subjects", place, "label"), rule.label)


def _label(path: _Path, label: Label) -> Iterator[Flaw]:
    yield from _name((*path, "fr"), label.fr)
    yield from _name((*path, "en"), label.en)


def _name(path: _Path, text: str) -> Iterator[Flaw]:
    if not text.strip() or len(text) > NAME_LONGEST or "\0" in text:
        yield Flaw(path=path, code="text", allowed=str(NAME_LONGEST))


def _doubles(kind: str, name: str, keys: list[K]) -> Iterator[Flaw]:
    seen: dict[K, int] = {}
    for place, key in enumerate(keys):
        if key in seen:
            path = (kind, place, name)
            yield Flaw(path=path, code="double", given=str(key), allowed=str(seen[key] + 1))
        seen.setdefault(key, place)


def _choice(policy: Policy) -> Iterator[Flaw]:
    if not policy.choice:
        yield Flaw(path=("choice",), code="empty", allowed=", ".join(Criterion))
    for place, criterion in enumerate(policy.choice):
        if criterion in policy.choice[:place]:
            first = policy.choice.index(criterion) + 1
            path = ("choice", place)
            yield Flaw(path=path, code="double", given=criterion, allowed=str(first))


def _queues(policy: Policy, queues: Collection[QueueId]) -> Iterator[Flaw]:
    named: list[tuple[_Path, QueueId]] = [(("default_queue",), policy.default_queue)]
    named += [(("subjects", at, "queue"), rule.queue) for at, rule in enumerate(policy.subjects)]
    for path, queue in named:
        if queue not in queues:
            allowed = ", ".join(sorted(queues)) or "—"
            yield Flaw(path=path, code="no_queue", given=queue, allowed=allowed)


def _bounded(path: _Path, value_ms: int, least_ms: int) -> Iterator[Flaw]:
    if not least_ms <= value_ms <= LONGEST_MS:
        allowed = f"{write_duration(least_ms)} – {write_duration(LONGEST_MS)}"
        given = write_duration(value_ms)
        yield Flaw(path=path, code="out_of_bounds", given=given, allowed=allowed)
