"""When a queue's open times are told: at once for other hours, at start, and once a week."""

from router.scheduling import DAY_MS, LEFT_MS, TOLD_MS, Scheduler
from store.schema.commands import ScheduleQueue
from store.schema.ids import QueueId
from store.schema.terms import Hours, Label, Opening, SpecialDay
from store.schema.views import QueueView

CLAIMS, MAIL = QueueId("queue_claims"), QueueId("queue_mail")
LABEL = Label(fr="", en="")
# Monday 30 November 2026, midnight in Paris.
MONDAY_MS = 1_795_993_200_000
HOUR_MS = 3_600_000
WORKDAYS = Hours(
    weekly=tuple(Opening(weekday=day, opens="09:00", closes="18:30") for day in range(1, 6))
)


def only(told: list[ScheduleQueue]) -> ScheduleQueue:
    assert len(told) == 1
    return told[0]


def test_a_queue_without_hours_asks_for_nothing() -> None:
    scheduler = Scheduler([QueueView(queue=CLAIMS, label=LABEL)])
    assert scheduler.next_ms is None
    assert scheduler.due(MONDAY_MS) == []


def test_at_start_every_queue_with_hours_is_told() -> None:
    queues = [
        QueueView(queue=CLAIMS, label=LABEL, hours=WORKDAYS),
        QueueView(queue=MAIL, label=LABEL, hours=WORKDAYS),
    ]
    scheduler = Scheduler(queues)
    assert scheduler.next_ms == 0
    assert [command.queue for command in scheduler.due(MONDAY_MS)] == [CLAIMS, MAIL]
    assert scheduler.due(MONDAY_MS) == []


def test_what_is_told_reaches_fifteen_days_and_holds_the_time_that_has_begun() -> None:
    scheduler = Scheduler([QueueView(queue=CLAIMS, label=LABEL, hours=WORKDAYS)])
    noon_ms = MONDAY_MS + 12 * HOUR_MS
    told = only(scheduler.due(noon_ms)).periods
    assert told[0].opens_ms == MONDAY_MS + 9 * HOUR_MS
    # The Tuesday two weeks later is the last one that begins within the time.
    assert told[-1].opens_ms == MONDAY_MS + 15 * DAY_MS + 9 * HOUR_MS
    assert len(told) == 12


def test_it_is_told_again_when_eight_days_are_left() -> None:
    scheduler = Scheduler([QueueView(queue=CLAIMS, label=LABEL, hours=WORKDAYS)])
    scheduler.due(MONDAY_MS)
    again_ms = MONDAY_MS + TOLD_MS - LEFT_MS
    assert scheduler.next_ms == again_ms
    assert scheduler.due(again_ms - 1) == []
    assert only(scheduler.due(again_ms)).periods[0].opens_ms == again_ms + 9 * HOUR_MS


def test_other_hours_are_told_at_once_and_the_same_are_not() -> None:
    scheduler = Scheduler([QueueView(queue=CLAIMS, label=LABEL, hours=WORKDAYS)])
    scheduler.due(MONDAY_MS)
    scheduler.note(CLAIMS, WORKDAYS)
    assert scheduler.due(MONDAY_MS + 1) == []
    mornings = Hours(weekly=(Opening(weekday=1, opens="08:00", closes="12:00"),))
    scheduler.note(CLAIMS, mornings)
    assert scheduler.next_ms == 0
    assert only(scheduler.due(MONDAY_MS + 1)).periods[0].opens_ms == MONDAY_MS + 8 * HOUR_MS
    scheduler.note(CLAIMS, None)
    assert scheduler.next_ms is None


def test_a_queue_that_is_closed_for_months_still_says_when_it_opens() -> None:
    once = Hours(special=(SpecialDay(date="2027-06-01", opens="09:00", closes="10:00"),))
    scheduler = Scheduler([QueueView(queue=CLAIMS, label=LABEL, hours=once)])
    told = only(scheduler.due(MONDAY_MS)).periods
    assert len(told) == 1
    assert told[0].opening == Label(fr="mardi 1er juin à 9 h 00", en="Tuesday 1 June at 9:00")


def test_hours_that_cannot_be_kept_do_not_stop_the_others() -> None:
    wrong = Hours(weekly=WORKDAYS.weekly, time_zone="Europe/Atlantis")
    queues = [
        QueueView(queue=CLAIMS, label=LABEL, hours=wrong),
        QueueView(queue=MAIL, label=LABEL, hours=WORKDAYS),
    ]
    scheduler = Scheduler(queues)
    assert only(scheduler.due(MONDAY_MS)).queue == MAIL
