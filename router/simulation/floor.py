"""Runs clients and agents against the real router in virtual time."""

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count

from msgspec import Struct

from router.core.router import Router
from router.simulation.accounts import Accounts, Measured
from router.simulation.clients import REF
from router.simulation.figures import Line, Summary
from router.simulation.jobs import NOT_YET, Answer, Job, Leg
from router.simulation.staff import Worker
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refused
from store.schema.ids import AgentId, CaseId
from store.schema.terms import CloseCause, Presence, PresenceReason

# Said by nobody: a text would cost every case an event that decides nothing.
_DONE = c.OutcomeClose(reason="simulated", cause=CloseCause.NO_REPLY)


class Step(Struct, frozen=True):
    """A command that the floor gets at a time, whatever the router does."""

    at_ms: int
    actor: Actor
    command: AnyCommand


class SimulatedFloor:
    """One router, its agents, and the clients who come.

    Everything goes through `handle`, `tick` and `next_deadline_ms`, and everything it knows of
    the router comes from events. `run` may be called again to go on.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        lines: Sequence[Line],
        measured: Measured,
    ) -> None:
        self.router = Router()
        self._workers = {each.agent: each for each in workers}
        self._accounts = Accounts(self._workers, lines, measured)
        self._measured = measured
        self._jobs: dict[CaseId, Job] = {}
        # Those whose wait began in this turn and may end by their patience.
        self._impatient: list[Job] = []
        # Time, then order of entry, then what happens.
        self._agenda: list[tuple[int, int, Callable[..., None], object]] = []
        self._numbers = count().__next__
        self._reactions: dict[type, Callable[..., None]] = {
            e.PolicyConfigured: self._accounts.see_policy,
            e.PresenceChanged: self._see_presence,
            e.CaseQueued: self._see_queued,
            e.CaseOffered: self._see_offered,
            e.CaseAssigned: self._see_assigned,
            e.CaseClosed: self._see_closed,
        }
        self._put(measured.from_ms, self._begin_measuring, None)

    def follow(self, coming: Iterator[Job | Step]) -> None:
        """Take in what comes, in the order of time. Of one moment, several streams take turns."""
        item = next(coming, None)
        if item is None:
            return
        if isinstance(item, Job):
            self._put(item.opens_at_ms, self._arrive, (item, coming))
        else:
            self._put(item.at_ms, self._take_step, (item, coming))

    def run(self, until_ms: int) -> None:
        """Let the time pass until this moment, excluded."""
        agenda, tick = self._agenda, self.router.tick
        next_deadline_ms = self.router.next_deadline_ms
        while True:
            at_ms = agenda[0][0] if agenda else until_ms
            deadline_ms = next_deadline_ms()
            # What falls due at a time happens before a command of that time.
            if deadline_ms is not None and deadline_ms <= at_ms and deadline_ms < until_ms:
                self._see(tick(deadline_ms))
            elif at_ms < until_ms:
                _, _, happen, subject = heappop(agenda)
                happen(at_ms, subject)
            else:
                return

    def finish(self) -> Summary:
        """Return the figures, and trace the cases that are not over."""
        return self._accounts.finish(self._jobs.values(), self._measured.until_ms)

    # What happens, in the order of the agenda.

    def _put(self, at_ms: int, happen: Callable[..., None], subject: object) -> None:
        heappush(self._agenda, (at_ms, self._numbers(), happen, subject))

    def _ask(self, actor: Actor, command: AnyCommand, now_ms: int) -> bool:
        """Send a command; return whether it was possible."""
        try:
            events = self.router.handle(actor, command, now_ms)
        except Refused:
            return False
        self._see(events)
        return True

    def _begin_measuring(self, now_ms: int, _: None) -> None:
        self._accounts.begin_measuring(now_ms, self._jobs.values())

    def _take_step(self, now_ms: int, subject: tuple[Step, Iterator[Job | Step]]) -> None:
        step, coming = subject
        self.follow(coming)
        command = step.command
        if isinstance(command, c.SetPresence):
            agent = command.agent or AgentId(step.actor.id)
            self._workers[agent].wanted = command.presence
        if not self._ask(step.actor, command, now_ms):
            self._accounts.refused_steps += 1

    def _arrive(self, now_ms: int, subject: tuple[Job, Iterator[Job | Step]]) -> None:
        job, coming = subject
        self.follow(coming)
        if job.registers is not None:
            self._ask(SYSTEM, job.registers, now_ms)
        self._jobs[job.command.case] = job
        if not self._ask(SYSTEM, job.command, now_ms):
            # Turned away at the door: the queue takes nothing.
            self._accounts.begin_wait(job, now_ms)
            self._accounts.close(job, now_ms)
            del self._jobs[job.case]

    def _lose_patience(self, now_ms: int, job: Job) -> None:
        if not job.is_wait_over:
            self._ask(SYSTEM, c.LeaveQueue(ref=REF, case=job.case), now_ms)

    def _answer(self, now_ms: int, subject: tuple[e.CaseOffered, Answer]) -> None:
        offer, answer = subject
        command = (
            c.AcceptOffer(ref=REF, offer=offer.offer)
            if answer.is_accepted
            else c.RefuseOffer(ref=REF, offer=offer.offer)
        )
        # Not possible when the offer has ended: then somebody else is asked.
        self._ask(self._workers[offer.agent].actor, command, now_ms)

    def _start(self, now_ms: int, job: Job) -> None:
        if job.holder is not None:
            command = c.StartCase(ref=REF, case=job.case)
            self._ask(self._workers[job.holder].actor, command, now_ms)

    def _end_leg(self, now_ms: int, job: Job) -> None:
        # A case that was taken away meanwhile ends at another time.
        if job.ends_at_ms != now_ms or job.holder is None:
            return
        actor = self._workers[job.holder].actor
        leg = job.legs.pop()
        if leg.then_to is not None and job.legs:
            goes_on = c.SettleCase(
                ref=REF, case=job.case, outcome=c.OutcomeTransfer(queue=leg.then_to)
            )
            if self._ask(actor, goes_on, now_ms):
                return
        self._ask(actor, c.SettleCase(ref=REF, case=job.case, outcome=_DONE), now_ms)

    def _come_back(self, now_ms: int, worker: Worker) -> None:
        if worker.wanted is Presence.AVAILABLE:
            command = c.SetPresence(ref=REF, presence=Presence.AVAILABLE)
            self._ask(worker.actor, command, now_ms)

    # What the router says.

    def _see(self, events: Sequence[e.AnyEvent]) -> None:
        if self._measured.on_events is not None and events:
            self._measured.on_events(events)
        reactions = self._reactions
        for event in events:
            react = reactions.get(type(event))
            if react is not None:
                react(event)
        # Most are served at once, and never look at their watch.
        for job in self._impatient:
            if not job.is_wait_over and job.patience_ms is not None:
                self._put(job.enqueued_at_ms + job.patience_ms, self._lose_patience, job)
        self._impatient.clear()

    def _see_presence(self, event: e.PresenceChanged) -> None:
        worker = self._workers[event.agent]
        self._accounts.see_presence(worker, event)
        is_missed = event.reason is PresenceReason.OFFER_MISSED
        if is_missed and event.at_ms not in worker.missed_ms:
            self._put(event.at_ms + worker.back_after(), self._come_back, worker)

    def _see_queued(self, event: e.CaseQueued) -> None:
        job = self._jobs[event.case]
        if job.holder is not None:
            self._put_off(job, event.at_ms, self._workers[job.holder].pace)
            self._accounts.stop_work(job, event.at_ms)
        if job.enqueued_at_ms < 0:
            self._accounts.begin_wait(job, event.enqueued_at_ms)
            if job.patience_ms is not None:
                self._impatient.append(job)

    def _put_off(self, job: Job, now_ms: int, pace: float) -> None:
        """Keep for later what was not done of the present leg."""
        if job.ends_at_ms > now_ms:
            left_ms = round((job.ends_at_ms - now_ms) / pace)
            job.legs[-1] = Leg(left_ms, job.legs[-1].then_to)
        job.ends_at_ms = NOT_YET

    def _see_offered(self, event: e.CaseOffered) -> None:
        job = self._jobs[event.case]
        if job.offered_at_ms < 0:
            job.offered_at_ms = event.at_ms
        answer = job.answers.pop() if job.answers else self._workers[event.agent].answer()
        if answer.after_ms is not None:
            self._put(event.at_ms + answer.after_ms, self._answer, (event, answer))

    def _see_assigned(self, event: e.CaseAssigned) -> None:
        job = self._jobs[event.case]
        agent, now_ms = event.holder, event.at_ms
        assert agent is not None, "a case is assigned to somebody"
        self._accounts.begin_work(job, agent, now_ms)
        if event.starts_by_ms is not None:
            self._put(now_ms, self._start, job)
        pace = self._workers[agent].pace
        job.ends_at_ms = ends_ms = now_ms + round(job.legs[-1].work_ms * pace)
        self._put(ends_ms, self._end_leg, job)

    def _see_closed(self, event: e.CaseClosed) -> None:
        self._accounts.close(self._jobs.pop(event.case), event.at_ms)
