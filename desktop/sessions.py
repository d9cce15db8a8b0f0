"""Signed-in browsers: secrets are random, only their hash is kept, and they end by themselves."""

import hashlib
import secrets
from collections.abc import Callable, Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from msgspec import Struct

from store.clock import Clock
from store.records import Records
from store.schema.commands import Actor
from store.schema.ids import AgentId, ClientId
from store.schema.terms import Role
from store.schema.views import AgentView, Credential, Session
from store.settings import Limits

COOKIE = "aiguilleur_session"
# DESIGN: argon2id, 64 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
# Spent on an unknown login too, so that the time of an answer tells nothing.
_NOBODY = _HASHER.hash(secrets.token_hex())
_TOUCH_MS = 60_000


class SignedIn(Struct, frozen=True, kw_only=True):
    """A valid session and who it is."""

    session: Session
    actor: Actor


def hash_password(password: str) -> str:
    """Return argon2id in PHC form. Blocks for some 60 ms."""
    return _HASHER.hash(password)


def is_password(credential: Credential | None, password: str) -> bool:
    """Return whether the password is the credential's. Blocks for some 60 ms."""
    try:
        return _HASHER.verify(credential.password_hash if credential else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def hash_token(token: str) -> str:
    """Return what is kept of a session's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Opens, checks and ends sessions."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        limits: Limits,
        row_of: Callable[[AgentId], AgentView | None] = lambda _: None,
    ) -> None:
        self._records = records
        self._clock = clock
        self._limits = limits
        self._row_of = row_of
        self._touched_ms: dict[str, int] = {}

    async def open_for_agent(self, credential: Credential, role: Role) -> tuple[str, Session]:
        """Sign an agent in; return the secret, kept nowhere else, and the session."""
        return await self._open(role, credential.agent, self._limits.session_ms, credential.epoch)

    async def open_for_client(self, client: ClientId) -> tuple[str, Session]:
        """Give a client's browser its own session."""
        return await self._open(Role.CLIENT, client, self._limits.client_session_ms, 0)

    async def find(self, token: str) -> SignedIn | None:
        """Return who has this secret, or None when it is unknown or over."""
        session = await self._records.session(hash_token(token)) if token else None
        if session is None or not self._is_live(session):
            return None
        actor = await self._actor(session)
        if actor is None:
            return None
        now_ms = self._clock.now_ms()
        if now_ms - session.seen_ms > _TOUCH_MS:
            await self._records.touch_sessions([session.token_hash], now_ms)
        return SignedIn(session=session, actor=actor)

    async def ended(self, token_hashes: Sequence[str]) -> set[str]:
        """Return those of the sessions in use that are over; note that the others are in use."""
        if not token_hashes:
            return set()
        now_ms = self._clock.now_ms()
        found = await self._records.live_sessions(token_hashes)
        staff = [AgentId(x.holder_id) for x in found if x.role is not Role.CLIENT]
        epochs = {x.agent: x.epoch for x in await self._records.credentials_of(staff)}
        live, stale = set(), []
        for session in found:
            is_known = session.role is Role.CLIENT or (
                epochs.get(AgentId(session.holder_id)) == session.epoch
                and self._has_its_role(session)
            )
            if is_known and now_ms < session.expires_ms:
                live.add(session.token_hash)
                # Only desktops end when idle, and by the minute: all in one write, seldom.
                is_stale = now_ms - self._touched_ms.get(session.token_hash, 0) > _TOUCH_MS
                if session.role is not Role.CLIENT and is_stale:
                    stale.append(session.token_hash)
        self._touched_ms |= dict.fromkeys(stale, now_ms)
        await self._records.touch_sessions(stale, now_ms)
        return set(token_hashes) - live

    def _is_live(self, session: Session) -> bool:
        now_ms = self._clock.now_ms()
        is_idle = (
            session.role is not Role.CLIENT
            and now_ms - session.seen_ms > self._limits.session_idle_ms
        )
        return now_ms < session.expires_ms and not is_idle

    async def _actor(self, session: Session) -> Actor | None:
        if session.role is Role.CLIENT:
            client = await self._records.client(ClientId(session.holder_id))
            if client is None:
                return None
            return Actor(role=Role.CLIENT, id=client.client, name=client.name)
        credential = await self._records.credential_of(AgentId(session.holder_id))
        if credential is None or credential.epoch != session.epoch:
            return None
        if not self._has_its_role(session):
            return None
        return Actor(role=session.role, id=session.holder_id)

    def _has_its_role(self, session: Session) -> bool:
        # Whoever was given other rights signs in again; whoever has left does not.
        row = self._row_of(AgentId(session.holder_id))
        return row is None or (row.is_active and row.role is session.role)

    async def _open(
        self, role: Role, holder_id: str, lasts_ms: int, epoch: int
    ) -> tuple[str, Session]:
        token = secrets.token_urlsafe(32)
        now_ms = self._clock.now_ms()
        session = Session(
            token_hash=hash_token(token),
            role=role,
            holder_id=holder_id,
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=now_ms + lasts_ms,
            epoch=epoch,
            csrf=secrets.token_urlsafe(24),
        )
        await self._records.save_session(session)
        return token, session
