"""Behaviour of several things that fall due in one tick: by their deadlines, then by their kind."""

from msgspec.structs import replace

from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, QueueId
from store.schema.terms import Channel, ChannelRule, Hours, Policy, Presence, Ring, SubjectRule
from tests.router.floor import (
    ANN,
    BOB,
    CLAIMS,
    LABEL,
    ONE,
    SUE,
    SUPERVISOR,
    TWO,
    ZOE,
    Floor,
    agent,
    client,
    kinds,
    only,
    period,
    skills,
)

IDA, JOE = AgentId("agent_ida"), AgentId("agent_joe")
SILENT, STARTED, BOOKED, WAITING, RINGING, CALLING = (
    CaseId(f"case_{name}")
    for name in ("silent", "started", "booked", "waiting", "ringing", "calling")
)
NIGHT = QueueId("queue_night")
# Everything that can fall due does so this long after the floor was arranged.
DUE_MS = 20_000
POLICY = Policy(
    channels=(
        ChannelRule(channel=Channel.CHAT, is_offered=True, offer_ms=DUE_MS),
        ChannelRule(channel=Channel.MAIL, is_offered=True, start_ms=DUE_MS),
        ChannelRule(channel=Channel.CALL, is_exclusive=True, is_offered=True),
        ChannelRule(channel=Channel.APPOINTMENT, is_exclusive=True, is_offered=True),
    ),
    subjects=(
        SubjectRule(subject="claim", queue=CLAIMS, label=LABEL),
        SubjectRule(subject="night", queue=NIGHT, label=LABEL),
    ),
    named_agent_hold_ms=DUE_MS,
    client_silence_ms=DUE_MS,
    connection_grace_ms=DUE_MS,
    drain_after_ms=DUE_MS,
    login_levelling_ms=0,
    # An appointment is due before anybody could be kept free for it.
    earmark_ms=0,
)


def brimming() -> Floor:
    """A floor where a deadline of each kind is `DUE_MS` away."""
    floor = Floor(POLICY)
    floor.queue(CLAIMS, required=skills(claims=1), rings=(Ring(after_ms=DUE_MS, queue=NIGHT),))
    floor.queue(NIGHT, required=skills(night=1), hours=Hours())
    # Ann works on one case, another must begin, the client of a third must answer.
    floor.ready(ANN)
    for case, channel in ((SILENT, Channel.CHAT), (STARTED, Channel.MAIL)):
        floor.open(case, channel=channel)
        floor.accept(case)
    floor.settle(agent(ANN), c.OutcomeWait(), SILENT)
    floor.presence(Presence.BREAK, ANN)
    # Bob is offered one, and another waits for him.
    floor.ready(BOB, capacity=1)
    floor.known(ZOE, BOB)
    floor.open(ONE, ClientId("client_1"))
    floor.open(WAITING)
    # Sue's connection is lost. Nobody serves these.
    floor.ready(SUE)
    floor.disconnect(SUE)
    floor.book(BOOKED, ClientId("client_2"), in_ms=DUE_MS)
    floor.open(RINGING, ClientId("client_3"), subject="claim")
    floor.open(CALLING, ClientId("client_4"), channel=Channel.CALL, subject="claim")
    floor.schedule(period(floor.now_ms + DUE_MS, floor.now_ms + 2 * DUE_MS), queue=NIGHT)
    floor.policy(replace(POLICY, login_levelling_ms=DUE_MS))
    floor.ready(IDA, capacity=0)
    return floor


def test_everything_that_is_due_at_one_time_happens_in_the_order_of_the_kinds() -> None:
    floor = brimming()
    assert floor.router.next_deadline_ms() == floor.now_ms + DUE_MS
    assert floor.wait(DUE_MS - 1) == []
    assert kinds(floor.wait(1)) == [
        "QueueOpened",
        "AgentsJoined",
        "PresenceChanged",  # Sue's grace time
        "OfferEnded",
        "CaseQueued",
        "PresenceChanged",  # Bob, who did not answer, is waited for no more
        "PreferenceEnded",
        "CaseQueued",  # Ann's late start; she is on a break
        "MessageSent",
        "CaseClosed",  # the silent client
        "CaseScored",
        "CaseQueued",  # the appointment
    ]


def test_a_wait_that_ends_and_a_ring_that_opens_come_before_anybody_is_kept_free() -> None:
    floor = Floor(POLICY)
    floor.queue(CLAIMS, required=skills(claims=1))
    floor.ready(BOB, capacity=1)
    floor.known(ZOE, BOB)
    floor.presence(Presence.BREAK, BOB)
    floor.ready(JOE, has=skills(claims=1), capacity=2)
    floor.open(ONE, ClientId("client_1"))
    floor.accept(ONE)
    floor.presence(Presence.AVAILABLE, BOB)
    floor.do(SUPERVISOR, c.AssignCase(ref="r", case=ONE, agent=BOB))
    floor.open(TWO)
    floor.open(WAITING, ClientId("client_5"), subject="claim")
    floor.accept(WAITING)
    floor.open(CALLING, ClientId("client_4"), channel=Channel.CALL, subject="claim")
    assert kinds(floor.wait(DUE_MS)) == [
        "PreferenceEnded",
        "CaseDecided",
        "CaseOffered",
        "CaseEarmarked",
    ]


def test_what_was_due_earlier_happens_earlier_whatever_its_kind_or_name() -> None:
    floor = Floor()
    floor.ready()
    for case in (TWO, ONE):
        floor.open(case)
        floor.settle(agent(), c.OutcomeWait(), case)
        floor.wait(5)
    floor.disconnect()
    closed = [
        event.case
        for event in floor.wait(2 * Policy().client_silence_ms)
        if isinstance(event, e.CaseClosed)
    ]
    assert closed == [TWO, ONE]


def test_equal_kinds_at_one_time_are_in_the_order_of_their_names() -> None:
    floor = Floor()
    floor.ready()
    for case in (TWO, ONE):
        floor.open(case)
        floor.settle(agent(), c.OutcomeWait(), case)
    events = floor.wait(Policy().client_silence_ms)
    assert [event.case for event in events if isinstance(event, e.CaseClosed)] == [ONE, TWO]


def test_what_is_due_at_the_time_of_a_command_happens_before_it() -> None:
    floor = Floor()
    floor.ready()
    floor.open()
    floor.settle(agent(), c.OutcomeWait())
    floor.now_ms += Policy().client_silence_ms
    said = c.SendMessage(ref="r", case=ONE, message=MessageId("message_1"), text="late")
    assert floor.refused(client(), said) is Refusal.CASE_CLOSED
    assert only(floor.log, e.CaseClosed).at_ms == floor.now_ms


def test_an_appointment_is_due_before_a_wait_ends_even_if_nobody_is_kept_free_before() -> None:
    floor = Floor(POLICY)
    floor.known(ZOE, BOB)
    floor.ready(BOB, capacity=1)
    floor.open(ONE, ClientId("client_1"))
    floor.accept(ONE)
    floor.open(WAITING)
    floor.book(BOOKED, ClientId("client_2"), in_ms=DUE_MS)
    events = floor.wait(DUE_MS)
    assert kinds(events) == ["CaseScored", "CaseQueued", "PreferenceEnded"]
