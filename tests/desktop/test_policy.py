"""The policy over HTTP: read in both forms, tried, applied once, and bad input answered."""

from pathlib import Path

import httpx
import msgspec
import pytest

from store.policy.reading import read_toml
from store.schema.commands import (
    ConfigurePolicy,
    ConfigureQueue,
    OpenCase,
    RegisterClient,
    SwitchQueue,
)
from store.schema.frames import Ok
from store.schema.ids import CaseId, ClientId, QueueId
from store.schema.policies import (
    FaultyProblem,
    PolicyPage,
    PolicyPreview,
    PolicyRevisions,
)
from store.schema.terms import (
    Channel,
    Hours,
    Label,
    Opening,
    Policy,
    Ring,
    Segment,
    SegmentRule,
    SkillLevel,
)
from tests.desktop.site import Site, on_site

TOML = {"Content-Type": "application/toml"}
JSON = {"Content-Type": "application/json"}
LABEL = Label(fr="File", en="Queue")
GENERAL = QueueId("queue_general")


async def page_of(browser: httpx.AsyncClient) -> PolicyPage:
    answer = await browser.get("/api/v1/policy")
    assert answer.status_code == 200, answer.text
    page = msgspec.json.decode(answer.content, type=PolicyPage)
    assert answer.headers["etag"] == f'"{page.revision}"'
    return page


