"""Connections break, come back, are replaced; nodes drain."""

from store.schema import calls as c
from store.schema import commands as r
from store.schema.calls import CallCause, LegCause
from store.schema.ids import LegId
from store.schema.terms import CloseCause
from telephony.core import inputs
from telephony.core.effects import Cue, HangUpLeg
from telephony.core.transitions import Phase
from tests.telephony.stage import CALL, CALLER, LEA, PARTY, RECORDED, TOM, Stage

NEWER = LegId("leg_newer")


def test_a_broken_agents_leg_leaves_the_client_with_music_until_it_is_replaced() -> None:
    stage = Stage(RECORDED)
    stage.talk()
    stage.ask(LEA, c.MuteLeg(ref="r", call=CALL, is_muted=True))
    old = stage.leg(LEA)
    stage.tell(inputs.LegBroke(leg=old))
    assert stage.fact(c.LegLost) == c.LegLost(leg=old, until_ms=10_000)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert stage.taps == {}
    stage.wait(2_000)
    stage.tell(inputs.LegCameBack(leg=old, by_leg=NEWER))
    assert stage.company(CALLER) == {NEWER}
    assert stage.hung_up[old] == 1
    assert stage.voice(NEWER) == "nobody", "who was muted stays so"
    assert set(stage.taps) == {CALLER, NEWER}
    assert stage.fact(c.LegReplaced) == c.LegReplaced(leg=old, by_leg=NEWER)
    assert stage.count(c.LegLeft) == 0
    stage.tell(inputs.LegCameBack(leg=old, by_leg=NEWER))
    assert stage.last == []


def test_a_connection_that_works_again_by_itself_goes_on() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegBroke(leg=stage.leg(LEA)))
    stage.tell(inputs.LegMended(leg=stage.leg(LEA)))
    assert stage.company(CALLER) == {stage.leg(LEA)}
    stage.wait(10_000)
    assert stage.company(CALLER) == {stage.leg(LEA)}


def test_a_new_connection_replaces_a_leg_that_nobody_knew_was_broken() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegCameBack(leg=CALLER, by_leg=NEWER))
    assert stage.company(NEWER) == {stage.leg(LEA)}


def test_a_connection_that_comes_too_late_is_ended() -> None:
    stage = Stage()
    stage.talk()
    old = stage.leg(LEA)
    stage.tell(inputs.LegBroke(leg=old))
    stage.wait(10_000)
    stage.tell(inputs.LegCameBack(leg=old, by_leg=NEWER))
    assert stage.last == [HangUpLeg(leg=NEWER, cause=LegCause.REPLACED)]
    assert stage.cues(CALLER) == [Cue.MUSIC]


def test_an_agent_who_does_not_come_back_costs_the_client_no_place() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegBroke(leg=stage.leg(LEA)))
    stage.wait(10_000)
    assert stage.has_asked(r.TakeBack)
    assert stage.call.state.phase is Phase.QUEUED
    stage.give(TOM)
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}


def test_an_agents_leg_that_fails_does_the_same_at_once() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, number="+33123456789"))
    stage.end(stage.leg(LEA), LegCause.FAILED)
    assert stage.has_asked(r.TakeBack)
    assert stage.cues(CALLER) == [Cue.MUSIC]


def test_an_agent_lost_with_a_case_that_is_closed_ends_the_call() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    stage.end(stage.leg(LEA), LegCause.FAILED)
    assert stage.fact(c.CallEnded).cause is CallCause.CASE_CLOSED


def test_a_case_found_closed_when_it_is_to_be_taken_back_ends_the_call() -> None:
    stage = Stage()
    stage.talk()
    stage.end(stage.leg(LEA), LegCause.FAILED)
    stage.reply(r.TakeBack, r.Refusal.CASE_CLOSED)
    assert stage.fact(c.CallEnded).cause is CallCause.CASE_CLOSED


def test_a_case_that_is_queued_already_need_not_be_taken_back() -> None:
    stage = Stage()
    stage.talk()
    stage.end(stage.leg(LEA), LegCause.FAILED)
    stage.reply(r.TakeBack, r.Refusal.NOT_HOLDER)
    assert stage.call.state.phase is Phase.QUEUED
    stage.reply(r.StartCase)
    assert stage.last == []


def test_a_client_called_by_us_whose_agent_is_lost_waits_like_any_other() -> None:
    stage = Stage()
    stage.tell(inputs.NumberDialled(agent=LEA, party=PARTY))
    stage.answer(LEA)
    stage.tell(inputs.LegAnswered(leg=stage.client_leg))
    stage.end(stage.leg(LEA), LegCause.FAILED)
    assert stage.has_asked(r.TakeBack)
    stage.wait(600_000)
    assert stage.cues(stage.client_leg) == [Cue.MUSIC]
    stage.give(TOM)
    stage.answer(TOM)
    assert stage.company(stage.client_leg) == {stage.leg(TOM)}


def test_a_client_called_by_us_is_told_when_nobody_is_there_and_offered_nothing() -> None:
    stage = Stage()
    stage.tell(inputs.NumberDialled(agent=LEA, party=PARTY))
    stage.answer(LEA)
    stage.tell(inputs.LegAnswered(leg=stage.client_leg))
    stage.end(stage.leg(LEA), LegCause.FAILED)
    stage.tell(inputs.CaseHeld(appointment_ms=90_000_000))
    assert stage.cues(stage.client_leg) == [Cue.CLOSED]
    stage.tell(inputs.TonePressed(leg=stage.client_leg, tone="1"))
    assert not stage.has_asked(r.OpenCase)
    stage.hear()
    assert stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS


def test_a_client_who_does_not_come_back_ends_the_call() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegBroke(leg=CALLER))
    assert stage.cues(stage.leg(LEA)) == [Cue.STANDING_BY]
    stage.wait(10_000)
    assert stage.count(c.LegLeft) == 2
    assert stage.fact(c.CallEnded).cause is CallCause.CLIENT_LEFT
    assert stage.hung_up[CALLER] == 1


def test_a_node_that_drains_finishes_its_calls_up_to_a_limit() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.NodeDraining())
    stage.wait(300_000)
    stage.tell(inputs.NodeDraining())
    assert stage.company(CALLER)
    stage.wait(300_000)
    assert stage.fact(c.CallEnded).cause is CallCause.NODE_DRAINED


def test_a_client_whose_node_is_drained_keeps_the_case_to_be_called_back() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.NodeDraining())
    stage.wait(600_000)
    assert not stage.has_asked(r.LeaveQueue)
    assert stage.call.is_over


def test_an_appointment_not_begun_leaves_a_draining_node_at_once() -> None:
    stage = Stage()
    stage.tell(inputs.AppointmentDue(party=PARTY))
    stage.tell(inputs.NodeDraining())
    assert stage.call.is_over
    stage.tell(inputs.NodeDraining())
    assert stage.last == []
