"""A client calls."""

from store.schema import calls as c
from store.schema import commands as r
from store.schema.calls import CallCause, LegCause, LegRole
from store.schema.commands import Refusal
from store.schema.ids import LegId
from store.schema.terms import Channel, CloseCause
from telephony.core import inputs
from telephony.core.effects import AnswerLeg, Ask, Cue
from telephony.core.rules import CallRules
from telephony.core.transitions import Phase
from tests.telephony.stage import (
    CALLER,
    CLAIMS,
    LATER,
    LEA,
    PARTY,
    RECORDED,
    SLOT_MS,
    TOM,
    Stage,
)


def test_a_client_is_answered_greeted_queued_and_connected() -> None:
    stage = Stage(RECORDED)
    effects = stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    assert AnswerLeg(leg=CALLER) in effects
    opened = stage.command(r.OpenCase)
    assert (opened.channel, opened.client) == (Channel.CALL, PARTY.client)
    stage.tell(inputs.LegAnswered(leg=CALLER))
    assert stage.cues(CALLER) == [Cue.GREETING, Cue.RECORDING_NOTICE]
    stage.hear()
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.give(LEA)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert not stage.started[-1].rings, "the agent has accepted already"
    stage.wait(1_200)
    stage.answer(LEA)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert stage.fact(c.CallConnected) == c.CallConnected(agent=LEA, waited_ms=1_200)
    assert stage.has_asked(r.StartCase)


def test_the_wait_is_announced_once_known_and_then_at_intervals() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.WaitEstimated(place=3, wait_ms=120_000))
    assert stage.playing[CALLER].sounds[0].wait_ms == 120_000
    stage.hear()
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.tell(inputs.WaitEstimated(place=2, wait_ms=60_000))
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.wait(60_000)
    assert (stage.cues(CALLER), stage.playing[CALLER].sounds[0].place) == ([Cue.WAIT], 2)


def test_an_agent_who_comes_during_the_greeting_waits_for_its_end() -> None:
    stage = Stage(RECORDED)
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.give(LEA)
    assert stage.started == []
    stage.hear()
    stage.answer(LEA)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert stage.count(c.NoticeGiven) == 1


def test_an_agent_taken_back_during_the_greeting_is_not_called() -> None:
    stage = Stage()
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.give(LEA)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.hear()
    assert stage.started == []
    assert stage.call.state.phase is Phase.QUEUED


def test_a_caller_who_hangs_up_while_waiting_is_taken_out() -> None:
    stage = Stage()
    stage.arrive()
    stage.end(CALLER)
    assert stage.command(r.LeaveQueue).case == "case_1"
    assert stage.fact(c.CallEnded).cause is CallCause.CLIENT_LEFT
    assert stage.call.is_over


def test_a_caller_who_hangs_up_during_the_greeting_or_before_the_answer_is_taken_out() -> None:
    for has_answered in (False, True):
        stage = Stage()
        stage.tell(
            inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
        )
        if has_answered:
            stage.tell(inputs.LegAnswered(leg=CALLER))
        stage.end(CALLER, LegCause.CANCELLED)
        assert stage.has_asked(r.LeaveQueue)
        assert stage.call.is_over


def test_a_caller_who_hangs_up_while_the_agent_is_reached_leaves_the_case_with_them() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.end(CALLER)
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert not stage.has_asked(r.LeaveQueue)
    assert stage.call.state.phase is Phase.WRAP_UP


def test_the_client_hangs_up_and_the_agent_wraps_up() -> None:
    stage = Stage()
    stage.talk()
    stage.wait(30_000)
    stage.end(CALLER)
    assert stage.fact(c.CallEnded) == c.CallEnded(cause=CallCause.CLIENT_LEFT, talked_ms=30_000)
    assert not stage.has_asked(r.LeaveQueue)
    stage.ask(LEA, c.FinishWrapUp(ref="r", call=stage.call.state.call))
    assert stage.fact(c.WrapUpEnded) == c.WrapUpEnded(agent=LEA)
    assert stage.call.is_over


def test_wrap_up_ends_by_itself_or_with_the_case() -> None:
    stage = Stage()
    stage.talk()
    stage.end(CALLER)
    stage.wait(59_999)
    assert not stage.call.is_over
    stage.wait(1)
    assert stage.fact(c.WrapUpEnded).is_timed_out
    stage = Stage()
    stage.talk()
    stage.end(CALLER)
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    assert stage.call.is_over


