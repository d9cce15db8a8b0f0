"""Who must hear of something: topics and payloads, in this process or through Redis.

The bus only wakes people up. Nothing is lost with it: the log is the truth.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from store.errors import SubscriberLagged

QUEUE_SIZE = 20_000


class Bus(Protocol):
    """Sends payloads to all who listen to a topic, in order for one sender."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send to those who listen now."""
        ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Listen: nothing published after the context is entered is missed.

        Raises SubscriberLagged from the iterator when too much waited unread.
        """
        ...


class MemoryBus:
    """The bus inside one process."""

    def __init__(self, queue_size: int = QUEUE_SIZE) -> None:
        self._queue_size = queue_size
        self._queues: dict[str, list[asyncio.Queue[bytes | None]]] = defaultdict(list)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send to those who listen now."""
        for queue in self._queues.get(topic, ()):
            if queue.qsize() < self._queue_size:
                queue.put_nowait(payload)
            elif queue.qsize() == self._queue_size:
                queue.put_nowait(None)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Listen until the context ends."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(self._queue_size + 1)
        self._queues[topic].append(queue)
        try:
            yield _drained(queue, topic)
        finally:
            self._queues[topic].remove(queue)


class RedisBus:
    """The bus between processes: Redis or Valkey publish and subscribe."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["RedisBus"]:
        """Connect to `redis://...` and disconnect at the end."""
        redis: Redis = Redis.from_url(url)
        try:
            await redis.ping()
            yield cls(redis)
        finally:
            await redis.aclose()

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send to those who listen now."""
        await self._redis.publish(topic, payload)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Listen until the context ends."""
        async with self._redis.pubsub(ignore_subscribe_messages=False) as channel:
            await channel.subscribe(topic)
            # The server's confirmation: from here on nothing is missed.
            await channel.get_message(timeout=10)
            yield _received(channel)


async def _drained(queue: asyncio.Queue[bytes | None], topic: str) -> AsyncIterator[bytes]:
    while True:
        payload = await queue.get()
        if payload is None:
            raise SubscriberLagged(topic)
        yield payload


async def _received(channel: PubSub) -> AsyncIterator[bytes]:
    async for message in channel.listen():
        if message["type"] == "message":
            yield message["data"]
