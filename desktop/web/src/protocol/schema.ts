// Written by `python -m desktop.typescript` from store/schema. Do not edit.

/** Take the case reserved for one. */
export interface AcceptOffer {
  readonly type: 'accept_offer';
  readonly ref: string;
  readonly offer: string;
}

/** An agent exists with these rights and skills, from now on. */
export interface AgentConfigured {
  readonly type: 'agent.configured';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly agent: string;
  readonly name: string;
  readonly role: Role;
  readonly team: string;
  readonly supervisor: string | null;
  readonly skills: readonly SkillLevel[];
  readonly capacity: number;
  readonly is_active: boolean;
}

/** The agent's first desktop socket opened. joins_at_ms: as in `agent.presence`. */
export interface AgentConnected {
  readonly type: 'agent.connected';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly agent: string;
  readonly joins_at_ms: number | null;
}

/** The agent's last desktop socket closed; presence is kept until `grace_ends_ms`. */
export interface AgentDisconnected {
  readonly type: 'agent.disconnected';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly agent: string;
  readonly grace_ends_ms: number;
}

/** What an agent could be given, at `at_ms`. exclusion: what keeps it from every case.
 * 
 * earmarked: the case it is kept free for. joins_at_ms: when it begins, with others. queues:
 * those it serves, the ones where somebody waits first. awaiting: cases that wait for it alone. */
export interface AgentExplained {
  readonly type: 'agent_explained';
  readonly at_ms: number;
  readonly agent: string;
  readonly exclusion: Exclusion | null;
  readonly load: number;
  readonly capacity: number;
  readonly idle_since_ms: number;
  readonly earmarked: string | null;
  readonly joins_at_ms: number | null;
  readonly awaiting: readonly string[];
  readonly queues: readonly QueueStanding[];
}

/** One agent since midnight in the site's time zone, up to `as_of_ms`.
 * 
 * times: the timesheet, signed in only. presence: the status whose time runs on since
 * `as_of_ms`, None when signed out. handled, handling_ms: as in QueueFigures.
 * 
 * occupancy = occupied_ms / on_queue_ms, the time at work over the time that was meant for it.
 * on_queue_ms: signed in as available, busy or on a manual call. occupied_ms: the part of it
 * that was busy, on a manual call, or available with a case in hand that does not wait for its
 * client (ready time without idle time, over ready time). Both run on while their flag is set. */
export interface AgentFigures {
  readonly agent: string;
  readonly as_of_ms: number;
  readonly presence: Presence | null;
  readonly is_on_queue: boolean;
  readonly is_occupied: boolean;
  readonly on_queue_ms: number;
  readonly occupied_ms: number;
  readonly handled: number;
  readonly handling_ms: number;
  readonly times: readonly TimeSpent[];
}

/** How an agent stands to a case. exclusion: what keeps it from the case; None: nothing does. */
export interface AgentStanding {
  readonly agent: string;
  readonly skill_level: number;
  readonly load: number;
  readonly capacity: number;
  readonly idle_since_ms: number;
  readonly exclusion: Exclusion | null;
}

/** An agent as the floor sees it. earmarked: the case for which it is kept free. */
export interface AgentView {
  readonly agent: string;
  readonly name: string;
  readonly role: Role;
  readonly team: string;
  readonly supervisor: string | null;
  readonly skills: readonly SkillLevel[];
  readonly capacity: number;
  readonly is_active: boolean;
  readonly is_connected: boolean;
  readonly presence: Presence;
  readonly reason: PresenceReason;
  readonly since_ms: number;
  readonly earmarked: string | null;
}

/** These agents, who became available together, are given work from now on. */
export interface AgentsJoined {
  readonly type: 'agents.joined';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly agents: readonly string[];
}

/** One answer given to the bot. */
export interface Answer {
  readonly question: string;
  readonly choice: string;
}

/** Rate a closed case, once. */
export interface AnswerSurvey {
  readonly type: 'answer_survey';
  readonly ref: string;
  readonly case: string;
  readonly note: number;
  readonly comment?: string;
}

/** An article of the knowledge base; body is Markdown. */
export interface Article {
  readonly article: string;
  readonly title: Label;
  readonly body: Label;
  readonly tags: readonly string[];
  readonly is_public: boolean;
}

/** A command; answered by `ok` or `error` with its ref. */
export interface Ask {
  readonly type: 'ask';
  readonly command: OpenCase | MoveAppointment | LeaveQueue | SendMessage | MarkRead | AnswerSurvey | SetPresence | AcceptOffer | RefuseOffer | StartCase | TakeNote | TagCase | SettleCase | PullCase | AssignCase | TakeBack | MergeCases | ConfigureAgent | ConfigureQueue | SwitchQueue | ScheduleQueue | ConfigurePolicy | RegisterClient | ConnectAgent | DisconnectAgent;
}

/** Give a case to an agent by hand, above the cap when the asker is a supervisor. */
export interface AssignCase {
  readonly type: 'assign_case';
  readonly ref: string;
  readonly case: string;
  readonly agent: string;
}

/** How a case came to its holder. */
export type AssignCause = 'accepted' | 'automatic' | 'by_hand' | 'escalated' | 'pulled' | 'returned' | 'transferred';

/** Who wrote a message. */
export type Author = 'agent' | 'client' | 'system';

/** Clients: where their own case is in its queue, when that changed; every few seconds at
 * most. */
export interface Awaited {
  readonly type: 'awaited';
  readonly wait: Wait;
}

/** One answer the client may choose; leads to `next_question`, else to `subject`. */
export interface BotChoice {
  readonly label: Label;
  readonly subject: string | null;
  readonly next_question: string | null;
  readonly articles: readonly string[];
}

/** One question of the guided form. */
export interface BotQuestion {
  readonly key: string;
  readonly text: Label;
  readonly choices: readonly BotChoice[];
}

/** The guided form; the first question is asked first. */
export interface BotScript {
  readonly greeting: Label;
  readonly questions: readonly BotQuestion[];
  readonly handover: Label;
}

