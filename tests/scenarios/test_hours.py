"""Stories of a queue's hours, in virtual time: the calendar, the writer and the core together."""

import asyncio

from router.scheduling import DAY_MS
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM
from store.schema.terms import CaseStatus, Channel, Hours, Label, Opening
from tests.router.floor import ANN, GENERAL, LABEL, ONE, client
from tests.scenarios.site import Floor, Site
from tests.support.virtual_time import run

HOUR_S = 3_600
DAY_S = 86_400
# Virtual time begins on Thursday 1 January 1970, 01:00 in Paris.
MORNINGS = Hours(
    weekly=tuple(Opening(weekday=day, opens="09:00", closes="12:00") for day in range(1, 6)),
    notice=Label(fr="Nous ouvrons {opens}.", en="We open {opens}."),
)


async def configured(floor: Floor, hours: Hours | None) -> None:
    await floor.do(
        SYSTEM, c.ConfigureQueue(ref=floor.ref(), queue=GENERAL, label=LABEL, hours=hours)
    )


async def opened(floor: Floor) -> None:
    command = c.OpenCase(ref=floor.ref(), case=ONE, channel=Channel.CHAT, subject="other")
    await floor.do(client(), command)


def told(site: Site, kind: type[e.AnyEvent]) -> list[e.AnyEvent]:
    return [event for event in site.log.events if isinstance(event, kind)]


def test_a_case_that_comes_at_night_is_kept_told_and_given_when_the_queue_opens() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await configured(floor, MORNINGS)
            await opened(floor)
            assert site.log.rows[ONE].is_held
            await asyncio.sleep(8 * HOUR_S - 1)
            assert site.log.rows[ONE].status is CaseStatus.QUEUED
            await asyncio.sleep(2)
            assert site.log.rows[ONE].holder == ANN

    run(story())
    (said,) = [event for event in site.log.events if isinstance(event, e.MessageSent)]
    assert said.text == "Nous ouvrons jeudi 1er janvier à 9 h 00."
    (assigned,) = told(site, e.CaseAssigned)
    assert assigned.at_ms == 8 * HOUR_S * 1_000


def test_it_opens_and_closes_for_weeks_and_is_told_of_them_once_a_week() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await configured(floor, MORNINGS)
            await asyncio.sleep(28 * DAY_S)

    run(story())
    # 20 working days from Thursday to Wednesday, and New Year's Day is not asked to be off.
    assert len(told(site, e.QueueOpened)) == 20
    at_ms = [event.at_ms for event in told(site, e.QueueScheduled)]
    assert at_ms[:4] == [week * 7 * DAY_MS for week in range(4)]
    assert len(at_ms) <= 5


def test_other_hours_count_at_once_and_none_opens_the_queue() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await configured(floor, MORNINGS)
            await opened(floor)
            assert site.log.rows[ONE].is_held
            await configured(floor, None)
            assert site.log.rows[ONE].holder == ANN

    run(story())


def test_a_queue_that_is_open_by_its_new_hours_never_closes_in_between() -> None:
    site = Site()
    nights = Hours(
        weekly=tuple(Opening(weekday=day, opens="00:00", closes="24:00") for day in range(1, 8))
    )

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await configured(floor, nights)
            await opened(floor)
            assert site.log.rows[ONE].holder == ANN
            await asyncio.sleep(60 * DAY_S)

    run(story())
    assert told(site, e.QueueClosed) == []


def test_a_writer_that_was_away_for_a_month_knows_the_hours_when_it_is_back() -> None:
    site = Site()

    async def story() -> None:
        async with site.writing() as floor:
            await floor.set_up()
            await configured(floor, MORNINGS)
        await asyncio.sleep(30 * DAY_S + 9 * HOUR_S)
        async with site.writing() as floor:
            await opened(floor)
            # A Saturday.
            assert site.log.rows[ONE].is_held
            await asyncio.sleep(2 * DAY_S)
            assert site.log.rows[ONE].holder == ANN

    run(story())
    opening = [event for event in site.log.events if isinstance(event, e.QueueOpened)][-1]
    assert opening.at_ms == 32 * DAY_MS + 8 * HOUR_S * 1_000
