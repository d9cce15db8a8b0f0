"""A client is handed on, to an agent or a queue, straight on or after a word."""

import pytest

from store.schema import calls as c
from store.schema import commands as r
from store.schema.calls import CallRefusal, LegCause, LegRole, TransferMode, TransferOutcome
from store.schema.commands import SYSTEM, Refusal
from store.schema.terms import CloseCause
from telephony.core import inputs
from telephony.core.effects import Cue
from telephony.core.transitions import Phase
from tests.telephony.stage import CALL, CALLER, CLAIMS, LEA, NADIA, PARTY, TOM, Stage

WARM, COLD = TransferMode.WARM, TransferMode.COLD
COMPLETE = c.CompleteTransfer(ref="r", call=CALL)
JOIN = c.JoinTransfer(ref="r", call=CALL)
BACK = c.CancelTransfer(ref="r", call=CALL)
HANG_UP = c.HangUp(ref="r", call=CALL)


def transferring(mode: TransferMode, *, queue: bool = False) -> Stage:
    stage = Stage()
    stage.talk()
    target = c.TransferCall(
        ref="r",
        call=CALL,
        mode=mode,
        agent=None if queue else TOM,
        queue=CLAIMS if queue else None,
    )
    stage.ask(LEA, target)
    return stage


def outcome(stage: Stage) -> tuple[TransferOutcome, str | None]:
    ended = stage.fact(c.TransferEnded)
    assert stage.count(c.TransferEnded) == stage.count(c.TransferStarted)
    return ended.outcome, ended.agent


def test_cold_to_an_agent_goes_straight_on() -> None:
    stage = transferring(COLD)
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert stage.started[-1].rings
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert stage.command(r.AssignCase).agent == TOM
    stage.give(TOM, has_accepted=False)
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)
    assert len(stage.starts(LegRole.AGENT)) == 2


@pytest.mark.parametrize("cause", [None, LegCause.REFUSED, LegCause.FAILED])
def test_cold_to_an_agent_who_does_not_take_it_goes_back_to_the_first(
    cause: LegCause | None,
) -> None:
    stage = transferring(COLD)
    if cause is None:
        stage.wait(20_000)
    else:
        stage.end(stage.leg(TOM), cause)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert (stage.started[-1].agent, stage.started[-1].rings) == (LEA, True)
    stage.answer(LEA)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)
    assert not stage.has_asked(r.AssignCase), "the first agent held the case all the time"


def test_cold_with_nobody_left_to_take_it_goes_to_the_queue() -> None:
    stage = transferring(COLD)
    stage.end(stage.leg(TOM), LegCause.REFUSED)
    stage.wait(20_000)
    assert outcome(stage) == (TransferOutcome.RETURNED, None)
    assert stage.has_asked(r.TakeBack)
    assert stage.call.state.phase is Phase.QUEUED


def test_a_call_woken_late_has_gone_as_if_woken_in_time() -> None:
    stage = transferring(COLD)
    stage.now_ms = 100_000
    stage.tell(inputs.LegRang(leg=CALLER))
    assert stage.call.state.phase is Phase.QUEUED, "Tom had 20 seconds, then Léa had 20"
    assert outcome(stage) == (TransferOutcome.RETURNED, None)


def test_cold_to_a_queue_keeps_music_and_a_place() -> None:
    stage = transferring(COLD, queue=True)
    actor, command = stage.asked[-1]
    assert actor.id == LEA
    assert isinstance(command, r.SettleCase)
    assert command.outcome == r.OutcomeTransfer(queue=CLAIMS)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.tell(inputs.WaitEstimated(place=1, wait_ms=30_000))
    assert stage.cues(CALLER) == [Cue.WAIT]
    stage.give(TOM)
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_what_was_known_of_one_queue_is_not_said_in_another() -> None:
    stage = Stage()
    stage.arrive()
    stage.tell(inputs.WaitEstimated(place=7, wait_ms=600_000))
    stage.give(LEA)
    stage.answer(LEA)
    stage.ask(LEA, c.TransferCall(ref="r", call=CALL, mode=COLD, queue=CLAIMS))
    assert stage.cues(CALLER) == [Cue.MUSIC]


