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


def test_the_rights_of_each_role_are_these() -> None:
    # Once more, on purpose: a right that is given by mistake must be given twice.
    of_any = {role: {a for a, to in RULES.items() if to[role] is Reach.ANY} for role in ROLES}
    of_own = {role: {a for a, to in RULES.items() if to[role] is Reach.OWN} for role in ROLES}
    assert of_any[Role.CLIENT] == set()
    assert of_own[Role.CLIENT] == {
        *("open_case", "move_appointment", "leave_queue", "send_message", "mark_read"),
        *("answer_survey", "read_history", "read_file", "upload_file", "typing"),
    }
    for_each_of_staff = {
        *("accept_offer", "refuse_offer", "take_note", "pull_case"),
        *("read_workbench", "read_case", "read_client", "read_file", "upload_file"),
    }
    of_holders = {
        *("move_appointment", "send_message", "mark_read", "set_presence", "start_case"),
        *("tag_case", "settle_case", "assign_case", "merge_cases", "typing"),
    }
    assert of_any[Role.AGENT] == for_each_of_staff
    assert of_own[Role.AGENT] == {*of_holders, "read_notifications"}
    of_supervisors = {*for_each_of_staff, *of_holders, "leave_queue", "take_back", "watch"}
    assert of_any[Role.SUPERVISOR] == of_supervisors
    assert of_own[Role.SUPERVISOR] == of_own[Role.ADMINISTRATOR] == {"read_notifications"}
    assert of_any[Role.ADMINISTRATOR] == {
        *of_supervisors,
        *("configure_agent", "configure_queue", "configure_policy", "register_client"),
    }


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
