"""Commands to the writer of a site and its answers, over the bus."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


def events_topic(site: str) -> str:
    """Return where each committed batch is told, a JSON array of events."""
    return f"events.{site}"


def signals_topic(site: str) -> str:
    """Return where typing signs go, JSON of frames.Typing."""
    return f"signals.{site}"


class Courier:
    """Carries commands to a site's writer and brings each answer to its asker."""

    def __init__(self, bus: Bus, site: str, node: str) -> None:
        self._bus = bus
        self._site = site
        self._node = node
        self._numbers = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[PostReply]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen for answers for the length of a block."""
        is_listening = asyncio.Event()
        async with beside(self._listen(is_listening)):
            await is_listening.wait()
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
        answer: asyncio.Future[PostReply] = asyncio.get_running_loop().create_future()
        self._awaited[post.number] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._bus.publish(commands_topic(self._site), encode(post))
                return await answer
        except TimeoutError as error:
            raise Unavailable("the writer did not answer") from error
        finally:
            del self._awaited[post.number]

    async def _listen(self, is_listening: asyncio.Event) -> None:
        while True:
            try:
                async with self._bus.subscribe(replies_topic(self._node)) as payloads:
                    is_listening.set()
                    async for payload in payloads:
                        self._deliver(decode_post_reply(payload))
            except SubscriberLagged:
                # Whoever's answer was missed asks again after its time is out.
                _log.warning("answers were missed node=%s", self._node)
            except Unavailable:
                _log.warning("the bus is away node=%s", self._node)
                await asyncio.sleep(_RETRY_S)

    def _deliver(self, answer: PostReply) -> None:
        awaited = self._awaited.get(answer.number)
        if awaited is not None and not awaited.done():
            awaited.set_result(answer)
