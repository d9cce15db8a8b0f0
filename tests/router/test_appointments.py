"""Behaviour of cases that are to come: booked, moved, cancelled, taken by hand, due."""

import pytest

from router.core.appointments import AHEAD_MS_MAX
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Refusal
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    ChoiceCause,
    CloseCause,
    EarmarkCause,
    OfferOutcome,
    Policy,
    Presence,
    QueueCause,
    Segment,
    SegmentRule,
    SubjectRule,
)
from tests.router.floor import (
    ANN,
    BOB,
    CHATS_OFFERED,
    CLAIMS,
    GENERAL,
    HOUR_MS,
    LABEL,
    MAX,
    ONE,
    SUE,
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
    skills,
)

WINDOW_MS = Policy().earmark_ms


def booked() -> Floor:
    """A floor where Ann is free and Zoé has an appointment in an hour."""
    floor = Floor()
    floor.ready()
    floor.book(in_ms=HOUR_MS)
    return floor


def moving(due_at_ms: int) -> c.MoveAppointment:
    return c.MoveAppointment(ref="r", case=ONE, due_at_ms=due_at_ms)


# Booking.


def test_an_appointment_is_only_booked_until_it_is_near() -> None:
    floor = Floor()
    floor.ready()
    events = floor.book(in_ms=HOUR_MS)
    assert kinds(events) == ["CaseOpened", "CaseScheduled"]
    booked = only(events, e.CaseScheduled)
    assert (booked.queue, booked.due_at_ms) == (GENERAL, floor.now_ms + HOUR_MS)
    assert floor.status() is CaseStatus.SCHEDULED
    assert floor.router.next_deadline_ms() == booked.due_at_ms - WINDOW_MS


def test_an_appointment_is_to_come_and_within_a_year() -> None:
    floor = Floor()
    for due_at_ms in (0, floor.now_ms, floor.now_ms + AHEAD_MS_MAX + 1):
        refused = floor.refused(client(), booking(due_at_ms=due_at_ms))
        assert refused is Refusal.APPOINTMENT_TIME
    assert floor.book(ONE, in_ms=1)
    assert floor.book(TWO, in_ms=AHEAD_MS_MAX)


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.MAIL, Channel.CALL])
def test_only_an_appointment_has_a_time(channel: Channel) -> None:
    floor = Floor()
    command = booking(due_at_ms=floor.now_ms + HOUR_MS, channel=channel)
    assert floor.refused(client(), command) is Refusal.NOT_AN_APPOINTMENT


def test_an_appointment_without_a_time_is_for_now() -> None:
    floor = Floor()
    floor.ready()
    assert given(floor.do(client(), opening(channel=Channel.APPOINTMENT))) == {ONE: ANN}


# Keeping an agent free.


def test_an_agent_is_kept_free_from_exactly_the_window_on() -> None:
    floor = booked()
    assert floor.wait(HOUR_MS - WINDOW_MS - 1) == []
    earmarked = only(floor.wait(1), e.CaseEarmarked)
    assert (earmarked.agent, earmarked.cause) == (ANN, EarmarkCause.APPOINTMENT)
    assert floor.router.next_deadline_ms() == floor.now_ms + WINDOW_MS


def test_an_appointment_booked_within_the_window_keeps_an_agent_free_at_once() -> None:
    floor = Floor()
    floor.ready()
    events = floor.book(in_ms=WINDOW_MS)
    assert kinds(events) == ["CaseOpened", "CaseScheduled", "CaseEarmarked"]


def test_the_best_agent_is_kept_free_by_skill_then_load_with_room_or_not() -> None:
    to_claims = SubjectRule(subject="other", queue=CLAIMS, label=LABEL)
    floor = Floor(Policy(subjects=(to_claims,)))
    floor.queue(CLAIMS, required=skills(claims=2))
    floor.ready(ANN, has=skills(claims=3))
    floor.ready(BOB, has=skills(claims=3))
    floor.ready(SUE, has=skills(claims=1))
    floor.open(TWO)
    assert floor.holder(TWO) == ANN
    floor.book(ONE, in_ms=WINDOW_MS)
    floor.book(THREE, in_ms=WINDOW_MS)
    assert (floor.kept(ANN), floor.kept(BOB), floor.kept(SUE)) == (THREE, ONE, None)


