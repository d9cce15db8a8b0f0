"""The single writer of a site: time first, then the commands, then the log, then the answers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from router.idempotency import Desk, Ledger, digest_of
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
)
from store.schema.codec import encode
from store.schema.commands import SYSTEM, ConfigureQueue, Envelope, Refusal, Refused, Reply
from store.schema.events import AnyEvent
from store.schema.questions import AnyQuestion
from store.settings import Settings

# What is carried out in one transaction. More waits for the next one.
BATCH_COMMANDS = 256
# Events between two snapshots: about a second of replay.
SNAPSHOT_EVENTS = 20_000

_log = logging.getLogger(__name__)


class Log(History, Ledger, Protocol):
    """The record of a site: everything the writer reads and writes."""

    async def append(self, batch: Batch) -> None:
        """Store all of the batch or nothing. Raises WrongWriter."""
        ...

    async def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the writer's state after event `seq`."""
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
        self._snapshot_seq = memory.router.seq
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

    async def keep_snapshot(self, *, after_events: int = 1) -> None:
        """Save a snapshot if that many events have come since the last one."""
        seq = self.memory.router.seq
        if not self._is_ahead and seq - self._snapshot_seq >= after_events:
            await self._log.save_snapshot(seq, self.memory.dump())
            self._snapshot_seq = seq
            _log.info("snapshot saved seq=%d", seq)

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
                await _serve(writer, bus, settings.site, is_ready or asyncio.Event())
            except asyncio.CancelledError:
                # A clean stop: the next start has nothing to replay.
                await writer.keep_snapshot()
                raise
    finally:
        await lease.release(epoch)


async def _serve(writer: Writer, bus: Bus, site: str, is_ready: asyncio.Event) -> None:
    while True:
        inbox: asyncio.Queue[Post] = asyncio.Queue(BATCH_COMMANDS)
        try:
            async with (
                bus.subscribe(commands_topic(site)) as payloads,
                beside(_receive(payloads, inbox)),
            ):
                is_ready.set()
                while True:
                    await _take_turn(writer, bus, site, inbox)
        except SubscriberLagged:
            # Whoever's command was missed gets no answer and asks again.
            _log.warning("commands were missed site=%s", site)


async def _receive(payloads: AsyncIterator[bytes], inbox: asyncio.Queue[Post]) -> None:
    async for payload in payloads:
        await inbox.put(decode_post(payload))


async def _take_turn(writer: Writer, bus: Bus, site: str, inbox: asyncio.Queue[Post]) -> None:
    posts = await _next_posts(writer, inbox)
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
    await writer.keep_snapshot(after_events=SNAPSHOT_EVENTS)


async def _next_posts(writer: Writer, inbox: asyncio.Queue[Post]) -> list[Post]:
    """Wait for a command or for the next deadline; return all commands that are there."""
    posts: list[Post] = []
    try:
        async with asyncio.timeout(writer.deadline_in_s()):
            posts.append(await inbox.get())
    except TimeoutError:
        return posts
    while len(posts) < BATCH_COMMANDS and not inbox.empty():
        posts.append(inbox.get_nowait())
    return posts
