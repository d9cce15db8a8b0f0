"""What becomes of a call when one of its legs ends, by itself or by a hand."""

from store.schema.calls import CallCause, CallKind, LegCause, LegRole
from store.schema.commands import SYSTEM, AssignCase
from telephony.core.ending import finish, leave_queue
from telephony.core.reaching import miss_agent
from telephony.core.state import Leg
from telephony.core.transfers import lose_agent
from telephony.core.transitions import TOGETHER, Phase
from telephony.core.turn import Turn
from telephony.core.waiting import requeue

# The client is still there, so somebody else must be found for them.
_NOT_BY_WILL = frozenset({LegCause.LOST, LegCause.FAILED, LegCause.UNREACHABLE})


def hang_up(turn: Turn, leg: Leg) -> None:
    """Leave the call as its agent asks."""
    cause = LegCause.CANCELLED if leg.is_on_its_way else LegCause.COMPLETED
    turn.hang_up(leg, cause)
    follow(turn, leg, cause)


def follow(turn: Turn, leg: Leg, cause: LegCause) -> None:
    """Go on without a leg that has just left."""
    if leg.role is LegRole.CLIENT:
        _lose_client(turn)
    elif leg.role is LegRole.AGENT:
        _lose_agent(turn, leg, cause)


def _lose_client(turn: Turn) -> None:
    phase = turn.state.phase
    if phase is Phase.REACHING_CLIENT:
        finish(turn, CallCause.CLIENT_NOT_REACHED)
        return
    leave_queue(turn)
    if turn.state.is_appointment_taken:
        finish(turn, CallCause.APPOINTMENT_TAKEN)
    else:
        is_late = phase is Phase.CLOSING
        finish(turn, CallCause.OUTSIDE_HOURS if is_late else CallCause.CLIENT_LEFT)


def _lose_agent(turn: Turn, leg: Leg, cause: LegCause) -> None:
    state = turn.state
    if state.phase is Phase.REACHING_AGENT and leg.agent == state.agent:
        if cause is LegCause.CANCELLED and state.kind is CallKind.MANUAL and state.client is None:
            finish(turn, CallCause.AGENT_LEFT)
        else:
            miss_agent(turn)
    elif state.phase is Phase.CONSULTING:
        lose_agent(turn, leg)
    elif state.phase in {Phase.REACHING_CLIENT, Phase.NOTIFYING}:
        finish(turn, CallCause.AGENT_LEFT)
    elif state.phase in TOGETHER and leg.agent == state.agent:
        _succeed(turn, cause)


def _succeed(turn: Turn, cause: LegCause) -> None:
    """Give the client to another agent in the conversation, to the queue, or to nobody."""
    state = turn.state
    others = [leg for leg in state.with_role(LegRole.AGENT) if leg.is_present]
    if others:
        successor = others[0].agent
        assert successor is not None, "an agent's leg names its agent"
        state.agent = successor
        if state.is_case_open:
            turn.ask(SYSTEM, AssignCase(ref=turn.next_ref(), case=state.case, agent=successor))
    elif cause in _NOT_BY_WILL:
        for leg in state.with_role(LegRole.AGENT, LegRole.GUEST):
            turn.hang_up(leg, LegCause.CANCELLED if leg.is_on_its_way else LegCause.COMPLETED)
        requeue(turn)
    else:
        finish(turn, CallCause.AGENT_LEFT)
