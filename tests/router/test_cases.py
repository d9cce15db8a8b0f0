"""Behaviour of a case from its opening to its close: who may do what, and all or nothing."""

import pytest

from router.core.changes import CLOSED_CASES, FORGOTTEN_AT_ONCE
from router.core.router import Router
from router.core.state import ClosedCase
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, AnyOutcome, Refusal
from store.schema.ids import AgentId, CaseId, ClientId, FileId, MacroId, MessageId, NoteId, QueueId
from store.schema.terms import (
    AssignCause,
    Author,
    CaseStatus,
    Channel,
    CloseCause,
    EarmarkCause,
    FileRef,
    Language,
    Policy,
    Presence,
    QueueCause,
    SubjectRule,
)
from tests.router.floor import (
    ANN,
    BOB,
    CLAIMS,
    GENERAL,
    LABEL,
    MAX,
    ONE,
    SUE,
    SUPERVISOR,
    TWO,
    ZOE,
    Floor,
    agent,
    client,
    kinds,
    only,
)

DAY_MS = 86_400_000


def held() -> Floor:
    """A floor where Ann, whose supervisor is Sue, holds case one of Zoé."""
    floor = Floor()
    floor.agent(SUE)
    floor.ready(ANN, supervisor=SUE)
    floor.open(ONE)
    return floor


def closed() -> Floor:
    floor = held()
    floor.close(ONE)
    return floor


def opening(case: CaseId = ONE, by: ClientId | None = None, subject: str = "other") -> c.OpenCase:
    return c.OpenCase(ref="r", case=case, channel=Channel.CHAT, subject=subject, client=by)


# Opening.


def test_a_case_opens_once_and_never_again_after_its_close() -> None:
    floor = held()
    assert floor.refused(client(), opening()) is Refusal.CASE_EXISTS
    floor.close(ONE)
    assert floor.refused(client(), opening()) is Refusal.CASE_EXISTS


def test_a_case_is_opened_for_somebody_and_by_a_client_for_themselves_only() -> None:
    floor = Floor()
    assert floor.refused(client(ZOE), opening(by=MAX)) is Refusal.NOT_YOUR_CASE
    assert floor.refused(agent(), opening()) is Refusal.CLIENT_UNKNOWN
    assert only(floor.do(SYSTEM, opening(by=MAX)), e.CaseOpened).client == MAX
    assert only(floor.do(client(), opening(TWO)), e.CaseOpened).client_name == "Zoé"


def test_the_subject_chooses_the_queue() -> None:
    rule = SubjectRule(subject="claim", queue=CLAIMS, label=LABEL, head_start_ms=5_000)
    floor = Floor(Policy(subjects=(rule,)))
    assert only(floor.open(ONE, subject="claim"), e.CaseQueued).queue == GENERAL
    floor.queue(CLAIMS)
    queued = only(floor.open(TWO, subject="claim"), e.CaseQueued)
    assert (queued.queue, queued.key) == (CLAIMS, floor.now_ms - 5_000)
    floor.queue(CLAIMS, is_open=False)
    refused = floor.refused(client(), opening(CaseId("case_9"), subject="claim"))
    assert refused is Refusal.QUEUE_CLOSED


def test_a_policy_without_a_queue_refuses_rather_than_loses() -> None:
    floor = Floor(Policy(default_queue=QueueId("queue_nowhere")))
    assert floor.refused(client(), opening()) is Refusal.QUEUE_UNKNOWN


# Talking.


def test_the_first_answer_of_the_holder_makes_it_a_handled_case() -> None:
    floor = held()
    events = floor.say(agent())
    assert kinds(events) == ["MessageSent", "CaseHandled"]
    said = only(events, e.MessageSent)
    assert (said.author, said.author_name, said.by) == (Author.AGENT, "Ann", ANN)
    assert kinds(floor.say(agent())) == ["MessageSent"]


def test_a_supervisors_word_does_not_answer_for_the_holder() -> None:
    floor = held()
    assert kinds(floor.say(SUPERVISOR)) == ["MessageSent"]
    assert floor.router.state.cases[ONE].status is CaseStatus.ASSIGNED


