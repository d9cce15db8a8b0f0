"""The times of one day at which an appointment can be had, from open times and what is booked.

Pure: no clock of its own. Slots stand on the wall clock of the queue's zone, so the day on which
clocks change has its usual slots, and no slot at an hour that does not exist.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from store.schema.terms import Period

_MINUTE_MS = 60_000


class SlotRules(Struct, frozen=True, kw_only=True):
    """How a queue gives appointments. first, last: local HH:MM; no slot begins before or after.

    capacity: appointments at once, as many as agents are there for them. notice_ms: at least so
    long before; the client's reminder and the agent's earmark need their time.
    """

    time_zone: str = "Europe/Paris"
    first: str = "09:15"
    last: str = "23:59"
    length_min: int = 30
    capacity: int = 1
    notice_ms: int = 1_800_000


class Slot(Struct, frozen=True, kw_only=True):
    """One time that can be booked. local: HH:MM on the queue's clock. free: how many more fit."""

    starts_ms: int
    ends_ms: int
    local: str
    free: int


def slots(
    day: date, rules: SlotRules, periods: Sequence[Period], booked: Iterable[int], now_ms: int
) -> tuple[Slot, ...]:
    """Return the slots of a day that are free, in order.

    periods: the queue's open times; a slot lies wholly in one. booked: the due times of the
    appointments there are; each takes `length_min`, whether or not it stands on today's raster.
    """
    zone = ZoneInfo(rules.time_zone)
    taken = sorted(booked)
    found = []
    for starts_ms, local in _raster(day, rules, zone):
        ends_ms = starts_ms + rules.length_min * _MINUTE_MS
        if starts_ms < now_ms + rules.notice_ms or not _is_open(periods, starts_ms, ends_ms):
            continue
        free = rules.capacity - _most_at_once(taken, starts_ms, rules.length_min * _MINUTE_MS)
        if free > 0:
            found.append(Slot(starts_ms=starts_ms, ends_ms=ends_ms, local=local, free=free))
    return tuple(found)


def _raster(day: date, rules: SlotRules, zone: ZoneInfo) -> list[tuple[int, str]]:
    """Return the moment and local time of each step from `first` to `last`."""
    at = datetime.combine(day, time.fromisoformat(rules.first))
    until = datetime.combine(day, time.fromisoformat(rules.last))
    found = []
    while at <= until and at.date() == day:
        # Of an hour that comes twice, the first; of one that never comes, nothing.
        moment = at.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == at:
            found.append((round(moment.timestamp()) * 1_000, f"{at:%H:%M}"))
        at += timedelta(minutes=rules.length_min)
    return found


def _is_open(periods: Sequence[Period], starts_ms: int, ends_ms: int) -> bool:
    return any(x.opens_ms <= starts_ms and ends_ms <= x.closes_ms for x in periods)


def _most_at_once(taken: Sequence[int], starts_ms: int, length_ms: int) -> int:
    """Return the greatest number of appointments that run together during the slot."""
    overlapping = [at for at in taken if starts_ms - length_ms < at < starts_ms + length_ms]
    # It is greatest when one of them begins.
    running = Counter(
        moment for moment in set(overlapping) for at in overlapping if at <= moment < at + length_ms
    )
    return max(running.values(), default=0)
