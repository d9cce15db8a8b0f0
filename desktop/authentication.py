"""Sign-in and sign-out of agents."""

import asyncio
import logging
from collections import defaultdict
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop.edge import Edge, edge_of
from desktop.gateway import me_of
from desktop.http import answer, body_of, require_own_origin, staff
from desktop.problems import EdgeError
from desktop.sessions import COOKIE, SignedIn, is_password
from store.schema.terms import Role
from store.settings import Limits

logger = logging.getLogger(__name__)
# More logins and addresses than this, and those whose time is over are forgotten.
_FORGET_FROM = 10_000


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person gives to sign in."""

    login: Annotated[str, Meta(max_length=200)]
    password: Annotated[str, Meta(max_length=1000)]


class Failures:
    """Failed sign-ins of the last minutes, by login and address."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at_ms: dict[tuple[str, str], list[int]] = defaultdict(list)

    def is_locked(self, key: tuple[str, str], now_ms: int) -> bool:
        """Return whether there were too many."""
        since_ms = now_ms - self._limits.sign_in_window_ms
        recent = [at_ms for at_ms in self._at_ms.pop(key, []) if at_ms > since_ms]
        if recent:
            self._at_ms[key] = recent
        return len(recent) >= self._limits.sign_in_failures

    def add(self, key: tuple[str, str], now_ms: int) -> None:
        """Count one."""
        if len(self._at_ms) >= _FORGET_FROM:
            since_ms = now_ms - self._limits.sign_in_window_ms
            for old in [x for x, at_ms in self._at_ms.items() if at_ms[-1] <= since_ms]:
                del self._at_ms[old]
        self._at_ms[key].append(now_ms)

    def forget(self, key: tuple[str, str]) -> None:
        """Begin again after a success."""
        self._at_ms.pop(key, None)


async def sign_in(request: Request) -> Response:
    """Open a session and set its cookie."""
    edge = edge_of(request)
    require_own_origin(edge, request)
    given = await body_of(request, SignIn)
    key = (given.login.casefold(), request.client.host if request.client else "")
    now_ms = edge.clock.now_ms()
    failures: Failures = request.app.state.failures
    if failures.is_locked(key, now_ms):
        raise EdgeError("locked_out")
    # Counted before it is known: many at once must not all be checked.
    failures.add(key, now_ms)
    credential = await edge.records.credential(given.login)
    # In a thread: argon2 takes 60 ms on purpose, and the others must not wait for it.
    is_right = await asyncio.to_thread(is_password, credential, given.password)
    row = edge.hub.rows.agents.get(credential.agent) if credential else None
    if credential is None or not is_right or (row is not None and not row.is_active):
        raise EdgeError("wrong_password")
    failures.forget(key)
    role = row.role if row else Role.AGENT
    token, session = await edge.sessions.open_for_agent(credential, role)
    signed_in = await edge.sessions.find(token)
    assert signed_in is not None
    logger.info("signed in agent=%s", session.holder_id)
    response = await _session_answer(edge, signed_in)
    response.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=edge.settings.secure_cookies,
        max_age=edge.settings.limits.session_ms // 1000,
    )
    return response


async def who_am_i(request: Request) -> Response:
    """Return who is signed in."""
    return await _session_answer(edge_of(request), await staff(request))


async def sign_out(request: Request) -> Response:
    """End the session."""
    signed_in = await staff(request)
    await edge_of(request).records.end_session(signed_in.session.token_hash)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


async def _session_answer(edge: Edge, signed_in: SignedIn) -> Response:
    me = await me_of(edge, signed_in)
    return answer({"me": me, "csrf": signed_in.session.csrf})


routes = [
    Route("/session", sign_in, methods=["POST"]),
    Route("/session", who_am_i, methods=["GET"]),
    Route("/session", sign_out, methods=["DELETE"]),
]
