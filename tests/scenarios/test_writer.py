"""Stories of the single writer, in virtual time on a log in memory."""

import asyncio

import pytest

from router.core.router import Router
from router.errors import LeaseLost
from router.leadership import Tenure
from router.memory import Memory, rebuild
from router.service import Writer, run_writer
from store.appending import Batch, WrongWriter
from store.beside import beside
from store.bus import SubscriberLagged
from store.errors import Unavailable
from store.post import Post, commands_topic, events_topic
from store.schema import commands as c
from store.schema import events as e
from store.schema.codec import decode_events, encode
from store.schema.commands import SYSTEM, Envelope, Refusal
from store.schema.ids import CaseId, MessageId
from store.schema.terms import CaseStatus, Channel, CloseCause
from tests.properties.promises import replayed
from tests.router.floor import ANN, GENERAL, LABEL, ONE, TWO, agent, client
from tests.scenarios.site import SETTINGS, Floor, MemoryLog, Site
from tests.support.virtual_time import run

DAY_S = 86_400


def from_elsewhere(ref: str) -> bytes:
    """A command of another web process, as it is on the bus."""
    queue = c.ConfigureQueue(ref=ref, queue=GENERAL, label=LABEL)
    return encode(Post(node="other", number=1, envelope=Envelope(actor=SYSTEM, command=queue)))


async def opened(floor: Floor, case: CaseId = ONE) -> None:
    command = c.OpenCase(ref=floor.ref(), case=case, channel=Channel.CHAT, subject="other")
    await floor.do(client(), command)


async def waited_for(floor: Floor, case: CaseId = ONE) -> None:
    command = c.SettleCase(ref=floor.ref(), case=case, outcome=c.OutcomeWait())
    await floor.do(agent(), command)


def message(ref: str = "said", text: str = "hello", name: str = "message_1") -> c.SendMessage:
    return c.SendMessage(ref=ref, case=ONE, message=MessageId(name), text=text)


def test_a_case_whose_client_is_silent_closes_by_itself_after_a_day() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
            await waited_for(floor)
            await asyncio.sleep(DAY_S - 1)
            assert site.log.rows[ONE].status is CaseStatus.WAITING_CLIENT
            await asyncio.sleep(2)

    run(story())
    row = site.log.rows[ONE]
    assert (row.status, row.close_cause) == (CaseStatus.CLOSED, CloseCause.CLIENT_SILENT)
    waiting = next(event for event in site.log.events if isinstance(event, e.CaseWaiting))
    closed = next(event for event in site.log.events if isinstance(event, e.CaseClosed))
    assert closed.at_ms == waiting.closes_at_ms == waiting.at_ms + DAY_S * 1000


def test_a_request_that_is_asked_again_is_answered_the_same_and_done_once() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
            first = await floor.ask(client(), message())
            assert await floor.ask(client(), message()) == first
        async with site.writing() as floor:
            assert await floor.ask(client(), message()) == first
            other = await floor.ask(client(), message(text="something else"))
            assert other.refusal is Refusal.REF_REUSED

    run(story())
    said = [event for event in site.log.events if isinstance(event, e.MessageSent)]
    assert [event.text for event in said] == ["hello"]


def test_a_request_asked_twice_within_one_batch_is_done_once() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
            batches = site.log.batches
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(floor.ask(client(), message())) for _ in range(3)]
            assert len({task.result() for task in asked}) == 1
            assert site.log.batches == batches + 1

    run(story())
    assert site.log.rows[ONE].unread_agent == 1


def test_a_message_id_is_used_once_whoever_asks() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
            async with asyncio.TaskGroup() as tasks:
                asked = [
                    tasks.create_task(floor.ask(client(), message(ref)))
                    for ref in ("said-1", "said-2")
                ]
            refusals = [task.result().refusal for task in asked]
            assert refusals == [None, Refusal.MESSAGE_EXISTS]
            by_agent = c.SettleCase(
                ref="settled", case=ONE, message=MessageId("message_1"), text="hello"
            )
            settled = await floor.ask(agent(), by_agent)
            assert settled.refusal is Refusal.MESSAGE_EXISTS

    run(story())


