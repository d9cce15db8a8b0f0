"""Behaviour of offers, statuses and connections."""

import pytest

from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Refusal
from store.schema.ids import AgentId, OfferId
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    Channel,
    ChannelRule,
    OfferOutcome,
    Policy,
    Presence,
    PresenceReason,
    QueueCause,
)
from tests.router.floor import (
    ADMINISTRATOR,
    ANN,
    BOB,
    CLAIMS,
    LABEL,
    MAX,
    ONE,
    SUE,
    SUPERVISOR,
    THREE,
    TWO,
    Floor,
    agent,
    client,
    given,
    kinds,
    only,
)

OFFERED = Policy(
    channels=(ChannelRule(channel=Channel.CHAT, is_offered=True, offer_ms=20_000),),
)


def offered() -> tuple[Floor, e.CaseOffered]:
    floor = Floor(OFFERED)
    floor.ready()
    return floor, only(floor.open(), e.CaseOffered)


def test_an_accepted_offer_is_an_assignment() -> None:
    floor, offer = offered()
    events = floor.do(agent(), c.AcceptOffer(ref="r", offer=offer.offer))
    assert kinds(events) == ["OfferEnded", "CaseAssigned"]
    given = only(events, e.CaseAssigned)
    assert (given.cause, given.is_over_capacity) == (AssignCause.ACCEPTED, False)


def test_an_offer_is_for_its_agent_only_and_once() -> None:
    floor, offer = offered()
    floor.ready(BOB)
    accept = c.AcceptOffer(ref="r", offer=offer.offer)
    assert floor.refused(agent(BOB), accept) is Refusal.NOT_OFFERED
    assert floor.refused(client(), accept) is Refusal.FORBIDDEN
    floor.do(agent(), accept)
    assert floor.refused(agent(), accept) is Refusal.NOT_OFFERED
    unknown = c.RefuseOffer(ref="r", offer=OfferId("offer_x"))
    assert floor.refused(agent(), unknown) is Refusal.NOT_OFFERED


def test_an_offer_ends_exactly_at_its_deadline_and_its_agent_is_taken_for_absent() -> None:
    floor, offer = offered()
    assert floor.router.next_deadline_ms() == offer.deadline_ms == floor.now_ms + 20_000
    assert floor.wait(19_999) == []
    events = floor.wait(1)
    assert kinds(events) == ["OfferEnded", "CaseQueued", "PresenceChanged"]
    assert only(events, e.OfferEnded).outcome is OfferOutcome.TIMED_OUT
    changed = only(events, e.PresenceChanged)
    assert (changed.presence, changed.reason) == (
        Presence.UNAVAILABLE,
        PresenceReason.OFFER_MISSED,
    )
    accept = c.AcceptOffer(ref="r", offer=offer.offer)
    assert floor.refused(agent(), accept) is Refusal.NOT_OFFERED


def test_a_refused_offer_goes_to_the_next_agent_with_its_age() -> None:
    floor, offer = offered()
    floor.ready(BOB)
    events = floor.do(agent(), c.RefuseOffer(ref="r", offer=offer.offer))
    again = only(events, e.CaseOffered)
    assert (again.agent, again.attempt) == (BOB, 2)
    assert again.offer != offer.offer
    assert only(events, e.CaseQueued).key == only(floor.log, e.CaseScored).at_ms


def test_a_refused_case_that_was_held_for_its_agent_is_held_no_more() -> None:
    floor = Floor(OFFERED)
    floor.ready()
    floor.known(MAX, ANN)
    offer = only(floor.open(ONE, MAX), e.CaseOffered)
    events = floor.do(agent(), c.RefuseOffer(ref="r", offer=offer.offer))
    assert kinds(events) == ["OfferEnded", "PreferenceEnded", "CaseQueued"]


@pytest.mark.parametrize("status", [each for each in Presence if each is not Presence.AVAILABLE])
def test_any_other_status_withdraws_the_offers(status: Presence) -> None:
    floor, _ = offered()
    events = floor.presence(status)
    assert kinds(events) == ["PresenceChanged", "OfferEnded", "CaseQueued"]
    assert only(events, e.OfferEnded).outcome is OfferOutcome.WITHDRAWN
    assert only(events, e.CaseQueued).cause is QueueCause.WITHDRAWN