def test_the_agent_hangs_up() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.HangUp(ref="r", call=stage.call.state.call))
    assert stage.hung_up == {CALLER: 1, stage.leg(LEA): 1}
    assert stage.fact(c.CallEnded).cause is CallCause.AGENT_LEFT


def test_a_case_closed_while_talking_ends_nothing_and_leaves_no_wrap_up() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    assert stage.company(CALLER)
    stage.end(CALLER)
    assert stage.call.is_over


def test_a_case_closed_while_the_agent_is_reached_is_not_started() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    stage.answer(LEA)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert not stage.has_asked(r.StartCase)


def test_a_case_closed_while_waiting_ends_the_call() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.CaseClosed(cause=CloseCause.MERGED))
    assert stage.fact(c.CallEnded).cause is CallCause.CASE_CLOSED
    assert not stage.has_asked(r.LeaveQueue)


def test_an_agent_whose_leg_does_not_come_up_costs_no_place() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.wait(10_000)
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert stage.has_asked(r.TakeBack)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.give(TOM)
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}


def test_what_the_router_says_again_or_too_late_changes_nothing() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.give(LEA)
    assert len(stage.started) == 1
    stage.answer(LEA)
    stage.end(CALLER)
    stage.give(TOM)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert len(stage.started) == 1


def test_an_offer_that_was_not_begun_in_time_goes_to_the_next() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert not stage.has_asked(r.TakeBack)
    stage.give(TOM)
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}


def test_an_agent_assigned_by_hand_is_rung_instead_of_the_one_being_reached() -> None:
    stage = Stage()
    stage.arrive()
    stage.give(LEA)
    stage.give(TOM, has_accepted=False)
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert stage.started[-1].rings
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}


def test_outside_hours_there_is_a_message_and_an_appointment() -> None:
    stage = Stage()
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.CaseHeld(appointment_ms=SLOT_MS))
    stage.tell(inputs.LegAnswered(leg=CALLER))
    assert stage.cues(CALLER) == [Cue.CLOSED, Cue.APPOINTMENT_OFFER]
    stage.hear()
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    booked = stage.command(r.OpenCase)
    assert (booked.case, booked.channel) == (LATER, Channel.APPOINTMENT)
    assert booked.due_at_ms == SLOT_MS
    assert not stage.has_asked(r.LeaveQueue), "not before the appointment is certain"
    stage.reply(r.OpenCase)
    assert stage.has_asked(r.LeaveQueue)
    assert stage.cues(CALLER) == [Cue.APPOINTMENT_TAKEN]
    stage.hear()
    assert stage.fact(c.CallEnded).cause is CallCause.APPOINTMENT_TAKEN
    assert stage.call.is_over


def test_who_hangs_up_when_the_appointment_is_booked_has_it_and_leaves_once() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.CaseHeld(appointment_ms=SLOT_MS))
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    assert [type(command) for _, command in stage.asked].count(r.OpenCase) == 2
    stage.reply(r.OpenCase)
    stage.end(CALLER)
    assert [type(command) for _, command in stage.asked].count(r.LeaveQueue) == 1
    assert stage.fact(c.CallEnded).cause is CallCause.APPOINTMENT_TAKEN


def test_a_slot_that_is_gone_is_not_said_to_be_booked() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.CaseHeld(appointment_ms=SLOT_MS))
    stage.hear()
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    stage.reply(r.OpenCase, Refusal.APPOINTMENT_TIME)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.wait(15_000)
    assert stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS
    assert stage.has_asked(r.LeaveQueue)


def offered_an_appointment() -> Stage:
    """A client who has waited for two minutes, and takes the slot that is offered."""
    stage = Stage(CallRules(overflow_ms=120_000))
    stage.arrive()
    stage.wait(60_000)
    stage.tell(inputs.WaitEstimated(place=0, appointment_ms=SLOT_MS))
    stage.wait(60_000)
    assert stage.cues(CALLER) == [Cue.APPOINTMENT_OFFER]
    stage.tell(inputs.WaitEstimated(place=0, appointment_ms=SLOT_MS + 1))
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    assert stage.command(r.OpenCase).due_at_ms == SLOT_MS, "the slot that was spoken of"
    return stage


def test_a_client_who_waits_and_takes_an_appointment_leaves_the_queue() -> None:
    stage = offered_an_appointment()
    stage.reply(r.OpenCase)
    assert stage.cues(CALLER) == [Cue.APPOINTMENT_TAKEN]
    stage.hear()
    assert stage.fact(c.CallEnded).cause is CallCause.APPOINTMENT_TAKEN
    stage = offered_an_appointment()
    stage.reply(r.OpenCase, Refusal.APPOINTMENT_TIME)
    assert stage.call.state.phase is Phase.QUEUED


