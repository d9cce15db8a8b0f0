"""Agents and clients as they behave: who writes, who answers, who closes, who rates."""

import asyncio
from collections import Counter
from random import Random
from time import perf_counter_ns

from msgspec import Struct

from bench.line import Line
from bench.visits import Sightings
from store.clock import Ids
from store.schema import events as e
from store.schema.commands import (
    AcceptOffer,
    AnswerSurvey,
    AnyOutcome,
    OpenCase,
    OutcomeClose,
    OutcomeWait,
    SendMessage,
    SetPresence,
    SettleCase,
    StartCase,
)
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId, ClientId, MessageId
from store.schema.terms import Author, Channel, CloseCause, Presence

# Of the ends of a conversation: the client must answer once more; nothing is said.
_WAIT_SHARE = 0.1
_SILENT_SHARE = 0.1
_UNREAD_EVENTS = 1_000


class Manners(Struct, frozen=True, kw_only=True):
    """How people behave. turns: questions of a client before the case is closed.

    think_s: the mean time anybody takes to write.
    """

    turns: int = 3
    think_s: float = 2.0


class Scene:
    """What everybody on it shares."""

    def __init__(self, ids: Ids, chance: Random, manners: Manners, seen: Sightings) -> None:
        self.ids = ids
        self.chance = chance
        self.manners = manners
        self.seen = seen
        # What the cases of this run are called begins so: nobody touches anybody else's.
        self.ours = f"case_load-{ids.new('run')[-12:]}-"

    async def think(self) -> None:
        """Take as long as people take; most are quick and some are slow."""
        await asyncio.sleep(self.chance.expovariate(1 / self.manners.think_s))

    def message(self) -> MessageId:
        """Return the id of a message that is sent now."""
        message = MessageId(self.ids.new("message"))
        self.seen.sent_ns[message] = perf_counter_ns()
        return message

    def since(self, message: MessageId) -> int | None:
        """Count a message as shown; return how long ago it was sent, if it is one of ours."""
        sent_ns = self.seen.sent_ns.get(message)
        if sent_ns is None:
            return None
        self.seen.seen[message] += 1
        return perf_counter_ns() - sent_ns


class Visitor:
    """A client: opens a case, talks, and rates it when it is closed."""

    def __init__(self, scene: Scene, client: ClientId) -> None:
        self.client = client
        self._scene = scene
        self._events: asyncio.Queue[AnyEvent] = asyncio.Queue(_UNREAD_EVENTS)
        self._case: CaseId | None = None

    def hear(self, event: AnyEvent) -> None:
        """Take in what the server tells."""
        if not isinstance(event, e.CaseEvent) or event.case != self._case:
            return
        if isinstance(event, e.MessageSent) and event.author is Author.AGENT:
            passed_ns = self._scene.since(event.message)
            if passed_ns is not None:
                self._scene.seen.agent_to_client_ns.append(passed_ns)
        self._events.put_nowait(event)

    async def live(self, line: Line, case: CaseId, subject: str) -> None:
        """Have one case from its opening to its end."""
        self._case, self._events = case, asyncio.Queue(_UNREAD_EVENTS)
        seen, began = self._scene.seen, perf_counter_ns()
        opening = OpenCase(ref=case, case=case, channel=Channel.CHAT, subject=subject)
        if await line.ask(opening):
            return
        seen.opened.add(case)
        await self._next(e.CaseAssigned)
        seen.open_to_assigned_ns.append(perf_counter_ns() - began)
        closed = None
        while closed is None:
            await self._scene.think()
            closed = self._closed_meanwhile()
            if closed is None:
                await self._say(line, case)
                told = await self._next(e.MessageSent, e.CaseWaiting, e.CaseClosed)
                closed = told if isinstance(told, e.CaseClosed) else None
        seen.closed.add(case)
        if closed.asks_survey:
            note = self._scene.chance.randint(1, 5)
            await line.ask(AnswerSurvey(ref=self._scene.ids.new("ref"), case=case, note=note))

    async def _say(self, line: Line, case: CaseId) -> None:
        message = self._scene.message()
        said = SendMessage(ref=message, case=case, message=message, text="Bonjour, une question.")
        if not await line.ask(said):
            self._scene.seen.acknowledged.add(message)

    async def _next(self, *kinds: type[e.CaseEvent]) -> e.CaseEvent:
        """Wait for the next event of these kinds that is not the client's own or the system's."""
        while True:
            event = await self._events.get()
            is_own = isinstance(event, e.MessageSent) and event.author is not Author.AGENT
            if isinstance(event, kinds) and not is_own:
                return event

    def _closed_meanwhile(self) -> e.CaseClosed | None:
        while not self._events.empty():
            event = self._events.get_nowait()
            if isinstance(event, e.CaseClosed):
                return event
        return None


