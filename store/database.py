"""One database behind two: SQLite in this process, or a PostgreSQL server."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: two processes that start at once must not both migrate.
_MIGRATION_LOCK = 0x41494755
_SQLITE_READERS = 4
_POSTGRES_CONNECTIONS = 8
_PRAGMAS = (
    # First, so that the others wait as well when another process is starting.
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Pages: fewer, longer checkpoints; the default makes one every second or third batch.
    "PRAGMA wal_autocheckpoint = 10000",
    "PRAGMA cache_size = -65536",
)

Insert = postgresql.Insert | sqlite.Insert


class Database:
    """Connections to write with and to read with. Reading never waits for a writer."""

    def __init__(self, engine: AsyncEngine, reading: AsyncEngine) -> None:
        self.engine = engine
        self._reading = reading

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open sqlite+aiosqlite:///path (made if missing) or postgresql+asyncpg://...

        Raises OSError when the file or the server cannot be reached.
        """
        is_sqlite = make_url(url).get_backend_name() == "sqlite"
        database = cls(*(_sqlite_engines(url) if is_sqlite else _postgres_engines(url)))
        try:
            async with database.engine.connect():
                # An address that does not answer is told at the start, not at the first command.
                return database
        except BaseException:
            await database.close()
            raise

    async def close(self) -> None:
        """Close every connection."""
        await self._reading.dispose()
        await self.engine.dispose()

    async def migrate(self) -> None:
        """Bring the tables to this version's form, in one transaction."""
        async with self.engine.begin() as connection:
            await connection.run_sync(_upgrade)

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a transaction that commits at the end of its block, or not at all."""
        return self.engine.begin()

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a connection on which each statement sees what is committed."""
        return self._reading.connect()

    def insert(self, table: Table) -> Insert:
        """Return this database's insert, which knows on_conflict_do_update."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        return sqlite.insert(table) if is_sqlite else postgresql.insert(table)

    def upsert(self, table: Table) -> Insert:
        """Return an insert that replaces the row of the same primary key."""
        statement = self.insert(table)
        changed = [column.name for column in table.columns if not column.primary_key]
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: statement.excluded[name] for name in changed},
        )


def _postgres_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    engine = create_async_engine(url, pool_size=_POSTGRES_CONNECTIONS, max_overflow=0)
    return engine, engine.execution_options(isolation_level="AUTOCOMMIT")


def _sqlite_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    path = make_url(url).database
    if not path:
        raise ValueError("a database in memory cannot be shared by its connections")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # The driver says only "unable to open"; the system says why.
    Path(path).open("ab").close()
    # One connection writes: writers queue here, in order, and not inside SQLite.
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    reading = create_async_engine(
        url, pool_size=_SQLITE_READERS, max_overflow=0, isolation_level="AUTOCOMMIT"
    )
    event.listen(engine.sync_engine, "connect", _prepare_writer)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(reading.sync_engine, "connect", _prepare_reader)
    return engine, reading


def _prepare_writer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin by itself: `_begin_immediate` does.
    connection.isolation_level = None
    _set_pragmas(connection, _PRAGMAS)


def _prepare_reader(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _set_pragmas(connection, (*_PRAGMAS, "PRAGMA query_only = ON"))


def _set_pragmas(connection: DBAPIConnection, pragmas: Sequence[str]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(pragma)
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A deferred transaction that writes after it read can fail at its first write.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
