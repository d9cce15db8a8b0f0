"""One person's socket to a running server: kept up, asks answered, events told once."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter_ns
from urllib.parse import urlsplit

from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from store.beside import beside
from store.schema.codec import decode_outbound, encode
from store.schema.commands import AnyCommand
from store.schema.events import AnyEvent
from store.schema.frames import PROTOCOL_VERSION, Ask, Error, Happened, Hello, Ok, Ping, Welcome

HEARTBEAT_S = 20
RETRY_S = 0.5
ANSWER_S = 30
# The product lets 50 sockets come from one address; loopback has addresses to spare.
_SOCKETS_PER_ADDRESS = 40
_ADDRESSES = 250


class Pass(Struct, frozen=True, kw_only=True):
    """What lets somebody in: a widget's token, or a desktop's cookie and csrf."""

    token: str = ""
    cookie: str = ""
    csrf: str = ""


class Stopwatch:
    """What all the lines have seen of the server."""

    def __init__(self) -> None:
        self.answered_ns: list[int] = []
        self.errors: Counter[str] = Counter()


class Line:
    """A socket that is opened again when it breaks. What was asked meanwhile is asked again.

    number: of this line among all, which spreads them over the addresses of loopback.
    """

    def __init__(
        self,
        url: str,
        number: int,
        entry: Pass,
        watch: Stopwatch,
        heard: Callable[[AnyEvent], None],
    ) -> None:
        self._url = url
        self._number = number
        self._pass = entry
        self._watch = watch
        self._heard = heard
        self._last_seq: int | None = None
        self._socket: ClientConnection | None = None
        self._asked: dict[str, tuple[AnyCommand, asyncio.Future[str]]] = {}
        self._is_up = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be connected for the length of a block. Raises TimeoutError when the server refuses."""
        async with beside(self._keep_up()):
            async with asyncio.timeout(ANSWER_S):
                await self._is_up.wait()
            yield

    async def ask(self, command: AnyCommand) -> str:
        """Send a command; return the code of its refusal, empty when it was carried out."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[command.ref] = command, answer
        began = perf_counter_ns()
        try:
            await self._send(command)
            async with asyncio.timeout(ANSWER_S):
                code = await answer
            self._watch.answered_ns.append(perf_counter_ns() - began)
        except TimeoutError:
            code = "unanswered"
        finally:
            del self._asked[command.ref]
        if code:
            self._watch.errors[f"{type(command).__name__}: {code}"] += 1
        return code

    async def _send(self, command: AnyCommand) -> None:
        try:
            if self._socket is not None:
                await self._socket.send(encode(Ask(command=command)).decode())
        except WebSocketException:
            # Asked again when the line is up.
            return

    async def _keep_up(self) -> None:
        while True:
            try:
                async with self._connected() as socket:
                    self._socket = socket
                    self._is_up.set()
                    for command, _ in tuple(self._asked.values()):
                        await self._send(command)
                    async with beside(_beat(socket)):
                        async for frame in socket:
                            self._take(frame)
                self._watch.errors["socket closed"] += 1
            except (WebSocketException, OSError) as error:
                self._watch.errors[f"socket: {_reason(error)}"] += 1
            finally:
                self._socket = None
            await asyncio.sleep(RETRY_S)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientConnection]:
        cookie = (
            {"Cookie": f"aiguilleur_session={self._pass.cookie}"} if self._pass.cookie else None
        )
        async with connect(
            f"{self._url.replace('http', 'ws', 1)}/ws",
            origin=self._url,  # type: ignore[arg-type]  # a NewType of str
            subprotocols=["aiguilleur.v1"],  # type: ignore[list-item]  # same
            additional_headers=cookie,
            compression=None,
            ping_interval=None,
            proxy=None,
            local_addr=_address(self._url, self._number),
        ) as socket:
            hello = Hello(
                version=PROTOCOL_VERSION,
                last_seq=self._last_seq,
                token=self._pass.token,
                csrf=self._pass.csrf,
            )
            await socket.send(encode(hello).decode())
            yield socket

    def _take(self, frame: str | bytes) -> None:
        read = decode_outbound(frame)
        match read:
            case Happened(event=event):
                self._last_seq = event.seq
                self._heard(event)
            case Welcome():
                if read.snapshot is not None:
                    if self._last_seq is not None:
                        self._watch.errors["told to start afresh"] += 1
                    self._last_seq = read.seq
            case Ok() | Error():
                _, answer = self._asked.get(read.ref or "", (None, None))
                if answer is not None and not answer.done():
                    answer.set_result(read.code if isinstance(read, Error) else "")
            case _:
                pass


async def _beat(socket: ClientConnection) -> None:
    beat = encode(Ping()).decode()
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        await socket.send(beat)


def _address(url: str, number: int) -> tuple[str, int] | None:
    """Return where to call from: another address of loopback every so often, else any."""
    host = urlsplit(url).hostname or ""
    try:
        if not ipaddress.ip_address(host).is_loopback:
            return None
    except ValueError:
        return None
    place = number // _SOCKETS_PER_ADDRESS
    return f"127.0.{place // _ADDRESSES + 1}.{place % _ADDRESSES + 1}", 0


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidHandshake):
        return "handshake refused"
    return type(error).__name__
