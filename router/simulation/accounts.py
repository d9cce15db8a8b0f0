"""Keeps the figures and the trace of a floor, simulated or recorded, from its events."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from router.simulation.figures import Line, Summary, summary_of
from router.simulation.jobs import CaseTrace, Job
from router.simulation.staff import Worker
from store.schema import events as e
from store.schema.ids import AgentId
from store.schema.scoring import channel_rule
from store.schema.terms import Channel, ChannelRule, Policy, Presence

# With a routed call an agent is busy, and still at work.
_AT_WORK = frozenset({Presence.AVAILABLE, Presence.BUSY})


class Measured(Struct, frozen=True, kw_only=True):
    """From when to when: cases are counted that arrive from `from_ms` until `until_ms`.

    on_events: is shown every event. on_case: gets the trace of each case, when it is over or when
    the time is.
    """

    starts_ms: int
    from_ms: int
    until_ms: int
    on_events: Callable[[Sequence[e.AnyEvent]], None] | None = None
    on_case: Callable[[CaseTrace], None] | None = None


class Accounts:
    """Counts waits, work and the time that agents were available."""

    def __init__(
        self, workers: Mapping[AgentId, Worker], lines: Sequence[Line], measured: Measured
    ) -> None:
        self.refused_steps = 0
        self._workers = workers
        self._lines = lines
        self._measured = measured
        self._rules = _rules(Policy())

    def begin_measuring(self, now_ms: int, jobs: Iterable[Job]) -> None:
        """Forget what was worked before now."""
        for worker in self._workers.values():
            worker.begin_measuring(now_ms)
        for line in self._lines:
            line.worked_unit_ms = 0
        for job in jobs:
            job.worked_from_ms = 0

    def see_policy(self, event: e.PolicyConfigured) -> None:
        """Learn what a case of each channel takes of an agent."""
        self._rules = _rules(event.policy)

    def see_presence(self, worker: Worker, event: e.PresenceChanged) -> None:
        """Count the time that an agent is there for work."""
        worker.see_presence(event.at_ms, is_available=event.presence in _AT_WORK)

    def begin_wait(self, job: Job, now_ms: int) -> None:
        """Count an arrival."""
        job.enqueued_at_ms = now_ms
        if now_ms >= self._measured.from_ms:
            job.is_counted = True
            self._lines[job.line].arrived += 1

    def begin_work(self, job: Job, agent: AgentId, now_ms: int) -> None:
        """Count an assignment; the first one ends the wait."""
        if job.assigned_at_ms < 0:
            job.assigned_at_ms = now_ms
            job.first_agent = agent
            if job.is_counted:
                self._lines[job.line].count_served(now_ms - job.enqueued_at_ms)
        job.holder = agent
        job.worked_from_ms = self._workers[agent].available_until(now_ms)

    def stop_work(self, job: Job, now_ms: int) -> None:
        """Count what its holder worked on it."""
        if job.holder is None:
            return
        worker = self._workers[job.holder]
        rule = self._rules[job.command.channel]
        units = worker.capacity if rule.is_exclusive else rule.units
        worked_ms = worker.available_until(now_ms) - job.worked_from_ms
        self._lines[job.line].worked_unit_ms += units * worked_ms
        job.holder = None

    def close(self, job: Job, now_ms: int) -> None:
        """Count the end of a case, and of its wait if nobody ever had it."""
        self.stop_work(job, now_ms)
        job.closed_at_ms = now_ms
        if not job.is_wait_over:
            job.left_at_ms = now_ms
            if job.is_counted:
                self._lines[job.line].count_abandoned(job.wait_ms)
        self._trace(job)

    def finish(self, jobs: Iterable[Job], now_ms: int) -> Summary:
        """Return the figures; these jobs are not over."""
        for job in jobs:
            self.stop_work(job, now_ms)
            self._trace(job)
        staffed = sum(
            worker.capacity * worker.available_until(now_ms) for worker in self._workers.values()
        )
        return summary_of(self._lines, staffed, self.refused_steps)

    def _trace(self, job: Job) -> None:
        if self._measured.on_case is None or job.enqueued_at_ms < 0:
            return
        self._measured.on_case(
            CaseTrace(
                case=job.case,
                line=self._lines[job.line].name,
                client=job.command.client or "",
                arrived_s=(job.enqueued_at_ms - self._measured.starts_ms) / 1000,
                offered_s=self._seconds(job.offered_at_ms),
                assigned_s=self._seconds(job.assigned_at_ms),
                closed_s=self._seconds(job.closed_at_ms),
                agent=job.first_agent,
                abandoned=job.left_at_ms >= 0,
                wait_s=job.wait_ms / 1000 if job.is_wait_over else None,
            )
        )

    def _seconds(self, at_ms: int) -> float | None:
        return None if at_ms < 0 else (at_ms - self._measured.starts_ms) / 1000


def _rules(policy: Policy) -> dict[Channel, ChannelRule]:
    return {channel: channel_rule(policy, channel) for channel in Channel}
