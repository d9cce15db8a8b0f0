"""The widget's door: identities, other sites' pages, and files that go with a message."""

import asyncio
import base64
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from store.clock import SystemClock
from store.schema.commands import OpenCase, SendMessage
from store.schema.events import MessageSent
from store.schema.frames import Error, Happened, Ok
from store.schema.ids import CaseId, FileId, MessageId
from store.schema.terms import Channel, FileRef
from tests.desktop.site import SECRET, SHOP, Site, on_site

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
NOW_S = SystemClock().now_ms() // 1000
GOOD: dict[str, object] = {"sub": "MH-1", "name": "Camille", "exp": NOW_S + 3600}


def signed(claims: dict[str, object]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ODD = {
    "a list for a segment": signed({**GOOD, "segment": ["vip"]}),
    "a segment that is none": signed({**GOOD, "segment": "king"}),
    "a name of another kind": signed({**GOOD, "name": {"first": "C"}}),
    "a name with a NUL": signed({**GOOD, "name": "C\x00"}),
    "a name without end": signed({**GOOD, "name": "C" * 201}),
    "nobody": signed({**GOOD, "sub": ""}),
    "a critical header of another kind": part('{"alg":"HS256","crit":5}') + ".e30.AAAA",
    "no algorithm": part('{"alg":"none"}') + ".e30.",
    "a deep header": part("[" * 30_000) + ".e30.AAAA",
    "letters of another kind": "é.é.é",
    "an encrypted one": "a.b.c.d.e",
}


def test_an_odd_identity_is_a_bad_token(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            for name, token in ODD.items():
                answer = await browser.post("/api/v1/widget/session", json={"token": token})
                assert (answer.status_code, answer.json()["code"]) == (401, "bad_token"), name
            for claims in ({**GOOD, "exp": 10**40}, {**GOOD, "exp": NOW_S - 30}):
                token = signed(claims)
                answer = await browser.post("/api/v1/widget/session", json={"token": token})
                assert answer.json()["code"] == "expired_token"
            # The insurer's clock may be a little ahead of ours.
            token = signed({**GOOD, "iat": NOW_S + 20})
            answer = await browser.post("/api/v1/widget/session", json={"token": token})
            assert answer.status_code == 201

    on_site(tmp_path, story)


def test_two_tabs_of_one_new_client_are_one_client(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        body = {"token": signed(GOOD)}
        async with httpx.AsyncClient(base_url=site.url) as browser:
            async with asyncio.TaskGroup() as tasks:
                asked = [
                    tasks.create_task(browser.post("/api/v1/widget/session", json=body))
                    for _ in range(4)
                ]
            answers = [each.result() for each in asked]
        assert [answer.status_code for answer in answers] == [201] * 4
        assert len({answer.json()["client"] for answer in answers}) == 1

    on_site(tmp_path, story)


def test_a_claim_without_a_signature_is_refused_not_ignored(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            answer = await browser.post("/api/v1/widget/session", json={"sub": "MH-1"})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_command")

    on_site(tmp_path, story)


def test_only_pages_of_the_site_may_read_and_only_the_widgets_answers(tmp_path: Path) -> None:
    preflight = {"Access-Control-Request-Method": "POST"}

    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            for path, origin, is_allowed in (
                ("/api/v1/widget/session", SHOP, True),
                ("/api/v1/files", SHOP, True),
                ("/api/v1/commands", SHOP, False),
                ("/api/v1/session", SHOP, False),
                ("/api/v1/widget/session", SHOP + ".evil.example", False),
                ("/api/v1/widget/session", "null", False),
                ("/api/v1/widget/session", "", False),
            ):
                answer = await browser.options(path, headers={"Origin": origin, **preflight})
                allowed = answer.headers.get("access-control-allow-origin")
                assert allowed == (origin if is_allowed else None), (path, origin)
                assert "access-control-allow-credentials" not in answer.headers
            foreign = {"Origin": "https://evil.example"}
            answer = await browser.post("/api/v1/widget/session", json={}, headers=foreign)
            assert answer.json()["code"] == "foreign_origin"

    on_site(tmp_path, story)


def test_whoever_is_told_of_a_file_can_load_it_at_once(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        session = await site.visitor()
        bearer = {"Authorization": f"Bearer {session.token}"}
        name = '../été "x"\r\n.png'
        async with (
            httpx.AsyncClient(base_url=site.url, headers=bearer) as browser,
            site.as_visitor(session) as visitor,
            site.as_staff("nadia") as nadia,
        ):
            desk, _ = await site.staff("nadia")
            for case in ("case_1", "case_2"):
                opened = await visitor.ask(
                    OpenCase(
                        ref=site.ref(), case=CaseId(case), channel=Channel.CHAT, subject="other"
                    )
                )
                assert isinstance(opened, Ok)
            kept = await browser.post("/api/v1/files", files={"file": ("été.png", PNG)})
            file = FileRef(
                file=FileId(kept.json()["file"]), name=name, media_type="text/html", size_bytes=1
            )
            await nadia.connection.send('{"type":"watch","case":"case_1"}')
            await nadia.connection.send('{"type":"ping"}')
            sent = await visitor.ask(showing(site, "case_1", 1, file))
            assert isinstance(sent, Ok)
            async with desk:
                while True:
                    frame = await nadia.until(Happened)
                    if isinstance(frame, Happened) and isinstance(frame.event, MessageSent):
                        break
                # What the message shows is what was uploaded, not what it claimed.
                assert frame.event.files[0].media_type == "image/png"
                assert frame.event.files[0].name == "été.png"
                loaded = await desk.get(f"/api/v1/files/{file.file}")
                assert loaded.content == PNG
                assert loaded.headers["content-disposition"].endswith("%C3%A9t%C3%A9.png")
            # A file is of one case.
            again = await visitor.ask(showing(site, "case_2", 2, file))
            assert isinstance(again, Error)
            assert again.code == "not_found"

    on_site(tmp_path, story)


def showing(site: Site, case: str, number: int, file: FileRef) -> SendMessage:
    return SendMessage(
        ref=site.ref(), case=CaseId(case), message=MessageId(f"message_{number}"), files=(file,)
    )


ODD_QUESTIONS = {
    "/api/v1/cases?text=%00": 422,
    "/api/v1/cases?limit=%C2%B2": 422,
    "/api/v1/cases?limit=" + "9" * 5000: 422,
    "/api/v1/cases?cursor=zzz": 422,
    "/api/v1/cases?status=lost": 422,
    "/api/v1/cases/case_1%00": 422,
    "/api/v1/cases/nowhere": 404,
    "/api/v1/clients/nowhere": 404,
    "/api/v1/files/..%2F..%2Fetc": 404,
    "/api/v1/notifications?before=abc": 422,
    "/api/v1/notifications?before=-1": 422,
}


def test_odd_questions_get_a_problem(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("lea")
        async with browser:
            for path, status in ODD_QUESTIONS.items():
                answer = await browser.get(path)
                assert answer.status_code == status, path
                assert answer.headers["content-type"] == "application/problem+json"

    on_site(tmp_path, story)
