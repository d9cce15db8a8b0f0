"""Commands through the real writer to the disk and out again, on both databases.

Beside them, in the same run: bare inserts of as many rows at a time into the same database.
"""

import asyncio
import gc
import itertools
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import perf_counter, perf_counter_ns, process_time

import asyncpg
import msgspec
import uvloop
from msgspec import Struct

from bench.lives import configuration, lives
from bench.report import Figures, Report, percentile_ms, say
from bench.servers import POSTGRES, is_installed, postgres_server
from router.service import run_writer
from store.beside import beside
from store.bus import MemoryBus
from store.clock import SystemClock
from store.collector import settle
from store.database import Database
from store.lease import Lease
from store.log import Batch, EventLog
from store.post import Post, commands_topic, decode_post_reply, events_topic, replies_topic
from store.schema.codec import decode_events, encode
from store.schema.commands import Envelope
from store.schema.events import CaseAssigned, CaseClosed, MessageSent
from store.settings import Settings

AGENTS = 500
# Commands on their way at the highest rate: two full batches, so that one fills while one commits.
WINDOW = 512
# As long as an event is.
BODY = "x" * 350
_NODE = "bench"
_SITE = "site_bench"


class Effort(Struct, frozen=True, kw_only=True):
    """How many seconds each part takes."""

    warm_up_s: float = 3.0
    highest_s: float = 8.0
    half_s: float = 10.0
    bare_s: float = 4.0


class CountedLog(EventLog):
    """The log, and how much it was given to store."""

    commands = 0
    batches = 0
    rows = 0
    body_bytes = 0

    async def append(self, batch: Batch) -> None:
        """Store the batch and count its rows."""
        await super().append(batch)
        self.batches += 1
        self.commands += len(batch.outcomes)
        self.rows += len(batch.events) + len(batch.outcomes) + len(batch.rows)
        # A message's id and a holding have rows of their own.
        self.rows += sum(
            isinstance(event, MessageSent | CaseAssigned | CaseClosed) for event in batch.events
        )


class Site(Struct, frozen=True):
    """A site under its real writer, and a desk that asks it."""

    log: CountedLog
    bus: MemoryBus
    answers: AsyncIterator[bytes]
    numbers: Iterator[int]

    async def ask(self, envelope: Envelope) -> int:
        """Send a command; return the number its answer will have."""
        number = next(self.numbers)
        post = Post(node=_NODE, number=number, envelope=envelope)
        await self.bus.publish(commands_topic(_SITE), encode(post))
        return number

    async def answer(self) -> int:
        """Wait for the next answer and return its number. Raises ValueError for a refusal."""
        answer = decode_post_reply(await anext(self.answers))
        if answer.reply.refusal is not None:
            raise ValueError(f"{answer.reply.ref}: {answer.reply.refusal}")
        return answer.number


def run() -> Report:
    """Measure on both databases and leave nothing running and nothing on disk."""
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="aiguilleur-bench-") as folder:
        say("measuring on SQLite")
        figures["sqlite"] = _measured_apart(f"sqlite:///{folder}/bench.db")
    if not is_installed(POSTGRES):
        say(f"PostgreSQL is not measured: {POSTGRES} is not installed")
        return figures
    say("measuring on PostgreSQL")
    with postgres_server() as server:
        figures["postgresql"] = _measured_apart(server.new_database())
    return figures


async def measure(url: str, effort: Effort = Effort()) -> Figures:  # noqa: B008 - it is frozen
    """Measure on one empty database in this process."""
    async with _site(url) as site:
        heard: list[bytes] = []
        stream = lives(AGENTS)
        async with site.bus.subscribe(events_topic(_SITE)) as told, beside(_hear(told, heard)):
            await _highest(site, stream, effort.warm_up_s)
            gc.collect()
            settle()
            batches, rows = site.log.batches, site.log.rows
            asked, cpu_s = site.log.commands, process_time()
            rate = await _highest(site, stream, effort.highest_s)
            asked, cpu_s = site.log.commands - asked, process_time() - cpu_s
            batches, rows = site.log.batches - batches, site.log.rows - rows
            waits = sorted(await _at_rate(site, stream, rate / 2, effort.half_s))
        _check(heard)
    rows_at_once = round(rows / batches)
    bare = await _bare(url, rows_at_once, effort.bare_s)
    return {
        "commands_per_s": round(rate),
        "p50_ms": percentile_ms(waits, 0.50),
        "p99_ms": percentile_ms(waits, 0.99),
        "latency_at_per_s": round(rate / 2),
        "bare_rows_per_s": round(bare),
        # Of this process, the asking included: what does not hang on what else the machine does.
        "cpu_us_per_command": round(cpu_s / asked * 1e6),
        "rows_per_s": round(rate * rows / asked),
        "rows_per_command": round(rows / asked, 2),
        "commands_per_batch": round(asked / batches, 1),
    }


