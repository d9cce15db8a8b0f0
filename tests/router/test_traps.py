"""The known traps of routing, each a regression test by its name."""

import ast
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId
from store.schema.terms import (
    Channel,
    ChannelRule,
    Policy,
    Presence,
    QueueCause,
    Segment,
    SegmentRule,
)
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
ROUTER = Path(__file__).parents[2] / "router"


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


def test_an_accepted_case_that_nobody_begins_goes_on_to_the_next_agent() -> None:
    rule = ChannelRule(channel=Channel.CHAT, is_offered=True, start_ms=10_000)
    floor = Floor(Policy(channels=(rule,)))
    floor.ready()
    opened = only(floor.open(), e.CaseQueued)
    offer = only(floor.log, e.CaseOffered)
    given = only(floor.do(agent(), c.AcceptOffer(ref="r", offer=offer.offer)), e.CaseAssigned)
    assert given.starts_by_ms == floor.now_ms + 10_000
    floor.ready(BOB)
    assert floor.wait(9_999) == []
    events = floor.wait(1)
    again = only(events, e.CaseQueued)
    assert (again.cause, again.key, again.former) == (QueueCause.NOT_STARTED, opened.key, ANN)
    assert only(events, e.CaseOffered).agent == BOB
    assert only(events, e.PresenceChanged).presence is Presence.UNAVAILABLE


def test_an_accepted_case_that_was_begun_has_no_deadline_left() -> None:
    rule = ChannelRule(channel=Channel.CHAT, is_offered=True, start_ms=10_000)
    floor = Floor(Policy(channels=(rule,)))
    floor.ready()
    offer = only(floor.open(), e.CaseOffered)
    floor.do(agent(), c.AcceptOffer(ref="r", offer=offer.offer))
    floor.say(agent())
    assert floor.router.next_deadline_ms() is None


def test_all_that_can_be_given_is_given_in_one_turn_not_one_a_tick() -> None:
    floor = Floor()
    names = [CaseId(f"case_{number}") for number in range(8)]
    for name in names:
        floor.open(name, ClientId(f"client_{name}"))
    floor.agent(ANN, capacity=8)
    floor.connect()
    floor.presence(Presence.AVAILABLE)
    events = floor.wait(1_000)
    given = [event.case for event in [*floor.log[-40:]] if isinstance(event, e.CaseAssigned)]
    assert given == names
    assert len({event.at_ms for event in floor.log if isinstance(event, e.CaseAssigned)}) == 1
    assert events == [] or floor.wait(1_000) == []


def test_nothing_is_locked_or_waited_for_while_the_router_decides() -> None:
    waits = ast.Await | ast.AsyncFunctionDef | ast.AsyncWith | ast.AsyncFor
    for path in (ROUTER / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, waits), (path.name, node.lineno)
    for path in ROUTER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            assert name not in {"Lock", "RLock", "Condition", "Semaphore"}, (path.name, name)


def test_a_decision_counts_nothing_over_all_agents_or_cases() -> None:
    few, many = _calls_of_a_decision(20), _calls_of_a_decision(1_000)
    assert few > 10
    assert many < 1.5 * few


def _calls_of_a_decision(size: int) -> int:
    """Return how many functions a close and the next assignment call, with so many of all."""
    floor = Floor()
    for number in range(size):
        floor.ready(AgentId(f"agent_{number:04}"), capacity=1)
    floor.wait(60_000)
    for number in range(2 * size):
        floor.open(CaseId(f"case_{number}"), ClientId(f"client_{number}"))
    case = next(case for case in floor.router.state.cases.values() if case.holder == "agent_0003")
    calls: Counter[str] = Counter()

    def count(_frame: FrameType, what: str, _argument: object) -> None:
        calls[what] += 1

    former = sys.getprofile()
    sys.setprofile(count)
    try:
        events = floor.close(case.case, AgentId("agent_0003"))
    finally:
        sys.setprofile(former)
    assert only(events, e.CaseAssigned).holder == "agent_0003"
    return calls["call"] + calls["c_call"]


def test_the_first_to_log_in_does_not_take_all() -> None:
    floor = Floor(Policy(login_levelling_ms=200))
    for number in range(6):
        floor.open(CaseId(f"case_{number}"), ClientId(f"client_{number}"))
    morning = [AgentId(f"agent_{number}") for number in range(3)]
    for name in morning:
        floor.agent(name, capacity=4)
        floor.connect(name)
        assert "CaseAssigned" not in kinds(floor.presence(Presence.AVAILABLE, name))
        floor.wait(10)
    events = floor.wait(200)
    assert only(events, e.AgentsJoined).agents == tuple(morning)
    taken = Counter(event.holder for event in events if isinstance(event, e.CaseAssigned))
    assert taken == dict.fromkeys(morning, 2)