def test_only_its_client_its_holder_and_supervisors_may_speak() -> None:
    floor = held()
    floor.ready(BOB)
    said = c.SendMessage(ref="r", case=ONE, message=MessageId("message_9"), text="x")
    read = c.MarkRead(ref="r", case=ONE, up_to=MessageId("message_9"))
    for command in (said, read):
        assert floor.refused(client(MAX), command) is Refusal.NOT_YOUR_CASE
        assert floor.refused(agent(BOB), command) is Refusal.NOT_HOLDER
    floor.close(ONE)
    assert floor.refused(client(MAX), said) is Refusal.NOT_YOUR_CASE
    assert floor.refused(client(), said) is Refusal.CASE_CLOSED
    unknown = c.MarkRead(ref="r", case=TWO, up_to=MessageId("message_9"))
    assert floor.refused(client(), unknown) is Refusal.CASE_UNKNOWN


def test_a_message_says_something_or_carries_a_file() -> None:
    floor = held()
    empty = c.SendMessage(ref="r", case=ONE, message=MessageId("message_9"), text=" \n")
    assert floor.refused(client(), empty) is Refusal.MESSAGE_EMPTY
    file = FileRef(file=FileId("file_1"), name="a.png", media_type="image/png", size_bytes=9)
    said = c.SendMessage(ref="r", case=ONE, message=MessageId("message_9"), files=(file,))
    assert only(floor.do(client(), said), e.MessageSent).files == (file,)


def test_each_side_reads_for_itself_and_reading_twice_is_reading_once() -> None:
    floor = held()
    read = c.MarkRead(ref="r", case=ONE, up_to=MessageId("message_9"))
    assert only(floor.do(client(), read), e.MessagesRead).reader is Author.CLIENT
    assert only(floor.do(agent(), read), e.MessagesRead).reader is Author.AGENT
    assert floor.do(client(), read) == floor.do(agent(), read) == []


# Notes and tags.


def test_a_note_is_taken_by_the_holder_and_names_colleagues() -> None:
    floor = held()
    note = c.TakeNote(ref="r", case=ONE, note=NoteId("note_1"), text="look", mentions=(SUE,))
    taken = only(floor.do(agent(), note), e.NoteTaken)
    assert (taken.author_name, taken.mentions) == ("Ann", (SUE,))
    assert floor.refused(client(), note) is Refusal.FORBIDDEN
    empty = c.TakeNote(ref="r", case=ONE, note=NoteId("note_1"), text=" ")
    assert floor.refused(agent(), empty) is Refusal.MESSAGE_EMPTY
    nobody = AgentId("agent_nobody")
    lost = c.TakeNote(ref="r", case=ONE, note=NoteId("note_1"), text="x", mentions=(nobody,))
    assert floor.refused(agent(), lost) is Refusal.AGENT_UNKNOWN


def test_tags_are_replaced_each_once() -> None:
    floor = held()
    tagged = only(
        floor.do(agent(), c.TagCase(ref="r", case=ONE, tags=("b", "a", "b"))), e.CaseTagged
    )
    assert tagged.tags == ("b", "a")
    assert floor.do(agent(), c.TagCase(ref="r", case=ONE, tags=("b", "a"))) == []


# Outcomes.


def test_a_macro_sends_tags_and_settles_in_this_order() -> None:
    floor = held()
    macro = c.SettleCase(
        ref="r",
        case=ONE,
        macro=MacroId("macro_bye"),
        message=MessageId("message_9"),
        text="goodbye",
        tags=("done",),
        outcome=c.OutcomeClose(reason="answered", summary="told"),
    )
    assert kinds(floor.do(agent(), macro)) == [
        "MacroApplied",
        "MessageSent",
        "CaseHandled",
        "CaseTagged",
        "WrapUpRecorded",
        "MessageSent",
        "CaseClosed",
    ]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (c.OutcomeAssign(agent=AgentId("agent_nobody")), Refusal.AGENT_UNKNOWN),
        (c.OutcomeTransfer(queue=QueueId("queue_nowhere")), Refusal.QUEUE_UNKNOWN),
        (c.OutcomeClose(cause=CloseCause.MERGED), Refusal.FORBIDDEN),
    ],
)
def test_an_outcome_that_is_refused_sends_and_tags_nothing(
    outcome: AnyOutcome, why: Refusal
) -> None:
    floor = held()
    command = c.SettleCase(
        ref="r",
        case=ONE,
        message=MessageId("message_9"),
        text="goodbye",
        tags=("done",),
        outcome=outcome,
    )
    assert floor.refused(agent(), command) is why


