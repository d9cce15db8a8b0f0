"""A call: what happens goes in with its time, what is to be done comes out."""

from collections.abc import Callable

from store.schema import calls as c
from store.schema.calls import CallCause, CallRefusal, CallRefused
from store.schema.commands import Actor, Refusal
from store.schema.ids import CallId, CaseId, LegId
from store.schema.terms import Role
from telephony.core import (
    booking,
    company,
    departures,
    inputs,
    legs,
    reaching,
    recording,
    transfers,
    waiting,
)
from telephony.core.effects import AnyEffect
from telephony.core.ending import finish, finish_wrap_up, leave_queue
from telephony.core.rules import CallRules
from telephony.core.state import CallState
from telephony.core.transitions import COMMANDS, OVER, TOGETHER, Due, Phase
from telephony.core.turn import Turn

_ORDER = {due: position for position, due in enumerate(Due)}
_CASE_IS_GONE = frozenset({Refusal.CASE_CLOSED, Refusal.CASE_UNKNOWN})


class Call:
    """One call of one case: its legs, who hears whom, and what is asked of the router.

    Not rebuilt from a log: a call cannot outlive the process that has its media. What others must
    know of it is in its reports.
    """

    def __init__(
        self, call: CallId, case: CaseId, now_ms: int, rules: CallRules | None = None
    ) -> None:
        self._rules = rules or CallRules()
        self._state = CallState(call=call, case=case, created_ms=now_ms, waits_since_ms=now_ms)
        self._state.deadlines[Due.CALL, ""] = now_ms + self._rules.call_ms

    @property
    def state(self) -> CallState:
        """Return the state. To be read, not changed."""
        return self._state

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen any more: it can be forgotten."""
        return self._state.phase is Phase.ENDED and not self._state.legs

    def handle(self, told: inputs.AnyInput, now_ms: int) -> list[AnyEffect]:
        """Take in what happened; call `tick` with the same time first.

        Returns what is to be done, in this order. Raises CallRefused for a command that is not
        possible now; nothing has changed then.
        """
        turn = Turn(self._state, self._rules, now_ms)
        _take_in(turn, told)
        return turn.settle()

    def tick(self, now_ms: int) -> list[AnyEffect]:
        """Carry out what is due. Call at `next_deadline_ms`; calling early is harmless."""
        effects: list[AnyEffect] = []
        while (following := self._next()) is not None and following[0] <= now_ms:
            at_ms, due, of = following
            del self._state.deadlines[due, of]
            # As of its own time: what follows from it must not depend on when we are woken.
            turn = Turn(self._state, self._rules, at_ms)
            _fall_due(turn, due, of)
            effects += turn.settle()
        return effects

    def next_deadline_ms(self) -> int | None:
        """Return when `tick` has work to do, or None."""
        following = self._next()
        return following[0] if following is not None else None

    def _next(self) -> tuple[int, Due, str] | None:
        found = [(at_ms, due, of) for (due, of), at_ms in self._state.deadlines.items()]
        return min(found, key=lambda x: (x[0], _ORDER[x[1]], x[2]), default=None)


def _take_in(turn: Turn, told: inputs.AnyInput) -> None:
    if isinstance(told, inputs.Asked):
        _obey(turn, told.actor, told.command)
    elif isinstance(told, _BEGINNINGS) == (turn.state.phase is Phase.NEW):
        # A call begins with one of them, once, and nothing else comes before.
        _INPUTS[type(told)](turn, told)


def _case_given(turn: Turn, told: inputs.CaseGiven) -> None:
    state = turn.state
    state.requeues.clear()
    if state.phase is Phase.GREETING or state.phase is Phase.ARRIVING:
        state.given = told.agent
        state.is_held_by_agent = True
    elif state.phase in {Phase.QUEUED, Phase.OFFERED}:
        state.is_held_by_agent = True
        rings = not told.has_accepted
        if state.transfer is not None and told.agent == state.transfer.first:
            # Back to where they came from: that agent did not ask for it just now.
            state.transfer.is_returning = True
            rings = True
        reaching.reach_agent(turn, told.agent, rings=rings)
    elif state.phase is Phase.REACHING_AGENT:
        state.is_held_by_agent = True
        if told.agent != state.agent:
            reaching.reach_agent(turn, told.agent, rings=not told.has_accepted)
    elif state.phase in TOGETHER:
        state.is_held_by_agent = True
        transfers.give_to(turn, told.agent, has_accepted=told.has_accepted)


def _case_queued(turn: Turn, _: inputs.CaseQueued) -> None:
    state = turn.state
    if state.requeues:
        state.requeues.pop(0)
        return
    if state.given is not None:
        state.given = None
        state.is_held_by_agent = False
        return
    if state.phase not in {Phase.REACHING_AGENT, *TOGETHER}:
        return
    if state.client is not None:
        transfers.take_to_queue(turn)
    elif state.kind is c.CallKind.APPOINTMENT:
        for leg in state.with_role(c.LegRole.AGENT):
            turn.hang_up(leg, c.LegCause.CANCELLED)
        state.is_held_by_agent = False
        waiting.requeue(turn)


def _case_closed(turn: Turn, _: inputs.CaseClosed) -> None:
    state = turn.state
    state.is_case_open = False
    if state.phase is Phase.WRAP_UP:
        finish_wrap_up(turn)
    elif state.phase in {Phase.ARRIVING, Phase.GREETING, Phase.QUEUED, Phase.OFFERED}:
        finish(turn, CallCause.CASE_CLOSED)
    elif state.phase is Phase.CONSULTING:
        transfers.lose_case(turn)


def _replied(turn: Turn, told: inputs.Replied) -> None:
    state = turn.state
    if told.ref == state.booking:
        state.booking = ""
        booking.hear_booking(turn, told.refusal)
    if told.refusal is None:
        return
    was_requeue = told.ref in state.requeues
    if was_requeue:
        state.requeues.remove(told.ref)
    if told.ref == state.opening:
        state.is_case_open = False
        booking.turn_away(turn, inputs.CaseHeld())
    elif was_requeue and told.refusal in _CASE_IS_GONE:
        state.is_case_open = False
        if state.phase in {Phase.QUEUED, Phase.OFFERED}:
            finish(turn, CallCause.CASE_CLOSED)
        else:
            _hear_refusal(turn, told)
    else:
        _hear_refusal(turn, told)


def _hear_refusal(turn: Turn, told: inputs.Replied) -> None:
    if told.ref == turn.state.handing_on and told.refusal is not None:
        transfers.hear_refusal(turn, told.refusal)


def _sound_ended(turn: Turn, told: inputs.SoundEnded) -> None:
    if turn.state.prompt and told.number == turn.state.prompt_number:
        _prompt_over(turn, was_heard=True)


def _prompt_over(turn: Turn, *, was_heard: bool) -> None:
    state = turn.state
    heard = waiting.end_prompt(turn, was_heard=was_heard)
    if state.phase is Phase.GREETING:
        given = state.given
        state.given = None
        if given is not None:
            reaching.reach_agent(turn, given, rings=False)
        else:
            waiting.wait_in_queue(turn)
    elif state.phase is Phase.NOTIFYING:
        reaching.connect(turn)
    elif state.phase is Phase.CLOSING:
        booking.end_closing(turn, heard)


def _drain(turn: Turn, _: inputs.NodeDraining) -> None:
    if turn.state.phase is Phase.OFFERED:
        # Nobody is in it yet: another node begins it again.
        finish(turn, CallCause.NODE_DRAINED)
    elif turn.state.phase not in OVER and (Due.DRAIN, "") not in turn.state.deadlines:
        turn.set_deadline(Due.DRAIN, turn.rules.drain_ms)


_BEGINNINGS = (inputs.ClientArrived, inputs.NumberDialled, inputs.AppointmentDue)
_INPUTS: dict[type, Callable[..., None]] = {
    inputs.ClientArrived: waiting.arrive,
    inputs.NumberDialled: reaching.dial,
    inputs.AppointmentDue: reaching.await_agent,
    inputs.LegRang: legs.ring,
    inputs.LegProgressed: legs.progress,
    inputs.LegAnswered: legs.answer,
    inputs.LegEnded: legs.end,
    inputs.LegBroke: legs.break_off,
    inputs.LegMended: legs.mend,
    inputs.LegCameBack: legs.come_back,
    inputs.LegPutOnHold: legs.put_on_hold,
    inputs.TonePressed: legs.press,
    inputs.SoundEnded: _sound_ended,
    inputs.RecorderFailed: lambda turn, _: recording.fail(turn),
    inputs.CaseGiven: _case_given,
    inputs.CaseQueued: _case_queued,
    inputs.WaitEstimated: waiting.estimate,
    inputs.CaseHeld: booking.turn_away,
    inputs.CaseClosed: _case_closed,
    inputs.Replied: _replied,
    inputs.NodeDraining: _drain,
}


def _obey(turn: Turn, actor: Actor, command: c.AnyCallCommand) -> None:
    """Carry out what a person asks, if it makes sense now and is theirs to ask."""
    allowed = COMMANDS.get(type(command))
    if allowed is None or turn.state.phase not in allowed:
        raise CallRefused(CallRefusal.NOT_NOW)
    if actor.role is Role.CLIENT:
        raise CallRefused(CallRefusal.FORBIDDEN)
    if isinstance(command, _OF_TRANSFER):
        turn.require_agent(actor)
    _COMMANDS[type(command)](turn, actor, command)


_OF_TRANSFER = (c.CompleteTransfer, c.JoinTransfer, c.CancelTransfer)


def _red_button(turn: Turn, actor: Actor) -> None:
    turn.leg_of(actor)
    recording.refuse(turn)


def _in_call(turn: Turn, actor: Actor, change: Callable[[Turn], None]) -> None:
    turn.leg_of(actor)
    change(turn)


def _finish_wrap_up(turn: Turn, actor: Actor) -> None:
    turn.require_agent(actor)
    finish_wrap_up(turn)


_COMMANDS: dict[type, Callable[..., None]] = {
    c.HangUp: lambda turn, actor, _: departures.hang_up(turn, turn.leg_of(actor)),
    c.HoldCall: lambda turn, actor, _: company.hold(turn, actor),
    c.ResumeCall: lambda turn, actor, _: company.resume(turn, actor),
    c.MuteLeg: company.mute,
    c.SendTones: company.send_tones,
    c.TransferCall: transfers.transfer,
    c.CompleteTransfer: lambda turn, *_: transfers.complete(turn),
    c.JoinTransfer: lambda turn, *_: transfers.join(turn),
    c.CancelTransfer: lambda turn, *_: transfers.take_back(turn, c.TransferOutcome.TAKEN_BACK),
    c.InviteToCall: company.invite,
    c.ConfirmNotice: lambda turn, actor, _: _in_call(turn, actor, recording.confirm_notice),
    c.RefuseRecording: lambda turn, actor, _: _red_button(turn, actor),
    c.PauseRecording: lambda turn, actor, _: _in_call(turn, actor, recording.pause),
    c.ResumeRecording: lambda turn, actor, _: _in_call(turn, actor, recording.resume),
    c.SuperviseCall: company.supervise,
    c.FinishWrapUp: lambda turn, actor, _: _finish_wrap_up(turn, actor),
}


def _fall_due(turn: Turn, due: Due, of: str) -> None:
    if due is Due.LEG:
        legs.miss(turn, turn.state.legs[LegId(of)])
    else:
        _DUE[due](turn)


def _end_too_long(turn: Turn) -> None:
    if turn.state.phase in {Phase.GREETING, Phase.QUEUED, Phase.CLOSING}:
        leave_queue(turn)
    finish(turn, CallCause.TOO_LONG)


_DUE: dict[Due, Callable[[Turn], None]] = {
    Due.CALL: _end_too_long,
    # The case stays where it is: its client is called back.
    Due.DRAIN: lambda turn: finish(turn, CallCause.NODE_DRAINED),
    Due.PROMPT: lambda turn: _prompt_over(turn, was_heard=False),
    Due.ANSWER: booking.miss_appointment,
    Due.TRANSFER: transfers.fall_due,
    Due.OVERFLOW: booking.overflow,
    Due.ANNOUNCE: waiting.announce,
    Due.WRAP_UP: lambda turn: finish_wrap_up(turn, is_timed_out=True),
}
