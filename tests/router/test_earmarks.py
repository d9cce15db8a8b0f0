"""Behaviour of agents who are kept free for one case: for which, who, until when, and its price."""

import pytest

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    Channel,
    ChannelRule,
    ChoiceCause,
    Criterion,
    EarmarkCause,
    ExcludedCount,
    Exclusion,
    Hours,
    Policy,
    Presence,
    Ring,
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
    client,
    given,
    kinds,
    only,
    period,
    skills,
)

DRAIN_MS = Policy().drain_after_ms
WINDOW_MS = Policy().earmark_ms
CALL, LATER = CaseId("case_call"), CaseId("case_later")
TO_CLAIMS = (SubjectRule(subject="claim", queue=CLAIMS, label=LABEL),)


def starving() -> Floor:
    """A floor where Ann has a chat, and a call waits that needs her whole."""
    floor = Floor()
    floor.ready()
    floor.open(ONE)
    floor.call(CALL, MAX)
    return floor


def draining() -> Floor:
    """The same floor when the call has waited long enough: Ann is kept free for it."""
    floor = starving()
    floor.wait(DRAIN_MS)
    assert floor.kept() == CALL
    return floor


def choosing(policy: Policy | None = None) -> Floor:
    """A floor where Ann, who has one chat, is kept free for a call, and not Bob, who has two."""
    floor = Floor(policy or Policy(subjects=TO_CLAIMS))
    floor.queue(CLAIMS, required=skills(claims=1))
    loaded(floor, ANN, 1, claims=1)
    loaded(floor, BOB, 2, claims=2)
    floor.open(CALL, channel=Channel.CALL, subject="claim")
    floor.wait(DRAIN_MS)
    assert floor.kept(ANN) == CALL
    return floor


def loaded(floor: Floor, name: AgentId, chats: int, **levels: int) -> None:
    """Make an agent who has so many chats already."""
    floor.ready(name, has=skills(**levels))
    for number in range(chats):
        case = CaseId(f"case_{name}-{number}")
        floor.open(case, ClientId("client_else"))
        floor.do(SUPERVISOR, c.AssignCase(ref="r", case=case, agent=name))


# A call that would starve.


def test_a_call_that_waits_has_an_agent_kept_free_exactly_after_its_wait() -> None:
    floor = starving()
    assert floor.router.next_deadline_ms() == floor.now_ms + DRAIN_MS
    assert floor.wait(DRAIN_MS - 1) == []
    events = floor.wait(1)
    assert kinds(events) == ["CaseEarmarked"]
    earmarked = only(events, e.CaseEarmarked)
    assert (earmarked.case, earmarked.agent) == (CALL, ANN)
    assert earmarked.cause is EarmarkCause.DRAINING
    assert floor.router.next_deadline_ms() is None


def test_who_is_kept_free_is_given_nothing_else_and_then_the_call() -> None:
    floor = draining()
    assert given(floor.open(TWO)) == {}
    assert floor.status(TWO) is CaseStatus.QUEUED, "three slots are free, and stay so"
    events = floor.close(ONE)
    assert kinds(events)[-3:] == ["EarmarkEnded", "CaseDecided", "CaseOffered"]
    decided = only(events, e.CaseDecided)
    assert (decided.case, decided.agent, decided.cause) == (CALL, ANN, ChoiceCause.EARMARKED)
    assert (decided.runners_up, decided.excluded) == ((), ())
    assert (floor.kept(), floor.status(TWO)) == (None, CaseStatus.QUEUED)


def test_chats_alone_never_keep_anybody_free() -> None:
    floor = Floor()
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    assert floor.router.next_deadline_ms() is None
    assert floor.wait(10 * DRAIN_MS) == []


def test_nobody_is_kept_free_while_somebody_has_room() -> None:
    floor = draining()
    events = floor.ready(BOB)
    assert floor.router.state.cases[CALL].live_offer.agent == BOB
    assert only(events, e.EarmarkEnded).agent == ANN
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, None)


