/** Rows and events to arrange with. */
import type { CaseView } from '../../src/protocol/schema'
import { applyEvent, rowsFrom } from '../../src/state/apply'

/** A case as it is after it was opened, but for what is given. */
export function caseRow(given: Partial<CaseView> = {}): CaseView {
  const rows = rowsFrom({ seq: 0, agents: [], queues: [], cases: [] })
  applyEvent(rows, {
    type: 'case.opened',
    seq: 1,
    at_ms: 1000,
    by: 'client_1',
    case: 'case_1',
    client: 'client_1',
    holder: null,
    channel: 'chat',
    subject: 'contract',
    client_name: 'Camille',
    segment: 'standard',
    language: 'fr',
    answers: [],
    former_cases: [],
  })
  return { ...rows.cases.get('case_1')!, ...given }
}