def test_a_refusal_is_an_answer_too_and_is_answered_again() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            empty = c.SendMessage(ref="said", case=ONE, message=MessageId("message_1"))
            first = await floor.ask(client(), empty)
            assert first.refusal is Refusal.CASE_UNKNOWN
            await opened(floor)
            assert await floor.ask(client(), empty) == first

    run(story())


def test_a_log_that_fails_ends_the_writer_and_nobody_is_answered() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            site.log.is_broken = True
            await floor.ask(client(), message())

    with pytest.raises(OSError, match="full"):
        run(story())
    assert site.log.snapshot is None
    site.log.is_broken = False
    assert site.lease.holder == ""

    async def afterwards() -> None:
        async with site.writing() as floor:
            await opened(floor)

    run(afterwards())
    assert site.log.rows[ONE].holder == ANN


def test_a_restart_from_snapshot_and_log_gives_the_same_state() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
        assert site.log.snapshot is not None
        assert site.log.snapshot[0] == len(site.log.events)
        kept = site.log.snapshot
        async with site.writing() as floor:
            await opened(floor, TWO)
            await waited_for(floor)
        # The older snapshot and the events after it, as after a kill.
        site.log.snapshot = kept
        memory = await rebuild(site.log)
        assert memory.router.digest() == replayed(site.log.events).digest()
        assert memory.rows.cases == {ONE: site.log.rows[ONE], TWO: site.log.rows[TWO]}

    run(story())


def test_nothing_is_published_that_the_log_does_not_have() -> None:
    site = Site()
    heard: list[e.AnyEvent] = []

    async def story() -> None:
        async with (
            site.bus.subscribe(events_topic(SETTINGS.site)) as payloads,
            site.writing() as floor,
        ):
            await floor.set_up()
            await opened(floor)
            while len(heard) < len(site.log.events):
                heard.extend(decode_events(await anext(payloads)))

    run(story())
    assert heard == site.log.events


def test_a_survey_long_after_the_close_is_written_on_the_row() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await opened(floor)
            closing = c.SettleCase(ref=floor.ref(), case=ONE, outcome=c.OutcomeClose())
            await floor.do(agent(), closing)
        async with site.writing() as floor:
            await asyncio.sleep(DAY_S)
            await floor.do(client(), c.AnswerSurvey(ref=floor.ref(), case=ONE, note=5))

    run(story())
    assert site.log.rows[ONE].survey_note == 5
    assert site.log.rows[ONE].status is CaseStatus.CLOSED


def test_a_standby_takes_over_when_the_first_writer_stops() -> None:
    site = Site()

    async def story() -> None:
        async with asyncio.TaskGroup() as tasks:
            async with site.writing() as floor:
                is_ready = asyncio.Event()
                standby = tasks.create_task(
                    run_writer(
                        SETTINGS, site.log, site.lease, site.bus, site.clock, is_ready=is_ready
                    )
                )
                await floor.set_up()
                await asyncio.sleep(10)
                assert not is_ready.is_set()
            await is_ready.wait()
            assert site.lease.epoch == 2
            standby.cancel()

    run(story())


def test_a_writer_that_loses_its_lease_stops() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing(Tenure()):
            site.lease.epoch += 1
            await asyncio.sleep(DAY_S)

    with pytest.raises(LeaseLost):
        run(story())


def test_a_writer_of_a_former_epoch_can_store_nothing() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            site.log.epoch = 7
            await floor.set_up()

    with pytest.raises(WrongWriter):
        run(story())
    assert site.log.events == []