def test_another_agent_with_room_takes_the_call_and_sets_the_kept_one_free() -> None:
    floor = draining()
    floor.open(TWO)
    events = floor.ready(BOB)
    decided = next(event for event in events if isinstance(event, e.CaseDecided))
    assert (decided.case, decided.agent, decided.cause) == (CALL, BOB, ChoiceCause.BEST)
    assert given(events) == {CALL: BOB, TWO: ANN}, "Ann asks again at once"


def test_the_wait_before_keeping_somebody_free_follows_the_policy() -> None:
    floor = starving()
    floor.wait(10_000)
    events = floor.policy(Policy(drain_after_ms=10_000, login_levelling_ms=0))
    assert kinds(events) == ["PolicyConfigured", "CaseEarmarked"]


def test_a_longer_wait_before_keeping_somebody_free_ends_no_earmark() -> None:
    floor = draining()
    assert kinds(floor.policy(Policy(drain_after_ms=HOUR_MS))) == ["PolicyConfigured"]
    assert floor.kept() == CALL


# Who is kept free.


def test_the_least_loaded_agent_is_kept_free_however_skilled_another_is() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    floor.queue(CLAIMS, required=skills(claims=1))
    loaded(floor, ANN, 2, claims=5)
    loaded(floor, BOB, 1, claims=1)
    floor.open(CALL, channel=Channel.CALL, subject="claim")
    assert only(floor.wait(DRAIN_MS), e.CaseEarmarked).agent == BOB


def test_among_equally_loaded_agents_the_policys_choice_decides() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    floor.queue(CLAIMS, required=skills(claims=1))
    loaded(floor, ANN, 1, claims=1)
    loaded(floor, BOB, 1, claims=5)
    floor.wait(1)
    loaded(floor, SUE, 1, claims=5)
    floor.open(CALL, channel=Channel.CALL, subject="claim")
    assert only(floor.wait(DRAIN_MS), e.CaseEarmarked).agent == BOB, "skilled, and idle longer"


def test_a_draining_call_looks_at_load_first_whatever_the_policy_compares() -> None:
    floor = Floor(Policy(choice=(Criterion.IDLE,)))
    loaded(floor, ANN, 2)
    floor.wait(1)
    loaded(floor, BOB, 1)
    floor.call(CALL)
    assert only(floor.wait(DRAIN_MS), e.CaseEarmarked).agent == BOB


def test_an_appointment_compares_as_the_policy_does() -> None:
    floor = Floor(Policy(choice=(Criterion.IDLE,)))
    loaded(floor, ANN, 2)
    floor.wait(1)
    loaded(floor, BOB, 1)
    floor.book(in_ms=WINDOW_MS)
    assert floor.kept(ANN) == ONE


@pytest.mark.parametrize("cause", EarmarkCause)
def test_an_agent_who_is_taken_whole_is_kept_free_last(cause: EarmarkCause) -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.call(ONE)
    floor.accept(ONE)
    floor.do(agent(), c.StartCase(ref="r", case=ONE))
    loaded(floor, BOB, 4)
    if cause is EarmarkCause.APPOINTMENT:
        floor.book(CALL, in_ms=WINDOW_MS)
    else:
        floor.call(CALL, MAX)
        floor.wait(DRAIN_MS)
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, CALL)


def test_an_agent_who_is_taken_whole_is_kept_free_when_there_is_no_other() -> None:
    floor = Floor()
    floor.ready()
    floor.call(ONE)
    floor.accept(ONE)
    floor.do(agent(), c.StartCase(ref="r", case=ONE))
    floor.call(CALL, MAX)
    assert only(floor.wait(DRAIN_MS), e.CaseEarmarked).agent == ANN


