"""Named stories of the figures: expected waits through the fold, midnight, what is not known."""

import pytest

from store.days import Days
from store.figures.fold import Figures
from store.figures.waits import LEAST_GAPS
from store.schema import events as e
from store.schema.figures import QueueFigures
from store.schema.ids import CaseId, ClientId
from store.schema.terms import CloseCause, QueueCause
from tests.support.logs import AGENTS, QUEUES, START_MS, LogTeller

AUTO, HOME = QUEUES
MINUTE_MS = 60_000
PARIS = Days("Europe/Paris")


class Hall:
    """A log in which the queue AUTO moves by one case a minute, and its figures."""

    def __init__(self) -> None:
        self.teller = LogTeller(lambda _: 0)
        self.figures = Figures(PARIS)
        self.line: list[CaseId] = []

    def arrive(self, count: int = 1) -> CaseId:
        for _ in range(count):
            self.line.append(self.teller.case_waits(AUTO))
        return self.line[-1]

    def move(self, minutes: int = 1) -> None:
        """Let a minute pass, then give the first case to somebody; so many times."""
        for _ in range(minutes):
            self.teller.now_ms += MINUTE_MS
            self.teller.assign(self.line.pop(0), AGENTS[0])

    def learnt(self) -> None:
        """Give the queue the experience it needs."""
        self.arrive(LEAST_GAPS)
        self.move(LEAST_GAPS)

    def now(self) -> QueueFigures:
        self.figures.apply(self.teller.log[self.figures.seq :])
        return self.figures.whole(self.teller.now_ms).queues[0]


def test_nothing_is_expected_of_an_empty_queue_or_without_experience() -> None:
    hall = Hall()
    hall.arrive(3)
    assert hall.now().expected is None
    hall.learnt()
    hall.move(3)
    assert hall.now().waiting == 0
    assert hall.now().expected is None


def test_whoever_comes_next_is_told_a_wait_for_all_before_them() -> None:
    hall = Hall()
    hall.learnt()
    hall.arrive(5)
    expected = hall.now().expected
    assert expected is not None
    assert expected.low_ms < 6 * MINUTE_MS < expected.high_ms
    (own,) = hall.figures.awaited_by(ClientId("client_case_12"))
    assert own.place == 1
    assert own.expected is not None
    assert own.expected.high_ms < expected.high_ms


def test_waits_that_end_are_compared_with_what_was_announced() -> None:
    hall = Hall()
    hall.learnt()
    hall.arrive(2)
    hall.move(2)
    assert (hall.now().announced, hall.now().kept) == (2, 2)
    # One is given at once: nothing was announced to its client.
    hall.arrive()
    hall.teller.assign(hall.line.pop(), AGENTS[0])
    # One waits for an hour instead of a minute or two.
    hall.arrive()
    hall.teller.now_ms += 60 * MINUTE_MS
    hall.teller.assign(hall.line.pop(), AGENTS[0])
    assert (hall.now().announced, hall.now().kept) == (3, 2)


@pytest.mark.parametrize(("waited_ms", "in_time"), [(MINUTE_MS, 1), (MINUTE_MS + 1, 0)])
def test_an_answer_at_the_target_is_in_time_and_a_client_who_leaves_then_does_not_count(
    waited_ms: int, in_time: int
) -> None:
    hall = Hall()
    answered, left = hall.arrive(), hall.arrive()
    hall.teller.now_ms += waited_ms
    hall.teller.assign(answered, AGENTS[0])
    hall.teller.handle(answered)
    hall.teller.close(left, CloseCause.ABANDONED)
    now = hall.now()
    assert (now.answered, now.in_time, now.answer_ms) == (1, in_time, waited_ms)
    assert (now.abandoned, now.abandoned_late) == (1, 1 - in_time)
    assert (now.service_level, now.abandonment) == (float(in_time), 0.5)


def test_waiting_for_the_client_is_no_handling_whoever_holds_the_case() -> None:
    hall = Hall()
    case = hall.arrive()
    hall.teller.assign(case, AGENTS[0])
    hall.teller.handle(case)
    hall.teller.now_ms += MINUTE_MS
    hall.teller.case(e.CaseWaiting, case, closes_at_ms=0)
    hall.teller.now_ms += 60 * MINUTE_MS
    hall.teller.assign(case, AGENTS[1])
    hall.teller.now_ms += 60 * MINUTE_MS
    hall.teller.case(e.CaseResumed, case)
    hall.teller.now_ms += 2 * MINUTE_MS
    hall.teller.close(case, CloseCause.CLOSED)
    assert (hall.now().handled, hall.now().handling_ms) == (2, 3 * MINUTE_MS)
    agents = hall.figures.whole(hall.teller.now_ms).agents
    assert [row.handling_ms for row in agents] == [MINUTE_MS, 2 * MINUTE_MS, 0]


