"""Asking the writer of a site from anywhere, and its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from msgspec import Struct

from store.bus import Bus
from store.errors import Unavailable
from store.schema.codec import encode
from store.schema.commands import Envelope, Reply

ANSWER_SECONDS = 5.0


class Post(Struct, frozen=True, kw_only=True):
    """A command with the way back: the asking process and its number for it."""

    node: str
    number: int
    envelope: Envelope


class PostReply(Struct, frozen=True, kw_only=True):
    """The writer's answer to a Post."""

    number: int
    reply: Reply


decode_post = msgspec.json.Decoder(Post).decode
decode_post_reply = msgspec.json.Decoder(PostReply).decode


def commands_topic(site: str) -> str:
    """Return the topic the site's writer listens to."""
    return f"commands.{site}"


def replies_topic(node: str) -> str:
    """Return the topic one asking process listens to."""
    return f"replies.{node}"


def events_topic(site: str) -> str:
    """Return the topic of the site's committed events."""
    return f"events.{site}"


def signals_topic(site: str) -> str:
    """Return the topic of the site's typing signs."""
    return f"signals.{site}"


class Courier:
    """Takes commands to the writer of a site and brings the answers back."""

    def __init__(self, bus: Bus, site: str, node: str) -> None:
        self._bus = bus
        self._topic = commands_topic(site)
        self._node = node
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Reply]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Receive answers until the context ends."""
        async with (
            self._bus.subscribe(replies_topic(self._node)) as replies,
            asyncio.TaskGroup() as tasks,
        ):
            receiving = tasks.create_task(self._receive(replies))
            try:
                yield
            finally:
                receiving.cancel()

    async def ask(self, envelope: Envelope) -> Reply:
        """Return the writer's answer. Raises Unavailable when there is none in time."""
        self._number += 1
        number = self._number
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        post = Post(node=self._node, number=number, envelope=envelope)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._bus.publish(self._topic, encode(post))
                return await answer
        except TimeoutError as error:
            raise Unavailable(envelope.command.ref) from error
        finally:
            del self._waiting[number]

    async def _receive(self, replies: AsyncIterator[bytes]) -> None:
        async for payload in replies:
            answered = decode_post_reply(payload)
            waiting = self._waiting.get(answered.number)
            if waiting is not None and not waiting.done():
                waiting.set_result(answered.reply)
