"""A call is told what the router decides about its case, and nothing else."""

from typing import TypedDict

import pytest

from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId
from store.schema.terms import AssignCause, CloseCause, QueueCause
from telephony.core import inputs
from telephony.core.listening import heard
from tests.telephony.stage import CASE, CLAIMS, LEA


class Stamp(TypedDict):
    seq: int
    at_ms: int
    case: CaseId
    client: ClientId
    holder: AgentId | None


def stamp(holder: AgentId | None = None) -> Stamp:
    return Stamp(seq=1, at_ms=0, case=CASE, client=ClientId("client_zoe"), holder=holder)


@pytest.mark.parametrize("cause", list(AssignCause))
def test_only_who_has_accepted_or_pulled_it_is_not_rung(cause: AssignCause) -> None:
    told = heard(e.CaseAssigned(**stamp(LEA), agent_name="Léa", cause=cause))
    has_accepted = cause in {AssignCause.ACCEPTED, AssignCause.PULLED}
    assert told == inputs.CaseGiven(agent=LEA, has_accepted=has_accepted)


@pytest.mark.parametrize("is_held", [False, True])
def test_a_queue_outside_its_hours_is_no_place_to_wait(
    is_held: bool,  # noqa: FBT001 - of parametrize
) -> None:
    event = e.CaseQueued(
        **stamp(),
        queue=CLAIMS,
        enqueued_at_ms=0,
        key=0,
        cause=QueueCause.OPENED,
        is_held=is_held,
    )
    assert heard(event) == (inputs.CaseHeld() if is_held else inputs.CaseQueued(queue=CLAIMS))


def test_the_end_of_the_case_is_told_and_what_was_said_is_not() -> None:
    closed = e.CaseClosed(**stamp(), cause=CloseCause.CLOSED)
    assert heard(closed) == inputs.CaseClosed(cause=CloseCause.CLOSED)
    assert heard(e.CaseHandled(**stamp(LEA))) is None
