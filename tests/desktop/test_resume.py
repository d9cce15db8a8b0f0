"""A socket that is cut anywhere and resumes gets every visible event once, in order (G10)."""

import asyncio
from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.reader import Reader, sees
from desktop.hub import Hub
from store.bus import MemoryBus
from store.post import events_topic, signals_topic
from store.schema import commands as c
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.codec import decode_outbound, encode
from store.schema.commands import Actor
from store.schema.frames import Happened, Shown, Typing
from store.schema.ids import NoteId
from store.schema.terms import Author, Presence, Role
from store.schema.views import CaseView, Snapshot
from tests.router.floor import ANN, BOB, MAX, ONE, SUE, SUPERVISOR, THREE, TWO, ZOE, Floor
from tests.router.floor import agent as an_agent
from tests.router.floor import client as a_client
from tests.support.virtual_time import run

SITE = "site_test"
ACTORS = [a_client(ZOE), a_client(MAX), an_agent(ANN), an_agent(BOB), SUPERVISOR]


@cache
def day() -> tuple[e.AnyEvent, ...]:
    """A day on which everything happens that gives, moves, tells and ends."""
    floor = Floor()
    floor.agent(SUE)
    floor.ready(ANN, supervisor=SUE)
    floor.open(ONE, ZOE)
    floor.say(a_client(ZOE), ONE)
    floor.say(an_agent(ANN), ONE)
    floor.ready(BOB)
    floor.open(TWO, MAX)
    floor.do(
        an_agent(ANN),
        c.TakeNote(ref="r", case=ONE, note=NoteId("note_1"), text="@Bob", mentions=(BOB,)),
    )
    floor.settle(an_agent(ANN), c.OutcomeAssign(agent=BOB), ONE)
    floor.do(SUPERVISOR, c.TakeBack(ref="r", case=TWO))
    floor.open(THREE, ZOE)
    floor.presence(Presence.BREAK, BOB)
    floor.do(SUPERVISOR, c.MergeCases(ref="r", case=THREE, into=ONE))
    floor.settle(an_agent(BOB), c.OutcomeWait(), ONE)
    floor.say(a_client(ZOE), ONE)
    floor.close(ONE, BOB)
    floor.disconnect(ANN)
    floor.wait(60_000)
    floor.do(a_client(ZOE), c.AnswerSurvey(ref="r", case=ONE, note=5))
    return tuple(floor.log)


class GrowingLog:
    """The log and the case rows of a day that goes on."""

    def __init__(self) -> None:
        self.events: list[e.AnyEvent] = []
        self.rows = Rows()

    def grow(self, event: e.AnyEvent) -> None:
        self.events.append(event)
        self.rows.apply(event)
        self.rows.forget_closed()

    async def head(self) -> int:
        return len(self.events)

    async def read(self, after_seq: int, limit: int) -> list[e.AnyEvent]:
        return self.events[after_seq : after_seq + limit]

    async def floor(self) -> list[e.AnyEvent]:
        return [event for event in self.events if not isinstance(event, e.CaseEvent)]

    async def open_cases(self) -> list[CaseView]:
        return list(self.rows.cases.values())


