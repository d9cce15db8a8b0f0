"""Behaviour of queues that open and close: what is held, what the client is told, what follows."""

import pytest

from router.core import texts
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Actor, Refusal
from store.schema.ids import CaseId, ClientId, QueueId
from store.schema.terms import (
    AssignCause,
    Author,
    CaseStatus,
    Channel,
    ChoiceCause,
    CloseCause,
    Hours,
    Label,
    Language,
    Policy,
    Presence,
    QueueCause,
    Ring,
    Segment,
    SegmentRule,
    SubjectRule,
)
from tests.router.floor import (
    ADMINISTRATOR,
    ANN,
    BOB,
    CHATS_OFFERED,
    CLAIMS,
    GENERAL,
    HOUR_MS,
    LABEL,
    MAX,
    ONE,
    SUPERVISOR,
    THREE,
    TWO,
    ZOE,
    Floor,
    agent,
    booking,
    client,
    given,
    kinds,
    only,
    opening,
    period,
    skills,
)

MONDAY = Label(fr="lundi à 9 h", en="Monday at 9")
TUESDAY = Label(fr="mardi à 9 h", en="Tuesday at 9")
TO_CLAIMS = Policy(subjects=(SubjectRule(subject="claim", queue=CLAIMS, label=LABEL),))


def closed(policy: Policy | None = None) -> Floor:
    """A floor where Ann is free and the queue opens in one minute, for an hour."""
    floor = Floor(policy)
    floor.ready()
    floor.closed_for(60_000)
    return floor


# Opening and closing.


def test_a_queue_with_hours_stays_as_it_was_until_its_open_times_are_known() -> None:
    floor = Floor()
    floor.ready()
    assert kinds(floor.queue(GENERAL, hours=Hours())) == ["QueueConfigured"]
    assert floor.router.next_deadline_ms() is None
    assert not only(floor.open(), e.CaseQueued).is_held
    assert floor.holder() == ANN


def test_a_queue_closes_when_its_open_times_say_so_and_tells_when_it_opens() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    opens_ms = floor.now_ms + 60_000
    events = floor.schedule(period(opens_ms, opens_ms + HOUR_MS))
    assert kinds(events) == ["QueueScheduled", "QueueClosed"]
    assert only(events, e.QueueClosed).opens_at_ms == opens_ms
    assert floor.router.next_deadline_ms() == opens_ms


def test_a_queue_opens_exactly_when_its_period_begins_and_closes_exactly_when_it_ends() -> None:
    floor = closed()
    assert floor.wait(59_999) == []
    opened = only(floor.wait(1), e.QueueOpened)
    assert opened.closes_at_ms == floor.now_ms + HOUR_MS == floor.router.next_deadline_ms()
    assert floor.wait(HOUR_MS - 1) == []
    assert only(floor.wait(1), e.QueueClosed).opens_at_ms is None
    assert floor.router.next_deadline_ms() is None


def test_a_queue_without_any_open_time_is_closed() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    assert only(floor.schedule(), e.QueueClosed).opens_at_ms is None
    assert floor.schedule(period(0, floor.now_ms))[1:] == [], "over since now"
    assert kinds(floor.schedule(period(0, floor.now_ms + 1)))[1:] == ["QueueOpened"]


def test_open_times_that_change_nothing_now_are_only_written() -> None:
    floor = closed()
    opens_ms = floor.now_ms + 60_000
    assert kinds(floor.schedule(period(opens_ms, opens_ms + 1))) == ["QueueScheduled"]
    assert floor.wait(59_999) == []
    assert kinds(floor.wait(1)) == ["QueueOpened"]
    still = period(opens_ms, opens_ms + 50_000)
    assert kinds(floor.schedule(still)) == ["QueueScheduled"]
    assert floor.wait(49_999) == []
    assert kinds(floor.wait(1)) == ["QueueClosed"]


def test_a_closed_queue_that_opens_later_than_was_said_opens_then() -> None:
    floor = closed()
    opens_ms = floor.now_ms + 90_000
    events = floor.schedule(period(opens_ms, opens_ms + 1))
    assert only(events, e.QueueClosed).opens_at_ms == opens_ms
    assert floor.wait(89_999) == []
    assert kinds(floor.wait(1)) == ["QueueOpened"]


def test_two_periods_that_touch_are_one_open_time() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    middle_ms = floor.now_ms + HOUR_MS
    floor.schedule(period(0, middle_ms), period(middle_ms, middle_ms + HOUR_MS))
    assert floor.router.next_deadline_ms() == middle_ms
    assert floor.wait(HOUR_MS) == []
    assert not only(floor.open(), e.CaseQueued).is_held
    assert floor.router.next_deadline_ms() == middle_ms + HOUR_MS
    assert kinds(floor.wait(HOUR_MS)) == ["QueueClosed"]


