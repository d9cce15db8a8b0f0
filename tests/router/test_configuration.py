"""What administrators and supervisors tell the router of policy and queues."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Refusal
from store.schema.terms import Channel, Hours, Opening, Period, Policy
from tests.router.floor import (
    ADMINISTRATOR,
    CLAIMS,
    GENERAL,
    LABEL,
    ONE,
    SUPERVISOR,
    Floor,
    agent,
    client,
    kinds,
    only,
)

OTHER = Policy(earmark_ms=1)


def test_each_policy_has_the_next_revision() -> None:
    floor = Floor()
    before = floor.router.state.revision
    done = floor.do(ADMINISTRATOR, c.ConfigurePolicy(ref="1", policy=OTHER, after_revision=before))
    assert only(done, e.PolicyConfigured).revision == before + 1
    again = floor.do(ADMINISTRATOR, c.ConfigurePolicy(ref="2", policy=Policy()))
    assert only(again, e.PolicyConfigured).revision == before + 2


def test_a_change_of_another_revision_than_the_one_in_force_is_refused() -> None:
    floor = Floor()
    before = floor.router.state.revision
    floor.do(ADMINISTRATOR, c.ConfigurePolicy(ref="1", policy=OTHER, after_revision=before))
    late = c.ConfigurePolicy(ref="2", policy=Policy(), after_revision=before)
    assert floor.refused(ADMINISTRATOR, late) is Refusal.POLICY_CHANGED
    assert floor.router.state.policy == OTHER


def test_supervisors_open_and_close_a_queue_by_hand() -> None:
    floor = Floor()
    close = c.SwitchQueue(ref="1", queue=GENERAL, is_open=False)
    assert floor.refused(agent(), close) is Refusal.FORBIDDEN
    assert floor.refused(client(), close) is Refusal.FORBIDDEN
    assert kinds(floor.do(SUPERVISOR, close)) == ["QueueSwitched"]
    assert floor.do(SUPERVISOR, close) == []
    opening = c.OpenCase(ref="2", case=ONE, channel=Channel.CHAT, subject="other")
    assert floor.refused(client(), opening) is Refusal.QUEUE_CLOSED
    floor.do(SYSTEM, c.SwitchQueue(ref="3", queue=GENERAL, is_open=True))
    assert floor.router.state.queues[GENERAL].is_open


def test_a_closed_queue_that_opens_at_another_time_says_so() -> None:
    floor = Floor()
    hours = Hours(weekly=(Opening(weekday=1, opens="09:00", closes="10:00"),))
    configure = c.ConfigureQueue(ref="1", queue=GENERAL, label=LABEL, hours=hours)
    floor.do(ADMINISTRATOR, configure)

    def told(opens_ms: int) -> list[e.AnyEvent]:
        period = Period(opens_ms=opens_ms, closes_ms=opens_ms + 1)
        return floor.do(SYSTEM, c.ScheduleQueue(ref="2", queue=GENERAL, periods=(period,)))

    assert only(told(5_000), e.QueueClosed).opens_at_ms == 5_000
    assert kinds(told(5_000)) == ["QueueScheduled"]
    assert only(told(9_000), e.QueueClosed).opens_at_ms == 9_000


def test_a_queue_that_is_not_there_cannot_be_closed() -> None:
    floor = Floor()
    command = c.SwitchQueue(ref="1", queue=CLAIMS, is_open=False)
    assert floor.refused(SUPERVISOR, command) is Refusal.QUEUE_UNKNOWN
