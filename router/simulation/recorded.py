"""Reads a recorded log as traffic: who came, what they asked, how long it took, who was there."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from router.replay.asked import floor_command
from router.simulation.accounts import Accounts, Measured
from router.simulation.clients import REF
from router.simulation.figures import Line, Summary
from router.simulation.floor import Step
from router.simulation.jobs import NOT_YET, Answer, CaseTrace, Job, Leg
from router.simulation.laws import Draw, stream
from router.simulation.staff import Worker, worker
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import AssignCause, OfferOutcome, PresenceReason, QueueCause

# Where nothing was recorded.
_ANSWER_MS = 2_000
_BACK_AFTER_MS = 60_000
_BY_ROUTER = frozenset({AssignCause.AUTOMATIC, AssignCause.ACCEPTED})


class Visit(Struct, kw_only=True):
    """What became of one recorded case. leg_ms: what was worked of the present leg."""

    job: Job
    legs: list[Leg] = []
    answers: list[Answer] = []
    leg_ms: int = 0
    working_from_ms: int | None = None
    offered_at_ms: int = 0
    is_queued: bool = False


@dataclass
class RecordedDay:
    """A log, taken apart.

    story: changes to the floor, and cases as they were before anything happened to them, in order.
    unfinished: cases still worked on at the end. never_taken: cases that
    nobody ever had. by_hand: assignments that somebody made.
    """

    measured: Measured
    story: list[Step | Job] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    traces: dict[CaseId, CaseTrace] = field(default_factory=dict)
    summary: Summary | None = None
    unfinished: int = 0
    never_taken: int = 0
    by_hand: int = 0


class Recorder:
    """Takes a log apart, event by event."""

    def __init__(self, events: Sequence[e.AnyEvent]) -> None:
        measured = _window(events)
        self.day = RecordedDay(measured)
        self._ends_ms = measured.until_ms
        self._visits: dict[CaseId, Visit] = {}
        self._lines: dict[QueueId, int] = {}
        self._targets: dict[QueueId, int] = {}
        self._answers: list[int] = []
        self._missed: dict[AgentId, list[int]] = {}
        self._workers: dict[AgentId, Worker] = {}
        counted = replace(measured, on_case=self._keep_trace)
        self._accounts = Accounts(self._workers, self.day.lines, counted)
        for event in events:
            self._see(event)
        self._finish()

    def _see(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.CaseEvent):
            self._see_case(event)
            return
        command = floor_command(event)
        if isinstance(event, e.AgentConfigured):
            self._see_agent(event)
        elif isinstance(event, e.QueueConfigured):
            self._targets[event.queue] = event.service_level_ms
        elif isinstance(event, e.PolicyConfigured):
            self._accounts.see_policy(event)
        elif isinstance(event, e.PresenceChanged) and event.agent in self._workers:
            self._see_presence(event)
        if command is not None:
            self.day.story.append(Step(event.at_ms, SYSTEM, command))

    def _see_presence(self, event: e.PresenceChanged) -> None:
        self._accounts.see_presence(self._workers[event.agent], event)
        if event.reason is PresenceReason.OFFER_MISSED:
            self._missed.setdefault(event.agent, []).append(event.at_ms)

    def _see_agent(self, event: e.AgentConfigured) -> None:
        known = self._workers.get(event.agent)
        if known is None:
            made = self._workers[event.agent] = _worker(event)
            self.day.workers.append(made)
        else:
            known.capacity = event.capacity

    def _see_case(self, event: e.CaseEvent) -> None:
        visit = self._visits.get(event.case)
        if isinstance(event, e.CaseOpened):
            visit = self._visits[event.case] = Visit(job=_job(event))
            self.day.story.append(visit.job)
        elif visit is None:
            return
        elif isinstance(event, e.CaseQueued):
            self._see_queued(visit, event)
        else:
            self._see_progress(visit, event)

    def _see_queued(self, visit: Visit, event: e.CaseQueued) -> None:
        job = visit.job
        if not visit.is_queued:
            visit.is_queued = True
            job.line = self._line(event.queue)
            self._accounts.begin_wait(job, event.enqueued_at_ms)
        self._stop(visit, event.at_ms)
        if event.cause is QueueCause.TRANSFERRED and visit.leg_ms:
            visit.legs.append(Leg(visit.leg_ms, event.queue))
            visit.leg_ms = 0

    def _see_progress(self, visit: Visit, event: e.CaseEvent) -> None:
        job = visit.job
        match event:
            case e.CaseScheduled():
                # Moved or not, the client comes at the last time agreed.
                job.command = replace(job.command, due_at_ms=event.due_at_ms)
            case e.CaseOffered():
                visit.offered_at_ms = event.at_ms
                if job.offered_at_ms < 0:
                    job.offered_at_ms = event.at_ms
            case e.OfferEnded():
                self._see_offer_ended(visit, event)
            case e.CaseAssigned():
                self._see_assigned(visit, event)
            case e.CaseWaiting():
                self._stop(visit, event.at_ms)
            case e.CaseResumed() if event.holder is not None:
                self._start(visit, event.holder, event.at_ms)
            case e.CaseClosed():
                self._stop(visit, event.at_ms)
                self._accounts.close(job, event.at_ms)
            case _:
                pass

    def _see_offer_ended(self, visit: Visit, event: e.OfferEnded) -> None:
        after_ms = event.at_ms - visit.offered_at_ms
        match event.outcome:
            case OfferOutcome.TIMED_OUT:
                visit.answers.append(Answer(None))
            case OfferOutcome.WITHDRAWN:
                # It would have been answered later: not before now.
                visit.answers.append(Answer(max(after_ms + 1, self._usual_ms())))
            case OfferOutcome.ACCEPTED | OfferOutcome.REFUSED:
                is_accepted = event.outcome is OfferOutcome.ACCEPTED
                visit.answers.append(Answer(after_ms, is_accepted))
                bisect.insort(self._answers, after_ms)

    def _usual_ms(self) -> int:
        """Return the median of the answers so far."""
        return self._answers[len(self._answers) // 2] if self._answers else _ANSWER_MS

    def _see_assigned(self, visit: Visit, event: e.CaseAssigned) -> None:
        assert event.holder is not None, "a case is assigned to somebody"
        self._stop(visit, event.at_ms)
        self._start(visit, event.holder, event.at_ms)
        if event.cause not in _BY_ROUTER:
            self.day.by_hand += 1

    def _start(self, visit: Visit, agent: AgentId, now_ms: int) -> None:
        if agent in self._workers:
            visit.working_from_ms = now_ms
            self._accounts.begin_work(visit.job, agent, now_ms)

    def _stop(self, visit: Visit, now_ms: int) -> None:
        if visit.working_from_ms is not None:
            visit.leg_ms += now_ms - visit.working_from_ms
            visit.working_from_ms = None
        self._accounts.stop_work(visit.job, now_ms)

    def _line(self, queue: QueueId) -> int:
        if queue not in self._lines:
            self._lines[queue] = len(self.day.lines)
            self.day.lines.append(Line(queue, self._targets.get(queue, 60_000)))
        return self._lines[queue]

    def _keep_trace(self, trace: CaseTrace) -> None:
        self.day.traces[trace.case] = trace

    def _finish(self) -> None:
        still_open = [visit for visit in self._visits.values() if visit.job.closed_at_ms < 0]
        for visit in still_open:
            if visit.working_from_ms is not None:
                # Nobody knows when it would have ended: not within this day.
                visit.leg_ms = self._ends_ms - self.day.measured.starts_ms
                visit.working_from_ms = None
                self.day.unfinished += 1
        self.day.summary = self._accounts.finish(
            [visit.job for visit in still_open if visit.is_queued], self._ends_ms
        )
        means = self._mean_work()
        self.day.story = [
            self._as_it_came(self._visits[each.case], means) if isinstance(each, Job) else each
            for each in self.day.story
            if not (isinstance(each, Job) and _is_cancelled(each))
        ]
        for each in self.day.workers:
            each.answers = _always(self._usual_ms())
            each.missed_ms = frozenset(self._missed.get(each.agent, ()))

    def _mean_work(self) -> dict[int, int]:
        """Return the mean work on a case of each line."""
        works: dict[int, list[int]] = {}
        for visit in self._visits.values():
            if visit.job.closed_at_ms >= 0 and visit.job.assigned_at_ms >= 0:
                work_ms = visit.leg_ms + sum(leg.work_ms for leg in visit.legs)
                works.setdefault(visit.job.line, []).append(work_ms)
        return {line: sum(of_line) // len(of_line) for line, of_line in works.items()}

    def _as_it_came(self, visit: Visit, means: dict[int, int]) -> Job:
        """Return the job as it was before anything happened to it."""
        seen = visit.job
        legs = [*visit.legs, Leg(visit.leg_ms)]
        if seen.assigned_at_ms < 0:
            self.day.never_taken += 1
            legs = [Leg(means.get(seen.line, 0))]
        return Job(
            opens_at_ms=seen.opens_at_ms,
            command=seen.command,
            line=seen.line,
            legs=legs[::-1],
            # What a client who was served would have borne at most is not known.
            patience_ms=seen.wait_ms if seen.left_at_ms >= 0 else None,
            answers=visit.answers[::-1],
        )


def _is_cancelled(job: Job) -> bool:
    """Whether it is an appointment that never came to its time."""
    return job.closed_at_ms >= 0 and job.enqueued_at_ms < 0 and job.assigned_at_ms < 0


def _window(events: Sequence[e.AnyEvent]) -> Measured:
    starts_ms = events[0].at_ms
    # The last moment itself belongs to it.
    return Measured(starts_ms=starts_ms, from_ms=starts_ms, until_ms=events[-1].at_ms + 1)


def _job(event: e.CaseOpened) -> Job:
    return Job(
        opens_at_ms=event.at_ms,
        command=c.OpenCase(
            ref=REF,
            case=event.case,
            channel=event.channel,
            subject=event.subject,
            language=event.language,
            client=event.client,
        ),
        line=0,
        legs=[],
        closed_at_ms=NOT_YET,
    )


def _worker(event: e.AgentConfigured) -> Worker:
    laws = _always(_ANSWER_MS), _always(_BACK_AFTER_MS)
    return worker(event.agent, event.capacity, laws, stream(0, event.agent))


def _always(duration_ms: int) -> Draw:
    return lambda: duration_ms
