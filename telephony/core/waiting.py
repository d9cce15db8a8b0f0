"""A client who calls: greeted, queued with music and the wait announced, or turned away kindly."""

from store.schema import calls as facts
from store.schema.calls import CallCause, CallKind, NoticeBy
from store.schema.commands import SYSTEM, Actor, OpenCase, TakeBack
from store.schema.ids import QueueId
from store.schema.terms import Channel, Role
from telephony.core import recording
from telephony.core.effects import AnswerLeg, Cue, Sound
from telephony.core.ending import finish, leave_queue, stop_talking
from telephony.core.inputs import CaseHeld, ClientArrived, Party, WaitEstimated
from telephony.core.state import Estimate, Leg, Transfer
from telephony.core.transitions import Due, LegState, Phase, Step
from telephony.core.turn import Turn

# A prompt that the client must have heard to its end; what else they hear may be cut short.
_TELLING = frozenset({Cue.RECORDING_NOTICE})


def arrive(turn: Turn, arrival: ClientArrived) -> None:
    """Answer a client, and let the router look for somebody while the greeting is heard."""
    state = turn.state
    state.kind = CallKind.INBOUND
    state.party = arrival.party
    state.appointment_case = arrival.appointment_case
    leg = Leg(
        leg=arrival.leg,
        role=facts.LegRole.CLIENT,
        state=LegState.ARRIVING,
        number=arrival.party.number,
    )
    state.legs[leg.leg] = leg
    recording.begin(turn)
    turn.move(Step.CLIENT_ARRIVES)
    turn.report(facts.CallStarted(kind=CallKind.INBOUND, number=arrival.party.number))
    turn.effects.append(AnswerLeg(leg=leg.leg))
    turn.set_deadline(Due.LEG, turn.rules.connect_ms, leg.leg)
    state.opening = turn.next_ref()
    turn.ask(_client(arrival.party), _opening(turn, arrival))


def greet(turn: Turn) -> None:
    """Say who we are, that the call is recorded and how to refuse it."""
    turn.move(Step.GREET)
    if turn.state.is_outside_hours:
        turn_away(turn, CaseHeld(appointment_ms=turn.state.appointment_ms))
        return
    notice = (Cue.RECORDING_NOTICE,) if recording.needs_prompt(turn) else ()
    play(turn, *(Sound(cue=cue) for cue in (Cue.GREETING, *notice)))


def play(turn: Turn, *sounds: Sound) -> None:
    """Let the client hear something once."""
    turn.state.prompt = sounds
    turn.set_deadline(Due.PROMPT, turn.rules.prompt_ms)


def end_prompt(turn: Turn, *, was_heard: bool) -> tuple[Cue, ...]:
    """Note that a prompt is over; return what it was. Only what was heard has been told."""
    heard = tuple(sound.cue for sound in turn.state.prompt)
    turn.state.prompt = ()
    turn.clear_deadline(Due.PROMPT)
    if was_heard and not _TELLING.isdisjoint(heard):
        recording.give_notice(turn, NoticeBy.PROMPT)
    return heard


def wait_in_queue(turn: Turn) -> None:
    """Let the client wait for whoever comes."""
    state = turn.state
    if state.phase is not Phase.GREETING:
        # What was known of the wait was of another queue, or of another time.
        state.estimate = Estimate()
    turn.move(Step.WAIT)
    stop_talking(turn)
    state.agent = None
    state.is_held_by_agent = False
    if state.transfer is not None and state.transfer.queue is not None:
        turn.set_deadline(Due.TRANSFER, turn.rules.transfer_ms)
    if turn.rules.overflow_ms and state.kind is CallKind.INBOUND:
        turn.set_deadline(Due.OVERFLOW, turn.rules.overflow_ms)
    announce(turn)
    if not state.is_case_open:
        # Nobody would ever come.
        finish(turn, CallCause.CASE_CLOSED)


