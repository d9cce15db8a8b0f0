"""Behaviour of agents who begin together: nobody gets everything because he was first."""

import pytest

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId
from store.schema.terms import ExcludedCount, Exclusion, Policy, Presence
from tests.router.floor import (
    ANN,
    BOB,
    MAX,
    ONE,
    SUE,
    SUPERVISOR,
    TWO,
    ZOE,
    Floor,
    agent,
    given,
    kinds,
    only,
)

# Not the default one, which the floor switches off.
LEVELLING_MS = 200
LEVELLED = Policy(login_levelling_ms=LEVELLING_MS)


def morning(*, waiting: int = 1) -> Floor:
    """A floor where nobody works yet and cases wait."""
    floor = Floor(LEVELLED)
    for number in range(waiting):
        floor.open(CaseId(f"case_{number}"), ClientId(f"client_{number}"))
    return floor


# The window.


def test_an_agent_who_becomes_available_begins_exactly_after_the_window() -> None:
    floor = morning()
    events = floor.ready()
    assert kinds(events) == ["PresenceChanged"]
    joins_at_ms = floor.now_ms + LEVELLING_MS
    assert only(events, e.PresenceChanged).joins_at_ms == joins_at_ms
    assert floor.router.next_deadline_ms() == joins_at_ms
    assert floor.wait(LEVELLING_MS - 1) == []
    events = floor.wait(1)
    assert kinds(events) == ["AgentsJoined", "CaseDecided", "CaseAssigned"]
    assert only(events, e.AgentsJoined).agents == (ANN,)
    assert floor.router.next_deadline_ms() is None


def test_the_window_is_the_first_agents_and_all_begin_in_one_step() -> None:
    floor = morning()
    floor.ready(BOB)
    floor.wait(LEVELLING_MS - 1)
    joining = only(floor.ready(ANN), e.PresenceChanged)
    assert joining.joins_at_ms == floor.now_ms + 1
    assert only(floor.wait(1), e.AgentsJoined).agents == (ANN, BOB)


def test_who_comes_after_the_window_begins_another_one() -> None:
    floor = morning()
    floor.ready(ANN)
    floor.now_ms += LEVELLING_MS
    changed = only(floor.ready(BOB), e.PresenceChanged)
    assert changed.joins_at_ms == floor.now_ms + LEVELLING_MS
    assert floor.holder(CaseId("case_0")) == ANN
    assert only(floor.wait(LEVELLING_MS), e.AgentsJoined).agents == (BOB,)


def test_slots_are_given_level_by_level() -> None:
    floor = morning(waiting=5)
    floor.ready(ANN)
    floor.ready(BOB)
    floor.ready(SUE, capacity=1)
    assert list(given(floor.wait(LEVELLING_MS)).values()) == [ANN, BOB, SUE, ANN, BOB]


def test_zero_switches_the_window_off() -> None:
    floor = Floor(Policy(login_levelling_ms=0))
    floor.open()
    events = floor.ready()
    assert only(events, e.PresenceChanged).joins_at_ms is None
    assert given(events) == {ONE: ANN}


def test_who_is_joining_keeps_its_window_when_the_policy_changes() -> None:
    floor = morning()
    floor.ready()
    floor.policy(Policy(login_levelling_ms=0))
    assert floor.wait(LEVELLING_MS - 1) == []
    assert kinds(floor.wait(1))[0] == "AgentsJoined"


# While it lasts.


def test_a_case_that_comes_meanwhile_is_given_in_the_same_step() -> None:
    floor = morning(waiting=0)
    floor.ready()
    assert given(floor.open(ONE)) == {}
    assert given(floor.wait(LEVELLING_MS)) == {ONE: ANN}


def test_who_is_joining_is_counted_as_such() -> None:
    floor = morning(waiting=0)
    floor.ready(ANN)
    floor.wait(LEVELLING_MS)
    floor.ready(BOB)
    decided = only(floor.open(), e.CaseDecided)
    assert decided.excluded == (ExcludedCount(reason=Exclusion.JOINING, agents=1),)


def test_nobody_waits_for_an_agent_who_is_joining_and_none_is_kept_free() -> None:
    floor = morning(waiting=0)
    floor.known(ZOE, ANN)
    floor.ready()
    assert "CasePreferred" not in kinds(floor.open(ONE, ZOE))
    assert "CaseEarmarked" not in kinds(floor.book(TWO, in_ms=60_000))
    assert only(floor.wait(LEVELLING_MS), e.CaseEarmarked).agent == ANN


def test_a_case_can_be_given_by_hand_to_an_agent_who_is_joining() -> None:
    floor = morning(waiting=0)
    floor.open(ONE)
    floor.open(TWO, MAX)
    floor.ready()
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=ANN))
    floor.do(agent(), c.PullCase(ref="r", case=TWO))
    assert (floor.holder(ONE), floor.holder(TWO)) == (ANN, ANN)
    assert kinds(floor.wait(LEVELLING_MS)) == ["AgentsJoined"]


