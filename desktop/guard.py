"""Ends the sockets of people who may no longer be here: signed out, changed password, gone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from desktop.sessions import Sessions
from store.beside import beside

# A right that was taken away ends its sockets within the sum of these: the rest between two
# rounds, and a round.
_REST_S = 0.5
_ROUND_S = 0.4
# Asked about at once: more would hold up whoever is writing meanwhile.
_SESSIONS = 50


class Guard:
    """Asks every second about each session that was heard meanwhile, some at a time.

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
            await asyncio.sleep(_REST_S)
            heard = tuple(self._heard)
            self._heard.clear()
            portions = [heard[n : n + _SESSIONS] for n in range(0, len(heard), _SESSIONS)]
            for portion in portions:
                for token_hash in await self._sessions.ended(portion):
                    for end in tuple(self._ends.get(token_hash, ())):
                        end()
                await asyncio.sleep(_ROUND_S / len(portions))