def test_cold_to_a_queue_where_nobody_is_found_goes_back_to_the_first() -> None:
    stage = transferring(COLD, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.wait(60_000)
    assert stage.asked[-1][0].id == LEA
    assert stage.has_asked(r.PullCase)
    stage.give(LEA)
    assert stage.started[-1].rings, "who is called back did not ask for it just now"
    stage.answer(LEA)
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_cold_to_a_queue_stays_there_when_the_first_has_no_room_any_more() -> None:
    stage = transferring(COLD, queue=True)
    stage.wait(60_000)
    stage.reply(r.PullCase, Refusal.AGENT_AT_CAPACITY)
    assert stage.call.state.phase is Phase.QUEUED
    stage.give(TOM)
    stage.answer(TOM)
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_cold_to_a_queue_that_is_closed_goes_back_to_the_first() -> None:
    stage = transferring(COLD, queue=True)
    stage.reply(r.SettleCase, Refusal.QUEUE_CLOSED)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.answer(LEA)
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_cold_to_a_queue_whose_case_is_closed_ends_the_call() -> None:
    stage = transferring(COLD, queue=True)
    stage.reply(r.SettleCase, Refusal.CASE_CLOSED)
    assert stage.fact(c.CallEnded).cause is c.CallCause.CASE_CLOSED
    assert stage.call.is_over


def test_cold_refused_as_not_held_leaves_the_client_in_the_queue() -> None:
    stage = transferring(COLD, queue=True)
    stage.reply(r.SettleCase, Refusal.NOT_HOLDER)
    assert stage.call.state.phase is Phase.QUEUED


def test_an_agent_of_the_queue_whose_leg_fails_is_followed_by_another() -> None:
    stage = transferring(COLD, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.give(TOM)
    stage.end(stage.leg(TOM), LegCause.FAILED)
    assert stage.has_asked(r.TakeBack)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.give(NADIA)
    stage.answer(NADIA)
    assert outcome(stage) == (TransferOutcome.COMPLETED, NADIA)


def test_warm_agents_speak_first_then_the_client_is_with_the_new_one() -> None:
    stage = transferring(WARM)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert stage.cues(stage.leg(LEA)) == [Cue.CALLING]
    stage.answer(TOM)
    assert stage.company(stage.leg(LEA)) == {stage.leg(TOM)}
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.ask(LEA, COMPLETE)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert stage.hung_up[stage.leg(LEA)] == 1
    assert (stage.asked[-2][0], stage.command(r.AssignCase).agent) == (SYSTEM, TOM)
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_warm_then_all_three_then_the_first_leaves() -> None:
    stage = transferring(WARM)
    stage.refuses(CallRefusal.NOT_NOW, LEA, JOIN)
    stage.answer(TOM)
    stage.ask(LEA, JOIN)
    assert stage.company(CALLER) == {stage.leg(LEA), stage.leg(TOM)}
    assert outcome(stage)[0] is TransferOutcome.JOINED
    stage.ask(LEA, HANG_UP)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert stage.command(r.AssignCase).agent == TOM
    stage.ask(TOM, HANG_UP)
    assert stage.hung_up[CALLER] == 1


def test_warm_then_back_to_the_client() -> None:
    stage = transferring(WARM)
    stage.answer(TOM)
    stage.ask(LEA, BACK)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert stage.hung_up[stage.leg(TOM)] == 1
    assert outcome(stage) == (TransferOutcome.TAKEN_BACK, LEA)


@pytest.mark.parametrize("has_answered", [False, True])
def test_warm_to_one_who_is_not_there_or_leaves_brings_the_first_back(
    has_answered: bool,  # noqa: FBT001 - of parametrize
) -> None:
    stage = transferring(WARM)
    if has_answered:
        stage.answer(TOM)
        stage.ask(TOM, HANG_UP)
    else:
        stage.wait(20_000)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_warm_completed_while_it_still_rings_goes_on_as_cold() -> None:
    stage = transferring(WARM)
    stage.ask(LEA, COMPLETE)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.wait(20_000)
    assert stage.started[-1].agent == LEA
    stage.answer(LEA)
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_warm_the_first_agents_hang_up_completes_it() -> None:
    stage = transferring(WARM)
    stage.answer(TOM)
    stage.end(stage.leg(LEA))
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_warm_to_a_queue_consults_whom_the_router_finds() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    assert stage.call.state.phase is Phase.CONSULTING
    stage.give(TOM)
    assert not stage.started[-1].rings
    stage.answer(TOM)
    assert stage.company(stage.leg(LEA)) == {stage.leg(TOM)}
    stage.ask(LEA, COMPLETE)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert not stage.has_asked(r.AssignCase), "the router gave it already"


def test_warm_to_a_queue_then_all_three_leaves_the_case_with_whom_was_found() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.give(TOM)
    stage.answer(TOM)
    stage.ask(LEA, JOIN)
    stage.ask(LEA, HANG_UP)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert stage.call.state.agent == TOM


def test_warm_to_a_queue_where_nobody_is_found_goes_back_to_the_first() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.wait(60_000)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert stage.command(r.AssignCase).agent == LEA
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_warm_to_a_queue_completed_before_anybody_is_found_waits_there() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.ask(LEA, COMPLETE)
    assert stage.call.state.phase is Phase.QUEUED
    stage.give(TOM)
    stage.answer(TOM)
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_warm_to_a_queue_that_is_closed_brings_the_first_back_at_once() -> None:
    stage = transferring(WARM, queue=True)
    stage.reply(r.SettleCase, Refusal.QUEUE_CLOSED)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert outcome(stage) == (TransferOutcome.RETURNED, LEA)


def test_warm_to_a_queue_whose_case_is_closed_brings_the_first_back() -> None:
    stage = transferring(WARM, queue=True)
    stage.reply(r.SettleCase, Refusal.CASE_CLOSED)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert not stage.has_asked(r.AssignCase)


def test_warm_to_a_queue_follows_a_second_choice_of_the_router() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseQueued(queue=CLAIMS))
    stage.give(TOM)
    stage.give(NADIA, has_accepted=False)
    assert stage.hung_up[stage.leg(TOM)] == 1
    stage.answer(NADIA)
    assert stage.company(stage.leg(LEA)) == {stage.leg(NADIA)}


def test_a_refusal_that_comes_when_somebody_was_found_changes_nothing() -> None:
    stage = transferring(COLD, queue=True)
    stage.give(TOM)
    stage.reply(r.SettleCase, Refusal.QUEUE_CLOSED)
    stage.answer(TOM)
    assert outcome(stage) == (TransferOutcome.COMPLETED, TOM)


def test_a_case_given_by_hand_does_not_disturb_agents_who_speak() -> None:
    stage = transferring(WARM)
    stage.answer(TOM)
    stage.give(NADIA, has_accepted=False)
    assert stage.company(stage.leg(LEA)) == {stage.leg(TOM)}
    stage.ask(LEA, COMPLETE)
    assert stage.command(r.AssignCase).agent == TOM


def test_a_closed_case_can_go_to_an_agent_and_to_no_queue() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    to_queue = c.TransferCall(ref="r", call=CALL, mode=WARM, queue=CLAIMS)
    stage.refuses(CallRefusal.NOT_NOW, LEA, to_queue)
    stage.ask(LEA, c.TransferCall(ref="r", call=CALL, mode=WARM, agent=TOM))
    stage.answer(TOM)
    stage.ask(LEA, JOIN)
    stage.ask(LEA, HANG_UP)
    assert stage.company(CALLER) == {stage.leg(TOM)}
    assert not stage.has_asked(r.AssignCase)


def test_a_case_closed_while_its_queue_is_searched_brings_the_first_back() -> None:
    stage = transferring(WARM, queue=True)
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    assert stage.company(CALLER) == {stage.leg(LEA)}
    stage = transferring(WARM)
    stage.tell(inputs.CaseClosed(cause=CloseCause.CLOSED))
    assert stage.call.state.phase is Phase.CONSULTING


@pytest.mark.parametrize("mode", [WARM, COLD])
def test_the_client_who_hangs_up_meanwhile_ends_it_for_all(mode: TransferMode) -> None:
    stage = transferring(mode)
    stage.end(CALLER)
    assert stage.hung_up[stage.leg(TOM)] == 1
    assert stage.call.state.phase is Phase.WRAP_UP
    assert stage.call.state.agent == LEA, "who held the case writes what was said"


def test_the_client_who_leaves_a_queue_they_were_transferred_to_is_taken_out() -> None:
    for mode in (WARM, COLD):
        stage = transferring(mode, queue=True)
        stage.tell(inputs.CaseQueued(queue=CLAIMS))
        stage.end(CALLER)
        assert stage.has_asked(r.LeaveQueue)


def test_a_case_given_elsewhere_by_hand_takes_its_client_along() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, number="+33123456789"))
    guest = stage.starts(LegRole.GUEST)[0].leg
    stage.tell(inputs.LegAnswered(leg=guest))
    stage.give(TOM, has_accepted=False)
    assert (stage.hung_up[stage.leg(LEA)], stage.hung_up[guest]) == (1, 1)
    left = [fact for fact in stage.facts if isinstance(fact, c.LegLeft)]
    assert {fact.cause for fact in left} == {LegCause.COMPLETED}
    stage.answer(TOM)
    assert stage.company(CALLER) == {stage.leg(TOM)}


