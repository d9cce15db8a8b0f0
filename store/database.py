"""One database behind two: SQLite in this process, or a PostgreSQL server."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from store import postgres, sqlite
from store.schema.codec import encode

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: two processes that start at once must not both migrate.
_MIGRATION_LOCK = 0x41494755
# At 500 messages a second, some hundred pages.
_TEND_S = 0.25

Insert = postgresql.Insert | sqlite_dialect.Insert
T = TypeVar("T")


class Connections(Protocol):
    """Some connections of one kind."""

    @property
    def dialect(self) -> Dialect:
        """How the database writes SQL, and what its driver is."""
        ...

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in one transaction; it is committed when this returns."""
        ...

    async def close(self) -> None:
        """Wait for what is under way, and close."""
        ...


class Database:
    """What is asked of the database is a function of a connection, carried out in one go.

    With SQLite that is a thread of its own, whatever the number of statements.
    """

    def __init__(self, writer: Connections, readers: Connections, looker: Connections) -> None:
        self._writer = writer
        self._readers = readers
        self._looker = looker

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open sqlite:///path (made if missing) or postgresql+asyncpg://...

        Raises OSError when the file or the server cannot be reached.
        """
        is_sqlite = make_url(url).get_backend_name() == "sqlite"
        database = cls._on_sqlite(url) if is_sqlite else cls._on_postgres(url)
        try:
            # An address that does not answer is told at the start, not at the first command.
            await database.read(lambda connection: connection.execute(text("SELECT 1")))
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    def _on_sqlite(cls, url: str) -> Self:
        path = sqlite.path_of(url)
        return cls(
            sqlite.writer(path), sqlite.readers(path, sqlite.READERS), sqlite.readers(path, 1)
        )

    @classmethod
    def _on_postgres(cls, url: str) -> Self:
        writer, readers = postgres.pooled(url)
        return cls(writer, readers, readers)

    async def close(self) -> None:
        """Close every connection."""
        for connections in (self._looker, self._readers, self._writer):
            await connections.close()

    async def migrate(self) -> None:
        """Bring the tables to this version's form, in one transaction."""
        await self.write(_upgrade)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in one transaction; it is committed when this returns.

        On cancellation it may be committed all the same: the caller cannot know.
        """
        return await self._writer.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work`, of which each statement sees what is committed; it never waits."""
        return await self._readers.run(work)

    async def look_up(self, work: Callable[[Connection], T]) -> T:
        """Read a few rows by their keys, not behind somebody's long question: the hot path."""
        return await self._looker.run(work)

    async def tend(self) -> None:
        """Keep the database quick while it is used, until cancelled."""
        # A commit that had to do this itself would hold up everybody's.
        while self._is_sqlite:
            await asyncio.sleep(_TEND_S)
            await self._readers.run(sqlite.checkpoint)

    # Statements.

    @property
    def dialect(self) -> Dialect:
        """How this database writes SQL, and what its driver is."""
        return self._writer.dialect

    @property
    def violations(self) -> tuple[type[Exception], ...]:
        """What is raised when a row contradicts what is stored."""
        return IntegrityError, self.dialect.loaded_dbapi.IntegrityError

    def is_one_of(self, column: Column[str], name: str) -> ColumnElement[bool]:
        """Return whether the column is one of the texts given as `name`, made by `many`."""
        if self._is_sqlite:
            return column.in_(select(func.json_each(bindparam(name)).table_valued("value").c.value))
        return column == any_(bindparam(name, type_=ARRAY(Text)))

    def many(self, texts: Sequence[str]) -> str | Sequence[str]:
        """Return texts as one value for `is_one_of`."""
        return encode(texts).decode() if self._is_sqlite else texts

    def insert(self, table: Table) -> Insert:
        """Return this database's insert, which knows on_conflict_do_update."""
        return sqlite_dialect.insert(table) if self._is_sqlite else postgresql.insert(table)

    def upsert(self, table: Table) -> Insert:
        """Return an insert that replaces the row of the same primary key."""
        statement = self.insert(table)
        changed = [column.name for column in table.columns if not column.primary_key]
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: statement.excluded[name] for name in changed},
        )

    @property
    def _is_sqlite(self) -> bool:
        return self.dialect.name == "sqlite"


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
