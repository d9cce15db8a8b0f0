"""Supervisors are told the figures that changed, clients their own place, and a start recounts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import msgspec

from desktop.core.reader import Reader
from desktop.hub import Hub
from desktop.wallboard import Wallboard
from store.bus import MemoryBus
from store.post import events_topic
from store.schema import events as e
from store.schema.codec import decode_outbound, encode
from store.schema.commands import Actor
from store.schema.figures import FloorFigures
from store.schema.frames import Awaited, Counted
from store.schema.ids import CaseId
from store.schema.terms import BotScript, Label, Role
from store.schema.views import SiteProfile
from tests.desktop.site import Site, on_site
from tests.desktop.test_resume import GrowingLog
from tests.router.floor import SUPERVISOR
from tests.support.logs import AGENTS, QUEUES, LogTeller
from tests.support.virtual_time import VirtualClock, run

SITE = "site_test"
AUTO, HOME = QUEUES
# Days of these logs begin at 1970-01-01: the virtual clock is young.
YOUNG_MS = 1_000
NOTHING = Label(fr="", en="")


class KeptLog(GrowingLog):
    """The log, what was kept of its figures, and the site's profile."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: bytes | None = None
        self.kept_seq = 0
        self.reads: list[int] = []
        self.time_zone = "Europe/Paris"

    async def read(self, after_seq: int, limit: int) -> list[e.AnyEvent]:
        self.reads.append(after_seq)
        return await super().read(after_seq, limit)

    async def load_figures(self) -> bytes | None:
        return self.kept

    async def save_figures(self, seq: int, body: bytes) -> None:
        self.kept_seq, self.kept = seq, body

    async def profile(self) -> SiteProfile:
        bot = BotScript(greeting=NOTHING, questions=(), handover=NOTHING)
        return SiteProfile(name="Test", bot=bot, time_zone=self.time_zone)


class Story:
    """A hub and its wallboard beside a log that grows."""

    def __init__(self, log: KeptLog | None = None) -> None:
        self.log = log or KeptLog()
        self.teller = LogTeller(lambda _: 0, YOUNG_MS)
        self.bus = MemoryBus()
        self.hub = Hub(SITE, self.bus, self.log, self.log)
        self.board = Wallboard(self.hub, self.log, self.log, VirtualClock())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.hub.running(), self.board.running():
            yield

    async def tell(self, *, is_told: bool = True) -> None:
        """Commit what the teller has told."""
        fresh = self.teller.log[len(self.log.events) :]
        for event in fresh:
            self.log.grow(event)
        if fresh and is_told:
            await self.bus.publish(events_topic(SITE), encode(fresh))

    def join(self, actor: Actor) -> Reader:
        reader = Reader(actor, queued_events=1_000, queued_bytes=10_000_000)
        self.hub.join(reader, lambda: None)
        return reader


def client_of(case: str) -> Actor:
    return Actor(role=Role.CLIENT, id=f"client_{case}")


def told(reader: Reader) -> list[FloorFigures]:
    frames = [decode_outbound(text) for text in reader.take()]
    return [frame.figures for frame in frames if isinstance(frame, Counted)]


def places(reader: Reader) -> list[tuple[str, int]]:
    frames = [decode_outbound(text) for text in reader.take()]
    return [(x.wait.case, x.wait.place) for x in frames if isinstance(x, Awaited)]


async def seconds(count: float) -> None:
    await asyncio.sleep(count)


def play(story: Callable[[Story], Awaitable[None]], log: KeptLog | None = None) -> None:
    async def scene() -> None:
        told_story = Story(log)
        async with told_story.running():
            await story(told_story)

    run(scene())


def test_supervisors_get_the_whole_once_and_then_what_changed() -> None:
    async def story(now: Story) -> None:
        reader = now.join(SUPERVISOR)
        await now.tell()
        await seconds(1.5)
        whole = told(reader)[-1]
        assert [row.queue for row in whole.queues] == list(QUEUES)
        assert [row.agent for row in whole.agents] == list(AGENTS)

        now.teller.open_case()
        await now.tell()
        await seconds(1)
        (changed,) = told(reader)
        assert [row.queue for row in changed.queues] == [AUTO]
        assert changed.agents == ()
        assert (changed.queues[0].offered, changed.site.offered) == (1, 1)

        await seconds(10)
        assert told(reader) == []

    play(story)


def test_whoever_looks_later_gets_the_whole_and_agents_get_none() -> None:
    async def story(now: Story) -> None:
        await now.tell()
        await seconds(5)
        late, agent = now.join(SUPERVISOR), now.join(Actor(role=Role.AGENT, id="agent_a"))
        await seconds(1)
        (whole,) = told(late)
        assert len(whole.queues) == 2
        assert told(agent) == []

    play(story)


