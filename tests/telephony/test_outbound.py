"""An agent dials, and a client is called back for an appointment."""

import pytest

from store.schema import calls as c
from store.schema import commands as r
from store.schema.calls import CallCause, LegCause, LegRole
from store.schema.terms import CloseCause, Presence
from telephony.core import inputs
from telephony.core.effects import Cue
from telephony.core.transitions import Phase
from tests.telephony.stage import CALL, CLAIMS, LEA, PARTY, RECORDED, TOM, Stage

HANG_UP = c.HangUp(ref="r", call=CALL)


def dialled(stage: Stage) -> Stage:
    stage.tell(inputs.NumberDialled(agent=LEA, party=PARTY))
    return stage


def test_a_manual_call_sets_the_presence_then_the_agents_leg_then_the_number() -> None:
    stage = dialled(Stage())
    actor, command = stage.asked[0]
    assert (actor.id, command) == (
        LEA,
        r.SetPresence(ref="call_1-2", presence=Presence.MANUAL_CALL),
    )
    assert [start.role for start in stage.started] == [LegRole.AGENT]
    stage.answer(LEA)
    client = stage.started[-1]
    assert (client.role, client.number) == (LegRole.CLIENT, "+33612345678")
    assert stage.cues(stage.leg(LEA)) == [Cue.CALLING]
    stage.tell(inputs.LegRang(leg=client.leg))
    assert stage.cues(stage.leg(LEA)) == [Cue.RINGBACK]
    stage.tell(inputs.LegAnswered(leg=client.leg))
    assert stage.company(client.leg) == {stage.leg(LEA)}
    assert stage.fact(c.CallConnected).agent == LEA


def test_early_media_is_heard_before_the_answer() -> None:
    stage = dialled(Stage(RECORDED))
    stage.answer(LEA)
    client = stage.client_leg
    stage.tell(inputs.LegProgressed(leg=client))
    stage.tell(inputs.LegRang(leg=client))
    assert stage.company(stage.leg(LEA)) == {client}
    assert stage.recorder == "idle", "nothing is recorded before the answer"
    stage.ask(LEA, c.SendTones(ref="r", call=CALL, tones="42#"))
    assert stage.tones == ["42#"]
    stage.tell(inputs.LegAnswered(leg=client))
    assert stage.cues(client) == [Cue.RECORDING_NOTICE]
    assert stage.cues(stage.leg(LEA)) == [Cue.STANDING_BY]
    stage.hear()
    assert stage.company(client) == {stage.leg(LEA)}
    assert stage.recorder == "running"


@pytest.mark.parametrize("cause", [LegCause.BUSY, LegCause.REFUSED, LegCause.UNREACHABLE])
def test_a_number_that_is_not_reached_ends_the_call_and_says_why(cause: LegCause) -> None:
    stage = dialled(Stage())
    stage.answer(LEA)
    stage.end(stage.client_leg, cause)
    assert stage.fact(c.CallEnded) == c.CallEnded(cause=CallCause.CLIENT_NOT_REACHED)
    left = [fact for fact in stage.facts if isinstance(fact, c.LegLeft)]
    assert (left[0].role, left[0].cause) == (LegRole.CLIENT, cause)
    assert stage.call.state.phase is Phase.WRAP_UP


def test_a_number_that_nobody_answers_is_cancelled_in_time() -> None:
    stage = dialled(Stage())
    stage.answer(LEA)
    client = stage.client_leg
    stage.tell(inputs.LegRang(leg=client))
    stage.wait(44_999)
    assert stage.hung_up[client] == 0
    stage.wait(1)
    assert stage.hung_up[client] == 1
    assert stage.fact(c.CallEnded).cause is CallCause.CLIENT_NOT_REACHED


def test_an_answer_that_crosses_the_cancel_changes_nothing() -> None:
    stage = dialled(Stage(ends_legs=False))
    stage.answer(LEA)
    client = stage.client_leg
    stage.ask(LEA, HANG_UP)
    assert stage.hung_up[client] == 1
    assert stage.tell(inputs.LegAnswered(leg=client)) == []
    assert not stage.call.is_over
    stage.end(client)
    stage.end(stage.leg(LEA))
    assert stage.call.is_over
    assert stage.count(c.CallConnected) == 0