def test_an_agent_with_no_receiving_status_skill_or_capacity_is_not_kept_free() -> None:
    whole = ChannelRule(
        channel=Channel.APPOINTMENT, units=3, is_exclusive=True, is_offered=True, start_ms=15_000
    )
    floor = Floor(Policy(channels=(whole,)))
    floor.queue(GENERAL, required=skills(general=1))
    floor.ready(ANN, capacity=2, has=skills(general=5))
    floor.ready(BOB)
    floor.ready(SUE, has=skills(general=1))
    floor.presence(Presence.BREAK, SUE)
    floor.book(in_ms=WINDOW_MS)
    assert {floor.kept(name) for name in (ANN, BOB, SUE)} == {None}
    assert only(floor.presence(Presence.AVAILABLE, SUE), e.CaseEarmarked).agent == SUE


def test_the_earlier_appointment_chooses_first_whichever_was_booked_first() -> None:
    floor = Floor()
    floor.book(ONE, in_ms=WINDOW_MS)
    floor.book(TWO, MAX, in_ms=WINDOW_MS - 1)
    floor.book(THREE, MAX, in_ms=WINDOW_MS - 1)
    floor.ready(ANN)
    floor.ready(BOB)
    assert (floor.kept(ANN), floor.kept(BOB)) == (TWO, THREE)


def test_an_appointment_prefers_nobody_and_the_best_agent_is_kept_free() -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.ready(BOB)
    floor.known(ZOE, BOB)
    floor.book(in_ms=WINDOW_MS)
    assert floor.kept(ANN) == ONE
    assert "CasePreferred" not in kinds(floor.wait(WINDOW_MS))


# Moving.


def test_moving_an_appointment_out_of_its_window_sets_its_agent_free_until_the_new_one() -> None:
    floor = booked()
    floor.wait(HOUR_MS - WINDOW_MS)
    events = floor.move(in_ms=WINDOW_MS + 1)
    assert kinds(events) == ["EarmarkEnded", "CaseScheduled"]
    assert floor.kept() is None
    assert kinds(floor.wait(1)) == ["CaseEarmarked"]


def test_moving_an_appointment_within_its_window_chooses_an_agent_again() -> None:
    floor = booked()
    floor.wait(HOUR_MS - WINDOW_MS)
    floor.ready(BOB)
    floor.open(TWO, MAX)
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=TWO, agent=ANN))
    events = floor.move(in_ms=WINDOW_MS - 1)
    assert kinds(events) == ["EarmarkEnded", "CaseScheduled", "CaseEarmarked"]
    assert floor.kept(BOB) == ONE, "less loaded now"
    assert given(floor.wait(WINDOW_MS - 1)) == {ONE: BOB}


def test_moving_an_appointment_to_the_time_it_has_changes_nothing() -> None:
    floor = booked()
    assert floor.move(in_ms=HOUR_MS) == []


def test_a_moved_appointment_is_due_at_its_new_time_only() -> None:
    floor = booked()
    floor.move(in_ms=WINDOW_MS)
    assert floor.wait(WINDOW_MS - 1) == []
    queued = only(floor.wait(1), e.CaseQueued)
    assert (queued.cause, queued.enqueued_at_ms) == (QueueCause.DUE, floor.now_ms)
    assert floor.refused(client(), moving(floor.now_ms + 1)) is Refusal.NOT_AN_APPOINTMENT


def test_an_appointment_is_moved_by_its_client_or_staff_to_a_time_to_come() -> None:
    floor = booked()
    later = moving(floor.now_ms + 1)
    assert floor.refused(client(MAX), later) is Refusal.NOT_YOUR_CASE
    for due_at_ms in (floor.now_ms, floor.now_ms + AHEAD_MS_MAX + 1):
        assert floor.refused(client(), moving(due_at_ms)) is Refusal.APPOINTMENT_TIME
    assert only(floor.do(SUPERVISOR, later), e.CaseScheduled).by == SUE
    floor.open(TWO)
    chat = c.MoveAppointment(ref="r", case=TWO, due_at_ms=floor.now_ms + 1)
    assert floor.refused(client(), chat) is Refusal.NOT_AN_APPOINTMENT


# Due.


def test_an_appointment_goes_to_the_agent_kept_free_exactly_when_it_is_due() -> None:
    floor = booked()
    floor.wait(HOUR_MS - WINDOW_MS)
    floor.ready(BOB)
    assert floor.wait(WINDOW_MS - 1) == []
    events = floor.wait(1)
    assert kinds(events) == [
        "CaseScored",
        "CaseQueued",
        "EarmarkEnded",
        "CaseDecided",
        "CaseOffered",
    ]
    queued, decided = only(events, e.CaseQueued), only(events, e.CaseDecided)
    assert (queued.cause, queued.is_held, queued.enqueued_at_ms) == (
        QueueCause.DUE,
        False,
        floor.now_ms,
    )
    assert (decided.agent, decided.cause) == (ANN, ChoiceCause.EARMARKED)
    assert (decided.runners_up, decided.excluded) == ((), ()), "compared with nobody"


