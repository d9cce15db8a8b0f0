"""What a policy that is well written may still have wrong: names, doubles, bounds."""

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from msgspec import Struct

from store.policy.durations import write_duration
from store.schema.ids import QueueId
from store.schema.terms import ChannelRule, Label, Policy

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


class Fault(Struct, frozen=True, kw_only=True):
    """One thing wrong. path: names and places that lead to it, by the names of the vocabulary."""

    path: _Path
    message: str


def faults_of(policy: Policy, queues: Collection[QueueId] | None) -> list[Fault]:
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


def _times(policy: Policy) -> Iterator[Fault]:
    least = {"client_silence_ms": SILENCE_SHORTEST_MS}
    for name in policy.__struct_fields__:
        if name.endswith("_ms"):
            yield from _bounded((name,), getattr(policy, name), least.get(name, 0))
    for kind in ("subjects", "channels", "segments"):
        for place, rule in enumerate(getattr(policy, kind)):
            # Negative holds a case back.
            path = (kind, place, "head_start_ms")
            yield from _bounded(path, rule.head_start_ms, -LONGEST_MS)


def _channels(rules: Iterable[ChannelRule]) -> Iterator[Fault]:
    for place, rule in enumerate(rules):
        if not 1 <= rule.units <= UNITS_MOST:
            message = f"A channel takes from 1 to {UNITS_MOST} units."
            yield Fault(path=("channels", place, "units"), message=message)
        yield from _bounded(("channels", place, "offer_ms"), rule.offer_ms, OFFER_SHORTEST_MS)
        yield from _bounded(("channels", place, "start_ms"), rule.start_ms, 0)


def _subjects(policy: Policy) -> Iterator[Fault]:
    for place, rule in enumerate(policy.subjects):
        yield from _name(("subjects", place, "subject"), rule.subject)
        yield from _label(("subjects", place, "label"), rule.label)


def _label(path: _Path, label: Label) -> Iterator[Fault]:
    yield from _name((*path, "fr"), label.fr)
    yield from _name((*path, "en"), label.en)


def _name(path: _Path, text: str) -> Iterator[Fault]:
    if not text.strip() or len(text) > NAME_LONGEST or "\0" in text:
        message = f"A text of 1 to {NAME_LONGEST} characters is needed, without U+0000."
        yield Fault(path=path, message=message)


def _doubles(kind: str, name: str, keys: list[K]) -> Iterator[Fault]:
    seen: dict[K, int] = {}
    for place, key in enumerate(keys):
        if key in seen:
            message = f"`{key}` has a rule already, number {seen[key] + 1} of {kind}: keep one."
            yield Fault(path=(kind, place, name), message=message)
        seen.setdefault(key, place)


def _choice(policy: Policy) -> Iterator[Fault]:
    if not policy.choice:
        message = "Name at least one of skill_level, load, idle."
        yield Fault(path=("choice",), message=message)
    for place, criterion in enumerate(policy.choice):
        if criterion in policy.choice[:place]:
            message = f"`{criterion}` is named twice: what was equal once is equal again."
            yield Fault(path=("choice", place), message=message)


def _queues(policy: Policy, queues: Collection[QueueId]) -> Iterator[Fault]:
    named: list[tuple[_Path, QueueId]] = [(("default_queue",), policy.default_queue)]
    named += [(("subjects", at, "queue"), rule.queue) for at, rule in enumerate(policy.subjects)]
    for path, queue in named:
        if queue not in queues:
            allowed = ", ".join(sorted(queues)) or "none yet"
            yield Fault(path=path, message=f"There is no queue `{queue}`. There are: {allowed}.")


def _bounded(path: _Path, value_ms: int, least_ms: int) -> Iterator[Fault]:
    if not least_ms <= value_ms <= LONGEST_MS:
        bounds = f"from {write_duration(least_ms)} to {write_duration(LONGEST_MS)}"
        yield Fault(path=path, message=f"{write_duration(value_ms)} is out of bounds: {bounds}.")
