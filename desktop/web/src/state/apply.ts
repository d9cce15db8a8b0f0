// Rows from events: the same rules as store/schema/apply.py, held by the same golden files.

import type {
  AgentConfigured,
  AgentView,
  AnyEvent,
  CaseAssigned,
  CaseOpened,
  CaseView,
  MessageSent,
  QueueConfigured,
  QueueView,
  Snapshot,
} from '../protocol/schema'

export const EXCERPT_CHARACTERS = 160

export interface Rows {
  seq: number
  agents: Map<string, AgentView>
  queues: Map<string, QueueView>
  cases: Map<string, CaseView>
}

export function rowsFrom(snapshot: Snapshot): Rows {
  return {
    seq: snapshot.seq,
    agents: new Map(snapshot.agents.map((row) => [row.agent, row])),
    queues: new Map(snapshot.queues.map((row) => [row.queue, row])),
    cases: new Map(snapshot.cases.map((row) => [row.case, row])),
  }
}

export function snapshotOf(rows: Rows): Snapshot {
  const inOrder = <V>(map: Map<string, V>): V[] =>
    [...map.keys()].sort().map((key) => map.get(key) as V)
  return {
    seq: rows.seq,
    agents: inOrder(rows.agents),
    queues: inOrder(rows.queues),
    cases: inOrder(rows.cases),
  }
}

export function applyEvent(rows: Rows, event: AnyEvent): void {
  rows.seq = event.seq
  switch (event.type) {
    case 'case.opened':
      rows.cases.set(event.case, opened(event))
      return
    case 'queue.configured':
      rows.queues.set(event.queue, queueConfigured(rows.queues.get(event.queue), event))
      return
    case 'queue.switched':
      changeQueue(rows, event.queue, { is_open: event.is_open })
      return
    case 'queue.opened':
      changeQueue(rows, event.queue, { is_in_hours: true, opens_at_ms: null })
      release(rows, event.queue)
      return
    case 'queue.closed':
      changeQueue(rows, event.queue, { is_in_hours: false, opens_at_ms: event.opens_at_ms })
      return
    case 'agent.configured':
      rows.agents.set(event.agent, agentConfigured(rows.agents.get(event.agent), event))
      return
    case 'agent.presence':
      changeAgent(rows, event.agent, {
        presence: event.presence,
        reason: event.reason,
        since_ms: event.at_ms,
      })
      return
    case 'agent.connected':
      changeAgent(rows, event.agent, { is_connected: true })
      return
    case 'agent.disconnected':
      changeAgent(rows, event.agent, { is_connected: false })
      return
    case 'agents.joined':
    case 'queue.scheduled':
    case 'policy.configured':
    case 'client.registered':
      return
    default: {
      const row = rows.cases.get(event.case)
      // A row that was sent whole may already hold the event.
      if (row !== undefined && event.seq > row.updated_seq) {
        rows.cases.set(event.case, caseAfter(row, event))
      }
      if (event.type === 'case.earmarked') changeAgent(rows, event.agent, { earmarked: event.case })
      if (event.type === 'case.earmark_ended') changeAgent(rows, event.agent, { earmarked: null })
    }
  }
}

type CaseEvent = Extract<AnyEvent, { case: string }>

export function caseAfter(before: CaseView, event: CaseEvent): CaseView {
  const row: CaseView = { ...before, updated_seq: event.seq, holder: event.holder }
  switch (event.type) {
    case 'case.opened':
      return opened(event)
    case 'case.scored':
      return { ...row, head_start_ms: event.head_start_ms, key: event.key ?? row.key }
    case 'case.scheduled':
      return { ...row, status: 'scheduled', queue: event.queue, due_at_ms: event.due_at_ms }
    case 'case.queued':
      return {
        ...row,
        status: 'queued',
        queue: event.queue,
        enqueued_at_ms: event.enqueued_at_ms,
        key: event.key,
        offer: null,
        closes_at_ms: null,
        starts_by_ms: null,
        is_over_capacity: false,
        is_held: event.is_held,
      }
    case 'case.preferred':
      return { ...row, preferred: event.agent }
    case 'case.preference_ended':
      return { ...row, preferred: null }
    case 'case.offered': {
      const { offer, agent, deadline_ms } = event
      return { ...row, status: 'offered', offer: { offer, agent, deadline_ms } }
    }
    case 'offer.ended':
      return { ...row, offer: null }
    case 'case.assigned':
      return assigned(row, event)
    case 'case.handled':
      return { ...row, status: 'handled', starts_by_ms: null }
    case 'message.sent':
      return said(row, event)
    case 'message.read':
      return event.reader === 'client'
        ? { ...row, unread_client: 0, read_by_client: event.up_to }
        : { ...row, unread_agent: 0, read_by_agent: event.up_to }
    case 'case.tagged':
      return { ...row, tags: event.tags }
    case 'case.waiting':
      return {
        ...row,
        status: 'waiting_client',
        closes_at_ms: event.closes_at_ms,
        starts_by_ms: null,
      }
    case 'case.resumed':
      return { ...row, status: 'handled', closes_at_ms: null }
    case 'case.escalated':
      return { ...row, is_escalated: true, head_start_ms: event.head_start_ms }
    case 'case.merged':
      return { ...row, merged_into: event.into }
    case 'case.absorbed':
      return { ...row, merged: [...row.merged, event.merged] }
    case 'case.wrapped_up':
      return { ...row, wrap_up_reason: event.reason }
    case 'case.closed':
      return {
        ...row,
        status: 'closed',
        closed_at_ms: event.at_ms,
        close_cause: event.cause,
        closes_at_ms: null,
        starts_by_ms: null,
        offer: null,
        preferred: null,
        is_held: false,
      }
    case 'survey.answered':
      return { ...row, survey_note: event.note }
    case 'case.decided':
    case 'case.earmarked':
    case 'case.earmark_ended':
    case 'case.noted':
    case 'case.macro_applied':
      return row
  }
}

