"""Offers and their three ends: accepted, refused, missed."""

from router.core.assignment import end_reservation, give
from router.core.presence import change_presence
from router.core.reservations import end_offer
from router.core.state import Case
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import scoring
from store.schema.commands import Refusal, Refused
from store.schema.ids import OfferId
from store.schema.terms import AssignCause, OfferOutcome, Presence, PresenceReason, QueueCause


def accept_offer(turn: Turn, command: c.AcceptOffer) -> None:
    """Take the case reserved for the actor."""
    case = _offered(turn, command.offer)
    agent = turn.state.agents[case.live_offer.agent]
    start_ms = scoring.channel_rule(turn.state.policy, case.channel).start_ms
    end_offer(turn, case, OfferOutcome.ACCEPTED)
    starts_by_ms = turn.now_ms + start_ms if start_ms else None
    give(turn, case, agent, AssignCause.ACCEPTED, starts_by_ms=starts_by_ms)


def refuse_offer(turn: Turn, command: c.RefuseOffer) -> None:
    """Leave the case to the next agent; it keeps its age."""
    case = _offered(turn, command.offer)
    end_reservation(turn, case, OfferOutcome.REFUSED, QueueCause.REFUSED)


def miss_offer(turn: Turn, case: Case) -> None:
    """End an offer that nobody answered. Its agent is taken for absent."""
    agent = turn.state.agents[case.live_offer.agent]
    end_reservation(turn, case, OfferOutcome.TIMED_OUT, QueueCause.TIMED_OUT)
    # Available until now: any other status would have withdrawn the offer.
    change_presence(turn, agent, Presence.UNAVAILABLE, PresenceReason.OFFER_MISSED)


def _offered(turn: Turn, name: OfferId) -> Case:
    turn.require_staff()
    case_name = turn.state.offers.get(name)
    if case_name is None:
        raise Refused(Refusal.NOT_OFFERED)
    case = turn.state.cases[case_name]
    offer = case.offer
    if offer is None or offer.agent != turn.actor.id or offer.deadline_ms <= turn.now_ms:
        raise Refused(Refusal.NOT_OFFERED)
    return case
