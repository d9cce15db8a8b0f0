"""The scaled form as an operator runs it: process types of `aiguilleur`, and people on sockets."""

import asyncio
import os
import selectors
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from bench.folder import secret_of
from desktop.gateway import SUBPROTOCOL
from desktop.sessions import COOKIE
from store.beside import beside
from store.schema.codec import decode_outbound, encode
from store.schema.commands import AnyCommand
from store.schema.events import CaseAssigned, MessageSent
from store.schema.frames import PROTOCOL_VERSION, Ask, Error, Happened, Hello, Ok
from store.settings import Settings

ROOT = Path(__file__).parents[2]
READY_S = 30
# The edge answers within five seconds, even when the writer does not.
ANSWER_S = 8
# What the bus lost is found in the log within two.
HEARD_S = 30


@contextmanager
def process(settings: Settings, *arguments: str, sign: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run `aiguilleur` with arguments until the block ends, from when it has said `sign`."""
    running = subprocess.Popen(
        [sys.executable, "-m", "aiguilleur", *arguments, "--data", settings.data_dir],
        cwd=ROOT,
        env={
            **os.environ,  # noqa: TID251 - handed on as it is
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    with running, running.stdout as said:
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(said, selectors.EVENT_READ)
                while sign and sign not in said.readline():
                    assert running.poll() is None, "it ended before it was ready"
                    assert selector.select(READY_S), "it is not ready"
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
                running.wait(20)


class Heard:
    """What some people were told in all, and how often: cases that are theirs, and messages."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self._is_news = asyncio.Event()

    def note(self, name: str) -> None:
        """Count one."""
        self.names[name] += 1
        self._is_news.set()

    async def all_of(self, names: Collection[str]) -> None:
        """Wait until each of them was heard."""
        async with asyncio.timeout(HEARD_S):
            while not self.names.keys() >= set(names):
                self._is_news.clear()
                await self._is_news.wait()


class Person:
    """Somebody on a socket of one web process: asks again what was not answered."""

    def __init__(self, name: str, socket: ClientConnection, heard: "Heard") -> None:
        self.name = name
        self._heard = heard
        self._socket = socket
        self._answers: dict[str, asyncio.Future[Ok | Error]] = {}

    async def ask(self, command: AnyCommand) -> Ok | Error:
        """Ask once. Raises TimeoutError when nothing comes back."""
        answer: asyncio.Future[Ok | Error] = asyncio.get_running_loop().create_future()
        self._answers[command.ref] = answer
        await self._socket.send(encode(Ask(command=command)).decode())
        async with asyncio.timeout(ANSWER_S):
            return await answer

    async def insist(self, command: AnyCommand) -> Ok:
        """Ask until it is done, as a widget and a desktop do."""
        while True:
            answer = await self.ask(command)
            if isinstance(answer, Ok):
                return answer
            assert answer.code == "unavailable", answer

    async def listen(self) -> None:
        """Take what comes, until cancelled."""
        async for text in self._socket:
            match decode_outbound(text):
                case Ok(ref=str(ref)) | Error(ref=str(ref)) as answer:
                    awaited = self._answers.pop(ref, None)
                    if awaited is not None and not awaited.done():
                        awaited.set_result(answer)
                case Happened(event=CaseAssigned() as event):
                    self._heard.note(event.case)
                case Happened(event=MessageSent() as event):
                    self._heard.note(event.message)
                case _:
                    pass


@asynccontextmanager
async def agent(name: str, url: str, heard: Heard) -> AsyncIterator[Person]:
    """Open an agent's desktop on the web process at `url`."""
    secret = secret_of(name)
    cookie = {"Cookie": f"{COOKIE}={secret}"}
    hello = Hello(version=PROTOCOL_VERSION, csrf=secret)
    async with _opened(url, hello, cookie) as socket, _listening(name, socket, heard) as person:
        yield person


@asynccontextmanager
async def client(name: str, url: str) -> AsyncIterator[Person]:
    """Open a client's widget on the web process at `url`."""
    hello = Hello(version=PROTOCOL_VERSION, token=secret_of(name))
    async with _opened(url, hello, {}) as socket, _listening(name, socket, Heard()) as person:
        yield person


@asynccontextmanager
async def _opened(
    url: str, hello: Hello, headers: dict[str, str]
) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws",
        origin=url,  # type: ignore[arg-type]  # a NewType of str
        subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]  # same
        additional_headers=headers,
        proxy=None,
    ) as socket:
        await socket.send(encode(hello).decode())
        await socket.recv()
        yield socket


@asynccontextmanager
async def _listening(name: str, socket: ClientConnection, heard: Heard) -> AsyncIterator[Person]:
    person = Person(name, socket, heard)
    async with beside(person.listen()):
        yield person