def test_cases_that_need_not_wait_teach_nothing() -> None:
    hall = Hall()
    for _ in range(LEAST_GAPS):
        hall.arrive()
        hall.teller.assign(hall.line.pop(), AGENTS[0])
        hall.teller.now_ms += MINUTE_MS
    hall.arrive(2)
    assert hall.now().expected is None


@pytest.mark.parametrize(("left_after", "announced"), [(1, 0), (30, 1)])
def test_a_client_who_leaves_was_told_wrong_only_beyond_the_range(
    left_after: int, announced: int
) -> None:
    hall = Hall()
    hall.learnt()
    case = hall.arrive()
    hall.teller.now_ms += left_after * MINUTE_MS
    hall.teller.close(case, CloseCause.ABANDONED)
    assert (hall.now().announced, hall.now().kept) == (announced, 0)


def test_a_case_that_goes_on_to_another_queue_is_announced_there_again() -> None:
    hall = Hall()
    hall.learnt()
    case = hall.arrive()
    hall.teller.now_ms += 1_000
    hall.teller.queue_case(case, HOME)
    whole = hall.now()
    assert (whole.offered, whole.waiting, whole.announced) == (LEAST_GAPS + 1, 0, 0)
    home = hall.figures.whole(hall.teller.now_ms).queues[1]
    assert (home.offered, home.waiting, home.oldest_ms) == (1, 1, hall.teller.now_ms)


def test_the_estimate_goes_when_nothing_moves_though_nothing_happens() -> None:
    hall = Hall()
    hall.learnt()
    hall.arrive(2)
    assert hall.now().expected is not None
    hall.figures.changed(hall.teller.now_ms)
    assert hall.figures.changed(hall.teller.now_ms) is None
    later = hall.figures.changed(hall.teller.now_ms + 30 * MINUTE_MS)
    assert later is not None
    assert [row.queue for row in later.queues] == [AUTO]
    assert later.queues[0].expected is None


def test_at_midnight_the_day_begins_again_and_who_waits_still_waits() -> None:
    hall = Hall()
    hall.learnt()
    hall.arrive(2)
    assert hall.now().offered == LEAST_GAPS + 2
    hall.figures.changed(hall.teller.now_ms)
    midnight_ms = PARIS.around(START_MS)[1]
    assert hall.figures.changed(midnight_ms - 1) is not None
    day = hall.figures.changed(midnight_ms)
    assert day is not None
    assert (day.day_ms, len(day.queues), len(day.agents)) == (midnight_ms, 2, 3)
    assert (day.queues[0].offered, day.queues[0].waiting) == (0, 2)


def test_two_cases_of_one_client_have_two_places() -> None:
    hall = Hall()
    first, second = hall.arrive(), hall.arrive()
    client = ClientId("client_case_0")
    last = hall.teller.log[-1]
    assert isinstance(last, e.CaseQueued)
    for at in (-2, -1):
        told = hall.teller.log[at]
        assert isinstance(told, e.CaseOpened | e.CaseQueued)
        hall.teller.log[at] = type(told)(
            **{name: getattr(told, name) for name in told.__struct_fields__} | {"client": client}
        )
    hall.now()
    assert [wait.place for wait in hall.figures.awaited_by(client)] == [1, 2]
    hall.teller.assign(first, AGENTS[0])
    hall.now()
    (left,) = hall.figures.awaited_by(client)
    assert (left.case, left.place) == (second, 1)
    assert hall.figures.awaited_by(ClientId("client_nobody")) == []


def test_events_about_cases_that_are_not_known_count_nothing() -> None:
    hall = Hall()
    stranger = CaseId("case_stranger")
    hall.now()
    before = hall.figures.whole(START_MS)
    queued = {"queue": AUTO, "enqueued_at_ms": 0, "key": 0, "cause": QueueCause.OPENED}
    hall.teller.case(e.CaseQueued, stranger, **queued)
    hall.teller.case(e.CaseScored, stranger, terms=(), head_start_ms=0, key=1)
    hall.teller.case(e.CaseAssigned, stranger, agent_name="A", cause="automatic")
    hall.teller.case(e.CaseHandled, stranger)
    hall.teller.case(e.CaseWaiting, stranger, closes_at_ms=0)
    hall.teller.case(e.CaseResumed, stranger)
    hall.teller.case(e.CaseClosed, stranger, cause=CloseCause.CLOSED)
    hall.now()
    after = hall.figures.whole(START_MS)
    assert (after.queues, after.agents, after.site) == (before.queues, before.agents, before.site)
