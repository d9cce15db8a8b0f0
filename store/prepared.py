"""Statements compiled once, for the hot path of the log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter

from sqlalchemy import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import ClauseElement

Value = str | int | None
# What a question takes: several values where its statement says so.
Given = Value | Sequence[str]


class Prepared:
    """One statement of text and numbers, handed to the driver as it is.

    SQLAlchemy's own way looks at each value of each row again, and took half of an append. What
    the driver raises comes as the driver's own error.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        # Both drivers take values by place. In a WHERE a value's name has an underscore before
        # it, because SQLAlchemy keeps the plain names of columns for itself.
        self._names = [name.lstrip("_") for name in getattr(compiled, "positiontup", None) or ()]
        self._values_of = itemgetter(*self._names)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Value]]) -> None:
        """Carry out the statement for each row."""
        if rows:
            with _cursor(connection) as cursor:
                cursor.executemany(self._sql, [self._values_of(row) for row in rows])

    def ask(self, connection: Connection, given: Mapping[str, Given]) -> Sequence[Sequence[Value]]:
        """Return the rows that answer the statement."""
        with _cursor(connection) as cursor:
            cursor.execute(self._sql, tuple(given[name] for name in self._names))
            return cursor.fetchall()


@contextmanager
def _cursor(connection: Connection) -> Iterator[DBAPICursor]:
    cursor = connection.connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()
