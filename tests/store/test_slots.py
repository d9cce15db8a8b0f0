"""The appointment slots of a day, on days of every length."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from store.schema.terms import Period
from store.slots import Slot, SlotRules, slots

PARIS = ZoneInfo("Europe/Paris")
RULES = SlotRules()
DAY = date(2026, 6, 3)


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = PARIS) -> int:
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return round(moment.timestamp()) * 1_000


def period(day: date, opens: int, closes: int) -> Period:
    return Period(opens_ms=at(day, opens), closes_ms=at(day, closes))


OPEN = (period(DAY, 9, 12), period(DAY, 14, 18))


def locals_of(found: tuple[Slot, ...]) -> list[str]:
    return [slot.local for slot in found]


def test_the_first_slot_is_at_a_quarter_past_nine_and_each_lies_in_open_hours() -> None:
    found = slots(DAY, RULES, OPEN, (), 0)
    morning = ["09:15", "09:45", "10:15", "10:45", "11:15"]
    afternoon = ["14:15", "14:45", "15:15", "15:45", "16:15", "16:45", "17:15"]
    assert locals_of(found) == morning + afternoon
    assert found[0] == Slot(starts_ms=at(DAY, 9, 15), ends_ms=at(DAY, 9, 45), local="09:15", free=1)


def test_a_closed_day_has_none() -> None:
    assert slots(DAY, RULES, (), (), 0) == ()
    assert slots(DAY + timedelta(days=1), RULES, OPEN, (), 0) == ()


def test_what_is_booked_is_free_no_more_until_capacity_is_used_up() -> None:
    rules = replace(RULES, capacity=2)
    found = slots(DAY, rules, OPEN, [at(DAY, 9, 15)], 0)
    assert (found[0].local, found[0].free) == ("09:15", 1)
    found = slots(DAY, rules, OPEN, [at(DAY, 9, 15)] * 2, 0)
    assert (found[0].local, found[0].free) == ("09:45", 2)


def test_an_appointment_off_the_raster_takes_both_slots_it_touches() -> None:
    found = slots(DAY, RULES, OPEN, [at(DAY, 9, 30)], 0)
    assert locals_of(found)[0] == "10:15"


def test_two_that_follow_each_other_in_one_slot_take_one_agent() -> None:
    rules = replace(RULES, capacity=2)
    booked = [at(DAY, 9, 0), at(DAY, 9, 30)]
    assert slots(DAY, rules, OPEN, booked, 0)[0].free == 1


def test_what_is_over_before_the_slot_begins_takes_no_agent_of_it() -> None:
    rules = replace(RULES, capacity=3)
    booked = [at(DAY, 8, 50), at(DAY, 8, 55), at(DAY, 9, 20)]
    assert slots(DAY, rules, OPEN, booked, 0)[0].free == 1


def test_it_is_too_late_for_a_slot_within_the_notice() -> None:
    now_ms = at(DAY, 9, 15) - RULES.notice_ms
    assert locals_of(slots(DAY, RULES, OPEN, (), now_ms))[0] == "09:15"
    assert locals_of(slots(DAY, RULES, OPEN, (), now_ms + 1))[0] == "09:45"


def test_the_last_beginning_can_be_set() -> None:
    found = slots(DAY, replace(RULES, last="10:00"), OPEN, (), 0)
    assert locals_of(found) == ["09:15", "09:45"]


def test_both_changes_of_clocks_keep_the_usual_slots() -> None:
    for day, utc_hour in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 8)):
        found = slots(day, RULES, (period(day, 9, 12),), (), 0)
        assert locals_of(found) == ["09:15", "09:45", "10:15", "10:45", "11:15"]
        first = datetime.fromtimestamp(found[0].starts_ms / 1_000, UTC)
        assert (first.hour, first.minute) == (utc_hour, 15)


def test_an_hour_that_does_not_exist_has_no_slot() -> None:
    day = date(2026, 3, 29)
    rules = replace(RULES, first="01:15")
    found = slots(day, rules, (period(day, 0, 5),), (), 0)
    assert locals_of(found) == ["01:15", "01:45", "03:15", "03:45", "04:15"]


def test_an_hour_that_comes_twice_has_its_slots_once() -> None:
    day = date(2026, 10, 25)
    rules = replace(RULES, first="01:45", length_min=60)
    found = slots(day, rules, (period(day, 0, 6),), (), 0)
    assert locals_of(found) == ["01:45", "02:45", "03:45", "04:45"]
    assert found[1].starts_ms - found[0].starts_ms == 3_600_000
    assert found[2].starts_ms - found[1].starts_ms == 7_200_000


def test_slots_stand_on_the_clock_of_the_queue() -> None:
    zone = ZoneInfo("Indian/Reunion")
    rules = replace(RULES, time_zone="Indian/Reunion")
    opens = Period(opens_ms=at(DAY, 9, zone=zone), closes_ms=at(DAY, 10, zone=zone))
    assert [slot.starts_ms for slot in slots(DAY, rules, (opens,), (), 0)] == [
        at(DAY, 9, 15, zone=zone)
    ]


@given(
    day=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    length_min=st.sampled_from([10, 15, 20, 30, 45, 60]),
    capacity=st.integers(1, 3),
    minutes=st.lists(st.integers(0, 1_440), max_size=8),
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe"]),
)
def test_booking_what_is_offered_never_takes_more_agents_than_there_are(
    day: date, length_min: int, capacity: int, minutes: list[int], zone: str
) -> None:
    rules = replace(RULES, time_zone=zone, length_min=length_min, capacity=capacity)
    opens = at(day, 0, zone=ZoneInfo(zone))
    periods = (Period(opens_ms=opens, closes_ms=opens + 26 * 3_600_000),)
    length_ms = length_min * 60_000
    booked: list[int] = []
    for minute in minutes:
        found = slots(day, rules, periods, booked, 0)
        if found:
            booked.append(found[minute % len(found)].starts_ms)
    for moment in booked:
        assert sum(1 for due in booked if due <= moment < due + length_ms) <= capacity
