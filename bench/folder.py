"""A data folder made for a measurement, through the same writer as in service."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from router.service import run_writer
from store.bus import MemoryBus
from store.clock import SystemClock
from store.database import Database
from store.lease import Lease
from store.log import EventLog
from store.post import Courier
from store.records import Records
from store.schema.commands import AnyCommand, Envelope
from store.schema.terms import Role
from store.schema.views import Session
from store.settings import Settings

# More than a batch, so that the writer never waits for us.
ASKED_AT_ONCE = 600
SESSION_MS = 3_600_000


class Folder(Struct, frozen=True):
    """The site of the folder, while it is being made."""

    records: Records
    courier: Courier
    now_ms: int

    async def ask(self, envelopes: Iterable[Envelope]) -> None:
        """Carry out all of them, in no promised order. Raises ValueError when one is refused."""
        waiting = iter(envelopes)

        async def take_turns() -> None:
            for envelope in waiting:
                reply = await self.courier.ask(envelope)
                if reply.refusal is not None:
                    raise ValueError(f"{_name(envelope.command)}: {reply.refusal}")

        async with asyncio.TaskGroup() as tasks:
            for _ in range(ASKED_AT_ONCE):
                tasks.create_task(take_turns())

    async def sign_in(self, role: Role, holders: Sequence[str]) -> None:
        """Give each a session whose secret is `secret_of` them."""
        for holder in holders:
            await self.records.save_session(
                Session(
                    token_hash=hashlib.sha256(secret_of(holder).encode()).hexdigest(),
                    role=role,
                    holder_id=holder,
                    created_ms=self.now_ms,
                    seen_ms=self.now_ms,
                    expires_ms=self.now_ms + SESSION_MS,
                    csrf=secret_of(holder),
                )
            )


def secret_of(holder: str) -> str:
    """Return the session secret of a made-up person."""
    return hashlib.sha256(b"bench" + holder.encode()).hexdigest()


@asynccontextmanager
async def making(settings: Settings) -> AsyncIterator[Folder]:
    """Open the folder with a writer of its own until the block ends."""
    clock, bus = SystemClock(), MemoryBus()
    database = await Database.open(settings.store_url)
    try:
        await database.migrate()
        site = settings.site
        log, lease = EventLog(database, site), Lease(database, site)
        async with asyncio.TaskGroup() as tasks:
            is_ready = asyncio.Event()
            writer = tasks.create_task(
                run_writer(settings, log, lease, bus, clock, is_ready=is_ready)
            )
            await is_ready.wait()
            courier = Courier(bus, site, "bench")
            async with courier.running():
                yield Folder(Records(database, site), courier, clock.now_ms())
            writer.cancel()
    finally:
        await database.close()


def _name(command: AnyCommand) -> str:
    return type(command).__name__
