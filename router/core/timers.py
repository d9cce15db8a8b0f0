"""Every deadline of the site in one heap, kept in step with the state."""

from enum import StrEnum

from router.core.ranking import Ranking
from router.core.state import Agent, Case
from store.schema.ids import CaseId
from store.schema.terms import CaseStatus


class Timer(StrEnum):
    """What falls due."""

    GRACE = "grace"
    HOLD = "hold"
    OFFER = "offer"
    RING = "ring"
    SILENCE = "silence"


class Timers:
    """Deadlines by (kind, id of the case or agent)."""

    def __init__(self) -> None:
        self._deadlines: Ranking[tuple[str, str]] = Ranking()

    def put_agent(self, agent: Agent) -> None:
        """Take in an agent: a lost connection has a grace time."""
        self._put(Timer.GRACE, agent.agent, agent.grace_ends_ms)

    def put_case(self, case: Case) -> None:
        """Take in a case: offers, holds and silent clients all end."""
        is_held = case.preferred is not None and case.status is CaseStatus.QUEUED
        self._put(Timer.OFFER, case.case, case.offer.deadline_ms if case.offer else None)
        self._put(Timer.HOLD, case.case, case.preferred_until_ms if is_held else None)
        self._put(Timer.SILENCE, case.case, case.closes_at_ms)

    def put_ring(self, case: CaseId, opens_ms: int) -> None:
        """Take in the next ring of a waiting case; the earliest counts."""
        former = self._deadlines.rank((Timer.RING, case))
        if former is None or opens_ms < former[0]:
            self._deadlines.put((Timer.RING, case), (opens_ms,))

    def drop_case(self, case: CaseId) -> None:
        """Forget every deadline of the case."""
        for timer in (Timer.OFFER, Timer.HOLD, Timer.RING, Timer.SILENCE):
            self._deadlines.discard((timer, case))

    def next_ms(self) -> int | None:
        """Return the earliest deadline, or None."""
        first = self._deadlines.first()
        return None if first is None else first[0][0]

    def due(self, now_ms: int) -> tuple[Timer, str] | None:
        """Return the earliest timer that is due, or None. It stays until the state changes."""
        first = self._deadlines.first()
        if first is None or first[0][0] > now_ms:
            return None
        timer, name = first[1]
        return Timer(timer), name

    def _put(self, timer: Timer, name: str, deadline_ms: int | None) -> None:
        if deadline_ms is None:
            self._deadlines.discard((timer, name))
        else:
            self._deadlines.put((timer, name), (deadline_ms,))
