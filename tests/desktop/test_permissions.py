"""Who may do what: every action, every role, on every transport, from the one table."""

from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from desktop.asking import action_of
from desktop.core.permissions import RULES, Facts, Reach, may
from desktop.web import API
from store.schema import commands as c
from store.schema.codec import encode
from store.schema.frames import Error, Ok
from store.schema.ids import (
    AgentId,
    CaseId,
    ClientId,
    MessageId,
    NoteId,
    OfferId,
    QueueId,
)
from store.schema.terms import Channel, Label, Policy, Presence, Role
from tests.desktop.site import STAFF, Site, on_site

OWN = Facts(client=ClientId("client_me"), agents=frozenset({AgentId("agent_me")}))
FOREIGN = Facts(client=ClientId("client_you"), agents=frozenset({AgentId("agent_you")}))
ROLES = [Role.CLIENT, Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR]


def actor(role: Role) -> c.Actor:
    return c.Actor(role=role, id="client_me" if role is Role.CLIENT else "agent_me")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", sorted(RULES))
def test_the_table_is_what_may_answers(action: str, role: Role) -> None:
    reach = RULES[action][role]
    assert may(actor(role), action, OWN) is (reach is not Reach.NONE)
    assert may(actor(role), action, FOREIGN) is (reach is Reach.ANY)


# Once more, on purpose: a right that is given by mistake must be given twice. Client, agent,
# supervisor, administrator: - nothing, o one's own, a anybody's.
RIGHTS = {
    "open_case": "o---",
    "move_appointment": "ooaa",
    "leave_queue": "o-aa",
    "send_message": "ooaa",
    "mark_read": "ooaa",
    "answer_survey": "o---",
    "set_presence": "-oaa",
    "accept_offer": "-aaa",
    "refuse_offer": "-aaa",
    "start_case": "-oaa",
    "take_note": "-aaa",
    "tag_case": "-oaa",
    "settle_case": "-oaa",
    "pull_case": "-aaa",
    "assign_case": "-oaa",
    "take_back": "--aa",
    "read_policy": "---a",
    "switch_queue": "--aa",
    "read_figures": "--aa",
    "explain_agent": "-oaa",
    "explain_case": "-aaa",
    "merge_cases": "-oaa",
    "configure_agent": "---a",
    "configure_queue": "---a",
    "configure_policy": "---a",
    "register_client": "---a",
    "connect_agent": "----",
    "disconnect_agent": "----",
    "schedule_queue": "----",
    "read_workbench": "-aaa",
    "read_case": "-aaa",
    "read_client": "-aaa",
    "read_history": "o---",
    "read_notifications": "-ooo",
    "read_file": "oaaa",
    "upload_file": "oaaa",
    "watch": "--aa",
    "typing": "ooaa",
}


@pytest.mark.parametrize("action", RIGHTS)
def test_the_rights_of_each_role_are_these(action: str) -> None:
    letters = {Reach.NONE: "-", Reach.OWN: "o", Reach.ANY: "a"}
    assert "".join(letters[RULES[action][role]] for role in ROLES) == RIGHTS[action]


@pytest.mark.parametrize("role", list(Role))
def test_what_the_table_does_not_name_nobody_may(role: Role) -> None:
    assert not may(actor(role), "fly", OWN)


def test_the_system_has_no_rights_from_outside() -> None:
    assert not any(may(c.SYSTEM, action, OWN) for action in RULES)


def test_every_command_is_in_the_table() -> None:
    assert {action_of(command) for command in every_command("case_1")} <= set(RULES)
    assert len(every_command("case_1")) == len(c.AnyCommand.__args__)


def every_command(case_id: str) -> list[c.AnyCommand]:
    case, agent = CaseId(case_id), AgentId("agent_karim")
    label = Label(fr="", en="")
    queue = QueueId("queue_other")
    return [
        c.OpenCase(ref="open", case=CaseId("case_new"), channel=Channel.CHAT, subject="other"),
        c.SendMessage(ref="say", case=case, message=MessageId("message_9"), text="x"),
        c.MarkRead(ref="read", case=case, up_to=MessageId("message_9")),
        c.AnswerSurvey(ref="survey", case=case, note=5),
        c.SetPresence(ref="presence", presence=Presence.BUSY, agent=agent),
        c.AcceptOffer(ref="accept", offer=OfferId("offer_1")),
        c.RefuseOffer(ref="refuse", offer=OfferId("offer_1")),
        c.TakeNote(ref="note", case=case, note=NoteId("note_1"), text="x"),
        c.TagCase(ref="tag", case=case, tags=("x",)),
        c.SettleCase(ref="settle", case=case, tags=("y",)),
        c.PullCase(ref="pull", case=CaseId("case_3")),
        c.AssignCase(ref="assign", case=case, agent=agent),
        c.TakeBack(ref="back", case=case),
        c.MergeCases(ref="merge", case=case, into=CaseId("case_2")),
        c.MoveAppointment(ref="move", case=case, due_at_ms=1),
        c.LeaveQueue(ref="leave", case=CaseId("case_2")),
        c.StartCase(ref="start", case=case),
        c.ScheduleQueue(ref="hours", queue=queue, periods=()),
        c.ConfigureAgent(ref="agent", agent=AgentId("agent_new"), name="New"),
        c.ConfigureQueue(ref="queue", queue=queue, label=label),
        c.SwitchQueue(ref="switch", queue=QueueId("queue_general"), is_open=True),
        c.ConfigurePolicy(ref="policy", policy=Policy()),
        c.RegisterClient(ref="client", client=ClientId("client_new")),
        c.ConnectAgent(ref="connect", agent=agent),
        c.DisconnectAgent(ref="disconnect", agent=agent),
    ]


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
