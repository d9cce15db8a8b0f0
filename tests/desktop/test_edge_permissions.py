"""The edge lets through what the one table allows, on every transport, and nothing more."""

from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from desktop.asking import action_of
from desktop.core.permissions import RULES, Reach
from desktop.web import API
from store.schema import commands as c
from store.schema.codec import encode
from store.schema.frames import Error, Ok
from store.schema.ids import (
    CaseId,
)
from store.schema.terms import Channel, Role
from tests.desktop.site import STAFF, Site, on_site
from tests.desktop.test_permissions import ROLES, every_command


@pytest.mark.parametrize("transport", ["socket", "http"])
@pytest.mark.parametrize("role", ROLES)
def test_the_edge_forbids_what_the_table_forbids(
    tmp_path: Path, role: Role, transport: str
) -> None:
    """On a case of somebody else, held by nobody: only ANY is enough."""

    async def story(site: Site) -> None:
        owner = await site.visitor()
        async with site.as_visitor(owner) as socket:
            for case in ("case_1", "case_2", "case_3"):
                other = c.OpenCase(
                    ref=case, case=CaseId(case), channel=Channel.CHAT, subject="other"
                )
                assert isinstance(await socket.ask(other), Ok)
        for command in every_command("case_1"):
            reach = RULES[action_of(command)][role]
            code = await answer_of(site, role, transport, command)
            if isinstance(command, c.OpenCase) and role is Role.CLIENT:
                # The edge makes it the asker's own.
                assert code == "ok"
            elif reach is not Reach.ANY:
                assert code == "forbidden", command

    on_site(tmp_path, story)


async def answer_of(site: Site, role: Role, transport: str, command: c.AnyCommand) -> str:
    login = next((x for x, known in STAFF.items() if known is role), "")
    if transport == "socket":
        way = site.as_staff(login) if login else site.as_visitor(await site.visitor())
        async with way as socket:
            answer = await socket.ask(command)
            return answer.code if isinstance(answer, Error) else "ok"
    if login:
        browser, _ = await site.staff(login)
    else:
        bearer = {"Authorization": f"Bearer {(await site.visitor()).token}"}
        browser = httpx.AsyncClient(base_url=site.url, headers=bearer)
    async with browser:
        reply = await browser.post("/api/v1/commands", content=encode(command))
        return "ok" if reply.is_success else str(reply.json()["code"])


ROUTES_OF_ADMINISTRATORS = [
    ("GET", "/policy", "read_policy"),
    ("PUT", "/policy", "configure_policy"),
    ("POST", "/policy/preview", "read_policy"),
    ("GET", "/policy/revisions", "read_policy"),
]


@pytest.mark.parametrize("login", STAFF)
def test_the_policy_is_for_those_the_table_names(tmp_path: Path, login: str) -> None:
    async def story(site: Site) -> None:
        browser, _ = await site.staff(login)
        async with browser:
            for method, path, action in ROUTES_OF_ADMINISTRATORS:
                answer = await browser.request(method, f"/api/v1{path}")
                is_forbidden = RULES[action][STAFF[login]] is Reach.NONE
                assert (answer.status_code == 403) is is_forbidden, (method, path)

    on_site(tmp_path, story)


OPEN_TO_ALL = {"/session", "/widget/session", "/widget/profile", "/widget/opening"}


def methods_of(route: Route) -> list[str]:
    return sorted((route.methods or {"GET"}) - {"HEAD"})


def test_without_a_session_every_path_says_so(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            for route in API:
                if route.path in OPEN_TO_ALL:
                    continue
                path = "/api/v1" + route.path.replace("{", "").replace("}", "")
                for method in methods_of(route):
                    answer = await browser.request(method, path)
                    code = answer.json()["code"]
                    assert (answer.status_code, code) == (401, "unauthenticated"), path

    on_site(tmp_path, story)


def test_a_client_reads_nothing_of_the_desktop(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        bearer = {"Authorization": f"Bearer {(await site.visitor()).token}"}
        async with httpx.AsyncClient(base_url=site.url, headers=bearer) as browser:
            for route in API:
                if route.path.startswith(("/widget", "/session", "/commands", "/files")):
                    continue
                path = "/api/v1" + route.path.replace("{", "").replace("}", "")
                for method in methods_of(route):
                    assert (await browser.request(method, path)).status_code == 401, path

    on_site(tmp_path, story)
