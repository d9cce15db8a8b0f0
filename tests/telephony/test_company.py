"""Hold, mute, keys, guests and supervisors."""

from store.schema import calls as c
from store.schema import commands as r
from store.schema.calls import CallCause, CallRefusal, LegCause, LegRole, SupervisionMode
from store.schema.terms import Role
from telephony.core import inputs
from telephony.core.effects import Cue, Voice
from tests.telephony.stage import CALL, CALLER, LEA, NADIA, RECORDED, TOM, Stage

HOLD, RESUME = c.HoldCall(ref="r", call=CALL), c.ResumeCall(ref="r", call=CALL)
HANG_UP = c.HangUp(ref="r", call=CALL)


def supervise(mode: SupervisionMode) -> c.SuperviseCall:
    return c.SuperviseCall(ref="r", call=CALL, mode=mode)


def supervised(mode: SupervisionMode) -> Stage:
    stage = Stage(RECORDED)
    stage.talk()
    stage.ask(NADIA, supervise(mode), Role.SUPERVISOR)
    stage.answer(NADIA)
    return stage


def test_a_held_client_hears_music_and_comes_back() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, HOLD)
    assert stage.cues(CALLER) == [Cue.MUSIC]
    assert stage.cues(stage.leg(LEA)) == [Cue.STANDING_BY]
    stage.refuses(CallRefusal.NOT_NOW, LEA, HOLD)
    stage.refuses(CallRefusal.NOT_YOUR_CALL, TOM, RESUME)
    stage.ask(LEA, RESUME)
    stage.refuses(CallRefusal.NOT_YOUR_CALL, TOM, HOLD)
    assert stage.company(CALLER) == {stage.leg(LEA)}
    assert (stage.count(c.CallHeld), stage.count(c.CallResumed)) == (1, 1)


def test_a_held_client_who_hangs_up_ends_the_call() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, HOLD)
    stage.end(CALLER)
    assert stage.fact(c.CallEnded).cause is CallCause.CLIENT_LEFT


def test_a_muted_agent_is_heard_by_nobody_until_unmuted() -> None:
    stage = Stage()
    stage.talk()
    for is_muted, voice in ((True, Voice.NOBODY), (False, Voice.ALL)):
        mute = c.MuteLeg(ref="r", call=CALL, is_muted=is_muted)
        stage.ask(LEA, mute)
        assert stage.voice(stage.leg(LEA)) is voice
        stage.ask(LEA, mute)
        assert stage.last == []


def test_keys_go_to_the_client_and_into_no_record() -> None:
    stage = Stage()
    stage.talk()
    before = len(stage.facts)
    stage.ask(LEA, c.SendTones(ref="r", call=CALL, tones="4970#"))
    assert stage.tones == ["4970#"]
    assert len(stage.facts) == before
    stage.refuses(CallRefusal.NOT_YOUR_CALL, TOM, c.SendTones(ref="r", call=CALL, tones="1"))


def test_no_keys_for_a_leg_that_cannot_hear_them() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegBroke(leg=CALLER))
    stage.refuses(CallRefusal.NOT_NOW, LEA, c.SendTones(ref="r", call=CALL, tones="1"))


def test_the_other_sides_hold_is_told() -> None:
    stage = Stage()
    stage.talk()
    stage.tell(inputs.LegPutOnHold(leg=CALLER, is_held=True))
    assert stage.fact(c.LegHeld) == c.LegHeld(leg=CALLER, is_held=True)
    assert stage.tell(inputs.LegPutOnHold(leg=CALLER, is_held=True)) == []


def test_a_conference_goes_on_while_an_agent_is_in_it() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, agent=TOM))
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, number="+33123456789"))
    guest = stage.starts(LegRole.GUEST)[0]
    stage.answer(TOM)
    stage.tell(inputs.LegAnswered(leg=guest.leg))
    assert stage.company(CALLER) == {stage.leg(LEA), stage.leg(TOM), guest.leg}
    stage.ask(LEA, HOLD)
    assert stage.company(stage.leg(LEA)) == {stage.leg(TOM), guest.leg}
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.ask(LEA, RESUME)
    stage.ask(LEA, HANG_UP)
    assert stage.company(CALLER) == {stage.leg(TOM), guest.leg}
    stage.ask(TOM, HANG_UP)
    assert stage.hung_up[guest.leg] == 1, "a guest and a client are not left with each other"
    assert stage.call.state.talks_since_ms is None


