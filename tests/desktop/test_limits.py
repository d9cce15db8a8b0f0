"""What one person, socket or address may take, and what they are told when it is too much."""

import asyncio
import socket as sockets
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from store.schema import events as e
from store.schema.codec import encode
from store.schema.commands import ConfigureAgent, OpenCase, SendMessage, SetPresence
from store.schema.frames import Error, Happened, Ok, Ping, Pong, TypingNow, Watch
from store.schema.ids import AgentId, CaseId, MessageId
from store.schema.terms import Channel, Presence, Role
from store.settings import Limits
from tests.desktop.site import Site, Socket, on_site

ONE = CaseId("case_1")


def opening(site: Site, case: CaseId = ONE) -> OpenCase:
    return OpenCase(ref=site.ref(), case=case, channel=Channel.CHAT, subject="other")


def message(site: Site, number: int, text: str = "Bonjour") -> SendMessage:
    return SendMessage(ref=site.ref(), case=ONE, message=MessageId(f"message_{number}"), text=text)


async def heard(socket: Socket, kind: type[e.AnyEvent]) -> e.AnyEvent:
    while True:
        frame = await socket.until(Happened)
        assert isinstance(frame, Happened)
        if isinstance(frame.event, kind):
            return frame.event


async def closed_with(connection: Socket) -> int | None:
    with pytest.raises(ConnectionClosed):
        await connection.connection.recv()
    return connection.connection.close_code


def test_who_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.dial() as connection:
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 4408

    on_site(tmp_path, story, Limits(hello_ms=100))


def test_a_silent_socket_is_closed(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.as_visitor(await site.visitor()) as socket:
            assert await closed_with(socket) == 4408

    on_site(tmp_path, story, Limits(silence_ms=200))


def test_an_address_has_so_many_sockets(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.dial(), site.dial() as second:
            with pytest.raises(ConnectionClosed):
                await second.recv()
            assert second.close_code == 4409
        async with site.as_visitor(await site.visitor()) as socket:
            assert isinstance(await socket.ask(opening(site)), Ok)

    on_site(tmp_path, story, Limits(sockets_per_address=1))


def test_pace_is_of_the_person_and_not_of_the_socket(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session = await site.visitor()
        bearer = {"Authorization": f"Bearer {session.token}"}
        async with (
            site.as_visitor(session) as first,
            site.as_visitor(session) as second,
            httpx.AsyncClient(base_url=site.url, headers=bearer) as browser,
        ):
            assert isinstance(await first.ask(opening(site)), Ok)
            assert isinstance(await second.ask(message(site, 1)), Ok)
            for _ in range(50):
                await first.connection.send(encode(TypingNow(case=ONE)).decode())
            # Frames of one socket are taken in order: the answer says that all were taken.
            await first.connection.send(encode(Ping()).decode())
            await first.until(Pong)
            refused = await second.ask(message(site, 2))
            assert isinstance(refused, Error)
            assert refused.code == "too_fast"
            answer = await browser.post("/api/v1/commands", content=encode(message(site, 3)))
            assert (answer.status_code, answer.json()["code"]) == (429, "too_fast")
            answer = await browser.post("/api/v1/files", files={"file": ("a.txt", b"a")})
            assert answer.json()["code"] == "too_fast"

    on_site(tmp_path, story, Limits(client_messages_per_minute=20))


def test_who_does_not_read_is_closed_and_the_others_go_on(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.as_visitor(await site.visitor()) as zoe, site.as_staff("paul") as paul:
            assert isinstance(await zoe.ask(opening(site)), Ok)
            with sockets.socket() as narrow:
                narrow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
                port = httpx.URL(site.url).port
                await asyncio.to_thread(narrow.connect, ("127.0.0.1", port))
                narrow.setblocking(False)
                async with site.as_staff("nadia", through=narrow) as nadia:
                    watch = Watch(case=ONE)
                    await nadia.connection.send(encode(watch).decode())
                    for number in range(80):
                        sent = await zoe.ask(message(site, number, "x" * 8000))
                        assert isinstance(sent, Ok)
                    while True:
                        gone = await heard(paul, e.AgentDisconnected)
                        assert isinstance(gone, e.AgentDisconnected)
                        if gone.agent == "agent_nadia":
                            break
                    assert await nadia.closed_with() in {4430, 1006}
            assert isinstance(await zoe.ask(message(site, 99)), Ok)

    on_site(tmp_path, story, Limits(queued_events=8))


def test_a_long_batch_is_not_a_slow_reader(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.as_staff("nadia") as nadia, asyncio.TaskGroup() as tasks:
            for number in range(100):
                name = AgentId(f"agent_{number}")
                tasks.create_task(
                    site.tell(ConfigureAgent(ref=f"n{number}", agent=name, name="New"))
                )
            for _ in range(100):
                await heard(nadia, e.AgentConfigured)

    on_site(tmp_path, story, Limits(queued_events=70))


def test_other_rights_end_the_session(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("nadia")
        async with browser, site.as_staff("nadia") as nadia:
            assert (await browser.get("/api/v1/session")).status_code == 200
            nadia_id = AgentId("agent_nadia")
            await site.tell(
                ConfigureAgent(ref="demote", agent=nadia_id, name="Nadia", role=Role.AGENT)
            )
            await heard(nadia, e.AgentConfigured)
            assert (await browser.get("/api/v1/session")).status_code == 401
            await nadia.connection.send('{"type":"ping"}')
            assert await nadia.closed_with() == 4401

    on_site(tmp_path, story)


def test_who_has_left_cannot_sign_in(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("lea")
        async with browser, site.as_staff("paul") as paul:
            lea = AgentId("agent_lea")
            await site.tell(ConfigureAgent(ref="gone", agent=lea, name="Lea", is_active=False))
            await heard(paul, e.AgentConfigured)
            assert (await browser.get("/api/v1/workbench")).status_code == 401

    on_site(tmp_path, story)


def test_a_command_of_the_edge_is_refused_from_a_socket(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.as_staff("paul") as paul:
            await paul.connection.send(
                '{"type":"ask","command":{"type":"disconnect_agent","ref":"x","agent":"agent_lea"}}'
            )
            error = await paul.until(Error)
            assert isinstance(error, Error)
            assert (error.ref, error.code) == ("x", "forbidden")

    on_site(tmp_path, story)


def test_who_is_said_to_be_gone_and_is_not_comes_back(tmp_path: Path) -> None:
    """As when another web process loses a tab of somebody who has one here too."""

    async def story(site: Site) -> None:
        async with site.as_staff("nadia") as nadia, site.as_staff("lea") as lea:
            assert isinstance(await lea.ask(SetPresence(ref="p", presence=Presence.AVAILABLE)), Ok)
            await site.say_gone(AgentId("agent_lea"))
            while True:
                back = await heard(nadia, e.AgentConnected)
                assert isinstance(back, e.AgentConnected)
                if back.agent == "agent_lea" and back.seq > site.gone_seq:
                    break

    on_site(tmp_path, story)


def test_too_many_at_once_are_not_all_checked(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        given = {"login": "lea", "password": "wrong"}
        async with httpx.AsyncClient(base_url=site.url) as browser, asyncio.TaskGroup() as tasks:
            asked = [
                tasks.create_task(browser.post("/api/v1/session", json=given)) for _ in range(12)
            ]
            codes = [(await each).json()["code"] for each in asked]
        assert sorted(codes) == ["locked_out"] * 7 + ["wrong_password"] * 5

    on_site(tmp_path, story)
