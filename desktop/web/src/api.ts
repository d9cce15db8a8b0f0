/** The HTTP API: JSON in, JSON out, problems as ProtocolError. */
import { ProtocolError } from './protocol/connection'
import type {
  AgentExplained,
  Article,
  CaseExplained,
  CasePage,
  CaseStatus,
  CaseView,
  ClientPage,
  ClientRecord,
  AnyCommand,
  EventPage,
  Fault,
  FaultyProblem,
  FileRef,
  Me,
  PolicyPage,
  PolicyPreview,
  PolicyRevision,
  Problem,
  Workbench,
} from './protocol/schema'

export interface SignedIn {
  me: Me
  csrf: string
}

export interface CaseFilter {
  text?: string
  status?: CaseStatus | ''
  queue?: string
  holder?: string
  client?: string
  cursor?: string
  limit?: number
}

/** A policy in one of its two forms, as text. */
export interface PolicyDocument {
  readonly kind: 'application/json' | 'application/toml'
  readonly body: string
}

/** Rules that cannot be applied, and everything that is wrong with them. */
export class FaultyError extends ProtocolError {
  constructor(
    code: string,
    message: string,
    readonly faults: readonly Fault[],
  ) {
    super(code, message)
  }
}

const ROOT = '/api/v1'
let csrf = ''

export async function session(): Promise<SignedIn> {
  return remember(await call<SignedIn>('GET', '/session'))
}

export async function signIn(login: string, password: string): Promise<SignedIn> {
  return remember(await call<SignedIn>('POST', '/session', JSON.stringify({ login, password })))
}

export async function signOut(): Promise<void> {
  await call<void>('DELETE', '/session')
}

export const workbench = (): Promise<Workbench> => call('GET', '/workbench')
export const caseRow = (id: string): Promise<CaseView> => call('GET', `/cases/${id}`)
export const caseExplanation = (id: string): Promise<CaseExplained> =>
  call('GET', `/cases/${id}/explanation`)
export const agentExplanation = (id: string): Promise<AgentExplained> =>
  call('GET', `/agents/${id}/explanation`)
export const client = (id: string): Promise<ClientRecord> => call('GET', `/clients/${id}`)

export const cases = (filter: CaseFilter): Promise<CasePage> =>
  call('GET', `/cases${query({ ...filter })}`)

export const clients = (text: string, cursor?: string): Promise<ClientPage> =>
  call('GET', `/clients${query({ text, cursor })}`)

export const caseEvents = (id: string, before?: number): Promise<EventPage> =>
  call('GET', `/cases/${id}/events${query({ before, limit: 200 })}`)

export const notifications = (): Promise<EventPage> => call('GET', '/notifications')

export async function articles(text: string): Promise<Article[]> {
  return (await call<{ articles: Article[] }>('GET', `/articles${query({ text })}`)).articles
}

export function upload(file: File): Promise<FileRef> {
  const form = new FormData()
  form.append('file', file)
  return call('POST', '/files', form)
}

export const fileUrl = (id: string): string => `${ROOT}/files/${id}`

export const policy = (): Promise<PolicyPage> => call('GET', '/policy')

export const previewPolicy = ({ kind, body }: PolicyDocument): Promise<PolicyPreview> =>
  call('POST', '/policy/preview', body, { 'content-type': kind })

export const applyPolicy = (
  { kind, body }: PolicyDocument,
  revision: number,
): Promise<PolicyPage> =>
  call('PUT', '/policy', body, { 'content-type': kind, 'if-match': `"${revision}"` })

export async function policyRevisions(): Promise<readonly PolicyRevision[]> {
  return (await call<{ revisions: PolicyRevision[] }>('GET', '/policy/revisions')).revisions
}

/** A command whose faults are many; the others go through the socket. */
export const configure = (command: AnyCommand): Promise<void> =>
  call('POST', '/commands', JSON.stringify(command))

function remember(signedIn: SignedIn): SignedIn {
  csrf = signedIn.csrf
  return signedIn
}

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

async function call<T>(
  method: string,
  path: string,
  body?: string | FormData,
  more: Record<string, string> = {},
): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (typeof body === 'string') headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['x-csrf-token'] = csrf
  Object.assign(headers, more)
  let response: Response
  try {
    response = await fetch(ROOT + path, { method, headers, body, credentials: 'same-origin' })
  } catch {
    throw new ProtocolError('network', 'the server does not answer')
  }
  if (!response.ok) throw await problem(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}

async function problem(response: Response): Promise<ProtocolError> {
  try {
    const told = (await response.json()) as Problem & Partial<FaultyProblem>
    if (told.faults) return new FaultyError(told.code, told.detail, told.faults)
    return new ProtocolError(told.code, told.title, told.field)
  } catch {
    return new ProtocolError(`http_${response.status}`, response.statusText)
  }
}
