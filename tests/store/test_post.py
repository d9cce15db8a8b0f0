"""The courier when nobody answers, or answers are missed."""

import asyncio

import pytest

from store.bus import MemoryBus
from store.errors import Unavailable
from store.post import Courier, PostReply, commands_topic, decode_post, replies_topic, writers_topic
from store.schema.codec import encode
from store.schema.commands import SYSTEM, ConnectAgent, Envelope, Reply
from store.schema.ids import AgentId
from tests.support.virtual_time import run

ENVELOPE = Envelope(actor=SYSTEM, command=ConnectAgent(ref="r1", agent=AgentId("agent_1")))


def test_an_asker_is_told_after_five_seconds_that_nobody_answers() -> None:
    async def scenario() -> None:
        courier = Courier(MemoryBus(), "site", "node")
        begun = asyncio.get_running_loop().time()
        async with courier.running():
            with pytest.raises(Unavailable):
                await courier.ask(ENVELOPE)
            assert asyncio.get_running_loop().time() - begun == 5

    run(scenario())


def test_an_answer_that_comes_too_late_disturbs_nobody() -> None:
    async def scenario() -> None:
        bus = MemoryBus()
        courier = Courier(bus, "site", "node")
        late = PostReply(number=1, reply=Reply(ref="r1", seq=1))
        async with courier.running(), bus.subscribe(commands_topic("site")) as posts:
            with pytest.raises(Unavailable):
                await courier.ask(ENVELOPE)
            await anext(posts)
            await bus.publish(replies_topic("node"), encode(late))
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(courier.ask(ENVELOPE))
                post = decode_post(await anext(posts))
                answer = PostReply(number=post.number, reply=Reply(ref="r1", seq=2))
                await bus.publish(replies_topic("node"), encode(answer))
            assert asked.result().seq == 2

    run(scenario())


def test_a_courier_whose_answers_were_missed_listens_again() -> None:
    async def scenario() -> None:
        bus = MemoryBus(queued_payloads=1)
        courier = Courier(bus, "site", "node")
        noise = encode(PostReply(number=99, reply=Reply(ref="x", seq=1)))
        async with courier.running(), bus.subscribe(commands_topic("site")) as posts:
            for _ in range(5):
                await bus.publish(replies_topic("node"), noise)
            with pytest.raises(Unavailable):
                await courier.ask(ENVELOPE)
            await anext(posts)
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(courier.ask(ENVELOPE))
                post = decode_post(await anext(posts))
                answer = PostReply(number=post.number, reply=Reply(ref="r1", seq=2))
                await bus.publish(replies_topic("node"), encode(answer))
            assert asked.result().seq == 2

    run(scenario())


def test_what_a_dead_writer_did_not_answer_is_asked_again_of_the_next_one() -> None:
    async def scenario() -> None:
        bus = MemoryBus()
        courier = Courier(bus, "site", "node")
        async with courier.running(), asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(courier.ask(ENVELOPE))
            await asyncio.sleep(2)
            async with bus.subscribe(commands_topic("site")) as posts:
                await bus.publish(writers_topic("site"), b"")
                post = decode_post(await anext(posts))
                assert post.envelope == ENVELOPE
                answer = PostReply(number=post.number, reply=Reply(ref="r1", seq=2))
                await bus.publish(replies_topic("node"), encode(answer))
                assert (await asked).seq == 2

    run(scenario())


def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    async def scenario() -> None:
        async with Courier(MemoryBus(), "site", "node").running():
            raise KeyError

    with pytest.raises(KeyError):
        run(scenario())