async def _highest(site: Site, stream: Iterator[Envelope], seconds: float) -> float:
    """Keep WINDOW commands on their way; return how many a second were answered."""
    answered, began = 0, perf_counter()
    for envelope in itertools.islice(stream, WINDOW):
        await site.ask(envelope)
    while perf_counter() - began < seconds:
        await site.answer()
        answered += 1
        await site.ask(next(stream))
    passed = perf_counter() - began
    for _ in range(WINDOW):
        await site.answer()
    return answered / passed


async def _at_rate(
    site: Site, stream: Iterator[Envelope], rate: float, seconds: float
) -> list[int]:
    """Ask on a schedule that does not wait; return the times from due to answered, in ns."""
    due_ns: dict[int, int] = {}
    waits: list[int] = []
    count = int(rate * seconds)

    async def listen() -> None:
        for _ in range(count):
            number = await site.answer()
            waits.append(perf_counter_ns() - due_ns.pop(number))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen())
        began = perf_counter_ns()
        for place in range(count):
            due = began + int(place / rate * 1e9)
            if (ahead := due - perf_counter_ns()) > 0:
                await asyncio.sleep(ahead / 1e9)
            due_ns[await site.ask(next(stream))] = due
    return waits


async def _hear(told: AsyncIterator[bytes], heard: list[bytes]) -> None:
    # Not a comprehension: what was heard must be there when this is cancelled.
    async for payload in told:
        heard.append(payload)  # noqa: PERF401


def _check(heard: list[bytes]) -> None:
    """Make sure that every event was published once and in order."""
    places = [event.seq for payload in heard for event in decode_events(payload)]
    if places != list(range(places[0], places[0] + len(places))):
        raise ValueError("events were published twice, out of order or not at all")


@asynccontextmanager
async def _site(url: str) -> AsyncIterator[Site]:
    settings = Settings(site=_SITE)
    clock, bus = SystemClock(), MemoryBus()
    database = await Database.open(url)
    try:
        await database.migrate()
        log, lease = CountedLog(database, _SITE), Lease(database, _SITE)
        is_ready = asyncio.Event()
        async with (
            bus.subscribe(replies_topic(_NODE)) as answers,
            # As in service.
            beside(database.tend()),
            beside(run_writer(settings, log, lease, bus, clock, is_ready=is_ready)),
        ):
            await is_ready.wait()
            site = Site(log, bus, answers, itertools.count())
            for envelope in configuration(AGENTS):
                await site.ask(envelope)
            for _ in configuration(AGENTS):
                await site.answer()
            yield site
    finally:
        await database.close()


# Bare inserts.


async def _bare(url: str, rows_at_once: int, seconds: float) -> float:
    """Return how many rows a second go in, so many a transaction, with nothing around."""
    if url.startswith("sqlite"):
        return await asyncio.to_thread(
            _bare_sqlite, url.partition(":///")[2], rows_at_once, seconds
        )
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        await connection.execute(
            "CREATE TABLE bare (site text, seq bigint, body text, PRIMARY KEY (site, seq))"
        )
        stored, began = 0, perf_counter()
        while perf_counter() - began < seconds:
            rows = [(_SITE, stored + number, BODY) for number in range(rows_at_once)]
            async with connection.transaction():
                await connection.executemany("INSERT INTO bare VALUES ($1, $2, $3)", rows)
            stored += rows_at_once
        return stored / (perf_counter() - began)
    finally:
        await connection.close()


def _bare_sqlite(path: str, rows_at_once: int, seconds: float) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 10000")
        connection.execute(
            "CREATE TABLE bare (site text, seq int, body text, PRIMARY KEY (site, seq))"
            " WITHOUT ROWID"
        )
        stored, began = 0, perf_counter()
        while perf_counter() - began < seconds:
            rows = [(_SITE, stored + number, BODY) for number in range(rows_at_once)]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            stored += rows_at_once
        return stored / (perf_counter() - began)
    finally:
        connection.close()


def _measured_apart(url: str) -> Figures:
    arguments = [sys.executable, "-m", "bench.durable", url]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Figures)


if __name__ == "__main__":
    gc.disable()
    sys.stdout.buffer.write(encode(uvloop.run(measure(sys.argv[1]))))
