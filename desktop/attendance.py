"""Keeps the router right about who is connected, when it was not told or told otherwise."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from desktop.hub import Hub
from store.beside import beside
from store.clock import Ids
from store.errors import Unavailable
from store.schema.commands import SYSTEM, ConnectAgent, DisconnectAgent, Envelope, Reply
from store.schema.ids import AgentId

logger = logging.getLogger(__name__)
# Far below the grace time in which an agent keeps status and cases.
_ROUND_S = 2.0


class Asker(Protocol):
    """Whoever takes a command to the site's writer."""

    async def ask(self, envelope: Envelope) -> Reply:
        """Return the writer's reply. Raises Unavailable when none comes."""
        ...


class Attendance:
    """Tells the router of first and last sockets, and makes rounds for what it missed.

    Each web process knows its own sockets only. One that is told that an agent is gone, and has a
    socket of that agent, contradicts.
    """

    def __init__(self, hub: Hub, courier: Asker, ids: Ids) -> None:
        self._hub = hub
        self._courier = courier
        self._ids = ids
        self._gone: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make rounds until the context ends."""
        async with beside(self._make_rounds()):
            yield

    async def arrive(self, agent: str) -> bool:
        """Say that the agent's first socket opened; return whether the router knows."""
        self._gone.discard(agent)
        return await self._ask(ConnectAgent(ref=self._ids.new("connect"), agent=AgentId(agent)))

    async def part(self, agent: str) -> bool:
        """Say that the agent's last socket closed; return whether the router knows."""
        # Kept until the router has answered, whatever happens to whoever calls.
        self._gone.add(agent)
        is_known = await self._ask(
            DisconnectAgent(ref=self._ids.new("leave"), agent=AgentId(agent))
        )
        if is_known:
            self._gone.discard(agent)
        return is_known

    async def part_with_the_gone(self) -> None:
        """Start the grace time of agents whose sockets ended with the process before this one."""
        self._gone |= {row.agent for row in self._hub.rows.agents.values() if row.is_connected}
        await self._make_round()

    async def _make_rounds(self) -> None:
        while True:
            await asyncio.sleep(_ROUND_S)
            await self._make_round()

    async def _make_round(self) -> None:
        # Ends at the first command that is not answered: the next one would wait as long.
        agents = self._hub.rows.agents
        for agent in self._hub.present():
            row = agents.get(AgentId(agent))
            is_missed = row is not None and row.is_active and not row.is_connected
            if is_missed and not await self.arrive(agent):
                return
        for agent in sorted(self._gone):
            row = agents.get(AgentId(agent))
            if self._hub.sockets_of(agent) or row is None or not row.is_connected:
                self._gone.discard(agent)
            elif not await self.part(agent):
                return

    async def _ask(self, command: ConnectAgent | DisconnectAgent) -> bool:
        try:
            await self._courier.ask(Envelope(actor=SYSTEM, command=command))
        except Unavailable:
            logger.warning("router unavailable agent=%s", command.agent)
            return False
        return True