/** The history of `merged` belongs to this case too. Staff only. */
export interface CaseAbsorbed {
  readonly type: 'case.absorbed';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly merged: string;
}

/** `holder` has the case. former: who held it until now.
 * 
 * starts_by_ms: an accepted offer must have begun by then. */
export interface CaseAssigned {
  readonly type: 'case.assigned';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent_name: string;
  readonly cause: AssignCause;
  readonly is_over_capacity: boolean;
  readonly former: string | null;
  readonly starts_by_ms: number | null;
}

/** The end. former: who held it. asks_survey: whether the client is asked for a note. */
export interface CaseClosed {
  readonly type: 'case.closed';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly cause: CloseCause;
  readonly former: string | null;
  readonly asks_survey: boolean;
}

/** Why this agent: the record of one choice of the router. Staff only. */
export interface CaseDecided {
  readonly type: 'case.decided';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent: string;
  readonly queue: string;
  readonly key: number;
  readonly terms: readonly Term[];
  readonly skill_level: number;
  readonly load: number;
  readonly idle_since_ms: number;
  readonly waited_ms: number;
  readonly runners_up: readonly RunnerUp[];
  readonly excluded: readonly ExcludedCount[];
  readonly cause: ChoiceCause;
}

/** One agent is kept free for the case: given nothing else by itself. Staff only. */
export interface CaseEarmarked {
  readonly type: 'case.earmarked';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent: string;
  readonly cause: EarmarkCause;
}

/** The holder asked the N+1. Staff only. */
export interface CaseEscalated {
  readonly type: 'case.escalated';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly to: string | null;
  readonly reason: string;
  readonly terms: readonly Term[];
  readonly head_start_ms: number;
}

/** Why a case waits, at `at_ms`.
 * 
 * until_ms: when the reason ends by itself (the offer, the wait for `preferred`, the hours, the
 * appointment's time), else when a ring opens next, if one does. place: 1 is first among those
 * that wait for anybody in its queue. queues: its own, then the rings that are open for it.
 * agents: those who serve one of the queues, who could have it soonest first, 100 at most.
 * excluded: all agents of the site by what keeps them from it. */
export interface CaseExplained {
  readonly type: 'case_explained';
  readonly at_ms: number;
  readonly case: string;
  readonly status: CaseStatus;
  readonly reason: WaitReason;
  readonly until_ms: number | null;
  readonly queue: string;
  readonly queues: readonly string[];
  readonly enqueued_at_ms: number;
  readonly key: number;
  readonly terms: readonly Term[];
  readonly place: number | null;
  readonly preferred: string | null;
  readonly earmark: string | null;
  readonly earmark_cause: EarmarkCause | null;
  readonly agents: readonly AgentStanding[];
  readonly excluded: readonly ExcludedCount[];
}

/** The holder has begun: answered for the first time, or the call is connected. */
export interface CaseHandled {
  readonly type: 'case.handled';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
}

/** This case goes on as `into`; nothing of it is lost. Staff only. */
export interface CaseMerged {
  readonly type: 'case.merged';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly into: string;
}

/** A waiting case before and after. place: 1 is next in its queue. */
export interface CaseMove {
  readonly case: string;
  readonly client_name: string;
  readonly channel: Channel;
  readonly subject: string;
  readonly segment: Segment;
  readonly queue: string;
  readonly place: number;
  readonly new_place: number;
  readonly head_start_ms: number;
  readonly new_head_start_ms: number;
}

/** The case is reserved for one agent until `deadline_ms`. Staff only. */
export interface CaseOffered {
  readonly type: 'case.offered';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly offer: string;
  readonly agent: string;
  readonly deadline_ms: number;
  readonly attempt: number;
}

/** A client asked for something. */
export interface CaseOpened {
  readonly type: 'case.opened';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly channel: Channel;
  readonly subject: string;
  readonly client_name: string;
  readonly segment: Segment;
  readonly language: Language;
  readonly answers: readonly Answer[];
  readonly former_cases: readonly string[];
}

/** Cases, the last changed first. cursor: what to ask the next page with, or None. */
export interface CasePage {
  readonly cases: readonly CaseView[];
  readonly cursor: string | null;
}

/** The case waits for one agent until `until_ms`. Staff only. */
export interface CasePreferred {
  readonly type: 'case.preferred';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent: string;
  readonly until_ms: number;
  readonly why: string;
}

/** The case waits. Order is by `key` = enqueued_at_ms - head start, lowest first.
 * 
 * former: the agent who held it or to whom it was offered until now. is_held: the queue is
 * outside its hours, and the case waits until it opens. */
export interface CaseQueued {
  readonly type: 'case.queued';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly queue: string;
  readonly enqueued_at_ms: number;
  readonly key: number;
  readonly cause: QueueCause;
  readonly former: string | null;
  readonly is_held: boolean;
}

/** The client answered a waiting case; it is back with its holder. */
export interface CaseResumed {
  readonly type: 'case.resumed';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
}

/** The appointment is booked or moved: it enters its queue at `due_at_ms`.
 * 
 * former, cause: who held it until now and why it came back, when it was given before its time. */
export interface CaseScheduled {
  readonly type: 'case.scheduled';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly queue: string;
  readonly due_at_ms: number;
  readonly former: string | null;
  readonly cause: QueueCause | null;
}

/** The head start of the case, term by term. Staff only.
 * 
 * key: set when a waiting case was scored again, by another policy. */
export interface CaseScored {
  readonly type: 'case.scored';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly terms: readonly Term[];
  readonly head_start_ms: number;
  readonly key: number | null;
}

/** Where a case is in its life. SCHEDULED is an appointment to come; CLOSED is final. */
export type CaseStatus = 'assigned' | 'closed' | 'handled' | 'offered' | 'queued' | 'scheduled' | 'waiting_client';

/** These are the tags of the case, from now on. Staff only. */
export interface CaseTagged {
  readonly type: 'case.tagged';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly tags: readonly string[];
}

/** A case as lists and headers show it.
 * 
 * last_text: the first 160 characters of the last message. unread_*: messages the side has not
 * read. key, head_start_ms, tags, escalation are for staff; clients never receive this row. */
