"""A whole site in one loop: SQLite, the real writer, the real app in real uvicorn on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from desktop.serving import WebServer, listen, web_config
from desktop.sessions import Sessions
from desktop.web import create_app
from router.service import run_writer
from store.beside import beside
from store.bus import MemoryBus
from store.clock import Ids, SystemClock
from store.database import Database
from store.files import FileStore
from store.lease import Lease
from store.log import EventLog
from store.post import Courier
from store.queries import CaseQueries
from store.records import Records
from store.schema.codec import decode_outbound, encode
from store.schema.commands import (
    SYSTEM,
    AnyCommand,
    ConfigureAgent,
    ConfigureQueue,
    DisconnectAgent,
    Envelope,
)
from store.schema.frames import AnyOutbound, Ask, Error, Hello, Ok, Welcome
from store.schema.ids import AgentId, QueueId
from store.schema.terms import BotScript, Label, Role
from store.schema.views import Credential, SiteProfile, WidgetSession
from store.settings import Limits, Settings

SECRET = "a-secret-of-the-site-for-tests-only"
SHOP = "https://shop.example"
NOTHING = Label(fr="", en="")
STAFF = {
    "lea": Role.AGENT,
    "karim": Role.AGENT,
    "nadia": Role.SUPERVISOR,
    "paul": Role.ADMINISTRATOR,
}


class Socket:
    """One open socket after its welcome."""

    def __init__(self, connection: ClientConnection, welcome: Welcome) -> None:
        self.connection = connection
        self.welcome = welcome

    async def receive(self) -> AnyOutbound:
        """Return the next frame."""
        async with asyncio.timeout(10):
            frame: AnyOutbound = decode_outbound(await self.connection.recv())
        return frame

    async def until(self, kind: type[AnyOutbound]) -> AnyOutbound:
        """Return the next frame of this kind, passing over the others."""
        while not isinstance(frame := await self.receive(), kind):
            pass
        return frame

    async def ask(self, command: AnyCommand) -> Ok | Error:
        """Ask, and return the answer to just this command."""
        await self.connection.send(encode(Ask(command=command)).decode())
        while True:
            frame = await self.receive()
            if isinstance(frame, Ok | Error) and frame.ref == command.ref:
                return frame

    async def closed_with(self) -> int:
        """Read to the end; return the code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.receive()
        assert self.connection.close_code is not None
        return self.connection.close_code


class Site:
    """The running site and ways in."""

    def __init__(self, url: str, records: Records, sessions: Sessions, courier: Courier) -> None:
        self.url = url
        self.records = records
        self.sessions = sessions
        self._courier = courier
        self._number = 0
        self.gone_seq = 0

    async def tell(self, command: AnyCommand) -> None:
        """Carry out a command as the system."""
        reply = await self._courier.ask(Envelope(actor=SYSTEM, command=command))
        assert reply.refusal is None, reply

    async def say_gone(self, agent: AgentId) -> None:
        """Say that an agent's last socket closed, whatever is true."""
        command = DisconnectAgent(ref=self.ref(), agent=agent)
        reply = await self._courier.ask(Envelope(actor=SYSTEM, command=command))
        self.gone_seq = reply.seq

    def ref(self) -> str:
        """Return a fresh ref."""
        self._number += 1
        return f"r{self._number}"

    async def staff(self, login: str) -> tuple[httpx.AsyncClient, str]:
        """Return a browser that is signed in, and its X-CSRF-Token."""
        credential = await self.records.credential(login)
        assert credential is not None
        token, session = await self.sessions.open_for_agent(credential, STAFF[login])
        headers = {"X-CSRF-Token": session.csrf, "Origin": self.url}
        cookies = {"aiguilleur_session": token}
        return httpx.AsyncClient(base_url=self.url, headers=headers, cookies=cookies), token

    async def visitor(self) -> WidgetSession:
        """Return a new visitor's session."""
        async with httpx.AsyncClient(base_url=self.url) as browser:
            answer = await browser.post("/api/v1/widget/session", json={})
        assert answer.status_code == 201, answer.text
        return msgspec.json.decode(answer.content, type=WidgetSession)

    def dial(
        self,
        *,
        origin: str | None = None,
        cookie: str = "",
        through: socket.socket | None = None,
    ) -> connect:
        """Return a socket that has said nothing yet."""
        return connect(
            self.url.replace("http", "ws") + "/ws",
            subprotocols=["aiguilleur.v1"],  # type: ignore[list-item]  # a NewType of str
            origin=origin or self.url,  # type: ignore[arg-type]  # a NewType of str
            additional_headers={"Cookie": f"aiguilleur_session={cookie}"} if cookie else {},
            sock=through,
        )

    @contextlib.asynccontextmanager
    async def as_visitor(
        self, session: WidgetSession, last_seq: int | None = None
    ) -> AsyncIterator[Socket]:
        """Open a visitor's socket."""
        async with self.dial() as connection:
            yield await _greeted(
                connection, Hello(version=1, token=session.token, last_seq=last_seq)
            )

    @contextlib.asynccontextmanager
    async def as_staff(
        self,
        login: str,
        last_seq: int | None = None,
        *,
        through: socket.socket | None = None,
    ) -> AsyncIterator[Socket]:
        """Open a desktop's socket."""
        browser, token = await self.staff(login)
        async with browser, self.dial(cookie=token, through=through) as connection:
            hello = Hello(version=1, csrf=browser.headers["X-CSRF-Token"], last_seq=last_seq)
            yield await _greeted(connection, hello)


