"""What a policy would change: places, head starts, and the bound of overtaking."""

from msgspec.structs import replace

from store.policy.effect import Effect, bounds_of
from store.schema.ids import CaseId, ClientId, QueueId
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    Label,
    Language,
    Policy,
    Segment,
    SegmentRule,
    SubjectRule,
)
from store.schema.views import CaseView, QueueView

GENERAL, CLAIMS = QueueId("queue_general"), QueueId("queue_claims")
LABEL = Label(fr="x", en="x")
QUEUES = {
    GENERAL: QueueView(queue=GENERAL, label=LABEL),
    CLAIMS: QueueView(queue=CLAIMS, label=LABEL, service_level_ms=30_000),
}
PLAIN = Policy()


def waiting(number: int, queue: QueueId = GENERAL, **changes: object) -> CaseView:
    row = CaseView(
        case=CaseId(f"case_{number}"),
        client=ClientId("client_1"),
        client_name="Zoe",
        channel=Channel.CHAT,
        subject="other",
        segment=Segment.STANDARD,
        language=Language.FR,
        status=CaseStatus.QUEUED,
        opened_at_ms=number * 1_000,
        enqueued_at_ms=number * 1_000,
        updated_seq=number,
        queue=queue,
    )
    return replace(row, **changes)


def vip(head_start_ms: int) -> Policy:
    return Policy(segments=(SegmentRule(segment=Segment.VIP, head_start_ms=head_start_ms),))


def test_the_same_policy_moves_nothing() -> None:
    effect = Effect(PLAIN, QUEUES, [waiting(1), waiting(2)])
    assert effect.moves() == []
    assert effect.scored_anew == 0


def test_a_head_start_moves_a_case_by_as_many_as_it_passes() -> None:
    rows = [waiting(1), waiting(2), waiting(3, segment=Segment.VIP)]
    effect = Effect(vip(1_500), QUEUES, rows)
    assert effect.scored_anew == 1
    moved = {move.case: (move.place, move.new_place) for move in effect.moves()}
    # It came 2 s after the first: 1.5 s are enough for the second only.
    assert moved == {"case_3": (3, 2), "case_2": (2, 3)}
    by_queue = {x.queue: x for x in effect.of_queues(PLAIN, effect.moves())}
    assert (by_queue[GENERAL].up, by_queue[GENERAL].down, by_queue[GENERAL].waiting) == (1, 1, 3)
    assert by_queue[GENERAL].new_bound_ms - by_queue[GENERAL].bound_ms == 1_500


def test_equal_keys_go_by_the_order_of_opening() -> None:
    rows = [waiting(2, segment=Segment.VIP), waiting(1)]
    assert Effect(vip(1_000), QUEUES, rows).moves()[0].new_place == 2


def test_each_queue_is_an_order_of_its_own() -> None:
    rows = [waiting(1, CLAIMS), waiting(2), waiting(3, segment=Segment.VIP)]
    moves = Effect(vip(10_000), QUEUES, rows).moves()
    assert {move.case for move in moves} == {"case_2", "case_3"}


def test_a_head_start_without_a_move_is_told_last() -> None:
    rows = [waiting(1, segment=Segment.VIP), waiting(2), waiting(3, segment=Segment.VIP)]
    moves = Effect(vip(1_500), QUEUES, rows).moves()
    assert [move.case for move in moves] == ["case_3", "case_2", "case_1"]
    assert (moves[-1].place, moves[-1].new_place, moves[-1].new_head_start_ms) == (1, 1, 1_500)


def test_only_what_waits_is_looked_at() -> None:
    held = waiting(2, segment=Segment.VIP, status=CaseStatus.HANDLED)
    assert Effect(vip(10_000), QUEUES, [waiting(1), held]).moves() == []


def test_an_escalated_case_keeps_its_escalation() -> None:
    rows = [waiting(1), waiting(2, is_escalated=True, head_start_ms=900_000)]
    assert Effect(PLAIN, QUEUES, rows).moves() == []
    (first, _) = Effect(Policy(escalation_head_start_ms=0), QUEUES, rows).moves()
    assert (first.new_head_start_ms, first.new_place) == (0, 2)


def test_a_tighter_target_counts_only_below_the_reference() -> None:
    rows = [waiting(1, CLAIMS), waiting(2)]
    moves = Effect(Policy(service_level_reference_ms=50_000), QUEUES, rows).moves()
    assert [(move.case, move.new_head_start_ms) for move in moves] == [("case_1", 20_000)]


def test_the_bound_is_the_largest_difference_that_the_policy_can_give() -> None:
    policy = Policy(
        subjects=(
            SubjectRule(subject="a", queue=CLAIMS, label=LABEL, head_start_ms=10_000),
            SubjectRule(subject="b", queue=CLAIMS, label=LABEL, head_start_ms=-5_000),
        ),
        channels=(ChannelRule(channel=Channel.MAIL, head_start_ms=-300_000),),
        segments=(SegmentRule(segment=Segment.VIP, head_start_ms=120_000),),
        escalation_head_start_ms=900_000,
        service_level_reference_ms=50_000,
    )
    bounds = {bound.queue: bound for bound in bounds_of(policy, QUEUES)}
    assert bounds[CLAIMS].bound_ms == 15_000 + 300_000 + 120_000 + 900_000
    # Nothing of its own but what no rule names: all of one subject.
    assert bounds[GENERAL].bound_ms == 300_000 + 120_000 + 900_000
    # A case moved in from anywhere brings its subject and its first queue's target.
    assert bounds[GENERAL].moved_in_ms == bounds[CLAIMS].bound_ms + 20_000


def test_nobody_passes_by_more_than_the_bound() -> None:
    policy = vip(4_000)
    (bound, *_) = [x.bound_ms for x in bounds_of(policy, QUEUES) if x.queue == GENERAL]
    assert bound == 4_000 + policy.escalation_head_start_ms
    first = waiting(1)
    last = waiting(1 + bound // 1_000 + 1, segment=Segment.VIP, is_escalated=True)
    assert all(
        move.new_place == move.place for move in Effect(policy, QUEUES, [first, last]).moves()
    )
    within = waiting(bound // 1_000, segment=Segment.VIP, is_escalated=True)
    passed = {x.case: x.new_place for x in Effect(policy, QUEUES, [first, within]).moves()}
    assert passed[within.case] == 1
