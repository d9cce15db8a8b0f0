"""Cases that are to come: booked, moved, due."""

from router.core.assignment import enter_queue
from router.core.reservations import end_earmark
from router.core.state import Case
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal, Refused
from store.schema.ids import QueueId
from store.schema.terms import Channel, QueueCause

# Nobody knows who will work here later than that.
AHEAD_MS_MAX = 366 * 86_400_000


def check_time(turn: Turn, channel: Channel, due_at_ms: int) -> None:
    """Refuse what is not an appointment, or one that is past or too far away."""
    if channel is not Channel.APPOINTMENT:
        raise Refused(Refusal.NOT_AN_APPOINTMENT)
    if not turn.now_ms < due_at_ms <= turn.now_ms + AHEAD_MS_MAX:
        raise Refused(Refusal.APPOINTMENT_TIME)


def schedule(turn: Turn, case: Case, queue: QueueId, due_at_ms: int) -> None:
    """Note when a case just opened is to be."""
    turn.record(e.CaseScheduled(**turn.of(case), queue=queue, due_at_ms=due_at_ms))


def move_appointment(turn: Turn, command: c.MoveAppointment) -> None:
    """Have an appointment at another time. Who was kept free for it need not be any more."""
    case = turn.open_case(command.case)
    if not case.is_to_come:
        raise Refused(Refusal.NOT_AN_APPOINTMENT)
    check_time(turn, case.channel, command.due_at_ms)
    if command.due_at_ms != case.due_at_ms:
        end_earmark(turn, case)
        schedule(turn, case, case.queue, command.due_at_ms)


def fall_due(turn: Turn, case: Case) -> None:
    """Let an appointment into its queue; who is kept free for it stays so until it is given."""
    enter_queue(turn, case, case.queue, QueueCause.DUE)
