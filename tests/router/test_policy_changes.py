"""Behaviour of cases that wait while the policy changes: who is scored again, and who is not."""

import pytest
from msgspec.structs import replace

from store.schema import commands as c
from store.schema import events as e
from store.schema.events import AnyEvent
from store.schema.ids import CaseId, ClientId
from store.schema.scoring import ESCALATION, SERVICE_LEVEL
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    Criterion,
    Policy,
    Presence,
    Segment,
    SegmentRule,
    SubjectRule,
    Term,
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
    SUE,
    SUPERVISOR,
    TWO,
    Floor,
    agent,
    given,
    kinds,
    only,
    skills,
)

PLAIN = Policy(login_levelling_ms=0)
VIP = replace(PLAIN, segments=(SegmentRule(segment=Segment.VIP, head_start_ms=60_000),))
OTHER = SubjectRule(subject="other", queue=GENERAL, label=LABEL, head_start_ms=5_000)


def term(floor: Floor, name: str, case: CaseId = ONE) -> int | None:
    """Return what one term gives the case."""
    terms = {each.name: each.head_start_ms for each in floor.router.state.cases[case].terms}
    return terms.get(name)


# Who is scored again.


def test_a_waiting_case_is_scored_again_with_its_terms_and_its_key() -> None:
    floor = Floor()
    floor.known(MAX)
    enqueued_ms = floor.now_ms
    floor.open(ONE, MAX)
    floor.wait(7_000)
    events = floor.policy(VIP)
    assert kinds(events) == ["PolicyConfigured", "CaseScored"]
    scored = only(events, e.CaseScored)
    assert scored.terms == (
        Term(name="subject", head_start_ms=0),
        Term(name="channel", head_start_ms=0),
        Term(name="segment", head_start_ms=60_000),
    )
    assert (scored.head_start_ms, scored.key) == (60_000, enqueued_ms - 60_000)


def test_cases_are_given_in_the_order_of_the_new_policy() -> None:
    floor = Floor()
    floor.known(MAX)
    floor.open(ONE)
    floor.wait(59_999)
    floor.open(TWO, MAX)
    floor.policy(VIP)
    assert list(given(floor.ready())) == [TWO, ONE]


def test_a_first_score_has_no_key_of_its_own() -> None:
    floor = Floor()
    assert only(floor.open(), e.CaseScored).key is None


def test_a_held_case_is_scored_again_too() -> None:
    floor = Floor()
    floor.closed_for(60_000)
    floor.known(MAX)
    floor.open(ONE)
    floor.open(TWO, MAX)
    assert only(floor.policy(VIP), e.CaseScored).case == TWO
    floor.ready(capacity=1)
    assert given(floor.wait(60_000)) == {TWO: ANN}


def test_a_case_that_waits_for_its_agent_is_scored_again_and_still_waits_for_it() -> None:
    floor = Floor()
    floor.ready(capacity=1)
    floor.known(MAX, ANN)
    for case in (TWO, ONE):
        floor.open(case, MAX)
    floor.known(MAX, ANN, segment=Segment.STANDARD)
    floor.wait(1)
    later = CaseId("case_later")
    floor.open(later, MAX)
    assert floor.router.state.cases[ONE].preferred == ANN
    events = floor.policy(VIP)
    assert only(events, e.CaseScored).case == ONE, "it was opened for a client who was a VIP"
    assert floor.router.state.cases[ONE].preferred == ANN
    assert given(floor.close(TWO)) == {ONE: ANN}


@pytest.mark.parametrize("where", ["offered", "assigned", "handled", "waiting", "scheduled"])
def test_a_case_that_does_not_wait_in_a_queue_keeps_its_score(where: str) -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED))
    floor.known(MAX)
    floor.ready()
    if where == "scheduled":
        floor.book(ONE, MAX, in_ms=HOUR_MS)
    else:
        floor.open(ONE, MAX)
    if where in {"assigned", "handled", "waiting"}:
        floor.accept()
    if where == "handled":
        floor.say(agent())
    if where == "waiting":
        floor.settle(agent(), c.OutcomeWait())
    assert kinds(floor.policy(replace(VIP, channels=CHATS_OFFERED))) == ["PolicyConfigured"]


