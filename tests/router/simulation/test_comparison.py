"""A recorded day is simulated again: the same under its own rules, otherwise under others."""

from pathlib import Path

import pytest

from router.simulation.comparison import Change, Comparison, compare, read_change, report
from router.simulation.documents import BadDocument
from router.simulation.recorded import Recorder
from router.simulation.scenario import read_scenario
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM
from store.schema.terms import Channel, CloseCause, Presence
from tests.golden.write_logs import Day
from tests.router.floor import ANN, BOB, CLAIMS, GENERAL, MAX, ONE, TWO, Floor, agent, client
from tests.router.simulation.runs import SMALL, run, scenario

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
PATIENT = SMALL + 'patience = { law = "exponential", mean_s = 600 }\n'


@pytest.fixture(scope="module")
def monday() -> list[e.AnyEvent]:
    text = (EXAMPLES / "monday.toml").read_text()
    # A third of it, in the busiest hours.
    short = text.replace("duration_h = 12", "duration_h = 4").replace("T08:00", "T09:30")
    return run(read_scenario(short, "monday.toml"), seed=5).events


def compared(events: list[e.AnyEvent], policy: str = "", staffing: str = "") -> Comparison:
    change = read_change((policy, "policy.toml"), (staffing, "staffing.toml"))
    return compare(Recorder(events).day, change)[0]


def test_a_simulated_day_is_repeated_to_the_millisecond(monday: list[e.AnyEvent]) -> None:
    comparison, cases = compare(Recorder(monday).day, Change())
    assert len(cases) > 500
    assert any(case.abandoned_recorded for case in cases)
    for case in cases:
        assert case.agent_recorded == case.agent_before == case.agent_after, case
        assert case.wait_recorded_s == case.wait_before_s == case.wait_after_s, case
        assert case.abandoned_recorded == case.abandoned_before, case
    like = comparison.likeness
    assert like.cases == like.same_agent == like.same_wait
    assert comparison.recorded == comparison.before == comparison.after
    assert comparison.cases == ()


def test_another_policy_moves_cases_and_says_which(monday: list[e.AnyEvent]) -> None:
    comparison = compared(monday, policy='last_agent_hold = "0 s"\nnamed_agent_hold = "0 s"\n')
    assert comparison.recorded == comparison.before != comparison.after
    assert comparison.effect.cases == len(comparison.cases) > 0
    assert comparison.effect.other_agent == sum(
        case.agent_before != case.agent_after for case in comparison.cases
    )


def test_keys_that_the_policy_does_not_set_stay() -> None:
    recorded = run(scenario(PATIENT + "[policy]\nlast_agent_hold = '5 ms'\n")).events
    day = Recorder(recorded).day
    seen: list[e.AnyEvent] = []
    change = read_change(('named_agent_hold = "7 ms"\n', "policy.toml"), None)
    from_day = day.measured
    day.measured = type(from_day)(
        starts_ms=from_day.starts_ms,
        from_ms=from_day.from_ms,
        until_ms=from_day.until_ms,
        on_events=seen.extend,
    )
    compare(day, change)
    policies = [event.policy for event in seen if isinstance(event, e.PolicyConfigured)]
    before, _, after = policies
    assert before.named_agent_hold_ms != 7 == after.named_agent_hold_ms
    assert before.last_agent_hold_ms == after.last_agent_hold_ms == 5
    assert before.subjects == after.subjects != ()


def test_more_agents_serve_sooner_and_save_clients() -> None:
    recorded = run(scenario(PATIENT)).events
    comparison = compared(recorded, staffing='[[agents]]\nname = "more"\ncount = 3\ncapacity = 1\n')
    assert comparison.effect.saved > 0 == comparison.effect.lost
    assert comparison.effect.sooner > 0 == comparison.effect.later
    assert (comparison.after.overall.mean_wait_s or 0) < 1


def test_fewer_agents_serve_later() -> None:
    recorded = run(scenario(PATIENT, count="3")).events
    comparison = compared(recorded, staffing='remove = ["agent_ann-2", "agent_ann-3"]\n')
    assert comparison.effect.later > 0
    # A client who was served is taken to have no end of patience.
    assert comparison.after.overall.abandoned == comparison.before.overall.abandoned
    assert comparison.after.refused_steps == 0


def test_what_people_did_by_hand_is_counted_and_left_to_the_router() -> None:
    floor = Floor()
    for name in (ANN, BOB):
        floor.ready(name)
    floor.open(ONE)
    floor.wait(1_000)
    floor.do(SYSTEM, c.AssignCase(ref="r", case=ONE, agent=BOB))
    floor.wait(60_000)
    done = c.OutcomeClose(cause=CloseCause.NO_REPLY)
    floor.do(SYSTEM, c.SettleCase(ref="r", case=ONE, outcome=done))
    comparison, (case,) = compare(Recorder(floor.log).day, Change())
    assert (case.agent_recorded, case.agent_before) == (ANN, ANN)
    assert "1 assignments were made by hand; here the router makes all of them." in (
        comparison.assumed
    )


