"""A process that holds many sockets, told what to do by lines on its standard input."""

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from time import perf_counter_ns

import msgspec
import uvloop
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.folder import secret_of
from bench.server import lift_file_limit
from store.clock import Ids, SystemClock
from store.schema.codec import encode
from store.schema.commands import AnyCommand, OpenCase, SendMessage, SetPresence
from store.schema.frames import PROTOCOL_VERSION, Ask, Hello, Ping
from store.schema.ids import CaseId, MessageId
from store.schema.terms import Channel, Presence

# Opening handshakes under way at once: more would wait in the server's backlog.
OPENING_AT_ONCE = 100
# The product's limit is 50 sockets an address; loopback has addresses to spare.
SOCKETS_PER_ADDRESS = 40
HEARTBEAT_S = 20
COLLECT_S = 15


class Plan(Struct, frozen=True, kw_only=True):
    """Who this process is. kind: agents, clients or echo. active: how many of them talk."""

    kind: str
    url: str
    origin: str
    holders: tuple[str, ...]
    active: int
    first_address: int


class Step(Struct, frozen=True, kw_only=True):
    """What to do next: connect, talk (at `rate` for `seconds`) or collect (`expected`)."""

    do: str
    rate: float = 0
    seconds: float = 0
    expected: int = 0


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a step. late_ns: how far behind its schedule the sender was."""

    sent: int = 0
    refused: int = 0
    received: dict[str, int] = {}
    waits_ns: tuple[int, ...] = ()
    late_ns: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()


class _Frame(Struct):
    """As much of a frame as is looked at."""

    type: str
    ref: str | None = None
    code: str = ""
    event: "_Said | None" = None


class _Said(Struct):
    type: str
    message: str = ""
    author: str = ""
    text: str = ""


_decode = msgspec.json.Decoder(_Frame).decode


class Crowd:
    """The people of one process and their sockets."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ids = Ids(SystemClock())
        self.sockets: list[ClientConnection] = []
        self.cases: list[CaseId] = []
        self.answers: dict[str, asyncio.Future[str]] = {}
        self.waits_ns: list[int] = []
        self.received: Counter[str] = Counter()
        self.expected = -1
        self.all_heard = asyncio.Event()

    async def join(self, tasks: asyncio.TaskGroup) -> None:
        """Connect everyone, and keep reading."""
        waiting = iter(enumerate(self.plan.holders))

        async def take_turns() -> None:
            for number, holder in waiting:
                socket = await self._open(number, holder)
                self.sockets.append(socket)
                tasks.create_task(self._read(socket))

        async with asyncio.TaskGroup() as opening:
            for _ in range(OPENING_AT_ONCE):
                opening.create_task(take_turns())
        if self.plan.kind == "echo":
            return
        tasks.create_task(self._stay())
        if self.plan.kind == "agents":
            await self._all(
                SetPresence(ref=self.ids.new("ref"), presence=Presence.AVAILABLE)
                for _ in self.sockets
            )
        else:
            self.cases = [CaseId(self.ids.new("case")) for _ in range(self.plan.active)]
            await self._all(
                OpenCase(
                    ref=self.ids.new("ref"), case=case, channel=Channel.CHAT, subject="question"
                )
                for case in self.cases
            )

    async def talk(self, step: Step) -> Outcome:
        """Send at the rate, on a schedule that does not wait for answers."""
        count, began = int(step.rate * step.seconds), perf_counter_ns()
        refused, late_ns, messages = 0, [], []
        async with asyncio.TaskGroup() as tasks:
            answers = []
            for number in range(count):
                due = began + int(number / step.rate * 1e9)
                if (ahead := due - perf_counter_ns()) > 0:
                    await asyncio.sleep(ahead / 1e9)
                late_ns.append(max(0, perf_counter_ns() - due))
                message = self.ids.new("message")
                messages.append(message)
                answers.append(tasks.create_task(self._say(number % self.plan.active, message)))
        refused = sum(answer.result() for answer in answers)
        return Outcome(
            sent=count, refused=refused, late_ns=tuple(late_ns), messages=tuple(messages)
        )

    async def collect(self, step: Step) -> Outcome:
        """Wait until all that is expected was received, or long enough."""
        self.expected = step.expected
        self.all_heard.clear()
        try:
            async with asyncio.timeout(COLLECT_S):
                while len(self.received) < step.expected:
                    await self.all_heard.wait()
        except TimeoutError:
            sys.stderr.write(f"bench: {step.expected - len(self.received)} are missing\n")
        outcome = Outcome(received=dict(self.received), waits_ns=tuple(self.waits_ns))
        self.received.clear()
        self.waits_ns.clear()
        return outcome

    async def _open(self, number: int, holder: str) -> ClientConnection:
        address = self.plan.first_address + number // SOCKETS_PER_ADDRESS
        is_agent = self.plan.kind == "agents"
        secret = secret_of(holder)
        socket = await connect(
            self.plan.url,
            origin=self.plan.origin,  # type: ignore[arg-type]  # a NewType of str
            subprotocols=None if self.plan.kind == "echo" else ["aiguilleur.v1"],  # type: ignore[list-item]  # same
            additional_headers={"Cookie": f"aiguilleur_session={secret}"} if is_agent else None,
            compression=None,
            ping_interval=None,
            proxy=None,
            local_addr=(f"127.0.{address // 250 + 1}.{address % 250 + 1}", 0),
        )
        if self.plan.kind != "echo":
            hello = Hello(version=PROTOCOL_VERSION)
            if is_agent:
                hello = Hello(version=PROTOCOL_VERSION, csrf=secret)
            else:
                hello = Hello(version=PROTOCOL_VERSION, token=secret)
            await socket.send(encode(hello).decode())
            welcome = _decode(await socket.recv())
            if welcome.type != "welcome":
                raise RuntimeError(f"{holder} was not welcome: {welcome}")
        return socket

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                now = perf_counter_ns()
                if self.plan.kind == "echo":
                    self._heard(str(frame), now)
                    continue
                read = _decode(frame)
                if read.type in {"ok", "error"} and read.ref is not None:
                    answer = self.answers.pop(read.ref, None)
                    if answer is not None and not answer.done():
                        answer.set_result(read.code)
                elif self.plan.kind == "agents" and read.event is not None:
                    said = read.event
                    if said.type == "message.sent" and said.author == "client":
                        self._heard(said.text, now)
        except ConnectionClosed as closed:
            sys.stderr.write(f"bench: a socket was closed: {closed}\n")

    def _heard(self, text: str, now: int) -> None:
        sent_ns, _, message = text.partition(" ")
        self.waits_ns.append(now - int(sent_ns))
        self.received[message] += 1
        if len(self.received) == self.expected:
            self.all_heard.set()

    async def _stay(self) -> None:
        """Beat for everyone, spread over the interval."""
        beat = encode(Ping()).decode()
        while True:
            for socket in tuple(self.sockets):
                await asyncio.sleep(HEARTBEAT_S / len(self.sockets))
                await socket.send(beat)

    async def _all(self, commands: Iterable[AnyCommand]) -> None:
        waiting = iter(zip(self.sockets, commands, strict=False))

        async def take_turns() -> None:
            for socket, command in waiting:
                code = await self._ask(socket, command)
                if code:
                    raise RuntimeError(f"{type(command).__name__} was refused: {code}")

        async with asyncio.TaskGroup() as tasks:
            for _ in range(OPENING_AT_ONCE):
                tasks.create_task(take_turns())

    async def _say(self, person: int, message: str) -> bool:
        socket = self.sockets[person]
        if self.plan.kind == "echo":
            await socket.send(f"{perf_counter_ns()} {message}")
            return False
        command = SendMessage(
            ref=message,
            case=self.cases[person],
            message=MessageId(message),
            text=f"{perf_counter_ns()} {message}",
        )
        return bool(await self._ask(socket, command))

    async def _ask(self, socket: ClientConnection, command: AnyCommand) -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.answers[command.ref] = answer
        await socket.send(encode(Ask(command=command)).decode())
        try:
            async with asyncio.timeout(COLLECT_S):
                return await answer
        except TimeoutError:
            return "unanswered"


