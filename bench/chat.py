"""From the client's frame to the agent's frame, durable, beside a bare echo in the same run."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.folder import making
from bench.load import Outcome, Plan, Step
from bench.report import percentile_ms
from bench.server import free_port, lift_file_limit, running
from store.schema.codec import encode
from store.schema.commands import SYSTEM, ConfigureAgent, ConfigureQueue, Envelope, RegisterClient
from store.schema.ids import AgentId, ClientId, QueueId
from store.schema.terms import BotScript, Label, Role
from store.schema.views import ClientRecord, Credential, SiteProfile
from store.settings import Settings

WARM_UP_S = 3
LINE_BYTES = 1 << 26
CROWD_S = 180


class Size(Struct, frozen=True, kw_only=True):
    """How much load."""

    agents: int = 1000
    clients: int = 5000
    talking: int = 1000
    rate: float = 500
    seconds: float = 20


class LoadProcess:
    """One process of sockets, told what to do step by step."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def join(self, plan: Plan) -> None:
        """Say who it is, and connect everyone."""
        assert self._process.stdin is not None
        self._process.stdin.write(encode(plan) + b"\n")
        await self.do(Step(do="connect"))

    async def do(self, step: Step) -> Outcome:
        """Ask for a step and wait for what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(encode(step) + b"\n")
        async with asyncio.timeout(CROWD_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("a load process ended early; its own message is above")
        return msgspec.json.decode(line, type=Outcome)


def run(settings: Settings, size: Size) -> dict[str, float | int | str]:
    """Measure, and leave nothing running and nothing on disk."""
    lift_file_limit()
    with tempfile.TemporaryDirectory(prefix="aiguilleur-bench-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = replace(settings, data_dir=folder, public_url=url, database_url="", redis_url="")
        _say("making a site")
        asyncio.run(_prepare(settings, size))
        echo_port = free_port()
        _say("measuring a bare echo")
        with running(["bench.echo", str(echo_port)], sign="is ready"):
            echo = asyncio.run(_measure_echo(f"http://127.0.0.1:{echo_port}", size))
        _say("measuring the chat")
        command = ["aiguilleur", "serve", "--data", folder, "--port", str(port)]
        with running(command, sign="is ready"):
            chat = asyncio.run(_measure_chat(url, size))
    return {**chat, **echo, "agents": size.agents, "clients": size.clients}


async def _prepare(settings: Settings, size: Size) -> None:
    label = Label(fr="File", en="Queue")
    agents, clients = _agents(size), _clients(size)
    async with making(settings) as folder:
        await folder.records.save_profile(
            SiteProfile(
                name="Bench",
                bot=BotScript(greeting=label, questions=(), handover=label),
                origins=(settings.public_url,),
                widget_secret="bench",  # noqa: S106 - a site that lives a minute
            )
        )
        queue = ConfigureQueue(ref="queue", queue=QueueId("queue_general"), label=label)
        await folder.ask([Envelope(actor=SYSTEM, command=queue)])
        await folder.ask(
            Envelope(
                actor=SYSTEM,
                command=ConfigureAgent(ref=agent, agent=AgentId(agent), name=agent),
            )
            for agent in agents
        )
        await folder.ask(
            Envelope(actor=SYSTEM, command=RegisterClient(ref=client, client=ClientId(client)))
            for client in clients
        )
        for client in clients:
            await folder.records.save_client(ClientRecord(client=ClientId(client), name=client))
        for agent in agents:
            # A session is only good while there is a sign-in; this one opens with no password.
            sign_in = Credential(agent=AgentId(agent), login=agent, password_hash="")
            await folder.records.save_credential(sign_in)
        await folder.sign_in(Role.AGENT, agents)
        await folder.sign_in(Role.CLIENT, clients)


async def _measure_echo(url: str, size: Size) -> dict[str, float | int | str]:
    async with _crowds(url, size, ("echo", "echo")) as (_, clients):
        await clients.do(Step(do="talk", rate=size.rate, seconds=WARM_UP_S))
        await clients.do(Step(do="collect", expected=int(size.rate * WARM_UP_S)))
        sent = await clients.do(Step(do="talk", rate=size.rate, seconds=size.seconds))
        heard = await clients.do(Step(do="collect", expected=sent.sent))
    waits = sorted(heard.waits_ns)
    return {
        "echo_p50_ms": percentile_ms(waits, 0.50),
        "echo_p99_ms": percentile_ms(waits, 0.99),
    }


async def _measure_chat(url: str, size: Size) -> dict[str, float | int | str]:
    async with _crowds(url, size, ("agents", "clients")) as (agents, clients):
        warm = await clients.do(Step(do="talk", rate=size.rate, seconds=WARM_UP_S))
        await agents.do(Step(do="collect", expected=warm.sent))
        sent = await clients.do(Step(do="talk", rate=size.rate, seconds=size.seconds))
        heard = await agents.do(Step(do="collect", expected=sent.sent))
    waits = sorted(heard.waits_ns)
    return {
        "p50_ms": percentile_ms(waits, 0.50),
        "p99_ms": percentile_ms(waits, 0.99),
        "messages_per_s": round(len(heard.received) / size.seconds, 1),
        "lost": sum(message not in heard.received for message in sent.messages),
        "doubled": sum(count > 1 for count in heard.received.values()),
        "refused": sent.refused,
        "sender_late_p99_ms": percentile_ms(sorted(sent.late_ns), 0.99),
    }


@asynccontextmanager
async def _crowds(
    url: str, size: Size, kinds: tuple[str, str]
) -> AsyncIterator[tuple[LoadProcess, LoadProcess]]:
    """Connect everyone, the agents first: a case then finds one at once."""
    async with AsyncExitStack() as stack:
        crowds = []
        for number, (kind, holders) in enumerate(
            zip(kinds, (_agents(size), _clients(size)), strict=True)
        ):
            crowd = await stack.enter_async_context(_load_process())
            plan = Plan(
                kind=kind,
                url=f"{url.replace('http', 'ws', 1)}/ws",
                origin=url,
                holders=holders,
                active=size.talking,
                first_address=number * 1000,
            )
            await crowd.join(plan)
            crowds.append(crowd)
        yield crowds[0], crowds[1]


@asynccontextmanager
async def _load_process() -> AsyncIterator[LoadProcess]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load"), stdin=pipe, stdout=pipe, limit=LINE_BYTES
    )
    try:
        yield LoadProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _agents(size: Size) -> tuple[str, ...]:
    return tuple(f"agent_{number}" for number in range(size.agents))


def _clients(size: Size) -> tuple[str, ...]:
    return tuple(f"client_{number}" for number in range(size.clients))


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")
