"""Who hears what, at once and not kept: in this process, or through Redis.

The bus wakes and tells; the truth is in the log. Whoever lags reads the log again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, Self

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store.beside import beside
from store.errors import StoreError, Unavailable

# About a second of the busiest floor.
QUEUED_PAYLOADS = 4096


class SubscriberLagged(StoreError):  # noqa: N818 - named for what it is
    """Payloads were missed: too many waited, or the connection broke. Subscribe anew."""


class Bus(Protocol):
    """Payloads to whoever has subscribed to their topic."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand the payload to every present subscriber, without waiting for any of them."""
        ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Return a block inside which nothing published is missed, in order.

        A read may be cancelled and asked again. Raises SubscriberLagged from the iterator.
        """
        ...


class MemoryBus:
    """The bus of one process."""

    def __init__(self, queued_payloads: int = QUEUED_PAYLOADS) -> None:
        self._queued_payloads = queued_payloads
        self._inboxes: dict[str, set[_Inbox]] = {}

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand the payload to every present subscriber."""
        for inbox in self._inboxes.get(topic, ()):
            inbox.put(payload)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Return a block inside which nothing published is missed."""
        inbox = _Inbox(self._queued_payloads)
        inboxes = self._inboxes.setdefault(topic, set())
        inboxes.add(inbox)
        try:
            yield inbox
        finally:
            inboxes.discard(inbox)
            if not inboxes:
                self._inboxes.pop(topic, None)


class RedisBus:
    """The bus of many processes: Redis or Valkey publish and subscribe."""

    def __init__(self, redis: Redis, queued_payloads: int = QUEUED_PAYLOADS) -> None:
        self._redis = redis
        self._queued_payloads = queued_payloads

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, queued_payloads: int = QUEUED_PAYLOADS) -> AsyncIterator[Self]:
        """Connect for the length of a block. Raises Unavailable when nobody answers."""
        # No silent reconnection: what was published meanwhile would be missed unseen.
        async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as redis:
            bus = cls(redis, queued_payloads)
            try:
                await redis.ping()
            except (RedisError, OSError) as error:
                raise Unavailable(str(error)) from error
            yield bus

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand the payload to every present subscriber. Raises Unavailable."""
        try:
            await self._redis.publish(topic, payload)
        except (RedisError, OSError) as error:
            raise Unavailable(str(error)) from error

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Return a block inside which nothing published is missed. Raises Unavailable."""
        inbox = _Inbox(self._queued_payloads)
        async with self._redis.pubsub() as channel:
            try:
                await channel.subscribe(topic)
                # The server's word that it listens; only then is nothing missed.
                await channel.get_message(timeout=None)
            except (RedisError, OSError) as error:
                raise Unavailable(str(error)) from error
            async with beside(_fill(inbox, channel)):
                yield inbox


class _Inbox:
    """A bounded queue of payloads that says when it was too small."""

    def __init__(self, places: int) -> None:
        # One place more, for the word that something was missed.
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(places + 1)
        self._places = places
        self._has_lagged = False

    def put(self, payload: bytes) -> None:
        if self._has_lagged:
            return
        if self._queue.qsize() < self._places:
            self._queue.put_nowait(payload)
        else:
            self.lag()

    def lag(self) -> None:
        if not self._has_lagged:
            self._has_lagged = True
            self._queue.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        payload = await self._queue.get()
        if payload is None:
            self._queue.put_nowait(None)
            raise SubscriberLagged
        return payload


async def _fill(inbox: _Inbox, channel: PubSub) -> None:
    try:
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=None)
            if message is not None:
                inbox.put(message["data"])
    except (RedisError, OSError):
        inbox.lag()
