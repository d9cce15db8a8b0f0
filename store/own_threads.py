"""Connections on threads of their own: what is done in one go costs one change of threads.

A driver that changes threads for each statement makes a transaction of eight statements wait some
thirty times for a busy event loop; that was nine tenths of an append.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Dialect, Engine

T = TypeVar("T")


class OwnThreads:
    """Carries out whole transactions, as many at once as the engine has connections."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="store")

    @property
    def dialect(self) -> Dialect:
        """How the database writes SQL, and what its driver is."""
        return self._engine.dialect

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in a transaction; it is committed when this returns.

        On cancellation the transaction goes on to its end, unseen: the caller cannot know which.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._carry_out, work)

    async def close(self) -> None:
        """Wait for what is under way, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _carry_out(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)
