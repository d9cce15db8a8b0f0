"""Snapshots of the memory, made between two turns and stored beside the following ones."""

import asyncio
import logging
from typing import Protocol

from router.memory import Memory

# Events between two snapshots: about a second of replay.
SNAPSHOT_EVENTS = 60_000
# With many open cases a snapshot is long to make: one for this many events a case.
_EVENTS_PER_CASE = 0.5

_log = logging.getLogger(__name__)


class Snapshots(Protocol):
    """Where snapshots are kept."""

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the writer's state after event `seq`."""
        ...


class Keeper:
    """Takes a snapshot now and then; a restart has only the events after it to replay."""

    def __init__(self, memory: Memory, snapshots: Snapshots) -> None:
        self._memory = memory
        self._snapshots = snapshots
        self._taken_seq = memory.router.seq
        # One at a time: while it is stored no other is made.
        self._to_store: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(1)
        self._is_storing = False

    def take_if_due(self, snapshot_events: int = SNAPSHOT_EVENTS) -> None:
        """Take a snapshot if enough has happened. Call only when the memory is committed."""
        seq = self._memory.router.seq
        due = max(snapshot_events, len(self._memory.rows.cases) * _EVENTS_PER_CASE)
        if seq - self._taken_seq >= due and not self._is_storing:
            self._is_storing = True
            self._taken_seq = seq
            self._to_store.put_nowait((seq, self._memory.dump()))

    async def run(self) -> None:
        """Store what is taken, until cancelled."""
        while True:
            seq, body = await self._to_store.get()
            await self._store(seq, body)
            self._is_storing = False

    async def take_last(self) -> None:
        """Take and store a snapshot now, if anything has happened since the last one."""
        seq = self._memory.router.seq
        if self._is_storing or seq > self._taken_seq:
            await self._store(seq, self._memory.dump())

    async def _store(self, seq: int, body: bytes) -> None:
        await self._snapshots.save_snapshot(seq, body)
        _log.info("snapshot saved seq=%d", seq)
