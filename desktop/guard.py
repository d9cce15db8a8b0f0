"""Ends the sockets of people who may no longer be here: signed out, changed password, gone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from desktop.sessions import Sessions
from store.beside import beside

# A right that was taken away ends its sockets within this time.
_ROUND_S = 1.0


class Guard:
    """Asks once a second, in one question, about every session that was heard meanwhile.

    One question for each command would be two reads on the path of every message.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._ends: dict[str, set[Callable[[], None]]] = defaultdict(set)
        self._heard: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make rounds until the context ends."""
        async with beside(self._make_rounds()):
            yield

    @asynccontextmanager
    async def watching(self, token_hash: str, end: Callable[[], None]) -> AsyncIterator[None]:
        """Call `end` when the session is over, while the context lasts."""
        self._ends[token_hash].add(end)
        try:
            yield
        finally:
            self._ends[token_hash].discard(end)
            if not self._ends[token_hash]:
                del self._ends[token_hash]

    def hear(self, token_hash: str) -> None:
        """Note that the session was used."""
        self._heard.add(token_hash)

    async def _make_rounds(self) -> None:
        while True:
            await asyncio.sleep(_ROUND_S)
            heard = tuple(self._heard)
            self._heard.clear()
            for token_hash in await self._sessions.ended(heard):
                for end in tuple(self._ends.get(token_hash, ())):
                    end()
