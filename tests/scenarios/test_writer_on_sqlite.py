"""The single writer on the real store: what was answered is there after a restart."""

import asyncio
from pathlib import Path

from router.memory import rebuild
from router.service import run_writer
from store.beside import beside
from store.bus import MemoryBus
from store.clock import Ids, SystemClock
from store.database import Database
from store.lease import Lease
from store.log import EventLog
from store.post import Courier
from store.queries import CaseQueries
from store.schema import commands as c
from store.schema.commands import SYSTEM, AnyCommand, Envelope, Refusal
from store.schema.ids import CaseId, MessageId
from store.schema.terms import Channel, Policy, Presence
from store.settings import Settings
from tests.router.floor import ANN, GENERAL, LABEL, agent, client

SITE = "site_test"


async def _written(database: Database, *asked: Envelope) -> list[Refusal | None]:
    """Run a writer for as long as it takes to answer these, one after the other."""
    clock, bus, is_ready = SystemClock(), MemoryBus(), asyncio.Event()
    log, lease = EventLog(database, SITE), Lease(database, SITE)
    courier = Courier(bus, SITE, "node_1")
    writer = run_writer(Settings(site=SITE), log, lease, bus, clock, is_ready=is_ready)
    async with beside(writer), courier.running():
        await is_ready.wait()
        return [(await courier.ask(envelope)).refusal for envelope in asked]


def test_what_was_answered_is_there_after_a_restart(tmp_path: Path) -> None:
    ids = Ids(SystemClock())
    case = CaseId(ids.new("case"))
    said = c.SendMessage(ref="said", case=case, message=MessageId(ids.new("message")), text="hi")
    set_up: tuple[AnyCommand, ...] = (
        c.ConfigureQueue(ref="1", queue=GENERAL, label=LABEL),
        c.ConfigurePolicy(ref="0", policy=Policy(login_levelling_ms=0)),
        c.ConfigureAgent(ref="2", agent=ANN, name="Ann"),
        c.ConnectAgent(ref="3", agent=ANN),
    )

    async def story() -> None:
        database = await Database.open(f"sqlite:///{tmp_path / 'site.db'}")
        await database.migrate()
        try:
            first = await _written(
                database,
                *(Envelope(actor=SYSTEM, command=command) for command in set_up),
                Envelope(
                    actor=agent(), command=c.SetPresence(ref="4", presence=Presence.AVAILABLE)
                ),
                Envelope(
                    actor=client(),
                    command=c.OpenCase(ref="5", case=case, channel=Channel.CHAT, subject="other"),
                ),
                Envelope(actor=client(), command=said),
            )
            assert first == [None] * 7
            log = EventLog(database, SITE)
            digest = (await rebuild(log)).router.digest()
            again = await _written(
                database,
                Envelope(actor=client(), command=said),
                Envelope(actor=agent(), command=c.TagCase(ref="6", case=case, tags=("a",))),
            )
            assert again == [None, None]
            memory = await rebuild(log)
            assert memory.router.digest() != digest
            row = await CaseQueries(database, SITE).case(case)
            assert row == memory.rows.cases[case]
            assert row is not None
            assert (row.holder, row.unread_agent, row.tags) == (ANN, 1, ("a",))
        finally:
            await database.close()

    asyncio.run(story())