def test_a_transferred_case_is_transferred_again_and_takes_as_long() -> None:
    floor = Floor()
    floor.queue(CLAIMS)
    for name in (ANN, BOB):
        floor.ready(name, capacity=1)
    floor.open(ONE)
    floor.wait(30_000)
    holder = floor.router.state.cases[ONE].holder
    assert holder is not None
    transfer = c.OutcomeTransfer(queue=CLAIMS)
    floor.do(agent(holder), c.SettleCase(ref="r", case=ONE, outcome=transfer))
    other = floor.router.state.cases[ONE].holder
    assert other not in {None, holder}
    floor.wait(50_000)
    done = c.OutcomeClose(cause=CloseCause.NO_REPLY)
    floor.do(SYSTEM, c.SettleCase(ref="r", case=ONE, outcome=done))
    day = Recorder(floor.log).day
    seen: list[e.AnyEvent] = []
    measured = day.measured
    day.measured = type(measured)(
        starts_ms=measured.starts_ms,
        from_ms=measured.from_ms,
        until_ms=measured.until_ms,
        on_events=seen.extend,
    )
    compare(day, Change())
    queues = [event.queue for event in seen if isinstance(event, e.CaseQueued)]
    assert queues == [GENERAL, CLAIMS] * 2
    assert [event.at_ms for event in seen if isinstance(event, e.CaseClosed)] == [floor.now_ms] * 2


def test_cases_without_an_end_are_told() -> None:
    floor = Floor()
    floor.ready(ANN, capacity=1)
    floor.open(ONE)
    floor.wait(1_000)
    asked = c.OpenCase(ref="r", case=TWO, channel=Channel.CHAT, subject="x")
    floor.do(client(MAX), asked)
    floor.wait(1_000)
    floor.do(agent(ANN), c.SetPresence(ref="r", presence=Presence.BREAK))
    comparison = compared(floor.log)
    assert any("1 cases were never taken" in line for line in comparison.assumed)
    assert any("1 cases were not over at the end" in line for line in comparison.assumed)
    assert comparison.recorded.overall.waiting == comparison.before.overall.waiting == 1


def test_an_appointment_that_was_cancelled_does_not_come() -> None:
    floor = Floor()
    floor.ready(ANN)
    booked = c.OpenCase(
        ref="r",
        case=ONE,
        channel=Channel.APPOINTMENT,
        subject="x",
        client=MAX,
        due_at_ms=floor.now_ms + 60_000,
    )
    floor.do(SYSTEM, booked)
    floor.wait(1_000)
    floor.do(SYSTEM, c.LeaveQueue(ref="r", case=ONE))
    floor.wait(300_000)
    floor.open(TWO)
    comparison, (case,) = compare(Recorder(floor.log).day, Change())
    assert case.case == TWO
    assert comparison.recorded == comparison.before
    assert comparison.before.overall.arrived == 1


def test_a_day_where_everything_happened_can_be_simulated() -> None:
    comparison = compared(Day(11, cases=300).live(), policy='drain_after = "5 s"\n')
    assert comparison.recorded.overall.arrived > 200
    assert comparison.before.overall.arrived > 200
    assert comparison.before.overall.served > 100


def test_the_report_for_a_person_says_all_of_it() -> None:
    recorded = run(scenario(PATIENT)).events
    text = report(
        compared(recorded, staffing='[[agents]]\nname = "more"\ncount = 3\ncapacity = 1\n')
    )
    for part in ("As recorded", "rules of the day", "with the change", "Assumed", "move most"):
        assert part in text
    assert "agent_more-1 after 0.0 s" in text


@pytest.mark.parametrize(
    ("policy", "staffing", "said"),
    [
        ("\ndrain = 1", "", "policy.toml: line 2: drain: "),
        ('drain_after = "1"', "", "policy.toml: line 1: drain_after: "),
        ("", "agent = 1", "staffing.toml: unknown key 'agent'; known are agents, remove"),
        ("", "[[agents]]\nname = 'a'", "staffing.toml: agents[0]: Object missing required field"),
        (
            "",
            "[[agents]]\nname = 'a'\ncount = 1\nanswer = { law = 'log_normal', mean_s = 1 }",
            "staffing.toml: agents[0].answer: a log-normal law needs sigma or p90_s",
        ),
    ],
)
def test_a_fault_in_the_change_is_told(policy: str, staffing: str, said: str) -> None:
    with pytest.raises(BadDocument) as bad:
        read_change((policy, "policy.toml"), (staffing, "staffing.toml"))
    assert said in str(bad.value)
