"""When something falls due next, looked up in every fact that has a time."""

from collections.abc import Iterator

from store.schema.terms import CaseStatus
from tests.properties.facts import Case, Facts


def next_due_ms(facts: Facts, now_ms: int) -> int | None:
    """Return the first time after now at which the router must look, or None."""
    return min((due_ms for due_ms in _times(facts) if due_ms > now_ms), default=None)


def _times(facts: Facts) -> Iterator[int]:
    for agent in facts.agents.values():
        if agent.joins_at_ms is not None:
            yield agent.joins_at_ms
        if not agent.is_connected and agent.grace_ends_ms is not None:
            yield agent.grace_ends_ms
    for queue in facts.queues.values():
        if queue.configured.hours is not None:
            yield from _turns(queue.periods or (), is_in_hours=queue.is_in_hours)
    for case in facts.cases.values():
        yield from _times_of_case(facts, case)


def _turns(periods: tuple[tuple[int, int], ...], *, is_in_hours: bool) -> Iterator[int]:
    for opens_ms, closes_ms in periods:
        yield closes_ms if is_in_hours else opens_ms


def _times_of_case(facts: Facts, case: Case) -> Iterator[int]:
    if case.offer is not None:
        yield case.offer.deadline_ms
    if case.status is CaseStatus.ASSIGNED and case.starts_by_ms is not None:
        yield case.starts_by_ms
    if case.status is CaseStatus.WAITING_CLIENT and case.closes_at_ms is not None:
        yield case.closes_at_ms
    if case.status is CaseStatus.SCHEDULED and case.due_at_ms is not None:
        yield case.due_at_ms
        if case.earmarked is None:
            yield case.due_at_ms - facts.policy.earmark_ms
    if case.is_waiting and not case.is_held:
        yield from _times_of_waiting(facts, case)


def _times_of_waiting(facts: Facts, case: Case) -> Iterator[int]:
    if case.preferred is not None:
        yield case.preferred.until_ms
        return
    for ring in facts.queues[case.queue].configured.rings:
        yield case.age_ms + ring.after_ms
    if case.is_exclusive and case.earmarked is None:
        yield case.age_ms + facts.policy.drain_after_ms
