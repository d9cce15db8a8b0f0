"""What happened in each golden file, told event by event."""

from collections.abc import Callable

from store.schema import events as e
from store.schema import terms as t
from store.schema.apply import Rows
from store.schema.ids import (
    AgentId,
    CaseId,
    ClientId,
    FileId,
    MacroId,
    MessageId,
    NoteId,
    OfferId,
    QueueId,
    SkillId,
)
from store.schema.views import Snapshot

Story = Callable[[], tuple[Snapshot, tuple[e.AnyEvent, ...]]]
# 2026-03-02 09:00 UTC, a Monday.
START_MS = 1_772_442_000_000
LEA, TOM, ANA = AgentId("agent_lea"), AgentId("agent_tom"), AgentId("agent_ana")
AUTO, HOME = QueueId("queue_auto"), QueueId("queue_home")
ONE, TWO, CLIENT = CaseId("case_1"), CaseId("case_2"), ClientId("client_1")
# One code point, two UTF-16 units: what a browser would cut in half.
LONG = "😀" * 159 + "é" + "🚗 the rest is not in the excerpt"
TERMS = (t.Term(name="channel", head_start_ms=30_000), t.Term(name="vip", head_start_ms=-1))


class Teller:
    """Numbers and dates events: one a second."""

    def __init__(self) -> None:
        self.events: list[e.AnyEvent] = []

    def floor(self, kind: type[e.AnyFloorEvent], **fields: object) -> None:
        """Tell something of the floor."""
        self.events.append(kind(seq=self._seq(), at_ms=self._now(), **fields))  # type: ignore[arg-type]  # checked by the codec when it is read back

    def case(
        self, kind: type[e.AnyCaseEvent], case: CaseId, holder: AgentId | None, **fields: object
    ) -> None:
        """Tell something of a case of the one client."""
        self.events.append(
            kind(
                seq=self._seq(),
                at_ms=self._now(),
                case=case,
                client=CLIENT,
                holder=holder,
                **fields,  # type: ignore[arg-type]  # checked by the codec when it is read back
            )
        )

    def cut(self, at: int) -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
        """Return the rows after `at` events, and the events after those."""
        rows = Rows()
        for event in self.events[:at]:
            rows.apply(event)
        return rows.snapshot(), tuple(self.events[at:])

    def _seq(self) -> int:
        return len(self.events) + 1

    def _now(self) -> int:
        return START_MS + 1000 * len(self.events)


def floor() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """Agents, queues and the policy are set up; presence changes; somebody is unknown."""
    tell = Teller()
    _set_up(tell)
    tell.floor(e.AgentConnected, agent=LEA)
    tell.floor(
        e.PresenceChanged,
        agent=LEA,
        presence=t.Presence.AVAILABLE,
        reason=t.PresenceReason.CHOSEN,
        previous=t.Presence.UNAVAILABLE,
    )
    tell.floor(
        e.PresenceChanged,
        agent=LEA,
        presence=t.Presence.BUSY,
        reason=t.PresenceReason.CALL_STARTED,
        previous=t.Presence.AVAILABLE,
        returns_to=t.Presence.AVAILABLE,
    )
    # Configured again: what the agent is doing stays.
    tell.floor(e.AgentConfigured, agent=LEA, name="Léa Bernard", capacity=6, team="Auto")
    tell.floor(e.AgentDisconnected, agent=LEA, grace_ends_ms=START_MS + 90_000)
    tell.floor(e.QueueConfigured, queue=HOME, label=t.Label(fr="Fermée", en="Shut"), is_open=False)
    tell.floor(e.QueueSwitched, queue=HOME, is_open=True)
    tell.floor(e.QueueSwitched, queue=QueueId("queue_never"), is_open=False)
    tell.floor(e.AgentConnected, agent=AgentId("agent_nobody"))
    return tell.cut(0)


