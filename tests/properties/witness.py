"""Follows a router's log and compares everything it did by itself with the model."""

from collections.abc import Iterable

from store.schema import events as e
from store.schema.ids import AgentId, CaseId
from store.schema.scoring import channel_rule
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    ChoiceCause,
    CloseCause,
    OfferOutcome,
    Policy,
    Presence,
    PresenceReason,
    QueueCause,
    Term,
)
from tests.properties.facts import Case, Facts
from tests.properties.model import Model, without_position


class Witness:
    """Reads events one by one; what it says is wrong is an AssertionError with both sides.

    It knows the log and nothing else, so whatever it can check is explained by the log alone.
    """

    def __init__(self) -> None:
        self.model = Model()
        self._expected: list[e.AnyCaseEvent] = []
        self._unexplained: set[tuple[type, CaseId]] = set()
        self._preferences: dict[CaseId, tuple[AgentId, str]] = {}
        self._scores: dict[CaseId, tuple[Term, ...]] = {}
        self._head_starts: list[int] = []
        self._held: set[CaseId] = set()
        self._to_end: set[CaseId] = set()
        self._late: set[AgentId] = set()

    @property
    def facts(self) -> Facts:
        return self.model.facts

    def follow(self, events: Iterable[e.AnyEvent]) -> None:
        """Check each event of one turn against the model, then believe it."""
        last_due: tuple[int, int, str] = (0, 0, "")
        for event in events:
            self._check(event)
            due = self._due(event)
            if due is not None:
                assert last_due < due, (last_due, due)
                last_due = due
            before = {name for name, agent in self.facts.agents.items() if agent.is_ready}
            policy = self.facts.policy
            self.facts.apply(event)
            self._explain(event)
            if not _scores_alike(self.facts.policy, policy):
                self._expect_scores()
            self._check_joining(event, before)

    def rest(self, now_ms: int) -> None:
        """Check that a turn that ended at this time left nothing to do."""
        assert self._expected == []
        assert self._unexplained == set()
        self._nothing_is_over(now_ms)
        assert self.model.next_choice(now_ms) == [], "something was left to give"
        for agent in self.facts.agents.values():
            assert agent.joins_at_ms is None or agent.joins_at_ms > now_ms
        for name, queue in self.facts.queues.items():
            assert queue.is_in_hours == self.model.is_in_hours(name, now_ms), name
            if not queue.is_in_hours:
                assert queue.opens_at_ms == self.model.opens_at_ms(name, now_ms), name
        for case in self.facts.cases.values():
            self._rest_of_case(case, now_ms)
        for late in self._late:
            assert self.facts.agents[late].presence is not Presence.AVAILABLE, "it did not answer"
        self._late = set()

    def _nothing_is_over(self, now_ms: int) -> None:
        """Check that before a choice every wait that is over has ended."""
        assert not self._preferences
        assert not self._scores
        assert not self._to_end
        for case in self.facts.cases.values():
            if case.preferred is not None and case.is_waiting:
                assert not self.model.preference_is_over(case, now_ms), case
            if case.earmarked is not None:
                assert not self.model.earmark_is_over(case), case

    def _rest_of_case(self, case: Case, now_ms: int) -> None:
        if case.offer is not None:
            assert case.offer.deadline_ms > now_ms
            assert self.facts.agents[case.offer.agent].is_ready
        if case.worker is not None:
            worker = self.facts.agents[case.worker]
            assert worker.is_active, case
            assert worker.presence is not Presence.LEAVE, case
        assert case.starts_by_ms is None or case.starts_by_ms > now_ms
        assert case.status is not CaseStatus.SCHEDULED or (case.due_at_ms or 0) > now_ms
        assert not case.is_held or not self.facts.queues[case.queue].is_in_hours

    def _check(self, event: e.AnyEvent) -> None:
        is_a_choice = isinstance(event, e.CaseDecided | e.CaseEarmarked | e.CaseOffered) or (
            isinstance(event, e.CaseAssigned) and event.cause is AssignCause.AUTOMATIC
        )
        if self._expected or is_a_choice:
            self._check_choice(event)
        elif isinstance(event, e.CasePreferred):
            self._check_preferred(event)
        elif isinstance(event, e.PreferenceEnded | e.EarmarkEnded):
            self._check_end(event)
        elif isinstance(event, e.CaseScored):
            self._check_scored(event)
        elif isinstance(event, e.CaseQueued):
            self._check_queued(event)
        elif isinstance(event, e.OfferEnded) and event.outcome is OfferOutcome.TIMED_OUT:
            offer = self.facts.cases[event.case].offer
            assert offer is not None
            assert event.at_ms >= offer.deadline_ms
        elif isinstance(event, e.CaseClosed):
            assert self.facts.cases[event.case].earmarked is None
        elif isinstance(event, e.AgentsJoined):
            self._check_joined(event)
        elif isinstance(event, e.QueueOpened | e.QueueClosed):
            self._check_hours(event)

    def _due(self, event: e.AnyEvent) -> tuple[int, int, str] | None:
        """Return when an event of the clock was due, in the order of docs/ROUTING.md."""
        due: tuple[int | None, int, str] | None = None
        match event:
            case e.AgentsJoined():
                due = self.facts.agents[event.agents[0]].joins_at_ms, 1, ""
            case e.PresenceChanged(reason=PresenceReason.CONNECTION_LOST):
                due = self.facts.agents[event.agent].grace_ends_ms, 2, event.agent
            case e.OfferEnded(outcome=OfferOutcome.TIMED_OUT):
                offer = self.facts.cases[event.case].offer
                due = None if offer is None else (offer.deadline_ms, 3, event.case)
            case e.CaseQueued(cause=QueueCause.NOT_STARTED):
                due = self.facts.cases[event.case].starts_by_ms, 4, event.case
            case e.CaseClosed(cause=CloseCause.CLIENT_SILENT):
                due = self.facts.cases[event.case].closes_at_ms, 5, event.case
            case e.CaseQueued(cause=QueueCause.DUE):
                due = self.facts.cases[event.case].due_at_ms, 6, event.case
            case _:
                pass
        if due is None:
            return None
        due_ms, kind, name = due
        assert due_ms is not None
        assert due_ms <= event.at_ms
        return due_ms, kind, name

    # Choices.

    def _check_choice(self, event: e.AnyEvent) -> None:
        if not self._expected:
            self._nothing_is_over(event.at_ms)
            self._expected = self.model.next_choice(event.at_ms)
            assert self._expected, ("nothing was to be given", event)
        expected = self._expected.pop(0)
        differences = _differences(event, expected)
        assert differences == {}, differences
        # Nobody is passed by who had an agent kept free: that agent could take nobody else.
        if isinstance(event, e.CaseDecided) and event.cause is not ChoiceCause.EARMARKED:
            self._check_overtaking(event)

    def _check_overtaking(self, event: e.CaseDecided) -> None:
        """Assert that nobody is passed by a case that came more than B after it (G5)."""
        bound_ms = max(self._head_starts) - min(self._head_starts)
        chosen = self.facts.cases[event.case]
        agent = self.facts.agents[event.agent]
        for other in self.model.in_order():
            could_be_taken = agent in self.model.eligible(other, event.at_ms)
            if other.queue == chosen.queue and could_be_taken:
                assert chosen.age_ms <= other.age_ms + bound_ms

    # Waits for one agent.

    def _check_preferred(self, event: e.CasePreferred) -> None:
        case = self.facts.cases[event.case]
        assert (event.agent, event.why) == self._preferences.pop(event.case, None), case
        assert event.until_ms == event.at_ms + self.model.hold_ms(event.why)

    def _check_end(self, event: e.PreferenceEnded | e.EarmarkEnded) -> None:
        case = self.facts.cases[event.case]
        if isinstance(event, e.PreferenceEnded):
            assert case.preferred is not None
            assert case.preferred.agent == event.agent
            is_over = self.model.preference_is_over(case, event.at_ms)
        else:
            assert case.earmarked == event.agent
            is_over = self.model.earmark_is_over(case)
        if is_over:
            return
        expected = self.model.next_choice(event.at_ms)[:1]
        if isinstance(event, e.EarmarkEnded) and [without_position(event)] == expected:
            self._check_choice(event)
        else:
            # Then the case itself is about to move, in this turn.
            self._unexplained.add((type(event), event.case))

    def _explain(self, event: e.AnyEvent) -> None:
        """Remember what must follow from the event, and what it explains."""
        self._expect_preferences(event)
        self._expect_end_of_earmark(event)
        if isinstance(event, e.CaseScored | e.CaseEscalated):
            self._head_starts.append(event.head_start_ms)
        if isinstance(event, e.CaseAssigned) and event.cause is AssignCause.ACCEPTED:
            rule = channel_rule(self.facts.policy, self.facts.cases[event.case].opened.channel)
            starts_by_ms = event.at_ms + rule.start_ms if rule.start_ms else None
            assert event.starts_by_ms == starts_by_ms
        if isinstance(event, e.CaseQueued | e.CaseAssigned | e.CaseClosed | e.CaseScheduled):
            self._unexplained -= {
                (e.PreferenceEnded, event.case),
                (e.EarmarkEnded, event.case),
            }

    def _expect_end_of_earmark(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.EarmarkEnded):
            self._to_end.discard(event.case)
        if isinstance(event, e.CaseScheduled) and self.facts.cases[event.case].earmarked:
            self._to_end.add(event.case)

    def _expect_preferences(self, event: e.AnyEvent) -> None:
        let_in: list[Case] = []
        if isinstance(event, e.CaseQueued) and event.cause is QueueCause.OPENED:
            let_in = [self.facts.cases[event.case]]
        elif isinstance(event, e.QueueOpened):
            let_in = [self.facts.cases[name] for name in self._held & self.facts.cases.keys()]
        for case in let_in:
            preference = self.model.preference(case)
            if preference is not None and not case.is_held:
                self._preferences[case.name] = preference
        self._held = {case.name for case in self.facts.cases.values() if case.is_held}

    # Ages and head starts.

    def _check_queued(self, event: e.CaseQueued) -> None:
        case = self.facts.cases[event.case]
        if case.enqueued_at_ms is None:
            entered_ms = event.at_ms if case.due_at_ms is None else case.due_at_ms
            assert event.enqueued_at_ms == entered_ms
            assert event.enqueued_at_ms <= event.at_ms
            target_ms = self.facts.queues[event.queue].configured.service_level_ms
            assert case.terms == self.model.terms(case, target_ms)
        else:
            assert event.enqueued_at_ms == case.enqueued_at_ms, "the age is kept"
        assert event.key == event.enqueued_at_ms - case.head_start_ms
        queue = self.facts.queues[event.queue]
        if event.cause in {QueueCause.OPENED, QueueCause.TRANSFERRED}:
            assert queue.configured.is_open
        if event.queue != case.queue and case.earmarked is not None:
            self._to_end.add(case.name)
        if event.cause in {QueueCause.TIMED_OUT, QueueCause.NOT_STARTED}:
            assert event.former is not None
            self._late.add(event.former)
        is_new = event.cause is QueueCause.OPENED
        assert queue.is_in_hours or event.cause is not QueueCause.TRANSFERRED
        assert event.is_held == (is_new and not queue.is_in_hours)

    def _expect_scores(self) -> None:
        """Remember which waiting cases a new policy must score again."""
        for case in self.model.in_order():
            terms = self.model.terms(case, case.target_ms)
            if terms != case.terms:
                self._scores[case.name] = terms

    def _check_scored(self, event: e.CaseScored) -> None:
        assert event.head_start_ms == sum(term.head_start_ms for term in event.terms)
        case = self.facts.cases[event.case]
        if event.key is not None:
            assert event.key == case.age_ms - event.head_start_ms
            assert event.terms == self._scores.pop(event.case)

    # Beginning, opening and closing.

    def _check_joining(self, event: e.AnyEvent, before: set[AgentId]) -> None:
        """Assert that who became available by this event joins when it should (§7)."""
        if not isinstance(event, e.PresenceChanged | e.AgentConnected):
            return
        agent = self.facts.agents[event.agent]
        if not agent.is_ready or event.agent in before:
            assert event.joins_at_ms is None
            return
        others = [other for other in self.facts.agents.values() if other is not agent]
        assert event.joins_at_ms == self.model.joins_at_ms(others, event.at_ms)

    def _check_joined(self, event: e.AgentsJoined) -> None:
        joining = {
            name: agent.joins_at_ms
            for name, agent in self.facts.agents.items()
            if agent.joins_at_ms is not None
        }
        first_ms = min(joining.values())
        assert first_ms <= event.at_ms
        assert sorted(event.agents) == sorted(
            name for name, joins_at_ms in joining.items() if joins_at_ms == first_ms
        )

    def _check_hours(self, event: e.QueueOpened | e.QueueClosed) -> None:
        queue = self.facts.queues[event.queue]
        if isinstance(event, e.QueueOpened):
            assert not queue.is_in_hours
            periods = queue.periods if queue.configured.hours is not None else None
            closing = [end for start, end in periods or () if start <= event.at_ms < end]
            assert event.closes_at_ms == (closing[0] if closing else None)
        else:
            # Closed already, it is told again when it opens at another time than was said.
            assert queue.is_in_hours or event.opens_at_ms != queue.opens_at_ms
            assert event.opens_at_ms == self.model.opens_at_ms(event.queue, event.at_ms)


def _scores_alike(one: Policy, other: Policy) -> bool:
    """Whether two policies have the same to say about head starts."""
    return all(
        getattr(one, part) == getattr(other, part)
        for part in (
            "subjects",
            "channels",
            "segments",
            "escalation_head_start_ms",
            "service_level_reference_ms",
        )
    )


def _differences(event: e.AnyEvent, expected: e.AnyEvent) -> dict[str, tuple[object, object]]:
    """Return what the router wrote and what it should have, where they are not the same."""
    if type(event) is not type(expected):
        return {"type": (event, expected)}
    left, right = without_position(event), without_position(expected)
    return {
        name: (getattr(left, name), getattr(right, name))
        for name in left.__struct_fields__
        if getattr(left, name) != getattr(right, name)
    }
