"""Behaviour of the answers to why: why a case waits, and why an agent is given nothing."""

import pytest

from store.schema import commands as c
from store.schema import questions as q
from store.schema.commands import Refusal, Refused
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import (
    CaseStatus,
    Channel,
    EarmarkCause,
    ExcludedCount,
    Exclusion,
    Hours,
    Policy,
    Presence,
    Ring,
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
    Floor,
    agent,
    given,
    period,
    skills,
)

DRAIN_MS = Policy().drain_after_ms
IDA, JOE, KIM = AgentId("agent_ida"), AgentId("agent_joe"), AgentId("agent_kim")
TO_CLAIMS = (SubjectRule(subject="claim", queue=CLAIMS, label=LABEL),)


def why(floor: Floor, case: CaseId = ONE) -> q.CaseExplained:
    answer = floor.router.answer(q.ExplainCase(case=case), floor.now_ms)
    assert isinstance(answer, q.CaseExplained)
    return answer


def why_idle(floor: Floor, name: AgentId = ANN) -> q.AgentExplained:
    answer = floor.router.answer(q.ExplainAgent(agent=name), floor.now_ms)
    assert isinstance(answer, q.AgentExplained)
    return answer


def refused(floor: Floor, question: q.AnyQuestion) -> Refusal:
    with pytest.raises(Refused) as why_not:
        floor.router.answer(question, floor.now_ms)
    return why_not.value.refusal


# Why a case waits.


def test_a_case_waits_because_there_is_no_agent() -> None:
    floor = Floor()
    enqueued_ms = floor.now_ms
    floor.open()
    floor.wait(10)
    answer = why(floor)
    assert (answer.reason, answer.until_ms, answer.at_ms) == (
        q.WaitReason.NO_AGENT,
        None,
        floor.now_ms,
    )
    assert (answer.case, answer.status, answer.place) == (ONE, CaseStatus.QUEUED, 1)
    assert (answer.queue, answer.queues) == (GENERAL, (GENERAL,))
    assert (answer.enqueued_at_ms, answer.key) == (enqueued_ms, enqueued_ms)
    assert [each.name for each in answer.terms] == ["subject", "channel", "segment"]
    assert answer.agents == ()


def test_until_its_next_ring_opens_and_then_the_one_after() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    rings = (Ring(after_ms=9_000, queue=CLAIMS), Ring(after_ms=5_000, queue=GENERAL))
    floor.queue(CLAIMS, required=skills(claims=1), rings=rings)
    enqueued_ms = floor.now_ms
    floor.open(subject="claim")
    assert (why(floor).until_ms, why(floor).queues) == (enqueued_ms + 5_000, (CLAIMS,))
    floor.wait(4_999)
    assert why(floor).until_ms == enqueued_ms + 5_000
    floor.wait(1)
    assert (why(floor).until_ms, why(floor).queues) == (enqueued_ms + 9_000, (CLAIMS, GENERAL))
    floor.wait(4_000)
    assert why(floor).until_ms is None


def test_the_wait_for_one_agent_is_a_reason_with_an_end() -> None:
    floor = Floor()
    floor.known(MAX, ANN)
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    answer = why(floor, TWO)
    assert (answer.reason, answer.preferred) == (q.WaitReason.PREFERRED, ANN)
    assert (answer.until_ms, answer.place) == (floor.now_ms + 120_000, None)


def test_a_held_case_waits_until_the_next_opening_if_it_is_known() -> None:
    floor = Floor()
    floor.queue(GENERAL, hours=Hours())
    now_ms = floor.now_ms
    floor.schedule(period(now_ms + 1_000, now_ms + 2_000), period(now_ms + 3_000, now_ms + 4_000))
    floor.open()
    answer = why(floor)
    assert (answer.reason, answer.until_ms) == (q.WaitReason.OUT_OF_HOURS, now_ms + 1_000)
    floor.schedule()
    assert (why(floor).reason, why(floor).until_ms) == (q.WaitReason.OUT_OF_HOURS, None)


