"""SQLite as it is opened here: durable, one connection that writes, several that read."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from store.own_threads import OwnThreads

READERS = 4
# About as long as a locked file is waited for otherwise.
_SWITCHES = 100
_SWITCH_PAUSE_S = 0.1
_PRAGMAS = (
    # First, so that the others wait as well when another process is starting.
    "PRAGMA busy_timeout = 10000",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
)
# Pages of the write-ahead log after which a commit moves them into the file itself, which holds
# up everybody's: `checkpoint`, called often, never lets it come to that.
_WRITES = "PRAGMA wal_autocheckpoint = 200000"
# Pages after which the log is begun again, so that it does not grow for ever.
_LONG_LOG = 100_000
_READS_ONLY = "PRAGMA query_only = ON"


def path_of(url: str) -> Path:
    """Return the file of the database, made if missing. Raises OSError and ValueError."""
    name = make_url(url).database
    if not name:
        raise ValueError("a database in memory cannot be shared by its connections")
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The driver says only "unable to open"; the system says why.
    path.open("ab").close()
    return path


def writer(path: Path) -> OwnThreads:
    """Return the one connection that writes: writers queue before it, and not inside SQLite."""
    engine = _engine(path, 1)
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediate)
    return OwnThreads(engine, 1)


def readers(path: Path, count: int) -> OwnThreads:
    """Return connections that read what is committed, and nothing else."""
    engine = _engine(path, count).execution_options(isolation_level="AUTOCOMMIT")
    event.listen(engine, "connect", _prepare_reader)
    return OwnThreads(engine, count)


def checkpoint(connection: Connection) -> None:
    """Move what is committed from the write-ahead log into the file, and begin a long log again.

    The first nobody waits for. The second holds up commits, for the few pages that came since.
    """
    moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
    if moved[1] > _LONG_LOG:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")


def _engine(path: Path, connections: int) -> Engine:
    return create_engine(f"sqlite:///{path}", pool_size=connections, max_overflow=0)


def _prepare_writer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin by itself: `_begin_immediate` does.
    connection.isolation_level = None
    _set_pragmas(connection, (*_PRAGMAS, _WRITES))


def _prepare_reader(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _set_pragmas(connection, (*_PRAGMAS, _READS_ONLY))


def _set_pragmas(connection: DBAPIConnection, pragmas: Sequence[str]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(pragma)
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Use the write-ahead log. Two processes that switch to it at once do not wait: one is told no.

    Raises sqlite3.OperationalError when somebody else has the file for as long as that.
    """
    for patience in reversed(range(_SWITCHES)):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not patience:
                raise
            time.sleep(_SWITCH_PAUSE_S)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    # A deferred transaction that writes after it read can fail at its first write.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