def test_a_whole_period_that_was_slept_through_leaves_the_queue_closed() -> None:
    floor = closed()
    floor.open()
    assert only(floor.wait(60_000 + HOUR_MS), e.QueueClosed).opens_at_ms is None
    assert floor.wait(1) == []
    assert floor.holder() is None
    assert floor.router.next_deadline_ms() is None


def test_a_snapshot_keeps_the_open_times() -> None:
    floor = closed()
    floor.open()
    floor.router.load(floor.router.dump())
    assert floor.wait(59_999) == []
    assert kinds(floor.wait(1)) == ["QueueOpened", "CaseDecided", "CaseAssigned"]


# Held cases.


def test_a_case_that_comes_while_the_queue_is_closed_is_held_with_its_age() -> None:
    floor = closed()
    floor.wait(10_000)
    queued = only(floor.open(), e.CaseQueued)
    assert (queued.is_held, queued.cause) == (True, QueueCause.OPENED)
    assert floor.wait(49_999) == []
    events = floor.wait(1)
    assert kinds(events) == ["QueueOpened", "CaseDecided", "CaseAssigned"]
    decided = only(events, e.CaseDecided)
    assert (decided.key, decided.waited_ms) == (queued.key, 50_000)


def test_the_last_millisecond_open_holds_nothing_and_the_first_one_closed_does() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    floor.schedule(period(0, floor.now_ms + 1_000))
    floor.wait(999)
    assert not only(floor.open(ONE), e.CaseQueued).is_held
    floor.now_ms += 1
    assert only(floor.open(TWO, MAX), e.CaseQueued).is_held


def test_held_cases_are_given_in_their_order_when_the_queue_opens() -> None:
    vip = SegmentRule(segment=Segment.VIP, head_start_ms=5_000)
    floor = closed(Policy(segments=(vip,)))
    floor.agent(ANN, capacity=2)
    floor.known(MAX)
    floor.open(ONE)
    floor.wait(1)
    floor.open(TWO)
    floor.wait(4_998)
    floor.open(THREE, MAX)
    assert list(given(floor.wait(60_000))) == [THREE, ONE]


def test_a_case_that_waited_already_is_served_after_the_closing() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    floor.schedule(period(0, floor.now_ms + 1_000))
    floor.open()
    assert kinds(floor.wait(1_000)) == ["QueueClosed"]
    assert given(floor.ready()) == {ONE: ANN}


def test_a_case_that_comes_back_from_an_agent_is_not_held() -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED))
    floor.ready()
    floor.queue(GENERAL, hours=Hours())
    floor.schedule(period(0, floor.now_ms + 1_000))
    floor.open()
    floor.wait(1_000)
    assert not only(floor.refuse(), e.CaseQueued).is_held
    assert given(floor.ready(BOB)) == {ONE: BOB}
    floor.accept()
    back = floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    assert not only(back, e.CaseQueued).is_held
    assert given(back) == {ONE: ANN}


def test_a_held_case_is_nobodys_even_when_an_agent_comes() -> None:
    floor = closed()
    floor.open()
    assert given(floor.ready(BOB)) == {}
    floor.presence(Presence.BREAK)
    assert given(floor.presence(Presence.AVAILABLE)) == {}


def test_a_held_case_can_be_taken_by_hand() -> None:
    floor = closed()
    floor.open(ONE)
    floor.open(TWO, MAX)
    pulled = floor.do(agent(), c.PullCase(ref="r", case=ONE))
    assert only(pulled, e.CaseAssigned).cause is AssignCause.PULLED
    assigned = floor.do(SUPERVISOR, c.AssignCase(ref="r", case=TWO, agent=ANN))
    assert only(assigned, e.CaseAssigned).cause is AssignCause.BY_HAND
    assert kinds(floor.wait(60_000)) == ["QueueOpened"]


def test_a_held_case_whose_client_left_is_not_given_when_the_queue_opens() -> None:
    floor = closed()
    floor.open()
    assert only(floor.leave(client()), e.CaseClosed).cause is CloseCause.ABANDONED
    assert kinds(floor.wait(60_000)) == ["QueueOpened"]


def test_no_ring_opens_for_a_case_that_is_held() -> None:
    floor = Floor(TO_CLAIMS)
    floor.ready()
    rings = (Ring(after_ms=5_000, queue=GENERAL),)
    floor.queue(CLAIMS, required=skills(claims=1), rings=rings, hours=Hours())
    floor.schedule(period(floor.now_ms + 60_000, floor.now_ms + HOUR_MS), queue=CLAIMS)
    floor.open(subject="claim")
    assert floor.wait(59_999) == []
    assert given(floor.wait(1)) == {ONE: ANN}, "its age opened the ring meanwhile"