def requeue(turn: Turn) -> None:
    """Take the case from an agent who is not there, so that the router finds another one."""
    state = turn.state
    if state.is_held_by_agent:
        ref = turn.next_ref()
        state.requeues.append(ref)
        turn.ask(SYSTEM, TakeBack(ref=ref, case=state.case))
    if state.client is None:
        turn.move(Step.SEEK_AGENT)
        state.agent = None
        state.is_held_by_agent = False
    else:
        wait_in_queue(turn)


def expect_queue(turn: Turn, ref: str, queue: QueueId, transfer: Transfer) -> None:
    """Note that our own command puts the case into a queue."""
    turn.state.requeues.append(ref)
    turn.state.handing_on = ref
    transfer.queue = queue


def estimate(turn: Turn, told: WaitEstimated) -> None:
    """Keep how long it may take, and say it the first time that it is known."""
    state = turn.state
    state.estimate = Estimate(place=told.place, wait_ms=told.wait_ms)
    state.appointment_ms = told.appointment_ms
    if (Due.ANNOUNCE, "") not in state.deadlines:
        announce(turn)


def announce(turn: Turn) -> None:
    """Tell the client place and wait, if they are known and nothing else is being said."""
    state = turn.state
    if state.phase is not Phase.QUEUED or state.estimate.place == 0:
        return
    turn.set_deadline(Due.ANNOUNCE, turn.rules.announce_ms)
    if not state.prompt:
        told = state.estimate
        play(turn, Sound(cue=Cue.WAIT, place=told.place, wait_ms=told.wait_ms))


def overflow(turn: Turn) -> None:
    """Offer an appointment to a client who has waited long; they go on waiting meanwhile."""
    state = turn.state
    if state.phase is Phase.QUEUED and state.appointment_ms is not None:
        state.is_appointment_offered = True
        play(turn, Sound(cue=Cue.APPOINTMENT_OFFER, at_ms=state.appointment_ms))


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
    if held.appointment_ms is not None:
        state.is_appointment_offered = True
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
    state = turn.state
    if tone == turn.rules.recording.opt_out_tone and not _has_no_say(turn):
        recording.refuse(turn, by_client=True)
    elif tone == turn.rules.accept_tone and state.is_appointment_offered:
        _take_appointment(turn)


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
    """Book the slot that was offered, then leave the queue: never the other way round."""
    state = turn.state
    if (
        state.phase not in {Phase.QUEUED, Phase.CLOSING}
        or state.appointment_ms is None
        or state.appointment_case is None
        or state.party is None
    ):
        return
    state.is_appointment_offered = False
    state.is_appointment_taken = True
    turn.ask(
        _client(state.party),
        OpenCase(
            ref=turn.next_ref(),
            case=state.appointment_case,
            channel=Channel.APPOINTMENT,
            subject=state.subject,
            language=state.party.language,
            client=state.party.client,
            client_name=state.party.name,
            due_at_ms=state.appointment_ms,
        ),
    )
    leave_queue(turn)
    # It waits no more: a second LeaveQueue would be one too many.
    state.is_case_open = False
    turn.move(Step.TURN_AWAY)
    for due in (Due.ANNOUNCE, Due.OVERFLOW, Due.ANSWER, Due.TRANSFER):
        turn.clear_deadline(due)
    play(turn, Sound(cue=Cue.APPOINTMENT_TAKEN, at_ms=state.appointment_ms))


def _client(party: Party) -> Actor:
    return Actor(role=Role.CLIENT, id=party.client, name=party.name)


def _opening(turn: Turn, arrival: ClientArrived) -> OpenCase:
    turn.state.subject = arrival.subject
    return OpenCase(
        ref=turn.state.opening,
        case=turn.state.case,
        channel=Channel.CALL,
        subject=arrival.subject,
        language=arrival.party.language,
        client=arrival.party.client,
        client_name=arrival.party.name,
    )
