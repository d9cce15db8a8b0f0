"""A client who calls: greeted, queued with music and the wait announced, or turned away kindly."""

from store.schema import calls as facts
from store.schema.calls import CallCause, CallKind, NoticeBy
from store.schema.commands import SYSTEM, OpenCase, TakeBack
from store.schema.ids import QueueId
from store.schema.terms import Channel
from telephony.core import recording
from telephony.core.effects import AnswerLeg, Cue, Sound
from telephony.core.ending import client_actor, finish, stop_talking
from telephony.core.inputs import ClientArrived, WaitEstimated
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
    turn.ask(client_actor(arrival.party), _opening(turn, arrival))


def greet(turn: Turn) -> None:
    """Say who we are, that the call is recorded and how to refuse it."""
    turn.move(Step.GREET)
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
