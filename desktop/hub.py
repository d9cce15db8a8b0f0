"""The live fan-out of one web process: the site's rows, its readers, and who is told what."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol

from desktop.core.reader import FLOOR, Reader, brings, concerned, sees, snapshot_for
from store.bus import Bus, SubscriberLagged
from store.errors import Unavailable
from store.post import events_topic, signals_topic
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.audience import SAID, Recipients, recipients
from store.schema.codec import decode_events, decode_outbound, encode
from store.schema.frames import AnyOutbound, Happened, Shown, Typing
from store.schema.ids import AgentId, CaseId
from store.schema.terms import Author, CaseStatus, Policy, Role
from store.schema.views import AgentView, CaseView, Snapshot

logger = logging.getLogger(__name__)
_PAGE = 5_000
# With the rows that go before some of them, half of what may wait for a reader.
_BURST = 64
# Decoding is not free: a page of a resuming socket must not hold the others up.
_RESUME_PAGE = 1_000
# The bus only wakes us: what it loses is found in the log this much later.
_POLL_SECONDS = 2.0
# A bus that is away is asked again this much later; the poll tells everything meanwhile.
_RETRY_SECONDS = 1.0
_FLOOR, _STAFF = "floor", "staff"


class History(Protocol):
    """The log as it is read."""

    async def head(self) -> int:
        """Return the seq of the last event."""
        ...

    async def read(self, after_seq: int, limit: int) -> list[e.AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        ...

    async def floor(self) -> list[e.AnyEvent]:
        """Return every event that is not about a case, oldest first."""
        ...


class OpenCases(Protocol):
    """The cases as they are kept beside the log."""

    async def open_cases(self) -> list[CaseView]:
        """Return every case that is not closed."""
        ...


class Hub:
    """Keeps the open cases of a site current and hands each event to those who may see it."""

    def __init__(self, site: str, bus: Bus, log: History, queries: OpenCases) -> None:
        self.rows = Rows()
        self.policy = Policy()
        self.policy_revision = 0
        self.is_live = False
        # Told of every burst, in order, once the rows show it.
        self.on_burst: Callable[[list[e.AnyEvent]], None] = lambda _: None
        self._site = site
        self._bus = bus
        self._log = log
        self._queries = queries
        self._of_agent: dict[str, set[Reader]] = defaultdict(set)
        self._of_client: dict[str, set[Reader]] = defaultdict(set)
        self._of_group: dict[str, set[Reader]] = defaultdict(set)
        self._wake: dict[Reader, Callable[[], None]] = {}
        # Which agents each open case is with, and the other way round: a reader that joins
        # must not have to look at every case of the site.
        self._agents_of: dict[CaseId, frozenset[str]] = {}
        self._cases_of: dict[str, set[CaseId]] = defaultdict(set)
        self._catching_up = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the log until the context ends."""
        is_following, is_relaying = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            # Followed before it is loaded, so that nothing falls between; told after that.
            async with self._catching_up:
                following = [
                    tasks.create_task(self._follow(is_following)),
                    tasks.create_task(self._relay(is_relaying)),
                ]
                await is_following.wait()
                await is_relaying.wait()
                await self._load()
            following.append(tasks.create_task(self._poll()))
            self.is_live = True
            try:
                yield
            finally:
                self.is_live = False
                for task in following:
                    task.cancel()

    # Readers.

    def join(self, reader: Reader, wake: Callable[[], None]) -> Snapshot:
        """Send the reader what happens from now on; return what is so far."""
        for readers, key in self._indexes(reader):
            readers[key].add(reader)
        self._wake[reader] = wake
        return snapshot_for(reader.actor, self.rows, self.cases_of(reader.actor.id))

    async def missed(
        self, reader: Reader, last_seq: int | None, head: int, *, most: int
    ) -> list[Happened | Shown] | None:
        """Return what the reader has not seen up to `head`, or None when it must start afresh.

        most: how many events of the site are looked through before a fresh start is cheaper.
        """
        if last_seq is None or not 0 <= last_seq <= head or head - last_seq > most:
            return None
        frames: list[Happened | Shown] = []
        seq = last_seq
        while seq < head:
            events = await self._log.read(seq, min(_RESUME_PAGE, head - seq))
            if not events:
                # Seen by the reader, and not in this log: it is another site's, or a lost one.
                return None
            frames += [Happened(event=event) for event in events if sees(reader.actor, event)]
            seq = events[-1].seq
        if reader.actor.role is not Role.CLIENT:
            frames += [Shown(case=row) for row in self.cases_of(reader.actor.id)]
        return frames

    def leave(self, reader: Reader) -> None:
        """Send the reader nothing more."""
        for readers, key in self._indexes(reader):
            readers[key].discard(reader)
            if not readers[key]:
                del readers[key]
        self._wake.pop(reader, None)

    def cases_of(self, agent: str) -> list[CaseView]:
        """Return the open cases that the agent holds or is offered."""
        return [self.rows.cases[case] for case in sorted(self._cases_of.get(agent, ()))]

    def agent(self, agent: AgentId) -> AgentView | None:
        """Return the agent as the floor sees it now."""
        return self.rows.agents.get(agent)

    def present(self) -> list[str]:
        """Return the agents who have a socket in this process."""
        return list(self._of_agent)

    def sockets_of(self, holder_id: str) -> int:
        """Return how many readers the person has in this process."""
        return len(self._of_agent.get(holder_id, ())) + len(self._of_client.get(holder_id, ()))

    def floor_readers(self) -> frozenset[Reader]:
        """Return the readers who see the whole floor."""
        return frozenset(self._of_group.get(_FLOOR, ()))

    def clients(self) -> list[str]:
        """Return the clients who have a socket in this process."""
        return list(self._of_client)

    def client_readers(self, client: str) -> frozenset[Reader]:
        """Return the readers of one client."""
        return frozenset(self._of_client.get(client, ()))

    def post(self, readers: Iterable[Reader], frame: AnyOutbound) -> None:
        """Put a frame in their mailboxes that is not an event."""
        readers = tuple(readers)
        if readers:
            _put(readers, encode(frame))
        for reader in readers:
            self._wake[reader]()

    def _indexes(self, reader: Reader) -> list[tuple[dict[str, set[Reader]], str]]:
        actor = reader.actor
        if actor.role is Role.CLIENT:
            return [(self._of_client, actor.id)]
        own = [(self._of_agent, actor.id), (self._of_group, _STAFF)]
        return [*own, (self._of_group, _FLOOR)] if actor.role in FLOOR else own

    # The log.

    async def _load(self) -> None:
        # Cases that are open now, then the floor from the log: agents and queues are few, but
        # their events are spread over all of it, so the writer's snapshot is not enough.
        head = await self._log.head()
        cases = await self._queries.open_cases()
        floor = Rows()
        for event in await self._log.floor():
            floor.apply(event)
            self._note_policy(event)
        self.rows = Rows(
            Snapshot(
                # A row may be newer than the head that was read: its own seq guards it.
                seq=head,
                agents=tuple(floor.agents.values()),
                queues=tuple(floor.queues.values()),
                cases=tuple(cases),
            )
        )
        for case in self.rows.cases:
            self._note_agents(case)

    async def _follow(self, is_following: asyncio.Event) -> None:
        while True:
            try:
                async with self._bus.subscribe(events_topic(self._site)) as batches:
                    if is_following.is_set():
                        await self._catch_up()
                    is_following.set()
                    async for payload in batches:
                        await self._receive(decode_events(payload))
            except SubscriberLagged:
                # What was missed is in the log.
                logger.warning("hub lagged site=%s", self._site)
            except Unavailable:
                logger.warning("the bus is away site=%s", self._site)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if await self._log.head() > self.rows.seq:
                await self._catch_up()

    async def _receive(self, events: list[e.AnyEvent]) -> None:
        if events and events[0].seq > self.rows.seq + 1:
            await self._catch_up()
        async with self._catching_up:
            await self._deliver(events)

    async def _catch_up(self) -> None:
        async with self._catching_up:
            while events := await self._log.read(self.rows.seq, _PAGE):
                await self._deliver(events)

    async def _deliver(self, events: list[e.AnyEvent]) -> None:
        # Sockets take their mail between two bursts: a long batch must not look like a slow reader.
        for start in range(0, len(events), _BURST):
            self._deliver_burst(events[start : start + _BURST])
            await asyncio.sleep(0)

    def _deliver_burst(self, events: list[e.AnyEvent]) -> None:
        touched: set[Reader] = set()
        for event in events:
            if event.seq > self.rows.seq:
                self.rows.apply(event)
                self._note_policy(event)
                if isinstance(event, e.CaseEvent):
                    self._note_agents(event.case)
                touched |= self._tell(event)
        for reader in touched:
            wake = self._wake.get(reader)
            if wake is not None:
                wake()
        for event in events:
            if isinstance(event, e.CaseEvent):
                row = self.rows.cases.get(event.case)
                if row is not None and row.status is CaseStatus.CLOSED:
                    del self.rows.cases[event.case]
        self.on_burst(events)

    def _note_agents(self, case: CaseId) -> None:
        row = self.rows.cases.get(case)
        is_open = row is not None and row.status is not CaseStatus.CLOSED
        now = concerned(row) if row is not None and is_open else frozenset()
        before = self._agents_of.pop(case, frozenset())
        if now:
            self._agents_of[case] = now
        for agent in before - now:
            self._cases_of[agent].discard(case)
            if not self._cases_of[agent]:
                del self._cases_of[agent]
        for agent in now - before:
            self._cases_of[agent].add(case)

    def _note_policy(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.PolicyConfigured):
            self.policy = event.policy
            self.policy_revision = event.revision

    def _tell(self, event: e.AnyEvent) -> set[Reader]:
        readers = self._readers(event, recipients(event))
        if not readers:
            return readers
        receiver = brings(event)
        if receiver is not None and isinstance(event, e.CaseEvent):
            row = self.rows.cases.get(event.case)
            if row is not None:
                _put(self._of_agent.get(receiver, ()), encode(Shown(case=row)))
        _put(readers, encode(Happened(event=event)))
        return readers

    def _readers(self, event: e.AnyEvent, to: Recipients) -> set[Reader]:
        readers: set[Reader] = set()
        if to.client is not None:
            readers |= self._of_client.get(to.client, set())
        for agent in to.agents:
            readers |= self._of_agent.get(agent, set())
        if to.everyone:
            readers |= self._of_group.get(_STAFF, set())
        elif to.floor:
            readers |= self._of_group.get(_FLOOR, set())
        elif type(event) in SAID and isinstance(event, e.CaseEvent):
            floor = self._of_group.get(_FLOOR, ())
            readers |= {reader for reader in floor if reader.watched == event.case}
        return readers

    # Typing signs: told now or never.

    async def signal(self, typing: Typing) -> None:
        """Tell the other side of a case that somebody is writing."""
        with contextlib.suppress(Unavailable):
            await self._bus.publish(signals_topic(self._site), encode(typing))

    async def _relay(self, is_relaying: asyncio.Event) -> None:
        while True:
            try:
                async with self._bus.subscribe(signals_topic(self._site)) as signals:
                    is_relaying.set()
                    async for payload in signals:
                        typing = decode_outbound(payload)
                        if isinstance(typing, Typing):
                            self._relay_one(typing, payload)
            except SubscriberLagged:
                # A sign that is late is worth nothing.
                logger.warning("typing signs were missed site=%s", self._site)
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)

    def _relay_one(self, typing: Typing, frame: bytes) -> None:
        row = self.rows.cases.get(typing.case)
        if row is None:
            return
        readers = self._of_client.get(row.client, set())
        if typing.author is Author.CLIENT:
            readers = self._of_agent.get(row.holder or "", set())
        _put(readers, frame)
        for reader in readers:
            self._wake[reader]()


def _put(readers: Iterable[Reader], frame: bytes) -> None:
    # Encoded once, whoever reads it.
    text = frame.decode()
    for reader in readers:
        reader.put(text, len(frame))