def test_legs_that_never_end_are_given_up() -> None:
    stage = dialled(Stage(ends_legs=False))
    stage.answer(LEA)
    stage.ask(LEA, HANG_UP)
    stage.wait(32_000)
    assert stage.call.is_over


def test_an_agent_who_cancels_before_being_connected_calls_nobody() -> None:
    stage = dialled(Stage())
    stage.ask(LEA, HANG_UP)
    assert stage.starts(LegRole.CLIENT) == []
    assert stage.fact(c.CallEnded).cause is CallCause.AGENT_LEFT


def test_an_agent_whose_own_leg_fails_calls_nobody() -> None:
    stage = dialled(Stage())
    stage.end(stage.leg(LEA), LegCause.FAILED)
    assert stage.starts(LegRole.CLIENT) == []
    assert stage.fact(c.CallEnded).cause is CallCause.AGENT_NOT_REACHED
    assert stage.call.is_over


def test_a_case_queued_meanwhile_does_not_stop_who_dials() -> None:
    stage = dialled(Stage())
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.answer(LEA)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.tell(inputs.LegAnswered(leg=stage.client_leg))
    assert stage.company(stage.client_leg) == {stage.leg(LEA)}


def test_an_agent_who_leaves_during_the_notice_ends_the_call() -> None:
    stage = dialled(Stage(RECORDED))
    stage.answer(LEA)
    stage.tell(inputs.LegAnswered(leg=stage.client_leg))
    stage.ask(LEA, HANG_UP)
    assert stage.fact(c.CallEnded).cause is CallCause.AGENT_LEFT


# Appointments.


def due(stage: Stage) -> Stage:
    stage.tell(inputs.AppointmentDue(party=PARTY))
    return stage


def test_the_client_is_not_called_before_an_agent_has_accepted_and_is_there() -> None:
    stage = due(Stage())
    stage.wait(120_000)
    assert stage.started == []
    stage.give(LEA)
    assert [start.role for start in stage.started] == [LegRole.AGENT]
    stage.answer(LEA)
    assert stage.starts(LegRole.CLIENT)[0].number == PARTY.number
    assert stage.has_asked(r.StartCase), "begun, so that the router does not take it back"
    stage.tell(inputs.LegAnswered(leg=stage.client_leg))
    assert stage.company(stage.client_leg) == {stage.leg(LEA)}


def test_an_agent_given_an_appointment_by_hand_must_answer_first() -> None:
    stage = due(Stage())
    stage.give(LEA, has_accepted=False)
    assert stage.started[-1].rings
    stage.end(stage.leg(LEA), LegCause.REFUSED)
    assert stage.starts(LegRole.CLIENT) == []
    assert stage.has_asked(r.TakeBack)
    assert stage.call.state.phase is Phase.OFFERED
    stage.give(TOM)
    stage.answer(TOM)
    assert len(stage.starts(LegRole.CLIENT)) == 1


def test_an_agent_who_is_gone_before_the_client_is_called_is_replaced() -> None:
    stage = due(Stage())
    stage.give(LEA)
    stage.ask(LEA, HANG_UP)
    assert stage.call.state.phase is Phase.OFFERED
    stage.give(TOM)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert stage.hung_up[stage.leg(TOM)] == 1
    assert stage.call.state.phase is Phase.OFFERED


def test_a_client_who_does_not_answer_leaves_the_case_with_the_agent() -> None:
    stage = due(Stage())
    stage.give(LEA)
    stage.answer(LEA)
    stage.wait(45_000)
    assert stage.fact(c.CallEnded).cause is CallCause.CLIENT_NOT_REACHED
    assert stage.call.state.phase is Phase.WRAP_UP
    assert not stage.has_asked(r.LeaveQueue)


def test_an_appointment_cancelled_before_anybody_accepted_calls_nobody() -> None:
    stage = due(Stage())
    stage.tell(inputs.CaseClosed(cause=CloseCause.CANCELLED))
    assert stage.call.is_over
    assert stage.started == []