# Leaving the window.


@pytest.mark.parametrize("leaves", ["status", "line", "job"])
def test_who_leaves_meanwhile_does_not_begin_with_the_others(leaves: str) -> None:
    floor = morning()
    floor.ready(ANN)
    floor.ready(BOB)
    if leaves == "status":
        floor.presence(Presence.BREAK, ANN)
    elif leaves == "line":
        floor.disconnect(ANN)
    else:
        floor.agent(ANN, is_active=False)
    events = floor.wait(LEVELLING_MS)
    assert only(events, e.AgentsJoined).agents == (BOB,)
    assert floor.holder(CaseId("case_0")) == BOB


def test_a_window_that_everybody_left_ends_without_a_word() -> None:
    floor = morning()
    floor.ready(ANN)
    floor.presence(Presence.BREAK, ANN)
    assert floor.router.next_deadline_ms() is None
    assert floor.wait(LEVELLING_MS) == []


def test_who_comes_back_into_a_window_that_still_lasts_shares_it() -> None:
    floor = morning()
    floor.ready(ANN)
    floor.ready(BOB)
    floor.wait(50)
    floor.presence(Presence.BREAK, ANN)
    back = only(floor.presence(Presence.AVAILABLE, ANN), e.PresenceChanged)
    assert back.joins_at_ms == floor.now_ms + LEVELLING_MS - 50


def test_who_comes_back_when_nobody_is_left_in_it_begins_a_new_window() -> None:
    floor = morning()
    floor.ready(ANN)
    floor.wait(50)
    floor.presence(Presence.BREAK, ANN)
    back = only(floor.presence(Presence.AVAILABLE, ANN), e.PresenceChanged)
    assert back.joins_at_ms == floor.now_ms + LEVELLING_MS


# Other ways to begin.


def test_connecting_joins_too_when_the_agent_was_available_all_along() -> None:
    floor = morning()
    floor.agent()
    assert only(floor.presence(Presence.AVAILABLE), e.PresenceChanged).joins_at_ms is None
    connected = only(floor.connect(), e.AgentConnected)
    assert connected.joins_at_ms == floor.now_ms + LEVELLING_MS
    assert floor.wait(LEVELLING_MS - 1) == []
    assert floor.holder(CaseId("case_0")) is None
    assert kinds(floor.wait(1))[0] == "AgentsJoined"


def test_reconnecting_within_the_grace_time_joins_too() -> None:
    floor = morning(waiting=0)
    floor.ready()
    floor.wait(LEVELLING_MS)
    floor.disconnect()
    floor.open()
    events = floor.connect()
    assert kinds(events) == ["AgentConnected"]
    assert given(floor.wait(LEVELLING_MS)) == {ONE: ANN}


def test_a_status_that_comes_back_with_the_connection_joins_too() -> None:
    floor = morning(waiting=0)
    floor.ready()
    floor.wait(LEVELLING_MS)
    floor.disconnect()
    floor.wait(30_000)
    floor.open()
    events = floor.connect()
    assert kinds(events) == ["AgentConnected", "PresenceChanged"]
    assert only(events, e.AgentConnected).joins_at_ms is None
    assert only(events, e.PresenceChanged).joins_at_ms == floor.now_ms + LEVELLING_MS
    assert given(floor.wait(LEVELLING_MS)) == {ONE: ANN}


def test_an_agent_made_available_by_a_supervisor_joins_too() -> None:
    floor = morning()
    floor.agent()
    floor.connect()
    command = c.SetPresence(ref="r", presence=Presence.AVAILABLE, agent=ANN)
    changed = only(floor.do(SUPERVISOR, command), e.PresenceChanged)
    assert changed.joins_at_ms == floor.now_ms + LEVELLING_MS


def test_an_agent_who_works_here_no_more_joins_nothing() -> None:
    floor = morning()
    floor.agent(is_active=False)
    floor.connect()
    assert only(floor.presence(Presence.AVAILABLE), e.PresenceChanged).joins_at_ms is None
    floor.disconnect()
    assert only(floor.connect(), e.AgentConnected).joins_at_ms is None


def test_a_snapshot_keeps_who_is_joining() -> None:
    floor = morning()
    floor.ready(ANN)
    floor.router.load(floor.router.dump())
    joining = only(floor.ready(BOB), e.PresenceChanged)
    assert joining.joins_at_ms == floor.now_ms + LEVELLING_MS
    assert floor.wait(LEVELLING_MS - 1) == []
    assert only(floor.wait(1), e.AgentsJoined).agents == (ANN, BOB)


def test_who_joins_together_is_compared_by_idleness_from_its_own_beginning() -> None:
    floor = morning()
    floor.ready(BOB)
    floor.wait(1)
    floor.ready(ANN)
    decided = only(floor.wait(LEVELLING_MS), e.CaseDecided)
    assert decided.agent == BOB
    assert [runner.agent for runner in decided.runners_up] == [AgentId(ANN)]
