"""What a drive of a server must notice."""

from bench.visits import Sightings, Verdict, examine
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, OfferId
from store.schema.terms import AssignCause, Author, Channel, CloseCause, OfferOutcome

ANN, BOB = AgentId("agent_ann"), AgentId("agent_bob")
ONE, TWO = CaseId("case_1"), CaseId("case_2")
ZOE = ClientId("client_zoe")
HELLO = MessageId("message_1")
CAPACITIES = {ANN: 1, BOB: 1}
Timeline = list[e.AnyEvent]


def opened(seq: int, case: CaseId = ONE) -> e.CaseOpened:
    return e.CaseOpened(seq=seq, at_ms=seq, case=case, client=ZOE, channel=Channel.CHAT, subject="")


def assigned(
    seq: int,
    agent: AgentId = ANN,
    case: CaseId = ONE,
    *,
    former: AgentId | None = None,
    cause: AssignCause = AssignCause.AUTOMATIC,
) -> e.CaseAssigned:
    return e.CaseAssigned(
        seq=seq,
        at_ms=seq,
        case=case,
        client=ZOE,
        holder=agent,
        agent_name="",
        cause=cause,
        former=former,
    )


def said(seq: int, message: MessageId = HELLO, case: CaseId = ONE) -> e.MessageSent:
    return e.MessageSent(
        seq=seq,
        at_ms=seq,
        case=case,
        client=ZOE,
        holder=ANN,
        message=message,
        author=Author.CLIENT,
    )


def closed(seq: int, case: CaseId = ONE) -> e.CaseClosed:
    return e.CaseClosed(
        seq=seq, at_ms=seq, case=case, client=ZOE, cause=CloseCause.CLOSED, former=ANN
    )


def waiting(seq: int) -> e.CaseWaiting:
    return e.CaseWaiting(seq=seq, at_ms=seq, case=ONE, client=ZOE, holder=ANN, closes_at_ms=99)


def sightings(*, times_seen: int = 1) -> Sightings:
    """One case was opened, and one message in it acknowledged."""
    seen = Sightings()
    seen.opened.add(ONE)
    seen.sent_ns[HELLO] = 0
    seen.acknowledged.add(HELLO)
    seen.seen[HELLO] = times_seen
    return seen


def test_a_conversation_that_went_well_is_clean() -> None:
    timeline: Timeline = [opened(1), assigned(2), said(3), closed(4)]
    assert examine(sightings(), {ONE: timeline}, CAPACITIES).is_clean


def test_a_case_that_was_not_kept_is_lost_and_its_messages_with_it() -> None:
    assert examine(sightings(), {ONE: []}, CAPACITIES) == Verdict(lost_cases=1, lost_messages=1)


def test_a_message_that_nobody_saw_is_lost() -> None:
    timeline: Timeline = [opened(1), assigned(2), said(3)]
    found = examine(sightings(times_seen=0), {ONE: timeline}, CAPACITIES)
    assert found == Verdict(lost_messages=1)


def test_a_message_that_was_shown_twice_or_kept_twice_is_doubled() -> None:
    once: Timeline = [opened(1), assigned(2), said(3)]
    assert examine(sightings(times_seen=2), {ONE: once}, CAPACITIES) == Verdict(doubled_messages=1)
    twice: Timeline = [*once, said(4)]
    assert examine(sightings(), {ONE: twice}, CAPACITIES) == Verdict(doubled_messages=1)


def test_a_case_that_the_router_gave_to_a_full_agent_is_over_the_cap() -> None:
    timelines: dict[CaseId, Timeline] = {
        ONE: [opened(1), assigned(2), said(3)],
        TWO: [opened(4, TWO), assigned(5, ANN, TWO)],
    }
    assert examine(sightings(), timelines, CAPACITIES) == Verdict(over_cap=1)


def test_an_offer_takes_a_slot_too() -> None:
    offer = {"case": TWO, "client": ZOE, "offer": OfferId("offer_1"), "agent": ANN}
    offered = e.CaseOffered(seq=5, at_ms=5, deadline_ms=9, attempt=1, **offer)  # type: ignore[arg-type]  # the fields of both
    timelines: dict[CaseId, Timeline] = {
        ONE: [opened(1), assigned(2), said(3)],
        TWO: [opened(4, TWO), offered],
    }
    assert examine(sightings(), timelines, CAPACITIES) == Verdict(over_cap=1)


def test_a_case_given_by_hand_may_be_above_the_cap() -> None:
    by_hand = assigned(5, ANN, TWO, cause=AssignCause.BY_HAND)
    timelines: dict[CaseId, Timeline] = {
        ONE: [opened(1), assigned(2), said(3)],
        TWO: [opened(4, TWO), by_hand],
    }
    assert examine(sightings(), timelines, CAPACITIES).is_clean


def test_a_slot_that_was_freed_by_a_wait_may_be_given_again() -> None:
    first: Timeline = [opened(1), assigned(2), said(3), waiting(4)]
    timelines: dict[CaseId, Timeline] = {ONE: first, TWO: [opened(5, TWO), assigned(6, ANN, TWO)]}
    assert examine(sightings(), timelines, CAPACITIES).is_clean


def test_an_ended_offer_frees_its_slot() -> None:
    ended = e.OfferEnded(
        seq=6,
        at_ms=6,
        case=TWO,
        client=ZOE,
        offer=OfferId("offer_1"),
        agent=ANN,
        outcome=OfferOutcome.ACCEPTED,
    )
    offered = e.CaseOffered(
        seq=5,
        at_ms=5,
        case=TWO,
        client=ZOE,
        offer=OfferId("offer_1"),
        agent=ANN,
        deadline_ms=9,
        attempt=1,
    )
    accepted = assigned(7, ANN, TWO, cause=AssignCause.ACCEPTED)
    timelines: dict[CaseId, Timeline] = {
        ONE: [opened(1), assigned(2), said(3), closed(4)],
        TWO: [opened(4, TWO), offered, ended, accepted],
    }
    assert examine(sightings(), timelines, CAPACITIES).is_clean


def test_a_case_taken_from_nobody_had_two_holders() -> None:
    timeline: Timeline = [opened(1), assigned(2), said(3), assigned(4, BOB)]
    assert examine(sightings(), {ONE: timeline}, CAPACITIES) == Verdict(two_holders=1)
    timeline = [opened(1), assigned(2), said(3), assigned(4, BOB, former=ANN)]
    assert examine(sightings(), {ONE: timeline}, CAPACITIES).is_clean


def test_only_a_rating_may_follow_the_close() -> None:
    timeline: Timeline = [opened(1), assigned(2), closed(3), said(4)]
    assert examine(sightings(), {ONE: timeline}, CAPACITIES) == Verdict(after_close=1)
    rated = e.SurveyAnswered(seq=5, at_ms=5, case=ONE, client=ZOE, note=5)
    timeline = [opened(1), assigned(2), said(3), closed(4), rated]
    assert examine(sightings(), {ONE: timeline}, CAPACITIES).is_clean
