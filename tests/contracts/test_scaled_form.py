"""Two web processes, two routers, PostgreSQL and Valkey: one dies, another is emptied."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from itertools import chain, count
from pathlib import Path

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from bench.folder import making
from bench.servers import PostgresServer
from store.clock import Ids, SystemClock
from store.database import Database
from store.log import EventLog
from store.schema import commands as c
from store.schema.commands import SYSTEM, Envelope
from store.schema.events import MessageSent
from store.schema.frames import Ok
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, QueueId
from store.schema.terms import BotScript, Channel, Label, Presence, Role
from store.schema.views import ClientRecord, Credential, SiteProfile
from store.settings import Settings
from tests.browser.server import free_port
from tests.contracts import processes
from tests.contracts.processes import Heard, Person, process

AGENTS = ("agent_1", "agent_2")
CLIENTS = ("client_1", "client_2")
LABEL = Label(fr="File", en="Queue")
# What each client says before, between and after the two blows.
SAID_A_STAGE = 25


async def make_site(settings: Settings) -> None:
    """A queue, two agents and two clients, all signed in."""
    async with making(settings) as folder:
        await folder.records.save_profile(
            SiteProfile(
                name="Two of each",
                bot=BotScript(greeting=LABEL, questions=(), handover=LABEL),
                origins=(),
                widget_secret="a-secret",
            )
        )
        queue = c.ConfigureQueue(ref="q", queue=QueueId("queue_general"), label=LABEL)
        await folder.ask([Envelope(actor=SYSTEM, command=queue)])
        for name in AGENTS:
            agent = AgentId(name)
            command = c.ConfigureAgent(ref=name, agent=agent, name=name)
            await folder.ask([Envelope(actor=SYSTEM, command=command)])
            await folder.records.save_credential(
                Credential(agent=agent, login=name, password_hash="")
            )
        for name in CLIENTS:
            await folder.records.save_client(ClientRecord(client=ClientId(name), name=name))
        await folder.sign_in(Role.AGENT, AGENTS)
        await folder.sign_in(Role.CLIENT, CLIENTS)


class Conversation:
    """One client's case, and what of it was acknowledged."""

    def __init__(self, person: Person, ids: Ids) -> None:
        self.person = person
        self.acknowledged: list[str] = []
        self._ids = ids
        self.case = CaseId(ids.new("case"))

    async def open(self) -> None:
        opening = c.OpenCase(
            ref=self._ids.new("r"), case=self.case, channel=Channel.CHAT, subject="question"
        )
        await self.person.insist(opening)

    async def go_on(self) -> None:
        """Say some things, one after the other, each until it is acknowledged."""
        for _ in range(SAID_A_STAGE):
            message = self._ids.new("message")
            await self.person.insist(
                c.SendMessage(
                    ref=message, case=self.case, message=MessageId(message), text="Bonjour"
                )
            )
            self.acknowledged.append(message)


@asynccontextmanager
async def people(
    urls: Sequence[str], heard: Heard
) -> AsyncIterator[tuple[list[Person], list[Conversation]]]:
    """Each agent on one web process, and the clients the other way round."""
    ids = Ids(SystemClock())
    async with AsyncExitStack() as stack:
        agents = [
            await stack.enter_async_context(processes.agent(name, url, heard))
            for name, url in zip(AGENTS, urls, strict=True)
        ]
        for agent in agents:
            command = c.SetPresence(ref=ids.new("r"), presence=Presence.AVAILABLE)
            await agent.insist(command)
        conversations = []
        for name, url in zip(CLIENTS, reversed(urls), strict=True):
            person = await stack.enter_async_context(processes.client(name, url))
            conversations.append(Conversation(person, ids))
            await conversations[-1].open()
        yield agents, conversations


async def go_on(conversations: Sequence[Conversation]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for conversation in conversations:
            tasks.create_task(conversation.go_on())


async def first_answer_s(person: Person) -> float:
    """Return the seconds until the writer, whoever it is, carries something out again."""
    began = time.perf_counter()
    async with asyncio.timeout(30):
        for number in count():
            try:
                async with asyncio.timeout(0.2):
                    asked = c.SetPresence(ref=f"probe-{number}", presence=Presence.AVAILABLE)
                    if isinstance(await person.ask(asked), Ok):
                        break
            except TimeoutError:
                continue
    return time.perf_counter() - began


@pytest.fixture
def settings(postgres: PostgresServer, redis_url: str, tmp_path: Path) -> Settings:
    return replace(
        Settings(),
        database_url=postgres.new_database(),
        redis_url=redis_url,
        data_dir=str(tmp_path),
    )


def test_the_writer_is_killed_and_the_bus_is_emptied(
    settings: Settings, request: pytest.FixtureRequest
) -> None:
    ports = free_port(), free_port()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    say = request.config.get_terminal_writer().line

    async def story(writer: Callable[[], None]) -> None:
        heard = Heard()
        async with people(urls, heard) as (agents, conversations):
            # What is said before a case is somebody's is in its history, not on a socket.
            cases = [each.case for each in conversations]
            await heard.all_of(cases)
            await go_on(conversations)

            async with asyncio.TaskGroup() as tasks:
                going_on = tasks.create_task(go_on(conversations))
                writer()
                took_s = await first_answer_s(agents[0])
                assert not going_on.done()
            say(f"\nwriter killed, the other assigns after {took_s:.2f} s (budget 3 s)")

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(go_on(conversations))
                async with Redis.from_url(settings.redis_url) as redis:
                    await redis.flushall()
                    await redis.client_kill_filter(_type="pubsub")

            said = [*chain.from_iterable(each.acknowledged for each in conversations)]
            assert len(said) == len(set(said)) == 2 * 3 * SAID_A_STAGE
            # Whoever has a case hears what its client says, once.
            await heard.all_of(said)
            assert heard.names == Counter([*cases, *said])

    async def check_the_log() -> None:
        database = await Database.open(settings.store_url)
        try:
            events = await EventLog(database, settings.site).read(0, 10_000)
        finally:
            await database.close()
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        stored = Counter(event.message for event in events if isinstance(event, MessageSent))
        assert set(stored.values()) == {1}

    asyncio.run(make_site(settings))
    with ExitStack() as stack:
        first = stack.enter_context(process(settings, "router", sign="writes"))
        stack.enter_context(process(settings, "router"))
        for port in ports:
            stack.enter_context(process(settings, "web", "--port", str(port), sign="is ready"))
        asyncio.run(story(lambda: first.send_signal(signal.SIGKILL)))
    asyncio.run(check_the_log())
