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
from store.schema.commands import Envelope, Refused, Reply
from store.schema.questions import AnyAnswer, AnyQuestion

ANSWER_S = 5.0
_RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Post(Struct, frozen=True, kw_only=True):
    """A command on the bus, or a question that changes nothing.

    node, number: where and as what the answer is awaited.
    """

    node: str
    number: int
    envelope: Envelope | None = None
    question: AnyQuestion | None = None


class PostReply(Struct, frozen=True, kw_only=True):
    """The writer's answer to one Post. answer: to a question that was not refused."""

    number: int
    reply: Reply
    answer: AnyAnswer | None = None


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
    answer: asyncio.Future[PostReply]


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
        answered = await self._send(
            Post(node=self._node, number=next(self._numbers), envelope=envelope)
        )
        return answered.reply

    async def explain(self, question: AnyQuestion) -> AnyAnswer:
        """Ask the writer why. Raises Unavailable after 5 s, and Refused."""
        answered = await self._send(
            Post(node=self._node, number=next(self._numbers), question=question)
        )
        if answered.reply.refusal is not None:
            raise Refused(answered.reply.refusal)
        assert answered.answer is not None
        return answered.answer

    async def _send(self, post: Post) -> PostReply:
        payload = encode(post)
        answer: asyncio.Future[PostReply] = asyncio.get_running_loop().create_future()
        self._awaited[post.number] = _Awaited(payload, answer)
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._bus.publish(commands_topic(self._site), payload)
                return await answer
        except TimeoutError as error:
            raise Unavailable("the writer did not answer") from error
        finally:
            del self._awaited[post.number]

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
            awaited.answer.set_result(reply)

    async def _ask_again(self, _new_writer: bytes) -> None:
        # What the writer before did not hear, or did not live to answer: the same ref twice is
        # one request.
        for awaited in tuple(self._awaited.values()):
            if not awaited.answer.done():
                await self._bus.publish(commands_topic(self._site), awaited.payload)
