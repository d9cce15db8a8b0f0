"""Each bus: in order, to everybody, bounded, and honest about what was missed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count

import pytest
from redis.asyncio import Redis

from store.bus import Bus, MemoryBus, RedisBus, SubscriberLagged
from store.errors import Unavailable
from store.post import Courier, PostReply, commands_topic, decode_post, replies_topic
from store.schema.codec import encode
from store.schema.commands import SYSTEM, ConnectAgent, Envelope, Reply
from tests.contracts.harness import ANN

OpenBus = Callable[[int], AbstractAsyncContextManager[Bus]]
_TOPICS = count(1)
ENVELOPE = Envelope(actor=SYSTEM, command=ConnectAgent(ref="r1", agent=ANN))


@pytest.fixture(params=["memory", "redis"])
def open_bus(request: pytest.FixtureRequest) -> OpenBus:
    if request.param == "redis":
        url: str = request.getfixturevalue("redis_url")
        return lambda places: RedisBus.open(url, places)

    @asynccontextmanager
    async def in_memory(places: int) -> AsyncIterator[Bus]:
        yield MemoryBus(places)

    return in_memory


def run(open_bus: OpenBus, test: Callable[[Bus, str], Awaitable[None]], places: int = 100) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(20), open_bus(places) as bus:
            await test(bus, f"topic.{next(_TOPICS)}")

    asyncio.run(scenario())


def test_every_subscriber_gets_every_payload_in_order(open_bus: OpenBus) -> None:
    async def test(bus: Bus, topic: str) -> None:
        sent = [b"\x00%d" % number for number in range(50)]
        async with bus.subscribe(topic) as first, bus.subscribe(topic) as second:
            for payload in sent:
                await bus.publish(topic, payload)
            assert [await anext(first) for _ in sent] == sent
            assert [await anext(second) for _ in sent] == sent

    run(open_bus, test)


def test_topics_do_not_mix_and_the_past_is_not_told(open_bus: OpenBus) -> None:
    async def test(bus: Bus, topic: str) -> None:
        await bus.publish(topic, b"before")
        async with bus.subscribe(topic) as payloads:
            await bus.publish(f"{topic}.other", b"other")
            await bus.publish(topic, b"now")
            assert await anext(payloads) == b"now"

    run(open_bus, test)


def test_a_read_that_was_given_up_loses_nothing(open_bus: OpenBus) -> None:
    async def test(bus: Bus, topic: str) -> None:
        async with bus.subscribe(topic) as payloads:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):
                        await anext(payloads)
            await bus.publish(topic, b"one")
            await bus.publish(topic, b"two")
            assert [await anext(payloads), await anext(payloads)] == [b"one", b"two"]

    run(open_bus, test)


def test_who_reads_too_slowly_is_told_and_the_others_are_not_held_up(open_bus: OpenBus) -> None:
    async def test(bus: Bus, topic: str) -> None:
        async with bus.subscribe(topic) as slow, bus.subscribe(topic) as quick:
            for number in range(10):
                await bus.publish(topic, b"%d" % number)
                assert await anext(quick) == b"%d" % number
            assert [await anext(slow) for _ in range(3)] == [b"0", b"1", b"2"]
            for _ in range(2):
                with pytest.raises(SubscriberLagged):
                    await anext(slow)

    run(open_bus, test, places=3)


def test_an_error_in_the_block_comes_out_as_it_is(open_bus: OpenBus) -> None:
    async def test(bus: Bus, topic: str) -> None:
        with pytest.raises(KeyError):
            async with bus.subscribe(topic):
                raise KeyError

    run(open_bus, test)


async def _answer(bus: Bus, site: str, is_listening: asyncio.Event) -> None:
    async with bus.subscribe(commands_topic(site)) as posts:
        is_listening.set()
        # Two askers: answered in the other order, and once too often.
        waiting = [decode_post(await anext(posts)) for _ in range(2)]
        for post in [*reversed(waiting), waiting[0]]:
            assert post.envelope is not None
            command = post.envelope.command
            reply = PostReply(number=post.number, reply=Reply(ref=command.ref, seq=post.number))
            await bus.publish(replies_topic(post.node), encode(reply))


def test_an_answer_comes_back_to_its_asker(open_bus: OpenBus) -> None:
    async def test(bus: Bus, site: str) -> None:
        is_listening = asyncio.Event()
        other = Envelope(actor=SYSTEM, command=ConnectAgent(ref="r2", agent=ANN))
        courier = Courier(bus, site, f"node.{site}")
        async with courier.running(), asyncio.TaskGroup() as tasks:
            tasks.create_task(_answer(bus, site, is_listening))
            await is_listening.wait()
            first = tasks.create_task(courier.ask(ENVELOPE))
            second = tasks.create_task(courier.ask(other))
        assert (first.result().ref, second.result().ref) == ("r1", "r2")

    run(open_bus, test)


def test_a_subscriber_whose_connection_broke_is_told(redis_url: str) -> None:
    async def scenario() -> None:
        async with RedisBus.open(redis_url) as bus, Redis.from_url(redis_url) as redis:
            async with bus.subscribe("topic.broken") as payloads:
                await bus.publish("topic.broken", b"before")
                assert await anext(payloads) == b"before"
                await redis.client_kill_filter(_type="pubsub")
                with pytest.raises(SubscriberLagged):
                    await anext(payloads)
            async with bus.subscribe("topic.broken") as payloads:
                await bus.publish("topic.broken", b"after")
                assert await anext(payloads) == b"after"

    asyncio.run(scenario())


def test_a_publisher_whose_connection_broke_connects_again(redis_url: str) -> None:
    async def scenario() -> None:
        async with (
            RedisBus.open(redis_url) as bus,
            Redis.from_url(redis_url) as redis,
            bus.subscribe("topic.again") as payloads,
        ):
            await bus.publish("topic.again", b"before")
            await redis.client_kill_filter(_type="normal", skipme=True)
            await bus.publish("topic.again", b"after")
            assert [await anext(payloads), await anext(payloads)] == [b"before", b"after"]

    asyncio.run(scenario())


def test_a_bus_that_is_not_there_is_unavailable() -> None:
    async def scenario() -> None:
        with pytest.raises(Unavailable):
            async with RedisBus.open("unix:///nowhere/valkey.sock"):
                pass

    asyncio.run(scenario())
