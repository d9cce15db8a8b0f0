"""Whatever comes in is answered clearly, nothing is lost, and nobody else is disturbed."""

import json
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from websockets.exceptions import ConnectionClosed

from store.clock import SystemClock
from store.schema.codec import encode
from store.schema.commands import MarkRead, OpenCase, SendMessage, SetPresence
from store.schema.frames import Error, Happened, Hello, Ok, Ping, Pong
from store.schema.ids import CaseId, FileId, MessageId
from store.schema.terms import Channel, FileRef, Presence
from store.settings import Limits
from tests.desktop.site import SECRET, SHOP, Site, Socket, on_site

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
A_DAY_S = 86_400


def opening(site: Site, case: str = "case_1") -> OpenCase:
    return OpenCase(ref=site.ref(), case=CaseId(case), channel=Channel.CHAT, subject="other")


def message(site: Site, number: int, text: str = "Bonjour", case: str = "case_1") -> SendMessage:
    return SendMessage(
        ref=site.ref(), case=CaseId(case), message=MessageId(f"message_{number}"), text=text
    )


async def still_works(socket: Socket) -> None:
    await socket.connection.send(encode(Ping()).decode())
    assert isinstance(await socket.until(Pong), Pong)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("{", "bad_json", ""),
        ("[1]", "bad_command", ""),
        ('{"type":"dance"}', "bad_command", "type"),
        ('{"type":"ask","command":{"type":"dance","ref":"x"}}', "bad_command", "command.type"),
        (
            '{"type":"ask","command":{"type":"send_message","ref":"x","case":"case_1",'
            '"message":"message_1","text":7}}',
            "bad_command",
            "command.text",
        ),
    ],
)
def test_a_frame_that_is_none_is_answered_and_the_socket_goes_on(
    tmp_path: Path, text: str, code: str, field: str
) -> None:
    async def story(site: Site) -> None:
        async with site.as_visitor(await site.visitor()) as socket:
            await socket.connection.send(text)
            error = await socket.until(Error)
            assert isinstance(error, Error)
            assert (error.code, error.field.removeprefix(".")) == (code, field)
            assert error.ref == ("x" if '"x"' in text else None)
            await still_works(socket)

    on_site(tmp_path, story)