def test_an_agent_who_refused_the_call_is_not_kept_free_for_it() -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.call(CALL)
    floor.refuse(CALL)
    assert floor.wait(DRAIN_MS) == []
    loaded(floor, BOB, 1)
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, None), "Bob had it at once"
    floor.refuse(CALL)
    assert floor.wait(DRAIN_MS) == [], "nobody is left"


def test_an_agent_of_a_ring_is_not_kept_free() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    rings = (Ring(after_ms=0, queue=GENERAL),)
    floor.queue(CLAIMS, required=skills(claims=1), rings=rings)
    loaded(floor, ANN, 1)
    floor.open(CALL, channel=Channel.CALL, subject="claim")
    assert floor.wait(DRAIN_MS) == []
    floor.agent(ANN, has=skills(claims=1))
    assert floor.kept() == CALL, "who serves the queue itself is"


def test_an_agent_with_too_little_capacity_is_not_kept_free() -> None:
    calls = (ChannelRule(channel=Channel.CALL, units=3, is_exclusive=True, is_offered=True),)
    floor = Floor(Policy(channels=calls))
    floor.ready(capacity=2)
    floor.call(CALL)
    assert floor.wait(DRAIN_MS) == []
    assert given(floor.agent(capacity=3)) == {CALL: ANN}
    floor.refuse(CALL)
    floor.ready(BOB, capacity=2)
    assert floor.kept(BOB) is None


def test_a_case_that_has_no_agent_yet_gets_the_first_who_can_be_kept_free() -> None:
    floor = starving()
    floor.presence(Presence.BREAK)
    assert floor.wait(DRAIN_MS) == []
    assert kinds(floor.presence(Presence.AVAILABLE)) == ["PresenceChanged", "CaseEarmarked"]


# Several cases.


def test_several_calls_choose_in_their_order_and_each_one_agent() -> None:
    floor = Floor(Policy(segments=(SegmentRule(segment=Segment.VIP, head_start_ms=60_000),)))
    loaded(floor, ANN, 1)
    loaded(floor, BOB, 2)
    floor.known(MAX)
    floor.call(ONE)
    floor.call(TWO, MAX)
    floor.call(THREE)
    chosen = [
        (event.case, event.agent)
        for event in floor.wait(DRAIN_MS)
        if isinstance(event, e.CaseEarmarked)
    ]
    assert chosen == [(TWO, ANN), (ONE, BOB)]
    floor.ready(SUE)
    assert given(floor.log[-3:]) == {TWO: SUE}, "free, and the first in order has it"
    assert floor.kept(ANN) == THREE, "the one that was set free is kept for the third"


def test_an_appointment_chooses_before_a_call_that_waits_longer() -> None:
    floor = starving()
    floor.presence(Presence.BREAK)
    floor.wait(DRAIN_MS)
    floor.book(TWO, in_ms=WINDOW_MS)
    assert only(floor.presence(Presence.AVAILABLE), e.CaseEarmarked).case == TWO


def test_a_chat_is_given_before_its_agent_is_kept_free_in_the_same_moment() -> None:
    floor = Floor()
    loaded(floor, ANN, 1)
    floor.presence(Presence.BREAK)
    floor.call(CALL, MAX)
    floor.wait(DRAIN_MS)
    floor.open(TWO)
    events = floor.presence(Presence.AVAILABLE)
    assert kinds(events) == ["PresenceChanged", "CaseDecided", "CaseAssigned", "CaseEarmarked"]


def test_of_a_chat_and_a_due_appointment_the_chat_that_came_first_does_not_take_the_agent() -> None:
    floor = Floor()
    floor.ready()
    floor.book(ONE, in_ms=WINDOW_MS)
    floor.open(TWO, MAX)
    assert given(floor.wait(WINDOW_MS)) == {ONE: ANN}
    assert floor.status(TWO) is CaseStatus.QUEUED


# Until when.