def test_a_case_taken_back_by_a_supervisor_takes_its_client_along() -> None:
    for mode in (None, WARM):
        stage = transferring(mode) if mode is not None else Stage()
        if mode is None:
            stage.talk()
        stage.tell(inputs.CaseQueued(queue=CLAIMS))
        assert stage.call.state.phase is Phase.QUEUED
        assert stage.cues(CALLER) == [Cue.MUSIC]
        assert stage.hung_up[stage.leg(LEA)] == 1


def test_a_transfer_has_one_target_that_is_not_in_the_call() -> None:
    stage = Stage()
    stage.talk()
    both = c.TransferCall(ref="r", call=CALL, mode=COLD, agent=TOM, queue=CLAIMS)
    stage.refuses(CallRefusal.ONE_TARGET_ONLY, LEA, both)
    none = c.TransferCall(ref="r", call=CALL, mode=COLD)
    stage.refuses(CallRefusal.ONE_TARGET_ONLY, LEA, none)
    oneself = c.TransferCall(ref="r", call=CALL, mode=COLD, agent=LEA)
    stage.refuses(CallRefusal.ALREADY_IN_CALL, LEA, oneself)
    anothers = c.TransferCall(ref="r", call=CALL, mode=COLD, agent=NADIA)
    stage.refuses(CallRefusal.NOT_YOUR_CALL, TOM, anothers)
    stage.refuses(CallRefusal.NOT_NOW, LEA, COMPLETE)
    assert stage.company(CALLER) == {stage.leg(LEA)}


