"""A client is handed on, cold or warm, to an agent or to a queue (RFC 5589).

RFC 5589 moves calls between telephones with REFER (RFC 3515). Here the parties' legs all end at
us, so a transfer only says who is where: the client's leg stays, is never dialled again, and
hears music until somebody has them.
"""

from store.schema import calls as facts
from store.schema.calls import (
    CallRefusal,
    CallRefused,
    LegCause,
    LegRole,
    TransferMode,
    TransferOutcome,
)
from store.schema.commands import (
    SYSTEM,
    Actor,
    AssignCase,
    OutcomeTransfer,
    PullCase,
    Refusal,
    SettleCase,
)
from store.schema.ids import AgentId, QueueId
from telephony.core.reaching import connect, reach_agent
from telephony.core.state import Leg, Transfer
from telephony.core.transitions import Due, Phase, Step
from telephony.core.turn import Turn, staff_actor
from telephony.core.waiting import expect_queue, wait_in_queue

# Asked in these, the answer is that the case is where it should be.
_NOTHING_LOST = frozenset({Refusal.NOT_HOLDER, Refusal.CASE_NOT_WAITING})


def transfer(turn: Turn, actor: Actor, command: facts.TransferCall) -> None:
    """Hand the client on as the agent asks."""
    first = turn.require_agent(actor)
    _check(turn, command)
    state = turn.state
    state.transfer = Transfer(mode=command.mode, first=first, agent=command.agent)
    turn.report(
        facts.TransferStarted(
            mode=command.mode, by_agent=first, agent=command.agent, queue=command.queue
        )
    )
    if command.queue is not None:
        _ask_for_queue(turn, state.transfer, command.queue)
    if command.mode is TransferMode.WARM:
        _consult(turn, state.transfer)
    else:
        _send_on(turn)


def complete(turn: Turn) -> None:
    """Leave the client with whoever was consulted, or to whoever is still being called."""
    state = turn.state
    transfer = _current(turn)
    first = state.leg_of(transfer.first)
    if first is not None:
        turn.hang_up(first, LegCause.COMPLETED)
    consulted = state.leg_of(transfer.agent)
    if consulted is not None and consulted.is_present:
        state.agent = transfer.agent
        connect(turn)
    elif consulted is not None:
        # Semi-attended, RFC 5589, section 7.6: it rings on, the client waits for the answer.
        state.agent = transfer.agent
        turn.move(Step.REACH_AGENT)
    else:
        _send_on(turn)


def join(turn: Turn) -> None:
    """Bring all three together; the first agent still has the client."""
    state = turn.state
    transfer = _current(turn)
    consulted = state.leg_of(transfer.agent)
    if consulted is None or not consulted.is_present:
        raise CallRefused(CallRefusal.NOT_NOW)
    _end(turn, TransferOutcome.JOINED)
    if transfer.queue is not None and transfer.agent is not None:
        # The router gave the case to the one who was found in the queue.
        state.agent = transfer.agent
    turn.move(Step.CONNECT)


def take_back(turn: Turn, outcome: TransferOutcome) -> None:
    """Bring the first agent back to the client, without the other one."""
    state = turn.state
    transfer = _current(turn)
    consulted = state.leg_of(transfer.agent)
    if consulted is not None:
        cause = LegCause.COMPLETED if consulted.is_present else LegCause.CANCELLED
        turn.hang_up(consulted, cause)
    if transfer.queue is not None and state.is_case_open:
        turn.ask(SYSTEM, AssignCase(ref=turn.next_ref(), case=state.case, agent=transfer.first))
    state.is_held_by_agent = True
    _end(turn, outcome, transfer.first)
    turn.move(Step.CONNECT)


def give_to(turn: Turn, agent: AgentId, *, has_accepted: bool) -> None:
    """Follow the router, which has given the case of a client in conversation to another agent."""
    state = turn.state
    if state.leg_of(agent) is not None:
        return
    if state.phase is Phase.CONSULTING:
        _find(turn, agent, has_accepted=has_accepted)
        return
    first = state.agent
    assert first is not None, "somebody has the client"
    state.transfer = Transfer(mode=TransferMode.COLD, first=first, agent=agent)
    turn.report(facts.TransferStarted(mode=TransferMode.COLD, by_agent=first, agent=agent))
    _part_from_staff(turn)
    reach_agent(turn, agent, rings=not has_accepted)


def take_to_queue(turn: Turn) -> None:
    """Follow the router, which has taken the case of a client in conversation to its queue."""
    if turn.state.transfer is not None:
        _end(turn, TransferOutcome.RETURNED)
    _part_from_staff(turn)
    turn.state.is_held_by_agent = False
    wait_in_queue(turn)


