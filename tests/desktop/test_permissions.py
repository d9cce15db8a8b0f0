"""Who may do what: every action, every role, from the one table."""

import pytest

from desktop.asking import action_of
from desktop.core.permissions import RULES, Facts, Reach, may
from store.schema import commands as c
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