def conversation() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """One case from its first message to the client's note."""
    tell = Teller()
    _set_up(tell)
    start = len(tell.events)
    _opened(tell, ONE)
    _offered(tell, ONE, "offer_1", TOM, t.OfferOutcome.TIMED_OUT)
    tell.case(
        e.CaseQueued,
        ONE,
        None,
        queue=AUTO,
        enqueued_at_ms=START_MS,
        key=START_MS - 29_999,
        cause=t.QueueCause.TIMED_OUT,
        former=TOM,
    )
    _offered(tell, ONE, "offer_2", LEA, t.OfferOutcome.ACCEPTED)
    _decided(tell, ONE, LEA)
    _assigned(tell, ONE, LEA, t.AssignCause.ACCEPTED)
    _said(tell, ONE, "message_1", t.Author.CLIENT, LONG)
    _said(tell, ONE, "message_2", t.Author.CLIENT, "")
    tell.case(e.MessagesRead, ONE, LEA, reader=t.Author.AGENT, up_to=MessageId("message_2"))
    _said(tell, ONE, "message_3", t.Author.AGENT, "Bonjour 👋")
    tell.case(e.CaseHandled, ONE, LEA)
    tell.case(e.MessagesRead, ONE, LEA, reader=t.Author.CLIENT, up_to=MessageId("message_3"))
    tell.case(
        e.NoteTaken, ONE, LEA, note=NoteId("note_1"), author_name="Léa", text="VIP", mentions=(ANA,)
    )
    tell.case(e.CaseTagged, ONE, LEA, tags=("sinistre", "été"))
    tell.case(e.MacroApplied, ONE, LEA, macro=MacroId("macro_photos"))
    tell.case(e.CaseWaiting, ONE, LEA, closes_at_ms=START_MS + 86_400_000)
    tell.case(e.CaseResumed, ONE, LEA)
    tell.case(e.CaseWaiting, ONE, LEA, closes_at_ms=START_MS + 90_000_000)
    tell.case(e.WrapUpRecorded, ONE, LEA, reason="Réglé", summary="Photos reçues.")
    tell.case(e.CaseClosed, ONE, None, cause=t.CloseCause.CLOSED, former=LEA, asks_survey=True)
    tell.case(e.SurveyAnswered, ONE, None, note=5, comment="Merci !", former=LEA)
    return tell.cut(start)


def preference_and_escalation() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """A case waits for one agent, is given by hand above the cap, goes to the N+1 and back."""
    tell = Teller()
    _set_up(tell)
    _opened(tell, ONE)
    start = len(tell.events)
    for _ in range(2):
        tell.case(
            e.CasePreferred, ONE, None, agent=LEA, until_ms=START_MS + 60_000, why="last_agent"
        )
        tell.case(e.PreferenceEnded, ONE, None, agent=LEA)
    tell.case(e.CasePreferred, ONE, None, agent=TOM, until_ms=START_MS + 60_000, why="named")
    _assigned(tell, ONE, TOM, t.AssignCause.BY_HAND, is_over_capacity=True)
    tell.case(e.CaseHandled, ONE, TOM)
    tell.case(e.CaseEscalated, ONE, TOM, to=ANA, reason="Geste", terms=TERMS, head_start_ms=929_999)
    _assigned(tell, ONE, ANA, t.AssignCause.ESCALATED, former=TOM)
    tell.case(
        e.CaseQueued,
        ONE,
        None,
        queue=HOME,
        enqueued_at_ms=START_MS,
        key=START_MS - 929_999,
        cause=t.QueueCause.TRANSFERRED,
        former=ANA,
    )
    return tell.cut(start)


def merge() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """Two cases of one client become one; a third that the reader lacks makes nothing."""
    tell = Teller()
    _set_up(tell)
    _opened(tell, ONE)
    _assigned(tell, ONE, LEA, t.AssignCause.PULLED)
    start = len(tell.events)
    _opened(tell, TWO, former_cases=(ONE,))
    _said(tell, TWO, "message_1", t.Author.SYSTEM, "Un conseiller arrive.")
    tell.case(e.CaseMerged, TWO, None, into=ONE)
    tell.case(e.CaseClosed, TWO, None, cause=t.CloseCause.MERGED)
    tell.case(e.CaseAbsorbed, ONE, LEA, merged=TWO)
    tell.case(e.CaseAbsorbed, ONE, LEA, merged=CaseId("case_3"))
    tell.case(e.CaseTagged, CaseId("case_unknown"), LEA, tags=("x",))
    return tell.cut(start)


