"""The log on each database: all or nothing, one writer, one holder, and pages of what happened."""

import asyncio

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from store.appending import Known, WrongWriter
from store.errors import Contradiction
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, NoteId, QueueId
from store.schema.terms import Policy, QueueCause
from store.tables import assignments
from tests.contracts.harness import (
    ANN,
    BOB,
    CASE,
    CLIENT,
    Places,
    Site,
    assigned,
    closed,
    opened,
    outcome,
    said,
)


def test_what_was_appended_is_read_back_in_order(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        events = (opened(1), assigned(2, ANN), said(3, "message_1", holder=ANN))
        await site.append(*events)
        await site.append(closed(4, former=ANN))
        assert await site.log.head() == 4
        assert await site.log.read(1, 2) == list(events[1:])
        assert await site.log.read(4, 10) == []

    places.run(test)


def test_the_last_policies_are_found_among_everything_else(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        first, second, third = (
            e.PolicyConfigured(seq=seq, at_ms=seq, policy=Policy(earmark_ms=seq), revision=revision)
            for revision, seq in enumerate((1, 3, 4), start=1)
        )
        await site.append(first, opened(2), second, third)
        assert await site.log.last_policies(2) == [third, second]
        assert await site.log.last_policies(9) == [third, second, first]

    places.run(test)


def test_a_batch_is_stored_whole_or_not_at_all(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1), said(2, "message_1"))
        again = site.batch(
            opened(3, CaseId("case_2")), said(4, "message_1"), outcomes=(outcome("r", 4),)
        )
        with pytest.raises(Contradiction):
            await site.log.append(again)
        assert await site.log.head() == 2
        assert await site.queries.case(CaseId("case_2")) is None
        known = await site.log.known([("client_1", "r")], [MessageId("message_1")])
        assert known == Known(outcomes={}, messages={MessageId("message_1")})

    places.run(test)


def test_a_message_id_is_taken_once_for_a_site(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1), said(2, "message_1"))
        asked = [MessageId("message_1"), MessageId("message_2")]
        assert (await site.log.known([], asked)).messages == {"message_1"}
        assert (await site.log.known([], [])).messages == set()
        other = Site(site.database, f"{site.name}_other")
        await other.begin()
        await other.append(opened(1), said(2, "message_1"))

    places.run(test)


def test_a_writer_of_another_epoch_is_stopped(places: Places) -> None:
    async def test(site: Site) -> None:
        with pytest.raises(WrongWriter):
            await site.append(opened(1))
        site.rows.cases.clear()
        await site.begin()
        await site.append(opened(1))
        # Somebody else has the lease now, and the old writer does not know it yet.
        assert await site.lease.acquire("other", 5000, 1000) == site.epoch + 1
        with pytest.raises(WrongWriter):
            await site.append(said(2, "message_1"))
        assert await site.log.head() == 1

    places.run(test)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_log_has_no_gap_and_no_second_past(places: Places, seq: int) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1))
        with pytest.raises(WrongWriter):
            await site.append(opened(seq, CaseId("case_2")))
        with pytest.raises(WrongWriter):
            await site.append(opened(2, CaseId("case_2")), opened(4, CaseId("case_3")))
        assert await site.log.head() == 1

    places.run(test)


def test_two_appends_of_one_place_cannot_both_be_stored(places: Places) -> None:
    async def attempt(site: Site, case: str) -> bool:
        try:
            await site.append(opened(1, CaseId(case)))
        except WrongWriter:
            return False
        return True

    async def test(site: Site) -> None:
        await site.begin()
        async with asyncio.TaskGroup() as tasks:
            attempts = [tasks.create_task(attempt(site, f"case_{n}")) for n in range(4)]
        assert [task.result() for task in attempts].count(True) == 1
        assert len(await site.log.read(0, 10)) == 1

    places.run(test)


async def holdings(site: Site) -> list[tuple[str, int, int | None]]:
    asked = (
        select(assignments.c.agent, assignments.c.from_seq, assignments.c.to_seq)
        .where(assignments.c.site == site.name)
        .order_by(assignments.c.from_seq)
    )
    rows = await site.database.read(lambda connection: connection.execute(asked).all())
    return [tuple(row) for row in rows]


def test_holders_follow_each_other_without_a_gap(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1), assigned(2, ANN))
        assert await holdings(site) == [(ANN, 2, None)]
        queued = e.CaseQueued(
            seq=4,
            at_ms=4,
            case=CASE,
            client=CLIENT,
            queue=QueueId("queue_1"),
            enqueued_at_ms=1,
            key=1,
            cause=QueueCause.TAKEN_BACK,
            former=ANN,
        )
        # In one batch: a word, back to the queue, to Bob, and closed.
        await site.append(
            said(3, "message_1", holder=ANN), queued, assigned(5, BOB), closed(6, former=BOB)
        )
        assert await holdings(site) == [(ANN, 2, 4), (BOB, 5, 6)]

    places.run(test)