def test_an_appointment_waits_for_its_time() -> None:
    floor = Floor()
    floor.ready()
    floor.book(in_ms=60_000)
    answer = why(floor)
    assert (answer.reason, answer.until_ms) == (q.WaitReason.SCHEDULED, floor.now_ms + 60_000)
    assert (answer.status, answer.queues) == (CaseStatus.SCHEDULED, (GENERAL,))
    assert (answer.earmark, answer.earmark_cause) == (ANN, EarmarkCause.APPOINTMENT)
    assert answer.terms == ()


def test_an_offered_case_waits_for_the_answer_to_its_offer() -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED))
    floor.ready()
    floor.open()
    answer = why(floor)
    assert (answer.reason, answer.until_ms) == (q.WaitReason.OFFERED, floor.now_ms + 20_000)
    assert answer.place is None


def test_a_case_that_somebody_holds_does_not_wait() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    answer = why(floor)
    assert (answer.reason, answer.until_ms) == (q.WaitReason.NOT_WAITING, None)
    assert answer.status is CaseStatus.ASSIGNED
    floor.settle(agent(), c.OutcomeWait())
    assert why(floor).reason is q.WaitReason.NOT_WAITING


# Its place.


def test_a_place_counts_those_before_it_of_every_cost_and_of_rings() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    floor.queue(CLAIMS, rings=(Ring(after_ms=5_000, queue=GENERAL),))
    floor.open(ONE, subject="claim")
    floor.call(TWO, MAX)
    floor.open(THREE, MAX)
    assert [why(floor, each).place for each in (ONE, TWO, THREE)] == [1, 1, 2]
    floor.wait(5_000)
    assert [why(floor, each).place for each in (ONE, TWO, THREE)] == [1, 2, 3]


def test_a_place_moves_up_when_those_before_it_leave() -> None:
    floor = Floor()
    floor.open(ONE)
    floor.open(TWO, MAX)
    floor.leave(SUPERVISOR, ONE)
    assert why(floor, TWO).place == 1


# The agents.


def _one_of_each(floor: Floor) -> None:
    """Seven agents of whom each is kept from case one by something else."""
    ring = (Ring(after_ms=HOUR_MS, queue=GENERAL),)
    floor.queue(CLAIMS, required=skills(claims=1), rings=ring)
    able = skills(claims=1)
    floor.ready(ANN, has=able, capacity=1)
    floor.open(ONE, subject="claim")
    floor.refuse(ONE)
    floor.ready(BOB, has=able, capacity=1)
    floor.refuse(ONE)
    floor.open(TWO, MAX, subject="claim")
    assert floor.router.state.cases[TWO].live_offer.agent == ANN
    floor.accept(TWO)
    floor.open(THREE, ClientId("client_3"), subject="claim")
    assert floor.router.state.cases[THREE].live_offer.agent == BOB
    floor.ready(SUE, has=able)
    floor.refuse(ONE)
    floor.agent(IDA, has=able)
    floor.connect(IDA)
    floor.agent(JOE, has=able)
    floor.ready(KIM)


def test_each_agent_is_kept_out_by_the_first_reason_and_the_nearest_comes_first() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS, channels=CHATS_OFFERED))
    _one_of_each(floor)
    answer = why(floor)
    assert [(each.agent, each.exclusion) for each in answer.agents] == [
        (BOB, Exclusion.HAS_OFFER),
        (ANN, Exclusion.AT_CAPACITY),
        (SUE, Exclusion.REFUSED_BEFORE),
        (IDA, Exclusion.NOT_AVAILABLE),
        (JOE, Exclusion.NOT_CONNECTED),
    ], "and not Kim, who serves neither the queue nor an open ring"
    assert answer.excluded == (
        ExcludedCount(reason=Exclusion.SKILL_MISSING, agents=1),
        ExcludedCount(reason=Exclusion.NOT_CONNECTED, agents=1),
        ExcludedCount(reason=Exclusion.NOT_AVAILABLE, agents=1),
        ExcludedCount(reason=Exclusion.HAS_OFFER, agents=1),
        ExcludedCount(reason=Exclusion.AT_CAPACITY, agents=1),
        ExcludedCount(reason=Exclusion.REFUSED_BEFORE, agents=1),
    )