export interface CaseView {
  readonly case: string;
  readonly client: string;
  readonly client_name: string;
  readonly channel: Channel;
  readonly subject: string;
  readonly segment: Segment;
  readonly language: Language;
  readonly status: CaseStatus;
  readonly opened_at_ms: number;
  readonly updated_seq: number;
  readonly answers: readonly Answer[];
  readonly former_cases: readonly string[];
  readonly queue: string | null;
  readonly enqueued_at_ms: number | null;
  readonly key: number | null;
  readonly head_start_ms: number;
  readonly holder: string | null;
  readonly assigned_at_ms: number | null;
  readonly preferred: string | null;
  readonly offer: OfferView | null;
  readonly due_at_ms: number | null;
  readonly starts_by_ms: number | null;
  readonly is_held: boolean;
  readonly is_over_capacity: boolean;
  readonly is_escalated: boolean;
  readonly closes_at_ms: number | null;
  readonly last_at_ms: number | null;
  readonly last_author: Author | null;
  readonly last_text: string;
  readonly unread_agent: number;
  readonly unread_client: number;
  readonly read_by_client: string | null;
  readonly read_by_agent: string | null;
  readonly tags: readonly string[];
  readonly merged_into: string | null;
  readonly merged: readonly string[];
  readonly closed_at_ms: number | null;
  readonly close_cause: CloseCause | null;
  readonly wrap_up_reason: string;
  readonly survey_note: number | null;
}

/** The client must answer; without an answer the case closes at `closes_at_ms`. */
export interface CaseWaiting {
  readonly type: 'case.waiting';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly closes_at_ms: number;
}

/** How the client reached us. */
export type Channel = 'appointment' | 'call' | 'chat' | 'mail';

/** What a channel costs an agent, the head start it gives, and whether it is offered.
 * 
 * start_ms: an accepted offer must be begun within this time, or it goes on to the next agent;
 * 0 sets no limit. */
export interface ChannelRule {
  readonly channel: Channel;
  readonly units: number;
  readonly is_exclusive: boolean;
  readonly head_start_ms: number;
  readonly is_offered: boolean;
  readonly offer_ms: number;
  readonly start_ms: number;
}

/** Why an agent could be chosen: the best of all, the one it waited for, the one kept free. */
export type ChoiceCause = 'best' | 'earmarked' | 'preferred';

/** A claim. opened: ISO 8601 date. link: where the claim file is, or empty. */
export interface Claim {
  readonly reference: string;
  readonly kind: string;
  readonly status: string;
  readonly opened: string;
  readonly contract: string;
  readonly link: string;
}

/** Clients by name. cursor: what to ask the next page with, or None. */
export interface ClientPage {
  readonly clients: readonly ClientRecord[];
  readonly cursor: string | null;
}

/** A client's record. external: the id the insurer's site signs, or empty for a visitor. */
export interface ClientRecord {
  readonly client: string;
  readonly name: string;
  readonly external: string;
  readonly segment: Segment;
  readonly language: Language;
  readonly email: string;
  readonly phone: string;
  readonly city: string;
  readonly since: string;
  readonly named_agents: readonly string[];
  readonly contracts: readonly Contract[];
  readonly claims: readonly Claim[];
}

/** What the router must know of a client: nothing that names the person. */
export interface ClientRegistered {
  readonly type: 'client.registered';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly client: string;
  readonly segment: Segment;
  readonly named_agents: readonly string[];
}

/** Why a case ended. */
export type CloseCause = 'abandoned' | 'cancelled' | 'client_silent' | 'closed' | 'merged' | 'no_reply';

/** Create or change an agent. */
export interface ConfigureAgent {
  readonly type: 'configure_agent';
  readonly ref: string;
  readonly agent: string;
  readonly name: string;
  readonly role?: Role;
  readonly team?: string;
  readonly supervisor?: string | null;
  readonly skills?: readonly SkillLevel[];
  readonly capacity?: number;
  readonly is_active?: boolean;
}

/** Change the policy. after_revision: refused when another one than this is in force. */
export interface ConfigurePolicy {
  readonly type: 'configure_policy';
  readonly ref: string;
  readonly policy: Policy;
  readonly after_revision?: number | null;
}

/** Create or change a queue. */
export interface ConfigureQueue {
  readonly type: 'configure_queue';
  readonly ref: string;
  readonly queue: string;
  readonly label: Label;
  readonly required?: readonly SkillLevel[];
  readonly rings?: readonly Ring[];
  readonly service_level_ms?: number;
  readonly is_open?: boolean;
  readonly hours?: Hours | null;
}

/** The agent's first desktop socket opened. Only the edge says so. */
export interface ConnectAgent {
  readonly type: 'connect_agent';
  readonly ref: string;
  readonly agent: string;
}

/** An insurance contract. start: ISO 8601 date. */
export interface Contract {
  readonly reference: string;
  readonly kind: string;
  readonly start: string;
  readonly insurer: string;
  readonly assistance: string;
  readonly is_active: boolean;
}

/** Supervisors: the figures of the day. The whole once, then at most once a second `site` and
 * the queues and agents whose figures changed; what grows by itself is for the reader to grow. */
export interface Counted {
  readonly type: 'counted';
  readonly figures: FloorFigures;
}

/** A sign-in. password_hash: argon2id in PHC form. epoch: raised to end all its sessions. */
export interface Credential {
  readonly agent: string;
  readonly login: string;
  readonly password_hash: string;
  readonly language: Language;
  readonly epoch: number;
}

/** What the eligible agents of a case are compared by. */
export type Criterion = 'idle' | 'load' | 'skill_level';

/** The agent's last desktop socket closed. Only the edge says so. */
export interface DisconnectAgent {
  readonly type: 'disconnect_agent';
  readonly ref: string;
  readonly agent: string;
}

/** Why an agent is kept free for one case: an appointment nears, or a call must not starve. */
export type EarmarkCause = 'appointment' | 'draining';

