"""Rows from events: the same rules here and in the browser's `state/apply.ts` (golden files).

`apply` never decides and never fails: an event about a row it does not have makes nothing.
"""

from collections.abc import Callable
from typing import Any, TypeVar, assert_never

from msgspec import structs

from store.schema import events as e
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import Author, CaseStatus
from store.schema.views import AgentView, CaseView, OfferView, QueueView, Snapshot

EXCERPT_CHARACTERS = 160

# Fields of a row and their new values; each belongs to one event type, checked by the golden files.
Changes = dict[str, Any]
AnyQueueEvent = e.QueueConfigured | e.QueueSwitched | e.QueueOpened | e.QueueClosed
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
                self.cases[event.case] = _case_after(row, event)
            if isinstance(event, e.CaseEarmarked | e.EarmarkEnded):
                self._earmark(event)
        elif isinstance(event, AnyQueueEvent):
            self._apply_to_queue(event)
        elif isinstance(event, e.AgentConfigured):
            self.agents[event.agent] = _agent_configured(self.agents.get(event.agent), event)
        elif isinstance(event, e.PresenceChanged | e.AgentConnected | e.AgentDisconnected):
            agent = self.agents.get(event.agent)
            if agent is not None:
                self.agents[event.agent] = _agent_after(agent, event)

    def _earmark(self, event: e.CaseEarmarked | e.EarmarkEnded) -> None:
        agent = self.agents.get(event.agent)
        if agent is not None:
            case = event.case if isinstance(event, e.CaseEarmarked) else None
            self.agents[event.agent] = structs.replace(agent, earmarked=case)

    def _apply_to_queue(self, event: AnyQueueEvent) -> None:
        queue = self.queues.get(event.queue)
        if isinstance(event, e.QueueConfigured):
            self.queues[event.queue] = _queue_configured(queue, event)
        elif queue is not None:
            self.queues[event.queue] = _queue_after(queue, event)
        if isinstance(event, e.QueueOpened):
            for row in list(self.cases.values()):
                if row.is_held and row.queue == event.queue:
                    self.cases[row.case] = structs.replace(row, is_held=False)

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


def _case_after(row: CaseView, event: e.CaseEvent) -> CaseView:
    """Return the row as it is after the event, which is not its opening."""
    changed = _CHANGES[type(event)](row, event)
    return structs.replace(row, updated_seq=event.seq, holder=event.holder, **changed)


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


def _queue_configured(row: QueueView | None, event: e.QueueConfigured) -> QueueView:
    fresh = QueueView(
        queue=event.queue,
        label=event.label,
        required=event.required,
        rings=event.rings,
        service_level_ms=event.service_level_ms,
        is_open=event.is_open,
        hours=event.hours,
    )
    if row is None:
        return fresh
    return structs.replace(fresh, is_in_hours=row.is_in_hours, opens_at_ms=row.opens_at_ms)


def _queue_after(
    row: QueueView, event: e.QueueSwitched | e.QueueOpened | e.QueueClosed
) -> QueueView:
    if isinstance(event, e.QueueSwitched):
        return structs.replace(row, is_open=event.is_open)
    if isinstance(event, e.QueueOpened):
        return structs.replace(row, is_in_hours=True, opens_at_ms=None)
    return structs.replace(row, is_in_hours=False, opens_at_ms=event.opens_at_ms)


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
        earmarked=row.earmarked,
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


def _queued(_: CaseView, event: e.CaseQueued) -> Changes:
    return {
        "status": CaseStatus.QUEUED,
        "queue": event.queue,
        "enqueued_at_ms": event.enqueued_at_ms,
        "key": event.key,
        "offer": None,
        "closes_at_ms": None,
        "starts_by_ms": None,
        "is_over_capacity": False,
        "is_held": event.is_held,
    }


