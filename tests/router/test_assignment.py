"""Behaviour of the choice: which agent, which case, and what is written about it."""

import pytest

from router.core.cases import SYSTEM_MESSAGE
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Actor, Refusal
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, QueueId
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    Channel,
    ChannelRule,
    Exclusion,
    OfferOutcome,
    Policy,
    Presence,
    QueueCause,
    Ring,
    Role,
    Segment,
    SegmentRule,
    SubjectRule,
)
from tests.router.floor import (
    ANN,
    BOB,
    CLAIMS,
    GENERAL,
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
    client,
    kinds,
    only,
    skills,
)

TO_CLAIMS = Policy(subjects=(SubjectRule(subject="claim", queue=CLAIMS, label=LABEL),))
OFFERED = Policy(channels=(ChannelRule(channel=Channel.CHAT, is_offered=True),))


def test_a_case_goes_at_once_to_an_agent_who_is_free() -> None:
    floor = Floor()
    floor.ready()
    events = floor.open()
    assert kinds(events) == [
        "CaseOpened",
        "CaseScored",
        "CaseQueued",
        "CaseDecided",
        "CaseAssigned",
    ]
    assigned = only(events, e.CaseAssigned)
    assert (assigned.holder, assigned.agent_name) == (ANN, "Ann")
    assert (assigned.cause, assigned.by) == (AssignCause.AUTOMATIC, "system")


def test_the_fifth_case_waits_and_the_slot_that_frees_pulls_it() -> None:
    floor = Floor()
    floor.ready()
    names = [CaseId(f"case_{number}") for number in range(5)]
    for name in names:
        floor.open(name, ClientId(f"client_{name}"))
    assert floor.holder(names[4]) is None
    assert only(floor.close(names[0]), e.CaseAssigned).case == names[4]


def test_skill_then_load_then_idleness_then_name_decide() -> None:
    floor = Floor(TO_CLAIMS)
    floor.queue(CLAIMS, required=skills(claims=1))
    floor.ready(ANN, has=skills(claims=2))
    floor.ready(BOB, has=skills(claims=2))
    floor.ready(SUE, has=skills(claims=5), capacity=1)
    first = only(floor.open(ONE, subject="claim"), e.CaseDecided)
    assert (first.agent, first.skill_level) == (SUE, 5)
    assert [runner.agent for runner in first.runners_up] == [ANN, BOB]
    second = only(floor.open(TWO, MAX, subject="claim"), e.CaseDecided)
    assert second.agent == ANN
    assert [count.reason for count in second.excluded] == [Exclusion.AT_CAPACITY]
    floor.wait(5)
    assert (
        only(floor.open(THREE, ClientId("client_3"), subject="claim"), e.CaseDecided).agent == BOB
    )


def test_the_decision_counts_why_others_were_kept_out() -> None:
    floor = Floor(TO_CLAIMS)
    floor.queue(CLAIMS, required=skills(claims=1))
    floor.ready(ANN, has=skills(claims=1))
    floor.ready(BOB)
    floor.agent(SUE, has=skills(claims=1))
    floor.agent(AgentId("agent_ida"), has=skills(claims=1))
    floor.connect(AgentId("agent_ida"))
    decided = only(floor.open(subject="claim"), e.CaseDecided)
    assert {count.reason: count.agents for count in decided.excluded} == {
        Exclusion.SKILL_MISSING: 1,
        Exclusion.NOT_CONNECTED: 1,
        Exclusion.NOT_AVAILABLE: 1,
    }


def test_a_head_start_overtakes_and_no_more_than_its_length() -> None:
    floor = Floor(Policy(segments=(SegmentRule(segment=Segment.VIP, head_start_ms=60_000),)))
    floor.known(MAX)
    floor.open(ONE)
    floor.wait(59_999)
    scored = only(floor.open(TWO, MAX), e.CaseScored)
    assert scored.head_start_ms == 60_000
    assert [term.name for term in scored.terms] == ["subject", "channel", "segment"]
    floor.wait(2)
    floor.open(THREE, MAX)
    given = [event.case for event in floor.ready() if isinstance(event, e.CaseAssigned)]
    assert given == [TWO, ONE, THREE]


def test_a_second_ring_may_take_the_case_exactly_after_its_wait() -> None:
    floor = Floor(TO_CLAIMS)
    floor.queue(CLAIMS, required=skills(claims=1), rings=(Ring(after_ms=30_000, queue=GENERAL),))
    floor.ready(BOB)
    floor.open(subject="claim")
    assert floor.wait(29_999) == []
    assert only(floor.wait(1), e.CaseAssigned).holder == BOB