/** The agent is kept free no more. Staff only. */
export interface EarmarkEnded {
  readonly type: 'case.earmark_ended';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent: string;
}

/** The command or frame was refused; nothing has changed. ref: None when it had none. */
export interface Error {
  readonly type: 'error';
  readonly ref: string | null;
  readonly code: string;
  readonly message: string;
  readonly field: string;
}

/** Events of a case or client, oldest first. before: seq to ask the page before, or None. */
export interface EventPage {
  readonly events: readonly (AgentConfigured | PresenceChanged | AgentConnected | AgentDisconnected | AgentsJoined | QueueConfigured | QueueSwitched | QueueScheduled | QueueOpened | QueueClosed | PolicyConfigured | ClientRegistered | CaseOpened | CaseScored | CaseScheduled | CaseEarmarked | EarmarkEnded | CaseQueued | CasePreferred | PreferenceEnded | CaseOffered | OfferEnded | CaseDecided | CaseAssigned | CaseHandled | MessageSent | MessagesRead | NoteTaken | CaseTagged | MacroApplied | CaseWaiting | CaseResumed | CaseEscalated | CaseMerged | CaseAbsorbed | WrapUpRecorded | CaseClosed | SurveyAnswered)[];
  readonly before: number | null;
}

/** How many agents one reason kept out. */
export interface ExcludedCount {
  readonly reason: Exclusion;
  readonly agents: number;
}

/** Why an agent was not chosen, or cannot take a case. */
export type Exclusion = 'at_capacity' | 'earmarked' | 'has_offer' | 'joining' | 'not_available' | 'not_connected' | 'refused_before' | 'skill_missing';

/** Why is this agent given nothing more? */
export interface ExplainAgent {
  readonly type: 'explain_agent';
  readonly agent: string;
}

/** Why does this case still wait, or who could have it? */
export interface ExplainCase {
  readonly type: 'explain_case';
  readonly case: string;
}

/** One thing wrong with a policy or a queue, and what is allowed.
 * 
 * line: in the text, from 1; None when it came as JSON. field: as in `subjects[2].queue`.
 * message says it in English; code, given, allowed and hint say it to programs. */
export interface Fault {
  readonly field: string;
  readonly message: string;
  readonly line: number | null;
  readonly code: string;
  readonly given: string;
  readonly allowed: string;
  readonly hint: string;
}

/** Rules that cannot be applied: everything that is wrong with them. */
export interface FaultyProblem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field: string;
  readonly type: string;
  readonly faults: readonly Fault[];
}

/** An uploaded file as a message shows it. */
export interface FileRef {
  readonly file: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
}

/** The figures after event `seq`, at `at_ms`; of the day that began at `day_ms`. */
export interface FloorFigures {
  readonly seq: number;
  readonly at_ms: number;
  readonly day_ms: number;
  readonly site: QueueFigures;
  readonly queues: readonly QueueFigures[];
  readonly agents: readonly AgentFigures[];
}

/** An event the reader may see. */
export interface Happened {
  readonly type: 'event';
  readonly event: AgentConfigured | PresenceChanged | AgentConnected | AgentDisconnected | AgentsJoined | QueueConfigured | QueueSwitched | QueueScheduled | QueueOpened | QueueClosed | PolicyConfigured | ClientRegistered | CaseOpened | CaseScored | CaseScheduled | CaseEarmarked | EarmarkEnded | CaseQueued | CasePreferred | PreferenceEnded | CaseOffered | OfferEnded | CaseDecided | CaseAssigned | CaseHandled | MessageSent | MessagesRead | NoteTaken | CaseTagged | MacroApplied | CaseWaiting | CaseResumed | CaseEscalated | CaseMerged | CaseAbsorbed | WrapUpRecorded | CaseClosed | SurveyAnswered;
}

/** First frame. last_seq: the last event seen, None for a fresh start.
 * 
 * token: the client's session token, for a widget; a desktop has its cookie. staff desktops set
 * csrf, the value that sign-in gave. */
export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  readonly last_seq?: number | null;
  readonly token?: string;
  readonly csrf?: string;
}

/** When a queue is open. No hours at all means always.
 * 
 * time_zone: IANA name. country, region: public holidays are closed, ISO 3166 codes, or empty.
 * notice: what the client is told outside the hours; {opens} is the next opening. */
export interface Hours {
  readonly time_zone: string;
  readonly weekly: readonly Opening[];
  readonly country: string;
  readonly region: string;
  readonly special: readonly SpecialDay[];
  readonly notice: Label | null;
}

/** A short text in both languages. */
export interface Label {
  readonly fr: string;
  readonly en: string;
}

/** Language of a screen or of a client's messages. */
export type Language = 'en' | 'fr';

/** Want nothing more: hang up while waiting, or cancel an appointment. Nobody holds it yet. */
export interface LeaveQueue {
  readonly type: 'leave_queue';
  readonly ref: string;
  readonly case: string;
}

/** What a macro does, in the order text, tags, outcome. key: one letter after Ctrl+M, or ''.
 * 
 * text may hold {client}, {agent}, {case}, {subject}; the desktop fills them in and shows the
 * result before it is sent. */
export interface Macro {
  readonly macro: string;
  readonly label: Label;
  readonly text: Label | null;
  readonly tags: readonly string[];
  readonly outcome: OutcomeWait | OutcomeClose | OutcomeAssign | OutcomeTransfer | OutcomeEscalate | null;
  readonly asks_agent: boolean;
  readonly asks_queue: boolean;
  readonly asks_reason: boolean;
  readonly key: string;
}

/** A macro was used; what it did follows as events of their own. Staff only. */
export interface MacroApplied {
  readonly type: 'case.macro_applied';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly macro: string;
}

/** Everything up to and including `up_to` was seen. */
export interface MarkRead {
  readonly type: 'mark_read';
  readonly ref: string;
  readonly case: string;
  readonly up_to: string;
}

/** Who is signed in on the desktop. */
export interface Me {
  readonly agent: string;
  readonly name: string;
  readonly login: string;
  readonly role: Role;
  readonly language: Language;
  readonly site: string;
  readonly site_name: string;
}

