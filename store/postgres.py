"""PostgreSQL as it is opened here: one pool of connections, in transactions or without."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_CONNECTIONS = 8
T = TypeVar("T")


class Pooled:
    """Connections of a pool."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @property
    def dialect(self) -> Dialect:
        """How the database writes SQL, and what its driver is."""
        return self._engine.dialect

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in one transaction; it is committed when this returns."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def pooled(url: str) -> tuple[Pooled, Pooled]:
    """Return the same pool twice: for transactions, and for statements that each stand alone."""
    engine = create_async_engine(url, pool_size=_CONNECTIONS, max_overflow=0)
    return Pooled(engine), Pooled(engine.execution_options(isolation_level="AUTOCOMMIT"))