@pytest.mark.parametrize("leaves", ["line", "job", "skill", "capacity", "queue"])
def test_an_agent_who_can_no_longer_take_the_case_is_kept_free_no_more(leaves: str) -> None:
    floor = choosing()
    if leaves == "line":
        events = floor.disconnect()
    elif leaves == "job":
        events = floor.agent(is_active=False)
    elif leaves == "skill":
        events = floor.agent()
    elif leaves == "capacity":
        events = floor.agent(capacity=0, has=skills(claims=1))
    else:
        events = floor.queue(CLAIMS, required=skills(claims=2))
    assert only(events, e.EarmarkEnded).agent == ANN
    assert only(events, e.CaseEarmarked).agent == BOB, "another one is, if there is one"
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, CALL)


@pytest.mark.parametrize("status", [each for each in Presence if each is not Presence.AVAILABLE])
def test_an_agent_who_stops_receiving_is_kept_free_no_more(status: Presence) -> None:
    floor = choosing()
    events = floor.presence(status)
    assert only(events, e.EarmarkEnded).agent == ANN
    assert floor.kept(BOB) == CALL


def test_an_agent_who_keeps_what_the_case_needs_stays_kept_free() -> None:
    floor = choosing()
    events = floor.agent(has=skills(claims=1, more=1), capacity=1)
    assert kinds(events) == ["AgentConfigured"]
    assert floor.kept() == CALL


@pytest.mark.parametrize("way", ["assigned", "pulled", "left", "merged", "settled"])
def test_an_agent_is_set_free_and_asks_again_when_the_case_goes_elsewhere(way: str) -> None:
    floor = draining()
    floor.agent(BOB)
    floor.open(TWO, MAX)
    if way == "assigned":
        events = floor.do(SUPERVISOR, c.AssignCase(ref="r", case=CALL, agent=BOB))
    elif way == "pulled":
        events = floor.do(agent(BOB), c.PullCase(ref="r", case=CALL))
    elif way == "left":
        events = floor.leave(client(MAX), CALL)
    elif way == "merged":
        events = floor.do(SUPERVISOR, c.MergeCases(ref="r", case=CALL, into=TWO))
    else:
        events = floor.settle(SUPERVISOR, c.OutcomeClose(), CALL)
    assert only(events, e.EarmarkEnded).agent == ANN
    assert given(events) == {TWO: ANN}


def test_a_call_that_is_transferred_has_an_agent_of_its_new_queue_kept_free() -> None:
    floor = Floor()
    floor.queue(CLAIMS, required=skills(claims=1))
    loaded(floor, ANN, 1)
    loaded(floor, BOB, 1, claims=1)
    floor.call(CALL)
    assert only(floor.wait(DRAIN_MS), e.CaseEarmarked).agent == ANN
    events = floor.settle(SUPERVISOR, c.OutcomeTransfer(queue=CLAIMS), CALL)
    assert kinds(events) == ["EarmarkEnded", "CaseQueued", "CaseEarmarked"]
    assert (floor.kept(ANN), floor.kept(BOB)) == (None, CALL)


def test_a_call_keeps_its_wait_in_another_queue() -> None:
    floor = Floor()
    floor.queue(CLAIMS, required=skills(claims=1))
    loaded(floor, ANN, 1, claims=1)
    floor.call(CALL)
    floor.wait(DRAIN_MS - 1)
    events = floor.settle(SUPERVISOR, c.OutcomeTransfer(queue=CLAIMS), CALL)
    assert kinds(events) == ["CaseQueued"]
    assert kinds(floor.wait(1)) == ["CaseEarmarked"]


# What it costs, and what it does not.


def test_who_is_kept_free_is_counted_as_kept_from_other_cases() -> None:
    floor = choosing()
    decided = only(floor.open(LATER, MAX, subject="claim"), e.CaseDecided)
    assert decided.agent == BOB
    assert decided.excluded == (ExcludedCount(reason=Exclusion.EARMARKED, agents=1),)


