"""What somebody asked, read back from the first event that followed.

The log keeps no commands, and needs none: every event that somebody caused says who and what.
A command that did several things is read back as several, with nothing decided between them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import assert_never

from msgspec import Struct

from router.core.cases import SYSTEM_MESSAGE
from router.core.state import State
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Actor, AnyCommand
from store.schema.ids import AgentId
from store.schema.terms import (
    AssignCause,
    Author,
    CloseCause,
    OfferOutcome,
    PresenceReason,
    QueueCause,
    Role,
)

# Every command needs one; the log does not say which it was.
REF = "replayed"
_BY_SOMEBODY = frozenset({PresenceReason.CHOSEN, PresenceReason.BY_SUPERVISOR})
_LEAVING = frozenset({CloseCause.ABANDONED, CloseCause.CANCELLED})
# What ends first when a case moves: these say nothing of why.
_ENDINGS = e.OfferEnded | e.PreferenceEnded | e.EarmarkEnded
# An ending is followed by its reason within the same command, so soon.
_AHEAD = 8


class Asked(Struct, frozen=True):
    """A command, and who sent it."""

    actor: Actor
    command: AnyCommand


def asked(events: Sequence[e.AnyEvent], place: int, state: State) -> Asked | None:
    """Return what was asked if the event at this place is the first that followed from a command.

    state: as it was just before. None: the router did it by itself, in time or after something
    else.
    """
    event = events[place]
    if not isinstance(event, e.CaseEvent):
        command = floor_command(event)
        return None if command is None else Asked(_actor(event, state), command)
    following = list(islice(_of_case(events, place), _AHEAD))
    actor = _actor(event, state)
    command = _case_command(following)
    return None if command is None else Asked(actor, command)


def floor_command(  # noqa: C901, PLR0911 - one arm for each event
    event: e.AnyFloorEvent,
) -> AnyCommand | None:
    """Return the command that this event of the floor is the first outcome of, or None."""
    match event:
        case e.AgentConfigured():
            return _configure_agent(event)
        case e.QueueConfigured():
            return _configure_queue(event)
        case e.QueueSwitched():
            return c.SwitchQueue(ref=REF, queue=event.queue, is_open=event.is_open)
        case e.QueueScheduled():
            return c.ScheduleQueue(ref=REF, queue=event.queue, periods=event.periods)
        case e.PolicyConfigured():
            return c.ConfigurePolicy(ref=REF, policy=event.policy)
        case e.ClientRegistered():
            return c.RegisterClient(
                ref=REF,
                client=event.client,
                segment=event.segment,
                named_agents=event.named_agents,
            )
        case e.AgentConnected():
            return c.ConnectAgent(ref=REF, agent=event.agent)
        case e.AgentDisconnected():
            return c.DisconnectAgent(ref=REF, agent=event.agent)
        case e.PresenceChanged():
            if event.reason not in _BY_SOMEBODY:
                return None
            return c.SetPresence(ref=REF, agent=event.agent, presence=event.presence)
        case e.AgentsJoined() | e.QueueOpened() | e.QueueClosed():
            return None
        case _:
            assert_never(event)


def _actor(event: e.AnyEvent, state: State) -> Actor:
    if event.by == SYSTEM.id:
        return SYSTEM
    if isinstance(event, e.CaseEvent) and event.by == event.client:
        return Actor(role=Role.CLIENT, id=event.by, name=_name(event))
    agent = state.agents.get(AgentId(event.by))
    # Who is no agent of this site can only be one who sets its rules.
    role = agent.role if agent is not None else Role.ADMINISTRATOR
    return Actor(role=role, id=event.by, name=_name(event))


def _name(event: e.AnyEvent) -> str:
    """Return the name that the sender went by in what they wrote."""
    if isinstance(event, e.CaseOpened):
        return event.client_name
    return event.author_name if isinstance(event, e.MessageSent | e.NoteTaken) else ""


def _of_case(events: Sequence[e.AnyEvent], place: int) -> Iterator[e.AnyCaseEvent]:
    """Yield this event and those after it that one command may have caused on the same case."""
    first = events[place]
    assert isinstance(first, e.CaseEvent)
    for event in islice(events, place, None):
        if not isinstance(event, e.CaseEvent) or event.case != first.case:
            return
        if (event.at_ms, event.by) != (first.at_ms, first.by):
            return
        yield event


def _case_command(  # noqa: C901, PLR0911, PLR0912 - one arm for each event
    following: Sequence[e.AnyCaseEvent],
) -> AnyCommand | None:
    event = following[0]
    case = event.case
    match event:
        case e.CaseOpened():
            return _open_case(event, following)
        case e.OfferEnded(outcome=OfferOutcome.ACCEPTED):
            return c.AcceptOffer(ref=REF, offer=event.offer)
        case e.OfferEnded(outcome=OfferOutcome.REFUSED):
            return c.RefuseOffer(ref=REF, offer=event.offer)
        case e.OfferEnded(outcome=OfferOutcome.TIMED_OUT):
            return None
        case e.OfferEnded() | e.PreferenceEnded() | e.EarmarkEnded():
            return _moving_command(following)
        case e.MessageSent():
            return _send_message(event)
        case e.MessagesRead():
            return c.MarkRead(ref=REF, case=case, up_to=event.up_to)
        case e.NoteTaken():
            return c.TakeNote(
                ref=REF, case=case, note=event.note, text=event.text, mentions=event.mentions
            )
        case e.CaseTagged():
            return c.TagCase(ref=REF, case=case, tags=event.tags)
        case e.MacroApplied():
            return c.SettleCase(ref=REF, case=case, macro=event.macro)
        case e.CaseHandled():
            return c.StartCase(ref=REF, case=case)
        case e.CaseWaiting():
            return c.SettleCase(ref=REF, case=case, outcome=c.OutcomeWait())
        case e.SurveyAnswered():
            return c.AnswerSurvey(ref=REF, case=case, note=event.note, comment=event.comment)
        case (
            e.CaseQueued()
            | e.CaseScheduled()
            | e.CaseAssigned()
            | e.CaseEscalated()
            | e.CaseMerged()
            | e.WrapUpRecorded()
            | e.CaseClosed()
        ):
            return _move(event, following)
        case (
            e.CaseScored()
            | e.CaseEarmarked()
            | e.CasePreferred()
            | e.CaseOffered()
            | e.CaseDecided()
            | e.CaseResumed()
            | e.CaseAbsorbed()
        ):
            return None
        case _:
            assert_never(event)


def _moving_command(following: Sequence[e.AnyCaseEvent]) -> AnyCommand | None:
    """Return why the case moved, when what it had was ended first."""
    for place, event in enumerate(following):
        if not isinstance(event, _ENDINGS):
            return _move(event, following[place:])
    return None


def _move(  # noqa: C901, PLR0911 - one arm for each way to move
    event: e.AnyCaseEvent, following: Sequence[e.AnyCaseEvent]
) -> AnyCommand | None:
    case = event.case
    match event:
        case e.CaseScheduled(cause=None):
            return c.MoveAppointment(ref=REF, case=case, due_at_ms=event.due_at_ms)
        case e.CaseQueued() | e.CaseScheduled() if event.cause is QueueCause.TRANSFERRED:
            return _settle(event, c.OutcomeTransfer(queue=event.queue))
        case e.CaseQueued() | e.CaseScheduled() if event.cause is QueueCause.TAKEN_BACK:
            return c.TakeBack(ref=REF, case=case)
        case e.CaseAssigned(cause=AssignCause.PULLED):
            return c.PullCase(ref=REF, case=case)
        case e.CaseAssigned(cause=AssignCause.BY_HAND, holder=agent) if agent is not None:
            return c.AssignCase(ref=REF, case=case, agent=agent)
        case e.CaseAssigned(cause=AssignCause.TRANSFERRED, holder=agent) if agent is not None:
            return _settle(event, c.OutcomeAssign(agent=agent))
        case e.CaseEscalated():
            return _settle(event, c.OutcomeEscalate(reason=event.reason))
        case e.CaseMerged():
            return c.MergeCases(ref=REF, case=case, into=event.into)
        case e.WrapUpRecorded():
            return _wrap_up(event, following)
        case e.CaseClosed() if event.cause in _LEAVING:
            return c.LeaveQueue(ref=REF, case=case)
        case _:
            return None


def _settle(event: e.AnyCaseEvent, outcome: c.AnyOutcome) -> AnyCommand:
    return c.SettleCase(ref=REF, case=event.case, outcome=outcome)


def _wrap_up(event: e.WrapUpRecorded, following: Sequence[e.AnyCaseEvent]) -> AnyCommand | None:
    for each in following:
        if isinstance(each, e.CaseClosed):
            outcome = c.OutcomeClose(cause=each.cause, reason=event.reason, summary=event.summary)
            return _settle(event, outcome)
    return None


def _open_case(event: e.CaseOpened, following: Sequence[e.AnyCaseEvent]) -> AnyCommand:
    scheduled = [each for each in following if isinstance(each, e.CaseScheduled)]
    return c.OpenCase(
        ref=REF,
        case=event.case,
        channel=event.channel,
        subject=event.subject,
        language=event.language,
        answers=event.answers,
        client=event.client,
        client_name=event.client_name,
        due_at_ms=scheduled[0].due_at_ms if scheduled else None,
    )


def _send_message(event: e.MessageSent) -> AnyCommand | None:
    if event.author is Author.SYSTEM and event.message.startswith(SYSTEM_MESSAGE):
        return None
    return c.SendMessage(
        ref=REF, case=event.case, message=event.message, text=event.text, files=event.files
    )


def _configure_agent(event: e.AgentConfigured) -> AnyCommand:
    return c.ConfigureAgent(
        ref=REF,
        agent=event.agent,
        name=event.name,
        role=event.role,
        team=event.team,
        supervisor=event.supervisor,
        skills=event.skills,
        capacity=event.capacity,
        is_active=event.is_active,
    )


def _configure_queue(event: e.QueueConfigured) -> AnyCommand:
    return c.ConfigureQueue(
        ref=REF,
        queue=event.queue,
        label=event.label,
        required=event.required,
        rings=event.rings,
        service_level_ms=event.service_level_ms,
        is_open=event.is_open,
        hours=event.hours,
    )
