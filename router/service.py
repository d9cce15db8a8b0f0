"""The single writer of a site: time first, then the commands, then the log, then the answers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from router.idempotency import Desk, Ledger, digest_of
from router.keeping import Keeper, Snapshots
from router.leadership import Lease, Tenure, keep, win
from router.memory import History, Memory, rebuild
from router.scheduling import Scheduler
from store.beside import beside
from store.bus import Bus, SubscriberLagged
from store.clock import Clock, Ids
from store.log import Batch
from store.post import (
    Post,
    PostReply,
    commands_topic,
    decode_post,
    events_topic,
    replies_topic,
    writers_topic,
)
from store.schema.codec import encode
from store.schema.commands import SYSTEM, ConfigureQueue, Envelope, Refusal, Refused, Reply
from store.schema.events import AnyEvent
from store.schema.questions import AnyQuestion
from store.settings import Settings

# What is carried out in one transaction. More waits for the next one.
BATCH_COMMANDS = 256

_log = logging.getLogger(__name__)


class Log(History, Ledger, Snapshots, Protocol):
    """The record of a site: everything the writer reads and writes."""

    async def append(self, batch: Batch) -> None:
        """Store all of the batch or nothing. Raises WrongWriter."""
        ...


class Writer:
    """Carries out batches of commands under one epoch of the lease."""

    def __init__(self, memory: Memory, log: Log, clock: Clock, epoch: int) -> None:
        self.memory = memory
        self._log = log
        self._clock = clock
        self._epoch = epoch
        self._desk = Desk(log)
        self._scheduler = Scheduler(memory.rows.queues.values())
        self.keeper = Keeper(memory, log)
        # Set while the memory holds what the log may not: such a memory must not be kept.
        self._is_ahead = False

    def deadline_in_s(self) -> float | None:
        """Return the seconds until there is something to do unasked, or None."""
        both = (self.memory.router.next_deadline_ms(), self._scheduler.next_ms)
        deadline_ms = min((at_ms for at_ms in both if at_ms is not None), default=None)
        return None if deadline_ms is None else max(0, deadline_ms - self._now_ms()) / 1000

    async def carry_out(self, envelopes: Sequence[Envelope]) -> tuple[list[AnyEvent], list[Reply]]:
        """Carry out a batch and commit it.

        Returns the new events and one reply for each command, for nobody to see before this
        returns. Any error leaves the memory ahead of the log: the process must end.
        """
        await self._desk.look_up(envelopes)
        self._is_ahead = True
        now_ms = self._now_ms()
        # Time moves first: a full inbox must not keep an offer alive past its deadline.
        events = self.memory.router.tick(now_ms) + self._tell_hours(now_ms)
        replies = [self._handle(envelope, now_ms, events) for envelope in envelopes]
        rows = await self.memory.changed_rows(events, self._log)
        outcomes = self._desk.take_fresh()
        if events or outcomes:
            batch = Batch(epoch=self._epoch, events=tuple(events), outcomes=outcomes, rows=rows)
            await self._log.append(batch)
        self._is_ahead = False
        return events, replies

    async def stop(self) -> None:
        """Keep a last snapshot: after a clean stop the next start has nothing to replay."""
        if not self._is_ahead:
            await self.keeper.take_last()

    def explain(self, number: int, question: AnyQuestion) -> PostReply:
        """Answer a question about the state that is committed."""
        router, refusal, answer = self.memory.router, None, None
        try:
            answer = router.answer(question, self._now_ms())
        except Refused as refused:
            refusal = refused.refusal
        return PostReply(
            number=number, reply=Reply(ref="", seq=router.seq, refusal=refusal), answer=answer
        )

    def _handle(self, envelope: Envelope, now_ms: int, events: list[AnyEvent]) -> Reply:
        command = envelope.command
        digest = digest_of(command)
        known = self._desk.answer(envelope, digest)
        if known is not None:
            return known
        refusal = None
        if self._desk.is_taken(command):
            refusal = Refusal.MESSAGE_EXISTS
        else:
            try:
                events += self.memory.router.handle(envelope.actor, command, now_ms)
                if isinstance(command, ConfigureQueue):
                    self._scheduler.note(command.queue, command.hours)
                    events += self._tell_hours(now_ms)
            except Refused as refused:
                refusal = refused.refusal
        if refusal is not None:
            _log.info("refused actor=%s refusal=%s", envelope.actor.id, refusal)
        reply = Reply(ref=command.ref, seq=self.memory.router.seq, refusal=refusal)
        self._desk.keep(envelope, digest, reply)
        return reply

    def _tell_hours(self, now_ms: int) -> list[AnyEvent]:
        told = self._scheduler.due(now_ms)
        return [x for command in told for x in self.memory.router.handle(SYSTEM, command, now_ms)]

    def _now_ms(self) -> int:
        # Another machine's clock may have been ahead of ours: the log's time never goes back.
        return max(self._clock.now_ms(), self.memory.router.state.at_ms)


async def run_writer(  # noqa: PLR0913 - the parts of a writer, wired once
    settings: Settings,
    log: Log,
    lease: Lease,
    bus: Bus,
    clock: Clock,
    *,
    is_ready: asyncio.Event | None = None,
    tenure: Tenure | None = None,
) -> None:
    """Write the site until cancelled; wait for the lease as long as another process has it.

    is_ready: set once commands are heard.
    Raises LeaseLost or WrongWriter when another writer has begun, StoreError when the log fails:
    the process ends then, and a restart that replays the log is the only state we can trust.
    """
    tenure = tenure or Tenure()
    epoch = await win(lease, clock, Ids(clock).new("writer"), tenure)
    try:
        async with beside(keep(lease, clock, epoch, tenure)):
            writer = Writer(await rebuild(log), log, clock, epoch)
            try:
                async with beside(writer.keeper.run()):
                    await _serve(writer, bus, settings.site, is_ready or asyncio.Event())
            except asyncio.CancelledError:
                await writer.stop()
                raise
    finally:
        await lease.release(epoch)


async def _serve(writer: Writer, bus: Bus, site: str, is_ready: asyncio.Event) -> None:
    while True:
        # None: commands were missed.
        inbox: asyncio.Queue[Post | None] = asyncio.Queue(BATCH_COMMANDS)
        async with (
            bus.subscribe(commands_topic(site)) as payloads,
            beside(_receive(payloads, inbox)),
        ):
            if not is_ready.is_set():
                # Whoever waits for an answer of the writer before asks again at once. Only
                # now: after a flood that would be the next one.
                await bus.publish(writers_topic(site), b"")
            is_ready.set()
            while await _take_turn(writer, bus, site, inbox):
                pass
        # Whoever's command was missed gets no answer and asks again.
        _log.warning("commands were missed site=%s", site)


async def _receive(payloads: AsyncIterator[bytes], inbox: asyncio.Queue[Post | None]) -> None:
    try:
        async for payload in payloads:
            await inbox.put(decode_post(payload))
    except SubscriberLagged:
        # In its order, and no error: that would end a turn between deciding and storing.
        await inbox.put(None)


async def _take_turn(
    writer: Writer, bus: Bus, site: str, inbox: asyncio.Queue[Post | None]
) -> bool:
    """Carry out what has come; return whether more can come."""
    waiting = await _next_posts(writer, inbox)
    posts = [post for post in waiting if post is not None]
    asked = [post for post in posts if post.envelope is not None]
    events, replies = await writer.carry_out([post.envelope for post in asked if post.envelope])
    if events:
        await bus.publish(events_topic(site), encode(events))
    for post, reply in zip(asked, replies, strict=True):
        answer = PostReply(number=post.number, reply=reply)
        await bus.publish(replies_topic(post.node), encode(answer))
    for post in posts:
        if post.question is not None:
            # After the commit: what is explained is what everybody may know.
            explained = writer.explain(post.number, post.question)
            await bus.publish(replies_topic(post.node), encode(explained))
    for event in events:
        _log.info(
            "event seq=%d type=%s case=%s by=%s",
            event.seq,
            type(event).__name__,
            getattr(event, "case", "-"),
            event.by,
        )
    writer.keeper.take_if_due()
    return None not in waiting


async def _next_posts(writer: Writer, inbox: asyncio.Queue[Post | None]) -> list[Post | None]:
    """Wait for a command or for the next deadline; return all commands that are there."""
    posts: list[Post | None] = []
    try:
        async with asyncio.timeout(writer.deadline_in_s()):
            posts.append(await inbox.get())
    except TimeoutError:
        return posts
    while len(posts) < BATCH_COMMANDS and not inbox.empty():
        posts.append(inbox.get_nowait())
    return posts