def test_a_snapshot_is_saved_beside_the_turns_once_enough_has_happened() -> None:
    site = Site()

    async def story() -> None:
        writer = Writer(Memory(), site.log, site.clock, epoch=1)

        async def configure(ref: str) -> None:
            queue = c.ConfigureQueue(ref=ref, queue=GENERAL, label=LABEL)
            await writer.carry_out([Envelope(actor=SYSTEM, command=queue)])

        await configure("r1")
        async with beside(writer.keeper.run()):
            writer.keeper.take_if_due(2)
            await asyncio.sleep(1)
            assert site.log.snapshot is None
            writer.keeper.take_if_due(1)
            first = (1, writer.memory.dump())
            # What happens while it is stored is in no second one meanwhile.
            await configure("r2")
            writer.keeper.take_if_due(1)
            await asyncio.sleep(1)
            assert site.log.snapshot == first
            await configure("r3")
            writer.keeper.take_if_due(1)
            await asyncio.sleep(1)
            assert site.log.snapshot == (3, writer.memory.dump())

    run(story())


def test_with_many_open_cases_snapshots_are_rarer() -> None:
    site = Site()

    async def story() -> None:
        writer = Writer(Memory(), site.log, site.clock, epoch=1)
        queue = c.ConfigureQueue(ref="r", queue=GENERAL, label=LABEL)
        await writer.carry_out([Envelope(actor=SYSTEM, command=queue)])
        # Three events each: opened, scored, queued.
        for number in range(4):
            case = CaseId(f"case_{number}")
            opening = c.OpenCase(ref=case, case=case, channel=Channel.CHAT, subject="question")
            await writer.carry_out([Envelope(actor=client(), command=opening)])
        async with beside(writer.keeper.run()):
            writer.keeper.take_if_due(1)
            await asyncio.sleep(1)
            taken = site.log.snapshot
            assert taken is not None
            # One event, and two cases' worth of events between two snapshots.
            again = c.ConfigureQueue(ref="s", queue=GENERAL, label=LABEL)
            await writer.carry_out([Envelope(actor=SYSTEM, command=again)])
            writer.keeper.take_if_due(1)
            await asyncio.sleep(1)
            assert site.log.snapshot == taken

    run(story())


def test_time_never_goes_back_after_a_restart() -> None:
    site = Site()

    async def story() -> None:
        await asyncio.sleep(DAY_S)
        async with site.writing() as floor:
            await floor.set_up()

    run(story())
    last_ms = site.log.events[-1].at_ms

    async def on_a_slower_machine() -> None:
        async with site.writing() as floor:
            await opened(floor)

    run(on_a_slower_machine())
    assert site.log.events[-1].at_ms >= last_ms


class SlowLog(MemoryLog):
    """A disk that takes its time."""

    async def append(self, batch: Batch) -> None:
        await asyncio.sleep(1)
        await super().append(batch)


def test_commands_that_are_missed_do_not_cut_the_turn_under_way() -> None:
    site = Site()
    site.log = SlowLog()
    site.bus = type(site.bus)(queued_payloads=2)

    async def story() -> None:
        async with site.writing() as floor, asyncio.TaskGroup() as tasks:
            queue = c.ConfigureQueue(ref="q", queue=GENERAL, label=LABEL)
            under_way = tasks.create_task(floor.do(SYSTEM, queue))
            await asyncio.sleep(0.5)
            assert site.log.events == []
            # More than waits for the writer, however many it takes at once.
            for number in range(2_000):
                noise = from_elsewhere(f"noise-{number}")
                await site.bus.publish(commands_topic(SETTINGS.site), noise)
                await asyncio.sleep(0)
            await under_way
            # The flood has run off.
            await asyncio.sleep(60)
            await opened(floor)

    run(story())
    assert [event.seq for event in site.log.events] == list(range(1, len(site.log.events) + 1))


def test_a_flood_that_the_bus_could_not_hold_is_survived() -> None:
    site = Site()
    site.bus = type(site.bus)(queued_payloads=2)

    async def flood(floor: Floor) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(2_000):
                tasks.create_task(floor.ask(client(), message(f"said-{number}")))

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            with pytest.raises(ExceptionGroup) as failed:
                await flood(floor)
            assert failed.group_contains(Unavailable)
            assert not failed.group_contains(SubscriberLagged)
            await opened(floor)

    run(story())
    assert isinstance(replayed(site.log.events), Router)
