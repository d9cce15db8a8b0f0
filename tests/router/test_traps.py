"""The known traps of routing, each a regression test by its name."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId
from store.schema.terms import Channel, ChannelRule, Policy, Segment, SegmentRule
from tests.router.floor import (
    ANN,
    BOB,
    CLAIMS,
    MAX,
    ONE,
    SUPERVISOR,
    TWO,
    Floor,
    agent,
    client,
    kinds,
    only,
)

OFFERED = Policy(channels=(ChannelRule(channel=Channel.CHAT, is_offered=True),))


def test_the_cap_is_not_checked_first_and_passed_later() -> None:
    floor = Floor(OFFERED)
    floor.ready(capacity=1)
    floor.open(ONE)
    assert "CaseOffered" not in kinds(floor.open(TWO, MAX)), "an offer takes its slot at once"


def test_nothing_polls() -> None:
    floor = Floor()
    for number in range(50):
        floor.open(CaseId(f"case_{number}"))
    assert floor.router.next_deadline_ms() is None
    assert floor.router.tick(floor.now_ms + 86_400_000) == []


def test_a_slot_that_frees_in_any_way_pulls_the_next_case() -> None:
    outcomes: list[c.AnyOutcome] = [
        c.OutcomeClose(),
        c.OutcomeWait(),
        c.OutcomeTransfer(queue=CLAIMS),
        c.OutcomeAssign(agent=BOB),
        c.OutcomeEscalate(reason="too hard"),
    ]
    for outcome in outcomes:
        floor = Floor()
        floor.queue(CLAIMS)
        floor.agent(BOB)
        floor.ready(ANN, capacity=1, supervisor=BOB)
        floor.open(ONE)
        floor.open(TWO, MAX)
        events = floor.settle(agent(), outcome)
        given = [event.case for event in events if isinstance(event, e.CaseAssigned)]
        assert TWO in given, outcome


def test_an_agent_who_went_offline_keeps_no_work_it_had_not_begun() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.disconnect()
    floor.wait(30_000)
    floor.ready(BOB)
    assert floor.holder() == BOB


def test_a_case_without_a_head_start_is_not_starved_by_those_with_one() -> None:
    floor = Floor(Policy(segments=(SegmentRule(segment=Segment.VIP, head_start_ms=60_000),)))
    floor.ready(capacity=1)
    floor.open(ONE, ClientId("client_first"))
    floor.known(MAX)
    floor.open(TWO)
    given = ONE
    for number in range(10, 40):
        floor.wait(10_000)
        floor.open(CaseId(f"case_{number}"), MAX)
        given = only(floor.close(given), e.CaseAssigned).case
        if given == TWO:
            break
    assert given == TWO
    assert floor.now_ms <= 1_000 + 70_000 + 10_000


def test_a_transfer_does_not_reset_the_age() -> None:
    floor = Floor()
    floor.queue(CLAIMS)
    floor.ready()
    opened = only(floor.open(), e.CaseQueued)
    floor.wait(60_000)
    moved = floor.settle(agent(), c.OutcomeTransfer(queue=CLAIMS))
    assert only(moved, e.CaseQueued).enqueued_at_ms == opened.enqueued_at_ms


def test_a_score_is_written_term_by_term_on_the_case_and_on_the_decision() -> None:
    floor = Floor()
    floor.ready()
    events = floor.open()
    assert only(events, e.CaseScored).terms == only(events, e.CaseDecided).terms


def test_a_case_has_one_writer_and_one_holder_whoever_asks_at_once() -> None:
    floor = Floor()
    floor.agent(ANN)
    floor.agent(BOB)
    floor.open()
    floor.do(agent(ANN), c.PullCase(ref="r", case=ONE))
    assert floor.refused(agent(BOB), c.PullCase(ref="r", case=ONE))
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=BOB))
    assert floor.refused(agent(ANN), c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeClose()))
    assert floor.holder() == BOB
    floor.say(client())


def test_an_accepted_case_stays_with_its_agent_and_has_no_deadline_left() -> None:
    floor = Floor(OFFERED)
    floor.ready()
    offer = only(floor.open(), e.CaseOffered)
    floor.do(agent(), c.AcceptOffer(ref="r", offer=offer.offer))
    assert floor.router.next_deadline_ms() is None


def test_a_decision_looks_at_few_agents_however_many_work_here() -> None:
    floor = Floor()
    for number in range(30):
        floor.ready(AgentId(f"agent_{number:02}"), capacity=1)
    for number in range(30):
        given = only(
            floor.open(CaseId(f"case_{number}"), ClientId(f"client_{number}")), e.CaseAssigned
        )
        assert given.holder == f"agent_{number:02}"