def test_a_text_needs_an_id_and_a_macro_need_not_settle() -> None:
    floor = held()
    no_id = c.SettleCase(ref="r", case=ONE, text="goodbye")
    assert floor.refused(agent(), no_id) is Refusal.MESSAGE_ID_MISSING
    assert floor.settle(agent(), None) == []


def test_waiting_for_the_client_tells_them_and_frees_the_slot() -> None:
    floor = Floor()
    floor.ready(capacity=1)
    floor.open(ONE)
    floor.open(TWO, MAX, language=Language.EN)
    events = floor.settle(agent(), c.OutcomeWait())
    assert kinds(events) == ["CaseWaiting", "MessageSent", "CaseDecided", "CaseAssigned"]
    assert "24 heures" in only(events, e.MessageSent).text
    assert only(events, e.CaseWaiting).closes_at_ms == floor.now_ms + DAY_MS
    english = only(floor.settle(agent(), c.OutcomeWait(), TWO), e.MessageSent)
    assert "24 hours" in english.text
    assert english.message != only(events, e.MessageSent).message


def test_an_answer_in_time_brings_the_case_back_to_its_holder() -> None:
    floor = held()
    floor.settle(agent(), c.OutcomeWait())
    floor.wait(DAY_MS - 1)
    events = floor.say(client())
    assert kinds(events) == ["MessageSent", "CaseResumed"]
    assert only(events, e.CaseResumed).holder == ANN
    assert floor.wait(DAY_MS) == []


def test_a_silent_client_finds_the_case_closed_and_told_so() -> None:
    floor = held()
    floor.settle(agent(), c.OutcomeWait())
    assert floor.wait(DAY_MS - 1) == []
    events = floor.wait(1)
    assert kinds(events) == ["MessageSent", "CaseClosed"]
    end = only(events, e.CaseClosed)
    assert (end.cause, end.former, end.asks_survey) == (CloseCause.CLIENT_SILENT, ANN, True)


def test_nobody_can_wait_for_the_client_of_a_case_that_nobody_holds() -> None:
    floor = Floor()
    floor.open()
    wait = c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeWait())
    assert floor.refused(SUPERVISOR, wait) is Refusal.NOT_HOLDER


def test_no_reply_needed_closes_in_silence() -> None:
    floor = held()
    events = floor.settle(agent(), c.OutcomeClose(cause=CloseCause.NO_REPLY))
    assert kinds(events) == ["WrapUpRecorded", "CaseClosed"]
    assert not only(events, e.CaseClosed).asks_survey


def test_closed_is_final() -> None:
    floor = closed()
    for command in (
        c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeWait()),
        c.AssignCase(ref="r", case=ONE, agent=ANN),
        c.TakeBack(ref="r", case=ONE),
        c.PullCase(ref="r", case=ONE),
        c.MergeCases(ref="r", case=ONE, into=ONE),
    ):
        assert floor.refused(SUPERVISOR, command) is Refusal.CASE_CLOSED


def test_a_colleague_with_room_takes_over() -> None:
    floor = held()
    floor.ready(BOB)
    given = only(floor.settle(agent(), c.OutcomeAssign(agent=BOB)), e.CaseAssigned)
    assert (given.cause, given.former) == (AssignCause.TRANSFERRED, ANN)