/** Close `case` into `into`; both open, both of one client. */
export interface MergeCases {
  readonly type: 'merge_cases';
  readonly ref: string;
  readonly case: string;
  readonly into: string;
}

/** Something was said in the conversation. */
export interface MessageSent {
  readonly type: 'message.sent';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly message: string;
  readonly author: Author;
  readonly author_name: string;
  readonly text: string;
  readonly files: readonly FileRef[];
}

/** One side has seen everything up to and including `up_to`. */
export interface MessagesRead {
  readonly type: 'message.read';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly reader: Author;
  readonly up_to: string;
}

/** Have an appointment that is still to come at another time. */
export interface MoveAppointment {
  readonly type: 'move_appointment';
  readonly ref: string;
  readonly case: string;
  readonly due_at_ms: number;
}

/** A private note. Staff only; `mentions` are told. */
export interface NoteTaken {
  readonly type: 'case.noted';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly note: string;
  readonly author_name: string;
  readonly text: string;
  readonly mentions: readonly string[];
}

/** The reservation is over. Staff only. */
export interface OfferEnded {
  readonly type: 'offer.ended';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly offer: string;
  readonly agent: string;
  readonly outcome: OfferOutcome;
}

/** How an offer ended. */
export type OfferOutcome = 'accepted' | 'refused' | 'timed_out' | 'withdrawn';

/** A live reservation. */
export interface OfferView {
  readonly offer: string;
  readonly agent: string;
  readonly deadline_ms: number;
}

/** The command was carried out and is stored. seq: the site's last event then. */
export interface Ok {
  readonly type: 'ok';
  readonly ref: string;
  readonly seq: number;
}

/** Ask for something. The edge fills in client, client_name and, when known, segment.
 * 
 * due_at_ms: when an appointment is to be, within a year; without it, at once. */
export interface OpenCase {
  readonly type: 'open_case';
  readonly ref: string;
  readonly case: string;
  readonly channel: Channel;
  readonly subject: string;
  readonly language?: Language;
  readonly answers?: readonly Answer[];
  readonly client?: string | null;
  readonly client_name?: string;
  readonly due_at_ms?: number | null;
}

/** Open hours of one weekday, local time HH:MM. weekday: 1 (Monday) to 7, ISO 8601.
 * 
 * closes: up to "24:00". At a change of clocks the hours keep to the wall clock. */
export interface Opening {
  readonly weekday: number;
  readonly opens: string;
  readonly closes: string;
}

/** A colleague takes over. */
export interface OutcomeAssign {
  readonly type: 'assign';
  readonly agent: string;
}

/** The case ends; `cause` is CLOSED (the client is told) or NO_REPLY (nothing is sent). */
export interface OutcomeClose {
  readonly type: 'close';
  readonly cause?: CloseCause;
  readonly reason?: string;
  readonly summary?: string;
}

/** The case goes to the N+1. */
export interface OutcomeEscalate {
  readonly type: 'escalate';
  readonly reason: string;
}

/** The case goes to a queue and keeps its age. */
export interface OutcomeTransfer {
  readonly type: 'transfer';
  readonly queue: string;
}

/** The client must answer next. */
export interface OutcomeWait {
  readonly type: 'wait';
}

/** A time that a queue is open: from `opens_ms` until just before `closes_ms`.
 * 
 * opening: its beginning in words, by the queue's own clock, for whoever waits for it. */
export interface Period {
  readonly opens_ms: number;
  readonly closes_ms: number;
  readonly opening: Label | null;
}

/** Heartbeat, every 20 s; a socket silent for 60 s is closed. */
export interface Ping {
  readonly type: 'ping';
}

/** Every number the router decides by. Times in milliseconds.
 * 
 * choice: what agents are compared by, the most important first. service_level_reference_ms:
 * a queue whose service level target is shorter than this gives the difference as head start.
 * drain_after_ms: a case that needs a whole agent has one kept free for it after this wait.
 * login_levelling_ms: agents who become available within this time begin together.
 * earmark_ms: an agent is kept free for an appointment this long before it. */
export interface Policy {
  readonly choice: readonly Criterion[];
  readonly subjects: readonly SubjectRule[];
  readonly channels: readonly ChannelRule[];
  readonly segments: readonly SegmentRule[];
  readonly default_queue: string;
  readonly escalation_head_start_ms: number;
  readonly last_agent_hold_ms: number;
  readonly named_agent_hold_ms: number;
  readonly client_silence_ms: number;
  readonly connection_grace_ms: number;
  readonly service_level_reference_ms: number;
  readonly drain_after_ms: number;
  readonly login_levelling_ms: number;
  readonly earmark_ms: number;
}

/** The router decides by this policy, from now on. revision: 1 for the first one.
 * 
 * Waiting cases whose head start it changes are scored again by the events that follow. */
export interface PolicyConfigured {
  readonly type: 'policy.configured';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly policy: Policy;
  readonly revision: number;
}

/** The policy in force. revision: what If-Match must name. toml: the same as a text. */
export interface PolicyPage {
  readonly revision: number;
  readonly policy: Policy;
  readonly toml: string;
  readonly bounds: readonly QueueBound[];
}

/** What a policy would change, the largest moves first; nothing has been applied.
 * 
 * scored_anew: waiting cases whose head start changes. moves_left: moves not listed. policy and
 * toml: the one that was asked, in both forms. */
export interface PolicyPreview {
  readonly policy: Policy;
  readonly toml: string;
  readonly scored_anew: number;
  readonly queues: readonly QueueEffect[];
  readonly moves: readonly CaseMove[];
  readonly moves_left: number;
}

/** A policy that is or was in force. by: the id of who applied it. */
export interface PolicyRevision {
  readonly revision: number;
  readonly at_ms: number;
  readonly by: string;
  readonly policy: Policy;
}

/** The last revisions, the present one first. */
export interface PolicyRevisions {
  readonly revisions: readonly PolicyRevision[];
}

/** Heartbeat. */
export interface Pong {
  readonly type: 'pong';
  readonly now_ms: number;
}

