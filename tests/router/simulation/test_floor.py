"""Clients, agents and the router in virtual time."""

from typing import TypeVar

import pytest

from router.replay.fingerprint import fingerprint
from router.replay.rerun import Rerun
from router.simulation.setting import put_up, window
from store.schema import events as e
from store.schema.terms import CloseCause, OfferOutcome, Presence, PresenceReason, QueueCause
from tests.router.simulation.runs import SMALL, Run, run, scenario

E = TypeVar("E", bound=e.Event)
HOUR_MS = 3_600_000
CALLS = SMALL.replace(
    'queue = "queue_one"\narrivals', 'queue = "queue_one"\nchannel = "call"\narrivals'
)


def of_kind(found: Run, kind: type[E]) -> list[E]:
    return [event for event in found.events if isinstance(event, kind)]


def test_the_same_seed_gives_the_same_day_and_another_another() -> None:
    first, again, other = run(scenario()), run(scenario()), run(scenario(), seed=2)
    assert first.events == again.events
    assert first.summary == again.summary
    assert first.traces != other.traces


def test_all_of_it_is_what_the_router_decides_again() -> None:
    found = run(scenario(CALLS))
    assert Rerun(found.events, {}).run().digest == fingerprint(found.router.state)


def test_one_agent_serves_one_after_the_other_in_order() -> None:
    found = run(scenario())
    served = sorted((t for t in found.traces if t.closed_s), key=lambda t: t.arrived_s)
    free_s = 0.0
    for trace in served:
        assert trace.assigned_s == max(trace.arrived_s, free_s)
        assert trace.closed_s == pytest.approx(trace.assigned_s + 300)
        assert trace.wait_s == pytest.approx(trace.assigned_s - trace.arrived_s)
        free_s = trace.closed_s or 0.0
    assert len(served) > 50


