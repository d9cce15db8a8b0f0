"""Getting two people to speak: an agent's leg, then the client's, then both in one bridge."""

from store.schema import calls as facts
from store.schema.calls import CallCause, CallKind, LegCause, LegRole, TransferOutcome
from store.schema.commands import SYSTEM, AssignCase, SetPresence, StartCase
from store.schema.ids import AgentId
from store.schema.terms import Presence
from telephony.core import recording
from telephony.core.effects import Cue, Sound
from telephony.core.ending import finish, stop_talking
from telephony.core.inputs import AppointmentDue, NumberDialled
from telephony.core.state import Leg
from telephony.core.transitions import Due, Phase, Step
from telephony.core.turn import Turn, staff_actor
from telephony.core.waiting import play, requeue


def dial(turn: Turn, dialled: NumberDialled) -> None:
    """Call out for an agent: their own leg first, so that nobody answers to silence."""
    state = turn.state
    state.kind = CallKind.MANUAL
    state.party = dialled.party
    state.is_held_by_agent = True
    recording.begin(turn)
    turn.report(facts.CallStarted(kind=CallKind.MANUAL, number=dialled.party.number))
    turn.ask(
        staff_actor(dialled.agent),
        SetPresence(ref=turn.next_ref(), presence=Presence.MANUAL_CALL),
    )
    state.agent = dialled.agent
    turn.move(Step.AGENT_DIALS)
    turn.start_leg(LegRole.AGENT, agent=dialled.agent)


def await_agent(turn: Turn, due: AppointmentDue) -> None:
    """Wait for an agent to accept an appointment. Its client is not called before."""
    state = turn.state
    state.kind = CallKind.APPOINTMENT
    state.party = due.party
    recording.begin(turn)
    turn.move(Step.APPOINTMENT_DUE)
    turn.report(facts.CallStarted(kind=CallKind.APPOINTMENT, number=due.party.number))


def reach_agent(turn: Turn, agent: AgentId, *, rings: bool) -> None:
    """Call the agent who is to have the client. Whoever was being called for them is not now."""
    state = turn.state
    turn.move(Step.REACH_AGENT)
    for due in (Due.ANNOUNCE, Due.OVERFLOW, Due.TRANSFER):
        turn.clear_deadline(due)
    former = state.leg_of(state.agent)
    if former is not None and former.agent != agent:
        turn.hang_up(former, LegCause.CANCELLED)
    stop_talking(turn)
    state.agent = agent
    turn.start_leg(LegRole.AGENT, agent=agent, rings=rings)


def meet_agent(turn: Turn) -> None:
    """Go on now that the agent's leg is up."""
    state = turn.state
    if state.client is not None:
        connect(turn)
        return
    turn.move(Step.REACH_CLIENT)
    if state.kind is CallKind.APPOINTMENT:
        # Accepted and begun: the router need not wait for the client to answer.
        turn.ask(SYSTEM, StartCase(ref=turn.next_ref(), case=state.case))
    number = state.party.number if state.party is not None else ""
    turn.start_leg(LegRole.CLIENT, number=number)


def meet_client(turn: Turn) -> None:
    """Tell the client who has answered that the call is recorded, or connect at once."""
    if recording.needs_prompt(turn):
        turn.move(Step.NOTIFY)
        play(turn, Sound(cue=Cue.RECORDING_NOTICE))
    else:
        connect(turn)


def connect(turn: Turn) -> None:
    """Let client and agent speak, and tell the router that work has begun."""
    state = turn.state
    agent = state.agent
    assert agent is not None, "somebody was reached"
    turn.move(Step.CONNECT)
    state.prompt = ()
    turn.clear_deadline(Due.PROMPT)
    turn.report(facts.CallConnected(agent=agent, waited_ms=turn.now_ms - state.waits_since_ms))
    state.has_talked = True
    if state.talks_since_ms is None:
        state.talks_since_ms = turn.now_ms
    take_over(turn, agent)
    if state.is_case_open:
        turn.ask(SYSTEM, StartCase(ref=turn.next_ref(), case=state.case))


def take_over(turn: Turn, agent: AgentId) -> None:
    """Make an agent who was handed the client the holder of the case as well."""
    state = turn.state
    transfer = state.transfer
    if transfer is None:
        return
    if transfer.queue is None and not transfer.is_returning and state.is_case_open:
        turn.ask(SYSTEM, AssignCase(ref=turn.next_ref(), case=state.case, agent=agent))
    state.is_held_by_agent = True
    state.transfer = None
    turn.clear_deadline(Due.TRANSFER)
    outcome = TransferOutcome.RETURNED if transfer.is_returning else TransferOutcome.COMPLETED
    turn.report(facts.TransferEnded(outcome=outcome, agent=agent))


def miss_agent(turn: Turn) -> None:
    """Go on when the agent's leg never came up: back to the first one, or to the queue."""
    state = turn.state
    transfer = state.transfer
    if transfer is not None and transfer.queue is None and not transfer.is_returning:
        transfer.is_returning = True
        reach_agent(turn, transfer.first, rings=True)
        return
    if transfer is not None and transfer.is_returning:
        state.transfer = None
        turn.report(facts.TransferEnded(outcome=TransferOutcome.RETURNED))
    if state.client is None and state.kind is not CallKind.APPOINTMENT:
        finish(turn, CallCause.AGENT_NOT_REACHED)
    else:
        requeue(turn)


def is_awaited(turn: Turn, leg: Leg) -> bool:
    """Whether the client waits for this very leg."""
    state = turn.state
    return state.phase is Phase.REACHING_AGENT and leg.agent == state.agent
