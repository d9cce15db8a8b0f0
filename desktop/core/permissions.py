"""Who may do what: one table, asked by HTTP, the socket and files alike."""

from enum import IntEnum

from msgspec import Struct

from store.schema.commands import Actor
from store.schema.ids import AgentId, ClientId
from store.schema.terms import Role


class Reach(IntEnum):
    """How far a right goes. OWN: a client's own case, one that the agent has, or oneself."""

    NONE = 0
    OWN = 1
    ANY = 2


class Facts(Struct, frozen=True, kw_only=True):
    """What the action is about. agent: the person it changes, or holds or is offered the case."""

    client: ClientId | None = None
    agents: frozenset[AgentId] = frozenset()


_N, _O, _A = Reach.NONE, Reach.OWN, Reach.ANY
_ROLES = (Role.CLIENT, Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR)
# Command tags and, below them, what is read. A role or an action that is not here may do nothing.
RULES: dict[str, dict[Role, Reach]] = {
    action: dict(zip(_ROLES, reach, strict=True))
    for action, reach in {
        "open_case": (_O, _N, _N, _N),
        "move_appointment": (_O, _O, _A, _A),
        "leave_queue": (_O, _N, _A, _A),
        "send_message": (_O, _O, _A, _A),
        "mark_read": (_O, _O, _A, _A),
        "answer_survey": (_O, _N, _N, _N),
        "set_presence": (_N, _O, _A, _A),
        # The router knows to whom the offer was made, and compares.
        "accept_offer": (_N, _A, _A, _A),
        "refuse_offer": (_N, _A, _A, _A),
        "start_case": (_N, _O, _A, _A),
        # A colleague who is named in a note must be able to answer it.
        "take_note": (_N, _A, _A, _A),
        "tag_case": (_N, _O, _A, _A),
        "settle_case": (_N, _O, _A, _A),
        "pull_case": (_N, _A, _A, _A),
        "assign_case": (_N, _O, _A, _A),
        "take_back": (_N, _N, _A, _A),
        "merge_cases": (_N, _O, _A, _A),
        "configure_agent": (_N, _N, _N, _A),
        "configure_queue": (_N, _N, _N, _A),
        "switch_queue": (_N, _N, _A, _A),
        "configure_policy": (_N, _N, _N, _A),
        "register_client": (_N, _N, _N, _A),
        # Only the edge itself says who is connected.
        "connect_agent": (_N, _N, _N, _N),
        "disconnect_agent": (_N, _N, _N, _N),
        # Only the calendar tells the hours.
        "schedule_queue": (_N, _N, _N, _N),
        "read_policy": (_N, _N, _N, _A),
        "read_workbench": (_N, _A, _A, _A),
        "read_case": (_N, _A, _A, _A),
        "read_client": (_N, _A, _A, _A),
        "read_history": (_O, _N, _N, _N),
        "read_notifications": (_N, _O, _O, _O),
        "read_file": (_O, _A, _A, _A),
        "upload_file": (_O, _A, _A, _A),
        "explain_case": (_N, _A, _A, _A),
        "explain_agent": (_N, _O, _A, _A),
        "read_figures": (_N, _N, _A, _A),
        "watch": (_N, _N, _A, _A),
        "typing": (_O, _O, _A, _A),
    }.items()
}


def may(actor: Actor, action: str, facts: Facts) -> bool:
    """Return whether the actor may do the action to what `facts` says."""
    reach = RULES.get(action, {}).get(actor.role, Reach.NONE)
    if reach is Reach.OWN:
        if actor.role is Role.CLIENT:
            return facts.client == actor.id
        return actor.id in facts.agents
    return reach is Reach.ANY
