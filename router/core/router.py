"""The router: commands and the time go in, events come out."""

from collections.abc import Callable
from typing import Any

from router.core import (
    appointments,
    assignment,
    cases,
    configuration,
    explain,
    hours,
    offers,
    outcomes,
    presence,
    reservations,
    state,
)
from router.core.timers import Timer
from router.core.turn import Floor, Turn
from store.schema import commands as c
from store.schema.commands import SYSTEM, Actor, AnyCommand
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.questions import AnyAnswer, AnyQuestion


class Router:
    """Every open case, every agent, and the rules that bring them together.

    `handle` and `tick` decide; `apply` is the only method that changes state, so a router
    rebuilt by applying its log is equal to the one that wrote it.
    """

    def __init__(self) -> None:
        self._floor = Floor()

    @property
    def seq(self) -> int:
        """Return the position of the last event."""
        return self._floor.state.seq

    @property
    def state(self) -> state.State:
        """Return the state. To be read, not changed."""
        return self._floor.state

    # Decide.

    def handle(self, actor: Actor, command: AnyCommand, now_ms: int) -> list[AnyEvent]:
        """Carry out one command; call `tick` with the same time first.

        Returns the new events, already applied, in order. They may be none.
        Raises Refused when the command is not possible now; nothing has changed then.
        """
        turn = Turn(self._floor, actor, now_ms)
        _COMMANDS[type(command)](turn, command)
        return _finish(turn)

    def tick(self, now_ms: int) -> list[AnyEvent]:
        """Carry out what is due. Call at `next_deadline_ms`; calling early is harmless."""
        turn = Turn(self._floor, SYSTEM, now_ms)
        while (due := turn.matching.timers.due(now_ms)) is not None:
            _fall_due(turn, *due)
        return _finish(turn)

    def next_deadline_ms(self) -> int | None:
        """Return when `tick` has work to do, or None."""
        return self._floor.refresh(self._floor.state.at_ms).timers.next_ms()

    # Explain.

    def answer(self, question: AnyQuestion, now_ms: int) -> AnyAnswer:
        """Say why, now. Changes nothing. Raises Refused for what is not there."""
        return explain.answer(self._floor, question, now_ms)

    # Change.

    def apply(self, event: AnyEvent) -> None:
        """Change the state as the event says. Never decides and never fails."""
        self._floor.apply(event)

    # Keep.

    def dump(self) -> bytes:
        """Return a snapshot of the whole state."""
        return state.dump(self._floor.state)

    def load(self, body: bytes) -> None:
        """Take the state of a snapshot instead of the present one."""
        self._floor = Floor(state.load(body))

    def digest(self) -> str:
        """Return the SHA-256 of the state, equal for equal states."""
        return state.digest(self._floor.state)


def _finish(turn: Turn) -> list[AnyEvent]:
    """Give what can now be given. Whatever follows from a turn is the system's doing."""
    turn.actor = SYSTEM
    assignment.give_what_can_be_given(turn)
    return turn.events


def _fall_due(turn: Turn, timer: Timer, name: str) -> None:
    if timer is Timer.HOURS:
        hours.turn_with_hours(turn, turn.state.queues[QueueId(name)])
    elif timer is Timer.JOIN:
        presence.join(turn)
    elif timer is Timer.GRACE:
        presence.lose_connection(turn, turn.state.agents[AgentId(name)])
    else:
        _CASE_TIMERS[timer](turn, turn.state.cases[CaseId(name)])


_CASE_TIMERS: dict[Timer, Callable[[Turn, state.Case], None]] = {
    Timer.OFFER: offers.miss_offer,
    Timer.START: presence.miss_start,
    Timer.SILENCE: cases.fall_silent,
    Timer.DUE: appointments.fall_due,
    Timer.HOLD: reservations.end_preference,
    # Nothing has happened, but others may take the case now, or be kept free for it.
    Timer.RING: Turn.look_at,
    Timer.EARMARK: Turn.look_at,
}
_COMMANDS: dict[type, Callable[[Turn, Any], None]] = {
    c.OpenCase: cases.open_case,
    c.MoveAppointment: appointments.move_appointment,
    c.LeaveQueue: cases.leave_queue,
    c.SendMessage: cases.send_message,
    c.MarkRead: cases.mark_read,
    c.AnswerSurvey: cases.answer_survey,
    c.SetPresence: presence.set_presence,
    c.AcceptOffer: offers.accept_offer,
    c.RefuseOffer: offers.refuse_offer,
    c.StartCase: cases.start_case,
    c.TakeNote: cases.take_note,
    c.TagCase: cases.tag_case,
    c.SettleCase: outcomes.settle_case,
    c.PullCase: assignment.pull_case,
    c.AssignCase: assignment.assign_case,
    c.TakeBack: assignment.take_back,
    c.MergeCases: cases.merge_cases,
    c.ConfigureAgent: presence.configure_agent,
    c.ConfigureQueue: configuration.configure_queue,
    c.SwitchQueue: configuration.switch_queue,
    c.ScheduleQueue: hours.schedule_queue,
    c.ConfigurePolicy: configuration.configure_policy,
    c.RegisterClient: configuration.register_client,
    c.ConnectAgent: presence.connect_agent,
    c.DisconnectAgent: presence.disconnect_agent,
}