function opened(event: CaseOpened): CaseView {
  return {
    case: event.case,
    client: event.client,
    client_name: event.client_name,
    channel: event.channel,
    subject: event.subject,
    segment: event.segment,
    language: event.language,
    status: 'queued',
    opened_at_ms: event.at_ms,
    updated_seq: event.seq,
    answers: event.answers,
    former_cases: event.former_cases,
    queue: null,
    enqueued_at_ms: null,
    key: null,
    head_start_ms: 0,
    holder: null,
    assigned_at_ms: null,
    preferred: null,
    offer: null,
    due_at_ms: null,
    starts_by_ms: null,
    is_held: false,
    is_over_capacity: false,
    is_escalated: false,
    closes_at_ms: null,
    last_at_ms: null,
    last_author: null,
    last_text: '',
    unread_agent: 0,
    unread_client: 0,
    read_by_client: null,
    read_by_agent: null,
    tags: [],
    merged_into: null,
    merged: [],
    closed_at_ms: null,
    close_cause: null,
    wrap_up_reason: '',
    survey_note: null,
  }
}

function assigned(row: CaseView, event: CaseAssigned): CaseView {
  // A case that comes back to somebody who already answered it is still a handled one.
  const isFirst = ['scheduled', 'queued', 'offered'].includes(row.status)
  return {
    ...row,
    status: isFirst ? 'assigned' : row.status,
    assigned_at_ms: event.at_ms,
    preferred: null,
    offer: null,
    is_held: false,
    starts_by_ms: event.starts_by_ms,
    is_over_capacity: event.is_over_capacity,
  }
}

function said(row: CaseView, event: MessageSent): CaseView {
  const isFromClient = event.author === 'client'
  return {
    ...row,
    last_at_ms: event.at_ms,
    last_author: event.author,
    // By code points, as Python counts: an emoji must not be cut in half.
    last_text: [...event.text].slice(0, EXCERPT_CHARACTERS).join(''),
    unread_agent: row.unread_agent + (isFromClient ? 1 : 0),
    unread_client: row.unread_client + (isFromClient ? 0 : 1),
  }
}

function agentConfigured(row: AgentView | undefined, event: AgentConfigured): AgentView {
  const { agent, name, role, team, supervisor, skills, capacity, is_active } = event
  return {
    agent,
    name,
    role,
    team,
    supervisor,
    skills,
    capacity,
    is_active,
    is_connected: row?.is_connected ?? false,
    presence: row?.presence ?? 'unavailable',
    reason: row?.reason ?? 'chosen',
    since_ms: row?.since_ms ?? event.at_ms,
    earmarked: row?.earmarked ?? null,
  }
}

function queueConfigured(row: QueueView | undefined, event: QueueConfigured): QueueView {
  const { queue, label, required, rings, service_level_ms, is_open, hours } = event
  return {
    queue,
    label,
    required,
    rings,
    service_level_ms,
    is_open,
    hours,
    is_in_hours: row?.is_in_hours ?? true,
    opens_at_ms: row?.opens_at_ms ?? null,
  }
}

function changeQueue(rows: Rows, queue: string, change: Partial<QueueView>): void {
  const row = rows.queues.get(queue)
  if (row !== undefined) rows.queues.set(queue, { ...row, ...change })
}

/** What came while the queue was closed waits for its hours no more. */
function release(rows: Rows, queue: string): void {
  for (const row of rows.cases.values()) {
    if (row.is_held && row.queue === queue) rows.cases.set(row.case, { ...row, is_held: false })
  }
}

function changeAgent(rows: Rows, agent: string, change: Partial<AgentView>): void {
  const row = rows.agents.get(agent)
  if (row !== undefined) rows.agents.set(agent, { ...row, ...change })
}
