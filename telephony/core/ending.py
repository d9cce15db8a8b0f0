"""How a call ends: every leg is hung up, and its agent has something left to write."""

from store.schema import calls as facts
from store.schema.calls import CallCause, LegCause
from store.schema.commands import Actor, LeaveQueue
from store.schema.terms import Role
from telephony.core.inputs import Party
from telephony.core.state import CallState
from telephony.core.transitions import Due, Step
from telephony.core.turn import Turn


def finish(turn: Turn, cause: CallCause) -> None:
    """End the call, whatever it does."""
    state = turn.state
    stop_talking(turn)
    _settle_who_wraps_up(state)
    has_agent = state.leg_of(state.agent) is not None or (
        state.has_talked and state.is_held_by_agent
    )
    for leg in state.living:
        cancels = leg.is_on_its_way
        turn.hang_up(leg, LegCause.CANCELLED if cancels else LegCause.COMPLETED)
    state.deadlines = {key: at for key, at in state.deadlines.items() if key[0] is Due.LEG}
    state.transfer = None
    state.prompt = ()
    turn.report(facts.CallEnded(cause=cause, talked_ms=state.talked_ms))
    if has_agent and state.agent is not None and state.is_case_open:
        turn.move(Step.WRAP_UP)
        turn.set_deadline(Due.WRAP_UP, turn.rules.wrap_up_ms)
    else:
        turn.move(Step.END)


def _settle_who_wraps_up(state: CallState) -> None:
    """Leave what follows to the agent who holds the case, not to one who was only called."""
    transfer = state.transfer
    if transfer is not None:
        state.agent = transfer.first if transfer.queue is None else transfer.agent or state.agent


def stop_talking(turn: Turn) -> None:
    """Count what was talked until now; the client is with nobody from here on."""
    state = turn.state
    if state.talks_since_ms is not None:
        state.talked_ms += turn.now_ms - state.talks_since_ms
        state.talks_since_ms = None
    state.waits_since_ms = turn.now_ms


def leave_queue(turn: Turn) -> None:
    """Tell the router that the client waits no more, unless somebody holds the case by now."""
    state = turn.state
    if state.is_held_by_agent or not state.is_case_open or state.party is None:
        return
    turn.ask(client_actor(state.party), LeaveQueue(ref=turn.next_ref(), case=state.case))


def client_actor(party: Party) -> Actor:
    """Return the client as the one who asks."""
    return Actor(role=Role.CLIENT, id=party.client, name=party.name)


def finish_wrap_up(turn: Turn, *, is_timed_out: bool = False) -> None:
    """End the time after the call."""
    state = turn.state
    assert state.agent is not None, "somebody wraps up"
    turn.clear_deadline(Due.WRAP_UP)
    turn.report(facts.WrapUpEnded(agent=state.agent, is_timed_out=is_timed_out))
    turn.move(Step.END)
