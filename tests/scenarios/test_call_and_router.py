"""A call and the router, each as it is, tell each other what they decide."""

import pytest

from store.schema import calls as c
from store.schema import commands as r
from store.schema import events as e
from store.schema.calls import CallCause, LegCause, LegRole, TransferMode, TransferOutcome
from store.schema.commands import SYSTEM, Refused
from store.schema.ids import AgentId, OfferId
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    CloseCause,
    Hours,
    Period,
    Policy,
    Presence,
)
from telephony.core import inputs
from telephony.core.effects import Cue
from telephony.core.listening import heard
from telephony.core.transitions import Phase
from tests.router.floor import ANN, BOB, GENERAL, LABEL, MAX, TWO, ZOE, Floor, agent, client
from tests.telephony.stage import CALL, CALLER, CASE, LATER, PARTY, Stage

POLICY = Policy(
    channels=tuple(
        ChannelRule(channel=channel, is_exclusive=True, is_offered=True, start_ms=15_000)
        for channel in (Channel.CALL, Channel.APPOINTMENT)
    ),
    last_agent_hold_ms=0,
)


class Exchange:
    """One call and one router that hear of each other, in one time."""

    def __init__(self, *agents: AgentId) -> None:
        self.floor = Floor(POLICY)
        self.floor.now_ms = 0
        self.stage = Stage()
        self.answered = 0
        self.known = 0
        for name in agents:
            self.floor.ready(name)

    def settle(self) -> None:
        """Let both hear what the other has said, until neither has anything new to say."""
        while True:
            for event in self.floor.log[self.known :]:
                self.known += 1
                told = heard(event)
                if told is not None:
                    self.stage.tell(told)
            if self.answered == len(self.stage.asked):
                return
            actor, command = self.stage.asked[self.answered]
            self.answered += 1
            refusal = None
            try:
                self.floor.do(actor, command)
            except Refused as refused:
                refusal = refused.refusal
            self.stage.tell(inputs.Replied(ref=command.ref, refusal=refusal))

    def wait(self, ms: int) -> None:
        for _ in range(ms // 1_000):
            self.stage.wait(1_000)
            self.floor.wait(1_000)
            self.settle()

    def arrive(self) -> None:
        self.stage.arrive()
        self.settle()

    def offer(self) -> tuple[AgentId, OfferId]:
        live = self.floor.router.state.cases[CASE].live_offer
        return live.agent, live.offer

    def accept(self) -> AgentId:
        """Have the agent to whom the case is offered accept it, and their leg come up."""
        name, offer = self.offer()
        self.floor.do(agent(name), r.AcceptOffer(ref="r", offer=offer))
        self.settle()
        self.answer(name)
        return name

    def refuse(self) -> None:
        name, offer = self.offer()
        self.floor.do(agent(name), r.RefuseOffer(ref="r", offer=offer))
        self.settle()

    def answer(self, name: AgentId) -> None:
        self.stage.answer(name)
        self.settle()

    def ask(self, name: AgentId, command: c.AnyCallCommand) -> None:
        self.stage.ask(name, command)
        self.settle()

    def transfer(self, name: AgentId, mode: TransferMode, to: AgentId | None = None) -> None:
        queue = GENERAL if to is None else None
        command = c.TransferCall(ref="r", call=CALL, mode=mode, agent=to, queue=queue)
        self.ask(name, command)

    def holder(self) -> AgentId | None:
        return self.floor.router.state.cases[CASE].holder

    @property
    def speaks_with(self) -> list[AgentId]:
        state = self.stage.call.state
        company = self.stage.company(self.stage.client_leg)
        return [leg.agent for leg in state.living if leg.leg in company and leg.agent is not None]


def test_a_call_is_offered_accepted_handled_and_wrapped_up() -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    assert exchange.offer()[0] == ANN
    assert exchange.stage.started == [], "nobody is called by an offer"
    exchange.accept()
    assert exchange.speaks_with == [ANN]
    assert exchange.floor.router.state.cases[CASE].status is CaseStatus.HANDLED
    exchange.stage.end(CALLER)
    exchange.settle()
    assert exchange.holder() == ANN
    exchange.floor.do(agent(ANN), r.SettleCase(ref="r", case=CASE, outcome=r.OutcomeClose()))
    exchange.settle()
    assert exchange.stage.call.is_over


def test_a_call_assigned_by_hand_rings_before_it_connects() -> None:
    exchange = Exchange()
    exchange.arrive()
    exchange.floor.agent(ANN)
    exchange.floor.connect(ANN)
    exchange.floor.do(SYSTEM, r.AssignCase(ref="r", case=CASE, agent=ANN))
    exchange.settle()
    assert exchange.stage.started[-1].rings
    exchange.answer(ANN)
    assert exchange.speaks_with == [ANN]


def test_a_refused_call_goes_to_the_next_agent() -> None:
    exchange = Exchange(ANN, BOB)
    exchange.arrive()
    first = exchange.offer()[0]
    exchange.refuse()
    assert exchange.accept() != first
    assert len(exchange.speaks_with) == 1


def test_a_caller_who_gives_up_abandons_the_case_offered_or_not() -> None:
    for agents in ((), (ANN,)):
        exchange = Exchange(*agents)
        exchange.arrive()
        exchange.stage.end(CALLER)
        exchange.settle()
        closed = [event for event in exchange.floor.log if isinstance(event, e.CaseClosed)]
        assert [event.cause for event in closed] == [CloseCause.ABANDONED]
        assert exchange.stage.call.is_over


def test_an_agent_whose_leg_fails_loses_the_case_to_the_next() -> None:
    exchange = Exchange(ANN, BOB)
    exchange.arrive()
    name, offer = exchange.offer()
    exchange.floor.do(agent(name), r.AcceptOffer(ref="r", offer=offer))
    exchange.settle()
    exchange.stage.end(exchange.stage.leg(name), LegCause.FAILED)
    exchange.settle()
    assert exchange.offer()[0] != name
    other = exchange.accept()
    assert (exchange.holder(), exchange.speaks_with) == (other, [other])


def test_an_agent_lost_in_conversation_sends_the_client_to_the_next_with_their_age() -> None:
    exchange = Exchange(ANN, BOB)
    exchange.arrive()
    name = exchange.accept()
    enqueued_ms = exchange.floor.router.state.cases[CASE].enqueued_at_ms
    exchange.stage.tell(inputs.LegBroke(leg=exchange.stage.leg(name)))
    exchange.wait(10_000)
    assert exchange.accept() != name
    assert exchange.floor.router.state.cases[CASE].enqueued_at_ms == enqueued_ms


@pytest.mark.parametrize("mode", list(TransferMode))
def test_who_takes_a_transfer_holds_the_case(mode: TransferMode) -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.floor.ready(BOB)
    exchange.transfer(ANN, mode, BOB)
    assert exchange.holder() == ANN
    exchange.answer(BOB)
    if mode is TransferMode.WARM:
        exchange.ask(ANN, c.CompleteTransfer(ref="r", call=CALL))
    assert (exchange.holder(), exchange.speaks_with) == (BOB, [BOB])
    assert exchange.floor.router.state.cases[CASE].status is CaseStatus.HANDLED


@pytest.mark.parametrize("mode", list(TransferMode))
def test_a_transfer_to_a_queue_is_offered_there_and_not_to_the_first_again(
    mode: TransferMode,
) -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.floor.ready(BOB)
    exchange.transfer(ANN, mode)
    assert exchange.holder() is None
    assert exchange.offer()[0] == BOB
    exchange.accept()
    if mode is TransferMode.WARM:
        exchange.ask(ANN, c.CompleteTransfer(ref="r", call=CALL))
    assert (exchange.holder(), exchange.speaks_with) == (BOB, [BOB])


@pytest.mark.parametrize("mode", list(TransferMode))
def test_a_transfer_that_nobody_takes_comes_back_to_the_first(mode: TransferMode) -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.transfer(ANN, mode)
    exchange.wait(60_000)
    assert exchange.holder() == ANN
    if mode is TransferMode.COLD:
        exchange.answer(ANN)
    assert exchange.speaks_with == [ANN]
    assert exchange.stage.fact(c.TransferEnded).outcome is TransferOutcome.RETURNED


def test_a_transfer_to_a_queue_that_takes_nothing_comes_back_at_once() -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.floor.queue(GENERAL, is_open=False)
    exchange.transfer(ANN, TransferMode.WARM)
    assert (exchange.holder(), exchange.speaks_with) == (ANN, [ANN])
    exchange.transfer(ANN, TransferMode.COLD)
    exchange.answer(ANN)
    assert (exchange.holder(), exchange.speaks_with) == (ANN, [ANN])


def test_a_first_agent_who_is_busy_by_then_is_not_called_back() -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.transfer(ANN, TransferMode.COLD)
    exchange.floor.open(TWO, MAX)
    exchange.wait(61_000)
    assert exchange.stage.call.state.phase is Phase.QUEUED
    assert exchange.stage.cues(CALLER) == [Cue.MUSIC]


def test_a_supervisor_who_takes_the_case_back_takes_the_client_along() -> None:
    exchange = Exchange(ANN)
    exchange.arrive()
    exchange.accept()
    exchange.floor.ready(BOB)
    exchange.floor.do(SYSTEM, r.TakeBack(ref="r", case=CASE))
    exchange.settle()
    exchange.accept()
    assert (exchange.holder(), exchange.speaks_with) == (BOB, [BOB])


def test_an_appointment_rings_agents_until_one_accepts_and_only_then_the_client() -> None:
    exchange = Exchange(ANN, BOB)
    opened = r.OpenCase(
        ref="r", case=CASE, channel=Channel.APPOINTMENT, subject="other", due_at_ms=600_000
    )
    exchange.floor.do(client(ZOE), opened)
    exchange.floor.now_ms = exchange.stage.now_ms = 600_000
    exchange.stage.tell(inputs.AppointmentDue(party=PARTY))
    exchange.floor.wait(0)
    exchange.settle()
    exchange.refuse()
    assert exchange.stage.started == []
    name = exchange.accept()
    assert [start.role for start in exchange.stage.started] == [LegRole.AGENT, LegRole.CLIENT]
    exchange.wait(30_000)
    assert exchange.holder() == name, "ringing the client is work: the case is not taken back"
    exchange.stage.tell(inputs.LegAnswered(leg=exchange.stage.client_leg))
    assert exchange.speaks_with == [name]


def test_a_manual_call_makes_its_agent_unavailable_for_others() -> None:
    exchange = Exchange(ANN)
    exchange.floor.open(CASE)
    exchange.stage.tell(inputs.NumberDialled(agent=ANN, party=PARTY))
    exchange.settle()
    assert exchange.floor.router.state.agents[ANN].presence is Presence.MANUAL_CALL


def test_a_client_who_would_rather_be_called_back_has_an_appointment_instead() -> None:
    exchange = Exchange()
    exchange.arrive()
    told = inputs.WaitEstimated(place=1, appointment_ms=90_000_000)
    exchange.stage.tell(told)
    exchange.stage.hear()
    exchange.wait(299_000)
    while exchange.stage.cues(CALLER) != [Cue.MUSIC]:
        exchange.stage.hear()
    exchange.wait(1_000)
    assert exchange.stage.cues(CALLER) == [Cue.APPOINTMENT_OFFER]
    exchange.stage.tell(inputs.TonePressed(leg=CALLER, tone="1"))
    exchange.settle()
    assert exchange.stage.cues(CALLER) == [Cue.APPOINTMENT_TAKEN]
    cases = exchange.floor.router.state.cases
    assert [(case.case, case.due_at_ms) for case in cases.values()] == [(LATER, 90_000_000)]


def test_outside_hours_a_caller_is_told_and_leaves_no_case_behind() -> None:
    exchange = Exchange(ANN)
    queue = r.ConfigureQueue(ref="r", queue=GENERAL, label=LABEL, hours=Hours())
    exchange.floor.do(SYSTEM, queue)
    later = Period(opens_ms=10**9, closes_ms=2 * 10**9)
    exchange.floor.do(r.SYSTEM, r.ScheduleQueue(ref="r", queue=GENERAL, periods=(later,)))
    exchange.stage.tell(
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="other", appointment_case=CASE)
    )
    exchange.settle()
    exchange.stage.tell(inputs.LegAnswered(leg=CALLER))
    assert exchange.stage.cues(CALLER) == [Cue.CLOSED]
    exchange.stage.hear()
    exchange.settle()
    assert exchange.stage.fact(c.CallEnded).cause is CallCause.OUTSIDE_HOURS
    assert exchange.floor.router.state.cases == {}
