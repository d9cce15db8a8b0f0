"""From a close to the next assignment, in the real core with everything on, beside two rivals."""

import gc
import subprocess
import sys
from array import array
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns, thread_time_ns

import msgspec
from msgspec import Struct

from bench.floor import AGENTS, QUEUES, QUEUES_PER_AGENT, Asked, Site, available
from bench.report import Figures, Report, percentile_us, say
from bench.servers import POSTGRES, VALKEY, is_installed
from router.core.router import Router
from store.collector import settle
from store.schema import events as e
from store.schema.codec import encode
from store.schema.commands import (
    SYSTEM,
    AcceptOffer,
    Actor,
    AnyCommand,
    OpenCase,
    OutcomeClose,
    RefuseOffer,
    SettleCase,
    StartCase,
)
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId, ClientId, OfferId
from store.schema.terms import AssignCause, CloseCause, Presence, Role

SIZES = (1_000, 10_000, 100_000, 1_000_000)
# Between two arrivals, and between two closes: about 140 a second, what 10,000 agents make.
STEP_MS = 7
# Of the offers: refused at once, never answered; the others are accepted after this long.
REFUSED_SHARE = 0.10
MISSED_SHARE = 0.01
ANSWER_MS = 3_000
# Of the arrivals: calls, and clients whose last case has just been closed.
CALL_SHARE = 0.2
RETURNING_SHARE = 0.3
_VOICE, _WRITTEN = "v", "w"
_SEED = 20_260_101


class Effort(Struct, frozen=True, kw_only=True):
    """How many work there, and how many closes are made before and while it is measured."""

    agents: int = AGENTS
    warm_up: int = 20_000
    measured: int = 100_000


class Held(Struct, frozen=True):
    """Who has a case."""

    case: CaseId
    agent: AgentId
    client: ClientId


class Traffic:
    """Keeps a number of cases waiting: whatever goes to an agent is replaced by an arrival.

    waits_ns: how long each kind of question took. cpu_ns: what each close took of the processor,
    the little around it included: it does not hang on what else the machine does.
    """

    def __init__(self, waiting: int, agents: int = AGENTS) -> None:
        self.router = Router()
        self.site = Site(_SEED, agents)
        self.now_ms = 1_000_000
        # By voice, and in writing.
        self.targets = {True: int(waiting * CALL_SHARE), False: waiting - int(waiting * CALL_SHARE)}
        self.waiting = {True: 0, False: 0}
        self.waits_ns: dict[str, array[int]] = {}
        self.cpu_ns = array("q")
        self.decided = 0
        self._number = 0
        self._clients = max(waiting, 1_000)
        self._held: list[Held] = []
        self._places: dict[CaseId, int] = {}
        self._offers: deque[tuple[int, OfferId, AgentId]] = deque()
        self._live: set[OfferId] = set()
        self._owed: deque[Asked] = deque()
        self._returning: deque[ClientId] = deque(maxlen=1_000)

    def fill(self) -> None:
        """Bring everybody in, give everybody all they can take, and let the rest wait."""
        for actor, command in (*self.site.configuration(), *self.site.staff()):
            self._ask("configure", actor, command)
        for actor, command in self.site.vips(self._clients):
            self._ask("configure", actor, command)
        while self._replace(most=1):
            self._pass_time()

    def close_one(self) -> None:
        """Close a case; its agent is given the next one in the same turn. Then clients arrive."""
        self._pass_time()
        held = self.site.chance.choice(self._held)
        settled = SettleCase(
            ref="close",
            case=held.case,
            outcome=OutcomeClose(cause=CloseCause.NO_REPLY, reason="answered"),
        )
        self._returning.append(held.client)
        cpu_ns = thread_time_ns()
        events = self._ask("close", Actor(role=Role.AGENT, id=held.agent), settled)
        self.cpu_ns.append(thread_time_ns() - cpu_ns)
        self.decided += any(type(event) is e.CaseDecided for event in events)
        self._replace(most=4)

    def _replace(self, *, most: int) -> bool:
        """Let clients arrive while too few wait. Whether any did."""
        opened = 0
        for is_call, target in self.targets.items():
            while self.waiting[is_call] < target and opened < most:
                self._open(is_call=is_call)
                opened += 1
        return bool(opened)

    def _open(self, *, is_call: bool) -> None:
        self._number += 1
        chance = self.site.chance
        wanted = self.site.arrival(is_call=is_call)
        if self._returning and chance.random() < RETURNING_SHARE:
            client = self._returning.popleft()
        else:
            client = self.site.client(chance.randrange(self._clients))
        case = CaseId(f"case_{_VOICE if is_call else _WRITTEN}{self._number}")
        asked = OpenCase(ref="open", case=case, channel=wanted.channel, subject=wanted.subject)
        self._ask("open", Actor(role=Role.CLIENT, id=client), asked)

    def _pass_time(self) -> None:
        """Let what is due happen, and let agents answer what they are offered."""
        self.now_ms += STEP_MS
        began = perf_counter_ns()
        events = self.router.tick(self.now_ms)
        self._keep_time("tick", began)
        self._note(events)
        while self._offers and self._offers[0][0] <= self.now_ms:
            _, offer, agent = self._offers.popleft()
            if offer in self._live:
                self._answer(offer, Actor(role=Role.AGENT, id=agent))
        while self._owed:
            self._ask("other", *self._owed.popleft())

    def _answer(self, offer: OfferId, actor: Actor) -> None:
        draw = self.site.chance.random()
        if draw < REFUSED_SHARE:
            self._ask("refuse", actor, RefuseOffer(ref="refuse", offer=offer))
        elif draw > REFUSED_SHARE + MISSED_SHARE:
            self._ask("accept", actor, AcceptOffer(ref="accept", offer=offer))

    def _ask(self, kind: str, actor: Actor, command: AnyCommand) -> list[AnyEvent]:
        began = perf_counter_ns()
        events = self.router.handle(actor, command, self.now_ms)
        self._keep_time(kind, began)
        self._note(events)
        return events

    def _keep_time(self, kind: str, began: int) -> None:
        passed = perf_counter_ns() - began
        waits = self.waits_ns.get(kind)
        if waits is None:
            waits = self.waits_ns[kind] = array("q")
        waits.append(passed)

    def _note(self, events: Sequence[AnyEvent]) -> None:
        """Follow what became of the cases, from the events alone."""
        for event in events:
            match event:
                case e.CaseQueued():
                    self.waiting[_is_call(event.case)] += 1
                    self._drop(event.case)
                case e.CaseOffered():
                    self.waiting[_is_call(event.case)] -= 1
                    self._live.add(event.offer)
                    answered_ms = self.now_ms + ANSWER_MS
                    self._offers.append((answered_ms, event.offer, event.agent))
                case e.OfferEnded():
                    self._live.discard(event.offer)
                case e.CaseAssigned():
                    self._note_holder(event)
                case e.CaseClosed():
                    self._drop(event.case)
                case e.PresenceChanged(presence=Presence.UNAVAILABLE):
                    self._owed.append(available(event.agent))
                case _:
                    pass

    def _note_holder(self, event: e.CaseAssigned) -> None:
        assert event.holder is not None
        if event.cause is AssignCause.AUTOMATIC:
            self.waiting[_is_call(event.case)] -= 1
        if event.starts_by_ms is not None:
            self._owed.append((SYSTEM, StartCase(ref="start", case=event.case)))
        self._places[event.case] = len(self._held)
        self._held.append(Held(event.case, event.holder, event.client))

    def _drop(self, case: CaseId) -> None:
        place = self._places.pop(case, None)
        if place is None:
            return
        last = self._held.pop()
        if last.case != case:
            self._held[place] = last
            self._places[last.case] = place


