"""What every HTTP handler needs: who asks, a body within bounds, an answer in the schema's JSON."""

import secrets
from collections.abc import AsyncGenerator
from typing import TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from desktop.core.intake import read_json
from desktop.core.permissions import Facts, may
from desktop.edge import Edge, edge_of
from desktop.problems import EdgeError, bad_command
from desktop.sessions import COOKIE, SignedIn
from store.schema.codec import decode_command, encode
from store.schema.commands import AnyCommand
from store.schema.terms import Role

T = TypeVar("T")
# A whole number that any store can hold.
_LONGEST_NUMBER = 16


def answer(body: Struct | dict[str, object], status: int = 200) -> Response:
    """Return a record as JSON that no cache keeps."""
    return Response(
        encode(body), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )


async def bounded(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    """Give the body piece by piece. Raises EdgeError as soon as it is larger than allowed."""
    announced = request.headers.get("content-length", "0")
    if not _is_number(announced) or int(announced) > most_bytes:
        raise EdgeError("too_big", f"At most {most_bytes} bytes are allowed.")
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > most_bytes:
            raise EdgeError("too_big", f"At most {most_bytes} bytes are allowed.")
        yield piece


async def body_of(request: Request, kind: type[T]) -> T:
    """Return the body as `kind`. Raises EdgeError naming the field that is wrong."""
    limit = edge_of(request).settings.limits.body_bytes
    text = b"".join([piece async for piece in bounded(request, limit)])
    try:
        return read_json(msgspec.json.Decoder(kind).decode, text)
    except msgspec.DecodeError as error:
        raise bad_command(error) from error


async def command_of(request: Request) -> AnyCommand:
    """Return the body as a command. Raises EdgeError naming the field that is wrong."""
    limit = edge_of(request).settings.limits.body_bytes
    text = b"".join([piece async for piece in bounded(request, limit)])
    try:
        command: AnyCommand = read_json(decode_command, text)
    except msgspec.DecodeError as error:
        raise bad_command(error) from error
    return command


async def staff(request: Request, action: str | None = None) -> SignedIn:
    """Return who is signed in on the desktop and may do the action.

    Raises EdgeError; a write must also carry the session's X-CSRF-Token and come from our pages.
    """
    edge = edge_of(request)
    _require_plain(request)
    signed_in = await edge.sessions.find(request.cookies.get(COOKIE, ""))
    if signed_in is None or signed_in.actor.role is Role.CLIENT:
        raise EdgeError("unauthenticated")
    if request.method not in {"GET", "HEAD"}:
        require_own_origin(edge, request)
        if not is_same(request.headers.get("x-csrf-token", ""), signed_in.session.csrf):
            raise EdgeError("csrf")
    require(signed_in, action, Facts(agents=frozenset({signed_in.actor.id})))  # type: ignore[arg-type]  # an agent's actor id is its agent id
    return signed_in


async def client(request: Request) -> SignedIn:
    """Return the client whose widget asks. Raises EdgeError."""
    _require_plain(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    signed_in = await edge_of(request).sessions.find(token) if scheme == "Bearer" else None
    if signed_in is None or signed_in.actor.role is not Role.CLIENT:
        raise EdgeError("unauthenticated")
    return signed_in


async def anyone(request: Request) -> SignedIn:
    """Return the client when the widget asks, else who is signed in on the desktop."""
    if "authorization" in request.headers:
        return await client(request)
    return await staff(request)


def require(signed_in: SignedIn, action: str | None, facts: Facts) -> None:
    """Raise EdgeError unless the person may do the action."""
    if action is not None and not may(signed_in.actor, action, facts):
        raise EdgeError("forbidden")


def require_own_origin(edge: Edge, request: Request) -> None:
    """Raise EdgeError when another site's page asks."""
    origin = request.headers.get("origin")
    if origin is not None and not edge.is_own_origin(origin):
        raise EdgeError("foreign_origin")


def query_int(request: Request, name: str, *, most: int, default: int) -> int:
    """Return a whole number of the query, at most `most`. Raises EdgeError."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not _is_number(text) or not 1 <= int(text) <= most:
        raise EdgeError("bad_query", f"`{name}` is a whole number from 1 to {most}.", name)
    return int(text)


def is_same(given: str, secret: str) -> bool:
    """Return whether the secret was given, in a time that tells nothing of it."""
    return secrets.compare_digest(given.encode(), secret.encode())


def query_before(request: Request) -> int | None:
    """Return the seq before which events are asked. Raises EdgeError."""
    text = request.query_params.get("before")
    return None if text is None else query_int(request, "before", most=2**53, default=1)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _require_plain(request: Request) -> None:
    # No text that we keep has this character, and PostgreSQL takes no question that has it.
    if "\x00" in request.url.path or "%00" in request.url.query:
        raise EdgeError("bad_query", "The character U+0000 is not allowed.")