/** The wait for the preferred agent is over; anybody eligible may take the case. Staff only. */
export interface PreferenceEnded {
  readonly type: 'case.preference_ended';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly agent: string;
}

/** An agent's status. Only AVAILABLE receives cases. */
export type Presence = 'available' | 'break' | 'busy' | 'leave' | 'lunch' | 'manual_call' | 'unavailable';

/** An agent's status changed; `returns_to` is the status it goes back to by itself.
 * 
 * joins_at_ms: until then the agent waits for others who begin at the same time. */
export interface PresenceChanged {
  readonly type: 'agent.presence';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly agent: string;
  readonly presence: Presence;
  readonly reason: PresenceReason;
  readonly previous: Presence;
  readonly returns_to: Presence | null;
  readonly joins_at_ms: number | null;
}

/** Why a presence changed. */
export type PresenceReason = 'by_supervisor' | 'call_ended' | 'call_started' | 'chosen' | 'connection_lost' | 'offer_missed' | 'reconnected';

/** An error of the HTTP API (RFC 9457). code: a Refusal or one of docs/PROTOCOL.md's codes. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field: string;
  readonly type: string;
}

/** Take a given waiting case oneself. */
export interface PullCase {
  readonly type: 'pull_case';
  readonly ref: string;
  readonly case: string;
}

/** Nobody who came more than this after you passes you.
 * 
 * bound_ms: among the cases opened in the queue, escalated ones included. moved_in_ms: when
 * cases of any subject are transferred into it as well. */
export interface QueueBound {
  readonly queue: string;
  readonly bound_ms: number;
  readonly moved_in_ms: number;
}

/** Why a case entered a queue. */
export type QueueCause = 'agent_left' | 'due' | 'escalated' | 'not_started' | 'opened' | 'refused' | 'taken_back' | 'timed_out' | 'transferred' | 'withdrawn';

/** The queue's hours ended; what comes now waits until it opens. */
export interface QueueClosed {
  readonly type: 'queue.closed';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly queue: string;
  readonly opens_at_ms: number | null;
}

/** A queue exists with these rules, from now on. */
export interface QueueConfigured {
  readonly type: 'queue.configured';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly queue: string;
  readonly label: Label;
  readonly required: readonly SkillLevel[];
  readonly rings: readonly Ring[];
  readonly service_level_ms: number;
  readonly is_open: boolean;
  readonly hours: Hours | null;
}

/** What a policy would do to a queue. up, down: cases that would change places. */
export interface QueueEffect {
  readonly queue: string;
  readonly waiting: number;
  readonly up: number;
  readonly down: number;
  readonly bound_ms: number;
  readonly new_bound_ms: number;
}

/** One queue since midnight in the site's time zone; without `queue`, the whole site.
 * 
 * offered: cases that entered the queue, each once however often it comes back unanswered.
 * answered: those whose agent began (first answer, or the call connected); answer_ms and
 * longest_ms: the sum and the longest of their waits since they entered this queue, or since it
 * opened. abandoned: those whose client left before; abandoned_late: after the target.
 * handled: holdings that ended after the case was answered; handling_ms: their time, without
 * waits for the client.
 * 
 * service_level = in_time / (answered + abandoned_late), with in_time answered within the
 * queue's target of that moment: leaving before the target gives no chance to keep it, so it
 * counts neither way (the fourth formula of ICMI, Service Level Calculations, 2002).
 * abandonment = abandoned / (answered + abandoned). None where there is nothing to divide by.
 * 
 * waiting, oldest_ms: in the queue now, and since when the oldest. expected: what a case that
 * enters now is told. announced, kept: waits announced to cases that entered, and ended today,
 * and how many of them ended within the range: kept / announced is the measured coverage. */
export interface QueueFigures {
  readonly queue: string | null;
  readonly waiting: number;
  readonly oldest_ms: number | null;
  readonly offered: number;
  readonly answered: number;
  readonly in_time: number;
  readonly answer_ms: number;
  readonly longest_ms: number;
  readonly abandoned: number;
  readonly abandoned_late: number;
  readonly handled: number;
  readonly handling_ms: number;
  readonly service_level: number | null;
  readonly abandonment: number | null;
  readonly expected: WaitRange | null;
  readonly announced: number;
  readonly kept: number;
}

/** The queue's hours began; what came meanwhile is given from now on. */
export interface QueueOpened {
  readonly type: 'queue.opened';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly queue: string;
  readonly closes_at_ms: number | null;
}

/** The coming open times of a queue with hours, in order; the clock's part of `hours`. */
export interface QueueScheduled {
  readonly type: 'queue.scheduled';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly queue: string;
  readonly periods: readonly Period[];
}

/** A queue that an agent serves. waiting: cases there for anybody, rings' too.
 * 
 * first: the first of them. exclusion: what keeps the agent from that one; None: nothing does. */
export interface QueueStanding {
  readonly queue: string;
  readonly is_in_hours: boolean;
  readonly waiting: number;
  readonly first: string | null;
  readonly exclusion: Exclusion | null;
}

/** Somebody opened or closed the queue by hand. */
export interface QueueSwitched {
  readonly type: 'queue.switched';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly queue: string;
  readonly is_open: boolean;
}

/** A queue's rules. is_in_hours: false while its hours keep it closed, until `opens_at_ms`. */
export interface QueueView {
  readonly queue: string;
  readonly label: Label;
  readonly required: readonly SkillLevel[];
  readonly rings: readonly Ring[];
  readonly service_level_ms: number;
  readonly is_open: boolean;
  readonly hours: Hours | null;
  readonly is_in_hours: boolean;
  readonly opens_at_ms: number | null;
}

/** Leave the case to the next agent. */
export interface RefuseOffer {
  readonly type: 'refuse_offer';
  readonly ref: string;
  readonly offer: string;
}

/** Tell the router of a client. */
export interface RegisterClient {
  readonly type: 'register_client';
  readonly ref: string;
  readonly client: string;
  readonly segment?: Segment;
  readonly named_agents?: readonly string[];
}