def test_a_lost_connection_withdraws_the_offers_at_once_and_excludes_nobody() -> None:
    floor, _ = offered()
    events = floor.disconnect()
    assert kinds(events) == ["AgentDisconnected", "OfferEnded", "CaseQueued"]
    assert only(events, e.OfferEnded).outcome is OfferOutcome.WITHDRAWN
    queued = only(events, e.CaseQueued)
    assert (queued.cause, queued.former) == (QueueCause.WITHDRAWN, ANN)
    assert only(floor.connect(), e.CaseOffered).agent == ANN


def test_an_offer_that_a_lost_connection_withdrew_goes_to_the_next_agent() -> None:
    floor, _ = offered()
    floor.ready(BOB)
    assert given(floor.disconnect()) == {ONE: BOB}


def test_assigning_by_hand_withdraws_the_offer() -> None:
    floor, _ = offered()
    floor.ready(BOB)
    events = floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=BOB))
    assert kinds(events) == ["OfferEnded", "CaseAssigned"]


# Statuses.


def test_a_status_is_ones_own_or_a_supervisors_to_change() -> None:
    floor = Floor()
    floor.ready()
    floor.ready(BOB)
    other = c.SetPresence(ref="r", presence=Presence.BREAK, agent=ANN)
    assert floor.refused(agent(BOB), other) is Refusal.FORBIDDEN
    assert floor.refused(client(), other) is Refusal.FORBIDDEN
    changed = only(floor.do(SUPERVISOR, other), e.PresenceChanged)
    assert (changed.reason, changed.previous) == (
        PresenceReason.BY_SUPERVISOR,
        Presence.AVAILABLE,
    )
    nobody = c.SetPresence(ref="r", presence=Presence.BREAK, agent=AgentId("agent_nobody"))
    assert floor.refused(SUPERVISOR, nobody) is Refusal.AGENT_UNKNOWN


def test_the_same_status_again_changes_nothing() -> None:
    floor = Floor()
    floor.ready()
    assert floor.presence(Presence.AVAILABLE) == []


def test_leave_gives_open_cases_to_others_with_their_age() -> None:
    floor = Floor()
    floor.ready()
    opened = only(floor.open(), e.CaseQueued)
    floor.wait(9_000)
    floor.ready(BOB)
    events = floor.presence(Presence.LEAVE)
    again = only(events, e.CaseQueued)
    assert (again.cause, again.key, again.former) == (QueueCause.AGENT_LEFT, opened.key, ANN)
    assert floor.holder() == BOB


def test_a_case_that_waits_for_its_client_moves_on_only_when_the_client_answers() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.settle(agent(), c.OutcomeWait())
    assert kinds(floor.presence(Presence.LEAVE)) == ["PresenceChanged"]
    floor.ready(BOB)
    events = floor.say(client())
    assert kinds(events)[:3] == ["MessageSent", "CaseResumed", "CaseQueued"]
    assert floor.holder() == BOB


def test_leave_gives_back_what_was_begun_too_but_a_lost_connection_does_not() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.say(agent())
    floor.disconnect()
    floor.wait(30_000)
    assert floor.holder() == ANN
    floor.presence(Presence.LEAVE)
    assert floor.holder() is None


def test_who_comes_back_from_leave_may_have_its_cases_again() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.presence(Presence.LEAVE)
    assert given(floor.presence(Presence.AVAILABLE)) == {ONE: ANN}


def test_a_break_keeps_the_cases() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    assert kinds(floor.presence(Presence.BREAK)) == ["PresenceChanged"]
    assert floor.holder() == ANN


# Connections.


def test_a_short_loss_of_connection_changes_nothing_but_new_cases() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.disconnect()
    floor.open(TWO, MAX)
    floor.wait(29_999)
    assert (floor.holder(), floor.holder(TWO)) == (ANN, None)
    events = floor.connect()
    assert kinds(events) == ["AgentConnected", "CaseDecided", "CaseAssigned"]
    assert floor.wait(60_000) == []