def test_a_case_that_comes_back_keeps_the_score_it_left_with() -> None:
    floor = Floor(Policy(channels=CHATS_OFFERED))
    floor.known(MAX)
    floor.ready()
    floor.open(ONE, MAX)
    floor.policy(replace(VIP, channels=CHATS_OFFERED))
    assert only(floor.refuse(), e.CaseQueued).key == floor.now_ms
    assert kinds(floor.policy(PLAIN)) == ["PolicyConfigured"]


# What changes, and what does not.


def test_nothing_more_is_written_when_no_score_changes() -> None:
    floor = Floor()
    floor.open()
    assert kinds(floor.policy(VIP)) == ["PolicyConfigured"], "Zoé is no VIP"
    assert kinds(floor.policy(replace(VIP, earmark_ms=1))) == ["PolicyConfigured"]
    assert kinds(floor.policy(replace(VIP, earmark_ms=1))) == ["PolicyConfigured"]


@pytest.mark.parametrize(
    ("policy", "name", "head_start_ms"),
    [
        (replace(PLAIN, subjects=(OTHER,)), "subject", 5_000),
        (
            replace(PLAIN, channels=(ChannelRule(channel=Channel.CHAT, head_start_ms=-9),)),
            "channel",
            -9,
        ),
        (
            replace(PLAIN, segments=(SegmentRule(segment=Segment.STANDARD, head_start_ms=7),)),
            "segment",
            7,
        ),
        (replace(PLAIN, service_level_reference_ms=90_000), SERVICE_LEVEL, 30_000),
    ],
)
def test_each_part_of_the_policy_scores_again(
    policy: Policy, name: str, head_start_ms: int
) -> None:
    floor = Floor()
    floor.open()
    events = floor.policy(policy)
    assert only(events, e.CaseScored).head_start_ms == head_start_ms
    assert term(floor, name) == head_start_ms
    assert only(floor.policy(PLAIN), e.CaseScored).head_start_ms == 0
    assert not term(floor, name)


def test_a_subject_that_goes_elsewhere_now_moves_no_case_that_waits_already() -> None:
    floor = Floor()
    floor.queue(CLAIMS, required=skills(claims=1))
    floor.open()
    floor.policy(replace(PLAIN, subjects=(replace(OTHER, queue=CLAIMS),)))
    assert floor.router.state.cases[ONE].queue == GENERAL
    assert given(floor.ready()) == {ONE: ANN}


def test_an_escalation_stays_one_and_counts_as_the_new_policy_says() -> None:
    floor = Floor()
    floor.agent(SUE, is_active=False)
    floor.ready(ANN, supervisor=SUE)
    floor.open()
    floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert term(floor, ESCALATION) == 900_000
    scored = only(floor.policy(replace(PLAIN, escalation_head_start_ms=1_000)), e.CaseScored)
    assert scored.terms[-1] == Term(name=ESCALATION, head_start_ms=1_000)
    assert scored.key == floor.now_ms - 1_000


# Service level targets.


def test_a_tighter_target_is_a_head_start_and_none_is_no_term() -> None:
    floor = Floor(Policy(service_level_reference_ms=60_001))
    terms = only(floor.open(ONE), e.CaseScored).terms
    assert terms[-1] == Term(name=SERVICE_LEVEL, head_start_ms=1)
    floor.policy(replace(PLAIN, service_level_reference_ms=60_000))
    assert term(floor, SERVICE_LEVEL) is None


def test_the_target_of_the_first_queue_stays_after_a_transfer() -> None:
    policy = replace(PLAIN, service_level_reference_ms=120_000)
    floor = Floor(policy)
    floor.do(ADMINISTRATOR, _claims(service_level_ms=10_000))
    floor.open()
    assert term(floor, SERVICE_LEVEL) == 60_000
    moved = floor.settle(SUPERVISOR, c.OutcomeTransfer(queue=CLAIMS))
    assert only(moved, e.CaseQueued).key == floor.now_ms - 60_000
    scored = only(floor.policy(replace(policy, service_level_reference_ms=100_000)), e.CaseScored)
    assert scored.terms[-1] == Term(name=SERVICE_LEVEL, head_start_ms=40_000)


def test_the_target_is_that_of_the_day_the_case_entered_its_first_queue() -> None:
    policy = replace(PLAIN, service_level_reference_ms=120_000)
    floor = Floor(replace(policy, subjects=(replace(OTHER, queue=CLAIMS, head_start_ms=0),)))
    floor.do(ADMINISTRATOR, _claims(service_level_ms=10_000))
    floor.open()
    assert term(floor, SERVICE_LEVEL) == 110_000
    floor.do(ADMINISTRATOR, _claims(service_level_ms=50_000))
    assert term(floor, SERVICE_LEVEL) == 110_000
    assert kinds(floor.policy(policy)) == ["PolicyConfigured"]