def test_a_due_appointment_may_go_to_another_when_its_agent_has_no_room() -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.open(TWO, MAX)
    floor.book(in_ms=WINDOW_MS)
    floor.wait(1)
    floor.ready(BOB)
    assert (floor.kept(ANN), floor.kept(BOB)) == (ONE, None)
    events = floor.wait(WINDOW_MS - 1)
    decided = only(events, e.CaseDecided)
    assert (decided.agent, decided.cause) == (BOB, ChoiceCause.BEST)
    assert only(events, e.EarmarkEnded).agent == ANN
    assert floor.kept(ANN) is None


def test_a_due_appointment_waits_for_its_agent_when_nobody_else_has_room() -> None:
    floor = Floor()
    floor.ready()
    floor.open(TWO, MAX)
    floor.book(in_ms=WINDOW_MS)
    assert kinds(floor.wait(WINDOW_MS)) == ["CaseScored", "CaseQueued"]
    assert floor.kept() == ONE
    floor.open(THREE, MAX)
    assert floor.status(THREE) is CaseStatus.QUEUED, "Ann is kept free"
    decided = only(floor.close(TWO), e.CaseDecided)
    assert (decided.case, decided.cause) == (ONE, ChoiceCause.EARMARKED)


def test_a_due_appointment_without_an_agent_waits_like_a_call_from_its_time_on() -> None:
    floor = Floor()
    due_at_ms = floor.now_ms + 60_000
    floor.book(in_ms=60_000)
    floor.wait(60_000)
    floor.ready(capacity=2)
    assert given(floor.log[-3:]) == {ONE: ANN}
    floor.presence(Presence.BREAK)
    assert floor.router.state.cases[ONE].enqueued_at_ms == due_at_ms
    floor.open(TWO, MAX)
    floor.presence(Presence.AVAILABLE)
    assert given(floor.log[-3:]) == {ONE: ANN}, "it is older than the chat"


def test_an_appointment_counts_from_its_time_however_late_the_tick_comes() -> None:
    floor = booked()
    due_at_ms = floor.now_ms + HOUR_MS
    events = floor.wait(HOUR_MS + 7)
    queued, decided = only(events, e.CaseQueued), only(events, e.CaseDecided)
    assert (queued.at_ms, queued.enqueued_at_ms, queued.key) == (
        due_at_ms + 7,
        due_at_ms,
        due_at_ms,
    )
    assert decided.waited_ms == 7


def test_an_appointment_is_scored_when_it_is_due() -> None:
    floor = booked()
    floor.policy(Policy(segments=(SegmentRule(segment=Segment.STANDARD, head_start_ms=900),)))
    assert "CaseScored" not in kinds(floor.log)
    queued = only(floor.wait(HOUR_MS), e.CaseQueued)
    assert queued.key == floor.now_ms - 900


def test_an_appointment_becomes_due_in_a_queue_that_was_closed_by_hand_meanwhile() -> None:
    floor = booked()
    floor.queue(GENERAL, is_open=False)
    assert given(floor.wait(HOUR_MS)) == {ONE: ANN}


def test_appointments_of_one_time_are_due_in_the_order_of_their_names() -> None:
    floor = Floor()
    floor.book(TWO, in_ms=60_000)
    floor.book(ONE, in_ms=60_000)
    queued = [each.case for each in floor.wait(60_000) if isinstance(each, e.CaseQueued)]
    assert queued == [ONE, TWO]
    floor.ready()
    assert given(floor.log[-3:]) == {TWO: ANN}, "the one opened first is the first in order"


# By hand.


def test_an_appointment_can_be_taken_before_its_time_and_its_agent_is_set_free() -> None:
    floor = booked()
    floor.wait(HOUR_MS - WINDOW_MS)
    floor.ready(BOB)
    events = floor.do(agent(BOB), c.PullCase(ref="r", case=ONE))
    assert kinds(events) == ["EarmarkEnded", "CaseAssigned"]
    assert (floor.holder(), floor.kept(ANN)) == (BOB, None)
    assert floor.wait(WINDOW_MS) == [], "nothing is due any more"


def test_an_appointment_given_by_hand_and_taken_back_before_its_time_is_to_come_again() -> None:
    floor = booked()
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    assert floor.holder() == ANN
    events = floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    assert kinds(events) == ["CaseScheduled"]
    back = only(events, e.CaseScheduled)
    assert (back.former, back.cause, back.holder) == (ANN, QueueCause.TAKEN_BACK, None)
    assert floor.status() is CaseStatus.SCHEDULED
    assert given(floor.wait(HOUR_MS)) == {}, "Ann is excluded"
    assert given(floor.ready(BOB)) == {ONE: BOB}