def _offered(_: CaseView, event: e.CaseOffered) -> Changes:
    offer = OfferView(offer=event.offer, agent=event.agent, deadline_ms=event.deadline_ms)
    return {"status": CaseStatus.OFFERED, "offer": offer}


def _assigned(row: CaseView, event: e.CaseAssigned) -> Changes:
    # A case that comes back to somebody who already answered it is still a handled one.
    is_first = row.status in {CaseStatus.SCHEDULED, CaseStatus.QUEUED, CaseStatus.OFFERED}
    return {
        "status": CaseStatus.ASSIGNED if is_first else row.status,
        "assigned_at_ms": event.at_ms,
        "preferred": None,
        "offer": None,
        "is_held": False,
        "starts_by_ms": event.starts_by_ms,
        "is_over_capacity": event.is_over_capacity,
    }


def _said(row: CaseView, event: e.MessageSent) -> Changes:
    from_client = event.author is Author.CLIENT
    return {
        "last_at_ms": event.at_ms,
        "last_author": event.author,
        "last_text": event.text[:EXCERPT_CHARACTERS],
        "unread_agent": row.unread_agent + (1 if from_client else 0),
        "unread_client": row.unread_client + (0 if from_client else 1),
    }


def _read(_: CaseView, event: e.MessagesRead) -> Changes:
    if event.reader is Author.CLIENT:
        return {"unread_client": 0, "read_by_client": event.up_to}
    return {"unread_agent": 0, "read_by_agent": event.up_to}


def _waiting(_: CaseView, event: e.CaseWaiting) -> Changes:
    return {
        "status": CaseStatus.WAITING_CLIENT,
        "closes_at_ms": event.closes_at_ms,
        "starts_by_ms": None,
    }


def _closed(_: CaseView, event: e.CaseClosed) -> Changes:
    return {
        "status": CaseStatus.CLOSED,
        "closed_at_ms": event.at_ms,
        "close_cause": event.cause,
        "closes_at_ms": None,
        "starts_by_ms": None,
        "offer": None,
        "preferred": None,
        "is_held": False,
    }


# What each event changes, beside the holder.
_CHANGES: dict[type, Callable[[CaseView, Any], Changes]] = {
    e.CaseScored: lambda row, event: {
        "head_start_ms": event.head_start_ms,
        "key": row.key if event.key is None else event.key,
    },
    e.CaseScheduled: lambda _, event: {
        "status": CaseStatus.SCHEDULED,
        "queue": event.queue,
        "due_at_ms": event.due_at_ms,
    },
    e.CaseQueued: _queued,
    e.CasePreferred: lambda _, event: {"preferred": event.agent},
    e.PreferenceEnded: lambda *_: {"preferred": None},
    e.CaseOffered: _offered,
    e.OfferEnded: lambda *_: {"offer": None},
    e.CaseAssigned: _assigned,
    e.CaseHandled: lambda *_: {"status": CaseStatus.HANDLED, "starts_by_ms": None},
    e.MessageSent: _said,
    e.MessagesRead: _read,
    e.CaseTagged: lambda _, event: {"tags": event.tags},
    e.CaseWaiting: _waiting,
    e.CaseResumed: lambda *_: {"status": CaseStatus.HANDLED, "closes_at_ms": None},
    e.CaseEscalated: lambda _, event: {
        "is_escalated": True,
        "head_start_ms": event.head_start_ms,
    },
    e.CaseMerged: lambda _, event: {"merged_into": event.into},
    e.CaseAbsorbed: lambda row, event: {"merged": (*row.merged, event.merged)},
    e.WrapUpRecorded: lambda _, event: {"wrap_up_reason": event.reason},
    e.CaseClosed: _closed,
    e.SurveyAnswered: lambda _, event: {"survey_note": event.note},
    e.CaseDecided: lambda *_: {},
    e.CaseEarmarked: lambda *_: {},
    e.EarmarkEnded: lambda *_: {},
    e.NoteTaken: lambda *_: {},
    e.MacroApplied: lambda *_: {},
}
