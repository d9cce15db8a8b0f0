"""Others in a conversation: colleagues and guests asked in, supervisors, and everybody's keys."""

from store.schema import calls as facts
from store.schema.calls import CallRefusal, CallRefused, LegRole
from store.schema.commands import Actor
from store.schema.ids import AgentId
from store.schema.terms import Role
from telephony.core.effects import SendTone
from telephony.core.state import Leg
from telephony.core.transitions import LegState, Step
from telephony.core.turn import Turn

_LEADERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
_HEARS_TONES = frozenset({LegState.EARLY, LegState.UP})


def hold(turn: Turn, actor: Actor) -> None:
    """Give the client music. Nothing is renegotiated: their telephone need not know."""
    turn.require_agent(actor)
    turn.move(Step.HOLD)
    turn.report(facts.CallHeld())


def resume(turn: Turn, actor: Actor) -> None:
    """Bring the client back."""
    turn.require_agent(actor)
    turn.move(Step.RESUME)
    turn.report(facts.CallResumed())


def mute(turn: Turn, actor: Actor, command: facts.MuteLeg) -> None:
    """Silence the actor, or let them be heard."""
    leg = turn.leg_of(actor)
    if leg.is_muted != command.is_muted:
        leg.is_muted = command.is_muted
        turn.report(facts.LegMuted(leg=leg.leg, is_muted=leg.is_muted))


def send_tones(turn: Turn, actor: Actor, command: facts.SendTones) -> None:
    """Press keys for the client's side. They are written nowhere: they may be secrets."""
    turn.require_agent(actor)
    client = turn.state.client
    if client is None or client.state not in _HEARS_TONES:
        raise CallRefused(CallRefusal.NOT_NOW)
    turn.effects.append(SendTone(leg=client.leg, tones=command.tones))


def invite(turn: Turn, actor: Actor, command: facts.InviteToCall) -> None:
    """Ask a colleague or a guest in; who answers is in. A number is E.164, checked before."""
    turn.require_agent(actor)
    if (command.agent is None) == (command.number is None):
        raise CallRefused(CallRefusal.ONE_TARGET_ONLY)
    if command.agent is not None and turn.state.leg_of(command.agent) is not None:
        raise CallRefused(CallRefusal.ALREADY_IN_CALL)
    if command.agent is not None:
        turn.start_leg(LegRole.AGENT, agent=command.agent, rings=True)
    else:
        turn.start_leg(LegRole.GUEST, number=command.number or "")


def supervise(turn: Turn, actor: Actor, command: facts.SuperviseCall) -> None:
    """Let a supervisor listen, whisper or join, and write it on the case."""
    if actor.role not in _LEADERS:
        raise CallRefused(CallRefusal.FORBIDDEN)
    leg = turn.state.leg_of(AgentId(actor.id))
    if leg is None:
        started = turn.start_leg(LegRole.SUPERVISOR, agent=AgentId(actor.id))
        started.mode = command.mode
    elif leg.role is not LegRole.SUPERVISOR:
        raise CallRefused(CallRefusal.ALREADY_IN_CALL)
    elif leg.mode is not command.mode:
        leg.mode = command.mode
        if leg.is_present:
            turn.report(facts.SupervisionChanged(supervisor=AgentId(actor.id), mode=command.mode))


def welcome_supervisor(turn: Turn, leg: Leg) -> None:
    """Write on the case that a supervisor is in the call, from the first sound they hear."""
    assert leg.agent is not None, "a supervisor's leg names its supervisor"
    turn.report(facts.SupervisionStarted(supervisor=leg.agent, mode=leg.mode))
