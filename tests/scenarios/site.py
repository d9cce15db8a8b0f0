"""A site in memory: its log, its lease, a writer on virtual time and somebody who asks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from router.leadership import Tenure
from router.service import run_writer
from store.appending import Batch, CommandKey, Known, Outcome, WrongWriter
from store.beside import beside
from store.bus import MemoryBus
from store.clock import Clock
from store.post import Courier
from store.schema import commands as c
from store.schema.codec import decode_events, encode
from store.schema.commands import SYSTEM, Actor, AnyCommand, Envelope, Reply
from store.schema.events import AnyEvent, CaseEvent, MessageSent
from store.schema.ids import CaseId, MessageId
from store.schema.terms import Policy, Presence
from store.schema.views import CaseView, EventPage
from store.settings import Settings
from tests.router.floor import ANN, GENERAL, LABEL, agent
from tests.support.virtual_time import VirtualClock

# A day of virtual time has few renewals then.
CALM = Tenure(ttl_ms=7_200_000, renew_ms=3_600_000, retry_ms=1_000)
SETTINGS = Settings()
# Most stories are not about beginning together.
AT_ONCE = Policy(login_levelling_ms=0)


class MemoryLog:
    """The log of one site, in memory: what is in it was committed."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.kept: dict[tuple[str, str], Outcome] = {}
        self.rows: dict[CaseId, CaseView] = {}
        self.snapshot: tuple[int, bytes] | None = None
        self.epoch: int | None = None
        self.batches = 0
        self.is_broken = False

    async def append(self, batch: Batch) -> None:
        if self.is_broken:
            raise OSError("the disk is full")
        if self.epoch not in {None, batch.epoch}:
            raise WrongWriter(f"epoch {batch.epoch} is over")
        # Through the codec, as a database would.
        self.events += decode_events(encode(batch.events))
        for outcome in batch.outcomes:
            assert (outcome.actor, outcome.ref) not in self.kept
            self.kept[outcome.actor, outcome.ref] = outcome
        self.rows |= {row.case: row for row in batch.rows}
        self.batches += 1

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        return self.events[after_seq : after_seq + limit]

    async def known(self, commands: Sequence[CommandKey], said: Sequence[MessageId]) -> Known:
        taken = {event.message for event in self.events if isinstance(event, MessageSent)}
        kept = {key: self.kept[key] for key in commands if key in self.kept}
        return Known(outcomes=kept, messages=taken & set(said))

    async def of_case(
        self, cases: Sequence[CaseId], *, before: int | None, limit: int
    ) -> EventPage:
        assert before is None
        mine = [e for e in self.events if isinstance(e, CaseEvent) and e.case in cases]
        return EventPage(events=tuple(mine[-limit:]))

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        self.snapshot = (seq, body)

    async def load_snapshot(self) -> tuple[int, bytes] | None:
        return self.snapshot


class MemoryLease:
    """The lease row of one site."""

    def __init__(self) -> None:
        self.holder = ""
        self.epoch = 0
        self.expires_ms = 0

    async def acquire(self, holder: str, now_ms: int, ttl_ms: int) -> int | None:
        if self.holder not in {"", holder} and now_ms < self.expires_ms:
            return None
        self.holder, self.epoch, self.expires_ms = holder, self.epoch + 1, now_ms + ttl_ms
        return self.epoch

    async def renew(self, epoch: int, now_ms: int, ttl_ms: int) -> bool:
        if epoch != self.epoch:
            return False
        self.expires_ms = now_ms + ttl_ms
        return True

    async def release(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.holder = ""


class Site:
    """Everything of a site that outlives its writers."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.lease = MemoryLease()
        self.bus = MemoryBus()
        self.clock: Clock = VirtualClock()
        self.refs = 0

    @asynccontextmanager
    async def writing(self, tenure: Tenure = CALM) -> AsyncIterator["Floor"]:
        """Run a writer for the length of a block."""
        is_ready = asyncio.Event()
        writer = run_writer(
            SETTINGS,
            self.log,
            self.lease,
            self.bus,
            self.clock,
            is_ready=is_ready,
            tenure=tenure,
        )
        courier = Courier(self.bus, SETTINGS.site, "node_1")
        async with beside(writer), courier.running():
            await is_ready.wait()
            yield Floor(self, courier)


class Floor:
    """Somebody who asks the writer."""

    def __init__(self, site: Site, courier: Courier) -> None:
        self._site = site
        self._courier = courier

    def ref(self) -> str:
        self._site.refs += 1
        return f"ref-{self._site.refs}"

    async def ask(self, actor: Actor, command: AnyCommand) -> Reply:
        return await self._courier.ask(Envelope(actor=actor, command=command))

    async def do(self, actor: Actor, command: AnyCommand) -> None:
        reply = await self.ask(actor, command)
        assert reply.refusal is None, (command, reply)

    async def set_up(self) -> None:
        """One queue and Ann, who is available."""
        ref = self.ref
        await self.do(SYSTEM, c.ConfigureQueue(ref=ref(), queue=GENERAL, label=LABEL))
        await self.do(SYSTEM, c.ConfigurePolicy(ref=ref(), policy=AT_ONCE))
        await self.do(SYSTEM, c.ConfigureAgent(ref=ref(), agent=ANN, name="Ann"))
        await self.do(SYSTEM, c.ConnectAgent(ref=ref(), agent=ANN))
        await self.do(agent(), c.SetPresence(ref=ref(), presence=Presence.AVAILABLE))