/** After `after_ms` of waiting, the agents of `queue` may take the case as well. */
export interface Ring {
  readonly after_ms: number;
  readonly queue: string;
}

/** Who somebody is on a site. System is the router itself. */
export type Role = 'administrator' | 'agent' | 'client' | 'supervisor' | 'system';

/** An agent who could have taken the case, in the order of the choice. */
export interface RunnerUp {
  readonly agent: string;
  readonly skill_level: number;
  readonly load: number;
  readonly idle_since_ms: number;
}

/** Tell a queue's coming open times, in order. Only the system's calendar does. */
export interface ScheduleQueue {
  readonly type: 'schedule_queue';
  readonly ref: string;
  readonly queue: string;
  readonly periods: readonly Period[];
}

/** What the client is to the insurer. */
export type Segment = 'employee' | 'standard' | 'vip';

/** The head start of a client segment. */
export interface SegmentRule {
  readonly segment: Segment;
  readonly head_start_ms: number;
}

/** Say something in a case, as its client or as its holder. Text or files, or both. */
export interface SendMessage {
  readonly type: 'send_message';
  readonly ref: string;
  readonly case: string;
  readonly message: string;
  readonly text?: string;
  readonly files?: readonly FileRef[];
}

/** A signed-in browser. token_hash: SHA-256 of the secret, hex; the secret is not kept.
 * 
 * holder_id: an agent's or a client's id. csrf: what writes must echo in X-CSRF-Token. */
export interface Session {
  readonly token_hash: string;
  readonly role: Role;
  readonly holder_id: string;
  readonly created_ms: number;
  readonly seen_ms: number;
  readonly expires_ms: number;
  readonly epoch: number;
  readonly csrf: string;
}

/** Change a status: one's own, or, for a supervisor, another's. */
export interface SetPresence {
  readonly type: 'set_presence';
  readonly ref: string;
  readonly presence: Presence;
  readonly agent?: string | null;
}

/** Give a case its outcome, with or without a macro, all or nothing.
 * 
 * In this order: `text` is sent to the client when not empty (then `message` is needed), `tags`
 * are added, `outcome` is carried out. `macro` is written on the case when a macro asked it. */
export interface SettleCase {
  readonly type: 'settle_case';
  readonly ref: string;
  readonly case: string;
  readonly macro?: string | null;
  readonly message?: string | null;
  readonly text?: string;
  readonly tags?: readonly string[];
  readonly outcome?: OutcomeWait | OutcomeClose | OutcomeAssign | OutcomeTransfer | OutcomeEscalate | null;
}

/** A whole row, sent before the event that first gives the reader a case, and after a resume
 * for each case the reader holds; events up to its `updated_seq` are already in it. */
export interface Shown {
  readonly type: 'shown';
  readonly case: CaseView;
}

/** What a site is: its name, its widget, its bot. origins: pages that may carry the widget.
 * 
 * widget_secret signs client identities (HS256) and never leaves the server. */
export interface SiteProfile {
  readonly name: string;
  readonly bot: BotScript;
  readonly origins: readonly string[];
  readonly widget_secret: string;
  readonly colour: string;
  readonly greeting: Label;
  readonly time_zone: string;
}

/** A skill and its level, 1 (knows) to 5 (expert); for a queue, the least level it needs. */
export interface SkillLevel {
  readonly skill: string;
  readonly level: number;
}

/** The rows after event `seq`. For an agent: itself and the cases it holds or is offered;
 * for supervisors and administrators: every agent, queue and open case of the site. */
export interface Snapshot {
  readonly seq: number;
  readonly agents: readonly AgentView[];
  readonly queues: readonly QueueView[];
  readonly cases: readonly CaseView[];
}

/** Hours of one date (YYYY-MM-DD) instead of the usual ones; closed all day without any. */
export interface SpecialDay {
  readonly date: string;
  readonly opens: string;
  readonly closes: string;
}

/** Say that work on an accepted case has begun. Its holder, or the system for a call. */
export interface StartCase {
  readonly type: 'start_case';
  readonly ref: string;
  readonly case: string;
}

/** An uploaded file. owner: who uploaded it; case: set when a message carries it. */
export interface StoredFile {
  readonly file: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly owner: string;
  readonly uploaded_at_ms: number;
  readonly case: string | null;
}

/** Where a subject goes, and the head start it gives. */
export interface SubjectRule {
  readonly subject: string;
  readonly queue: string;
  readonly label: Label;
  readonly head_start_ms: number;
}

/** The client's note, 1 to 5. Staff only; `former` held the case. */
export interface SurveyAnswered {
  readonly type: 'survey.answered';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly note: number;
  readonly comment: string;
  readonly former: string | null;
}

/** Open or close a queue by hand, whatever its hours; nothing else of it changes. */
export interface SwitchQueue {
  readonly type: 'switch_queue';
  readonly ref: string;
  readonly queue: string;
  readonly is_open: boolean;
}

/** Replace the tags of a case. */
export interface TagCase {
  readonly type: 'tag_case';
  readonly ref: string;
  readonly case: string;
  readonly tags: readonly string[];
}

/** Take a case from its holder, back to its queue with its age. */
export interface TakeBack {
  readonly type: 'take_back';
  readonly ref: string;
  readonly case: string;
}

/** Write a private note. */
export interface TakeNote {
  readonly type: 'take_note';
  readonly ref: string;
  readonly case: string;
  readonly note: string;
  readonly text: string;
  readonly mentions?: readonly string[];
}

/** A reply an agent can insert with `/` and its name. */
export interface Template {
  readonly template: string;
  readonly name: string;
  readonly text: Label;
}

/** One named part of a case's head start, in milliseconds; negative holds it back. */
export interface Term {
  readonly name: string;
  readonly head_start_ms: number;
}

/** How long somebody was in one status today, while signed in. */
export interface TimeSpent {
  readonly presence: Presence;
  readonly spent_ms: number;
}

/** The other side is writing. */
export interface Typing {
  readonly type: 'typing';
  readonly case: string;
  readonly author: Author;
  readonly name: string;
}

