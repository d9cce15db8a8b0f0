"""What legs tell: they ring, answer, break, come back and end."""

from store.schema import calls as facts
from store.schema.calls import LegCause, LegRole
from telephony.core import booking, company, inputs, waiting
from telephony.core.departures import follow
from telephony.core.reaching import is_awaited, meet_agent, meet_client
from telephony.core.state import CallState, Leg
from telephony.core.transitions import OVER, Due, LegState, LegStep, Phase
from telephony.core.turn import Turn


def ring(turn: Turn, told: inputs.LegRang) -> None:
    """Note that it rings; whoever waits for it hears so."""
    if (leg := _leg(turn.state, told.leg)) is not None:
        turn.step_leg(leg, LegStep.RING)


def progress(turn: Turn, told: inputs.LegProgressed) -> None:
    """Let the agent hear what comes before the answer."""
    if (leg := _leg(turn.state, told.leg)) is not None:
        turn.step_leg(leg, LegStep.PROGRESS)


def answer(turn: Turn, told: inputs.LegAnswered) -> None:
    """Go on with somebody who has answered."""
    leg = _leg(turn.state, told.leg)
    if leg is None or not turn.step_leg(leg, LegStep.ANSWER):
        return
    turn.clear_deadline(Due.LEG, leg.leg)
    turn.report(facts.LegJoined(leg=leg.leg, role=leg.role, agent=leg.agent, number=leg.number))
    if leg.role is LegRole.SUPERVISOR:
        company.welcome_supervisor(turn, leg)
    elif leg.role is LegRole.CLIENT:
        if turn.state.phase is Phase.ARRIVING:
            waiting.greet(turn)
            if turn.state.is_outside_hours:
                held = inputs.CaseHeld(appointment_ms=turn.state.appointment_ms)
                booking.turn_away(turn, held)
        else:
            meet_client(turn)
    elif is_awaited(turn, leg):
        meet_agent(turn)


def end(turn: Turn, told: inputs.LegEnded) -> None:
    """Forget a leg, and go on without it if nobody had asked it to end."""
    leg = _leg(turn.state, told.leg)
    if leg is None:
        return
    del turn.state.legs[leg.leg]
    was_asked = leg.is_gone
    if was_asked:
        turn.clear_deadline(Due.LEG, leg.leg)
    else:
        turn.leave(leg, told.cause)
    turn.step_leg(leg, LegStep.END)
    if not was_asked:
        follow(turn, leg, told.cause)


def break_off(turn: Turn, told: inputs.LegBroke) -> None:
    """Wait a while for a connection to be replaced; the others are not left with silence."""
    leg = _leg(turn.state, told.leg)
    if leg is None or not turn.step_leg(leg, LegStep.BREAK):
        return
    turn.set_deadline(Due.LEG, turn.rules.grace_ms, leg.leg)
    turn.report(facts.LegLost(leg=leg.leg, until_ms=turn.now_ms + turn.rules.grace_ms))


def mend(turn: Turn, told: inputs.LegMended) -> None:
    """Go on with a connection that works again."""
    leg = _leg(turn.state, told.leg)
    if leg is not None and turn.step_leg(leg, LegStep.MEND):
        turn.clear_deadline(Due.LEG, leg.leg)
        turn.report(facts.LegMended(leg=leg.leg))


def come_back(turn: Turn, told: inputs.LegCameBack) -> None:
    """Put a new connection in the place of the old one, or end it if that place is gone."""
    state = turn.state
    if told.by_leg in state.legs:
        return
    old = state.legs.get(told.leg)
    if old is None or not old.is_present or state.phase in OVER:
        stray = Leg(leg=told.by_leg, role=LegRole.AGENT, state=LegState.UP)
        state.legs[told.by_leg] = stray
        turn.hang_up(stray, LegCause.REPLACED)
        return
    new = Leg(
        leg=told.by_leg,
        role=old.role,
        state=LegState.UP,
        agent=old.agent,
        number=old.number,
        is_muted=old.is_muted,
        mode=old.mode,
    )
    turn.hang_up(old, LegCause.REPLACED)
    state.legs[new.leg] = new
    turn.report(facts.LegReplaced(leg=old.leg, by_leg=new.leg))


def put_on_hold(turn: Turn, told: inputs.LegPutOnHold) -> None:
    """Tell the agent that it is the other side that holds."""
    leg = _leg(turn.state, told.leg)
    if leg is not None and leg.is_present and leg.is_held != told.is_held:
        leg.is_held = told.is_held
        turn.report(facts.LegHeld(leg=leg.leg, is_held=told.is_held))


def press(turn: Turn, told: inputs.TonePressed) -> None:
    """Hear a key of the client's."""
    leg = _leg(turn.state, told.leg)
    if leg is not None and leg.role is LegRole.CLIENT and leg.is_present:
        booking.press(turn, told.tone)


def miss(turn: Turn, leg: Leg) -> None:
    """Give up on a leg: it did not answer, did not come back, or did not end."""
    if leg.is_gone:
        del turn.state.legs[leg.leg]
        return
    cause = LegCause.LOST if leg.is_present else LegCause.NO_ANSWER
    turn.hang_up(leg, cause)
    follow(turn, leg, cause)


def _leg(state: CallState, name: str) -> Leg | None:
    return next((leg for leg in state.legs.values() if leg.leg == name), None)
