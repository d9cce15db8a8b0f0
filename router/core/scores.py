"""The head start of a case by the policy of the day: when it is made, and when made again."""

from router.core.state import Case
from router.core.turn import Turn
from store.schema import events as e
from store.schema import scoring
from store.schema.ids import QueueId
from store.schema.terms import CaseStatus, Policy, Term


def terms_in(turn: Turn, case: Case, queue: QueueId) -> tuple[Term, ...]:
    """Return the terms of a case that has none yet and enters the queue."""
    return _terms(turn, case, turn.state.queues[queue].service_level_ms)


def score(turn: Turn, case: Case, terms: tuple[Term, ...]) -> None:
    """Record the first score of a case."""
    head_start_ms = scoring.head_start_ms(terms)
    turn.record(e.CaseScored(**turn.of(case), terms=terms, head_start_ms=head_start_ms))


def score_again(turn: Turn, former: Policy) -> None:
    """Score the waiting cases by a policy that has just replaced the former one."""
    policy = turn.state.policy
    if scoring.gives_alike(former, policy):
        return
    for case in list(turn.state.cases.values()):
        if case.status is not CaseStatus.QUEUED:
            continue
        terms = scoring.rescored(policy, case.terms, _terms(turn, case, case.service_level_ms))
        if terms == case.terms:
            continue
        head_start_ms = scoring.head_start_ms(terms)
        turn.record(
            e.CaseScored(
                **turn.of(case),
                terms=terms,
                head_start_ms=head_start_ms,
                key=case.enqueued_at_ms - head_start_ms,
            )
        )


def _terms(turn: Turn, case: Case, service_level_ms: int | None) -> tuple[Term, ...]:
    return turn.floor.scoring.terms(
        subject=case.subject,
        channel=case.channel,
        segment=case.segment,
        service_level_ms=service_level_ms,
    )