def test_who_works_here_no_more_is_not_named() -> None:
    floor = Floor()
    floor.agent(ANN, is_active=False)
    floor.open()
    assert (why(floor).agents, why(floor).excluded) == ((), ())


def test_who_is_joining_comes_before_those_who_have_no_room() -> None:
    floor = Floor(Policy(login_levelling_ms=200))
    floor.ready(ANN, capacity=0)
    floor.wait(200)
    floor.ready(BOB)
    floor.open()
    assert [(each.agent, each.exclusion) for each in why(floor).agents] == [
        (BOB, Exclusion.JOINING),
        (ANN, Exclusion.AT_CAPACITY),
    ]


def test_who_is_kept_free_for_another_case_is_and_for_this_one_only_has_no_room_yet() -> None:
    floor = Floor()
    floor.ready()
    floor.open(ONE)
    call = CaseId("case_call")
    floor.call(call, MAX)
    floor.wait(DRAIN_MS)
    floor.open(TWO, MAX)
    assert [each.exclusion for each in why(floor, TWO).agents] == [Exclusion.EARMARKED]
    assert [each.exclusion for each in why(floor, call).agents] == [Exclusion.AT_CAPACITY]
    assert (why(floor, call).earmark, why(floor, call).earmark_cause) == (
        ANN,
        EarmarkCause.DRAINING,
    )


def test_who_is_kept_free_for_an_appointment_and_has_room_only_waits_for_its_time() -> None:
    floor = Floor()
    floor.ready()
    floor.book(in_ms=60_000)
    assert [each.exclusion for each in why(floor).agents] == [None]


def test_agents_alike_are_in_the_order_of_the_choice_with_what_it_compares() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS))
    floor.queue(CLAIMS, required=skills(claims=2), rings=(Ring(after_ms=0, queue=GENERAL),))
    floor.known(MAX, SUE)
    floor.ready(SUE, capacity=1)
    floor.open(TWO, MAX)
    floor.ready(ANN, has=skills(claims=1), capacity=5)
    floor.wait(3)
    floor.ready(BOB, has=skills(claims=2))
    floor.known(MAX, SUE)
    floor.open(ONE, MAX, subject="claim")
    agents = why(floor).agents
    assert [(each.agent, each.skill_level, each.exclusion) for each in agents] == [
        (BOB, 2, None),
        (ANN, 1, None),
        (SUE, 0, Exclusion.AT_CAPACITY),
    ]
    ann = agents[1]
    assert (ann.load, ann.capacity, ann.idle_since_ms) == (0, 5, floor.now_ms - 3)


def test_a_hundred_agents_are_enough_to_read() -> None:
    floor = Floor()
    for number in range(101):
        floor.agent(AgentId(f"agent_{number:03}"))
    floor.open()
    answer = why(floor)
    assert len(answer.agents) == 100
    assert answer.excluded == (ExcludedCount(reason=Exclusion.NOT_CONNECTED, agents=101),)


# Why an agent is given nothing.


def test_an_agent_who_is_free_is_kept_from_nothing() -> None:
    floor = Floor()
    floor.wait(9)
    floor.ready()
    answer = why_idle(floor)
    assert (answer.agent, answer.at_ms, answer.exclusion) == (ANN, floor.now_ms, None)
    assert (answer.load, answer.capacity, answer.idle_since_ms) == (0, 4, floor.now_ms)
    assert answer.queues == (q.QueueStanding(queue=GENERAL),)
    assert (answer.earmarked, answer.joins_at_ms, answer.awaiting) == (None, None, ())


@pytest.mark.parametrize(
    "exclusion",
    [each for each in Exclusion if each not in {Exclusion.SKILL_MISSING, Exclusion.REFUSED_BEFORE}],
)
def test_an_agent_is_kept_from_everything_by_one_reason(exclusion: Exclusion) -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED, login_levelling_ms=200))
    floor.ready(capacity=1)
    if exclusion is not Exclusion.JOINING:
        floor.wait(200)
    if exclusion is Exclusion.NOT_CONNECTED:
        floor.disconnect()
    elif exclusion is Exclusion.NOT_AVAILABLE:
        floor.presence(Presence.BREAK)
    elif exclusion is Exclusion.EARMARKED:
        floor.book(in_ms=60_000)
    elif exclusion in {Exclusion.HAS_OFFER, Exclusion.AT_CAPACITY}:
        floor.open()
    if exclusion is Exclusion.AT_CAPACITY:
        floor.accept()
    answer = why_idle(floor)
    assert answer.exclusion is exclusion
    is_early = exclusion is Exclusion.JOINING
    assert answer.joins_at_ms == (floor.now_ms + 200 if is_early else None)
    assert answer.earmarked == (ONE if exclusion is Exclusion.EARMARKED else None)