def test_a_transfer_keeps_the_age_and_passes_over_the_giver() -> None:
    floor = held()
    floor.queue(CLAIMS)
    floor.wait(7_000)
    events = floor.settle(agent(), c.OutcomeTransfer(queue=CLAIMS))
    queued = only(events, e.CaseQueued)
    assert (queued.cause, queued.former) == (QueueCause.TRANSFERRED, ANN)
    assert queued.enqueued_at_ms == floor.now_ms - 7_000
    assert floor.holder() is None
    floor.queue(CLAIMS, is_open=False)
    again = c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeTransfer(queue=CLAIMS))
    assert floor.refused(SUPERVISOR, again) is Refusal.QUEUE_CLOSED


def test_an_escalation_goes_to_the_supervisor_even_above_the_cap() -> None:
    floor = held()
    floor.agent(SUE, capacity=0)
    events = floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert kinds(events) == ["CaseEscalated", "CaseAssigned"]
    given = only(events, e.CaseAssigned)
    assert (given.cause, given.holder) == (AssignCause.ESCALATED, SUE)
    assert given.is_over_capacity


def test_an_escalation_to_nobody_there_queues_with_a_head_start_once() -> None:
    floor = held()
    floor.agent(SUE, is_active=False)
    escalate = c.OutcomeEscalate(reason="too hard")
    events = floor.settle(agent(), escalate)
    assert only(events, e.CaseEscalated).to is None
    queued = only(events, e.CaseQueued)
    assert (queued.cause, queued.key) == (QueueCause.ESCALATED, floor.now_ms - 900_000)
    floor.ready(BOB, supervisor=SUE)
    again = only(floor.settle(agent(BOB), escalate), e.CaseEscalated)
    assert again.head_start_ms == 900_000


def test_an_escalation_to_a_supervisor_on_leave_queues_as_well() -> None:
    floor = held()
    floor.connect(SUE)
    floor.presence(Presence.LEAVE, SUE)
    events = floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert only(events, e.CaseEscalated).to is None
    queued = only(events, e.CaseQueued)
    assert (queued.cause, queued.former) == (QueueCause.ESCALATED, ANN)
    assert floor.holder() is None, "Ann had it"
    floor.presence(Presence.UNAVAILABLE, SUE)
    floor.ready(BOB, supervisor=SUE)
    again = floor.settle(agent(BOB), c.OutcomeEscalate(reason="too hard"))
    assert only(again, e.CaseEscalated).to == SUE
    assert floor.holder() == SUE, "who is not there now will be"


def test_an_escalation_needs_a_supervisor() -> None:
    floor = held()
    escalate = c.SettleCase(ref="r", case=ONE, outcome=c.OutcomeEscalate(reason="too hard"))
    for supervisor in (None, ANN, AgentId("agent_nobody")):
        floor.agent(ANN, supervisor=supervisor)
        assert floor.refused(agent(), escalate) is Refusal.NO_SUPERVISOR
    floor.open(TWO, MAX)
    floor.disconnect()
    floor.wait(30_000)
    waiting = c.SettleCase(ref="r", case=TWO, outcome=c.OutcomeEscalate(reason="too hard"))
    assert floor.refused(SYSTEM, waiting) is Refusal.NO_SUPERVISOR


# Survey.


def test_a_survey_is_answered_once_by_its_client_and_only_if_asked() -> None:
    floor = closed()
    answer = c.AnswerSurvey(ref="r", case=ONE, note=4, comment="good")
    assert floor.refused(client(MAX), answer) is Refusal.NOT_YOUR_CASE
    assert floor.refused(agent(), answer) is Refusal.FORBIDDEN
    answered = only(floor.do(client(), answer), e.SurveyAnswered)
    assert (answered.note, answered.former) == (4, ANN)
    assert floor.refused(client(), answer) is Refusal.SURVEY_NOT_ASKED
    floor.open(TWO)
    early = c.AnswerSurvey(ref="r", case=TWO, note=4)
    assert floor.refused(client(), early) is Refusal.SURVEY_NOT_ASKED
    unknown = c.AnswerSurvey(ref="r", case=CaseId("case_9"), note=4)
    assert floor.refused(client(), unknown) is Refusal.CASE_UNKNOWN


# Merging.


