"""Reads the policy: where a case goes, its head start term by term, what its channel costs."""

from store.schema.ids import QueueId
from store.schema.terms import Channel, ChannelRule, Policy, Segment, Term

ESCALATION = "escalation"
# Without a rule of the policy, a voice takes the agent whole and is always offered.
_VOICE = frozenset({Channel.CALL, Channel.APPOINTMENT})


def channel_rule(policy: Policy, channel: Channel) -> ChannelRule:
    """Return what the channel costs and whether it is offered."""
    for rule in policy.channels:
        if rule.channel is channel:
            return rule
    is_voice = channel in _VOICE
    return ChannelRule(channel=channel, is_exclusive=is_voice, is_offered=is_voice)


def queue_of(policy: Policy, subject: str) -> QueueId:
    """Return the queue of the subject, or the default queue."""
    for rule in policy.subjects:
        if rule.subject == subject:
            return rule.queue
    return policy.default_queue


def terms_of(
    policy: Policy, *, subject: str, channel: Channel, segment: Segment
) -> tuple[Term, ...]:
    """Return the terms of a new case's head start."""
    by_subject = sum(rule.head_start_ms for rule in policy.subjects if rule.subject == subject)
    by_segment = sum(rule.head_start_ms for rule in policy.segments if rule.segment is segment)
    by_channel = channel_rule(policy, channel).head_start_ms
    return (
        Term(name="subject", head_start_ms=by_subject),
        Term(name="channel", head_start_ms=by_channel),
        Term(name="segment", head_start_ms=by_segment),
    )


def escalated(policy: Policy, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the terms with the escalation's, once however often it was escalated."""
    others = tuple(term for term in terms if term.name != ESCALATION)
    return (*others, Term(name=ESCALATION, head_start_ms=policy.escalation_head_start_ms))


def head_start_ms(terms: tuple[Term, ...]) -> int:
    """Return the sum of the terms."""
    return sum(term.head_start_ms for term in terms)