def test_an_agent_who_works_here_no_more_is_not_available() -> None:
    floor = Floor()
    floor.agent(is_active=False)
    assert why_idle(floor).exclusion is Exclusion.NOT_AVAILABLE


def test_an_agent_who_is_on_a_call_has_no_room_for_anything() -> None:
    floor = Floor()
    floor.ready()
    floor.call()
    assert why_idle(floor).exclusion is Exclusion.HAS_OFFER
    floor.accept()
    assert why_idle(floor).exclusion is Exclusion.AT_CAPACITY


def test_an_agent_sees_its_queues_the_fullest_first_with_the_first_case_and_what_keeps_it() -> None:
    floor = Floor(Policy(subjects=TO_CLAIMS, channels=CHATS_OFFERED))
    other = QueueId("queue_other")
    floor.queue(other, required=skills(other=1))
    rings = (Ring(after_ms=0, queue=GENERAL),)
    floor.queue(CLAIMS, rings=rings, hours=Hours())
    floor.schedule(queue=CLAIMS)
    floor.queue(CLAIMS, rings=rings)
    floor.ready()
    floor.open(ONE, subject="claim")
    floor.refuse()
    floor.open(TWO, MAX)
    floor.refuse(TWO)
    floor.queue(CLAIMS, rings=rings, hours=Hours())
    floor.schedule(queue=CLAIMS)
    answer = why_idle(floor)
    assert answer.exclusion is None
    assert answer.queues == (
        q.QueueStanding(queue=GENERAL, waiting=2, first=ONE, exclusion=Exclusion.REFUSED_BEFORE),
        q.QueueStanding(
            queue=CLAIMS,
            is_in_hours=False,
            waiting=1,
            first=ONE,
            exclusion=Exclusion.REFUSED_BEFORE,
        ),
    ), "and no queue that it does not serve"


def test_an_agent_with_a_chat_has_no_room_for_the_call_that_is_first() -> None:
    floor = Floor()
    floor.ready()
    floor.open(ONE)
    floor.call(TWO, MAX)
    (standing,) = why_idle(floor).queues
    assert (standing.first, standing.exclusion) == (TWO, Exclusion.AT_CAPACITY)
    assert why_idle(floor).exclusion is None, "a chat would come"


def test_an_agent_sees_the_cases_that_wait_for_it_alone() -> None:
    floor = Floor()
    floor.known(MAX, ANN)
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(THREE, MAX)
    floor.open(TWO, MAX)
    answer = why_idle(floor)
    assert answer.awaiting == (TWO, THREE)
    assert answer.queues == (q.QueueStanding(queue=GENERAL),), "they wait for nobody else"


# Refused, and harmless.


def test_what_is_not_there_cannot_be_explained() -> None:
    floor = Floor()
    assert refused(floor, q.ExplainCase(case=ONE)) is Refusal.CASE_UNKNOWN
    assert refused(floor, q.ExplainAgent(agent=ANN)) is Refusal.AGENT_UNKNOWN
    floor.ready()
    floor.open()
    floor.close()
    assert refused(floor, q.ExplainCase(case=ONE)) is Refusal.CASE_CLOSED


def test_asking_changes_nothing_and_spoils_nothing() -> None:
    floor = Floor()
    floor.open(ONE)
    floor.open(TWO, ClientId("client_2"), channel=Channel.CALL)
    before = floor.router.digest()
    for case in (ONE, TWO):
        why(floor, case)
    assert floor.router.digest() == before
    floor.ready()
    why_idle(floor)
    assert floor.holder(ONE) == ANN
    assert given(floor.close(ONE)) == {TWO: ANN}
