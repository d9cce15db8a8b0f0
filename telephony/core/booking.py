"""Nobody is there for a client who calls, or not soon: an appointment is offered instead."""

from store.schema.calls import CallCause
from store.schema.commands import LeaveQueue, OpenCase, Refusal
from store.schema.terms import Channel
from telephony.core import recording
from telephony.core.effects import Cue, Sound
from telephony.core.ending import client_actor, finish, leave_queue
from telephony.core.inputs import CaseHeld
from telephony.core.transitions import OVER, Due, Phase, Step
from telephony.core.turn import Turn
from telephony.core.waiting import play


def overflow(turn: Turn) -> None:
    """Offer an appointment to a client who has waited long; they go on waiting meanwhile."""
    state = turn.state
    if state.phase is Phase.QUEUED and state.appointment_ms is not None:
        state.offered_ms = state.appointment_ms
        play(turn, Sound(cue=Cue.APPOINTMENT_OFFER, at_ms=state.offered_ms))


def turn_away(turn: Turn, held: CaseHeld) -> None:
    """Say that nobody is there now, and offer an appointment if there is one to be had."""
    state = turn.state
    state.appointment_ms = held.appointment_ms
    if state.phase is Phase.ARRIVING:
        # Nobody hears anything yet: it is said instead of the greeting.
        state.is_outside_hours = True
    if state.phase not in {Phase.GREETING, Phase.QUEUED}:
        return
    turn.move(Step.TURN_AWAY)
    for due in (Due.ANNOUNCE, Due.OVERFLOW, Due.TRANSFER):
        turn.clear_deadline(due)
    sounds = [Sound(cue=Cue.CLOSED)]
    if held.appointment_ms is not None and state.appointment_case is not None:
        # Whoever called us. A client whom we called has a case that an agent will come back to.
        state.offered_ms = held.appointment_ms
        sounds.append(Sound(cue=Cue.APPOINTMENT_OFFER, at_ms=held.appointment_ms))
    play(turn, *sounds)


def end_closing(turn: Turn, heard: tuple[Cue, ...]) -> None:
    """Go on after a message of CLOSING: wait for a key, or say good-bye."""
    if Cue.APPOINTMENT_OFFER in heard:
        turn.set_deadline(Due.ANSWER, turn.rules.appointment_ms)
    elif turn.state.is_appointment_taken:
        finish(turn, CallCause.APPOINTMENT_TAKEN)
    else:
        miss_appointment(turn)


def miss_appointment(turn: Turn) -> None:
    """End the call of a client who was offered nothing, or did not want it."""
    leave_queue(turn)
    finish(turn, CallCause.OUTSIDE_HOURS)


def press(turn: Turn, tone: str) -> None:
    """Do what a client's key means while they wait; later it is for the other side to hear."""
    if tone == turn.rules.recording.opt_out_tone and not _has_no_say(turn):
        recording.refuse(turn, by_client=True)
    elif tone == turn.rules.accept_tone:
        _take_appointment(turn)


def hear_booking(turn: Turn, refusal: Refusal | None) -> None:
    """Leave the queue with an appointment, never before it is certain."""
    state = turn.state
    if refusal is not None:
        # The slot is gone. Who waits goes on waiting; after a message the call ends by itself.
        return
    if state.phase in {Phase.QUEUED, Phase.CLOSING}:
        leave_queue(turn)
        # It waits no more: a second LeaveQueue would be one too many.
        state.is_case_open = False
        state.is_appointment_taken = True
        turn.move(Step.TURN_AWAY)
        for due in (Due.ANNOUNCE, Due.OVERFLOW, Due.ANSWER, Due.TRANSFER):
            turn.clear_deadline(due)
        play(turn, Sound(cue=Cue.APPOINTMENT_TAKEN, at_ms=state.booking_ms))
    elif state.phase not in OVER:
        assert state.appointment_case is not None, "it has just been booked"
        assert state.party is not None
        # Somebody came first: they need no appointment any more.
        cancel = LeaveQueue(ref=turn.next_ref(), case=state.appointment_case)
        turn.ask(client_actor(state.party), cancel)


def _has_no_say(turn: Turn) -> bool:
    state = turn.state
    return not turn.rules.recording.is_on or state.phase not in {
        Phase.GREETING,
        Phase.QUEUED,
        Phase.REACHING_AGENT,
        Phase.NOTIFYING,
        Phase.HELD,
        Phase.CONSULTING,
    }


def _take_appointment(turn: Turn) -> None:
    """Ask for the slot that was offered; it is theirs when the router says so."""
    state = turn.state
    if state.phase not in {Phase.QUEUED, Phase.CLOSING} or state.offered_ms is None:
        return
    assert state.appointment_case is not None, "who calls is offered appointments"
    assert state.party is not None
    state.booking = turn.next_ref()
    state.booking_ms = state.offered_ms
    state.offered_ms = None
    turn.ask(
        client_actor(state.party),
        OpenCase(
            ref=state.booking,
            case=state.appointment_case,
            channel=Channel.APPOINTMENT,
            subject=state.subject,
            language=state.party.language,
            client=state.party.client,
            client_name=state.party.name,
            due_at_ms=state.booking_ms,
        ),
    )
    if state.phase is Phase.CLOSING:
        turn.set_deadline(Due.ANSWER, turn.rules.appointment_ms)