def _claims(*, service_level_ms: int) -> c.ConfigureQueue:
    return c.ConfigureQueue(ref="r", queue=CLAIMS, label=LABEL, service_level_ms=service_level_ms)


# The other rules.


def test_policies_are_counted() -> None:
    floor = Floor()
    revisions = [only(floor.policy(PLAIN), e.PolicyConfigured).revision for _ in range(3)]
    assert revisions == [2, 3, 4], "the floor had one already"


def _two_agents(floor: Floor) -> None:
    """Ann is more skilled, Bob has nothing to do and Sue has been idle for longest."""
    floor.queue(GENERAL, required=skills(general=1))
    floor.ready(SUE, has=skills(general=1))
    floor.open(CaseId("case_sue"), ClientId("client_sue"))
    floor.wait(10)
    floor.ready(ANN, has=skills(general=3))
    floor.open(CaseId("case_ann"), ClientId("client_ann"))
    floor.open(CaseId("case_ann_2"), ClientId("client_ann"))
    floor.wait(10)
    floor.ready(BOB, has=skills(general=2))


@pytest.mark.parametrize(
    ("choice", "order"),
    [
        ((Criterion.SKILL_LEVEL, Criterion.LOAD, Criterion.IDLE), [ANN, BOB, SUE]),
        ((Criterion.LOAD, Criterion.IDLE), [BOB, SUE, ANN]),
        ((Criterion.LOAD, Criterion.SKILL_LEVEL), [BOB, SUE, ANN]),
        ((Criterion.IDLE,), [SUE, ANN, BOB]),
        ((Criterion.IDLE, Criterion.SKILL_LEVEL), [SUE, ANN, BOB]),
        ((Criterion.SKILL_LEVEL,), [ANN, BOB, SUE]),
        ((), [ANN, BOB, SUE]),
    ],
)
def test_agents_are_compared_by_the_criteria_of_the_policy_in_their_order(
    choice: tuple[Criterion, ...], order: list[str]
) -> None:
    floor = Floor()
    _two_agents(floor)
    floor.policy(replace(PLAIN, choice=choice))
    decided = only(floor.open(), e.CaseDecided)
    assert [decided.agent, *(runner.agent for runner in decided.runners_up)] == order


def test_a_new_choice_counts_for_the_agents_of_a_snapshot() -> None:
    floor = Floor()
    _two_agents(floor)
    floor.policy(replace(PLAIN, choice=(Criterion.IDLE,)))
    floor.router.load(floor.router.dump())
    assert only(floor.open(), e.CaseDecided).agent == SUE


def test_a_case_costs_what_its_channel_cost_when_it_was_opened() -> None:
    floor = Floor()
    floor.open(ONE)
    dear = replace(PLAIN, channels=(ChannelRule(channel=Channel.CHAT, units=4),))
    floor.policy(dear)
    floor.ready()
    floor.open(TWO, MAX)
    assert floor.status(TWO) is CaseStatus.QUEUED, "four units do not fit beside one"
    assert given(floor.close(ONE)) == {TWO: ANN}


def test_a_wait_for_a_known_agent_of_no_length_is_none() -> None:
    floor = Floor(Policy(named_agent_hold_ms=0, last_agent_hold_ms=0))
    floor.known(MAX, BOB)
    floor.ready(BOB)
    floor.open(ONE, MAX)
    floor.close(ONE, BOB)
    floor.ready(ANN)
    floor.presence(Presence.BREAK, BOB)
    floor.presence(Presence.AVAILABLE, BOB)
    events: list[AnyEvent] = floor.open(TWO, MAX)
    assert "CasePreferred" not in kinds(events)
    assert given(events) == {TWO: ANN}


def test_without_a_wait_for_named_agents_the_last_one_is_waited_for() -> None:
    floor = Floor(Policy(named_agent_hold_ms=0))
    floor.known(MAX, BOB)
    floor.ready(BOB)
    floor.open(ONE, MAX)
    preferred = only(floor.open(TWO, MAX), e.CasePreferred)
    assert (preferred.why, preferred.until_ms) == ("last_agent", floor.now_ms + 60_000)