def test_an_agent_who_comes_before_the_appointment_is_certain_makes_it_needless() -> None:
    stage = offered_an_appointment()
    stage.give(LEA)
    stage.reply(r.OpenCase)
    assert stage.command(r.LeaveQueue).case == LATER
    stage.answer(LEA)
    assert stage.company(CALLER) == {stage.leg(LEA)}


def test_an_appointment_that_is_certain_after_the_call_stands() -> None:
    stage = offered_an_appointment()
    stage.end(CALLER)
    stage.reply(r.OpenCase)
    assert stage.command(r.LeaveQueue).case == "case_1"


def test_outside_hours_who_hangs_up_is_taken_out() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.CaseHeld())
    stage.end(CALLER)
    assert stage.has_asked(r.LeaveQueue)
    assert stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS


def test_outside_hours_who_presses_nothing_is_let_go() -> None:
    stage = Stage()
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.tell(inputs.CaseHeld(appointment_ms=SLOT_MS))
    stage.hear()
    stage.tell(inputs.TonePressed(leg=CALLER, tone="7"))
    stage.wait(15_000)
    assert stage.has_asked(r.LeaveQueue)
    assert stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS


def test_a_queue_closed_by_hand_has_no_case_to_leave() -> None:
    stage = Stage()
    stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
    )
    stage.tell(inputs.LegAnswered(leg=CALLER))
    stage.reply(r.OpenCase, Refusal.QUEUE_CLOSED)
    assert stage.cues(CALLER) == [Cue.CLOSED]
    stage.hear()
    assert not stage.has_asked(r.LeaveQueue)
    assert stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS


def test_a_long_wait_offers_an_appointment_and_keeps_the_place() -> None:
    stage = Stage(CallRules(overflow_ms=120_000))
    stage.arrive()
    stage.tell(inputs.WaitEstimated(place=9, appointment_ms=SLOT_MS))
    stage.hear()
    stage.wait(119_999)
    while Cue.MUSIC not in stage.cues(CALLER):
        stage.hear()
    stage.wait(1)
    assert stage.cues(CALLER) == [Cue.APPOINTMENT_OFFER]
    stage.hear()
    stage.give(LEA)
    stage.answer(LEA)
    stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    assert stage.company(CALLER) == {stage.leg(LEA)}, "a key while talking books nothing"
    assert stage.command(r.OpenCase).channel is Channel.CALL


def test_the_router_being_away_delays_nobody_who_talks() -> None:
    stage = Stage()
    stage.talk()
    before = len(stage.asked)
    stage.wait(600_000)
    assert len(stage.asked) == before
    assert stage.company(CALLER)


def test_nothing_comes_before_the_beginning_and_it_comes_once() -> None:
    stage = Stage()
    assert stage.tell(inputs.CaseGiven(agent=LEA)) == []
    stage.refuses(c.CallRefusal.NOT_NOW, LEA, c.HangUp(ref="r", call=stage.call.state.call))
    stage.arrive()
    before = stage.call.state.phase
    assert not any(
        isinstance(effect, Ask)
        for effect in stage.tell(inputs.NumberDialled(agent=LEA, party=PARTY))
    )
    assert stage.call.state.phase is before
    assert stage.starts(LegRole.AGENT) == []


def test_what_is_told_of_an_unknown_leg_changes_nothing() -> None:
    stage = Stage()
    stage.talk()
    stranger = LegId("leg_stranger")
    for told in (
        inputs.LegRang(leg=stranger),
        inputs.LegProgressed(leg=stranger),
        inputs.LegAnswered(leg=stranger),
        inputs.LegBroke(leg=stranger),
        inputs.LegMended(leg=stranger),
        inputs.LegPutOnHold(leg=stranger, is_held=True),
        inputs.TonePressed(leg=stranger, tone="1"),
        inputs.LegEnded(leg=stranger, cause=LegCause.FAILED),
        inputs.SoundEnded(number=1),
    ):
        assert stage.tell(told) == []


def test_a_call_that_never_begins_ends() -> None:
    stage = Stage()
    stage.wait(3_600_000)
    assert stage.call.is_over


def test_a_call_ends_at_its_greatest_length_even_in_a_queue() -> None:
    stage = Stage()
    stage.arrive()
    stage.wait(3_600_000)
    assert stage.fact(c.CallEnded).cause is CallCause.TOO_LONG
    assert stage.has_asked(r.LeaveQueue)
    assert stage.call.is_over