class Browser:
    """Receives as the front end does: forgets at a snapshot, else goes on from its last event."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.reader: Reader | None = None
        self.last_seq: int | None = None
        self.heard: list[int] = []
        self.since = 0
        self.rows = Rows()

    def start_afresh(self, snapshot: Snapshot) -> None:
        self.heard, self.since, self.rows = [], snapshot.seq, Rows(snapshot)

    def take(self, frame: Happened | Shown) -> None:
        if isinstance(frame, Shown):
            self.rows.cases[frame.case.case] = frame.case
            return
        self.heard.append(frame.event.seq)
        self.last_seq = frame.event.seq
        self.rows.apply(frame.event)

    def drain(self) -> None:
        assert self.reader is not None
        for text in self.reader.take():
            frame = decode_outbound(text)
            assert isinstance(frame, Happened | Shown)
            self.take(frame)


class Day:
    """One hub, one browser, and what happens between them."""

    def __init__(self, actor: Actor) -> None:
        self.log = GrowingLog()
        self.bus = MemoryBus()
        self.hub = Hub(SITE, self.bus, self.log, self.log)
        self.browser = Browser(actor)
        self.coming = iter(day())

    async def commit(self, count: int, *, is_told: bool) -> None:
        events = list(islice(self.coming, count))
        for event in events:
            self.log.grow(event)
        if events and is_told:
            await self.bus.publish(events_topic(SITE), encode(events))
            await self.settle()

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def connect(self, meanwhile: int) -> None:
        """Connect; `meanwhile` events happen between the joining and the reading."""
        browser = self.browser
        browser.reader = Reader(browser.actor, queued_events=256, queued_bytes=1 << 20)
        snapshot = self.hub.join(browser.reader, lambda: None)
        await self.commit(meanwhile, is_told=True)
        missed = await self.hub.missed(browser.reader, browser.last_seq, snapshot.seq, most=40)
        if missed is None:
            browser.start_afresh(snapshot)
            browser.last_seq = snapshot.seq
        for frame in missed or ():
            browser.take(frame)

    def cut(self) -> None:
        """Lose the socket, and all that waited for it."""
        if self.browser.reader is not None:
            self.hub.leave(self.browser.reader)
            self.browser.reader = None

    def check(self) -> None:
        browser = self.browser
        expected = [
            event.seq
            for event in self.log.events
            if event.seq > browser.since and sees(browser.actor, event)
        ]
        assert browser.heard == expected
        if browser.actor.role is not Role.CLIENT:
            mine = {row.case: row for row in self.hub.cases_of(browser.actor.id)}
            shown = {case: browser.rows.cases.get(case) for case in mine}
            # What is said in a case that others hold is not told to the floor, so theirs differ.
            assert shown == mine


steps = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(1, 7)),
        st.tuples(st.just("lose"), st.integers(1, 7)),
        st.tuples(st.just("connect"), st.integers(0, 4)),
        st.tuples(st.just("drain"), st.just(0)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=30,
)


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.id)
@given(steps=steps)
@settings(max_examples=60, deadline=None)
def test_every_visible_event_comes_once_and_in_order(
    actor: Actor, steps: list[tuple[str, int]]
) -> None:
    async def story() -> None:
        it = Day(actor)
        async with it.hub.running():
            for what, count in steps:
                await take_step(it, what, count)
            if it.browser.reader is None:
                await it.connect(0)
            # What the bus lost is found by looking.
            await asyncio.sleep(5)
            it.browser.drain()
            it.check()

    run(story())


async def take_step(it: Day, what: str, count: int) -> None:
    if what in {"tell", "lose"}:
        await it.commit(count, is_told=what == "tell")
    elif what == "connect":
        it.cut()
        await it.connect(count)
    elif what == "cut":
        it.cut()
    elif it.browser.reader is not None:
        it.browser.drain()


def all_readers() -> Iterator[Reader]:
    for actor in ACTORS:
        yield Reader(actor, queued_events=256, queued_bytes=1 << 20)


def test_live_and_resumed_are_told_of_the_same_events() -> None:
    async def story() -> None:
        log = GrowingLog()
        hub = Hub(SITE, MemoryBus(), log, log)
        readers = list(all_readers())
        watching = readers[-1]
        watching.watched = ONE
        async with hub.running():
            for reader in readers:
                hub.join(reader, lambda: None)
            for event in day():
                log.grow(event)
            await asyncio.sleep(5)
        for reader in readers:
            frames = [decode_outbound(text) for text in reader.take()]
            live = [frame.event for frame in frames if isinstance(frame, Happened)]
            assert live == [x for x in day() if sees(reader.actor, x, reader.watched)]

    run(story())


def test_a_reader_that_left_is_forgotten() -> None:
    async def story() -> None:
        log = GrowingLog()
        hub = Hub(SITE, MemoryBus(), log, log)
        async with hub.running():
            readers = list(all_readers())
            for reader in readers:
                hub.join(reader, lambda: None)
            assert sorted(hub.present()) == [ANN, BOB, SUE]
            for reader in readers:
                hub.leave(reader)
            assert hub.present() == []
            assert [hub.sockets_of(actor.id) for actor in ACTORS] == [0] * len(ACTORS)

    run(story())


def test_a_bus_that_lags_does_not_end_the_hub() -> None:
    async def story() -> None:
        log, bus = GrowingLog(), MemoryBus(queued_payloads=1)
        hub = Hub(SITE, bus, log, log)
        typing = Typing(case=ONE, author=Author.CLIENT, name="Zoé")
        async with hub.running():
            for event in day()[:10]:
                log.grow(event)
                # Nobody reads between: the second one is too many.
                await bus.publish(events_topic(SITE), encode([event]))
                await bus.publish(signals_topic(SITE), encode(typing))
            await asyncio.sleep(0.5)
            assert hub.rows.seq == 10
            log.grow(day()[10])
            await bus.publish(events_topic(SITE), encode([day()[10]]))
            await asyncio.sleep(0.5)
            # Heard over the bus again, before the poll comes round.
            assert hub.rows.seq == 11

    run(story())


def test_a_slow_reader_is_given_up_and_holds_nothing() -> None:
    few = Reader(SUPERVISOR, queued_events=2, queued_bytes=1 << 20)
    small = Reader(SUPERVISOR, queued_events=256, queued_bytes=10)
    for reader in (few, small):
        reader.put("é", 2)
        assert not reader.is_too_slow
    few.put("b", 1)
    few.put("c", 1)
    small.put("é" * 5, 10)
    for reader in (few, small):
        reader.put("d", 1)
        assert reader.is_too_slow
        assert reader.take() == []


@pytest.mark.parametrize("last_seq", [None, -1, 100, 2**70])
def test_who_was_never_here_starts_afresh(last_seq: int | None) -> None:
    async def story() -> None:
        log = GrowingLog()
        for event in day()[:40]:
            log.grow(event)
        hub = Hub(SITE, MemoryBus(), log, log)
        async with hub.running():
            reader = Reader(SUPERVISOR, queued_events=256, queued_bytes=1 << 20)
            assert await hub.missed(reader, last_seq, hub.rows.seq, most=5_000) is None
            assert await hub.missed(reader, 0, hub.rows.seq, most=39) is None
            assert await hub.missed(reader, 0, hub.rows.seq, most=40) is not None

    run(story())
