"""Reads the policy: where a case goes, its head start term by term, what its channel costs.

Pure, and here rather than in the router, so that a policy can be tried on the waiting cases
before it applies.
"""

from store.schema.ids import QueueId
from store.schema.terms import Channel, ChannelRule, Policy, Segment, Term

ESCALATION = "escalation"
SERVICE_LEVEL = "service_level"
# A call that nobody takes up after its acceptance goes on after this long.
VOICE_START_MS = 15_000
# Without a rule of the policy, a voice takes the agent whole and is always offered.
_VOICE = frozenset({Channel.CALL, Channel.APPOINTMENT})


def channel_rule(policy: Policy, channel: Channel) -> ChannelRule:
    """Return what the channel costs and whether it is offered."""
    for rule in policy.channels:
        if rule.channel is channel:
            return rule
    if channel in _VOICE:
        return ChannelRule(
            channel=channel, is_exclusive=True, is_offered=True, start_ms=VOICE_START_MS
        )
    return ChannelRule(channel=channel)


class Scoring:
    """A policy made ready for scoring many cases: each rule is found by its name."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._subjects = {rule.subject: rule for rule in reversed(policy.subjects)}
        self._by_segment = {rule.segment: rule.head_start_ms for rule in policy.segments}
        self._by_channel = {
            channel: channel_rule(policy, channel).head_start_ms for channel in Channel
        }

    def queue(self, subject: str) -> QueueId:
        """Return the queue of the subject, or the default queue."""
        rule = self._subjects.get(subject)
        return self.policy.default_queue if rule is None else rule.queue

    def terms(
        self,
        *,
        subject: str,
        channel: Channel,
        segment: Segment,
        service_level_ms: int | None = None,
    ) -> tuple[Term, ...]:
        """Return the terms of a new case's head start.

        service_level_ms: the target of its queue. A tighter target counts as an earlier due time:
        with equal targets subtracted from everybody, first due is first served.
        """
        rule = self._subjects.get(subject)
        by_subject = 0 if rule is None else rule.head_start_ms
        by_segment = self._by_segment.get(segment, 0)
        terms = (
            Term(name="subject", head_start_ms=by_subject),
            Term(name="channel", head_start_ms=self._by_channel[channel]),
            Term(name="segment", head_start_ms=by_segment),
        )
        reference_ms = self.policy.service_level_reference_ms
        if service_level_ms is None or reference_ms <= service_level_ms:
            return terms
        ahead_ms = reference_ms - service_level_ms
        return (*terms, Term(name=SERVICE_LEVEL, head_start_ms=ahead_ms))


def queue_of(policy: Policy, subject: str) -> QueueId:
    """Return the queue of the subject, or the default queue."""
    return Scoring(policy).queue(subject)


def escalated(policy: Policy, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the terms with the escalation's, once however often it was escalated."""
    others = tuple(term for term in terms if term.name != ESCALATION)
    return (*others, Term(name=ESCALATION, head_start_ms=policy.escalation_head_start_ms))


def rescored(policy: Policy, former: tuple[Term, ...], fresh: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the fresh terms of a case that already had some: an escalation stays one."""
    is_escalated = any(term.name == ESCALATION for term in former)
    return escalated(policy, fresh) if is_escalated else fresh


def gives_alike(one: Policy, other: Policy) -> bool:
    """Whether both give every case the same terms."""
    return (
        one.subjects == other.subjects
        and one.channels == other.channels
        and one.segments == other.segments
        and one.escalation_head_start_ms == other.escalation_head_start_ms
        and one.service_level_reference_ms == other.service_level_reference_ms
    )


def head_start_ms(terms: tuple[Term, ...]) -> int:
    """Return the sum of the terms."""
    return sum(term.head_start_ms for term in terms)
