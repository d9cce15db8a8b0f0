"""A case opens, is talked about, noted, tagged and merged."""

from router.core import texts
from router.core.appointments import check_time, schedule
from router.core.assignment import enter_queue, put_back
from router.core.hours import notice_of
from router.core.reservations import await_known_agent, let_go
from router.core.state import Case, Client
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal, Refused
from store.schema.ids import CaseId, ClientId, MessageId, QueueId
from store.schema.terms import (
    Author,
    CaseStatus,
    CloseCause,
    FileRef,
    Label,
    Presence,
    QueueCause,
    Role,
)

# Ids that the router makes for its own messages. Nobody else may use them up.
SYSTEM_MESSAGE = "message_system-"
_LONGEST_TAG_LIST = 20

# Opening.


def open_case(turn: Turn, command: c.OpenCase) -> None:
    """Open a case, score it, queue it, and hold it for the agent its client knows.

    An appointment to come is only booked. A queue outside its hours keeps the case until it opens.
    """
    client_name = _client_of(turn, command)
    if command.case in turn.state.cases or command.case in turn.state.closed:
        raise Refused(Refusal.CASE_EXISTS)
    queue = turn.queue(_queue_for(turn, command.subject))
    if not queue.is_open:
        raise Refused(Refusal.QUEUE_CLOSED)
    if command.due_at_ms is not None:
        check_time(turn, command.channel, command.due_at_ms)
    client = turn.state.clients.get(client_name) or Client()
    is_self = turn.actor.role is Role.CLIENT
    turn.record(
        e.CaseOpened(
            **turn.stamp(),
            case=command.case,
            client=client_name,
            channel=command.channel,
            subject=command.subject,
            client_name=command.client_name or (turn.actor.name if is_self else ""),
            segment=client.segment,
            language=command.language,
            answers=command.answers,
            former_cases=client.cases,
        )
    )
    case = turn.state.cases[command.case]
    if command.due_at_ms is not None:
        schedule(turn, case, queue.queue, command.due_at_ms)
        return
    enter_queue(turn, case, queue.queue, QueueCause.OPENED)
    if case.is_held:
        tell_client(turn, case, notice_of(turn, case))
    else:
        await_known_agent(turn, case)


def _client_of(turn: Turn, command: c.OpenCase) -> ClientId:
    if turn.actor.role is not Role.CLIENT:
        if command.client is None:
            raise Refused(Refusal.CLIENT_UNKNOWN)
        return command.client
    if command.client not in {None, turn.actor.id}:
        raise Refused(Refusal.NOT_YOUR_CASE)
    return ClientId(turn.actor.id)


def _queue_for(turn: Turn, subject: str) -> QueueId:
    queue = turn.floor.scoring.queue(subject)
    return queue if queue in turn.state.queues else turn.state.policy.default_queue


# Talking.


def send_message(turn: Turn, command: c.SendMessage) -> None:
    """Say something in a case; a client who answers a waiting case brings it back."""
    case = party_case(turn, command.case)
    check_message(command.message, command.text, command.files)
    say(turn, case, command.message, command.text, command.files)
    if turn.actor.role is Role.CLIENT and case.status is CaseStatus.WAITING_CLIENT:
        turn.record(e.CaseResumed(**turn.of(case)))
        holder = turn.state.agents[case.holder] if case.holder is not None else None
        if holder is None or not holder.is_active or holder.presence is Presence.LEAVE:
            put_back(turn, case, QueueCause.AGENT_LEFT)


def mark_read(turn: Turn, command: c.MarkRead) -> None:
    """Note what one side has seen."""
    case = party_case(turn, command.case)
    is_client = turn.actor.role is Role.CLIENT
    if command.up_to != (case.read_by_client if is_client else case.read_by_agent):
        reader = Author.CLIENT if is_client else Author.AGENT
        turn.record(e.MessagesRead(**turn.of(case), reader=reader, up_to=command.up_to))


def party_case(turn: Turn, name: CaseId) -> Case:
    """Return an open case that the actor may speak in: its client, its holder, a leader."""
    if turn.actor.role is Role.CLIENT:
        return turn.open_case(name)
    return turn.held_case(name)


def check_message(message: MessageId, text: str, files: tuple[FileRef, ...]) -> None:
    """Refuse a message that says nothing or takes an id of the router's own."""
    if not text.strip() and not files:
        raise Refused(Refusal.MESSAGE_EMPTY)
    if message.startswith(SYSTEM_MESSAGE):
        raise Refused(Refusal.MESSAGE_EXISTS)


def say(
    turn: Turn, case: Case, message: MessageId, text: str, files: tuple[FileRef, ...] = ()
) -> None:
    """Record what the actor says; the holder's first answer makes the case a handled one."""
    author = _AUTHORS.get(turn.actor.role, Author.AGENT)
    turn.record(
        e.MessageSent(
            **turn.of(case),
            message=message,
            author=author,
            author_name=turn.actor_name(),
            text=text,
            files=files,
        )
    )
    if case.status is CaseStatus.ASSIGNED and case.holder == turn.actor.id:
        turn.record(e.CaseHandled(**turn.of(case)))