def test_the_hours_of_a_rings_queue_do_not_matter() -> None:
    floor = closed(TO_CLAIMS)
    rings = (Ring(after_ms=5_000, queue=GENERAL),)
    floor.queue(CLAIMS, required=skills(claims=1), rings=rings)
    floor.open(subject="claim")
    assert given(floor.wait(5_000)) == {ONE: ANN}


def test_other_queues_are_open_while_one_is_closed() -> None:
    floor = closed(TO_CLAIMS)
    floor.queue(CLAIMS)
    held, free = floor.open(ONE), floor.open(TWO, MAX, subject="claim")
    assert only(held, e.CaseQueued).is_held
    assert given(free) == {TWO: ANN}
    floor.queue(CLAIMS, hours=Hours())
    floor.schedule(queue=CLAIMS)
    floor.open(THREE, MAX, subject="claim")
    assert given(floor.wait(60_000)) == {ONE: ANN}


# Known agents.


def test_a_held_case_prefers_its_agent_from_the_opening_on_and_no_sooner() -> None:
    floor = closed()
    floor.ready(BOB, capacity=1)
    floor.known(ZOE, BOB)
    floor.presence(Presence.BREAK, ANN)
    floor.known(MAX, BOB)
    assert "CasePreferred" not in kinds(floor.open(ONE))
    floor.open(TWO, MAX)
    events = floor.wait(60_000)
    preferred = [event for event in events if isinstance(event, e.CasePreferred)]
    assert [(event.case, event.agent, event.why) for event in preferred] == [
        (ONE, BOB, "named_agent"),
        (TWO, BOB, "named_agent"),
    ]
    assert {event.until_ms for event in preferred} == {floor.now_ms + 120_000}
    assert only(events, e.CaseDecided).cause is ChoiceCause.PREFERRED
    floor.presence(Presence.AVAILABLE, ANN)
    assert floor.wait(119_999) == []
    assert given(floor.wait(1)) == {TWO: ANN}


def test_a_case_that_waited_already_prefers_nobody_at_the_opening() -> None:
    floor = Floor()
    floor.known(ZOE, ANN)
    floor.queue(GENERAL, hours=Hours())
    floor.schedule(period(0, floor.now_ms + 1_000), period(floor.now_ms + 2_000, HOUR_MS))
    floor.open()
    floor.wait(1_000)
    floor.agent(ANN, capacity=0)
    floor.connect()
    floor.presence(Presence.AVAILABLE)
    assert kinds(floor.wait(1_000)) == ["QueueOpened"]


# What the client is told.


def told(floor: Floor, case: CaseId = ONE, language: Language = Language.FR) -> str:
    message = only(floor.open(case, language=language), e.MessageSent)
    assert message.author is Author.SYSTEM
    return message.text


def test_the_client_of_a_held_case_is_told_when_the_queue_opens_in_their_language() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    now_ms = floor.now_ms
    floor.schedule(
        period(0, now_ms, TUESDAY),
        period(now_ms + 1_000, now_ms + 2_000, MONDAY),
        period(now_ms + 3_000, now_ms + 4_000, TUESDAY),
    )
    assert told(floor, ONE) == texts.HELD_UNTIL.fr.replace("{opens}", MONDAY.fr)
    english = told(floor, TWO, Language.EN)
    assert english == texts.HELD_UNTIL.en.replace("{opens}", MONDAY.en)
    floor.wait(2_000)
    assert TUESDAY.fr in told(floor, THREE)


def test_without_a_known_opening_the_client_is_told_that_the_case_is_kept() -> None:
    floor = closed()
    assert told(floor, ONE) == texts.HELD.fr, "an opening without words"
    floor.schedule()
    assert told(floor, TWO, Language.EN) == texts.HELD.en


def test_a_queue_has_its_own_notice_with_the_opening_in_it() -> None:
    floor = Floor()
    notice = Label(fr="Revenez {opens}, oui, {opens}.", en="Come back {opens}.")
    floor.queue(GENERAL, hours=Hours(notice=notice))
    floor.schedule(period(floor.now_ms + 1_000, floor.now_ms + 2_000, MONDAY))
    assert told(floor, ONE) == "Revenez lundi à 9 h, oui, lundi à 9 h."
    assert told(floor, TWO, Language.EN) == "Come back Monday at 9."


@pytest.mark.parametrize(
    "notice",
    [Label(fr="Revenez {opens}.", en="Come back."), Label(fr="Revenez.", en="Come back {opens}.")],
)
def test_a_notice_that_needs_an_opening_is_not_sent_without_one(notice: Label) -> None:
    floor = Floor()
    floor.closed_for(60_000, notice)
    assert told(floor, ONE) == texts.HELD.fr
    assert told(floor, TWO, Language.EN) == texts.HELD.en


