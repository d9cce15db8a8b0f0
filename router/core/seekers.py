"""The cases that want an agent kept free for them, in their order, and what is new about it."""

from collections.abc import Iterable

from router.core.ranking import Ranking
from router.core.state import Case
from store.schema.ids import AgentId, CaseId
from store.schema.terms import CaseStatus, EarmarkCause, Policy

# Appointments to come before calls that drain, each in its own order.
_CALLS = 1 << 120


class Seekers:
    """Cases without an earmark that should have one.

    Those that nothing is new about were tried before: no agent could be found for them, and
    only an agent who is new to them can change that.
    """

    def __init__(self) -> None:
        self._ranking: Ranking[CaseId, int] = Ranking()
        self._new_cases: set[CaseId] = set()
        self._new_agents: dict[AgentId, None] = {}

    def put(self, case: Case, policy: Policy, now_ms: int) -> None:
        """Take in a case that may need a whole agent."""
        rank = _rank(case, policy, now_ms)
        if rank is None:
            self.drop(case.case)
        else:
            self._ranking.put(case.case, rank)
            self._new_cases.add(case.case)

    def drop(self, name: CaseId) -> None:
        """Forget a case that wants nothing, or is no more."""
        self._ranking.discard(name)
        self._new_cases.discard(name)

    def note_agent(self, name: AgentId) -> None:
        """Take in an agent who could not be kept free for these cases before."""
        self._new_agents[name] = None

    def news(self) -> tuple[list[CaseId], set[CaseId], list[AgentId]]:
        """Return the cases in order, those that are new, and the new agents; forget what is new."""
        cases: list[CaseId] = []
        if self._new_cases or self._new_agents:
            cases = [name for _, name in self._ranking.ascending()]
        news = cases, self._new_cases, list(self._new_agents)
        self._new_cases = set()
        self._new_agents.clear()
        return news

    def renew(self, cases: Iterable[CaseId], agents: Iterable[AgentId]) -> None:
        """Take cases and agents for new again: not all of them were tried."""
        self._new_cases.update(cases)
        self._new_agents.update(dict.fromkeys(agents))

    def forget_news(self) -> None:
        """Take all for tried: the state was saved when nothing was left to do."""
        self._new_cases.clear()
        self._new_agents.clear()


def cause_of(case: Case) -> EarmarkCause:
    """Return why an agent would be kept free for the case."""
    is_to_come = case.status is CaseStatus.SCHEDULED
    return EarmarkCause.APPOINTMENT if is_to_come else EarmarkCause.DRAINING


def _rank(case: Case, policy: Policy, now_ms: int) -> int | None:
    if case.earmark is not None:
        return None
    if case.status is CaseStatus.SCHEDULED and case.due_at_ms is not None:
        is_near = now_ms >= case.due_at_ms - policy.earmark_ms
        return case.due_rank if is_near else None
    if not (case.is_exclusive and case.is_waiting) or case.is_held or case.preferred is not None:
        return None
    is_starving = now_ms >= case.enqueued_at_ms + policy.drain_after_ms
    return _CALLS + case.rank if is_starving else None