class _Over(Exception):  # noqa: N818 - the end of the input, not an error
    """Nobody will ask for another step."""


async def main() -> None:
    """Do each step in turn until the input ends; one line of answer for each."""
    async with _lines() as lines:
        crowd = Crowd(msgspec.json.decode(await anext(lines), type=Plan))
        try:
            async with asyncio.TaskGroup() as tasks:
                await _follow(crowd, tasks, lines)
        except* _Over:
            pass


async def _follow(crowd: Crowd, tasks: asyncio.TaskGroup, lines: AsyncIterator[bytes]) -> None:
    async for line in lines:
        outcome = await _carry_out(crowd, tasks, msgspec.json.decode(line, type=Step))
        sys.stdout.buffer.write(encode(outcome) + b"\n")
        sys.stdout.flush()
    # Raised to end the readers too.
    raise _Over


async def _carry_out(crowd: Crowd, tasks: asyncio.TaskGroup, step: Step) -> Outcome:
    match step.do:
        case "connect":
            await crowd.join(tasks)
            return Outcome()
        case "talk":
            return await crowd.talk(step)
        case _:
            return await crowd.collect(step)


@contextlib.asynccontextmanager
async def _lines() -> AsyncIterator[AsyncIterator[bytes]]:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 24)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        yield aiter(reader)
    finally:
        transport.close()


if __name__ == "__main__":
    lift_file_limit()
    uvloop.run(main())
