"""What one turn of the writer asks and stores: the hot path, by prepared statements alone."""

from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from store.database import Database
from store.errors import StoreError
from store.folding import fold
from store.holdings import Holding, changes
from store.prepared import Prepared, Value
from store.schema.audience import SAID
from store.schema.codec import decode_reply, encode
from store.schema.commands import Reply
from store.schema.events import AnyEvent, CaseEvent, MessageSent, NoteTaken
from store.schema.ids import AgentId, CaseId, MessageId
from store.schema.views import CaseView
from store.tables import assignments, cases, events, leases, mentions, messages, outcomes

Row = Mapping[str, Value]
# Actor and ref.
CommandKey = tuple[str, str]


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one command. digest: SHA-256 of the encoded command, hex."""

    actor: str
    ref: str
    digest: str
    reply: Reply


class Known(Struct, frozen=True, kw_only=True):
    """What is stored of some commands: outcomes by actor and ref, message ids that are taken."""

    outcomes: dict[CommandKey, Outcome]
    messages: set[MessageId]


class Batch(Struct, frozen=True, kw_only=True):
    """What one turn of the writer stores. rows: the last form of each case that changed."""

    epoch: int
    events: tuple[AnyEvent, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    rows: tuple[CaseView, ...] = ()


class WrongWriter(StoreError):  # noqa: N818 - named for what it is
    """Somebody else writes this log now. Nothing was stored; drop the memory and stop."""


class Appending:
    """The statements of one site's turns. Each method is part of a transaction of its caller's."""

    def __init__(self, database: Database, site: str) -> None:
        self._site = site
        self._violations = database.violations
        self._many = database.many
        dialect = database.dialect
        is_one_of = database.is_one_of
        self._ask_outcomes = Prepared(
            select(outcomes.c.command, outcomes.c.digest, outcomes.c.reply).where(
                _is_here(outcomes.c.site), is_one_of(outcomes.c.command, "commands")
            ),
            dialect,
        )
        self._ask_messages = Prepared(
            select(messages.c.message_id).where(
                _is_here(messages.c.site), is_one_of(messages.c.message_id, "said")
            ),
            dialect,
        )
        self._ask_holdings = Prepared(
            select(assignments.c.case_id, assignments.c.agent, assignments.c.from_seq).where(
                _is_here(assignments.c.site),
                is_one_of(assignments.c.case_id, "touched"),
                assignments.c.to_seq.is_(None),
            ),
            dialect,
        )
        self._ask_fence = Prepared(_fence(), dialect)
        self._put_event = Prepared(insert(events), dialect)
        self._put_message = Prepared(insert(messages), dialect)
        self._put_mention = Prepared(insert(mentions), dialect)
        self._put_outcome = Prepared(insert(outcomes), dialect)
        self._put_case = Prepared(database.upsert(cases), dialect)
        self._open_assignment = Prepared(insert(assignments), dialect)
        self._end_assignment = Prepared(_end_of_assignment(), dialect)

    def known(
        self, connection: Connection, commands: Sequence[CommandKey], said: Sequence[MessageId]
    ) -> Known:
        """Return what became of the commands, and which of the message ids are taken."""
        found: dict[CommandKey, Outcome] = {}
        if commands:
            keys = {_command(actor, ref): (actor, ref) for actor, ref in commands}
            given = {"site": self._site, "commands": self._many(list(keys))}
            for command, digest, reply in self._ask_outcomes.ask(connection, given):
                actor, ref = key = keys[str(command)]
                found[key] = Outcome(
                    actor=actor, ref=ref, digest=str(digest), reply=decode_reply(str(reply))
                )
        taken: set[MessageId] = set()
        if said:
            rows = self._ask_messages.ask(
                connection, {"site": self._site, "said": self._many(said)}
            )
            taken = {MessageId(str(message)) for (message,) in rows}
        return Known(outcomes=found, messages=taken)

    def append(self, connection: Connection, batch: Batch) -> None:
        """Write all of the batch. Raises WrongWriter, or a violation of the database's."""
        self._check_fence(connection, batch)
        if batch.events:
            self._append_events(connection, batch.events)
        outcome_rows = [self._outcome_row(outcome) for outcome in batch.outcomes]
        self._put_outcome.run(connection, outcome_rows)
        self._put_case.run(connection, [self._case_row(row) for row in batch.rows])

    def _check_fence(self, connection: Connection, batch: Batch) -> None:
        rows = self._ask_fence.ask(connection, {"site": self._site})
        # The answer is numbers: an epoch, and a seq of the log.
        fence = cast("Sequence[tuple[int, int]]", rows)
        if not fence or fence[0][0] != batch.epoch:
            raise WrongWriter(f"epoch {batch.epoch} is over")
        for place, event in enumerate(batch.events, start=fence[0][1] + 1):
            if event.seq != place:
                raise WrongWriter(f"event {event.seq} cannot be number {place}")

    def _append_events(self, connection: Connection, batch: Sequence[AnyEvent]) -> None:
        try:
            self._put_event.run(connection, [self._event_row(event) for event in batch])
        except self._violations as error:
            raise WrongWriter("another process has appended") from error
        said: list[Row] = [
            {"site": self._site, "message_id": e.message, "case_id": e.case, "seq": e.seq}
            for e in batch
            if isinstance(e, MessageSent)
        ]
        self._put_message.run(connection, said)
        named: list[Row] = [
            {"site": self._site, "agent": agent, "seq": e.seq}
            for e in batch
            if isinstance(e, NoteTaken)
            for agent in dict.fromkeys(e.mentions)
        ]
        self._put_mention.run(connection, named)
        # What is said changes nobody's holder: most batches need not ask.
        moving = [e for e in batch if isinstance(e, CaseEvent) and type(e) not in SAID]
        if moving:
            self._change_holders(connection, moving)

    def _change_holders(self, connection: Connection, batch: Sequence[CaseEvent]) -> None:
        touched = list({event.case for event in batch})
        rows = self._ask_holdings.ask(
            connection, {"site": self._site, "touched": self._many(touched)}
        )
        # The columns' own types: two names and a seq.
        stored = cast("Sequence[tuple[CaseId, AgentId, int]]", rows)
        live = {
            case: Holding(case=case, agent=agent, from_seq=from_seq)
            for case, agent, from_seq in stored
        }
        changed = changes(batch, live)
        self._end_assignment.run(connection, [self._holding_row(h) for h in changed.ended])
        self._open_assignment.run(connection, [self._holding_row(h) for h in changed.opened])

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


def _fence() -> Select[tuple[int, int]]:
    head = select(func.coalesce(func.max(events.c.seq), literal_column("0"))).where(
        _is_here(events.c.site)
    )
    return (
        select(leases.c.epoch, head.scalar_subquery())
        .where(_is_here(leases.c.site))
        .with_for_update(read=True, of=leases)
    )


def _end_of_assignment() -> Update:
    columns = assignments.c
    return (
        update(assignments)
        .where(
            _is_here(columns.site),
            columns.case_id == bindparam("_case_id"),
            columns.from_seq == bindparam("_from_seq"),
        )
        .values(to_seq=bindparam("_to_seq"))
    )


def _is_here(site: Column[str]) -> ColumnElement[bool]:
    return site == bindparam("_site")


def _command(actor: str, ref: str) -> str:
    # A ref has no space in it, so that no two pairs make one key.
    return f"{actor} {ref}"
