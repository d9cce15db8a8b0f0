"""The event log: the truth of a site, with gapless seq, written by one writer at a time."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from store import tables as t
from store.database import Database
from store.errors import WrongWriter
from store.schema.codec import decode_event, decode_reply, encode
from store.schema.commands import Reply
from store.schema.events import (
    AnyEvent,
    CaseAssigned,
    CaseClosed,
    CaseEvent,
    CaseQueued,
    MessageSent,
    NoteTaken,
)
from store.schema.ids import AgentId, CaseId, ClientId, MessageId
from store.schema.views import CaseView, EventPage
from store.searching import folded


class Outcome(Struct, frozen=True, kw_only=True):
    """How one command ended. digest: SHA-256 of the encoded command, hex."""

    actor: str
    ref: str
    digest: str
    reply: Reply


class Batch(Struct, frozen=True, kw_only=True):
    """What is committed together. rows: each changed case as it is after the batch."""

    epoch: int
    events: tuple[AnyEvent, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    rows: tuple[CaseView, ...] = ()


class EventLog:
    """The log of one site."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site
        dialect = sqlite if database.is_sqlite else postgresql
        cases = dialect.insert(t.cases)
        self._save_case = cases.on_conflict_do_update(
            index_elements=["site", "case_id"],
            set_={
                name: cases.excluded[name]
                for name in ("status", "queue", "holder", "client", "search", "updated_seq", "body")
            },
        )
        snapshots = dialect.insert(t.snapshots)
        self._save_snapshot = snapshots.on_conflict_do_update(
            index_elements=["site"],
            set_={"seq": snapshots.excluded.seq, "body": snapshots.excluded.body},
        )
        self._end_assignment = (
            update(t.assignments)
            .where(
                t.assignments.c.site == site,
                t.assignments.c.case_id == bindparam("of_case"),
                t.assignments.c.to_seq.is_(None),
            )
            .values(to_seq=bindparam("ended_at"))
        )

    async def head(self) -> int:
        """Return the seq of the last event, 0 when there is none."""
        query = select(func.max(t.events.c.seq)).where(t.events.c.site == self._site)
        async with self._database.reading() as connection:
            return (await connection.scalar(query)) or 0

    async def read(self, after_seq: int, limit: int = 1000) -> list[AnyEvent]:
        """Return the next events after `after_seq`, oldest first."""
        query = (
            select(t.events.c.body)
            .where(t.events.c.site == self._site, t.events.c.seq > after_seq)
            .order_by(t.events.c.seq)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [decode_event(body) for body in await connection.scalars(query)]

    async def floor(self) -> list[AnyEvent]:
        """Return every event that is not about a case, oldest first."""
        query = (
            select(t.events.c.body)
            .where(t.events.c.site == self._site, t.events.c.case_id.is_(None))
            .order_by(t.events.c.seq)
        )
        async with self._database.reading() as connection:
            return [decode_event(body) for body in await connection.scalars(query)]

    async def append(self, batch: Batch) -> None:
        """Store all of the batch or none of it.

        Raises WrongWriter when `batch.epoch` is no longer the lease's, or the log has grown.
        """
        try:
            async with self._database.writing() as connection:
                await self._check_epoch(connection, batch.epoch)
                await self._write(connection, batch)
        except IntegrityError as error:
            raise WrongWriter(str(error.orig)) from error

    async def _check_epoch(self, connection: AsyncConnection, epoch: int) -> None:
        query = select(t.leases.c.epoch).where(t.leases.c.site == self._site)
        if not self._database.is_sqlite:
            query = query.with_for_update(read=True)
        if await connection.scalar(query) != epoch:
            raise WrongWriter("the lease has another epoch")

    async def _write(self, connection: AsyncConnection, batch: Batch) -> None:
        site = self._site
        if batch.events:
            await connection.execute(insert(t.events), [self._event_row(x) for x in batch.events])
        said = [x for x in batch.events if isinstance(x, MessageSent)]
        if said:
            await connection.execute(
                insert(t.messages),
                [
                    {"site": site, "message_id": x.message, "case_id": x.case, "seq": x.seq}
                    for x in said
                ],
            )
        named = [
            {"site": site, "agent": agent, "seq": x.seq}
            for x in batch.events
            if isinstance(x, NoteTaken)
            for agent in dict.fromkeys(x.mentions)
        ]
        if named:
            await connection.execute(insert(t.mentions), named)
        await self._write_assignments(connection, batch.events)
        if batch.rows:
            await connection.execute(self._save_case, [self._case_row(row) for row in batch.rows])
        if batch.outcomes:
            await connection.execute(
                insert(t.outcomes),
                [
                    {
                        "site": site,
                        "actor": x.actor,
                        "ref": x.ref,
                        "digest": x.digest,
                        "reply": encode(x.reply).decode(),
                    }
                    for x in batch.outcomes
                ],
            )

    async def _write_assignments(
        self, connection: AsyncConnection, events: Sequence[AnyEvent]
    ) -> None:
        site = self._site
        live: dict[CaseId, tuple[str, int]] = {}
        ended: dict[CaseId, int] = {}
        rows: list[dict[str, object]] = []
        for event in events:
            if not isinstance(event, CaseAssigned | CaseQueued | CaseClosed):
                continue
            if event.case in live:
                agent, from_seq = live.pop(event.case)
                rows.append(_assignment(site, event.case, agent, from_seq, event.seq))
            else:
                ended.setdefault(event.case, event.seq)
            if isinstance(event, CaseAssigned) and event.holder is not None:
                live[event.case] = (event.holder, event.seq)
        rows += [_assignment(site, case, agent, seq, None) for case, (agent, seq) in live.items()]
        if ended:
            await connection.execute(
                self._end_assignment,
                [{"of_case": case, "ended_at": seq} for case, seq in ended.items()],
            )
        if rows:
            await connection.execute(insert(t.assignments), rows)

    async def outcomes(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Outcome]:
        """Return the outcomes already kept for these (actor, ref)."""
        if not keys:
            return {}
        columns = t.outcomes.c
        query = select(columns.actor, columns.ref, columns.digest, columns.reply).where(
            columns.site == self._site, tuple_(columns.actor, columns.ref).in_(keys)
        )
        async with self._database.reading() as connection:
            return {
                (actor, ref): Outcome(
                    actor=actor, ref=ref, digest=digest, reply=decode_reply(reply)
                )
                for actor, ref, digest, reply in await connection.execute(query)
            }

    async def taken_messages(self, ids: Sequence[MessageId]) -> set[MessageId]:
        """Return those of the ids that a stored message has."""
        if not ids:
            return set()
        query = select(t.messages.c.message_id).where(
            t.messages.c.site == self._site, t.messages.c.message_id.in_(ids)
        )
        async with self._database.reading() as connection:
            return {MessageId(found) for found in await connection.scalars(query)}

    async def of_case(
        self, cases: Sequence[CaseId], *, before: int | None = None, limit: int = 100
    ) -> EventPage:
        """Return the last events of these cases before `before`."""
        return await self._page(t.events.c.case_id.in_(cases), before=before, limit=limit)

    async def of_client(
        self, client: ClientId, *, before: int | None = None, limit: int = 100
    ) -> EventPage:
        """Return the last events of all cases of a client before `before`."""
        return await self._page(t.events.c.client_id == client, before=before, limit=limit)

    async def mentions(
        self, agent: AgentId, *, before: int | None = None, limit: int = 50
    ) -> EventPage:
        """Return the last notes that name the agent before `before`."""
        named = select(t.mentions.c.seq).where(
            t.mentions.c.site == self._site, t.mentions.c.agent == agent
        )
        return await self._page(t.events.c.seq.in_(named), before=before, limit=limit)

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the writer's state after event `seq`, in place of the one before."""
        async with self._database.writing() as connection:
            await connection.execute(
                self._save_snapshot, {"site": self._site, "seq": seq, "body": body}
            )

    async def load_snapshot(self) -> tuple[int, bytes] | None:
        """Return the kept state and its seq."""
        query = select(t.snapshots.c.seq, t.snapshots.c.body).where(
            t.snapshots.c.site == self._site
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (row.seq, row.body)

    async def _page(
        self, condition: ColumnElement[bool], *, before: int | None, limit: int
    ) -> EventPage:
        query = (
            select(t.events.c.body)
            .where(t.events.c.site == self._site, condition)
            .order_by(t.events.c.seq.desc())
            .limit(limit + 1)
        )
        if before is not None:
            query = query.where(t.events.c.seq < before)
        async with self._database.reading() as connection:
            events = [decode_event(body) for body in await connection.scalars(query)]
        has_more = len(events) > limit
        events = events[:limit][::-1]
        return EventPage(events=tuple(events), before=events[0].seq if has_more else None)

    def _event_row(self, event: AnyEvent) -> dict[str, object]:
        case, client = (event.case, event.client) if isinstance(event, CaseEvent) else (None, None)
        return {
            "site": self._site,
            "seq": event.seq,
            "at_ms": event.at_ms,
            "type": event.__struct_config__.tag,
            "case_id": case,
            "client_id": client,
            "body": encode(event).decode(),
        }

    def _case_row(self, row: CaseView) -> dict[str, object]:
        return {
            "site": self._site,
            "case_id": row.case,
            "status": row.status.value,
            "queue": row.queue,
            "holder": row.holder,
            "client": row.client,
            "search": folded(f"{row.client_name} {row.subject} {row.case} {row.last_text}"),
            "updated_seq": row.updated_seq,
            "body": encode(row).decode(),
        }


def _assignment(
    site: str, case: CaseId, agent: str, from_seq: int, to_seq: int | None
) -> dict[str, object]:
    return {"site": site, "case_id": case, "agent": agent, "from_seq": from_seq, "to_seq": to_seq}
