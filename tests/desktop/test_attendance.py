"""The router learns who is connected, however long it was away."""

import asyncio

from desktop.attendance import Attendance
from desktop.core.reader import Reader
from desktop.hub import Hub
from store.bus import MemoryBus
from store.clock import Ids
from store.errors import Unavailable
from store.schema import events as e
from store.schema.commands import ConnectAgent, DisconnectAgent, Envelope, Reply
from tests.desktop.test_resume import SITE, GrowingLog
from tests.router.floor import ANN, agent
from tests.support.virtual_time import VirtualClock, run


class Writer:
    """Answers, and writes down, while it is there."""

    def __init__(self, log: GrowingLog) -> None:
        self.log = log
        self.is_there = True
        self.asked: list[type] = []

    async def ask(self, envelope: Envelope) -> Reply:
        command = envelope.command
        self.asked.append(type(command))
        if not self.is_there:
            await asyncio.sleep(5)
            raise Unavailable
        seq = len(self.log.events) + 1
        if isinstance(command, ConnectAgent):
            self.log.grow(e.AgentConnected(seq=seq, at_ms=0, agent=command.agent))
        elif isinstance(command, DisconnectAgent):
            gone = e.AgentDisconnected(seq=seq, at_ms=0, agent=command.agent, grace_ends_ms=0)
            self.log.grow(gone)
        return Reply(ref=command.ref, seq=seq)


def test_what_the_router_missed_is_said_again_until_it_knows() -> None:
    async def story() -> None:
        log = GrowingLog()
        log.grow(e.AgentConfigured(seq=1, at_ms=0, agent=ANN, name="Ann"))
        writer = Writer(log)
        hub = Hub(SITE, MemoryBus(), log, log)
        attendance = Attendance(hub, writer, Ids(VirtualClock()))
        reader = Reader(agent(), queued_events=256, queued_bytes=1 << 20)
        async with hub.running(), attendance.running():
            writer.is_there = False
            hub.join(reader, lambda: None)
            assert not await attendance.arrive(ANN)
            writer.is_there = True
            await asyncio.sleep(20)
            assert hub.rows.agents[ANN].is_connected
            writer.is_there = False
            hub.leave(reader)
            assert not await attendance.part(ANN)
            writer.is_there = True
            await asyncio.sleep(20)
            assert not hub.rows.agents[ANN].is_connected
            said = len(writer.asked)
            await asyncio.sleep(60)
            assert len(writer.asked) == said

    run(story())


def test_who_came_back_is_not_said_to_be_gone() -> None:
    async def story() -> None:
        log = GrowingLog()
        log.grow(e.AgentConfigured(seq=1, at_ms=0, agent=ANN, name="Ann"))
        log.grow(e.AgentConnected(seq=2, at_ms=0, agent=ANN))
        writer = Writer(log)
        writer.is_there = False
        hub = Hub(SITE, MemoryBus(), log, log)
        attendance = Attendance(hub, writer, Ids(VirtualClock()))
        reader = Reader(agent(), queued_events=256, queued_bytes=1 << 20)
        async with hub.running(), attendance.running():
            assert not await attendance.part(ANN)
            hub.join(reader, lambda: None)
            writer.is_there = True
            await asyncio.sleep(20)
            assert hub.rows.agents[ANN].is_connected

    run(story())