def test_rings_of_a_changed_queue_count_for_cases_that_wait_already() -> None:
    floor = Floor(TO_CLAIMS)
    floor.queue(CLAIMS, required=skills(claims=1))
    floor.ready(BOB)
    floor.open(subject="claim")
    floor.wait(40_000)
    floor.queue(CLAIMS, required=skills(claims=1), rings=(Ring(after_ms=30_000, queue=GENERAL),))
    assert floor.holder() == BOB


def test_a_call_needs_an_agent_who_has_nothing_else_and_then_has_it_whole() -> None:
    floor = Floor()
    floor.ready()
    floor.open(ONE)
    floor.open(TWO, MAX, channel=Channel.CALL)
    assert floor.router.state.cases[TWO].status is CaseStatus.QUEUED
    offer = only(floor.close(ONE), e.CaseOffered)
    assert offer.case == TWO
    floor.open(THREE, ClientId("client_3"))
    floor.do(agent(), c.AcceptOffer(ref="r", offer=offer.offer))
    assert floor.holder(THREE) is None


def test_who_is_loaded_is_counted_as_kept_from_a_call() -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.open(ONE)
    floor.ready(BOB)
    decided = only(floor.open(TWO, MAX, channel=Channel.CALL), e.CaseDecided)
    assert decided.agent == BOB
    assert [(count.reason, count.agents) for count in decided.excluded] == [
        (Exclusion.AT_CAPACITY, 1)
    ]


# Affinity.


def _served_by_ann(floor: Floor, *, capacity: int = 4) -> None:
    floor.ready(ANN, capacity=capacity)
    floor.open(ONE)
    floor.close(ONE)
    floor.ready(BOB)


def test_the_next_case_goes_to_the_last_agent_with_its_former_cases() -> None:
    floor = Floor()
    _served_by_ann(floor)
    events = floor.open(TWO)
    assert only(events, e.CaseOpened).former_cases == (ONE,)
    assert only(events, e.CasePreferred).why == "last_agent"
    assert only(events, e.CaseAssigned).holder == ANN


def test_a_case_waits_for_a_full_last_agent_and_no_longer_than_the_hold() -> None:
    floor = Floor()
    _served_by_ann(floor, capacity=1)
    floor.presence(Presence.BREAK, BOB)
    floor.open(TWO, MAX)
    floor.presence(Presence.AVAILABLE, BOB)
    events = floor.open(THREE)
    key = only(events, e.CaseQueued).key
    assert kinds(events)[-1] == "CasePreferred"
    assert floor.wait(59_999) == []
    events = floor.wait(1)
    assert kinds(events) == ["PreferenceEnded", "CaseDecided", "CaseAssigned"]
    assert (only(events, e.CaseDecided).key, only(events, e.CaseAssigned).holder) == (key, BOB)


def test_a_held_case_goes_to_the_last_agent_when_a_slot_frees() -> None:
    floor = Floor()
    _served_by_ann(floor, capacity=1)
    floor.presence(Presence.BREAK, BOB)
    floor.open(TWO, MAX)
    floor.open(THREE)
    assigned = only(floor.close(TWO), e.CaseAssigned)
    assert (assigned.case, assigned.holder) == (THREE, ANN)


@pytest.mark.parametrize("leaves", ["lunch", "line", "job"])
def test_a_held_case_is_free_at_once_when_its_agent_goes(leaves: str) -> None:
    floor = Floor()
    _served_by_ann(floor, capacity=1)
    floor.presence(Presence.BREAK, BOB)
    floor.open(TWO, MAX)
    floor.presence(Presence.AVAILABLE, BOB)
    floor.open(THREE)
    if leaves == "lunch":
        floor.presence(Presence.LUNCH, ANN)
    elif leaves == "line":
        floor.disconnect(ANN)
    else:
        floor.agent(ANN, is_active=False)
    assert floor.holder(THREE) == BOB


def test_an_absent_last_agent_is_skipped_at_once() -> None:
    floor = Floor()
    _served_by_ann(floor)
    floor.presence(Presence.LEAVE, ANN)
    events = floor.open(TWO)
    assert "CasePreferred" not in kinds(events)
    assert only(events, e.CaseAssigned).holder == BOB


