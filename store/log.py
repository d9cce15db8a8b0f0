"""The append-only record of a site: events, and every row that changes with them."""

import asyncio
import zlib
from collections.abc import Sequence
from itertools import chain

from sqlalchemy import ColumnElement, Select, func, select

from store.appending import Appending, CommandKey, Known
from store.appending import Batch as Batch
from store.appending import Outcome as Outcome
from store.appending import WrongWriter as WrongWriter
from store.database import Database
from store.errors import Contradiction
from store.schema.codec import decode_events
from store.schema.events import AnyEvent, PolicyConfigured
from store.schema.ids import AgentId, CaseId, ClientId, MessageId
from store.schema.views import EventPage
from store.tables import events, figures, mentions, snapshots


class EventLog:
    """One site's log."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site
        # Built once: `append` is the hot path.
        self._appending = Appending(database, site)

    # Write.

    async def append(self, batch: Batch) -> None:
        """Store all of the batch or nothing.

        Raises WrongWriter when the lease has another epoch or the log another head, and
        Contradiction when a message id or a command's outcome is stored already.
        """
        try:
            await self._database.write(lambda c: self._appending.append(c, batch))
        except self._database.violations as error:
            raise Contradiction(str(error)) from error

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the writer's state after event `seq`, in place of an older one."""
        statement = self._database.upsert(snapshots)
        # A tenth of the size, in a thread that leaves the others alone: while it is written, no
        # batch is.
        packed = await asyncio.to_thread(zlib.compress, body, 1)
        row = {"site": self._site, "seq": seq, "body": packed}
        await self._database.write(lambda c: c.execute(statement, row))

    async def save_figures(self, seq: int, body: bytes) -> None:
        """Keep what the fold of the figures remembers after event `seq`, in place of an older."""
        statement = self._database.upsert(figures)
        row = {"site": self._site, "seq": seq, "body": body}
        await self._database.write(lambda c: c.execute(statement, row))

    # Read.

    async def head(self) -> int:
        """Return the seq of the last event, 0 when there is none."""
        asked = _head(self._site)
        return await self._database.read(lambda c: c.execute(asked).scalar_one())

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        asked = (
            select(events.c.body)
            .where(events.c.site == self._site, events.c.seq > after_seq)
            .order_by(events.c.seq)
            .limit(limit)
        )
        return _decoded(await self._bodies(asked))

    async def floor(self) -> list[AnyEvent]:
        """Return every event that is not about a case, oldest first."""
        asked = (
            select(events.c.body)
            .where(events.c.site == self._site, events.c.case_id.is_(None))
            .order_by(events.c.seq)
        )
        return _decoded(await self._bodies(asked))

    async def last_policies(self, limit: int) -> list[PolicyConfigured]:
        """Return the last events that changed the policy, the newest first."""
        asked = (
            select(events.c.body)
            .where(
                events.c.site == self._site,
                events.c.case_id.is_(None),
                events.c.type == str(PolicyConfigured.__struct_config__.tag),
            )
            .order_by(events.c.seq.desc())
            .limit(limit)
        )
        found = _decoded(await self._bodies(asked))
        return [event for event in found if isinstance(event, PolicyConfigured)]

    async def known(self, commands: Sequence[CommandKey], said: Sequence[MessageId]) -> Known:
        """Return what became of the commands, and which of the message ids are taken."""
        return await self._database.look_up(lambda c: self._appending.known(c, commands, said))

    async def of_case(
        self, cases: Sequence[CaseId], *, before: int | None, limit: int
    ) -> EventPage:
        """Return the last events of the cases before seq `before`."""
        # One question a case: asked for several at once, a database walks back through the log.
        pages = [
            await self._last(events.c.case_id == case, before, limit + 1) for case in set(cases)
        ]
        return _page(sorted(chain.from_iterable(pages), key=_seq), limit)

    async def of_client(self, client: ClientId, *, before: int | None, limit: int) -> EventPage:
        """Return the last events of the client's cases before seq `before`."""
        return _page(await self._last(events.c.client_id == client, before, limit + 1), limit)

    async def mentions(self, agent: AgentId, *, before: int | None, limit: int) -> EventPage:
        """Return the last notes that name the agent before seq `before`."""
        named = select(mentions.c.seq).where(
            mentions.c.site == self._site, mentions.c.agent == agent
        )
        return _page(await self._last(events.c.seq.in_(named), before, limit + 1), limit)

    async def load_snapshot(self) -> tuple[int, bytes] | None:
        """Return the kept state and the seq it is of."""
        asked = select(snapshots.c.seq, snapshots.c.body).where(snapshots.c.site == self._site)
        row = await self._database.read(lambda c: c.execute(asked).one_or_none())
        return None if row is None else (row.seq, zlib.decompress(row.body))

    async def load_figures(self) -> bytes | None:
        """Return what the fold of the figures remembered when it was kept."""
        asked = select(figures.c.body).where(figures.c.site == self._site)
        return await self._database.read(lambda c: c.execute(asked).scalar_one_or_none())

    # Helpers.

    async def _last(
        self, which: ColumnElement[bool], before: int | None, limit: int
    ) -> list[AnyEvent]:
        asked = select(events.c.body).where(events.c.site == self._site, which)
        if before is not None:
            asked = asked.where(events.c.seq < before)
        asked = asked.order_by(events.c.seq.desc()).limit(limit)
        return _decoded((await self._bodies(asked))[::-1])

    async def _bodies(self, asked: Select[str]) -> Sequence[str]:
        return await self._database.read(lambda c: c.execute(asked).scalars().all())


def _head(site: str) -> Select[int]:
    return select(func.coalesce(func.max(events.c.seq), 0)).where(events.c.site == site)


def _seq(event: AnyEvent) -> int:
    return event.seq


def _page(found: Sequence[AnyEvent], limit: int) -> EventPage:
    left_out = max(0, len(found) - limit)
    page = tuple(found[left_out:])
    return EventPage(events=page, before=page[0].seq if page and left_out else None)


def _decoded(bodies: Sequence[str]) -> list[AnyEvent]:
    # One decode for all: the bodies are JSON already.
    return decode_events("[" + ",".join(bodies) + "]")