def test_at_most_once_a_second_however_much_happens() -> None:
    async def story(now: Story) -> None:
        reader = now.join(SUPERVISOR)
        await now.tell()
        for _ in range(200):
            now.teller.open_case()
            await now.tell()
            await seconds(0.02)
        frames = told(reader)
        assert 4 <= len(frames) <= 6
        assert all(after.seq > before.seq for before, after in pairwise(frames))

    play(story)


def test_clients_are_told_their_own_place_and_no_other() -> None:
    async def story(now: Story) -> None:
        await now.tell()
        readers = [now.join(client_of(f"case_{number}")) for number in range(3)]
        for _ in readers:
            now.teller.now_ms += 10
            now.teller.case_waits(AUTO)
        await now.tell()
        await seconds(1.5)
        assert [places(x) for x in readers] == [[(f"case_{n}", n + 1)] for n in range(3)]

        now.teller.assign(CaseId("case_0"), AGENTS[0])
        await now.tell()
        await seconds(7)
        assert [places(x) for x in readers] == [[], [("case_1", 1)], [("case_2", 2)]]

    play(story)


def test_a_place_that_dances_is_told_every_few_seconds() -> None:
    async def story(now: Story) -> None:
        await now.tell()
        first = now.teller.case_waits(AUTO)
        reader = now.join(client_of(first))
        for _ in range(60):
            now.teller.rush(AUTO)
            await now.tell()
            await seconds(0.5)
        assert 5 <= len(places(reader)) <= 7

    play(story)


def test_what_the_bus_lost_is_counted_from_the_log() -> None:
    async def story(now: Story) -> None:
        await now.tell()
        now.teller.case_waits(AUTO)
        await now.tell(is_told=False)
        now.teller.case_waits(AUTO)
        await now.tell()
        await seconds(1.5)
        whole = now.board.whole()
        assert whole is not None
        assert whole.site.waiting == 2

    play(story)


def test_a_restart_goes_on_from_what_was_kept() -> None:
    log = KeptLog()
    counted: list[FloorFigures | None] = []

    async def before(now: Story) -> None:
        await now.tell()
        for _ in range(20):
            now.teller.case_waits(HOME)
        await now.tell()
        await seconds(2)
        counted.append(now.board.whole())

    async def after(now: Story) -> None:
        counted.append(now.board.whole())
        # Nothing was read again.
        assert min(now.log.reads, default=log.kept_seq) >= log.kept_seq

    play(before, log)
    assert log.kept_seq == len(log.events)
    log.reads.clear()
    play(after, log)
    first, second = counted
    assert first is not None
    assert second is not None
    assert first.queues == second.queues
    assert first.site.offered == 20


def test_a_long_log_is_counted_behind_the_scenes() -> None:
    log = KeptLog()
    teller = LogTeller(lambda _: 0, YOUNG_MS)
    for _ in range(700):
        teller.case_waits(AUTO)
    for event in teller.log:
        log.grow(event)

    async def story(now: Story) -> None:
        reader = now.join(SUPERVISOR)
        assert now.board.whole() is None
        await seconds(1)
        whole = now.board.whole()
        assert whole is not None
        assert whole.site.waiting == 700
        assert told(reader)[0].site.waiting == 700

    play(story, log)


def test_without_anything_kept_or_in_another_time_zone_the_log_is_counted_again() -> None:
    log = KeptLog()

    async def story(now: Story) -> None:
        await seconds(1)
        whole = now.board.whole()
        assert whole is not None
        assert whole.site.offered == 5

    teller = LogTeller(lambda _: 0, YOUNG_MS)
    for _ in range(5):
        teller.case_waits(AUTO)
    for event in teller.log:
        log.grow(event)
    for time_zone in ("Europe/Paris", "Asia/Tokyo", "Nowhere/Land"):
        log.time_zone = time_zone
        log.reads.clear()
        play(story, log)
        assert min(log.reads) == 0
    log.kept = b"of another version"
    play(story, log)


def test_who_may_read_the_figures(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        found = {}
        for login in ("lea", "nadia", "paul"):
            browser, _ = await site.staff(login)
            async with browser:
                answer = await browser.get("/api/v1/figures")
                while answer.status_code == 503:
                    answer = await browser.get("/api/v1/figures")
                found[login] = answer.status_code
                if answer.is_success:
                    figures = msgspec.json.decode(answer.content, type=FloorFigures)
                    assert {row.queue for row in figures.queues} == {"queue_general"}
                    assert len(figures.agents) == 4
        assert found == {"lea": 403, "nadia": 200, "paul": 200}

    on_site(tmp_path, story)
