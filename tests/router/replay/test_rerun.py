"""A log that is equal replays; one that is not names the first event that differs."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from router.replay.rerun import Difference, Rerun
from store.schema import events as e
from store.schema.events import AnyEvent
from store.schema.ids import AgentId
from store.schema.terms import RunnerUp, Term
from tests.golden.write_logs import Day
from tests.router.floor import ANN, ONE, ZOE, Floor

Log = list[AnyEvent]
SOMEBODY = RunnerUp(agent=ANN, skill_level=1, load=0, idle_since_ms=0)


@pytest.fixture(scope="module")
def log() -> Log:
    return Day(7, cases=150).live()


@pytest.mark.parametrize("seed", range(20, 26))
def test_any_day_replays(seed: int) -> None:
    events = Day(seed, cases=120).live()
    outcome = Rerun(events, {}).run()
    assert outcome.events == len(events)
    assert outcome.commands > 200
    assert outcome.ticks > 20


def _place(log: Log, kind: type[e.Event]) -> int:
    """Return where the middle one of these events is."""
    places = [place for place, event in enumerate(log) if isinstance(event, kind)]
    return places[len(places) // 2]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (e.CaseDecided, {"agent": AgentId("agent_nobody")}),
        (e.CaseDecided, {"key": 1}),
        (e.CaseDecided, {"runners_up": (SOMEBODY,)}),
        (e.CaseScored, {"terms": (Term(name="subject", head_start_ms=1),)}),
        (e.CaseOffered, {"deadline_ms": 1}),
        (e.CaseEarmarked, {"agent": AgentId("agent_nobody")}),
        (e.CasePreferred, {"until_ms": 1}),
    ],
)
def test_a_changed_decision_is_named(
    log: Log, kind: type[AnyEvent], change: dict[str, object]
) -> None:
    place = _place(log, kind)
    changed = [*log]
    changed[place] = replace(log[place], **change)
    assert changed[place] != log[place]
    with pytest.raises(Difference) as difference:
        Rerun(changed, {}).run()
    assert difference.value.seq == log[place].seq
    assert f"event {log[place].seq} differs" in str(difference.value)
    assert next(iter(change)) in difference.value.expected


def test_a_decision_that_was_left_out_is_found(log: Log) -> None:
    place = _place(log, e.CaseDecided)
    with pytest.raises(Difference) as difference:
        Rerun([*log[:place], *log[place + 1 :]], {}).run()
    assert "case.decided" in difference.value.found


def test_a_decision_that_nobody_asked_for_is_found(log: Log) -> None:
    place = _place(log, e.CaseDecided)
    with pytest.raises(Difference):
        Rerun([*log[: place + 1], log[place], *log[place + 1 :]], {}).run()


def test_a_log_cut_within_a_decision_says_what_is_missing(log: Log) -> None:
    place = _place(log, e.CaseDecided)
    with pytest.raises(Difference) as difference:
        Rerun(log[:place], {}).run()
    assert difference.value.expected == "the end of the log"


def test_a_state_that_differs_is_found_at_the_checkpoint(log: Log) -> None:
    with pytest.raises(Difference) as difference:
        Rerun(log, {100: "0" * 64}).run()
    assert difference.value.seq == 100
    assert difference.value.expected == f"state {'0' * 64}"


def _left_in_queue(floor: Floor) -> None:
    floor.open(ONE)


def _nothing(_: Floor) -> None:
    return


@pytest.mark.parametrize("arrange", [_left_in_queue, _nothing])
def test_a_command_that_would_be_refused_is_named(arrange: Callable[[Floor], None]) -> None:
    floor = Floor()
    arrange(floor)
    seq = floor.router.seq + 1
    forged = e.CaseHandled(seq=seq, at_ms=floor.now_ms, case=ONE, client=ZOE, holder=None)
    with pytest.raises(Difference) as difference:
        Rerun([*floor.log, forged], {}).run()
    assert difference.value.seq == seq
    assert "StartCase is refused" in difference.value.found


def test_an_event_that_follows_from_nothing_is_named() -> None:
    floor = Floor()
    forged = e.AgentsJoined(seq=floor.router.seq + 1, at_ms=floor.now_ms, agents=())
    with pytest.raises(Difference) as difference:
        Rerun([*floor.log, forged], {}).run()
    assert difference.value.found == "nothing was asked, and nothing is due"
