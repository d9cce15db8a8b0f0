"""How the policy is read: queues, costs and head starts."""

from store.schema import scoring
from store.schema.ids import QueueId
from store.schema.terms import (
    Channel,
    ChannelRule,
    Label,
    Policy,
    Segment,
    SegmentRule,
    SubjectRule,
    Term,
)

CLAIMS, GENERAL = QueueId("queue_claims"), QueueId("queue_general")
LABEL = Label(fr="sinistre", en="claim")
POLICY = Policy(
    subjects=(
        SubjectRule(subject="claim", queue=CLAIMS, label=LABEL, head_start_ms=1),
        SubjectRule(subject="claim", queue=GENERAL, label=LABEL, head_start_ms=2),
    ),
    channels=(ChannelRule(channel=Channel.CALL, units=2, head_start_ms=4),),
    segments=(SegmentRule(segment=Segment.VIP, head_start_ms=8),),
    service_level_reference_ms=100,
)


def test_the_first_rule_of_a_subject_chooses_its_queue_else_the_default_one() -> None:
    assert scoring.queue_of(POLICY, "claim") == CLAIMS
    assert scoring.queue_of(POLICY, "other") == GENERAL


def test_a_voice_takes_its_agent_whole_unless_the_policy_says_what_it_costs() -> None:
    assert scoring.channel_rule(POLICY, Channel.CALL).units == 2
    assert not scoring.channel_rule(POLICY, Channel.CALL).is_exclusive
    for channel in (Channel.CALL, Channel.APPOINTMENT):
        rule = scoring.channel_rule(Policy(), channel)
        assert (rule.is_exclusive, rule.is_offered) == (True, True)
    for channel in (Channel.CHAT, Channel.MAIL):
        assert scoring.channel_rule(Policy(), channel) == ChannelRule(channel=channel)


def test_each_term_is_named_and_the_head_start_is_their_sum() -> None:
    terms = scoring.Scoring(POLICY).terms(
        subject="claim", channel=Channel.CALL, segment=Segment.VIP, service_level_ms=84
    )
    assert terms == (
        Term(name="subject", head_start_ms=1),
        Term(name="channel", head_start_ms=4),
        Term(name="segment", head_start_ms=8),
        Term(name=scoring.SERVICE_LEVEL, head_start_ms=16),
    )
    assert scoring.head_start_ms(terms) == 29


def test_an_escalation_counts_once_and_outlives_a_new_score() -> None:
    fresh = (Term(name="subject", head_start_ms=1),)
    twice = scoring.escalated(POLICY, scoring.escalated(POLICY, fresh))
    assert twice == (*fresh, Term(name=scoring.ESCALATION, head_start_ms=900_000))
    assert scoring.rescored(Policy(escalation_head_start_ms=5), twice, fresh) == (
        *fresh,
        Term(name=scoring.ESCALATION, head_start_ms=5),
    )
    assert scoring.rescored(POLICY, fresh, fresh) == fresh