def test_a_notice_that_needs_no_opening_is_sent_always() -> None:
    floor = Floor()
    floor.closed_for(60_000, Label(fr="Fermé.", en="Closed."))
    assert told(floor) == "Fermé."


def test_nobody_is_told_anything_while_the_queue_is_open() -> None:
    floor = closed()
    floor.wait(60_000)
    assert "MessageSent" not in kinds(floor.open())


# What a closed queue refuses.


def test_a_transfer_into_a_queue_outside_its_hours_is_refused() -> None:
    floor = Floor()
    floor.ready()
    floor.queue(CLAIMS, hours=Hours())
    floor.open()
    floor.schedule(period(floor.now_ms + 1_000, floor.now_ms + 2_000), queue=CLAIMS)
    transfer = c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeTransfer(queue=CLAIMS))
    floor.wait(999)
    assert floor.refused(agent(), transfer) is Refusal.QUEUE_CLOSED
    assert floor.refused(SUPERVISOR, transfer) is Refusal.QUEUE_CLOSED
    floor.now_ms += 1
    assert only(floor.do(agent(), transfer), e.CaseQueued).queue == CLAIMS


def test_a_queue_closed_by_hand_refuses_new_cases_even_in_its_hours() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours(), is_open=False)
    floor.schedule(period(0, HOUR_MS))
    assert floor.refused(client(), opening()) is Refusal.QUEUE_CLOSED
    appointment = booking(due_at_ms=floor.now_ms + 1)
    assert floor.refused(client(), appointment) is Refusal.QUEUE_CLOSED


# Changed hours.


def test_a_queue_that_loses_its_hours_is_open_at_once() -> None:
    floor = closed()
    floor.open()
    events = floor.queue(GENERAL)
    assert kinds(events) == ["QueueConfigured", "QueueOpened", "CaseDecided", "CaseAssigned"]
    assert only(events, e.QueueOpened).closes_at_ms is None
    assert floor.router.next_deadline_ms() is None


def test_hours_that_were_removed_and_given_again_know_no_open_times() -> None:
    floor = closed()
    floor.queue(GENERAL)
    assert kinds(floor.queue(GENERAL, hours=Hours())) == ["QueueConfigured"]
    assert floor.router.next_deadline_ms() is None
    assert not only(floor.open(), e.CaseQueued).is_held


def test_a_queue_that_changes_otherwise_keeps_its_open_times() -> None:
    floor = closed()
    assert kinds(floor.queue(GENERAL, hours=Hours(country="FR"))) == ["QueueConfigured"]
    assert only(floor.open(), e.CaseQueued).is_held
    assert kinds(floor.wait(60_000))[0] == "QueueOpened"


# Who says so.


@pytest.mark.parametrize("actor", [agent(), SUPERVISOR, ADMINISTRATOR, client()])
def test_only_the_systems_calendar_tells_open_times(actor: Actor) -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    command = c.ScheduleQueue(ref="r", queue=GENERAL, periods=())
    assert floor.refused(actor, command) is Refusal.FORBIDDEN


def test_open_times_are_refused_for_a_queue_without_hours_or_an_unknown_one() -> None:
    floor = Floor()
    command = c.ScheduleQueue(ref="r", queue=GENERAL, periods=())
    assert floor.refused(SYSTEM, command) is Refusal.QUEUE_HAS_NO_HOURS
    nowhere = c.ScheduleQueue(ref="r", queue=QueueId("queue_nowhere"), periods=())
    assert floor.refused(SYSTEM, nowhere) is Refusal.QUEUE_UNKNOWN


# Several things at one time.


def test_hours_begin_before_a_wait_ends_at_the_same_time() -> None:
    floor = Floor(TO_CLAIMS)
    floor.queue(CLAIMS, required=skills(claims=1), rings=(Ring(after_ms=5_000, queue=GENERAL),))
    floor.open(ONE, subject="claim")
    floor.closed_for(5_000)
    floor.open(TWO, ClientId("client_2"))
    floor.ready(BOB, capacity=1)
    assert kinds(floor.wait(5_000)) == ["QueueOpened", "CaseDecided", "CaseAssigned"]
    assert floor.holder(ONE) == BOB, "both may be given now: the first in order is"


def test_an_appointment_due_outside_the_hours_is_served_all_the_same() -> None:
    floor = closed()
    floor.book(in_ms=30_000)
    floor.open(TWO, MAX, channel=Channel.CHAT)
    floor.wait(29_999)
    events = floor.wait(1)
    assert not only(events, e.CaseQueued).is_held
    assert given(events) == {ONE: ANN}
    assert floor.status(TWO) is CaseStatus.QUEUED