def test_after_the_grace_what_was_not_begun_goes_and_the_status_comes_back_with_the_agent() -> None:
    floor = Floor()
    floor.ready()
    floor.open(ONE)
    floor.say(agent())
    floor.open(TWO, MAX)
    floor.disconnect()
    events = floor.wait(30_000)
    assert kinds(events) == ["PresenceChanged", "CaseQueued"]
    lost = only(events, e.PresenceChanged)
    assert (lost.reason, lost.returns_to) == (
        PresenceReason.CONNECTION_LOST,
        Presence.AVAILABLE,
    )
    assert (floor.holder(ONE), floor.holder(TWO)) == (ANN, None)
    events = floor.connect()
    back = only(events, e.PresenceChanged)
    assert (back.presence, back.reason) == (Presence.AVAILABLE, PresenceReason.RECONNECTED)
    assert floor.holder(TWO) == ANN


def test_a_lunch_is_still_a_lunch_after_a_lost_connection() -> None:
    floor = Floor()
    floor.ready()
    floor.presence(Presence.LUNCH)
    floor.disconnect()
    lost = only(floor.wait(30_000), e.PresenceChanged)
    assert (lost.presence, lost.returns_to) == (Presence.LUNCH, None)
    assert kinds(floor.connect()) == ["AgentConnected"]


def test_connecting_is_the_edges_to_say_and_said_once() -> None:
    floor = Floor()
    floor.ready()
    assert floor.connect() == []
    floor.disconnect()
    assert floor.disconnect() == []
    connect = c.ConnectAgent(ref="r", agent=ANN)
    assert floor.refused(agent(), connect) is Refusal.FORBIDDEN
    assert floor.refused(ADMINISTRATOR, connect) is Refusal.FORBIDDEN


# Configuration.


def test_only_administrators_configure() -> None:
    floor = Floor()
    floor.ready()
    configure: list[c.AnyCommand] = [
        c.ConfigureAgent(ref="r", agent=ANN, name="Ann"),
        c.ConfigureQueue(ref="r", queue=CLAIMS, label=LABEL),
        c.ConfigurePolicy(ref="r", policy=Policy()),
        c.RegisterClient(ref="r", client=MAX),
    ]
    for command in configure:
        for actor in (agent(), SUPERVISOR, client()):
            assert floor.refused(actor, command) is Refusal.FORBIDDEN
        assert floor.do(ADMINISTRATOR, command)


def test_an_agent_who_works_here_no_more_leaves_everything() -> None:
    floor = Floor(OFFERED)
    floor.ready()
    first = only(floor.open(ONE), e.CaseOffered)
    floor.do(agent(), c.AcceptOffer(ref="r", offer=first.offer))
    floor.open(TWO, MAX)
    events = floor.agent(is_active=False)
    assert kinds(events) == ["AgentConfigured", "OfferEnded", "CaseQueued", "CaseQueued"]
    assert floor.router.state.cases[ONE].status is CaseStatus.QUEUED


def test_a_lost_place_ends_the_wait_for_that_agent() -> None:
    floor = Floor()
    floor.known(MAX, ANN)
    floor.ready(ANN, capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX)
    assert floor.router.state.cases[TWO].preferred == ANN
    events = floor.agent(ANN, capacity=0)
    assert kinds(events) == ["AgentConfigured", "PreferenceEnded"]
    floor.ready(SUE)
    assert floor.holder(TWO) == SUE


def test_more_capacity_pulls_cases_at_once() -> None:
    floor = Floor()
    floor.ready(capacity=1)
    for case in (ONE, TWO, THREE):
        floor.open(case)
    events = floor.agent(capacity=3)
    assert kinds(events).count("CaseAssigned") == 2


def test_an_event_about_an_agent_nobody_described_is_survived() -> None:
    floor = Floor()
    event = e.PresenceChanged(
        seq=floor.router.seq + 1,
        at_ms=floor.now_ms,
        agent=ANN,
        presence=Presence.AVAILABLE,
        reason=PresenceReason.CHOSEN,
        previous=Presence.UNAVAILABLE,
    )
    floor.router.apply(event)
    assert not floor.router.state.agents[ANN].is_active
    assert floor.do(SYSTEM, c.ConfigureAgent(ref="r", agent=ANN, name="Ann"))