def test_an_appointment_taken_back_when_it_is_due_waits_at_once() -> None:
    floor = booked()
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    floor.wait(HOUR_MS)
    events = floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    assert kinds(events) == ["CaseScored", "CaseQueued"]
    queued = only(events, e.CaseQueued)
    assert (queued.cause, queued.enqueued_at_ms) == (QueueCause.TAKEN_BACK, floor.now_ms)


def test_an_appointment_of_an_agent_who_leaves_is_to_come_again() -> None:
    floor = booked()
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    events = floor.presence(Presence.LEAVE)
    assert kinds(events) == ["PresenceChanged", "CaseScheduled"]
    assert only(events, e.CaseScheduled).cause is QueueCause.AGENT_LEFT
    floor.presence(Presence.AVAILABLE)
    assert given(floor.wait(HOUR_MS)) == {ONE: ANN}, "that excludes nobody"


def test_an_appointment_transferred_before_its_time_is_to_come_in_the_other_queue() -> None:
    floor = booked()
    floor.queue(CLAIMS)
    due_at_ms = floor.now_ms + HOUR_MS
    transfer = c.OutcomeTransfer(queue=CLAIMS)
    floor.wait(HOUR_MS - WINDOW_MS)
    events = floor.settle(SUPERVISOR, transfer)
    assert kinds(events) == ["EarmarkEnded", "CaseScheduled", "CaseEarmarked"]
    moved = only(events, e.CaseScheduled)
    assert (moved.queue, moved.due_at_ms) == (CLAIMS, due_at_ms)
    assert only(floor.wait(WINDOW_MS), e.CaseQueued).queue == CLAIMS


def test_an_appointment_accepted_early_by_hand_and_escalated_excludes_who_had_it() -> None:
    floor = booked()
    floor.agent(SUE, is_active=False)
    floor.agent(ANN, supervisor=SUE)
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    events = floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert only(events, e.CaseScheduled).cause is QueueCause.ESCALATED
    floor.ready(BOB)
    floor.wait(HOUR_MS - WINDOW_MS)
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, ONE)


# Leaving.


def test_a_client_cancels_an_appointment_and_its_agent_is_set_free() -> None:
    floor = booked()
    floor.wait(HOUR_MS - WINDOW_MS)
    events = floor.leave(client())
    assert kinds(events) == ["EarmarkEnded", "CaseClosed"]
    end = only(events, e.CaseClosed)
    assert (end.cause, end.asks_survey) == (CloseCause.CANCELLED, False)
    assert floor.kept() is None
    assert floor.wait(WINDOW_MS) == []


def test_a_leader_cancels_an_appointment_and_nobody_else_does() -> None:
    floor = booked()
    leave = c.LeaveQueue(ref="r", case=ONE)
    assert floor.refused(client(MAX), leave) is Refusal.NOT_YOUR_CASE
    assert floor.refused(agent(), leave) is Refusal.FORBIDDEN
    assert only(floor.do(SUPERVISOR, leave), e.CaseClosed).cause is CloseCause.CANCELLED
    assert floor.refused(client(), leave) is Refusal.CASE_CLOSED


def test_a_caller_who_hangs_up_while_waiting_abandons_the_case() -> None:
    floor = Floor()
    floor.call()
    events = floor.leave(SYSTEM)
    assert kinds(events) == ["CaseClosed"]
    assert only(events, e.CaseClosed).cause is CloseCause.ABANDONED
    assert floor.router.next_deadline_ms() is None


def test_a_case_that_is_left_while_offered_ends_the_offer_and_frees_the_room() -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED))
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    events = floor.leave(client())
    assert kinds(events) == ["OfferEnded", "CaseClosed", "CaseDecided", "CaseOffered"]
    assert only(events, e.OfferEnded).outcome is OfferOutcome.WITHDRAWN
    assert only(events, e.CaseClosed).cause is CloseCause.ABANDONED
    assert given(events) == {TWO: ANN}


def test_a_case_that_somebody_holds_is_not_left() -> None:
    floor = booked()
    floor.open(TWO)
    leave = c.LeaveQueue(ref="r", case=TWO)
    assert floor.refused(client(), leave) is Refusal.CASE_NOT_WAITING
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    held = c.LeaveQueue(ref="r", case=ONE)
    assert floor.refused(client(), held) is Refusal.CASE_NOT_WAITING
    unknown = c.LeaveQueue(ref="r", case=THREE)
    assert floor.refused(client(), unknown) is Refusal.CASE_UNKNOWN