def test_only_the_first_agent_says_what_becomes_of_a_transfer() -> None:
    stage = transferring(WARM)
    stage.answer(TOM)
    for command in (COMPLETE, JOIN, BACK):
        stage.refuses(CallRefusal.NOT_YOUR_CALL, TOM, command)


def test_in_a_conference_one_leaves_instead_of_transferring() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, agent=TOM))
    stage.answer(TOM)
    command = c.TransferCall(ref="r", call=CALL, mode=COLD, agent=NADIA)
    stage.refuses(CallRefusal.NOT_NOW, LEA, command)


def test_a_transfer_from_hold_works_as_from_talking() -> None:
    stage = Stage()
    stage.tell(inputs.NumberDialled(agent=LEA, party=PARTY))
    stage.answer(LEA)
    client = stage.client_leg
    stage.tell(inputs.LegAnswered(leg=client))
    stage.ask(LEA, c.HoldCall(ref="r", call=CALL))
    stage.ask(LEA, c.TransferCall(ref="r", call=CALL, mode=WARM, agent=TOM))
    stage.answer(TOM)
    stage.ask(LEA, COMPLETE)
    assert stage.company(client) == {stage.leg(TOM)}
    assert len(stage.starts(LegRole.CLIENT)) == 1, "the client is never dialled again"