def merge(case: CaseId = TWO, into: CaseId = ONE) -> c.MergeCases:
    return c.MergeCases(ref="r", case=case, into=into)


def test_two_cases_of_one_client_become_one() -> None:
    floor = held()
    floor.open(TWO)
    events = floor.do(agent(), merge())
    assert kinds(events) == ["CaseMerged", "CaseClosed", "CaseAbsorbed"]
    end = only(events, e.CaseClosed)
    assert (end.case, end.cause, end.asks_survey) == (TWO, CloseCause.MERGED, False)
    assert only(events, e.CaseAbsorbed).case == ONE


def test_only_open_cases_of_one_client_that_one_may_settle_are_merged() -> None:
    floor = held()
    floor.open(TWO, MAX)
    assert floor.refused(agent(), merge()) is Refusal.NOT_SAME_CLIENT
    assert floor.refused(agent(), merge(ONE, ONE)) is Refusal.SAME_CASE
    assert floor.refused(client(), merge()) is Refusal.FORBIDDEN
    floor.ready(BOB)
    floor.open(CaseId("case_3"))
    assert floor.refused(agent(BOB), merge(CaseId("case_3"))) is Refusal.NOT_HOLDER


# Memory.


def test_only_the_last_closed_cases_are_remembered() -> None:
    floor = closed()
    count = CLOSED_CASES + FORGOTTEN_AT_ONCE
    others = ((CaseId(f"case_{number}"), ClosedCase(client=MAX)) for number in range(10, count + 8))
    floor.router.state.closed.update(others)
    assert ONE in floor.router.state.closed
    floor.open(CaseId("case_last"))
    floor.close(CaseId("case_last"))
    assert ONE not in floor.router.state.closed
    assert len(floor.router.state.closed) == CLOSED_CASES
    assert next(reversed(floor.router.state.closed)) == "case_last"


def test_events_about_what_is_not_remembered_change_nothing_and_fail_nothing() -> None:
    router = Router()
    rated = e.SurveyAnswered(seq=1, at_ms=0, case=ONE, client=ZOE, note=3)
    absorbed = e.CaseAbsorbed(seq=2, at_ms=0, case=ONE, client=ZOE, merged=TWO)
    left = e.CaseClosed(seq=3, at_ms=0, case=ONE, client=ZOE, former=ANN, cause=CloseCause.CLOSED)
    for event in (rated, absorbed, left):
        router.apply(event)
    assert router.seq == 3
    assert not router.state.agents


def test_events_about_unknown_cases_and_queues_leave_no_trace() -> None:
    floor = Floor()
    floor.ready()
    before = floor.router.state.cases.copy(), floor.router.state.queues.copy()
    seq, at_ms = floor.router.seq, floor.now_ms
    events: list[e.AnyEvent] = [
        e.CaseEarmarked(
            seq=seq + 1,
            at_ms=at_ms,
            case=ONE,
            client=ZOE,
            agent=ANN,
            cause=EarmarkCause.DRAINING,
        ),
        e.EarmarkEnded(seq=seq + 2, at_ms=at_ms, case=ONE, client=ZOE, agent=ANN),
        e.CaseTagged(seq=seq + 3, at_ms=at_ms, case=ONE, client=ZOE, tags=("a",)),
        e.MessagesRead(
            seq=seq + 4,
            at_ms=at_ms,
            case=ONE,
            client=ZOE,
            reader=Author.CLIENT,
            up_to=MessageId("message_1"),
        ),
        e.QueueScheduled(seq=seq + 5, at_ms=at_ms, queue=CLAIMS, periods=()),
        e.QueueClosed(seq=seq + 6, at_ms=at_ms, queue=CLAIMS),
        e.QueueOpened(seq=seq + 7, at_ms=at_ms, queue=CLAIMS),
        e.QueueSwitched(seq=seq + 8, at_ms=at_ms, queue=CLAIMS, is_open=False),
    ]
    for event in events:
        floor.router.apply(event)
        assert floor.router.tick(at_ms) == []
    assert floor.router.seq == seq + 8
    assert (floor.router.state.cases, floor.router.state.queues) == before
    assert floor.kept() is None
