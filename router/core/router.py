"""The router: commands and the time go in, events come out."""

from typing import assert_never

from router.core import assignment, cases, configuration, offers, outcomes, presence, state
from router.core.timers import Timer
from router.core.turn import Floor, Turn
from store.schema import commands as c
from store.schema.commands import SYSTEM, Actor, AnyCommand
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId


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
        _carry_out(turn, command)
        return _finish(turn)

    def tick(self, now_ms: int) -> list[AnyEvent]:
        """Carry out what is due. Call at `next_deadline_ms`; calling early is harmless."""
        turn = Turn(self._floor, SYSTEM, now_ms)
        while (due := self._floor.matching.timers.due(now_ms)) is not None:
            timer, name = due
            _fall_due(turn, timer, name)
        return _finish(turn)

    def next_deadline_ms(self) -> int | None:
        """Return when `tick` has work to do, or None."""
        return self._floor.matching.timers.next_ms()

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
    assignment.match(turn)
    return turn.events


def _fall_due(turn: Turn, timer: Timer, name: str) -> None:
    match timer:
        case Timer.OFFER:
            offers.miss_offer(turn, turn.state.cases[CaseId(name)])
        case Timer.HOLD:
            assignment.let_go(turn, turn.state.cases[CaseId(name)])
        case Timer.SILENCE:
            cases.fall_silent(turn, turn.state.cases[CaseId(name)])
        case Timer.GRACE:
            presence.lose_connection(turn, turn.state.agents[AgentId(name)])
        case Timer.RING:
            turn.open_ring(turn.state.cases[CaseId(name)])
        case _:
            assert_never(timer)


def _carry_out(  # noqa: C901, PLR0912 - one arm for each command
    turn: Turn, command: AnyCommand
) -> None:
    match command:
        case c.OpenCase():
            cases.open_case(turn, command)
        case c.SendMessage():
            cases.send_message(turn, command)
        case c.MarkRead():
            cases.mark_read(turn, command)
        case c.AnswerSurvey():
            cases.answer_survey(turn, command)
        case c.SetPresence():
            presence.set_presence(turn, command)
        case c.AcceptOffer():
            offers.accept_offer(turn, command)
        case c.RefuseOffer():
            offers.refuse_offer(turn, command)
        case c.TakeNote():
            cases.take_note(turn, command)
        case c.TagCase():
            cases.tag_case(turn, command)
        case c.SettleCase():
            outcomes.settle_case(turn, command)
        case c.PullCase():
            assignment.pull_case(turn, command)
        case c.AssignCase():
            assignment.assign_case(turn, command)
        case c.TakeBack():
            assignment.take_back(turn, command)
        case c.MergeCases():
            cases.merge_cases(turn, command)
        case c.ConfigureAgent():
            presence.configure_agent(turn, command)
        case c.ConfigureQueue():
            configuration.configure_queue(turn, command)
        case c.SwitchQueue():
            configuration.switch_queue(turn, command)
        case c.ConfigurePolicy():
            configuration.configure_policy(turn, command)
        case c.RegisterClient():
            configuration.register_client(turn, command)
        case c.ConnectAgent():
            presence.connect_agent(turn, command)
        case c.DisconnectAgent():
            presence.disconnect_agent(turn, command)
        case c.MoveAppointment() | c.LeaveQueue() | c.StartCase() | c.ScheduleQueue():
            raise c.Refused(c.Refusal.FORBIDDEN)
        case _:
            assert_never(command)
