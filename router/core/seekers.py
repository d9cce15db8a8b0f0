"""The cases that want an agent kept free for them, in their order, and what is new about it."""

from collections.abc import Callable, Iterable

from router.core.ranking import Ranking
from router.core.state import Case
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import EarmarkCause, Policy

# A place in the order, and the case.
Seeker = tuple[int, CaseId]
# Appointments to come before calls that drain, each in its own order.
_CALLS = 1 << 120


class Seekers:
    """Cases without an earmark that should have one, by queue.

    Those that nothing is new about were tried before: no agent could be found for them, and
    only an agent who is new to them can change that.
    """

    def __init__(self) -> None:
        self._seeking: dict[QueueId, Ranking[CaseId, int]] = {}
        self._queue_of: dict[CaseId, QueueId] = {}
        self._new_cases: dict[CaseId, int] = {}
        self._new_agents: dict[AgentId, None] = {}

    def put(self, case: Case, policy: Policy, now_ms: int) -> None:
        """Take in a case that may need a whole agent."""
        self.drop(case.case)
        rank = _rank(case, policy, now_ms)
        if rank is not None:
            seeking = self._seeking.get(case.queue)
            if seeking is None:
                seeking = self._seeking[case.queue] = Ranking()
            seeking.put(case.case, rank)
            self._queue_of[case.case] = case.queue
            self._new_cases[case.case] = rank

    def drop(self, name: CaseId) -> None:
        """Forget a case that wants nothing, or is no more."""
        queue = self._queue_of.pop(name, None)
        if queue is not None:
            self._seeking[queue].discard(name)
            self._new_cases.pop(name, None)

    def note_agent(self, name: AgentId) -> None:
        """Take in an agent who could not be kept free for these cases before."""
        self._new_agents[name] = None

    def news(self) -> tuple[list[Seeker], list[AgentId]]:
        """Return the new cases, the first in order first, and the new agents; they are no news."""
        cases = sorted((rank, name) for name, rank in self._new_cases.items())
        agents = list(self._new_agents)
        self.forget_news()
        return cases, agents

    def renew(self, cases: Iterable[Seeker], agents: Iterable[AgentId]) -> None:
        """Take cases and agents for new again: not all of them were tried."""
        self._new_cases.update((name, rank) for rank, name in cases if name in self._queue_of)
        self._new_agents.update(dict.fromkeys(agents))

    def forget_news(self) -> None:
        """Take all for tried: the state was saved when nothing was left to do."""
        self._new_cases.clear()
        self._new_agents.clear()

    def is_seeking(self, name: CaseId) -> bool:
        """Whether the case still wants an agent kept free."""
        return name in self._queue_of

    def first(self, queues: Iterable[QueueId], fits: Callable[[CaseId], bool]) -> Seeker | None:
        """Return the first case of these queues that fits, or None."""
        best: Seeker | None = None
        for queue in queues:
            seeking = self._seeking.get(queue)
            for rank, name in seeking.ascending() if seeking is not None else ():
                if best is not None and (rank, name) >= best:
                    break
                if fits(name):
                    best = (rank, name)
                    break
        return best


def cause_of(case: Case) -> EarmarkCause:
    """Return why an agent would be kept free for the case."""
    return EarmarkCause.APPOINTMENT if case.is_to_come else EarmarkCause.DRAINING


def _rank(case: Case, policy: Policy, now_ms: int) -> int | None:
    if case.earmark is not None:
        return None
    if case.is_to_come and case.due_at_ms is not None:
        is_near = now_ms >= case.due_at_ms - policy.earmark_ms
        return case.due_rank if is_near else None
    if not (case.is_exclusive and case.is_waiting) or case.is_held or case.preferred is not None:
        return None
    is_starving = now_ms >= case.enqueued_at_ms + policy.drain_after_ms
    return _CALLS + case.rank if is_starving else None
