"""Who held a case, from the events alone."""

from store.holdings import Changes, Holding, changes
from store.schema.ids import CaseId
from tests.contracts.harness import ANN, BOB, CASE, assigned, closed, opened, said

STORED = Holding(case=CASE, agent=ANN, from_seq=2)
NOTHING = Changes(ended=(), opened=())


def test_what_changes_no_holder_changes_no_holding() -> None:
    assert changes([said(3, "message_1", holder=ANN)], {CASE: STORED}) == NOTHING
    assert changes([opened(1)], {}) == NOTHING


def test_a_new_holder_ends_the_former() -> None:
    changed = changes([assigned(3, BOB, former=ANN)], {CASE: STORED})
    assert changed.ended == (Holding(case=CASE, agent=ANN, from_seq=2, to_seq=3),)
    assert changed.opened == (Holding(case=CASE, agent=BOB, from_seq=3),)


def test_a_holding_within_one_batch_is_written_once_with_both_ends() -> None:
    changed = changes([assigned(3, BOB), closed(4, former=BOB), assigned(5, ANN, CaseId("c"))], {})
    assert changed.ended == ()
    assert changed.opened == (
        Holding(case=CASE, agent=BOB, from_seq=3, to_seq=4),
        Holding(case=CaseId("c"), agent=ANN, from_seq=5),
    )