def shown_row_holds_the_event() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """Events up to the row's own `updated_seq` are in it already and change nothing."""
    tell = Teller()
    _set_up(tell)
    _opened(tell, ONE)
    start = len(tell.events) - 1
    _said(tell, ONE, "message_1", t.Author.CLIENT, "Bonjour")
    snapshot, _ = tell.cut(len(tell.events))
    _said(tell, ONE, "message_2", t.Author.CLIENT, "Vous êtes là ?")
    return snapshot, tuple(tell.events[start:])


def appointment_given_by_hand() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """An appointment that somebody takes before its time is an assigned case."""
    tell = Teller()
    _set_up(tell)
    start = len(tell.events)
    _opened(tell, ONE)
    tell.case(e.CaseScheduled, ONE, None, queue=AUTO, due_at_ms=START_MS + 9_500)
    tell.case(e.CaseAssigned, ONE, LEA, agent_name="Léa", cause=t.AssignCause.BY_HAND)
    return tell.cut(start)


def hours_and_appointments() -> tuple[Snapshot, tuple[e.AnyEvent, ...]]:
    """A queue with hours, an appointment that is moved, kept free for, due, and not begun."""
    tell = Teller()
    _set_up(tell)
    start = len(tell.events)
    week = t.Opening(weekday=1, opens="09:15", closes="18:00")
    tell.floor(
        e.QueueConfigured,
        queue=AUTO,
        label=t.Label(fr="Automobile", en="Car"),
        hours=t.Hours(weekly=(week,), country="FR"),
    )
    period = t.Period(opens_ms=START_MS + 9_000, closes_ms=START_MS + 90_000)
    tell.floor(e.QueueScheduled, queue=AUTO, periods=(period,))
    tell.floor(e.QueueClosed, queue=AUTO, opens_at_ms=START_MS + 9_000)
    _opened(tell, ONE)
    tell.case(
        e.CaseQueued,
        ONE,
        None,
        queue=AUTO,
        enqueued_at_ms=START_MS,
        key=START_MS,
        cause=t.QueueCause.TRANSFERRED,
        is_held=True,
    )
    tell.case(e.CaseScored, ONE, None, terms=TERMS, head_start_ms=1, key=START_MS - 1)
    _opened(tell, TWO)
    for due_at_ms in (START_MS + 9_500, START_MS + 9_900):
        tell.case(e.CaseScheduled, TWO, None, queue=AUTO, due_at_ms=due_at_ms)
    tell.floor(e.QueueOpened, queue=AUTO, closes_at_ms=START_MS + 90_000)
    tell.floor(e.AgentConnected, agent=LEA, joins_at_ms=START_MS + 9_150)
    tell.floor(e.AgentsJoined, agents=(LEA,))
    tell.case(e.CaseEarmarked, TWO, None, agent=LEA, cause=t.EarmarkCause.APPOINTMENT)
    tell.case(e.EarmarkEnded, TWO, None, agent=LEA)
    tell.case(e.CaseEarmarked, TWO, None, agent=TOM, cause=t.EarmarkCause.DRAINING)
    tell.case(
        e.CaseQueued,
        TWO,
        None,
        queue=AUTO,
        enqueued_at_ms=START_MS + 9_900,
        key=START_MS,
        cause=t.QueueCause.DUE,
    )
    _offered(tell, TWO, "offer_9", TOM, t.OfferOutcome.ACCEPTED)
    begins = {"starts_by_ms": START_MS + 30_000}
    _assigned(tell, TWO, TOM, t.AssignCause.ACCEPTED, **begins)
    tell.case(
        e.CaseQueued,
        TWO,
        None,
        queue=AUTO,
        enqueued_at_ms=START_MS + 9_900,
        key=START_MS,
        cause=t.QueueCause.NOT_STARTED,
        former=TOM,
    )
    _assigned(tell, TWO, LEA, t.AssignCause.ACCEPTED, **begins)
    tell.case(e.CaseHandled, TWO, LEA)
    tell.case(e.CaseClosed, ONE, None, cause=t.CloseCause.ABANDONED)
    return tell.cut(start)


