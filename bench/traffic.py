"""Drives a running server as its agents and clients do, and says how it stood that.

Arrivals come on a schedule that does not wait for the server. Nothing is asked but what a browser
asks. Afterwards the timelines of all cases are read and compared with what everybody saw.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random
from time import perf_counter_ns

from msgspec import Struct, structs

from bench.calls import CallError, Calls
from bench.line import Line, Pass, Stopwatch
from bench.people import Adviser, Manners, Scene, Visitor
from bench.report import Figures, Report, percentile_ms, say
from bench.visits import Sightings, Verdict, examine
from store.clock import Ids, SystemClock
from store.schema.events import AnyEvent
from store.schema.ids import CaseId
from store.schema.terms import BotScript, Role

# Sign-ins and openings under way at once: people do not all come in the same second.
_AT_ONCE = 16
_PROGRESS_S = 10
_DRAIN_S = 120
# For what is still on its way to a screen when the last case is closed.
_LAST_FRAMES_S = 1.0


class Plan(Struct, frozen=True, kw_only=True):
    """How much goes on. staff: (login, password). rate: new cases a second."""

    url: str
    staff: tuple[tuple[str, str], ...]
    agents: int
    clients: int
    rate: float
    seconds: float
    manners: Manners = Manners()
    seed: int = 1


class Outcome(Struct, frozen=True):
    """What a drive found."""

    report: Report
    verdict: Verdict


class Drive:
    """One run against one server."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.calls = Calls(plan.url)
        self.seen = Sightings()
        self.watch = Stopwatch()
        self.ids = Ids(SystemClock())
        self.chance = Random(plan.seed)
        self.scene = Scene(self.ids, self.chance, plan.manners, self.seen)
        self.idle: list[asyncio.Queue[tuple[CaseId, str]]] = []
        self.busy = 0
        self.all_idle = asyncio.Event()
        self.all_idle.set()
        self.turned_away = 0
        self._lines = 0

    async def run(self) -> Outcome:
        """Drive, then examine. Raises CallError when the server is not there or refuses."""
        passes = await self._sign_in()
        subjects = subjects_of((await self.calls.profile()).bot)
        workbench = await self.calls.workbench(passes[0][1])
        began = perf_counter_ns()
        async with self._advisers(passes), self._visitors():
            say(f"{len(passes)} agents and {self.plan.clients} clients are there")
            began = perf_counter_ns()
            await self._let_arrive(subjects)
            await self._drain()
        passed_s = (perf_counter_ns() - began) / 1e9
        say("reading what was kept")
        timelines = await self._timelines(passes[0][1])
        capacities = {agent.agent: agent.capacity for agent in workbench.agents}
        verdict = examine(self.seen, timelines, capacities)
        for _, entry in passes:
            await self.calls.sign_out(entry)
        return Outcome(self._report(passed_s, verdict), verdict)

    # People.

    async def _sign_in(self) -> list[tuple[Adviser, Pass]]:
        found: list[tuple[Adviser, Pass]] = []
        for login, password in self.plan.staff:
            if len(found) == self.plan.agents:
                return found
            me, entry = await self.calls.sign_in(login, password)
            if me.role is Role.AGENT:
                found.append((Adviser(self.scene, me.agent), entry))
        if len(found) < self.plan.agents:
            raise CallError(
                f"{self.plan.agents} agents are wanted, and {len(found)} of the given logins are "
                "agents"
            )
        return found

    @asynccontextmanager
    async def _advisers(self, passes: Sequence[tuple[Adviser, Pass]]) -> AsyncIterator[None]:
        barrier = asyncio.Barrier(len(passes) + 1)

        async def work(adviser: Adviser, entry: Pass) -> None:
            line = self._line(entry, adviser.hear)
            async with line.open():
                await adviser.serve(line, barrier)

        async with asyncio.TaskGroup() as tasks:
            for adviser, entry in passes:
                tasks.create_task(work(adviser, entry))
            await barrier.wait()
            yield
            for adviser, _ in passes:
                adviser.go_home()

    @asynccontextmanager
    async def _visitors(self) -> AsyncIterator[None]:
        waiting = iter(range(self.plan.clients))

        async with asyncio.TaskGroup() as tasks:
            staying: list[asyncio.Task[None]] = []

            async def bring_in() -> None:
                for _ in waiting:
                    session = await self.calls.visit()
                    is_there = asyncio.Event()
                    visitor = Visitor(self.scene, session.client)
                    staying.append(
                        tasks.create_task(self._stay(visitor, Pass(token=session.token), is_there))
                    )
                    await is_there.wait()

            async with asyncio.TaskGroup() as opening:
                for _ in range(_AT_ONCE):
                    opening.create_task(bring_in())
            yield
            for task in staying:
                task.cancel()

    async def _stay(self, visitor: Visitor, entry: Pass, is_there: asyncio.Event) -> None:
        line = self._line(entry, visitor.hear)
        wishes: asyncio.Queue[tuple[CaseId, str]] = asyncio.Queue(1)
        async with line.open():
            is_there.set()
            while True:
                self.idle.append(wishes)
                case, subject = await wishes.get()
                await visitor.live(line, case, subject)
                self.busy -= 1
                if not self.busy:
                    self.all_idle.set()

    def _line(self, entry: Pass, heard: Callable[[AnyEvent], None]) -> Line:
        self._lines += 1
        return Line(self.calls.url, self._lines, entry, self.watch, heard)

    # Time.

    async def _let_arrive(self, subjects: Sequence[str]) -> None:
        began = told = perf_counter_ns()
        for number in range(int(self.plan.rate * self.plan.seconds)):
            due = began + int(number / self.plan.rate * 1e9)
            if (ahead := due - perf_counter_ns()) > 0:
                await asyncio.sleep(ahead / 1e9)
            now = perf_counter_ns()
            self.seen.late_ns.append(max(0, now - due))
            if now - told > _PROGRESS_S * 1e9:
                told = now
                self._tell(f"{(now - began) / 1e9:.0f} s")
            if not self.idle:
                self.turned_away += 1
                continue
            wishes = self.idle.pop(self.chance.randrange(len(self.idle)))
            self.busy += 1
            self.all_idle.clear()
            case = CaseId(f"{self.scene.ours}{number}")
            wishes.put_nowait((case, self.chance.choice(subjects)))

    async def _drain(self) -> None:
        """Let the conversations end, but not for ever."""
        self._tell("no more arrivals")
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self.all_idle.wait()
        except TimeoutError:
            say(f"{self.busy} conversations have not ended")
        await asyncio.sleep(_LAST_FRAMES_S)

    def _tell(self, when: str) -> None:
        opened, closed = len(self.seen.opened), len(self.seen.closed)
        say(f"{when}: {opened} opened, {closed} closed, {self.watch.errors.total()} errors")

    # What came of it.

    async def _timelines(self, entry: Pass) -> dict[CaseId, list[AnyEvent]]:
        found: dict[CaseId, list[AnyEvent]] = {}
        waiting = iter(sorted(self.seen.opened))

        async def read() -> None:
            for case in waiting:
                found[case] = await self.calls.timeline(entry, case)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(read())
        return found

    def _report(self, passed_s: float, verdict: Verdict) -> Report:
        seen = self.seen
        shown = len(seen.client_to_agent_ns) + len(seen.agent_to_client_ns)
        return {
            "opened": len(seen.opened),
            "closed": len(seen.closed),
            "not_closed": len(seen.opened - seen.closed),
            "turned_away": self.turned_away,
            "seconds": round(passed_s, 1),
            "commands_per_s": round(len(self.watch.answered_ns) / passed_s, 1),
            "messages_per_s": round(shown / passed_s, 1),
            "client_to_agent_ms": _spread(seen.client_to_agent_ns),
            "agent_to_client_ms": _spread(seen.agent_to_client_ns),
            "open_to_assigned_ms": _spread(seen.open_to_assigned_ns),
            "command_to_ok_ms": _spread(self.watch.answered_ns),
            # How far behind its schedule this side was: large, and the machine that drives is
            # what was measured.
            "driver_late_ms": _spread(seen.late_ns),
            "most_held_by_one": seen.most_held,
            "errors": dict[str, float | int | str](self.watch.errors),
            "promises": structs.asdict(verdict),
        }


def subjects_of(bot: BotScript) -> tuple[str, ...]:
    """Return what a client can want, by the guided form."""
    found = [
        choice.subject
        for question in bot.questions
        for choice in question.choices
        if choice.subject is not None
    ]
    return tuple(dict.fromkeys(found)) or ("other",)


def _spread(waits_ns: Sequence[int]) -> Figures:
    ordered = sorted(waits_ns)
    return {
        "count": len(ordered),
        "p50": percentile_ms(ordered, 0.50),
        "p90": percentile_ms(ordered, 0.90),
        "p99": percentile_ms(ordered, 0.99),
        "most": percentile_ms(ordered, 1.0),
    }