def tell_client(turn: Turn, case: Case, label: Label) -> None:
    """Say something in the system's own name. The id is made from the log's position."""
    stamp = turn.of(case)
    turn.record(
        e.MessageSent(
            **stamp,
            message=MessageId(f"{SYSTEM_MESSAGE}{stamp['seq']}"),
            author=Author.SYSTEM,
            text=texts.in_language(label, case.language),
        )
    )


_AUTHORS = {Role.CLIENT: Author.CLIENT, Role.SYSTEM: Author.SYSTEM}


def start_case(turn: Turn, command: c.StartCase) -> None:
    """Begin an accepted case without saying anything: a call is connected."""
    case = turn.held_case(command.case)
    if case.holder is None:
        raise Refused(Refusal.NOT_HOLDER)
    if case.status is CaseStatus.ASSIGNED:
        turn.record(e.CaseHandled(**turn.of(case)))


# Notes, tags, survey, merging.


def take_note(turn: Turn, command: c.TakeNote) -> None:
    """Write a private note, and tell those it names."""
    case = turn.held_case(command.case)
    if not command.text.strip():
        raise Refused(Refusal.MESSAGE_EMPTY)
    for name in command.mentions:
        turn.agent(name)
    turn.record(
        e.NoteTaken(
            **turn.of(case),
            note=command.note,
            author_name=turn.actor_name(),
            text=command.text,
            mentions=command.mentions,
        )
    )


def tag_case(turn: Turn, command: c.TagCase) -> None:
    """Replace the tags."""
    put_tags(turn, turn.held_case(command.case), command.tags)


def put_tags(turn: Turn, case: Case, tags: tuple[str, ...]) -> None:
    """Record the tags, each once, if they differ."""
    wanted = tuple(dict.fromkeys(tags))[:_LONGEST_TAG_LIST]
    if wanted != case.tags:
        turn.record(e.CaseTagged(**turn.of(case), tags=wanted))


def answer_survey(turn: Turn, command: c.AnswerSurvey) -> None:
    """Rate a closed case, once, as its client."""
    if turn.actor.role is not Role.CLIENT:
        raise Refused(Refusal.FORBIDDEN)
    known = turn.state.cases.get(command.case) or turn.state.closed.get(command.case)
    if known is None:
        raise Refused(Refusal.CASE_UNKNOWN)
    if known.client != turn.actor.id:
        raise Refused(Refusal.NOT_YOUR_CASE)
    closed = turn.state.closed.get(command.case)
    if closed is None or not closed.asks_survey:
        raise Refused(Refusal.SURVEY_NOT_ASKED)
    turn.record(
        e.SurveyAnswered(
            **turn.stamp(),
            case=command.case,
            client=closed.client,
            note=command.note,
            comment=command.comment,
            former=closed.former,
        )
    )


def merge_cases(turn: Turn, command: c.MergeCases) -> None:
    """Close one of two open cases of a client into the other."""
    turn.require_staff()
    case, into = turn.open_case(command.case), turn.open_case(command.into)
    if case is into:
        raise Refused(Refusal.SAME_CASE)
    if case.client != into.client:
        raise Refused(Refusal.NOT_SAME_CLIENT)
    is_theirs = into.holder == turn.actor.id and case.holder in {None, turn.actor.id}
    if not (turn.is_leader or is_theirs):
        raise Refused(Refusal.NOT_HOLDER)
    let_go(turn, case)
    turn.record(e.CaseMerged(**turn.of(case), into=into.case))
    close(turn, case, CloseCause.MERGED)
    turn.record(e.CaseAbsorbed(**turn.of(into), merged=case.case))


# Closing.


def fall_silent(turn: Turn, case: Case) -> None:
    """Close a case whose client did not answer in time."""
    tell_client(turn, case, texts.SILENT)
    close(turn, case, CloseCause.CLIENT_SILENT)


def leave_queue(turn: Turn, command: c.LeaveQueue) -> None:
    """End a case that nobody holds, because its client wants nothing more."""
    case = turn.open_case(command.case)
    if turn.actor.role is Role.AGENT:
        raise Refused(Refusal.FORBIDDEN)
    if case.is_to_come:
        cause = CloseCause.CANCELLED
    elif case.holder is None:
        cause = CloseCause.ABANDONED
    else:
        raise Refused(Refusal.CASE_NOT_WAITING)
    let_go(turn, case)
    close(turn, case, cause)


def close(turn: Turn, case: Case, cause: CloseCause) -> None:
    """End a case for good."""
    turn.record(
        e.CaseClosed(
            **turn.of_holder(case, None),
            cause=cause,
            former=case.holder,
            asks_survey=cause in {CloseCause.CLOSED, CloseCause.CLIENT_SILENT},
        )
    )
