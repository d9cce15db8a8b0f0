"""The client's consent, and what is kept."""

import pytest
from msgspec.structs import replace

from store.schema import calls as c
from store.schema.calls import CallRefusal, NoticeBy, TransferMode
from telephony.core import inputs
from telephony.core.effects import AnyEffect, Report, Side, StopRecording, UntapLeg
from telephony.core.rules import CallRules, RecordingRules
from tests.telephony.stage import CALL, CALLER, LATER, LEA, PARTY, RECORDED, TOM, Stage

RED_BUTTON = c.RefuseRecording(ref="r", call=CALL)
PAUSE = c.PauseRecording(ref="r", call=CALL)
RESUME = c.ResumeRecording(ref="r", call=CALL)
READ = CallRules(recording=RecordingRules(is_on=True, notice_by=NoticeBy.AGENT))


def test_both_sides_are_kept_from_the_connection_on() -> None:
    stage = Stage(RECORDED)
    stage.arrive()
    assert stage.recorder == "idle"
    stage.give(LEA)
    stage.answer(LEA)
    assert stage.taps == {CALLER: Side.CLIENT, stage.leg(LEA): Side.AGENT}
    kinds = [type(fact) for fact in stage.facts]
    assert kinds.index(c.NoticeGiven) < kinds.index(c.RecordingStarted)
    stage.end(CALLER)
    assert (stage.recorder, stage.taps) == ("closed", {})
    assert not stage.fact(c.RecordingStopped).is_deleted


def test_nothing_is_kept_where_the_site_does_not_record() -> None:
    stage = Stage()
    stage.talk()
    stage.refuses(CallRefusal.NO_RECORDING, LEA, PAUSE)
    stage.refuses(CallRefusal.NO_RECORDING, LEA, RED_BUTTON)
    stage.refuses(CallRefusal.NOT_NOW, LEA, c.ConfirmNotice(ref="r", call=CALL))
    stage.end(CALLER)
    assert stage.recorder == "idle"


@pytest.mark.parametrize("deletes", [True, False])
def test_the_red_button_stops_before_anything_else(
    deletes: bool,  # noqa: FBT001 - of parametrize
) -> None:
    rules = replace(RECORDED, recording=RecordingRules(is_on=True, deletes_on_refusal=deletes))
    stage = Stage(rules)
    stage.talk()
    stage.ask(LEA, RED_BUTTON)
    media: list[AnyEffect] = [x for x in stage.last if not isinstance(x, Report)]
    assert media == [
        UntapLeg(leg=CALLER),
        UntapLeg(leg=stage.leg(LEA)),
        StopRecording(deletes=deletes),
    ]
    assert stage.last[: len(media)] == media
    assert stage.fact(c.RecordingStopped).is_deleted is deletes
    assert stage.count(c.RecordingRefused) == 1
    stage.ask(LEA, RED_BUTTON)
    assert stage.last == []
    stage.refuses(CallRefusal.NO_RECORDING, LEA, RESUME)
    stage.ask(LEA, c.HoldCall(ref="r", call=CALL))
    stage.ask(LEA, c.ResumeCall(ref="r", call=CALL))
    assert stage.taps == {}


def test_the_client_refuses_with_a_key_before_the_conversation() -> None:
    stage = Stage(RECORDED)
    stage.arrive()
    stage.tell(inputs.TonePressed(leg=CALLER, tone="9"))
    assert stage.fact(c.RecordingRefused).by_client
    stage.give(LEA)
    stage.answer(LEA)
    assert stage.recorder == "idle"
    assert stage.count(c.RecordingStopped) == 0


def test_a_refusal_during_the_notice_holds_after_it() -> None:
    stage = Stage(RECORDED)
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.tell(inputs.TonePressed(leg=CALLER, tone="9"))
    stage.hear()
    assert stage.count(c.NoticeGiven) == 0
    stage.give(LEA)
    stage.answer(LEA)
    assert stage.recorder == "idle"


def test_a_key_while_talking_is_for_the_other_side() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.tell(inputs.TonePressed(leg=CALLER, tone="9"))
    assert stage.recorder == "running"


def test_a_notice_whose_end_was_never_heard_records_nothing() -> None:
    stage = Stage(RECORDED)
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.wait(60_000)
    stage.give(LEA)
    stage.answer(LEA)
    assert stage.recorder == "idle"


def test_where_the_agent_reads_the_notice_it_records_from_then_on() -> None:
    stage = Stage(READ)
    stage.talk()
    assert stage.recorder == "idle"
    stage.ask(LEA, c.ConfirmNotice(ref="r", call=CALL))
    assert stage.fact(c.NoticeGiven).given_by is NoticeBy.AGENT
    assert stage.recorder == "running"
    stage.refuses(CallRefusal.NOT_NOW, LEA, c.ConfirmNotice(ref="r", call=CALL))


def test_a_pause_keeps_nothing_until_it_is_over() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.ask(LEA, PAUSE)
    assert (stage.recorder, stage.taps) == ("paused", {})
    stage.refuses(CallRefusal.NO_RECORDING, LEA, PAUSE)
    stage.ask(LEA, RESUME)
    assert stage.recorder == "running"
    assert set(stage.taps) == {CALLER, stage.leg(LEA)}
    stage.ask(LEA, PAUSE)
    stage.ask(LEA, RED_BUTTON)
    assert stage.fact(c.RecordingStopped).is_deleted
    assert stage.recorder == "closed"


def test_a_call_that_ends_in_a_pause_closes_its_recording() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.ask(LEA, PAUSE)
    stage.end(CALLER)
    assert stage.recorder == "closed"


def test_what_agents_say_among_themselves_is_not_kept() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.ask(LEA, c.TransferCall(ref="r", call=CALL, mode=TransferMode.WARM, agent=TOM))
    stage.answer(TOM)
    assert stage.taps == {}
    stage.ask(LEA, c.JoinTransfer(ref="r", call=CALL))
    assert stage.taps == {
        CALLER: Side.CLIENT,
        stage.leg(LEA): Side.AGENT,
        stage.leg(TOM): Side.AGENT,
    }


def test_the_call_goes_on_without_a_recorder_that_fails() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.tell(inputs.RecorderFailed())
    stage.tell(inputs.RecorderFailed())
    assert stage.count(c.RecordingFailed) == 1
    assert stage.company(CALLER)
    assert stage.taps == {}
    stage.end(CALLER)
    assert stage.recorder == "closed"


def test_what_a_failed_recorder_had_kept_is_deleted_when_the_client_refuses() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.tell(inputs.RecorderFailed())
    stage.ask(LEA, RED_BUTTON)
    assert StopRecording(deletes=True) in stage.last
    assert stage.fact(c.RecordingStopped).is_deleted


def test_a_recorder_that_fails_before_it_began_is_not_begun() -> None:
    stage = Stage(RECORDED)
    stage.arrive()
    stage.tell(inputs.RecorderFailed())
    stage.give(LEA)
    stage.answer(LEA)
    assert (stage.recorder, stage.taps) == ("idle", {})
    assert stage.count(c.RecordingFailed) == 1


def test_only_who_is_in_the_call_presses_the_red_button() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.refuses(CallRefusal.NOT_IN_CALL, TOM, RED_BUTTON)
    assert stage.recorder == "running"
