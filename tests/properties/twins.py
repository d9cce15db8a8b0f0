"""The same day lived twice, with something changed that must not matter."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from router.core.router import Router
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refused
from store.schema.ids import AgentId, CaseId, OfferId
from store.schema.terms import Presence, Role, SkillLevel
from tests.router.floor import skills

# What was asked and when; a tick is None.
Asked = tuple[int, Actor, AnyCommand | None]
Attempt = tuple[int, int]
S = TypeVar("S", bound=msgspec.Struct)
# The fields that say when, not how long.
TIMES = frozenset(
    {
        *("at_ms", "enqueued_at_ms", "key", "due_at_ms", "until_ms", "deadline_ms", "starts_by_ms"),
        *("closes_at_ms", "opens_at_ms", "idle_since_ms", "grace_ends_ms", "joins_at_ms"),
        *("opens_ms", "closes_ms"),
    }
)
NAMES = re.compile(r"^(agent|client|queue|case)_([a-z]|general|claims|life|\d+)$")
SYSTEM_MESSAGE = re.compile(r"^(message_system-)\d+$")
Value = dict[str, "Value"] | list["Value"] | str | int | bool | None


def relive(
    history: Iterable[Asked], offers: dict[OfferId, Attempt], *, restarts: bool = False
) -> list[e.AnyEvent]:
    """Return the events of the same questions asked to a new router.

    offers: which attempts the offers of the first life were; in the second they are called
    otherwise. restarts: whether it is stopped and started again after each answer.
    """
    router = Router()
    events: list[e.AnyEvent] = []
    for now_ms, actor, command in history:
        events += router.tick(now_ms)
        if isinstance(command, c.AcceptOffer | c.RefuseOffer):
            mine = {attempt: offer for offer, attempt in offers_of(events).items()}
            offer = mine.get(offers[command.offer], OfferId("offer_none"))
            command = msgspec.structs.replace(command, offer=offer)  # noqa: PLW2901
        if command is not None:
            events += _answer(router, actor, command, now_ms)
        if restarts:
            body = router.dump()
            router = Router()
            router.load(body)
    return events


def _answer(router: Router, actor: Actor, command: AnyCommand, now_ms: int) -> list[e.AnyEvent]:
    try:
        return router.handle(actor, command, now_ms)
    except Refused:
        return []


def offers_of(events: Iterable[e.AnyEvent]) -> dict[OfferId, Attempt]:
    """Return which attempt of which case, counted as they were opened, each offer was."""
    opened: dict[CaseId, int] = {}
    offers: dict[OfferId, Attempt] = {}
    for event in events:
        if isinstance(event, e.CaseOpened):
            opened[event.case] = len(opened)
        elif isinstance(event, e.CaseOffered):
            offers[event.offer] = (opened[event.case], event.attempt)
    return offers


def plain(events: list[e.AnyEvent]) -> list[Value]:
    """Return the events without the names that their places in the log gave."""
    offers = offers_of(events)

    def placeless(field: str, value: Value) -> Value:
        if field == "seq":
            return None
        if field == "offer":
            return repr(offers[OfferId(str(value))])
        return SYSTEM_MESSAGE.sub(r"\1", value) if isinstance(value, str) else value

    return [changed(msgspec.to_builtins(event), placeless) for event in events]


def changed(value: Value, change: Callable[[str, Value], Value], field: str = "") -> Value:
    """Return the value with `change(field, value)` for each plain value in it."""
    if isinstance(value, dict):
        return {name: changed(each, change, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [changed(each, change, field) for each in value]
    return change(field, value)


def _change(struct: S, change: Callable[[str, Value], Value]) -> S:
    return msgspec.convert(changed(msgspec.to_builtins(struct), change), type(struct))


def asked(history: list[Asked], change: Callable[[str, Value], Value]) -> list[Asked]:
    """Return the same questions with each plain value changed."""
    return [
        (
            int(str(change("at_ms", now_ms))),
            _change(actor, change),
            None if command is None else _change(command, change),
        )
        for now_ms, actor, command in history
    ]


# What must not matter.


def later(field: str, value: Value) -> Value:
    """Change every time by the same."""
    return value + 7_777_777 if field in TIMES and isinstance(value, int) else value


def renamed(_: str, value: Value) -> Value:
    """Change every name, but not the order of the names."""
    return NAMES.sub(r"\1_n-\2", value) if isinstance(value, str) else value


def with_a_shared_skill(history: list[Asked]) -> list[Asked]:
    """Return a day on which every queue asks for a skill that every agent has."""
    french = skills(french=1)
    return [(now_ms, actor, _with_skill(command, french)) for now_ms, actor, command in history]


def with_an_idle_skill(history: list[Asked], agents: set[AgentId]) -> list[Asked]:
    """Return a day on which some agents know something that no queue asks for."""
    return [
        (
            now_ms,
            actor,
            _with_skill(command, skills(juggling=3))
            if isinstance(command, c.ConfigureAgent) and command.agent in agents
            else command,
        )
        for now_ms, actor, command in history
    ]


def _with_skill(command: AnyCommand | None, more: tuple[SkillLevel, ...]) -> AnyCommand | None:
    if isinstance(command, c.ConfigureAgent):
        return msgspec.structs.replace(command, skills=(*command.skills, *more))
    if isinstance(command, c.ConfigureQueue):
        return msgspec.structs.replace(command, required=(*command.required, *more))
    return command


UNSKILLED, ON_LEAVE, WITHOUT_ROOM = (AgentId(f"agent_b{end}") for end in "123")
USELESS = frozenset({UNSKILLED, ON_LEAVE, WITHOUT_ROOM})


def useless_agents(now_ms: int) -> list[Asked]:
    """Return how three agents arrive, long before, who can be given nothing."""
    configured = [
        c.ConfigureAgent(ref="r", agent=UNSKILLED, name="no skill"),
        c.ConfigureAgent(ref="r", agent=ON_LEAVE, name="on leave", skills=skills(french=1)),
        c.ConfigureAgent(
            ref="r", agent=WITHOUT_ROOM, name="no room", skills=skills(french=1), capacity=0
        ),
    ]
    day: list[Asked] = [(now_ms, SYSTEM, command) for command in configured]
    for agent in (UNSKILLED, ON_LEAVE, WITHOUT_ROOM):
        presence = Presence.LEAVE if agent == ON_LEAVE else Presence.AVAILABLE
        day += [
            (now_ms, SYSTEM, c.ConnectAgent(ref="r", agent=agent)),
            (now_ms, Actor(role=Role.AGENT, id=agent), c.SetPresence(ref="r", presence=presence)),
        ]
    return [*day, (now_ms + 60_000, SYSTEM, None)]


def without_useless(events: list[e.AnyEvent]) -> list[Value]:
    """Return the events about others, without the counts that the useless agents are in."""
    others = [
        msgspec.structs.replace(event, excluded=()) if isinstance(event, e.CaseDecided) else event
        for event in events
        if not (
            isinstance(event, e.AgentConfigured | e.PresenceChanged | e.AgentConnected)
            and event.agent in USELESS
        )
        and not (isinstance(event, e.AgentsJoined) and USELESS.issuperset(event.agents))
    ]
    return plain(others)
