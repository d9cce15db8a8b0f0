"""One way for a command from a browser to the router, whatever it came on."""

from msgspec import structs

from desktop.core.permissions import Facts, may
from desktop.core.reader import concerned
from desktop.edge import Edge
from desktop.problems import EdgeError, refused
from desktop.soundness import require_sound
from store.errors import Unavailable
from store.schema.commands import (
    Actor,
    AnyCommand,
    ConfigurePolicy,
    ConfigureQueue,
    Envelope,
    OpenCase,
    Refusal,
    Reply,
    SendMessage,
    SetPresence,
)
from store.schema.ids import CaseId, ClientId
from store.schema.terms import FileRef, Role
from store.schema.views import CaseView


async def carry_out(edge: Edge, actor: Actor, command: AnyCommand) -> Reply:
    """Ask the router for what the actor may ask.

    Raises EdgeError when the actor may not or is too fast, the router refuses or does not answer.
    """
    require_pace(edge, actor)
    if isinstance(command, OpenCase) and actor.role is Role.CLIENT:
        command = _as_own(command, actor)
    facts = await facts_of(edge, actor, command)
    if not may(actor, action_of(command), facts):
        raise EdgeError("forbidden")
    if isinstance(command, ConfigureQueue | ConfigurePolicy):
        await require_sound(edge, command)
    if isinstance(command, SendMessage) and command.files:
        command = structs.replace(command, files=await _real_files(edge, actor, command))
        # Before the message is told: whoever is shown it asks for the file at once.
        await edge.records.attach_files(tuple(x.file for x in command.files), command.case)
    try:
        reply = await edge.courier.ask(Envelope(actor=actor, command=command))
    except Unavailable as error:
        raise EdgeError("unavailable") from error
    if reply.refusal is not None:
        raise refused(reply.refusal)
    return reply


def require_pace(edge: Edge, actor: Actor) -> None:
    """Count something that the person sends. Raises EdgeError when there was too much of it."""
    limits = edge.settings.limits
    is_client = actor.role is Role.CLIENT
    most = limits.client_messages_per_minute if is_client else limits.agent_messages_per_minute
    if not edge.paces.allows(actor.id, most, edge.clock.now_ms()):
        raise EdgeError("too_fast")


def action_of(command: AnyCommand) -> str:
    """Return the command's name in the table of rights."""
    tag = command.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


async def facts_of(edge: Edge, actor: Actor, command: AnyCommand) -> Facts:
    """Return what the rights depend on. Raises EdgeError for a case that does not exist."""
    if isinstance(command, OpenCase):
        return Facts(client=command.client)
    if isinstance(command, SetPresence):
        return Facts(agents=frozenset({command.agent or actor.id}))  # type: ignore[arg-type]  # an agent's actor id is its agent id
    case = getattr(command, "case", None)
    if case is None:
        return Facts()
    row = await case_of(edge, case)
    if row is None:
        # A stranger's guess and a case that never was look the same to a client.
        raise EdgeError("forbidden") if actor.role is Role.CLIENT else refused(Refusal.CASE_UNKNOWN)
    return case_facts(row)


def case_facts(row: CaseView) -> Facts:
    """Return whose the case is and who works on it."""
    return Facts(client=row.client, agents=concerned(row))


async def case_of(edge: Edge, case: CaseId) -> CaseView | None:
    """Return the case, open or closed."""
    return edge.hub.rows.cases.get(case) or await edge.queries.case(case)


def _as_own(command: OpenCase, actor: Actor) -> OpenCase:
    if command.client not in {None, actor.id}:
        raise EdgeError("forbidden", field="client")
    return structs.replace(command, client=ClientId(actor.id), client_name=actor.name)


async def _real_files(edge: Edge, actor: Actor, command: SendMessage) -> tuple[FileRef, ...]:
    # Names, types and sizes come from what was uploaded, not from what the message claims.
    found = []
    for claimed in command.files:
        stored = await edge.records.file(claimed.file)
        is_theirs = stored is not None and stored.owner == actor.id
        if stored is None or not is_theirs or stored.case not in {None, command.case}:
            raise EdgeError("not_found", "This file was not uploaded by you.", "files")
        found.append(
            FileRef(
                file=claimed.file,
                name=stored.name,
                media_type=stored.media_type,
                size_bytes=stored.size_bytes,
            )
        )
    return tuple(found)
