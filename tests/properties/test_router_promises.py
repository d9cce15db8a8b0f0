"""Any order of commands and any passage of time keep the router's promises."""

from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from router.core.router import Router
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.codec import decode_events, encode
from store.schema.ids import CaseId
from store.schema.terms import (
    AssignCause,
    ChoiceCause,
    CloseCause,
    EarmarkCause,
    OfferOutcome,
    PresenceReason,
    QueueCause,
)
from tests.properties.deadlines import next_due_ms
from tests.properties.floor_machine import FloorMachine
from tests.properties.promises import check_promises, check_same, replayed
from tests.properties.witness import Witness


class RouterMachine(FloorMachine):
    """The floor under a witness, who knows the rules and reads the log."""

    met: ClassVar[set[tuple[str, str]]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self.witness = Witness()
        self.log: list[e.AnyEvent] = []
        self.closed: set[CaseId] = set()
        self.is_sound = True

    @initialize(is_claims_ringed=st.booleans())
    def set_up(self, *, is_claims_ringed: bool) -> None:
        self.arrange(is_claims_ringed=is_claims_ringed)

    def keep(self, events: list[e.AnyEvent]) -> None:
        self.log += events
        self.is_sound = False
        self.witness.follow(events)
        self.witness.rest(self.now_ms)
        self.is_sound = True
        for event in events:
            if isinstance(event, e.CaseEvent) and not isinstance(event, e.SurveyAnswered):
                assert event.case not in self.closed, "closed is final"
            if isinstance(event, e.CaseClosed):
                self.closed.add(event.case)
            self.rows.apply(event)
            self.met.add(_move(event))

    @invariant()
    def promises_hold(self) -> None:
        check_promises(self.router.state)
        check_same(self.router.state, self.witness.facts)

    @invariant()
    def nothing_that_falls_due_is_slept_through(self) -> None:
        due_ms = next_due_ms(self.witness.facts, self.now_ms)
        deadline_ms = self.router.next_deadline_ms()
        if due_ms is None:
            assert deadline_ms is None or deadline_ms <= self.now_ms, deadline_ms
        else:
            assert deadline_ms is not None, due_ms
            assert deadline_ms <= due_ms, (deadline_ms, due_ms)

    @invariant()
    def log_has_no_gaps(self) -> None:
        assert [event.seq for event in self.log[-20:]] == list(
            range(self.router.seq - min(20, len(self.log)) + 1, self.router.seq + 1)
        )

    @invariant()
    def rows_say_the_same(self) -> None:
        for case in self.router.state.cases.values():
            row, fact = self.rows.cases[case.case], self.witness.facts.cases[case.case]
            assert (row.status, row.holder) == (case.status, case.holder)
            assert (row.queue, row.preferred) == (case.queue, case.preferred)
            assert row.closes_at_ms == case.closes_at_ms
            assert (row.offer is None) == (case.offer is None)
            assert (row.is_held, row.due_at_ms) == (fact.is_held, fact.due_at_ms)
            assert row.starts_by_ms == fact.starts_by_ms
            if case.is_waiting:
                assert row.key == case.key
        for agent in self.rows.agents.values():
            kept = [
                case.name
                for case in self.witness.facts.cases.values()
                if case.earmarked == agent.agent
            ]
            assert kept == ([] if agent.earmarked is None else [agent.earmarked])

    @rule()
    def restart_from_a_snapshot(self) -> None:
        self.tick()
        loaded = Router()
        loaded.load(self.router.dump())
        assert loaded.digest() == self.router.digest()
        assert loaded.tick(self.now_ms) == []
        self.router = loaded

    def teardown(self) -> None:
        if not self.is_sound:
            return
        self.tick()
        reader = Witness()
        for event in decode_events(encode(self.log)):
            reader.follow([event])
        rebuilt = replayed(self.log)
        assert rebuilt.digest() == self.router.digest()
        assert rebuilt.tick(self.now_ms) == []
        assert rebuilt.next_deadline_ms() == self.router.next_deadline_ms()


def _move(event: e.AnyEvent) -> tuple[str, str]:
    """Return what kind of thing happened, for `MOVES`."""
    if isinstance(event, e.CaseQueued) and event.is_held:
        return "held", ""
    if isinstance(event, e.CaseScored) and event.key is not None:
        return "scored again", ""
    kinds = ("cause", "outcome", "reason")
    found = [getattr(event, kind) for kind in kinds if hasattr(event, kind)]
    return type(event).__name__, found[0] if found else ""


# Every kind of choice and of move by the clock; a search that meets none of one proves nothing.
MOVES = {
    *(("CaseDecided", cause) for cause in ChoiceCause),
    *(("CaseEarmarked", cause) for cause in EarmarkCause),
    *(("CaseQueued", cause) for cause in QueueCause),
    *(("CaseAssigned", cause) for cause in AssignCause if cause is not AssignCause.RETURNED),
    *(("CaseClosed", cause) for cause in CloseCause),
    *(("OfferEnded", outcome) for outcome in OfferOutcome),
    *(("PresenceChanged", reason) for reason in PresenceReason if "call" not in reason),
    *((kind, "") for kind in ("CasePreferred", "PreferenceEnded", "EarmarkEnded")),
    *((kind, "") for kind in ("AgentsJoined", "QueueOpened", "QueueClosed")),
    *((kind, "") for kind in ("held", "scored again")),
}


def test_any_day_is_lived_as_the_model_says() -> None:
    RouterMachine.met = set()
    search = settings(
        max_examples=max(200, settings().max_examples),
        report_multiple_bugs=False,
        stateful_step_count=max(50, settings().stateful_step_count),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(RouterMachine, settings=search)
    assert set() == MOVES - RouterMachine.met
