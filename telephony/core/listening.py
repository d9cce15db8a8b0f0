"""What the router's events mean to a call of the same case."""

from store.schema import events as e
from store.schema.terms import AssignCause
from telephony.core import inputs

# The agent has said yes, or asked for it. Whoever is given a call otherwise is rung first.
_ACCEPTED = frozenset({AssignCause.ACCEPTED, AssignCause.PULLED})


def heard(event: e.AnyEvent) -> inputs.AnyInput | None:
    """Return what a call is to be told of an event of its case, or None."""
    match event:
        case e.CaseAssigned(holder=str() as agent):
            return inputs.CaseGiven(agent=agent, has_accepted=event.cause in _ACCEPTED)
        case e.CaseQueued(is_held=True):
            return inputs.CaseHeld()
        case e.CaseQueued():
            return inputs.CaseQueued(queue=event.queue)
        case e.CaseClosed():
            return inputs.CaseClosed(cause=event.cause)
        case _:
            return None
