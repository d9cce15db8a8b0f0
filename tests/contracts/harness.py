"""A database to test on, and the events and rows to fill it with."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from store.database import Database
from store.lease import Lease
from store.log import Batch, EventLog, Outcome
from store.queries import CaseQueries
from store.records import Records
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.commands import Reply
from store.schema.ids import AgentId, CaseId, ClientId, MessageId
from store.schema.terms import AssignCause, Author, Channel, CloseCause

ANN = AgentId("agent_ann")
BOB = AgentId("agent_bob")
CASE = CaseId("case_1")
CLIENT = ClientId("client_1")
_SITES = count(1)


class Places:
    """Where databases of one kind are made."""

    def __init__(self, new_url: Callable[[int], str]) -> None:
        self._new_url = new_url
        self._numbers = count(1)
        self._shared: str | None = None

    def empty(self) -> str:
        """Return the URL of a database without tables."""
        return self._new_url(next(self._numbers))

    def run(self, test: Callable[["Site"], Awaitable[None]]) -> None:
        """Run the test on a site of its own in a migrated database."""
        asyncio.run(self._run(test))

    async def _run(self, test: Callable[["Site"], Awaitable[None]]) -> None:
        is_new = self._shared is None
        self._shared = self._shared or self.empty()
        database = await Database.open(self._shared)
        try:
            if is_new:
                await database.migrate()
            await test(Site(database, f"site_{next(_SITES)}"))
        finally:
            await database.close()


class Site:
    """A site in a database, and a writer's way to fill it: each method is one event or batch."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.log = EventLog(database, name)
        self.lease = Lease(database, name)
        self.queries = CaseQueries(database, name)
        self.records = Records(database, name)
        self.rows = Rows()
        self.epoch = 0

    async def begin(self) -> None:
        epoch = await self.lease.acquire("writer", 0, 1000)
        assert epoch is not None
        self.epoch = epoch

    def batch(self, *events: e.AnyEvent, outcomes: tuple[Outcome, ...] = ()) -> Batch:
        """Apply the events and return the batch that stores them."""
        changed = dict.fromkeys(event.case for event in events if isinstance(event, e.CaseEvent))
        for event in events:
            self.rows.apply(event)
        rows = tuple(self.rows.cases[case] for case in changed if case in self.rows.cases)
        return Batch(epoch=self.epoch, events=events, outcomes=outcomes, rows=rows)

    async def append(self, *events: e.AnyEvent) -> None:
        await self.log.append(self.batch(*events))


def opened(
    seq: int,
    case: CaseId = CASE,
    *,
    client: ClientId = CLIENT,
    name: str = "Élodie Noël",
    subject: str = "Sinistre auto",
) -> e.CaseOpened:
    return e.CaseOpened(
        seq=seq,
        at_ms=seq,
        case=case,
        client=client,
        channel=Channel.CHAT,
        subject=subject,
        client_name=name,
    )


def assigned(
    seq: int, holder: AgentId, case: CaseId = CASE, former: AgentId | None = None
) -> e.CaseAssigned:
    return e.CaseAssigned(
        seq=seq,
        at_ms=seq,
        case=case,
        client=CLIENT,
        holder=holder,
        agent_name="A",
        cause=AssignCause.AUTOMATIC,
        former=former,
    )


def said(
    seq: int,
    message: str,
    case: CaseId = CASE,
    *,
    holder: AgentId | None = None,
    text: str = "Bonjour",
) -> e.MessageSent:
    return e.MessageSent(
        seq=seq,
        at_ms=seq,
        case=case,
        client=CLIENT,
        holder=holder,
        message=MessageId(message),
        author=Author.CLIENT,
        text=text,
    )


def closed(seq: int, case: CaseId = CASE, former: AgentId | None = None) -> e.CaseClosed:
    return e.CaseClosed(
        seq=seq, at_ms=seq, case=case, client=CLIENT, cause=CloseCause.CLOSED, former=former
    )


def outcome(ref: str, seq: int, actor: str = "client_1") -> Outcome:
    return Outcome(actor=actor, ref=ref, digest="d" * 64, reply=Reply(ref=ref, seq=seq))
