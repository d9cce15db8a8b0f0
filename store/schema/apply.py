"""Rows from events: the same rules here and in the browser's `state/apply.ts` (golden files).

`apply` never decides and never fails: an event about a row it does not have makes nothing.
"""

from typing import TypeVar, assert_never

from msgspec import structs

from store.schema import events as e
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import Author, CaseStatus
from store.schema.views import AgentView, CaseView, OfferView, QueueView, Snapshot

EXCERPT_CHARACTERS = 160

K = TypeVar("K", bound=str)
V = TypeVar("V")


class Rows:
    """The rows of one reader, by id, after event `seq`. Closed cases stay until `forget_closed`."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        snapshot = snapshot or Snapshot(seq=0)
        self.seq = snapshot.seq
        self.agents: dict[AgentId, AgentView] = {row.agent: row for row in snapshot.agents}
        self.queues: dict[QueueId, QueueView] = {row.queue: row for row in snapshot.queues}
        self.cases: dict[CaseId, CaseView] = {row.case: row for row in snapshot.cases}

    def apply(self, event: e.AnyEvent) -> None:
        """Change the rows as the event says."""
        self.seq = event.seq
        if isinstance(event, e.CaseOpened):
            self.cases[event.case] = _opened(event)
        elif isinstance(event, e.CaseEvent):
            row = self.cases.get(event.case)
            # A row that was sent whole may already hold the event.
            if row is not None and event.seq > row.updated_seq:
                self.cases[event.case] = case_after(row, event)
        elif isinstance(event, e.QueueConfigured):
            self.queues[event.queue] = QueueView(
                queue=event.queue,
                label=event.label,
                required=event.required,
                rings=event.rings,
                service_level_ms=event.service_level_ms,
                is_open=event.is_open,
            )
        elif isinstance(event, e.AgentConfigured):
            self.agents[event.agent] = _agent_configured(self.agents.get(event.agent), event)
        elif isinstance(event, e.PresenceChanged | e.AgentConnected | e.AgentDisconnected):
            agent = self.agents.get(event.agent)
            if agent is not None:
                self.agents[event.agent] = _agent_after(agent, event)

    def forget_closed(self) -> None:
        """Drop the rows of closed cases."""
        self.cases = {
            row.case: row for row in self.cases.values() if row.status is not CaseStatus.CLOSED
        }

    def snapshot(self) -> Snapshot:
        """Return the rows in id order."""
        return Snapshot(
            seq=self.seq,
            agents=_in_order(self.agents),
            queues=_in_order(self.queues),
            cases=_in_order(self.cases),
        )


def case_after(row: CaseView, event: e.AnyCaseEvent) -> CaseView:  # noqa: C901, PLR0911, PLR0912
    """Return the row as it is after the event."""
    row = structs.replace(row, updated_seq=event.seq, holder=event.holder)
    match event:
        case e.CaseOpened():
            return _opened(event)
        case e.CaseScored():
            return structs.replace(row, head_start_ms=event.head_start_ms)
        case e.CaseQueued():
            return structs.replace(
                row,
                status=CaseStatus.QUEUED,
                queue=event.queue,
                enqueued_at_ms=event.enqueued_at_ms,
                key=event.key,
                offer=None,
                closes_at_ms=None,
                is_over_capacity=False,
            )
        case e.CasePreferred():
            return structs.replace(row, preferred=event.agent)
        case e.PreferenceEnded():
            return structs.replace(row, preferred=None)
        case e.CaseOffered():
            offer = OfferView(offer=event.offer, agent=event.agent, deadline_ms=event.deadline_ms)
            return structs.replace(row, status=CaseStatus.OFFERED, offer=offer)
        case e.OfferEnded():
            return structs.replace(row, offer=None)
        case e.CaseAssigned():
            return _assigned(row, event)
        case e.CaseHandled():
            return structs.replace(row, status=CaseStatus.HANDLED)
        case e.MessageSent():
            return _said(row, event)
        case e.MessagesRead():
            if event.reader is Author.CLIENT:
                return structs.replace(row, unread_client=0, read_by_client=event.up_to)
            return structs.replace(row, unread_agent=0, read_by_agent=event.up_to)
        case e.CaseTagged():
            return structs.replace(row, tags=event.tags)
        case e.CaseWaiting():
            return structs.replace(
                row, status=CaseStatus.WAITING_CLIENT, closes_at_ms=event.closes_at_ms
            )
        case e.CaseResumed():
            return structs.replace(row, status=CaseStatus.HANDLED, closes_at_ms=None)
        case e.CaseEscalated():
            return structs.replace(row, is_escalated=True, head_start_ms=event.head_start_ms)
        case e.CaseMerged():
            return structs.replace(row, merged_into=event.into)
        case e.CaseAbsorbed():
            return structs.replace(row, merged=(*row.merged, event.merged))
        case e.WrapUpRecorded():
            return structs.replace(row, wrap_up_reason=event.reason)
        case e.CaseClosed():
            return structs.replace(
                row,
                status=CaseStatus.CLOSED,
                closed_at_ms=event.at_ms,
                close_cause=event.cause,
                closes_at_ms=None,
                offer=None,
                preferred=None,
            )
        case e.SurveyAnswered():
            return structs.replace(row, survey_note=event.note)
        case e.CaseDecided() | e.NoteTaken() | e.MacroApplied():
            return row
        case _:
            assert_never(event)


def _opened(event: e.CaseOpened) -> CaseView:
    return CaseView(
        case=event.case,
        client=event.client,
        client_name=event.client_name,
        channel=event.channel,
        subject=event.subject,
        segment=event.segment,
        language=event.language,
        status=CaseStatus.QUEUED,
        opened_at_ms=event.at_ms,
        updated_seq=event.seq,
        answers=event.answers,
        former_cases=event.former_cases,
    )


def _assigned(row: CaseView, event: e.CaseAssigned) -> CaseView:
    # A case that comes back to somebody who already answered it is still a handled one.
    is_first = row.status in {CaseStatus.QUEUED, CaseStatus.OFFERED}
    return structs.replace(
        row,
        status=CaseStatus.ASSIGNED if is_first else row.status,
        assigned_at_ms=event.at_ms,
        preferred=None,
        offer=None,
        is_over_capacity=event.is_over_capacity,
    )


def _said(row: CaseView, event: e.MessageSent) -> CaseView:
    from_client = event.author is Author.CLIENT
    return structs.replace(
        row,
        last_at_ms=event.at_ms,
        last_author=event.author,
        last_text=event.text[:EXCERPT_CHARACTERS],
        unread_agent=row.unread_agent + (1 if from_client else 0),
        unread_client=row.unread_client + (0 if from_client else 1),
    )


def _agent_configured(row: AgentView | None, event: e.AgentConfigured) -> AgentView:
    fresh = AgentView(
        agent=event.agent,
        name=event.name,
        role=event.role,
        team=event.team,
        supervisor=event.supervisor,
        skills=event.skills,
        capacity=event.capacity,
        is_active=event.is_active,
        since_ms=event.at_ms,
    )
    if row is None:
        return fresh
    return structs.replace(
        fresh,
        is_connected=row.is_connected,
        presence=row.presence,
        reason=row.reason,
        since_ms=row.since_ms,
    )


def _agent_after(
    row: AgentView, event: e.PresenceChanged | e.AgentConnected | e.AgentDisconnected
) -> AgentView:
    match event:
        case e.PresenceChanged():
            return structs.replace(
                row, presence=event.presence, reason=event.reason, since_ms=event.at_ms
            )
        case e.AgentConnected():
            return structs.replace(row, is_connected=True)
        case e.AgentDisconnected():
            return structs.replace(row, is_connected=False)
        case _:
            assert_never(event)


def _in_order(rows: dict[K, V]) -> tuple[V, ...]:
    return tuple(rows[key] for key in sorted(rows))
