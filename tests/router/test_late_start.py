"""Behaviour of accepted cases that must begin in time, and of those that do not."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Refusal
from store.schema.scoring import VOICE_START_MS
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    Policy,
    Presence,
    PresenceReason,
    QueueCause,
)
from tests.router.floor import (
    ANN,
    BOB,
    MAX,
    ONE,
    SUPERVISOR,
    TWO,
    ZOE,
    Floor,
    agent,
    client,
    given,
    kinds,
    only,
)

START_MS = 15_000
STARTED = (ChannelRule(channel=Channel.CHAT, is_offered=True, start_ms=START_MS),)
START = c.StartCase(ref="r", case=ONE)


def accepted() -> Floor:
    """A floor where Ann has accepted a case that she must begin in time."""
    floor = Floor(Policy(channels=STARTED))
    floor.ready()
    floor.open()
    floor.accept()
    return floor


def test_an_accepted_case_says_by_when_it_must_begin() -> None:
    floor = Floor(Policy(channels=STARTED))
    floor.ready()
    floor.open()
    assigned = only(floor.accept(), e.CaseAssigned)
    assert assigned.starts_by_ms == floor.now_ms + START_MS == floor.router.next_deadline_ms()


def test_a_case_that_was_not_begun_goes_back_exactly_at_its_deadline() -> None:
    floor = accepted()
    opened_ms = floor.now_ms
    assert floor.wait(START_MS - 1) == []
    events = floor.wait(1)
    assert kinds(events) == ["CaseQueued", "PresenceChanged"]
    queued, changed = only(events, e.CaseQueued), only(events, e.PresenceChanged)
    assert (queued.cause, queued.former, queued.holder) == (QueueCause.NOT_STARTED, ANN, None)
    assert queued.enqueued_at_ms == opened_ms, "its age is kept"
    assert (changed.presence, changed.reason) == (
        Presence.UNAVAILABLE,
        PresenceReason.OFFER_MISSED,
    )
    assert floor.router.next_deadline_ms() is None


def test_the_next_agent_gets_it_and_the_late_one_does_not() -> None:
    floor = accepted()
    floor.wait(START_MS)
    assert given(floor.presence(Presence.AVAILABLE)) == {}
    assert given(floor.open(TWO, MAX)) == {TWO: ANN}, "excluded from that case only"
    assert given(floor.ready(BOB)) == {ONE: BOB}
    floor.accept()
    assert floor.wait(START_MS - 1) == []
    assert only(floor.wait(1), e.CaseQueued).former == BOB


def test_an_answer_begins_the_case() -> None:
    floor = accepted()
    floor.wait(START_MS - 1)
    assert kinds(floor.say(agent())) == ["MessageSent", "CaseHandled"]
    assert floor.wait(1) == []
    assert floor.router.next_deadline_ms() is None


def test_neither_the_clients_word_nor_a_supervisors_begins_it() -> None:
    floor = accepted()
    floor.say(client())
    floor.say(SUPERVISOR)
    floor.settle(agent(), None)
    assert only(floor.wait(START_MS), e.CaseQueued).cause is QueueCause.NOT_STARTED


def test_its_holder_or_the_system_says_that_a_call_has_begun_once() -> None:
    floor = accepted()
    floor.wait(START_MS - 1)
    assert kinds(floor.do(agent(), START)) == ["CaseHandled"]
    assert floor.do(agent(), START) == []
    assert floor.wait(1) == []
    floor = accepted()
    assert kinds(floor.do(SYSTEM, START)) == ["CaseHandled"]


def test_nobody_else_says_that_a_case_has_begun() -> None:
    floor = accepted()
    floor.ready(BOB)
    assert floor.refused(agent(BOB), START) is Refusal.NOT_HOLDER
    assert floor.refused(client(), START) is Refusal.FORBIDDEN
    floor.wait(START_MS)
    waiting = Floor()
    waiting.open()
    assert waiting.refused(SYSTEM, START) is Refusal.NOT_HOLDER, "nobody holds it"


def test_waiting_for_the_client_ends_the_deadline() -> None:
    floor = accepted()
    floor.settle(agent(), c.OutcomeWait())
    assert floor.wait(START_MS) == []
    assert floor.status() is CaseStatus.WAITING_CLIENT


def test_a_case_given_on_by_hand_has_no_deadline() -> None:
    floor = accepted()
    floor.ready(BOB)
    given_on = floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=BOB))
    assert only(given_on, e.CaseAssigned).starts_by_ms is None
    assert floor.wait(START_MS) == []
    assert floor.holder() == BOB


def test_a_case_taken_back_in_time_has_no_deadline() -> None:
    floor = accepted()
    floor.do(SUPERVISOR, c.TakeBack(ref="r", case=ONE))
    assert floor.router.next_deadline_ms() is None
    assert floor.wait(START_MS) == []


def test_an_agent_who_went_away_meanwhile_keeps_the_status_it_chose() -> None:
    floor = accepted()
    floor.presence(Presence.LUNCH)
    assert kinds(floor.wait(START_MS)) == ["CaseQueued"]
    assert floor.router.state.agents[ANN].presence is Presence.LUNCH


def test_a_late_start_withdraws_what_else_is_offered_to_the_agent() -> None:
    floor = accepted()
    floor.open(TWO, MAX)
    events = floor.wait(START_MS)
    assert kinds(events) == ["CaseQueued", "PresenceChanged", "OfferEnded", "CaseQueued"]


def test_no_limit_is_no_deadline() -> None:
    chats = (ChannelRule(channel=Channel.CHAT, is_offered=True, start_ms=0),)
    floor = Floor(Policy(channels=chats))
    floor.ready()
    floor.open()
    assert only(floor.accept(), e.CaseAssigned).starts_by_ms is None
    assert floor.router.next_deadline_ms() is None


def test_a_case_that_is_assigned_at_once_has_no_deadline() -> None:
    chats = (ChannelRule(channel=Channel.CHAT, start_ms=START_MS),)
    floor = Floor(Policy(channels=chats))
    floor.ready()
    assert only(floor.open(), e.CaseAssigned).starts_by_ms is None
    assert floor.router.next_deadline_ms() is None


def test_a_call_must_be_taken_up_without_any_rule_of_the_policy() -> None:
    floor = Floor()
    floor.ready()
    floor.call(ONE, ZOE)
    floor.accept()
    assert floor.wait(VOICE_START_MS - 1) == []
    assert only(floor.wait(1), e.CaseQueued).cause is QueueCause.NOT_STARTED


def test_the_deadline_is_that_of_the_acceptance_whatever_the_policy_says_later() -> None:
    floor = accepted()
    floor.policy(Policy(login_levelling_ms=0))
    assert floor.wait(START_MS - 1) == []
    assert kinds(floor.wait(1))[0] == "CaseQueued"


def test_a_snapshot_keeps_the_deadline() -> None:
    floor = accepted()
    floor.router.load(floor.router.dump())
    assert floor.wait(START_MS - 1) == []
    assert kinds(floor.wait(1))[0] == "CaseQueued"