def test_only_so_many_bad_frames(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with (
            site.as_visitor(await site.visitor()) as bad,
            site.as_visitor(await site.visitor()) as other,
        ):
            for _ in range(11):
                await bad.connection.send("{")
            assert await bad.closed_with() == 4400
            await still_works(other)

    on_site(tmp_path, story)


def test_an_oversize_frame_closes_its_socket_only(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with (
            site.as_visitor(await site.visitor()) as bad,
            site.as_visitor(await site.visitor()) as other,
        ):
            await bad.connection.send("x" * 70_000)
            assert await bad.closed_with() == 1009
            await still_works(other)

    on_site(tmp_path, story)


def test_a_foreign_page_gets_no_socket_and_no_answer(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        with pytest.raises(Exception, match="403"):
            async with site.dial(origin="https://evil.example"):
                pass
        browser, _ = await site.staff("lea")
        async with browser:
            answer = await browser.post(
                "/api/v1/commands",
                content=encode(SetPresence(ref="x", presence=Presence.BUSY)),
                headers={"Origin": "https://evil.example"},
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
            widget = await browser.get("/api/v1/widget/profile", headers={"Origin": SHOP})
            assert widget.headers["access-control-allow-origin"] == SHOP
            desk = await browser.get("/api/v1/session", headers={"Origin": SHOP})
            assert "access-control-allow-origin" not in desk.headers

    on_site(tmp_path, story)


def test_a_desktop_needs_its_csrf_token_on_every_transport(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, token = await site.staff("lea")
        async with browser:
            body = encode(SetPresence(ref="x", presence=Presence.BUSY))
            headers = {"X-CSRF-Token": "guess"}
            answer = await browser.post("/api/v1/commands", content=body, headers=headers)
            assert answer.json()["code"] == "csrf"
        async with site.dial(cookie=token) as connection:
            await connection.send(encode(Hello(version=1, csrf="guess")).decode())
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 4403

    on_site(tmp_path, story)


def test_an_ended_session_closes_the_socket_at_its_next_word(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, token = await site.staff("lea")
        async with browser:
            assert (await browser.get("/api/v1/session")).status_code == 200
            assert (await browser.delete("/api/v1/session")).status_code == 204
            again = await browser.get(
                "/api/v1/session", headers={"Cookie": f"aiguilleur_session={token}"}
            )
            assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")
            async with site.dial(cookie=token) as connection:
                hello = Hello(version=1, csrf=browser.headers["X-CSRF-Token"])
                await connection.send(encode(hello).decode())
                with pytest.raises(ConnectionClosed):
                    await connection.recv()
                assert connection.close_code == 4401

    on_site(tmp_path, story)


def test_signing_out_ends_the_sockets_that_are_open(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with site.as_staff("lea") as lea, site.as_staff("karim") as karim:
            await site.records.end_sessions_of("agent_lea")
            await lea.connection.send(encode(Ping()).decode())
            assert await lea.closed_with() == 4401
            await still_works(karim)

    on_site(tmp_path, story)


def test_anothers_case_is_out_of_reach(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with (
            site.as_visitor(await site.visitor()) as owner,
            site.as_visitor(await site.visitor()) as stranger,
        ):
            assert isinstance(await owner.ask(opening(site)), Ok)
            for command in (
                message(site, 1),
                MarkRead(ref=site.ref(), case=CaseId("case_1"), up_to=MessageId("message_1")),
                message(site, 2, case="case_never"),
            ):
                answer = await stranger.ask(command)
                assert isinstance(answer, Error)
                assert answer.code == "forbidden"
            assert isinstance(await owner.ask(message(site, 3)), Ok)

    on_site(tmp_path, story)


def test_a_message_sent_twice_is_one_message(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session = await site.visitor()
        async with site.as_visitor(session) as socket:
            await socket.ask(opening(site))
            said = message(site, 1)
            first, second = await socket.ask(said), await socket.ask(said)
            assert first == second
            other = SendMessage(ref=said.ref, case=said.case, message=said.message, text="Non")
            assert getattr(await socket.ask(other), "code", "") == "ref_reused"
            same_id = message(site, 1, text="Autre")
            assert getattr(await socket.ask(same_id), "code", "") == "message_exists"
        async with httpx.AsyncClient(base_url=site.url) as browser:
            history = await browser.get(
                "/api/v1/widget/events", headers={"Authorization": f"Bearer {session.token}"}
            )
        texts = [x["text"] for x in history.json()["events"] if x["type"] == "message.sent"]
        assert texts == ["Bonjour"]

    on_site(tmp_path, story)


def _token(claims: dict[str, object], secret: str = SECRET) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def test_only_the_sites_own_signature_names_a_client(tmp_path: Path) -> None:
    now_s = SystemClock().now_ms() // 1000
    good = {"sub": "MH-1", "name": "Camille", "exp": now_s + 3600}
    unsigned = _token(good).rpartition(".")[0] + "."
    bad = {
        "forged": (_token(good, "another-secret-of-somebody-else-entirely"), "bad_token"),
        "unsigned": (unsigned, "bad_token"),
        "nonsense": ("a.b.c", "bad_token"),
        "no end": (_token({"sub": "MH-1"}), "bad_token"),
        "expired": (_token({**good, "exp": now_s - 1}), "expired_token"),
        "too long": (_token({**good, "exp": now_s + 2 * A_DAY_S}), "expired_token"),
    }

    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            for name, (token, code) in bad.items():
                answer = await browser.post("/api/v1/widget/session", json={"token": token})
                assert (answer.status_code, answer.json()["code"]) == (401, code), name
            answer = await browser.post("/api/v1/widget/session", json={"token": _token(good)})
            known = answer.json()
            assert known["is_signed"]
            again = await browser.post("/api/v1/widget/session", json={"token": _token(good)})
            assert again.json()["client"] == known["client"]
            claimed = await browser.post("/api/v1/widget/session", json={"name": "Camille"})
            assert not claimed.json()["is_signed"]
            assert claimed.json()["client"] != known["client"]

    on_site(tmp_path, story)


def test_nobody_goes_on_in_a_conversation_that_is_not_theirs(tmp_path: Path) -> None:
    now_s = SystemClock().now_ms() // 1000
    camille = _token({"sub": "MH-1", "name": "Camille", "exp": now_s + 3600})
    yanis = _token({"sub": "MH-2", "name": "Yanis", "exp": now_s + 3600})

    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:

            async def open_with(**asked: str) -> dict[str, str]:
                answer = await browser.post("/api/v1/widget/session", json=asked)
                opened: dict[str, str] = answer.json()
                return opened

            hers = await open_with(token=camille)
            again = await open_with(token=camille, resume=hers["token"])
            assert again["token"] == hers["token"]
            his = await open_with(token=yanis, resume=hers["token"])
            assert his["client"] != hers["client"]
            signed_out = await open_with(resume=hers["token"])
            assert signed_out["client"] != hers["client"]
            visitor = await open_with()
            assert (await open_with(resume=visitor["token"]))["client"] == visitor["client"]

    on_site(tmp_path, story)


def test_attachments_are_bounded_and_are_what_they_say(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session, stranger = await site.visitor(), await site.visitor()
        headers = {"Authorization": f"Bearer {session.token}"}
        async with httpx.AsyncClient(base_url=site.url, headers=headers) as browser:
            large = await browser.post(
                "/api/v1/files", files={"file": ("a.png", PNG + b"\x00" * (11 << 20))}
            )
            assert (large.status_code, large.json()["code"]) == (413, "too_big")
            disguised = await browser.post("/api/v1/files", files={"file": ("a.png", b"MZ\x90")})
            assert (disguised.status_code, disguised.json()["code"]) == (415, "type_not_allowed")
            kept = await browser.post("/api/v1/files", files={"file": ("a.png", PNG)})
            assert kept.status_code == 201
            file = kept.json()["file"]
            loaded = await browser.get(f"/api/v1/files/{file}")
            assert loaded.content == PNG
            assert loaded.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in loaded.headers["content-security-policy"]
            theirs = {"Authorization": f"Bearer {stranger.token}"}
            assert (await browser.get(f"/api/v1/files/{file}", headers=theirs)).status_code == 404
        async with site.as_visitor(stranger) as socket:
            await socket.ask(opening(site))
            stolen = FileRef(file=FileId(file), name="x", media_type="image/png", size_bytes=1)
            command = SendMessage(
                ref=site.ref(),
                case=CaseId("case_1"),
                message=MessageId("message_1"),
                files=(stolen,),
            )
            assert getattr(await socket.ask(command), "code", "") == "not_found"

    on_site(tmp_path, story)


def test_too_many_failed_sign_ins_lock_the_login(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            given = {"login": "lea", "password": "wrong"}
            codes = [
                (await browser.post("/api/v1/session", json=given)).json()["code"] for _ in range(6)
            ]
        assert codes == ["wrong_password"] * 5 + ["locked_out"]

    on_site(tmp_path, story)


def test_a_flood_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with (
            site.as_visitor(await site.visitor()) as flood,
            site.as_visitor(await site.visitor()) as other,
        ):
            await flood.ask(opening(site))
            answers = [await flood.ask(message(site, number)) for number in range(5)]
            assert [getattr(x, "code", "ok") for x in answers][-1] == "too_fast"
            assert isinstance(await other.ask(opening(site, "case_2")), Ok)

    on_site(tmp_path, story, Limits(client_messages_per_minute=4))


def test_one_person_has_so_many_sockets(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session = await site.visitor()
        async with site.as_visitor(session) as first, site.dial() as second:
            await second.send(encode(Hello(version=1, token=session.token)).decode())
            with pytest.raises(ConnectionClosed):
                await second.recv()
            assert second.close_code == 4409
            await still_works(first)

    on_site(tmp_path, story, Limits(sockets_per_client=1))


def test_an_unknown_path_and_method_are_problems_too(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            lost = await browser.get("/api/v1/nowhere")
            wrong = await browser.put("/api/v1/session")
            large = await browser.post("/api/v1/session", content=b" " * 70_000)
            broken = await browser.post("/api/v1/session", content=b"{")
        for answer, status in ((lost, 404), (wrong, 405), (large, 413), (broken, 400)):
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert json.loads(answer.text)["code"]

    on_site(tmp_path, story)


def test_a_socket_that_resumes_gets_what_it_missed_once(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session = await site.visitor()
        async with site.as_visitor(session) as socket:
            await socket.ask(opening(site))
            answer = await socket.ask(message(site, 1))
            assert isinstance(answer, Ok)
        async with site.as_staff("nadia") as nadia:
            # Said while the visitor's socket was away.
            assert isinstance(await nadia.ask(message(site, 2, text="Ici")), Ok)
        async with site.as_visitor(session, last_seq=answer.seq) as socket:
            assert socket.welcome.snapshot is None
            missed = await socket.until(Happened)
            assert isinstance(missed, Happened)
            assert missed.event.seq > answer.seq
            await socket.connection.send(encode(Ping()).decode())
            rest = []
            while not isinstance(frame := await socket.receive(), Pong):
                rest.append(frame)
            assert not [x for x in rest if isinstance(x, Happened)]

    on_site(tmp_path, story)