async def _greeted(connection: ClientConnection, hello: Hello) -> Socket:
    await connection.send(encode(hello).decode())
    welcome = decode_outbound(await connection.recv())
    assert isinstance(welcome, Welcome)
    return Socket(connection, welcome)


def on_site(
    folder: Path, story: Callable[[Site], Awaitable[None]], limits: Limits | None = None
) -> None:
    """Run a story on a fresh site in this folder."""
    asyncio.run(_run(folder, story, limits or Limits()))


async def _run(folder: Path, story: Callable[[Site], Awaitable[None]], limits: Limits) -> None:
    listener = listen("127.0.0.1", 0)
    # Small, so that a test need not send megabytes before a reader is slow.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(data_dir=str(folder), public_url=url, limits=limits)
    clock, bus = SystemClock(), MemoryBus()
    ids = Ids(clock)
    database = await Database.open(settings.store_url)
    await database.migrate()
    log, lease = EventLog(database, settings.site), Lease(database, settings.site)
    records = Records(database, settings.site)
    is_writing, is_serving = asyncio.Event(), asyncio.Event()
    app = create_app(
        settings=settings,
        clock=clock,
        ids=ids,
        log=log,
        records=records,
        queries=CaseQueries(database, settings.site),
        files=FileStore(folder / "files"),
        courier=Courier(bus, settings.site, "web"),
        bus=bus,
    )
    server = WebServer(web_config(app, frame_bytes=limits.frame_bytes), is_serving.set)
    courier = Courier(bus, settings.site, "test")
    try:
        async with (
            beside(run_writer(settings, log, lease, bus, clock, is_ready=is_writing)),
            courier.running(),
        ):
            await is_writing.wait()
            site = Site(url, records, Sessions(records, clock, limits), courier)
            await _seed(site)
            async with beside(server.serve(sockets=[listener])):
                await is_serving.wait()
                await story(site)
                server.stop()
                server.stop()
    finally:
        listener.close()
        await database.close()


async def _seed(site: Site) -> None:
    profile = SiteProfile(
        name="Test",
        bot=BotScript(greeting=NOTHING, questions=(), handover=NOTHING),
        origins=(SHOP,),
        widget_secret=SECRET,
    )
    await site.records.save_profile(profile)
    queue = QueueId("queue_general")
    await site.tell(ConfigureQueue(ref="q", queue=queue, label=Label(fr="File", en="Queue")))
    for login, role in STAFF.items():
        agent = AgentId(f"agent_{login}")
        await site.tell(ConfigureAgent(ref=login, agent=agent, name=login.title(), role=role))
        await site.records.save_credential(
            Credential(agent=agent, login=login, password_hash="none")
        )
