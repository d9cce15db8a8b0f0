"""The live fan-out of one web process: the site's rows, its readers, and who is told what."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from desktop.core.reader import FLOOR, Reader, brings, snapshot_for
from store.bus import Bus, SubscriberLagged
from store.log import EventLog
from store.post import events_topic, signals_topic
from store.queries import CaseQueries
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.audience import SAID, Recipients, recipients
from store.schema.codec import decode_events, decode_outbound, encode
from store.schema.frames import Happened, Shown, Typing
from store.schema.terms import Author, CaseStatus, Policy, Role
from store.schema.views import Snapshot

logger = logging.getLogger(__name__)
_PAGE = 5_000
# The bus only wakes us: what it loses is found in the log this much later.
_POLL_SECONDS = 2.0


class Hub:
    """Keeps the open cases of a site current and hands each event to those who may see it."""

    def __init__(self, site: str, bus: Bus, log: EventLog, queries: CaseQueries) -> None:
        self.rows = Rows()
        self.policy = Policy()
        self.is_live = False
        self._site = site
        self._bus = bus
        self._log = log
        self._queries = queries
        self._of_agent: dict[str, set[Reader]] = defaultdict(set)
        self._of_client: dict[str, set[Reader]] = defaultdict(set)
        self._floor: set[Reader] = set()
        self._staff: set[Reader] = set()
        self._wake: dict[Reader, Callable[[], None]] = {}
        self._catching_up = asyncio.Lock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the log until the context ends."""
        async with (
            self._bus.subscribe(events_topic(self._site)) as batches,
            self._bus.subscribe(signals_topic(self._site)) as signals,
            asyncio.TaskGroup() as tasks,
        ):
            await self._load()
            following = [
                tasks.create_task(self._follow(batches)),
                tasks.create_task(self._relay(signals)),
                tasks.create_task(self._poll()),
            ]
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
        for readers in self._indexes(reader):
            readers.add(reader)
        self._wake[reader] = wake
        return snapshot_for(reader.actor, self.rows.snapshot())

    def leave(self, reader: Reader) -> None:
        """Send the reader nothing more."""
        for readers in self._indexes(reader):
            readers.discard(reader)
        self._wake.pop(reader, None)

    def sockets_of(self, holder_id: str) -> int:
        """Return how many readers the person has in this process."""
        return len(self._of_agent.get(holder_id, ())) + len(self._of_client.get(holder_id, ()))

    def _indexes(self, reader: Reader) -> list[set[Reader]]:
        actor = reader.actor
        if actor.role is Role.CLIENT:
            return [self._of_client[actor.id]]
        own = [self._of_agent[actor.id], self._staff]
        return [*own, self._floor] if actor.role in FLOOR else own

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

    async def _follow(self, batches: AsyncIterator[bytes]) -> None:
        try:
            async for payload in batches:
                await self._receive(decode_events(payload))
        except SubscriberLagged:
            # Fell behind: every reader starts afresh from the log, which has everything.
            logger.warning("hub lagged site=%s", self._site)
            await self._catch_up()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if await self._log.head() > self.rows.seq:
                await self._catch_up()

    async def _receive(self, events: list[e.AnyEvent]) -> None:
        if events and events[0].seq > self.rows.seq + 1:
            await self._catch_up()
        async with self._catching_up:
            self._deliver(events)

    async def _catch_up(self) -> None:
        async with self._catching_up:
            while events := await self._log.read(self.rows.seq, _PAGE):
                self._deliver(events)

    def _deliver(self, events: list[e.AnyEvent]) -> None:
        touched: set[Reader] = set()
        for event in events:
            if event.seq > self.rows.seq:
                self.rows.apply(event)
                self._note_policy(event)
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

    def _note_policy(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.PolicyConfigured):
            self.policy = event.policy

    def _tell(self, event: e.AnyEvent) -> set[Reader]:
        readers = self._readers(event, recipients(event))
        if not readers:
            return readers
        receiver = brings(event)
        if receiver is not None and isinstance(event, e.CaseEvent):
            row = self.rows.cases.get(event.case)
            if row is not None:
                shown = encode(Shown(case=row)).decode()
                for reader in self._of_agent.get(receiver, ()):
                    reader.put(shown)
        frame = encode(Happened(event=event)).decode()
        for reader in readers:
            reader.put(frame)
        return readers

    def _readers(self, event: e.AnyEvent, to: Recipients) -> set[Reader]:
        readers: set[Reader] = set()
        if to.client is not None:
            readers |= self._of_client.get(to.client, set())
        for agent in to.agents:
            readers |= self._of_agent.get(agent, set())
        if to.everyone:
            readers |= self._staff
        elif to.floor:
            readers |= self._floor
        elif type(event) in SAID and isinstance(event, e.CaseEvent):
            readers |= {reader for reader in self._floor if reader.watched == event.case}
        return readers

    # Typing signs: told now or never.

    async def signal(self, typing: Typing) -> None:
        """Tell the other side of a case that somebody is writing."""
        await self._bus.publish(signals_topic(self._site), encode(typing))

    async def _relay(self, signals: AsyncIterator[bytes]) -> None:
        async for payload in signals:
            typing = decode_outbound(payload)
            if isinstance(typing, Typing):
                self._relay_one(typing, payload.decode())

    def _relay_one(self, typing: Typing, frame: str) -> None:
        row = self.rows.cases.get(typing.case)
        if row is None:
            return
        if typing.author is Author.CLIENT:
            readers = self._of_agent.get(row.holder or "", set())
        else:
            readers = self._of_client.get(row.client, set())
        for reader in readers:
            reader.put(frame)
            self._wake[reader]()
