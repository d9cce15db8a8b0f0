"""The client's consent: told, paused, refused. `Turn.settle` starts and stops what follows."""

from store.schema import calls as facts
from store.schema.calls import CallRefusal, CallRefused, NoticeBy
from telephony.core.transitions import CONSENTS, OPEN_RECORDER, Consent, ConsentStep, Recorder
from telephony.core.turn import Turn


def begin(turn: Turn) -> None:
    """Note at the start whether this call is to be recorded at all."""
    if turn.rules.recording.is_on:
        turn.state.consent = Consent.UNTOLD


def needs_prompt(turn: Turn) -> bool:
    """Whether the client has yet to hear the notice from us."""
    by_prompt = turn.rules.recording.notice_by is NoticeBy.PROMPT
    return by_prompt and turn.state.consent is Consent.UNTOLD


def give_notice(turn: Turn, given_by: NoticeBy) -> None:
    """Note that the client knows. Said again, or after a refusal, it changes nothing."""
    if turn.state.consent is Consent.UNTOLD:
        _step(turn, ConsentStep.TELL)
        turn.report(facts.NoticeGiven(given_by=given_by))


def confirm_notice(turn: Turn) -> None:
    """Note that an agent has read the notice."""
    if turn.state.consent is not Consent.UNTOLD:
        raise CallRefused(CallRefusal.NOT_NOW)
    give_notice(turn, NoticeBy.AGENT)


def refuse(turn: Turn, *, by_client: bool = False) -> None:
    """Record nothing of this call any more."""
    if turn.state.consent is Consent.REFUSED:
        # A red button pressed twice is not an error.
        return
    _step(turn, ConsentStep.REFUSE)
    was_open = turn.state.recorder in OPEN_RECORDER
    turn.state.is_deletion_wanted = was_open and turn.rules.recording.deletes_on_refusal
    turn.report(facts.RecordingRefused(by_client=by_client))


def pause(turn: Turn) -> None:
    """Keep nothing for now."""
    _step(turn, ConsentStep.PAUSE)


def resume(turn: Turn) -> None:
    """Keep what is said again."""
    _step(turn, ConsentStep.RESUME)


def fail(turn: Turn) -> None:
    """Go on without a recorder that cannot."""
    # What was kept before it failed is there still, to be heard or to be deleted.
    following = _FAILURES.get(turn.state.recorder)
    if following is not None:
        turn.state.recorder = following
        turn.report(facts.RecordingFailed())


_FAILURES = {
    Recorder.IDLE: Recorder.CLOSED,
    Recorder.RUNNING: Recorder.FAILED,
    Recorder.PAUSED: Recorder.FAILED,
}


def _step(turn: Turn, step: ConsentStep) -> None:
    following = CONSENTS.get((turn.state.consent, step))
    if following is None:
        raise CallRefused(CallRefusal.NO_RECORDING)
    turn.state.consent = following
