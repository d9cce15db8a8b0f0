"""Statements compiled once for many rows at a time, for the hot path of the log."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

Value = str | int | None


class Prepared:
    """One statement for rows of text and numbers.

    SQLAlchemy's own way of many rows looks at each value of each row again, and took half of an
    append; here the driver gets plain tuples.
    """

    def __init__(self, statement: UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        # Both drivers take values by place. In a WHERE a value's name has an underscore before
        # it, because SQLAlchemy keeps the plain names of columns for itself.
        names = [name.lstrip("_") for name in compiled.positiontup or ()]
        self._values_of = itemgetter(*names)

    async def run(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Value]]) -> None:
        """Carry out the statement for each row."""
        if rows:
            await connection.exec_driver_sql(self._sql, [self._values_of(row) for row in rows])
