"""The outcomes of a case: checked whole, then carried out whole."""

from typing import assert_never

from router.core import texts
from router.core.assignment import check_receiver, give, hand_over, put_back
from router.core.cases import check_message, close, put_tags, say, tell_client
from router.core.reservations import let_go
from router.core.scores import terms_in
from router.core.state import Agent, Case
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema import scoring
from store.schema.commands import Refusal, Refused
from store.schema.ids import AgentId
from store.schema.terms import AssignCause, CloseCause, Presence, QueueCause


def settle_case(turn: Turn, command: c.SettleCase) -> None:
    """Send the text, add the tags, carry out the outcome: all of it or nothing."""
    case = turn.held_case(command.case)
    if command.text.strip():
        if command.message is None:
            raise Refused(Refusal.MESSAGE_ID_MISSING)
        check_message(command.message, command.text, ())
    if command.outcome is not None:
        _check(turn, case, command.outcome)
    # From here on nothing may be refused.
    if command.macro is not None:
        turn.record(e.MacroApplied(**turn.of(case), macro=command.macro))
    if command.text.strip() and command.message is not None:
        say(turn, case, command.message, command.text)
    if command.tags:
        put_tags(turn, case, (*case.tags, *command.tags))
    if command.outcome is not None:
        _carry_out(turn, case, command.outcome)


def _check(turn: Turn, case: Case, outcome: c.AnyOutcome) -> None:
    match outcome:
        case c.OutcomeWait():
            if case.holder is None:
                raise Refused(Refusal.NOT_HOLDER)
        case c.OutcomeClose():
            if outcome.cause not in {CloseCause.CLOSED, CloseCause.NO_REPLY}:
                raise Refused(Refusal.FORBIDDEN)
        case c.OutcomeAssign():
            check_receiver(turn, case, turn.agent(outcome.agent))
        case c.OutcomeTransfer():
            turn.require_open_queue(outcome.queue)
        case c.OutcomeEscalate():
            _supervisor_of(turn, case)
        case _:
            assert_never(outcome)


def _carry_out(turn: Turn, case: Case, outcome: c.AnyOutcome) -> None:
    match outcome:
        case c.OutcomeWait():
            closes_at_ms = turn.now_ms + turn.state.policy.client_silence_ms
            turn.record(e.CaseWaiting(**turn.of(case), closes_at_ms=closes_at_ms))
            tell_client(turn, case, texts.WAITING)
        case c.OutcomeClose():
            _wrap_up(turn, case, outcome)
        case c.OutcomeAssign():
            agent = turn.state.agents[outcome.agent]
            hand_over(turn, case, agent, AssignCause.TRANSFERRED)
        case c.OutcomeTransfer():
            let_go(turn, case)
            put_back(turn, case, QueueCause.TRANSFERRED, queue=outcome.queue)
        case c.OutcomeEscalate():
            _escalate(turn, case, outcome.reason)
        case _:
            assert_never(outcome)


def _wrap_up(turn: Turn, case: Case, outcome: c.OutcomeClose) -> None:
    let_go(turn, case)
    turn.record(e.WrapUpRecorded(**turn.of(case), reason=outcome.reason, summary=outcome.summary))
    if outcome.cause is CloseCause.CLOSED:
        tell_client(turn, case, texts.CLOSED)
    close(turn, case, outcome.cause)


def _supervisor_of(turn: Turn, case: Case) -> Agent:
    """Return the N+1 of the case's holder, or of the asker when nobody holds it."""
    below = turn.state.agents.get(case.holder or AgentId(turn.actor.id))
    name = below.supervisor if below is not None else None
    supervisor = turn.state.agents.get(name) if name is not None else None
    if supervisor is None or supervisor is below:
        raise Refused(Refusal.NO_SUPERVISOR)
    return supervisor


def _escalate(turn: Turn, case: Case, reason: str) -> None:
    supervisor = _supervisor_of(turn, case)
    former = case.terms or terms_in(turn, case, case.queue)
    terms = scoring.escalated(turn.state.policy, former)
    # An N+1 on leave is as good as none: their queue has somebody.
    is_there = supervisor.is_active and supervisor.presence is not Presence.LEAVE
    let_go(turn, case)
    turn.record(
        e.CaseEscalated(
            **turn.of(case),
            to=supervisor.agent if is_there else None,
            reason=reason,
            terms=terms,
            head_start_ms=scoring.head_start_ms(terms),
        )
    )
    if is_there:
        give(turn, case, supervisor, AssignCause.ESCALATED)
    else:
        put_back(turn, case, QueueCause.ESCALATED)
