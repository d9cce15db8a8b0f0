"""The references: "the best waiting case of 20 queues, and debit a slot", in two databases.

Each gets what it is best at. PostgreSQL: prepared calls of one server-side function, one round
trip a decision, several connections, no wait for the disk (the core does not wait for one
either). Valkey: a script over sorted sets, many decisions sent at once on each connection, so
that only the server's own time counts.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import asyncpg
from redis.asyncio import Redis

from bench.report import Figures
from bench.servers import postgres_server, valkey_server
from store.schema.codec import encode

QUEUES = 500
QUEUES_PER_AGENT = 20
AGENTS = 10_000
CAPACITY = 4
WAITING = 200_000
CONNECTIONS = 8
SECONDS = 5.0
# Decisions on their way at once on one connection of Valkey.
_IN_FLIGHT = 50
_PREPARED = 400
_SEED = 7
_INSERT_ROWS = 10_000

_TABLES = """
CREATE TABLE waiting (id bigint PRIMARY KEY, queue int NOT NULL, key bigint NOT NULL);
CREATE TABLE agents (id int PRIMARY KEY, load int NOT NULL) WITH (fillfactor = 50);
CREATE FUNCTION take(wanted int[], taker int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE chosen bigint;
BEGIN
  WITH heads AS MATERIALIZED (
    SELECT head.id, head.key
    FROM unnest(wanted) AS q
    CROSS JOIN LATERAL (
      SELECT id, key FROM waiting WHERE queue = q ORDER BY key LIMIT 2
    ) AS head
    ORDER BY head.key LIMIT 16
  )
  SELECT w.id INTO chosen
  FROM waiting AS w JOIN heads USING (id)
  ORDER BY w.key LIMIT 1
  FOR UPDATE OF w SKIP LOCKED;
  IF chosen IS NULL THEN RETURN NULL; END IF;
  UPDATE agents SET load = load + 1 WHERE id = taker AND load < 4;
  IF NOT FOUND THEN RETURN NULL; END IF;
  DELETE FROM waiting WHERE id = chosen;
  RETURN chosen;
END $$;
"""
_INDEX = ("CREATE INDEX waiting_in_order ON waiting (queue, key) INCLUDE (id)", "VACUUM ANALYZE")

# KEYS: the agent's queues. ARGV: the agent.
_SCRIPT = """
local best, bound, queue
for _, name in ipairs(KEYS) do
  local head = redis.call('ZRANGE', name, 0, 0, 'WITHSCORES')
  if head[1] then
    local key = tonumber(head[2])
    if not bound or key < bound then best, bound, queue = head[1], key, name end
  end
end
if not best then return nil end
if redis.call('HINCRBY', 'load', ARGV[1], 1) > 4 then
  redis.call('HINCRBY', 'load', ARGV[1], -1)
  return nil
end
redis.call('ZREM', queue, best)
return best
"""


def measure() -> Figures:
    """Measure both."""
    with postgres_server(
        synchronous_commit="off", shared_buffers="512MB", autovacuum_naptime="1s"
    ) as server:
        url = server.new_database().replace("postgresql+asyncpg", "postgresql")
        postgres = asyncio.run(_measure_postgres(url))
    with valkey_server() as url:
        valkey = asyncio.run(_measure_valkey(url))
    return {
        "postgres_skip_locked_per_s": postgres,
        "redis_lua_per_s": valkey,
        "rivals_waiting": WAITING,
    }


async def _measure_postgres(url: str) -> int:
    chance = random.Random(_SEED)
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        async with pool.acquire() as connection:
            await connection.execute(_TABLES)
            await connection.copy_records_to_table("waiting", records=_cases(chance))
            await connection.copy_records_to_table(
                "agents", records=((n, 0) for n in range(AGENTS))
            )
            for statement in _INDEX:
                await connection.execute(statement)

        async def take() -> int:
            wanted, agent = _queues(chance), chance.randrange(AGENTS)
            return int(await pool.fetchval("SELECT take($1, $2)", wanted, agent) is not None)

        return await _rate(take)


async def _measure_valkey(url: str) -> int:
    chance = random.Random(_SEED)
    redis = Redis.from_url(url)
    async with redis:
        rows = _cases(chance)
        for first in range(0, WAITING, _INSERT_ROWS):
            pipe = redis.pipeline(transaction=False)
            for number, queue, key in rows[first : first + _INSERT_ROWS]:
                pipe.zadd(f"queue:{queue}", {f"case:{number}": key})
            await pipe.execute()
        script = await redis.script_load(_SCRIPT)
        # Written once: the time of this process would else be counted as the server's.
        asked = [
            b"".join(_evaluation(script, chance) for _ in range(_IN_FLIGHT))
            for _ in range(_PREPARED)
        ]
        path = url.removeprefix("unix://")
        sockets = [await asyncio.open_unix_connection(path) for _ in range(CONNECTIONS)]

        async def take() -> int:
            reader, writer = socket = sockets.pop()
            writer.write(chance.choice(asked))
            answers = [await _answer(reader) for _ in range(_IN_FLIGHT)]
            sockets.append(socket)
            return sum(answers)

        return await _rate(take)


def _evaluation(script: str, chance: random.Random) -> bytes:
    names = [f"queue:{queue}" for queue in _queues(chance)]
    words = ["EVALSHA", script, str(len(names)), *names, str(chance.randrange(AGENTS))]
    parts = [f"*{len(words)}", *(f"${len(word)}\r\n{word}" for word in words)]
    return "".join(f"{part}\r\n" for part in parts).encode()


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Read one answer: whether a case was taken."""
    head = await reader.readline()
    if head == b"$-1\r\n":
        return False
    assert head.startswith(b"$"), head
    await reader.readline()
    return True


async def _rate(take: Callable[[], Awaitable[int]]) -> int:
    """Return how many cases a second are taken by as many takers as there are connections."""
    taken, began = 0, perf_counter()

    async def go_on() -> None:
        nonlocal taken
        while perf_counter() - began < SECONDS and taken < AGENTS * CAPACITY * 0.8:
            # In two steps: the others go on meanwhile, and a sum begun before would forget theirs.
            got = await take()
            taken += got

    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(go_on())
    return round(taken / (perf_counter() - began))


def _cases(chance: random.Random) -> list[tuple[int, int, int]]:
    return [(number, chance.randrange(QUEUES), number) for number in range(WAITING)]


def _queues(chance: random.Random) -> list[int]:
    return chance.sample(range(QUEUES), QUEUES_PER_AGENT)


if __name__ == "__main__":
    sys.stdout.buffer.write(encode(measure()))