def test_a_guest_who_does_not_come_or_leaves_changes_nothing_for_the_others() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, number="+33123456789"))
    stage.wait(45_000)
    assert stage.fact(c.LegLeft).cause is LegCause.NO_ANSWER
    stage.ask(LEA, c.InviteToCall(ref="r", call=CALL, agent=TOM))
    stage.answer(TOM)
    stage.ask(TOM, HANG_UP)
    assert stage.company(CALLER) == {stage.leg(LEA)}


def test_one_is_invited_once_and_by_one_name() -> None:
    stage = Stage()
    stage.talk()
    nobody = c.InviteToCall(ref="r", call=CALL)
    stage.refuses(CallRefusal.ONE_TARGET_ONLY, LEA, nobody)
    oneself = c.InviteToCall(ref="r", call=CALL, agent=LEA)
    stage.refuses(CallRefusal.ALREADY_IN_CALL, LEA, oneself)


def test_a_supervisor_listens_and_it_is_written_on_the_case() -> None:
    stage = supervised(SupervisionMode.LISTEN)
    leg = stage.leg(NADIA)
    assert stage.voice(leg) is Voice.NOBODY
    assert stage.fact(c.SupervisionStarted).supervisor == NADIA
    assert leg not in stage.taps
    stage.ask(NADIA, HANG_UP, Role.SUPERVISOR)
    assert stage.fact(c.SupervisionEnded).supervisor == NADIA
    assert stage.company(CALLER) == {stage.leg(LEA)}


def test_a_supervisor_goes_from_listening_to_whispering_to_joining() -> None:
    stage = supervised(SupervisionMode.LISTEN)
    stage.ask(NADIA, supervise(SupervisionMode.WHISPER), Role.SUPERVISOR)
    assert stage.voice(stage.leg(NADIA)) is Voice.AGENTS
    assert stage.leg(NADIA) not in stage.taps
    stage.ask(NADIA, supervise(SupervisionMode.JOIN), Role.SUPERVISOR)
    assert stage.voice(stage.leg(NADIA)) is Voice.ALL
    assert stage.leg(NADIA) in stage.taps, "what the client hears is kept"
    assert stage.count(c.SupervisionChanged) == 2
    stage.ask(NADIA, supervise(SupervisionMode.JOIN), Role.SUPERVISOR)
    assert stage.last == []


def test_a_mode_chosen_before_the_supervisor_is_there_counts_from_the_start() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(NADIA, supervise(SupervisionMode.LISTEN), Role.SUPERVISOR)
    stage.ask(NADIA, supervise(SupervisionMode.JOIN), Role.SUPERVISOR)
    stage.answer(NADIA)
    assert stage.fact(c.SupervisionStarted).mode is SupervisionMode.JOIN
    assert stage.count(c.SupervisionChanged) == 0


def test_whoever_whispers_to_an_agent_on_hold_is_heard() -> None:
    stage = supervised(SupervisionMode.WHISPER)
    stage.ask(LEA, HOLD)
    assert stage.company(stage.leg(LEA)) == {stage.leg(NADIA)}
    stage.ask(NADIA, supervise(SupervisionMode.LISTEN), Role.SUPERVISOR)
    assert stage.cues(stage.leg(LEA)) == [Cue.STANDING_BY]


def test_a_listener_is_no_company_for_a_client_whose_agent_is_cut_off() -> None:
    stage = supervised(SupervisionMode.LISTEN)
    stage.tell(inputs.LegBroke(leg=stage.leg(LEA)))
    assert stage.cues(CALLER) == [Cue.MUSIC]
    stage.wait(10_000)
    assert stage.hung_up[stage.leg(NADIA)] == 1
    assert stage.has_asked(r.TakeBack)


def test_supervision_is_for_supervisors_who_are_not_in_the_call() -> None:
    stage = Stage()
    stage.talk()
    listen = supervise(SupervisionMode.LISTEN)
    stage.refuses(CallRefusal.FORBIDDEN, TOM, listen)
    stage.refuses(CallRefusal.FORBIDDEN, TOM, listen, Role.CLIENT)
    stage.refuses(CallRefusal.ALREADY_IN_CALL, LEA, listen, Role.SUPERVISOR)


def test_a_supervisor_who_is_not_reached_was_never_there() -> None:
    stage = Stage()
    stage.talk()
    stage.ask(NADIA, supervise(SupervisionMode.LISTEN), Role.SUPERVISOR)
    stage.wait(10_000)
    assert (stage.count(c.SupervisionStarted), stage.count(c.SupervisionEnded)) == (0, 0)
