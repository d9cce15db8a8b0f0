"""What a policy would change if it were applied now: places of waiting cases, bounds of queues."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from store.schema.ids import CaseId, QueueId
from store.schema.policies import CaseMove, QueueBound, QueueEffect
from store.schema.scoring import Scoring, escalated, head_start_ms
from store.schema.terms import CaseStatus, Channel, Policy, Segment
from store.schema.views import CaseView, QueueView

# A subject that no rule names.
_NO_RULE = ""


class Effect:
    """The waiting cases of a site, scored by the policy in force and by another.

    A case keeps its queue: where a subject leads matters to the cases that open from then on.
    """

    def __init__(
        self, policy: Policy, queues: Mapping[QueueId, QueueView], cases: Iterable[CaseView]
    ) -> None:
        self._policy = policy
        self._queues = queues
        self._waiting = [row for row in cases if row.status is CaseStatus.QUEUED]
        scorer = _Scorer(policy, queues)
        self._scored = {row.case: scorer.head_start(row) for row in self._waiting}

    @property
    def scored_anew(self) -> int:
        """How many cases get another head start."""
        return sum(self._scored[row.case] != row.head_start_ms for row in self._waiting)

    def moves(self) -> list[CaseMove]:
        """Return every case whose place or head start changes, the largest moves first."""
        before = _places(self._waiting, {row.case: row.head_start_ms for row in self._waiting})
        after = _places(self._waiting, self._scored)
        moves = [
            CaseMove(
                case=row.case,
                client_name=row.client_name,
                channel=row.channel,
                subject=row.subject,
                segment=row.segment,
                queue=row.queue or QueueId(""),
                place=before[row.case],
                new_place=after[row.case],
                head_start_ms=row.head_start_ms,
                new_head_start_ms=self._scored[row.case],
            )
            for row in self._waiting
            if before[row.case] != after[row.case] or self._scored[row.case] != row.head_start_ms
        ]
        return sorted(moves, key=_largest_first)

    def of_queues(self, former: Policy, moves: Collection[CaseMove]) -> tuple[QueueEffect, ...]:
        """Return what changes in each queue."""
        waiting = Counter(row.queue for row in self._waiting)
        up = Counter(move.queue for move in moves if move.new_place < move.place)
        down = Counter(move.queue for move in moves if move.new_place > move.place)
        bounds = bounds_of(former, self._queues)
        return tuple(
            QueueEffect(
                queue=bound.queue,
                waiting=waiting[bound.queue],
                up=up[bound.queue],
                down=down[bound.queue],
                bound_ms=bound.bound_ms,
                new_bound_ms=new.bound_ms,
            )
            for bound, new in zip(bounds, bounds_of(self._policy, self._queues), strict=True)
        )


def bounds_of(policy: Policy, queues: Mapping[QueueId, QueueView]) -> tuple[QueueBound, ...]:
    """Return for each queue by how much later somebody may come and still pass you."""
    anything = {rule.subject for rule in policy.subjects} | {_NO_RULE}
    scoring = Scoring(policy)
    # A head start is a sum, so the largest difference is the sum of the largest differences.
    elsewhere_ms = (
        _spread(_start(scoring, channel=channel) for channel in Channel)
        + _spread(_start(scoring, segment=segment) for segment in Segment)
        + _spread([0, policy.escalation_head_start_ms])
    )
    targets_ms = {queue.service_level_ms for queue in queues.values()}
    moved_in_ms = _of_subjects(scoring, anything) + _spread(
        _start(scoring, service_level_ms=target_ms) for target_ms in targets_ms
    )
    found = []
    for queue in sorted(queues):
        own = {rule.subject for rule in policy.subjects if rule.queue == queue}
        if policy.default_queue == queue:
            own.add(_NO_RULE)
        found.append(
            QueueBound(
                queue=queue,
                bound_ms=elsewhere_ms + _of_subjects(scoring, own),
                moved_in_ms=elsewhere_ms + moved_in_ms,
            )
        )
    return tuple(found)


def _of_subjects(scoring: Scoring, subjects: Iterable[str]) -> int:
    return _spread(_start(scoring, subject=subject) for subject in subjects)


def _start(
    scoring: Scoring,
    *,
    subject: str = _NO_RULE,
    channel: Channel = Channel.CHAT,
    segment: Segment = Segment.STANDARD,
    service_level_ms: int | None = None,
) -> int:
    terms = scoring.terms(
        subject=subject,
        channel=channel,
        segment=segment,
        service_level_ms=service_level_ms,
    )
    return head_start_ms(terms)


def _spread(starts: Iterable[int]) -> int:
    known = list(starts)
    return max(known) - min(known) if known else 0


class _Scorer:
    """Head starts under one policy, each kind of case computed once."""

    def __init__(self, policy: Policy, queues: Mapping[QueueId, QueueView]) -> None:
        self._scoring = Scoring(policy)
        self._queues = queues
        self._known: dict[tuple[str, Channel, Segment, QueueId | None, bool], int] = {}

    def head_start(self, row: CaseView) -> int:
        """Return the case's head start."""
        kind = (row.subject, row.channel, row.segment, row.queue, row.is_escalated)
        if kind not in self._known:
            queue = self._queues.get(row.queue or QueueId(""))
            terms = self._scoring.terms(
                subject=row.subject,
                channel=row.channel,
                segment=row.segment,
                service_level_ms=None if queue is None else queue.service_level_ms,
            )
            terms = escalated(self._scoring.policy, terms) if row.is_escalated else terms
            self._known[kind] = head_start_ms(terms)
        return self._known[kind]


def _places(rows: Iterable[CaseView], head_starts: Mapping[CaseId, int]) -> dict[CaseId, int]:
    """Return each case's place in its queue, from 1."""
    places: dict[CaseId, int] = {}
    count: dict[QueueId | None, int] = {}

    def order(row: CaseView) -> tuple[int, int, str]:
        # What came first goes first when the keys are equal.
        return (row.enqueued_at_ms or 0) - head_starts[row.case], row.opened_at_ms, row.case

    for row in sorted(rows, key=order):
        places[row.case] = count[row.queue] = count.get(row.queue, 0) + 1
    return places


def _largest_first(move: CaseMove) -> tuple[int, int, str]:
    by_places = abs(move.new_place - move.place)
    by_time = abs(move.new_head_start_ms - move.head_start_ms)
    return -by_places, -by_time, move.case
