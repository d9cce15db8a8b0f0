"""Sockets of agents and clients: frames in, frames out, one mailbox each."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from desktop.asking import carry_out, case_facts, case_of, require_pace
from desktop.core.intake import read_json
from desktop.core.permissions import Facts, may
from desktop.core.reader import Reader, sees
from desktop.edge import Edge, edge_of
from desktop.http import is_same
from desktop.problems import EdgeError, bad_command
from desktop.sessions import COOKIE, SignedIn
from store.schema.codec import decode_inbound, encode
from store.schema.frames import (
    PROTOCOL_VERSION,
    AnyOutbound,
    Ask,
    CloseCode,
    Error,
    Happened,
    Hello,
    Ok,
    Ping,
    Pong,
    Shown,
    Typing,
    TypingNow,
    Watch,
    Welcome,
)
from store.schema.ids import AgentId
from store.schema.terms import Author, Role
from store.schema.views import Me, Snapshot

logger = logging.getLogger(__name__)
SUBPROTOCOL = "aiguilleur.v1"
_PAGE = 1_000
# How long a browser that does not read is waited for.
_CLOSE_S = 1.0


class _Closed(Exception):  # noqa: N818 - the ordinary end of a socket
    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class _Link:
    """One open socket and what it may still do."""

    edge: Edge
    socket: WebSocket
    signed_in: SignedIn
    reader: Reader
    heard_ms: int
    bad_frames: int = 0
    code: CloseCode = CloseCode.SIGNED_OUT
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def notice(self) -> None:
        """Something waits in the mailbox, or too much does."""
        if self.reader.is_too_slow:
            self.code = CloseCode.TOO_SLOW
            self.ending.set()
        self.wake.set()

    def end(self) -> None:
        """Close soon: the session is over."""
        self.code = CloseCode.SIGNED_OUT
        self.ending.set()

    async def send(self, frame: AnyOutbound) -> None:
        """Send a frame past the mailbox; order among replies is the order of the asking."""
        await self.socket.send({"type": "websocket.send", "text": encode(frame).decode()})


async def serve_socket(socket: WebSocket) -> None:
    """Serve one socket from its first frame to its end."""
    edge = edge_of(socket)
    origin = socket.headers.get("origin", "")
    if SUBPROTOCOL not in socket.scope.get("subprotocols", ()) or not (
        await edge.is_widget_origin(origin)
    ):
        await socket.close(CloseCode.FORBIDDEN)
        return
    await socket.accept(subprotocol=SUBPROTOCOL)
    code, is_gone = CloseCode.GOING_AWAY, False
    address = socket.client.host if socket.client else ""
    if not edge.crowd.enter(address):
        await socket.close(CloseCode.TOO_MANY_SOCKETS)
        return
    try:
        await _converse(edge, socket)
    except* _Closed as closed:
        first = closed.exceptions[0]
        code = first.code if isinstance(first, _Closed) else code
    except* (WebSocketDisconnect, WebSocketDisconnected):
        is_gone = True
    finally:
        edge.crowd.leave(address)
    if not is_gone:
        # The browser may have left while we were saying goodbye, or read nothing for long.
        with contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await socket.close(code)


async def _converse(edge: Edge, socket: WebSocket) -> None:
    hello = await _first_frame(edge, socket)
    token = hello.token or socket.cookies.get(COOKIE, "")
    signed_in = await edge.sessions.find(token)
    if signed_in is None:
        raise _Closed(CloseCode.SIGNED_OUT)
    actor = signed_in.actor
    is_client = actor.role is Role.CLIENT
    if not is_client and (
        # The cookie alone is not enough: another site's page sends it too.
        hello.token
        or not is_same(hello.csrf, signed_in.session.csrf)
        or not edge.is_own_origin(socket.headers.get("origin", ""))
    ):
        raise _Closed(CloseCode.FORBIDDEN)
    limits = edge.settings.limits
    most = limits.sockets_per_client if is_client else limits.sockets_per_agent
    if edge.hub.sockets_of(actor.id) >= most:
        raise _Closed(CloseCode.TOO_MANY_SOCKETS)
    link = _Link(
        edge=edge,
        socket=socket,
        signed_in=signed_in,
        reader=Reader(actor, queued_events=limits.queued_events, queued_bytes=limits.queued_bytes),
        heard_ms=edge.clock.now_ms(),
    )
    await _stay(link, hello)


async def _first_frame(edge: Edge, socket: WebSocket) -> Hello:
    try:
        async with asyncio.timeout(edge.settings.limits.hello_ms / 1000):
            frame = read_json(decode_inbound, await _receive(socket))
    except TimeoutError as error:
        raise _Closed(CloseCode.SILENT) from error
    except msgspec.DecodeError as error:
        raise _Closed(CloseCode.BAD_FRAME) from error
    if not isinstance(frame, Hello) or frame.version != PROTOCOL_VERSION:
        raise _Closed(CloseCode.BAD_FRAME)
    return frame


async def _stay(link: _Link, hello: Hello) -> None:
    hub, actor = link.edge.hub, link.reader.actor
    is_agent = actor.role is not Role.CLIENT
    is_first = is_agent and hub.sockets_of(actor.id) == 0
    attendance = link.edge.attendance
    snapshot = hub.join(link.reader, link.notice)
    guarded = link.edge.guard.watching(link.signed_in.session.token_hash, link.end)
    try:
        await _welcome(link, hello, snapshot)
        if is_first:
            await attendance.arrive(actor.id)
        async with guarded, asyncio.TaskGroup() as tasks:
            tasks.create_task(_write(link))
            tasks.create_task(_watch_end(link))
            tasks.create_task(_read(link))
    finally:
        hub.leave(link.reader)
        if is_agent and hub.sockets_of(actor.id) == 0:
            await attendance.part(actor.id)


# The start: afresh or from the last event seen.


async def _welcome(link: _Link, hello: Hello, snapshot: Snapshot) -> None:
    missed = await _missed(link, hello.last_seq, snapshot.seq)
    actor = link.reader.actor
    await link.send(
        Welcome(
            version=PROTOCOL_VERSION,
            seq=snapshot.seq,
            now_ms=link.edge.clock.now_ms(),
            me=None if actor.role is Role.CLIENT else await me_of(link.edge, link.signed_in),
            client=actor.id if actor.role is Role.CLIENT else None,  # type: ignore[arg-type]  # a client's actor id is its client id
            snapshot=snapshot if missed is None else None,
        )
    )
    for frame in missed or ():
        await link.send(frame)


async def _missed(link: _Link, last_seq: int | None, head: int) -> list[Happened | Shown] | None:
    """Return what the reader has not seen up to `head`, or None when it must start afresh."""
    limit = link.edge.settings.limits.resume_events
    if last_seq is None or last_seq > head or head - last_seq > limit:
        return None
    actor = link.reader.actor
    frames: list[Happened | Shown] = []
    seq = last_seq
    while seq < head:
        events = await link.edge.log.read(seq, _PAGE)
        if not events:
            break
        frames += [Happened(event=x) for x in events if x.seq <= head and sees(actor, x)]
        seq = events[-1].seq
    if actor.role is not Role.CLIENT:
        frames += [Shown(case=row) for row in link.edge.hub.cases_of(actor.id)]
    return frames


async def me_of(edge: Edge, signed_in: SignedIn) -> Me:
    """Return who is signed in, as the desktop shows it."""
    agent = AgentId(signed_in.actor.id)
    credential = await edge.records.credential_of(agent)
    profile = await edge.records.profile()
    row = edge.hub.rows.agents.get(agent)
    assert credential is not None
    return Me(
        agent=agent,
        name=row.name if row else credential.login,
        login=credential.login,
        role=signed_in.actor.role,
        language=credential.language,
        site=edge.settings.site,
        site_name=profile.name if profile else "",
    )


# The middle.


async def _write(link: _Link) -> None:
    while True:
        await link.wake.wait()
        link.wake.clear()
        for frame in link.reader.take():
            await link.socket.send({"type": "websocket.send", "text": frame})


async def _watch_end(link: _Link) -> None:
    limit_ms = link.edge.settings.limits.silence_ms
    while True:
        silent_ms = link.edge.clock.now_ms() - link.heard_ms
        if silent_ms >= limit_ms:
            raise _Closed(CloseCode.SILENT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout((limit_ms - silent_ms) / 1000):
                await link.ending.wait()
                raise _Closed(link.code)


async def _read(link: _Link) -> None:
    while True:
        text = await _receive(link.socket)
        link.heard_ms = link.edge.clock.now_ms()
        link.edge.guard.hear(link.signed_in.session.token_hash)
        if link.ending.is_set():
            raise _Closed(link.code)
        await _take(link, text)


async def _receive(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text = message.get("text")
    if text is None:
        raise _Closed(CloseCode.BAD_FRAME)
    assert isinstance(text, str)
    return text


async def _take(link: _Link, text: str) -> None:
    try:
        frame = read_json(decode_inbound, text)
    except msgspec.DecodeError as error:
        await _refuse(link, text, bad_command(error))
        return
    match frame:
        case Ping():
            await link.send(Pong(now_ms=link.heard_ms))
        case Ask():
            await _ask(link, frame)
        case TypingNow():
            await _typing(link, frame)
        case Watch():
            if may(link.reader.actor, "watch", Facts()):
                link.reader.watched = frame.case
        case Hello():
            await _refuse(link, text, EdgeError("bad_command", "hello is said once."))


class _HasRef(msgspec.Struct):
    ref: str = ""


class _HasCommand(msgspec.Struct):
    command: _HasRef | None = None


_decode_ref = msgspec.json.Decoder(_HasCommand).decode


async def _refuse(link: _Link, text: str, error: EdgeError) -> None:
    """Answer a frame that is not one, with its ref where it has any."""
    link.bad_frames += 1
    if link.bad_frames > link.edge.settings.limits.bad_frames:
        raise _Closed(CloseCode.BAD_FRAME)
    try:
        asked = read_json(_decode_ref, text).command
    except msgspec.DecodeError:
        asked = None
    ref = asked.ref if asked and asked.ref else None
    await link.send(Error(ref=ref, code=error.code, message=error.message, field=error.field))


async def _ask(link: _Link, frame: Ask) -> None:
    ref = frame.command.ref
    try:
        reply = await carry_out(link.edge, link.reader.actor, frame.command)
    except EdgeError as error:
        await link.send(Error(ref=ref, code=error.code, message=error.message, field=error.field))
        return
    await link.send(Ok(ref=ref, seq=reply.seq))


async def _typing(link: _Link, frame: TypingNow) -> None:
    actor = link.reader.actor
    try:
        require_pace(link.edge, actor)
    except EdgeError:
        # A sign that is too much is not worth an answer.
        return
    row = await case_of(link.edge, frame.case)
    if row is None or not may(actor, "typing", case_facts(row)):
        return
    name = actor.name
    if actor.role is not Role.CLIENT:
        agent = link.edge.hub.rows.agents.get(AgentId(actor.id))
        name = agent.name if agent else ""
    author = Author.CLIENT if actor.role is Role.CLIENT else Author.AGENT
    await link.edge.hub.signal(Typing(case=frame.case, author=author, name=name))