def test_a_second_live_holder_is_refused_by_the_table(places: Places) -> None:
    async def test(site: Site) -> None:
        row = {"site": site.name, "case_id": CASE, "agent": ANN, "from_seq": 1, "to_seq": None}
        await site.database.write(lambda c: c.execute(insert(assignments), row))
        second = {**row, "from_seq": 2}
        with pytest.raises(IntegrityError):
            await site.database.write(lambda c: c.execute(insert(assignments), second))

    places.run(test)


def test_the_outcome_of_a_command_is_kept_by_actor_and_ref(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        kept = outcome("r1", 1)
        await site.log.append(site.batch(opened(1), outcomes=(kept, outcome("r2", 1))))
        asked = [("client_1", "r1"), ("client_2", "r1"), ("client_1", "r3")]
        assert (await site.log.known(asked, [])).outcomes == {("client_1", "r1"): kept}
        with pytest.raises(Contradiction):
            await site.log.append(site.batch(outcomes=(kept,)))

    places.run(test)


def test_pages_of_a_case_go_back_to_its_beginning(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        other = CaseId("case_2")
        events = [opened(1), opened(2, other)]
        events_said = [said(n, f"message_{n}", CASE if n % 2 else other) for n in range(3, 9)]
        await site.append(*events, *events_said)
        last = await site.log.of_case([CASE], before=None, limit=2)
        assert [event.seq for event in last.events] == [5, 7]
        assert last.before == 5
        first = await site.log.of_case([CASE], before=last.before, limit=2)
        assert [event.seq for event in first.events] == [1, 3]
        assert first.before is None
        both = await site.log.of_case([CASE, other], before=None, limit=100)
        assert [event.seq for event in both.events] == list(range(1, 9))
        assert (await site.log.of_case([], before=None, limit=5)).events == ()

    places.run(test)


def test_a_client_sees_the_events_of_all_their_cases_only(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        stranger = ClientId("client_2")
        await site.append(
            e.ClientRegistered(seq=1, at_ms=1, client=CLIENT),
            opened(2),
            opened(3, CaseId("case_2")),
            opened(4, CaseId("case_3"), client=stranger),
        )
        page = await site.log.of_client(CLIENT, before=None, limit=10)
        assert [event.seq for event in page.events] == [2, 3]

    places.run(test)


def test_a_note_is_found_by_whom_it_names(places: Places) -> None:
    async def test(site: Site) -> None:
        def note(seq: int, *mentions: AgentId) -> e.NoteTaken:
            return e.NoteTaken(
                seq=seq,
                at_ms=seq,
                case=CASE,
                client=CLIENT,
                note=NoteId(f"note_{seq}"),
                author_name="A",
                text="@ann",
                mentions=mentions,
            )

        await site.begin()
        await site.append(opened(1), note(2, ANN, ANN), note(3, BOB), note(4, BOB, ANN))
        page = await site.log.mentions(ANN, before=None, limit=1)
        assert [event.seq for event in page.events] == [4]
        page = await site.log.mentions(ANN, before=page.before, limit=1)
        assert [event.seq for event in page.events] == [2]
        assert page.before is None

    places.run(test)


def test_the_last_snapshot_is_kept(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.log.load_snapshot() is None
        await site.log.save_snapshot(5, b"\x00five")
        await site.log.save_snapshot(9, b"nine")
        assert await site.log.load_snapshot() == (9, b"nine")

    places.run(test)


def test_what_the_figures_remember_is_kept_once(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.log.load_figures() is None
        await site.log.save_figures(5, b"\x00five")
        await site.log.save_figures(9, b"nine")
        assert await site.log.load_figures() == b"nine"

    places.run(test)


def test_reading_does_not_wait_for_a_writer(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1))
        loop = asyncio.get_running_loop()
        row = {"site": site.name, "case_id": "x", "agent": ANN, "from_seq": 1, "to_seq": None}

        async def read() -> None:
            async with asyncio.timeout(5):
                assert await site.log.head() == 1
                assert await site.log.known([("client_1", "r")], []) is not None
                assert await holdings(site) == []

        def write_and_read(connection: Connection) -> None:
            connection.execute(insert(assignments), row)
            # The transaction is open: on a thread of its own, or in the loop itself.
            if connection.dialect.name == "sqlite":
                asyncio.run_coroutine_threadsafe(read(), loop).result()
            else:
                await_only(read())

        await site.database.write(write_and_read)
        assert len(await holdings(site)) == 1

    places.run(test)