def test_it_is_one_document_in_two_forms(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await site.tell(ConfigurePolicy(ref="p", policy=Policy(earmark_ms=90_000)))
        browser, _ = await site.staff("paul")
        async with browser:
            page = await page_of(browser)
            assert page.policy.earmark_ms == 90_000
            assert [bound.queue for bound in page.bounds] == [GENERAL]
            answer = await browser.get("/api/v1/policy", headers={"Accept": "application/toml"})
            assert answer.headers["content-type"].startswith("application/toml")
            assert answer.text == page.toml
            assert read_toml(answer.text) == page.policy

    on_site(tmp_path, story)


def test_it_is_applied_live_and_a_second_edit_of_the_same_revision_is_refused(
    tmp_path: Path,
) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("paul")
        async with browser:
            before = await page_of(browser)
            revision = {"If-Match": f'"{before.revision}"'}
            one = await browser.put(
                "/api/v1/policy", content='earmark = "90 s"', headers={**TOML, **revision}
            )
            assert (one.status_code, one.json()["revision"]) == (200, before.revision + 1)
            two = await browser.put(
                "/api/v1/policy", content=b'{"earmark_ms":1}', headers={**JSON, **revision}
            )
            assert (two.status_code, two.json()["code"]) == (412, "revision_changed")
            after = await page_of(browser)
            assert (after.revision, after.policy.earmark_ms) == (before.revision + 1, 90_000)
            # Both ways, and repeatable.
            again = {"If-Match": f"{after.revision}", "Idempotency-Key": "once"}
            for _ in range(2):
                three = await browser.put(
                    "/api/v1/policy",
                    content=msgspec.json.encode(Policy(earmark_ms=1)),
                    headers={**JSON, **again},
                )
                assert (three.status_code, three.json()["revision"]) == (200, after.revision + 1)
            found = await browser.get("/api/v1/policy/revisions?limit=2")
            revisions = msgspec.json.decode(found.content, type=PolicyRevisions).revisions
            assert [(x.revision, x.by, x.policy.earmark_ms) for x in revisions] == [
                (after.revision + 1, "agent_paul", 1),
                (after.revision, "agent_paul", 90_000),
            ]

    on_site(tmp_path, story)


def test_before_it_applies_it_says_which_cases_would_move(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        first, last = await site.visitor(), await site.visitor()
        vip = ClientId(last.client)
        await site.tell(RegisterClient(ref="v", client=vip, segment=Segment.VIP))
        for session, case in ((first, "case_1"), (last, "case_2")):
            async with site.as_visitor(session) as socket:
                opening = OpenCase(
                    ref=case, case=CaseId(case), channel=Channel.CHAT, subject="other"
                )
                assert isinstance(await socket.ask(opening), Ok)
        browser, _ = await site.staff("paul")
        async with browser:
            rule = SegmentRule(segment=Segment.VIP, head_start_ms=120_000)
            asked = msgspec.json.encode(Policy(segments=(rule,)))
            answer = await browser.post("/api/v1/policy/preview", content=asked, headers=JSON)
            preview = msgspec.json.decode(answer.content, type=PolicyPreview)
            moved = [(x.case, x.place, x.new_place, x.new_head_start_ms) for x in preview.moves]
            assert moved == [("case_2", 2, 1, 120_000), ("case_1", 1, 2, 0)]
            (queue,) = preview.queues
            assert (queue.waiting, queue.up, queue.down) == (2, 1, 1)
            assert queue.new_bound_ms - queue.bound_ms == 120_000
            assert read_toml(preview.toml) == preview.policy
            assert (await page_of(browser)).policy == Policy()

    on_site(tmp_path, story)


def test_bad_input_is_answered_with_its_place_and_changes_nothing(tmp_path: Path) -> None:
    bad = [
        ({}, b"{}", 415, "media_type"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "media_type"),
        (JSON, b"{", 422, "bad_policy"),
        (JSON, b"\xff\xfe", 422, "bad_policy"),
        (TOML, b"\xff\xfe", 422, "bad_policy"),
        (TOML, b"earmark = ", 422, "bad_policy"),
        (TOML, b"earmark = 5", 422, "bad_policy"),
        (TOML, b'default_queue = "queue_x"', 422, "bad_policy"),
        (JSON, b'{"default_queue":"queue_x"}', 422, "bad_policy"),
        (TOML, b"#" * 1_100_000, 413, "too_big"),
    ]

    async def story(site: Site) -> None:
        browser, _ = await site.staff("paul")
        async with browser:
            before = await page_of(browser)
            matched = {"If-Match": f'"{before.revision}"'}
            for headers, body, status, code in bad:
                for method, path in (("POST", "/policy/preview"), ("PUT", "/policy")):
                    answer = await browser.request(
                        method, f"/api/v1{path}", content=body, headers={**headers, **matched}
                    )
                    found = (answer.status_code, answer.json()["code"])
                    assert found == (status, code), (headers, body[:40])
            two = b'\nearmark = 5\ndrain_after = "x"'
            answer = await browser.post("/api/v1/policy/preview", content=two, headers=TOML)
            told = msgspec.json.decode(answer.content, type=FaultyProblem)
            assert [(fault.line, fault.field) for fault in told.faults] == [
                (2, "earmark"),
                (3, "drain_after"),
            ]
            for match, status, code in (
                ({}, 428, "revision_missing"),
                ({"If-Match": "*"}, 428, "revision_missing"),
                ({"If-Match": '"1", "2"'}, 428, "revision_missing"),
                ({"If-Match": f'"{before.revision + 9}"'}, 412, "revision_changed"),
                ({**matched, "Idempotency-Key": "no spaces"}, 422, "bad_command"),
            ):
                answer = await browser.put(
                    "/api/v1/policy", content=b"{}", headers={**JSON, **match}
                )
                assert (answer.status_code, answer.json()["code"]) == (status, code), match
            many = await browser.get("/api/v1/policy/revisions?limit=1000")
            assert many.json()["code"] == "bad_query"
            assert await page_of(browser) == before

    on_site(tmp_path, story)


MONDAY = Opening(weekday=1, opens="09:00", closes="18:30")


@pytest.mark.parametrize(
    ("queue", "field"),
    [
        (ConfigureQueue(ref="q", queue=GENERAL, label=Label(fr="", en="x")), "label.fr"),
        (
            ConfigureQueue(
                ref="q",
                queue=GENERAL,
                label=LABEL,
                hours=Hours(weekly=(MONDAY, MONDAY)),
            ),
            "hours.weekly[1].opens",
        ),
        (
            ConfigureQueue(
                ref="q", queue=GENERAL, label=LABEL, hours=Hours(weekly=(MONDAY,), country="ZZ")
            ),
            "hours.country",
        ),
        (
            ConfigureQueue(
                ref="q",
                queue=GENERAL,
                label=LABEL,
                hours=Hours(weekly=(MONDAY,), notice=Label(fr=" ", en="x")),
            ),
            "hours.notice.fr",
        ),
        (
            ConfigureQueue(
                ref="q", queue=GENERAL, label=LABEL, rings=(Ring(after_ms=1, queue=GENERAL),)
            ),
            "rings[0].queue",
        ),
        (
            ConfigureQueue(
                ref="q",
                queue=QueueId("queue_new"),
                label=LABEL,
                rings=(Ring(after_ms=-1, queue=GENERAL),),
            ),
            "rings[0].after_ms",
        ),
        (
            ConfigureQueue(
                ref="q",
                queue=GENERAL,
                label=LABEL,
                required=(SkillLevel(skill="s", level=6),),  # type: ignore[arg-type]  # as from outside
            ),
            "required[0].level",
        ),
    ],
)
def test_a_queue_that_cannot_be_is_refused_with_its_field(
    tmp_path: Path, queue: ConfigureQueue, field: str
) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("paul")
        async with browser:
            answer = await browser.post("/api/v1/commands", content=msgspec.json.encode(queue))
            told = answer.json()
            assert (answer.status_code, told["code"], told["field"]) == (422, "bad_queue", field)
            assert told["detail"]

    on_site(tmp_path, story)


def test_a_bad_policy_is_no_command_either(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff("paul")
        async with browser:
            command = ConfigurePolicy(ref="p", policy=Policy(earmark_ms=-1))
            answer = await browser.post("/api/v1/commands", content=msgspec.json.encode(command))
            told = answer.json()
            assert (told["code"], told["field"]) == ("bad_policy", "policy.earmark_ms")

    on_site(tmp_path, story)


def test_a_client_is_told_whether_the_queue_of_a_subject_is_open(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as widget:
            path = "/api/v1/widget/opening?subject=other"
            assert (await widget.get(path)).json() == {
                "is_open": True,
                "is_in_hours": True,
                "opens": None,
                "notice": None,
            }
            browser, _ = await site.staff("nadia")
            async with browser:
                close = SwitchQueue(ref="s", queue=GENERAL, is_open=False)
                answer = await browser.post("/api/v1/commands", content=msgspec.json.encode(close))
                assert answer.status_code == 200, answer.text
            assert not (await widget.get(path)).json()["is_open"]

    on_site(tmp_path, story)