def test_figures_are_those_of_the_trace() -> None:
    found = run(scenario(duration_h="40"))
    waits = sorted(t.wait_s for t in found.traces if t.wait_s is not None)
    overall = found.summary.overall
    assert overall.arrived == len(found.traces)
    assert overall.served == len(waits)
    assert overall.waiting == overall.arrived - overall.served
    assert overall.mean_wait_s == pytest.approx(sum(waits) / len(waits), abs=1e-6)
    assert overall.p_wait == pytest.approx(sum(wait > 0 for wait in waits) / len(waits), abs=1e-6)
    assert overall.service_level == pytest.approx(
        sum(wait <= 60 for wait in waits) / len(waits), abs=1e-6
    )
    assert overall.wait_p50_s == waits[(len(waits) + 1) // 2 - 1]
    assert overall.wait_p99_s in waits[-len(waits) // 50 :]
    # Fixed handling times: what was worked is known, but for the last one.
    worked_s = 300 * len(waits)
    assert overall.occupancy == pytest.approx(worked_s / (40 * 3600), abs=300 / (40 * 3600))


def test_what_arrives_in_the_warm_up_is_not_counted() -> None:
    whole, measured = run(scenario()), run(scenario("warm_up_h = 4\n" + SMALL))
    late = [t for t in whole.traces if t.arrived_s >= 4 * 3600]
    assert measured.summary.overall.arrived == len(late) < whole.summary.overall.arrived
    occupancy = measured.summary.overall.occupancy
    assert occupancy is not None
    assert 0.5 < occupancy <= 1


def test_a_run_in_pieces_is_the_same_run() -> None:
    of = scenario()
    floor = put_up(of, 1, window(of))
    for hour in range(1, 9):
        floor.run(window(of).starts_ms + hour * HOUR_MS)
    assert floor.finish() == run(of).summary


def test_other_agents_meet_the_same_clients() -> None:
    few, many = run(scenario()), run(scenario(count="3"))
    assert [t.arrived_s for t in sorted(few.traces, key=lambda t: t.case)] == [
        t.arrived_s for t in sorted(many.traces, key=lambda t: t.case)
    ]
    assert (many.summary.overall.mean_wait_s or 0) < (few.summary.overall.mean_wait_s or 0)


def test_a_day_profile_brings_nobody_at_night() -> None:
    by_hour = [0] * 8 + [30] * 4 + [0] * 12
    found = run(scenario(duration_h="48", arrivals_per_hour=str(by_hour)))
    hours = {int(t.arrived_s // 3600) % 24 for t in found.traces}
    assert hours == {8, 9, 10, 11}


def test_agents_come_pause_and_leave_by_their_shifts() -> None:
    shift = """[{ starts = "02:00", ends = "06:00", breaks = [
        { starts = "03:00", ends = "03:30", presence = "lunch" }] }]"""
    found = run(scenario(SMALL.replace("capacity = 1", f"capacity = 1\nshifts = {shift}")))
    changes = [
        ((event.at_ms - window(scenario()).starts_ms) / HOUR_MS, event.presence)
        for event in of_kind(found, e.PresenceChanged)
    ]
    assert changes == [
        (2.0, Presence.AVAILABLE),
        (3.0, Presence.LUNCH),
        (3.5, Presence.AVAILABLE),
        (6.0, Presence.UNAVAILABLE),
    ]
    assigned = [t.assigned_s / 3600 for t in found.traces if t.assigned_s is not None]
    assert all(2 <= hour < 3 or 3.5 <= hour < 6 for hour in assigned)
    # An occupancy of time that nobody was there for would be too low.
    assert (found.summary.overall.occupancy or 0) > 0.9


def test_a_simulation_that_begins_within_a_shift_finds_its_agents_at_work() -> None:
    shift = 'shifts = [{ starts = "08:00", ends = "20:00" }]'
    text = "starts = 2026-03-04T10:30:00\n" + SMALL.replace(
        "capacity = 1", f"capacity = 1\n{shift}"
    )
    found = run(scenario(text, duration_h="1"))
    assert [event.presence for event in of_kind(found, e.PresenceChanged)] == [Presence.AVAILABLE]


def test_two_shifts_that_touch_are_one() -> None:
    shifts = 'shifts = [{ starts = "00:00", ends = "24:00" }]'
    found = run(scenario(SMALL.replace("capacity = 1", f"capacity = 1\n{shifts}"), duration_h="30"))
    assert [event.presence for event in of_kind(found, e.PresenceChanged)] == [
        Presence.AVAILABLE,
        Presence.UNAVAILABLE,
        Presence.AVAILABLE,
    ]


def test_clients_give_up_when_their_patience_ends() -> None:
    found = run(scenario(SMALL + 'patience = { law = "fixed", mean_s = 120 }\n'))
    left = [t for t in found.traces if t.abandoned]
    assert left
    assert {t.wait_s for t in left} == {120.0}
    assert all((t.wait_s or 0) <= 120 for t in found.traces)
    assert found.summary.overall.abandoned == len(left)
    closed = [x for x in of_kind(found, e.CaseClosed) if x.cause is CloseCause.ABANDONED]
    assert len(closed) == len(left)


def test_a_call_is_offered_and_answered_after_a_while() -> None:
    answers = "capacity = 1\nanswer = { law = 'fixed', mean_s = 7 }"
    found = run(scenario(CALLS.replace("capacity = 1", answers)))
    served = [t for t in found.traces if t.assigned_s is not None]
    assert served
    assert all(t.assigned_s == (t.offered_s or 0) + 7 for t in served)
    assert of_kind(found, e.CaseHandled)
    assert not [x for x in of_kind(found, e.CaseQueued) if x.cause is QueueCause.NOT_STARTED]


def test_an_agent_who_misses_an_offer_comes_back() -> None:
    slow = 'capacity = 1\nanswer = { law = "fixed", mean_s = 60 }\n'
    text = CALLS.replace("capacity = 1", slow + 'back_after = { law = "fixed", mean_s = 100 }')
    found = run(scenario(text, duration_h="2"))
    missed = [
        event.at_ms
        for event in of_kind(found, e.PresenceChanged)
        if event.reason is PresenceReason.OFFER_MISSED
    ]
    back = [
        event.at_ms
        for event in of_kind(found, e.PresenceChanged)
        if event.reason is PresenceReason.CHOSEN
    ]
    assert len(missed) > 1
    assert back[1:] == [at_ms + 100_000 for at_ms in missed][: len(back) - 1]


def test_refused_offers_go_to_somebody_else() -> None:
    text = CALLS.replace("capacity = 1", "capacity = 1\nrefuses = 0.5")
    found = run(scenario(text, count="4"))
    outcomes = [event.outcome for event in of_kind(found, e.OfferEnded)]
    share = outcomes.count(OfferOutcome.REFUSED) / len(outcomes)
    assert 0.3 < share < 0.7


def test_a_slow_agent_takes_longer() -> None:
    found = run(scenario(SMALL.replace("capacity = 1", "capacity = 1\npace = 1.5")))
    assert {
        round((t.closed_s or 0) - (t.assigned_s or 0), 3) for t in found.traces if t.closed_s
    } == {450.0}


def test_clients_who_return_go_to_the_agent_they_know() -> None:
    found = run(scenario(SMALL + "returning = 0.5\n", count="5", arrivals_per_hour="20"))
    clients = [t.client for t in found.traces]
    assert 0.3 < 1 - len(set(clients)) / len(clients) < 0.7
    assert of_kind(found, e.CasePreferred)


def test_an_appointment_waits_from_its_time_on() -> None:
    text = SMALL + 'channel = "appointment"\nbooked_ahead = { law = "fixed", mean_s = 3600 }\n'
    found = run(scenario(text))
    assert all(t.arrived_s >= 3600 for t in found.traces)
    assert found.summary.overall.arrived == len(found.traces)
    assert of_kind(found, e.CaseEarmarked)


def test_a_queue_outside_its_hours_serves_from_its_opening_on() -> None:
    text = SMALL.replace(
        'queue = "queue_one"\n[[agents]]',
        'queue = "queue_one"\nhours = [{ starts = "03:00", ends = "05:00" }]\n[[agents]]',
    )
    found = run(scenario(text))
    assigned = [t.assigned_s for t in found.traces if t.assigned_s is not None]
    assert min(assigned) == 3 * 3600
    assert found.summary.refused_steps == 0


def test_vip_clients_are_introduced_and_go_first() -> None:
    text = (
        SMALL
        + """
[[classes]]
name = "vip"
queue = "queue_one"
segment = "vip"
arrivals_per_hour = 1
handling = { law = "fixed", mean_s = 300 }
[[policy.segments]]
segment = "vip"
head_start = "1 d"
"""
    )
    found = run(scenario(text, duration_h="80"))
    standard, vip = found.summary.classes
    assert (vip.name, standard.name) == ("vip", "chat")
    assert (vip.mean_wait_s or 0) < 300 < (standard.mean_wait_s or 0)


def test_nobody_is_given_more_than_the_capacity() -> None:
    found = run(scenario(count="2", arrivals_per_hour="40"))
    held: dict[str, int] = {}
    for event in found.events:
        if isinstance(event, e.CaseAssigned):
            assert event.holder is not None
            held[event.holder] = held.get(event.holder, 0) + 1
            assert held[event.holder] <= 1
        elif isinstance(event, e.CaseClosed) and event.former is not None:
            held[event.former] -= 1


def test_a_case_taken_from_an_agent_on_leave_goes_on_where_it_was() -> None:
    shift = """[{ starts = "00:00", ends = "08:00", breaks = [
        { starts = "01:00", ends = "02:00", presence = "leave" }] }]"""
    found = run(scenario(SMALL.replace("capacity = 1", f"capacity = 1\nshifts = {shift}")))
    returned = [x for x in of_kind(found, e.CaseQueued) if x.cause is QueueCause.AGENT_LEFT]
    assert len(returned) == 1
    trace = next(t for t in found.traces if t.case == returned[0].case)
    assert trace.assigned_s is not None
    # It comes back in the same moment as its agent, who waits a little for others who begin.
    assert trace.closed_s == pytest.approx(trace.assigned_s + 300 + 3600, abs=0.2)