def fall_due(turn: Turn) -> None:
    """Bring the client back to the first agent, as nobody of the queue was found in time."""
    state = turn.state
    transfer = _current(turn)
    if state.phase is Phase.CONSULTING:
        take_back(turn, TransferOutcome.RETURNED)
    else:
        # As the agent, not as the system: one who is busy by now must not be called.
        pull = PullCase(ref=turn.next_ref(), case=state.case)
        turn.ask(staff_actor(transfer.first), pull)


def hear_refusal(turn: Turn, refusal: Refusal) -> None:
    """Go back to the first agent when the router does not let the case into the queue."""
    state = turn.state
    transfer = state.transfer
    if transfer is None or refusal in _NOTHING_LOST:
        return
    if state.phase is Phase.CONSULTING:
        transfer.queue = None
        take_back(turn, TransferOutcome.RETURNED)
    elif state.phase is Phase.QUEUED:
        transfer.queue = None
        transfer.is_returning = True
        state.is_held_by_agent = True
        reach_agent(turn, transfer.first, rings=True)


def lose_agent(turn: Turn, leg: Leg) -> None:
    """Complete it when the first agent leaves; bring them back when the other one does."""
    if leg.agent == _current(turn).first:
        complete(turn)
    else:
        take_back(turn, TransferOutcome.RETURNED)


def lose_case(turn: Turn) -> None:
    """Bring the first agent back when the queue can find nobody: its case is closed."""
    if _current(turn).queue is not None:
        take_back(turn, TransferOutcome.RETURNED)


def _check(turn: Turn, command: facts.TransferCall) -> None:
    if (command.agent is None) == (command.queue is None):
        raise CallRefused(CallRefusal.ONE_TARGET_ONLY)
    if command.agent is not None and turn.state.leg_of(command.agent) is not None:
        raise CallRefused(CallRefusal.ALREADY_IN_CALL)
    if command.queue is not None and not turn.state.is_case_open:
        # The router finds nobody for a closed case.
        raise CallRefused(CallRefusal.NOT_NOW)
    if len(turn.state.with_role(LegRole.AGENT, LegRole.GUEST)) > 1:
        # In a conference whoever leaves leaves the client with the others.
        raise CallRefused(CallRefusal.NOT_NOW)


def _ask_for_queue(turn: Turn, transfer: Transfer, queue: QueueId) -> None:
    ref = turn.next_ref()
    expect_queue(turn, ref, queue, transfer)
    turn.ask(
        staff_actor(transfer.first),
        SettleCase(ref=ref, case=turn.state.case, outcome=OutcomeTransfer(queue=queue)),
    )
    turn.state.is_held_by_agent = False


def _consult(turn: Turn, transfer: Transfer) -> None:
    turn.move(Step.CONSULT)
    turn.state.waits_since_ms = turn.now_ms
    if transfer.agent is not None:
        turn.start_leg(LegRole.AGENT, agent=transfer.agent, rings=True)
    else:
        turn.set_deadline(Due.TRANSFER, turn.rules.transfer_ms)


def _send_on(turn: Turn) -> None:
    """Let go of the client, to the agent who is called next or to the queue."""
    transfer = _current(turn)
    _part_from_staff(turn)
    if transfer.queue is None and transfer.agent is not None:
        reach_agent(turn, transfer.agent, rings=True)
    else:
        wait_in_queue(turn)


def _find(turn: Turn, agent: AgentId, *, has_accepted: bool) -> None:
    """Call the agent whom the router has found in the queue, to be consulted first."""
    transfer = _current(turn)
    if transfer.queue is None:
        return
    turn.state.is_held_by_agent = True
    turn.clear_deadline(Due.TRANSFER)
    former = turn.state.leg_of(transfer.agent)
    if former is not None:
        turn.hang_up(former, LegCause.CANCELLED)
    transfer.agent = agent
    turn.start_leg(LegRole.AGENT, agent=agent, rings=not has_accepted)


def _part_from_staff(turn: Turn) -> None:
    for leg in turn.state.with_role(LegRole.AGENT, LegRole.GUEST):
        turn.hang_up(leg, LegCause.CANCELLED if leg.is_on_its_way else LegCause.COMPLETED)


def _current(turn: Turn) -> Transfer:
    transfer = turn.state.transfer
    assert transfer is not None, "a client in consultation is being handed on"
    return transfer


def _end(turn: Turn, outcome: TransferOutcome, agent: AgentId | None = None) -> None:
    turn.report(facts.TransferEnded(outcome=outcome, agent=agent))
    turn.state.transfer = None
    turn.clear_deadline(Due.TRANSFER)
