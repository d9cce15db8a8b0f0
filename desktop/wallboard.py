"""The figures of the day and the waits, kept current and sent to those who watch or wait."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from zoneinfo import ZoneInfoNotFoundError

from desktop.core.reader import Reader
from desktop.hub import Hub
from store.beside import beside
from store.clock import Clock
from store.days import Days
from store.figures.fold import Figures
from store.schema.events import AnyEvent
from store.schema.figures import FloorFigures, Wait
from store.schema.frames import Awaited, Counted
from store.schema.ids import CaseId, ClientId
from store.schema.views import SiteProfile

logger = logging.getLogger(__name__)
_ROUND_S = 1.0
# A client who waits looks at the place now and then; a number that dances says nothing.
_AWAITED_MS = 5_000
# What a page costs must not be felt by the sockets.
_PAGE = 500
# Clients looked at before the sockets have their turn.
_CLIENTS_AT_ONCE = 200
# A start reads this much of the log again, at most, and what came in a minute.
_KEEP_EVENTS = 20_000
_KEEP_MS = 60_000


class Kept(Protocol):
    """The log, and what was kept of its fold."""

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        ...

    async def load_figures(self) -> bytes | None:
        """Return what the fold remembered when it was kept."""
        ...

    async def save_figures(self, seq: int, body: bytes) -> None:
        """Keep what the fold remembers after event `seq`."""
        ...


class Profiles(Protocol):
    """What is known of the site."""

    async def profile(self) -> SiteProfile | None:
        """Return the site's profile."""
        ...


class Wallboard:
    """Folds what the hub hears, and once a second tells supervisors and waiting clients.

    It starts from what it kept and, when much came since, reads the rest of the log behind the
    scenes: a start does not wait for it. Until it has caught up it says nothing.
    """

    def __init__(self, hub: Hub, log: Kept, profiles: Profiles, clock: Clock) -> None:
        self._hub = hub
        self._log = log
        self._profiles = profiles
        self._clock = clock
        self._figures = Figures(Days("UTC"))
        self._is_current = False
        self._kept_seq = 0
        self._kept_ms = 0
        self._watching: frozenset[Reader] = frozenset()
        self._told: dict[Reader, dict[CaseId, tuple[Wait, int]]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Count and tell until the context ends."""
        await self._begin()
        async with beside(self._make_rounds()):
            yield
        await self._keep()

    def whole(self) -> FloorFigures | None:
        """Return the figures of every queue and agent now, or None until they are counted."""
        return self._figures.whole(self._clock.now_ms()) if self._is_current else None

    async def _begin(self) -> None:
        profile = await self._profiles.profile()
        self._figures = Figures(_days(profile.time_zone if profile else "UTC"))
        body = await self._log.load_figures()
        if body is not None and self._figures.load(body):
            self._kept_seq = self._figures.seq
        self._kept_ms = self._clock.now_ms()
        # Heard from here on, so that nothing falls between what is read and what is told.
        self._hub.on_burst = self._count
        if self._hub.rows.seq - self._figures.seq <= _PAGE:
            await self._catch_up()
            self._is_current = True

    def _count(self, events: list[AnyEvent]) -> None:
        # What is missing before them is read from the log in the next round.
        if events and events[0].seq <= self._figures.seq + 1:
            self._figures.apply(events)

    async def _make_rounds(self) -> None:
        while True:
            await self._catch_up()
            self._is_current = True
            self._tell_floor()
            await self._tell_clients()
            is_much = self._figures.seq - self._kept_seq >= _KEEP_EVENTS
            if is_much and self._clock.now_ms() - self._kept_ms >= _KEEP_MS:
                await self._keep()
            await asyncio.sleep(_ROUND_S)

    async def _catch_up(self) -> None:
        while self._figures.seq < self._hub.rows.seq:
            events = await self._log.read(self._figures.seq, _PAGE)
            self._figures.apply(events)
            await asyncio.sleep(0)

    async def _keep(self) -> None:
        if self._figures.seq > self._kept_seq:
            self._kept_seq, self._kept_ms = self._figures.seq, self._clock.now_ms()
            await self._log.save_figures(self._figures.seq, self._figures.dump())

    def _tell_floor(self) -> None:
        watching, now_ms = self._hub.floor_readers(), self._clock.now_ms()
        fresh, before = watching - self._watching, watching & self._watching
        changed = self._figures.changed(now_ms)
        if fresh:
            self._hub.post(fresh, Counted(figures=self._figures.whole(now_ms)))
        if before and changed is not None:
            self._hub.post(before, Counted(figures=changed))
        self._watching = watching

    async def _tell_clients(self) -> None:
        told, self._told = self._told, {}
        for number, client in enumerate(self._hub.clients()):
            if number % _CLIENTS_AT_ONCE == 0:
                await asyncio.sleep(0)
            waits = self._figures.awaited_by(ClientId(client))
            if waits:
                for reader in self._hub.client_readers(client):
                    self._told[reader] = told.get(reader, {})
                    self._tell_client(reader, waits)

    def _tell_client(self, reader: Reader, waits: list[Wait]) -> None:
        now_ms, told = self._clock.now_ms(), self._told[reader]
        for wait in waits:
            before = told.get(wait.case)
            if before is None or (before[0] != wait and now_ms - before[1] >= _AWAITED_MS):
                told[wait.case] = (wait, now_ms)
                self._hub.post((reader,), Awaited(wait=wait))


def _days(time_zone: str) -> Days:
    try:
        return Days(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        logger.error("no such time zone, days are those of UTC zone=%s", time_zone)  # noqa: TRY400 - the name says it all
        return Days("UTC")
