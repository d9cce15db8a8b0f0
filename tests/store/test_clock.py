"""Time that never goes back, and ids in the order they were made."""

import re
import uuid

from store.clock import Ids, SystemClock


class SetClock:
    def __init__(self, now_ms: int) -> None:
        self.time_ms = now_ms

    def now_ms(self) -> int:
        return self.time_ms


def test_the_clock_never_goes_back() -> None:
    clock = SystemClock()
    times = [clock.now_ms() for _ in range(1000)]
    assert times == sorted(times)
    assert times[0] > 1_700_000_000_000


def test_an_id_is_a_kind_and_a_uuid_of_version_7() -> None:
    clock = SetClock(1_750_000_000_123)
    text = Ids(clock).new("case")
    assert re.fullmatch("case_[0-9a-f-]{36}", text)
    made = uuid.UUID(text.removeprefix("case_"))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == clock.time_ms


def test_ids_are_in_the_order_they_were_made_even_when_time_stands_or_falls_back() -> None:
    clock = SetClock(1_750_000_000_000)
    ids = Ids(clock)
    made = [ids.new("case") for _ in range(500)]
    clock.time_ms -= 5000
    made += [ids.new("case") for _ in range(500)]
    clock.time_ms += 10_000
    made += [ids.new("case") for _ in range(500)]
    assert made == sorted(set(made))


def test_a_millisecond_with_no_room_left_runs_into_the_next() -> None:
    ids = Ids(SetClock(1_750_000_000_000), random_bytes=lambda size: b"\xff" * size)
    made = [ids.new("case") for _ in range(3)]
    assert made == sorted(set(made))
    assert all(uuid.UUID(text.removeprefix("case_")).version == 7 for text in made)


def test_ids_of_two_makers_differ() -> None:
    clock = SetClock(1_750_000_000_000)
    assert Ids(clock).new("case") != Ids(clock).new("case")
