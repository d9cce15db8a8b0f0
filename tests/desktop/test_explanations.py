"""Why a case waits and why an agent is idle, asked over HTTP."""

from pathlib import Path

import httpx
import msgspec

from store.schema import commands as c
from store.schema.ids import AgentId, CaseId
from store.schema.questions import AgentExplained, CaseExplained, WaitReason
from store.schema.terms import Channel, Exclusion, Presence
from tests.desktop.site import Site, on_site

WAITING = CaseId("case_1")
LEA = AgentId("agent_lea")


async def waits(site: Site) -> None:
    """Let a visitor's case wait: nobody is there."""
    async with site.as_visitor(await site.visitor()) as socket:
        command = c.OpenCase(ref="open", case=WAITING, channel=Channel.CHAT, subject="other")
        await socket.ask(command)


async def asked(site: Site, login: str, path: str) -> httpx.Response:
    browser, _ = await site.staff(login)
    async with browser:
        return await browser.get(f"/api/v1/{path}")


def test_a_waiting_case_says_why(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await waits(site)
        answer = await asked(site, "lea", "cases/case_1/explanation")
        found = msgspec.json.decode(answer.content, type=CaseExplained)
        assert (found.reason, found.place, found.queue) == (WaitReason.NO_AGENT, 1, "queue_general")
        assert {standing.exclusion for standing in found.agents} <= {
            Exclusion.NOT_AVAILABLE,
            Exclusion.NOT_CONNECTED,
        }

    on_site(tmp_path, story)


def test_an_idle_agent_says_why(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await waits(site)
        async with site.as_staff("lea") as socket:
            await socket.ask(c.SetPresence(ref="break", presence=Presence.BREAK))
            answer = await asked(site, "nadia", "agents/agent_lea/explanation")
        found = msgspec.json.decode(answer.content, type=AgentExplained)
        assert (found.agent, found.exclusion) == (LEA, Exclusion.NOT_AVAILABLE)
        assert [(queue.queue, queue.waiting) for queue in found.queues] == [("queue_general", 1)]

    on_site(tmp_path, story)


def test_agents_ask_of_themselves_and_supervisors_of_all(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        found = {
            (login, agent): (
                await asked(site, login, f"agents/agent_{agent}/explanation")
            ).status_code
            for login in ("lea", "nadia")
            for agent in ("lea", "karim")
        }
        assert found == {
            ("lea", "lea"): 200,
            ("lea", "karim"): 403,
            ("nadia", "lea"): 200,
            ("nadia", "karim"): 200,
        }

    on_site(tmp_path, story)


def test_what_is_not_there_is_not_found_and_stops_nobody(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        for path in (
            "cases/case_none/explanation",
            "agents/agent_none/explanation",
            # Not even an id: it must not reach the writer.
            "cases/%20%22;drop/explanation",
            f"agents/{'x' * 300}/explanation",
        ):
            answer = await asked(site, "nadia", path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        answer = await asked(site, "nadia", "agents/agent_lea/explanation")
        assert answer.status_code == 200

    on_site(tmp_path, story)


def test_a_closed_case_has_nothing_to_explain(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        visitor = await site.visitor()
        async with site.as_visitor(visitor) as socket:
            await socket.ask(
                c.OpenCase(ref="open", case=WAITING, channel=Channel.CHAT, subject="other")
            )
            await socket.ask(c.LeaveQueue(ref="leave", case=WAITING))
        answer = await asked(site, "nadia", "cases/case_1/explanation")
        assert (answer.status_code, answer.json()["code"]) == (409, "case_closed")

    on_site(tmp_path, story)