/** The sender is writing in this case. Send at most every 3 s; it fades after 5 s. */
export interface TypingNow {
  readonly type: 'typing';
  readonly case: string;
}

/** Where a case is in its queue, 1 for the next, and how long it will still wait, if known. */
export interface Wait {
  readonly case: string;
  readonly place: number;
  readonly expected: WaitRange | null;
}

/** An announced wait, rounded outwards to whole minutes. */
export interface WaitRange {
  readonly low_ms: number;
  readonly high_ms: number;
}

/** Why a case is not given now. NOT_WAITING: nothing of it is to be given. */
export type WaitReason = 'no_agent' | 'not_waiting' | 'offered' | 'out_of_hours' | 'preferred' | 'scheduled';

/** Supervisors: also send what is said in this case, until `case` is None. */
export interface Watch {
  readonly type: 'watch';
  readonly case: string | null;
}

/** First answer. When `snapshot` is None the events since `last_seq` follow, once each;
 * otherwise forget everything and start from it. seq: the site's last event so far. */
export interface Welcome {
  readonly type: 'welcome';
  readonly version: number;
  readonly seq: number;
  readonly now_ms: number;
  readonly me: Me | null;
  readonly client: string | null;
  readonly snapshot: Snapshot | null;
}

/** Whether a subject's queue takes cases now.
 * 
 * is_open: false while it is closed by hand, and refuses. is_in_hours: false while it keeps a case
 * until it opens; opens says when, notice what its hours tell the client. */
export interface WidgetOpening {
  readonly is_open: boolean;
  readonly is_in_hours: boolean;
  readonly opens: Label | null;
  readonly notice: Label | null;
}

/** What the widget loads before it opens. */
export interface WidgetProfile {
  readonly site_name: string;
  readonly colour: string;
  readonly greeting: Label;
  readonly bot: BotScript;
  readonly articles: readonly Article[];
}

/** A client's own session; the widget keeps `token` in its own storage. */
export interface WidgetSession {
  readonly token: string;
  readonly client: string;
  readonly name: string;
  readonly is_signed: boolean;
  readonly expires_ms: number;
}

/** What a desktop loads once after sign-in. */
export interface Workbench {
  readonly macros: readonly Macro[];
  readonly templates: readonly Template[];
  readonly subjects: readonly SubjectRule[];
  readonly queues: readonly QueueView[];
  readonly agents: readonly AgentView[];
}

/** The trace kept on the client's record. Staff only. */
export interface WrapUpRecorded {
  readonly type: 'case.wrapped_up';
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string;
  readonly case: string;
  readonly client: string;
  readonly holder: string | null;
  readonly reason: string;
  readonly summary: string;
}

export type AnyCaseEvent =
  | CaseOpened
  | CaseScored
  | CaseScheduled
  | CaseEarmarked
  | EarmarkEnded
  | CaseQueued
  | CasePreferred
  | PreferenceEnded
  | CaseOffered
  | OfferEnded
  | CaseDecided
  | CaseAssigned
  | CaseHandled
  | MessageSent
  | MessagesRead
  | NoteTaken
  | CaseTagged
  | MacroApplied
  | CaseWaiting
  | CaseResumed
  | CaseEscalated
  | CaseMerged
  | CaseAbsorbed
  | WrapUpRecorded
  | CaseClosed
  | SurveyAnswered;

export type AnyFloorEvent =
  | AgentConfigured
  | PresenceChanged
  | AgentConnected
  | AgentDisconnected
  | AgentsJoined
  | QueueConfigured
  | QueueSwitched
  | QueueScheduled
  | QueueOpened
  | QueueClosed
  | PolicyConfigured
  | ClientRegistered;

export type AnyEvent =
  | AgentConfigured
  | PresenceChanged
  | AgentConnected
  | AgentDisconnected
  | AgentsJoined
  | QueueConfigured
  | QueueSwitched
  | QueueScheduled
  | QueueOpened
  | QueueClosed
  | PolicyConfigured
  | ClientRegistered
  | CaseOpened
  | CaseScored
  | CaseScheduled
  | CaseEarmarked
  | EarmarkEnded
  | CaseQueued
  | CasePreferred
  | PreferenceEnded
  | CaseOffered
  | OfferEnded
  | CaseDecided
  | CaseAssigned
  | CaseHandled
  | MessageSent
  | MessagesRead
  | NoteTaken
  | CaseTagged
  | MacroApplied
  | CaseWaiting
  | CaseResumed
  | CaseEscalated
  | CaseMerged
  | CaseAbsorbed
  | WrapUpRecorded
  | CaseClosed
  | SurveyAnswered;

export type AnyCommand =
  | OpenCase
  | MoveAppointment
  | LeaveQueue
  | SendMessage
  | MarkRead
  | AnswerSurvey
  | SetPresence
  | AcceptOffer
  | RefuseOffer
  | StartCase
  | TakeNote
  | TagCase
  | SettleCase
  | PullCase
  | AssignCase
  | TakeBack
  | MergeCases
  | ConfigureAgent
  | ConfigureQueue
  | SwitchQueue
  | ScheduleQueue
  | ConfigurePolicy
  | RegisterClient
  | ConnectAgent
  | DisconnectAgent;

export type AnyOutcome =
  | OutcomeWait
  | OutcomeClose
  | OutcomeAssign
  | OutcomeTransfer
  | OutcomeEscalate;

export type AnyInbound =
  | Hello
  | Ask
  | Watch
  | TypingNow
  | Ping;

export type AnyOutbound =
  | Welcome
  | Happened
  | Shown
  | Typing
  | Ok
  | Error
  | Pong
  | Counted
  | Awaited;

export const CLOSE = {
  GOING_AWAY: 1001,
  TOO_BIG: 1009,
  BAD_FRAME: 4400,
  SIGNED_OUT: 4401,
  FORBIDDEN: 4403,
  SILENT: 4408,
  TOO_MANY_SOCKETS: 4409,
  TOO_FAST: 4429,
  TOO_SLOW: 4430,
} as const;

export const PROTOCOL_VERSION = 1;
