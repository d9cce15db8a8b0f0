"""Agents come, change status, lose their connection and leave."""

from router.core.assignment import end_reservation, put_back
from router.core.reservations import end_unfit
from router.core.state import Agent, Case
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal, Refused
from store.schema.terms import (
    CaseStatus,
    OfferOutcome,
    Presence,
    PresenceReason,
    QueueCause,
    Role,
)

# A lost connection does not end these: the agent had said not to be there.
_AWAY = frozenset({Presence.UNAVAILABLE, Presence.BREAK, Presence.LUNCH, Presence.LEAVE})


def set_presence(turn: Turn, command: c.SetPresence) -> None:
    """Change one's own status, or as a supervisor another's."""
    turn.require_staff()
    name = command.agent or turn.actor.id
    is_own = name == turn.actor.id
    if not is_own:
        turn.require_leader()
    agent = turn.agent(name)
    if agent.presence is not command.presence:
        reason = PresenceReason.CHOSEN if is_own else PresenceReason.BY_SUPERVISOR
        change_presence(turn, agent, command.presence, reason)


def connect_agent(turn: Turn, command: c.ConnectAgent) -> None:
    """Note that an agent's desktop is there; a status that the system had changed returns."""
    _require_system(turn)
    agent = turn.agent(command.agent)
    if agent.is_connected:
        return
    joins_at_ms = None
    if agent.presence is Presence.AVAILABLE and agent.is_active:
        joins_at_ms = _joining_time(turn)
    turn.record(
        e.AgentConnected(**turn.stamp(), agent=agent.agent, joins_at_ms=joins_at_ms),
    )
    if agent.reason is PresenceReason.CONNECTION_LOST and agent.returns_to is not None:
        change_presence(turn, agent, agent.returns_to, PresenceReason.RECONNECTED)


def disconnect_agent(turn: Turn, command: c.DisconnectAgent) -> None:
    """Note that an agent's desktop is gone. Its cases stay with it for the grace time."""
    _require_system(turn)
    agent = turn.agent(command.agent)
    if not agent.is_connected:
        return
    grace_ends_ms = turn.now_ms + turn.state.policy.connection_grace_ms
    turn.record(e.AgentDisconnected(**turn.stamp(), agent=agent.agent, grace_ends_ms=grace_ends_ms))
    _stop_receiving(turn, agent)


def join(turn: Turn) -> None:
    """Let all who became available together receive cases from now on, in one step."""
    joining = [name for name, agent in turn.state.agents.items() if agent.joins_at_ms is not None]
    turn.record(e.AgentsJoined(**turn.stamp(), agents=tuple(sorted(joining))))


def miss_start(turn: Turn, case: Case) -> None:
    """Take back a case that was accepted and never begun. Its agent is taken for absent."""
    agent = turn.state.agents[case.holder] if case.holder is not None else None
    put_back(turn, case, QueueCause.NOT_STARTED)
    if agent is not None and agent.presence is Presence.AVAILABLE:
        change_presence(turn, agent, Presence.UNAVAILABLE, PresenceReason.OFFER_MISSED)


def lose_connection(turn: Turn, agent: Agent) -> None:
    """End the grace time: what the agent had not begun goes to others."""
    if agent.presence in _AWAY:
        change_presence(turn, agent, agent.presence, PresenceReason.CONNECTION_LOST)
    else:
        lost = PresenceReason.CONNECTION_LOST
        change_presence(turn, agent, Presence.UNAVAILABLE, lost, returns_to=agent.presence)
    for name in sorted(agent.cases):
        case = turn.state.cases[name]
        if case.status is CaseStatus.ASSIGNED:
            put_back(turn, case, QueueCause.AGENT_LEFT)


def configure_agent(turn: Turn, command: c.ConfigureAgent) -> None:
    """Create or change an agent. One who works here no more leaves everything."""
    turn.require_administrator()
    turn.record(
        e.AgentConfigured(
            **turn.stamp(),
            agent=command.agent,
            name=command.name,
            role=command.role,
            team=command.team,
            supervisor=command.supervisor,
            skills=command.skills,
            capacity=command.capacity,
            is_active=command.is_active,
        )
    )
    agent = turn.state.agents[command.agent]
    if not agent.is_active:
        _withdraw_offers(turn, agent)
        _give_cases_back(turn, agent)
    # A wait for somebody who can no longer take the case would be a wait for nothing.
    end_unfit(turn, agent)


def change_presence(
    turn: Turn,
    agent: Agent,
    presence: Presence,
    reason: PresenceReason,
    *,
    returns_to: Presence | None = None,
) -> None:
    """Change a status, and with it what is on its way to the agent."""
    begins = presence is Presence.AVAILABLE and agent.is_connected and agent.is_active
    turn.record(
        e.PresenceChanged(
            **turn.stamp(),
            agent=agent.agent,
            presence=presence,
            reason=reason,
            previous=agent.presence,
            returns_to=returns_to,
            joins_at_ms=_joining_time(turn) if begins else None,
        )
    )
    if presence is not Presence.AVAILABLE:
        _stop_receiving(turn, agent)
    if presence is Presence.LEAVE:
        _give_cases_back(turn, agent)


def _require_system(turn: Turn) -> None:
    if turn.actor.role is not Role.SYSTEM:
        raise Refused(Refusal.FORBIDDEN)


def _joining_time(turn: Turn) -> int | None:
    """Return when an agent who begins now is given work: with the first of its window."""
    levelling_ms = turn.state.policy.login_levelling_ms
    if not levelling_ms:
        return None
    return turn.matching.timers.joins_at_ms or turn.now_ms + levelling_ms


def _stop_receiving(turn: Turn, agent: Agent) -> None:
    _withdraw_offers(turn, agent)
    end_unfit(turn, agent)


def _withdraw_offers(turn: Turn, agent: Agent) -> None:
    for name in sorted(agent.offers):
        case = turn.state.cases[name]
        end_reservation(turn, case, OfferOutcome.WITHDRAWN, QueueCause.WITHDRAWN)


def _give_cases_back(turn: Turn, agent: Agent) -> None:
    for name in sorted(agent.cases):
        case = turn.state.cases[name]
        # A case that waits for its client needs nobody now; it moves when the client answers.
        if case.status is not CaseStatus.WAITING_CLIENT:
            put_back(turn, case, QueueCause.AGENT_LEFT)