def run(sizes: Sequence[int] = SIZES) -> Report:
    """Measure every size in a process of its own, then the rivals; the largest size is on top."""
    figures = {size: _measured_apart(size) for size in sizes}
    smallest, largest = figures[min(sizes)], figures[max(sizes)]
    growth = float(largest["p50_us"]) / float(smallest["p50_us"])
    return {
        **largest,
        "growth_1k_to_1m": round(growth, 2),
        "sizes": {str(size): found for size, found in figures.items()},
        "agents": AGENTS,
        "queues": QUEUES,
        "queues_per_agent": QUEUES_PER_AGENT,
        **_rivals(),
    }


def measure(waiting: int, effort: Effort = Effort()) -> Figures:  # noqa: B008 - it is frozen
    """Measure one size in this process."""
    traffic = Traffic(waiting, effort.agents)
    began = perf_counter_ns()
    traffic.fill()
    filled_ns = perf_counter_ns() - began
    for _ in range(effort.warm_up):
        traffic.close_one()
    gc.collect()
    # As in service.
    settle()
    traffic.waits_ns.clear()
    traffic.cpu_ns = array("q")
    traffic.decided = 0
    for _ in range(effort.measured):
        traffic.close_one()
    closes = sorted(traffic.waits_ns["close"])
    cpu = sorted(traffic.cpu_ns)
    all_ns = sum(map(sum, traffic.waits_ns.values()))
    return {
        "waiting": sum(traffic.waiting.values()),
        "decisions_per_s": round(len(closes) / sum(closes) * 1e9),
        "p50_us": percentile_us(closes, 0.50),
        "p99_us": percentile_us(closes, 0.99),
        "p999_us": percentile_us(closes, 0.999),
        "cpu_p50_us": percentile_us(cpu, 0.50),
        "cpu_p99_us": percentile_us(cpu, 0.99),
        "decisions_per_cpu_s": round(len(cpu) / sum(cpu) * 1e9),
        # Of the closes, those whose turn gave the agent a next case.
        "assigned_share": round(traffic.decided / len(closes), 3),
        # Closes a second when the arrivals, answers and timers that go with them count as well.
        "whole_cycles_per_s": round(len(closes) / all_ns * 1e9),
        **{
            f"{kind}_us": percentile_us(sorted(waits), 0.50)
            for kind, waits in sorted(traffic.waits_ns.items())
            if kind != "close"
        },
        "fill_s": round(filled_ns / 1e9, 1),
        "rss_mb": _resident_mb(),
    }


def _measured_apart(size: int) -> Figures:
    # A process of its own, so that one size's memory is not counted with the next one's.
    say(f"measuring with {size} waiting cases")
    return _figures_of("bench.router", str(size))


def _rivals() -> Figures:
    if not (is_installed(POSTGRES) and is_installed(VALKEY)):
        say(f"the rivals are not measured: {POSTGRES} or {VALKEY} is not installed")
        return {}
    say("measuring the rivals")
    return _figures_of("bench.rivals")


def _figures_of(*arguments: str) -> Figures:
    done = subprocess.run([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Figures)


def _is_call(case: CaseId) -> bool:
    return case.startswith(f"case_{_VOICE}")


def _resident_mb() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    # Nothing that is made at the start is garbage.
    gc.disable()
    sys.stdout.buffer.write(encode(measure(int(sys.argv[1]))))