class Adviser:
    """An agent: is available, accepts, answers every question and closes after the last."""

    def __init__(self, scene: Scene, agent: AgentId) -> None:
        self.agent = agent
        self._scene = scene
        self._held: set[CaseId] = set()
        self._questions: Counter[CaseId] = Counter()
        self._waited: set[CaseId] = set()
        self._work: asyncio.Queue[e.CaseEvent | None] = asyncio.Queue(_UNREAD_EVENTS)

    def hear(self, event: AnyEvent) -> None:
        """Take in what the server tells."""
        if not isinstance(event, e.CaseEvent) or not event.case.startswith(self._scene.ours):
            return
        if event.holder == self.agent:
            self._held.add(event.case)
        else:
            self._held.discard(event.case)
        self._scene.seen.most_held = max(self._scene.seen.most_held, len(self._held))
        match event:
            case e.MessageSent(author=Author.CLIENT):
                passed_ns = self._scene.since(event.message)
                if passed_ns is not None:
                    self._scene.seen.client_to_agent_ns.append(passed_ns)
                    self._questions[event.case] += 1
                    self._work.put_nowait(event)
            case e.CaseOffered(agent=self.agent):
                self._work.put_nowait(event)
            case e.CaseAssigned() if event.starts_by_ms is not None:
                self._work.put_nowait(event)
            case _:
                pass

    def go_home(self) -> None:
        """Take nothing new."""
        self._work.put_nowait(None)

    async def serve(self, line: Line, is_there: asyncio.Barrier) -> None:
        """Work until told to go home."""
        await self._be(line, Presence.AVAILABLE)
        await is_there.wait()
        async with asyncio.TaskGroup() as tasks:
            while (event := await self._work.get()) is not None:
                tasks.create_task(self._carry_out(line, event))
        await self._be(line, Presence.UNAVAILABLE)

    async def _be(self, line: Line, presence: Presence) -> None:
        await line.ask(SetPresence(ref=self._scene.ids.new("ref"), presence=presence))

    async def _carry_out(self, line: Line, event: e.CaseEvent) -> None:
        await self._scene.think()
        ref = self._scene.ids.new("ref")
        match event:
            case e.CaseOffered():
                await line.ask(AcceptOffer(ref=ref, offer=event.offer))
            case e.CaseAssigned():
                await line.ask(StartCase(ref=ref, case=event.case))
            case _ if self._questions[event.case] < self._scene.manners.turns:
                await self._answer(line, event.case)
            case _:
                await self._settle(line, event.case)

    async def _answer(self, line: Line, case: CaseId) -> None:
        message = self._scene.message()
        said = SendMessage(ref=message, case=case, message=message, text="Je regarde cela.")
        if not await line.ask(said):
            self._scene.seen.acknowledged.add(message)

    async def _settle(self, line: Line, case: CaseId) -> None:
        draw = self._scene.chance.random()
        outcome: AnyOutcome = OutcomeClose(reason="answered")
        if draw < _WAIT_SHARE and case not in self._waited:
            self._waited.add(case)
            outcome = OutcomeWait()
        elif draw > 1 - _SILENT_SHARE:
            silent = OutcomeClose(cause=CloseCause.NO_REPLY, reason="answered")
            await line.ask(SettleCase(ref=self._scene.ids.new("ref"), case=case, outcome=silent))
            return
        message = self._scene.message()
        settled = SettleCase(
            ref=message, case=case, message=message, text="C'est fait.", outcome=outcome
        )
        if not await line.ask(settled):
            self._scene.seen.acknowledged.add(message)
