"""The append-only record of a site: events, and every row that changes with them."""

from collections.abc import Sequence
from itertools import chain

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.errors import Contradiction, StoreError
from store.folding import fold
from store.holdings import Holding, changes
from store.prepared import Prepared, Value
from store.schema.codec import decode_events, decode_reply, encode
from store.schema.commands import Reply
from store.schema.events import (
    AnyEvent,
    CaseEvent,
    MessageSent,
    NoteTaken,
    PolicyConfigured,
)
from store.schema.ids import AgentId, CaseId, ClientId, MessageId
from store.schema.views import CaseView, EventPage
from store.tables import (
    assignments,
    cases,
    events,
    figures,
    leases,
    mentions,
    messages,
    outcomes,
    snapshots,
)

Row = dict[str, Value]


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one command. digest: SHA-256 of the encoded command, hex."""

    actor: str
    ref: str
    digest: str
    reply: Reply


class Batch(Struct, frozen=True, kw_only=True):
    """What one turn of the writer stores. rows: the last form of each case that changed."""

    epoch: int
    events: tuple[AnyEvent, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    rows: tuple[CaseView, ...] = ()


class WrongWriter(StoreError):  # noqa: N818 - named for what it is
    """Somebody else writes this log now. Nothing was stored; drop the memory and stop."""


class EventLog:
    """One site's log."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site
        # Built once: `append` is the hot path.
        self._fence = (
            select(leases.c.epoch, _head(site).scalar_subquery())
            .where(leases.c.site == site)
            .with_for_update(read=True, of=leases)
        )
        dialect = database.engine.dialect
        self._put_event = Prepared(insert(events), dialect)
        self._put_message = Prepared(insert(messages), dialect)
        self._put_mention = Prepared(insert(mentions), dialect)
        self._put_outcome = Prepared(insert(outcomes), dialect)
        self._put_case = Prepared(database.upsert(cases), dialect)
        self._open_assignment = Prepared(insert(assignments), dialect)
        self._end_assignment = Prepared(_end_of_assignment(), dialect)

    # Write.

    async def append(self, batch: Batch) -> None:
        """Store all of the batch or nothing.

        Raises WrongWriter when the lease has another epoch or the log another head, and
        Contradiction when a message id or a command's outcome is stored already.
        """
        try:
            async with self._database.writing() as connection:
                await self._check_fence(connection, batch)
                if batch.events:
                    await self._append_events(connection, batch.events)
                outcome_rows = [self._outcome_row(outcome) for outcome in batch.outcomes]
                await self._put_outcome.run(connection, outcome_rows)
                await self._put_case.run(connection, [self._case_row(row) for row in batch.rows])
        except IntegrityError as error:
            raise Contradiction(str(error.orig)) from error

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the writer's state after event `seq`, in place of an older one."""
        statement = self._database.upsert(snapshots)
        async with self._database.writing() as connection:
            await connection.execute(statement, {"site": self._site, "seq": seq, "body": body})

    async def save_figures(self, seq: int, body: bytes) -> None:
        """Keep what the fold of the figures remembers after event `seq`, in place of an older."""
        statement = self._database.upsert(figures)
        async with self._database.writing() as connection:
            await connection.execute(statement, {"site": self._site, "seq": seq, "body": body})

    # Read.

    async def head(self) -> int:
        """Return the seq of the last event, 0 when there is none."""
        async with self._database.reading() as connection:
            return (await connection.execute(_head(self._site))).scalar_one()

    async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
        """Return the events after `after_seq`, oldest first."""
        asked = (
            select(events.c.body)
            .where(events.c.site == self._site, events.c.seq > after_seq)
            .order_by(events.c.seq)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return _decoded((await connection.execute(asked)).scalars().all())

    async def floor(self) -> list[AnyEvent]:
        """Return every event that is not about a case, oldest first."""
        asked = (
            select(events.c.body)
            .where(events.c.site == self._site, events.c.case_id.is_(None))
            .order_by(events.c.seq)
        )
        async with self._database.reading() as connection:
            return _decoded((await connection.execute(asked)).scalars().all())

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
        async with self._database.reading() as connection:
            found = _decoded((await connection.execute(asked)).scalars().all())
        return [event for event in found if isinstance(event, PolicyConfigured)]

    async def outcomes(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Outcome]:
        """Return what became of the commands (actor, ref) that are known."""
        if not keys:
            return {}
        asked_keys = {_command(actor, ref): (actor, ref) for actor, ref in keys}
        asked = select(outcomes).where(
            outcomes.c.site == self._site, outcomes.c.command.in_(list(asked_keys))
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
        found = {}
        for row in rows:
            actor, ref = key = asked_keys[row.command]
            reply = decode_reply(row.reply)
            found[key] = Outcome(actor=actor, ref=ref, digest=row.digest, reply=reply)
        return found

    async def taken_messages(self, ids: Sequence[MessageId]) -> set[MessageId]:
        """Return those of the ids that a stored message has."""
        if not ids:
            return set()
        asked = select(messages.c.message_id).where(
            messages.c.site == self._site, messages.c.message_id.in_(list(ids))
        )
        async with self._database.reading() as connection:
            return {MessageId(taken) for taken in (await connection.execute(asked)).scalars()}

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
        async with self._database.reading() as connection:
            row = (await connection.execute(asked)).one_or_none()
        return None if row is None else (row.seq, row.body)

    async def load_figures(self) -> bytes | None:
        """Return what the fold of the figures remembered when it was kept."""
        asked = select(figures.c.body).where(figures.c.site == self._site)
        async with self._database.reading() as connection:
            return (await connection.execute(asked)).scalar_one_or_none()

    # Helpers.

    async def _check_fence(self, connection: AsyncConnection, batch: Batch) -> None:
        row = (await connection.execute(self._fence)).one_or_none()
        if row is None or row[0] != batch.epoch:
            raise WrongWriter(f"epoch {batch.epoch} is over")
        for place, event in enumerate(batch.events, start=row[1] + 1):
            if event.seq != place:
                raise WrongWriter(f"event {event.seq} cannot be number {place}")

    async def _append_events(self, connection: AsyncConnection, batch: Sequence[AnyEvent]) -> None:
        try:
            await self._put_event.run(connection, [self._event_row(event) for event in batch])
        except IntegrityError as error:
            raise WrongWriter("another process has appended") from error
        said: list[Row] = [
            {"site": self._site, "message_id": e.message, "case_id": e.case, "seq": e.seq}
            for e in batch
            if isinstance(e, MessageSent)
        ]
        await self._put_message.run(connection, said)
        named: list[Row] = [
            {"site": self._site, "agent": agent, "seq": e.seq}
            for e in batch
            if isinstance(e, NoteTaken)
            for agent in dict.fromkeys(e.mentions)
        ]
        await self._put_mention.run(connection, named)
        await self._change_holders(connection, [e for e in batch if isinstance(e, CaseEvent)])

    async def _change_holders(
        self, connection: AsyncConnection, batch: Sequence[CaseEvent]
    ) -> None:
        if not batch:
            return
        touched = list({event.case for event in batch})
        asked = select(assignments.c.case_id, assignments.c.agent, assignments.c.from_seq).where(
            assignments.c.site == self._site,
            assignments.c.case_id.in_(touched),
            assignments.c.to_seq.is_(None),
        )
        live = {
            CaseId(row.case_id): Holding(case=row.case_id, agent=row.agent, from_seq=row.from_seq)
            for row in (await connection.execute(asked)).all()
        }
        changed = changes(batch, live)
        await self._end_assignment.run(connection, [self._holding_row(h) for h in changed.ended])
        await self._open_assignment.run(connection, [self._holding_row(h) for h in changed.opened])

    async def _last(
        self, which: ColumnElement[bool], before: int | None, limit: int
    ) -> list[AnyEvent]:
        asked = select(events.c.body).where(events.c.site == self._site, which)
        if before is not None:
            asked = asked.where(events.c.seq < before)
        asked = asked.order_by(events.c.seq.desc()).limit(limit)
        async with self._database.reading() as connection:
            bodies = (await connection.execute(asked)).scalars().all()
        return _decoded(bodies[::-1])

    def _event_row(self, event: AnyEvent) -> Row:
        case, client = (event.case, event.client) if isinstance(event, CaseEvent) else (None, None)
        return {
            "site": self._site,
            "seq": event.seq,
            "at_ms": event.at_ms,
            "type": str(event.__struct_config__.tag),
            "case_id": case,
            "client_id": client,
            "body": encode(event).decode(),
        }

    def _holding_row(self, holding: Holding) -> Row:
        return {
            "site": self._site,
            "case_id": holding.case,
            "from_seq": holding.from_seq,
            "agent": holding.agent,
            "to_seq": holding.to_seq,
        }

    def _outcome_row(self, outcome: Outcome) -> Row:
        return {
            "site": self._site,
            "command": _command(outcome.actor, outcome.ref),
            "digest": outcome.digest,
            "reply": encode(outcome.reply).decode(),
        }

    def _case_row(self, row: CaseView) -> Row:
        words = f"{row.client_name} {row.subject} {row.case} {row.last_text}"
        return {
            "site": self._site,
            "case_id": row.case,
            "status": row.status.value,
            "queue": row.queue,
            "holder": row.holder,
            "client": row.client,
            "subject": row.subject,
            "client_name": row.client_name,
            "search": fold(words),
            "updated_seq": row.updated_seq,
            "body": encode(row).decode(),
        }


def _end_of_assignment() -> Update:
    columns = assignments.c
    return (
        update(assignments)
        .where(
            columns.site == bindparam("_site"),
            columns.case_id == bindparam("_case_id"),
            columns.from_seq == bindparam("_from_seq"),
        )
        .values(to_seq=bindparam("_to_seq"))
    )


def _head(site: str) -> Select[int]:
    return select(func.coalesce(func.max(events.c.seq), 0)).where(events.c.site == site)


def _command(actor: str, ref: str) -> str:
    # A ref has no space in it, so that no two pairs make one key.
    return f"{actor} {ref}"


def _seq(event: AnyEvent) -> int:
    return event.seq


def _page(found: Sequence[AnyEvent], limit: int) -> EventPage:
    left_out = max(0, len(found) - limit)
    page = tuple(found[left_out:])
    return EventPage(events=page, before=page[0].seq if page and left_out else None)


def _decoded(bodies: Sequence[str]) -> list[AnyEvent]:
    # One decode for all: the bodies are JSON already.
    return decode_events("[" + ",".join(bodies) + "]")
