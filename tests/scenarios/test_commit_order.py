"""What is on its way to the disk is nobody's knowledge yet, and no restart's either."""

import asyncio

from store.bus import MemoryBus
from store.log import Batch
from store.post import events_topic, replies_topic
from store.schema import commands as c
from store.schema.ids import CaseId
from store.schema.terms import Channel
from tests.router.floor import ONE, client
from tests.scenarios.site import SETTINGS, MemoryLog, Site
from tests.support.virtual_time import run

LONG_S = 3


class SlowLog(MemoryLog):
    """A log whose disk takes as long as the story wants."""

    def __init__(self) -> None:
        super().__init__()
        self.may_store = asyncio.Event()
        self.may_store.set()
        self.is_storing = asyncio.Event()

    async def append(self, batch: Batch) -> None:
        self.is_storing.set()
        await self.may_store.wait()
        await super().append(batch)


class HeardBus(MemoryBus):
    """A bus that remembers where something was published."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: list[str] = []

    async def publish(self, topic: str, payload: bytes) -> None:
        self.topics.append(topic)
        await super().publish(topic, payload)


def opening(case: CaseId = ONE) -> c.OpenCase:
    return c.OpenCase(ref="open", case=case, channel=Channel.CHAT, subject="other")


def slow_site() -> tuple[Site, SlowLog, HeardBus]:
    site, log, bus = Site(), SlowLog(), HeardBus()
    site.log, site.bus = log, bus
    return site, log, bus


def test_nobody_is_told_or_answered_while_a_batch_is_being_stored() -> None:
    async def story() -> None:
        site, log, bus = slow_site()
        told = {events_topic(SETTINGS.site), replies_topic("node_1")}
        async with site.writing() as floor, asyncio.TaskGroup() as tasks:
            await floor.set_up()
            log.may_store.clear()
            log.is_storing.clear()
            bus.topics.clear()
            asked = tasks.create_task(floor.ask(client(), opening()))
            await log.is_storing.wait()
            await asyncio.sleep(LONG_S)
            assert told.isdisjoint(bus.topics)
            log.may_store.set()
            assert (await asked).refusal is None
            assert told.issubset(bus.topics)

    run(story())


def test_a_writer_stopped_while_it_stores_keeps_no_snapshot_of_what_may_never_be() -> None:
    async def story() -> None:
        site, log, _ = slow_site()
        async with asyncio.TaskGroup() as tasks:
            is_asked = asyncio.Event()

            async def write() -> None:
                async with site.writing() as floor:
                    await floor.set_up()
                    log.may_store.clear()
                    log.is_storing.clear()
                    is_asked.set()
                    await floor.ask(client(), opening())

            writer = tasks.create_task(write())
            await is_asked.wait()
            await log.is_storing.wait()
            writer.cancel()
        assert log.snapshot is None
        assert ONE not in log.rows

    run(story())