def test_named_agents_come_first_and_the_backup_when_they_are_away() -> None:
    floor = Floor()
    _served_by_ann(floor)
    floor.ready(SUE)
    floor.known(ZOE, SUE, BOB)
    preferred = only(floor.open(TWO), e.CasePreferred)
    assert (preferred.agent, preferred.why) == (SUE, "named_agent")
    assert preferred.until_ms == floor.now_ms + 120_000
    floor.presence(Presence.BREAK, SUE)
    assert only(floor.open(THREE), e.CasePreferred).agent == BOB


# By hand.


def test_a_supervisor_assigns_above_the_cap_and_it_is_marked() -> None:
    floor = Floor()
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    given = only(floor.do(SUPERVISOR, c.AssignCase(ref="r", case=TWO, agent=ANN)), e.CaseAssigned)
    assert (given.is_over_capacity, given.cause) == (True, AssignCause.BY_HAND)
    floor.open(THREE, MAX)
    assert "CaseAssigned" not in kinds(floor.close(ONE)), "still at the cap"


def test_an_agent_gives_only_what_it_holds_and_only_to_who_has_room() -> None:
    floor = Floor()
    floor.ready(ANN, capacity=1)
    floor.ready(BOB, capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    to_bob = c.AssignCase(ref="r", case=ONE, agent=BOB)
    assert floor.refused(agent(ANN), to_bob) is Refusal.AGENT_AT_CAPACITY
    assert floor.refused(agent(BOB), to_bob) is Refusal.NOT_HOLDER
    floor.close(TWO, BOB)
    given = only(floor.do(agent(ANN), to_bob), e.CaseAssigned)
    assert (given.former, given.holder, given.is_over_capacity) == (ANN, BOB, False)
    assert floor.do(SUPERVISOR, to_bob) == [], "who has it, has it"


def test_a_case_is_given_to_nobody_who_is_on_leave_gone_or_unknown() -> None:
    floor = Floor()
    floor.ready()
    floor.agent(BOB, is_active=False)
    floor.ready(SUE)
    floor.presence(Presence.LEAVE, SUE)
    floor.open()
    for name, why in (
        (BOB, Refusal.AGENT_NOT_AVAILABLE),
        (SUE, Refusal.AGENT_NOT_AVAILABLE),
        (AgentId("agent_nobody"), Refusal.AGENT_UNKNOWN),
    ):
        command = c.AssignCase(ref="r", case=ONE, agent=name)
        assert floor.refused(SUPERVISOR, command) is why


def test_an_agent_pulls_a_waiting_case_and_no_other() -> None:
    floor = Floor()
    floor.agent()
    floor.open()
    pull = c.PullCase(ref="r", case=ONE)
    assert only(floor.do(agent(), pull), e.CaseAssigned).cause is AssignCause.PULLED
    assert floor.refused(agent(), pull) is Refusal.CASE_NOT_WAITING
    assert floor.refused(client(), pull) is Refusal.FORBIDDEN


def test_a_case_taken_back_keeps_its_age_and_does_not_return_to_the_same_agent() -> None:
    floor = Floor()
    floor.ready()
    queued = only(floor.open(), e.CaseQueued)
    floor.wait(5_000)
    events = floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    again = only(events, e.CaseQueued)
    assert (again.enqueued_at_ms, again.key) == (queued.enqueued_at_ms, queued.key)
    assert (again.cause, again.former, again.holder) == (QueueCause.TAKEN_BACK, ANN, None)
    assert "CaseAssigned" not in kinds(events)
    assert only(floor.ready(BOB), e.CaseAssigned).holder == BOB
    take_back = c.TakeBack(ref="r", case=ONE)
    assert floor.refused(agent(), take_back) is Refusal.FORBIDDEN
    floor.do(SUPERVISOR, take_back)
    assert only(floor.log[-3:], e.CaseAssigned).holder == ANN, "held by Bob in between"
    floor.presence(Presence.LEAVE, BOB)
    floor.presence(Presence.LEAVE, ANN)
    assert floor.refused(SUPERVISOR, take_back) is Refusal.NOT_HOLDER


def test_taking_back_withdraws_a_live_offer() -> None:
    floor = Floor(OFFERED)
    floor.ready()
    floor.open()
    events = floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    assert only(events, e.OfferEnded).outcome is OfferOutcome.WITHDRAWN
    assert only(events, e.CaseQueued).former == ANN


def test_an_agent_who_refused_is_passed_over_for_that_case_only() -> None:
    floor = Floor(OFFERED)
    floor.ready()
    offer = only(floor.open(ONE), e.CaseOffered)
    floor.do(agent(), c.RefuseOffer(ref="r", offer=offer.offer))
    assert only(floor.open(TWO, MAX), e.CaseOffered).case == TWO
    decided = only(floor.ready(BOB), e.CaseDecided)
    assert (decided.agent, decided.case) == (BOB, ONE)
    assert Exclusion.REFUSED_BEFORE in {count.reason for count in decided.excluded}


def test_an_agent_full_of_offers_is_counted_as_such() -> None:
    floor = Floor(OFFERED)
    floor.ready(ANN, capacity=1)
    floor.open(ONE)
    floor.ready(BOB)
    decided = only(floor.open(TWO, MAX), e.CaseDecided)
    assert [count.reason for count in decided.excluded] == [Exclusion.HAS_OFFER]


def test_nobody_can_use_up_the_ids_of_the_system_messages() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    message = MessageId(f"{SYSTEM_MESSAGE}99")
    said = c.SendMessage(ref="r", case=ONE, message=message, text="x")
    assert floor.refused(client(), said) is Refusal.MESSAGE_EXISTS


def test_the_system_may_speak_in_a_case() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    said = floor.say(Actor(role=Role.SYSTEM, id="system"))
    assert kinds(said) == ["MessageSent"]


def test_rings_open_in_the_order_of_their_waits_however_they_are_written() -> None:
    floor = Floor(TO_CLAIMS)
    other = QueueId("queue_other")
    floor.queue(other, required=skills(other=1))
    rings = (
        Ring(after_ms=90_000, queue=GENERAL),
        Ring(after_ms=30_000, queue=other),
        Ring(after_ms=60_000, queue=other),
    )
    floor.queue(CLAIMS, required=skills(claims=1), rings=rings)
    floor.open(subject="claim")
    assert floor.router.next_deadline_ms() == floor.now_ms + 30_000
    floor.wait(60_000)
    floor.ready(BOB)
    assert only(floor.wait(30_000), e.CaseAssigned).holder == BOB


def test_at_most_five_runners_up_are_written() -> None:
    floor = Floor()
    for number in range(9):
        floor.ready(AgentId(f"agent_{number}"))
    decided = only(floor.open(), e.CaseDecided)
    assert decided.agent == "agent_0"
    assert [runner.agent[-1] for runner in decided.runners_up] == ["1", "2", "3", "4", "5"]


def test_the_runners_up_of_differently_skilled_agents_are_in_one_order() -> None:
    floor = Floor()
    for number in range(10):
        has = (skills(), skills(other=1), skills(more=1))[number % 3]
        floor.ready(AgentId(f"agent_{9 - number}"), has=has)
        floor.wait(1)
    decided = only(floor.open(), e.CaseDecided)
    assert decided.agent == "agent_9"
    assert [runner.agent[-1] for runner in decided.runners_up] == ["8", "7", "6", "5", "4"]


def test_an_agent_who_refused_the_first_case_gets_the_next_of_all_its_queues() -> None:
    floor = Floor(
        Policy(
            subjects=TO_CLAIMS.subjects,
            channels=(ChannelRule(channel=Channel.MAIL, is_offered=True),),
        )
    )
    floor.queue(CLAIMS)
    floor.ready(ANN, capacity=1)
    offer = only(floor.open(ONE, channel=Channel.MAIL), e.CaseOffered)
    floor.do(agent(), c.RefuseOffer(ref="r", offer=offer.offer))
    floor.open(TWO, MAX, subject="claim")
    waiting = [CaseId(f"case_{number}") for number in (5, 6, 7)]
    for name, subject in zip(waiting, ("other", "claim", "claim"), strict=True):
        floor.wait(1)
        floor.open(name, ClientId(f"client_{name}"), subject=subject)
    given = TWO
    for name in waiting:
        given = only(floor.close(given), e.CaseAssigned).case
        assert given == name
    assert "CaseAssigned" not in kinds(floor.close(given)), "only the refused one is left"


def test_a_held_call_does_not_stand_before_a_held_chat_that_fits() -> None:
    floor = Floor()
    _served_by_ann(floor, capacity=2)
    floor.presence(Presence.BREAK, BOB)
    floor.known(ZOE, ANN)
    for name in (TWO, THREE):
        floor.open(name, MAX)
    call, chat = CaseId("case_8"), CaseId("case_9")
    floor.open(call, channel=Channel.CALL)
    floor.open(chat)
    assert only(floor.close(TWO), e.CaseAssigned).case == chat
    floor.close(THREE)
    assert only(floor.close(chat), e.CaseOffered).case == call
