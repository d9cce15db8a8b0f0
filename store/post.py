"""Commands to the writer of a site and its answers, over the bus."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec
from msgspec import Struct

from store.beside import beside
from store.bus import Bus, SubscriberLagged
from store.errors import Unavailable as Unavailable
from store.schema.codec import encode
from store.schema.commands import Envelope, Reply

ANSWER_S = 5.0
_RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Post(Struct, frozen=True, kw_only=True):
    """A command on the bus. node, number: where and as what the answer is awaited."""

    node: str
    number: int
    envelope: Envelope


class PostReply(Struct, frozen=True, kw_only=True):
    """The writer's answer to one Post."""

    number: int
    reply: Reply


decode_post = msgspec.json.Decoder(Post).decode
decode_post_reply = msgspec.json.Decoder(PostReply).decode


def commands_topic(site: str) -> str:
    """Return where a site's writer listens for a Post."""
    return f"commands.{site}"


def replies_topic(node: str) -> str:
    """Return where a node listens for a PostReply."""
    return f"replies.{node}"


def writers_topic(site: str) -> str:
    """Return where a site's writer says that it listens from now on."""
    return f"writers.{site}"


def events_topic(site: str) -> str:
    """Return where each committed batch is told, a JSON array of events."""
    return f"events.{site}"


def signals_topic(site: str) -> str:
    """Return where typing signs go, JSON of frames.Typing."""
    return f"signals.{site}"


class _Awaited(NamedTuple):
    """A command under way."""

    payload: bytes
    answer: asyncio.Future[Reply]


class Courier:
    """Carries commands to a site's writer and brings each answer to its asker."""

    def __init__(self, bus: Bus, site: str, node: str) -> None:
        self._bus = bus
        self._site = site
        self._node = node
        self._numbers = itertools.count(1)
        self._awaited: dict[int, _Awaited] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen for answers for the length of a block."""
        is_listening, is_following = asyncio.Event(), asyncio.Event()
        async with (
            beside(self._follow(replies_topic(self._node), self._deliver, is_listening)),
            beside(self._follow(writers_topic(self._site), self._ask_again, is_following)),
        ):
            await is_listening.wait()
            await is_following.wait()
            yield

    async def ask(self, envelope: Envelope) -> Reply:
        """Send a command and wait for its answer.

        Raises Unavailable after 5 s: the command may have been carried out, and asking again
        with the same ref tells.
        """
        number = next(self._numbers)
        payload = encode(Post(node=self._node, number=number, envelope=envelope))
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._awaited[number] = _Awaited(payload, answer)
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._bus.publish(commands_topic(self._site), payload)
                return await answer
        except TimeoutError as error:
            raise Unavailable("the writer did not answer") from error
        finally:
            del self._awaited[number]

    async def _follow(
        self, topic: str, take: Callable[[bytes], Awaitable[None]], is_following: asyncio.Event
    ) -> None:
        while True:
            try:
                async with self._bus.subscribe(topic) as payloads:
                    is_following.set()
                    async for payload in payloads:
                        await take(payload)
            except SubscriberLagged:
                # Whoever's answer was missed asks again after its time is out.
                _log.warning("answers were missed node=%s", self._node)
            except Unavailable:
                _log.warning("the bus is away node=%s", self._node)
                await asyncio.sleep(_RETRY_S)

    async def _deliver(self, payload: bytes) -> None:
        reply = decode_post_reply(payload)
        awaited = self._awaited.get(reply.number)
        if awaited is not None and not awaited.answer.done():
            awaited.answer.set_result(reply.reply)

    async def _ask_again(self, _new_writer: bytes) -> None:
        # What the writer before did not hear, or did not live to answer: the same ref twice is
        # one request.
        for awaited in tuple(self._awaited.values()):
            if not awaited.answer.done():
                await self._bus.publish(commands_topic(self._site), awaited.payload)