STORIES: dict[str, Story] = {
    "appointment_given_by_hand": appointment_given_by_hand,
    "hours_and_appointments": hours_and_appointments,
    "floor": floor,
    "conversation": conversation,
    "preference_and_escalation": preference_and_escalation,
    "merge": merge,
    "shown_row_holds_the_event": shown_row_holds_the_event,
}


def _set_up(tell: Teller) -> None:
    skill = t.SkillLevel(skill=SkillId("skill_auto"), level=3)
    tell.floor(
        e.QueueConfigured,
        queue=AUTO,
        label=t.Label(fr="Automobile", en="Car"),
        required=(skill,),
        rings=(t.Ring(after_ms=30_000, queue=HOME),),
        service_level_ms=20_000,
    )
    tell.floor(e.QueueConfigured, queue=HOME, label=t.Label(fr="Habitation", en="Home"))
    tell.floor(e.AgentConfigured, agent=ANA, name="Ana", role=t.Role.SUPERVISOR)
    tell.floor(
        e.AgentConfigured,
        agent=LEA,
        name="Léa",
        team="Auto",
        supervisor=ANA,
        skills=(skill,),
    )
    tell.floor(e.AgentConfigured, agent=TOM, name="Tom", is_active=False)
    tell.floor(e.PolicyConfigured, policy=t.Policy(default_queue=AUTO))
    tell.floor(e.ClientRegistered, client=CLIENT, segment=t.Segment.VIP, named_agents=(TOM,))


def _opened(tell: Teller, case: CaseId, former_cases: tuple[CaseId, ...] = ()) -> None:
    tell.case(
        e.CaseOpened,
        case,
        None,
        channel=t.Channel.CHAT,
        subject="auto_claim",
        client_name="Zoé Martin",
        segment=t.Segment.VIP,
        language=t.Language.EN,
        answers=(t.Answer(question="topic", choice="Sinistre"),),
        former_cases=former_cases,
    )
    tell.case(e.CaseScored, case, None, terms=TERMS, head_start_ms=29_999)
    tell.case(
        e.CaseQueued,
        case,
        None,
        queue=AUTO,
        enqueued_at_ms=START_MS,
        key=START_MS - 29_999,
        cause=t.QueueCause.OPENED,
    )


def _offered(
    tell: Teller, case: CaseId, offer: str, agent: AgentId, outcome: t.OfferOutcome
) -> None:
    tell.case(
        e.CaseOffered,
        case,
        None,
        offer=OfferId(offer),
        agent=agent,
        deadline_ms=START_MS + 20_000,
        attempt=1,
    )
    tell.case(e.OfferEnded, case, None, offer=OfferId(offer), agent=agent, outcome=outcome)


def _decided(tell: Teller, case: CaseId, agent: AgentId) -> None:
    tell.case(
        e.CaseDecided,
        case,
        None,
        agent=agent,
        queue=AUTO,
        key=START_MS - 29_999,
        terms=TERMS,
        skill_level=3,
        load=1,
        idle_since_ms=START_MS,
        waited_ms=4000,
        runners_up=(t.RunnerUp(agent=TOM, skill_level=1, load=2, idle_since_ms=START_MS),),
        excluded=(t.ExcludedCount(reason=t.Exclusion.AT_CAPACITY, agents=2),),
    )


def _assigned(
    tell: Teller, case: CaseId, agent: AgentId, cause: t.AssignCause, **fields: object
) -> None:
    name = agent.removeprefix("agent_")
    tell.case(e.CaseAssigned, case, agent, agent_name=name, cause=cause, **fields)


def _said(tell: Teller, case: CaseId, message: str, author: t.Author, text: str) -> None:
    photo = t.FileRef(file=FileId("file_1"), name="aile.jpg", media_type="image/jpeg", size_bytes=9)
    tell.case(
        e.MessageSent,
        case,
        LEA if case == ONE else None,
        message=MessageId(message),
        author=author,
        author_name="Zoé Martin" if author is t.Author.CLIENT else "Léa",
        text=text,
        # A message may be a file and no words.
        files=() if text else (photo,),
    )
