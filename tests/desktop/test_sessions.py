"""Sessions end by themselves, and when somebody ends them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop.sessions import Sessions, hash_password, hash_token, is_password
from store.database import Database
from store.records import Records
from store.schema.ids import AgentId, ClientId
from store.schema.terms import Role
from store.schema.views import AgentView, ClientRecord, Credential
from store.settings import Limits

LEA = AgentId("agent_lea")
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class HandClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at_ms = 1_000_000

    def now_ms(self) -> int:
        return self.at_ms


class Desk:
    """Sessions over real records, a clock by hand and one agent's row."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.clock = HandClock()
        self.row: AgentView | None = AgentView(agent=LEA, name="Lea", role=Role.AGENT)
        self.credential = Credential(agent=LEA, login="lea", password_hash="none")
        self.sessions = Sessions(records, self.clock, Limits(), lambda _: self.row)

    async def open(self) -> str:
        await self.records.save_credential(self.credential)
        token, _ = await self.sessions.open_for_agent(self.credential, Role.AGENT)
        return token

    async def is_in(self, token: str) -> bool:
        found = await self.sessions.find(token)
        ended = await self.sessions.ended([hash_token(token)])
        # What a request is told and what an open socket is told must not differ.
        assert (found is None) == bool(ended)
        return found is not None


def at_desk(folder: Path, story: Callable[[Desk], Awaitable[None]]) -> None:
    async def told() -> None:
        database = await Database.open(f"sqlite:///{folder / 'site.db'}")
        try:
            await database.migrate()
            await story(Desk(Records(database, "site_test")))
        finally:
            await database.close()

    asyncio.run(told())


def test_a_session_in_use_lasts_twelve_hours_and_no_longer(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.open()
        for _ in range(12 * 3 - 1):
            desk.clock.at_ms += 20 * MINUTE_MS
            assert await desk.is_in(token)
        desk.clock.at_ms += 20 * MINUTE_MS
        assert not await desk.is_in(token)

    at_desk(tmp_path, story)


def test_an_idle_session_ends_after_half_an_hour(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.open()
        desk.clock.at_ms += 30 * MINUTE_MS
        assert await desk.sessions.find(token) is not None
        desk.clock.at_ms += 30 * MINUTE_MS + 1
        assert await desk.sessions.find(token) is None

    at_desk(tmp_path, story)


def test_a_raised_epoch_ends_every_session_of_the_agent(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.open()
        assert await desk.is_in(token)
        raised = Credential(agent=LEA, login="lea", password_hash="none", epoch=1)
        await desk.records.save_credential(raised)
        assert not await desk.is_in(token)

    at_desk(tmp_path, story)


def test_other_rights_or_none_end_the_session(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.open()
        desk.row = AgentView(agent=LEA, name="Lea", role=Role.SUPERVISOR)
        assert not await desk.is_in(token)
        desk.row = AgentView(agent=LEA, name="Lea", role=Role.AGENT, is_active=False)
        assert not await desk.is_in(token)
        # Not told of yet: what sign-in said stands.
        desk.row = None
        assert await desk.is_in(token)

    at_desk(tmp_path, story)


def test_a_clients_session_does_not_end_by_being_idle(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        zoe = ClientId("client_zoe")
        await desk.records.save_client(ClientRecord(client=zoe, name="Zoé"))
        token, _ = await desk.sessions.open_for_client(zoe)
        desk.clock.at_ms += 29 * 24 * HOUR_MS
        assert await desk.is_in(token)
        desk.clock.at_ms += 24 * HOUR_MS
        assert not await desk.is_in(token)

    at_desk(tmp_path, story)


def test_the_secret_itself_is_not_kept(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        token = await desk.open()
        session = await desk.records.session(hash_token(token))
        assert session is not None
        assert token not in repr(session)
        for guess in ("", "x", session.token_hash):
            assert await desk.sessions.find(guess) is None
        await desk.records.end_session(session.token_hash)
        assert not await desk.is_in(token)

    at_desk(tmp_path, story)


def test_passwords_are_argon2id_of_the_stated_cost() -> None:
    kept = hash_password("horizon")
    assert kept.startswith("$argon2id$v=19$m=65536,t=2,")
    lea = Credential(agent=LEA, login="lea", password_hash=kept)
    assert is_password(lea, "horizon")
    assert not is_password(lea, "Horizon")
    assert not is_password(None, "horizon")
    assert not is_password(Credential(agent=LEA, login="lea", password_hash="none"), "none")