def test_who_is_kept_free_can_be_given_a_case_by_hand_and_stays_kept_free() -> None:
    floor = draining()
    floor.open(TWO)
    assigned = only(
        floor.do(SUPERVISOR, c.AssignCase(ref="r", case=TWO, agent=ANN)), e.CaseAssigned
    )
    assert (assigned.cause, assigned.is_over_capacity) == (AssignCause.BY_HAND, False)
    floor.open(THREE)
    assert kinds(floor.do(agent(), c.PullCase(ref="r", case=THREE))) == ["CaseAssigned"]
    assert floor.kept() == CALL


def test_a_case_that_preferred_the_agent_waits_for_it_no_more_when_it_is_kept_free() -> None:
    floor = Floor()
    floor.known(MAX, ANN)
    floor.ready(ANN, capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    assert floor.router.state.cases[TWO].preferred == ANN
    events = floor.book(CALL, in_ms=WINDOW_MS)
    assert kinds(events)[-2:] == ["CaseEarmarked", "PreferenceEnded"]
    assert given(floor.ready(BOB)) == {TWO: BOB}


def test_nobody_new_waits_for_an_agent_who_is_kept_free() -> None:
    floor = draining()
    floor.known(ZOE, ANN, BOB)
    floor.ready(BOB, capacity=0)
    assert "CasePreferred" not in kinds(floor.open(TWO, ZOE))


def test_a_call_that_waits_for_its_agent_keeps_nobody_free_until_that_wait_ends() -> None:
    floor = Floor()
    loaded(floor, ANN, 1)
    floor.known(ZOE, ANN)
    floor.call(CALL)
    assert floor.wait(119_999) == []
    assert kinds(floor.wait(1)) == ["PreferenceEnded", "CaseEarmarked"]


def test_a_call_that_is_held_by_the_hours_keeps_nobody_free_until_they_begin() -> None:
    floor = Floor()
    loaded(floor, ANN, 1)
    floor.queue(GENERAL, hours=Hours())
    opens_ms = floor.now_ms + 2 * DRAIN_MS
    floor.schedule(period(opens_ms, opens_ms + HOUR_MS))
    floor.call(CALL)
    assert floor.wait(2 * DRAIN_MS - 1) == []
    assert kinds(floor.wait(1)) == ["QueueOpened", "CaseEarmarked"]


def test_an_offer_that_comes_back_keeps_somebody_free_by_the_age_of_the_case() -> None:
    floor = Floor()
    loaded(floor, ANN, 1)
    loaded(floor, BOB, 0)
    floor.call(CALL)
    floor.wait(19_999)
    floor.refuse(CALL)
    assert floor.kept(ANN) is None
    assert floor.wait(DRAIN_MS - 20_000) == []
    assert only(floor.wait(1), e.CaseEarmarked).agent == ANN


def test_what_is_offered_to_an_agent_who_is_then_kept_free_stays_offered() -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED, drain_after_ms=10_000))
    floor.ready()
    floor.open(ONE)
    floor.call(CALL, MAX)
    assert kinds(floor.wait(10_000)) == ["CaseEarmarked"]
    assert kinds(floor.accept(ONE)) == ["OfferEnded", "CaseAssigned"]
    assert floor.kept() == CALL
    assert given(floor.close(ONE)) == {CALL: ANN}


def test_a_snapshot_keeps_who_is_kept_free_for_what() -> None:
    floor = draining()
    floor.open(TWO)
    floor.router.load(floor.router.dump())
    assert given(floor.open(THREE, MAX)) == {}
    assert given(floor.close(ONE)) == {CALL: ANN}


def test_a_snapshot_keeps_the_wait_before_somebody_is_kept_free() -> None:
    floor = starving()
    floor.wait(10_000)
    floor.router.load(floor.router.dump())
    assert floor.wait(DRAIN_MS - 10_001) == []
    assert kinds(floor.wait(1)) == ["CaseEarmarked"]
