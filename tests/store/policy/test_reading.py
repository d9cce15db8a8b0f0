"""A policy as TOML or JSON: what is written reads the same, and faults name their line."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.policy.reading import FAULTS_MOST, BadPolicy, read_json, read_toml
from store.policy.writing import write_toml
from store.schema.ids import QueueId
from store.schema.terms import (
    Channel,
    ChannelRule,
    Criterion,
    Label,
    Policy,
    Segment,
    SegmentRule,
    SubjectRule,
)

GENERAL, CLAIMS = QueueId("queue_general"), QueueId("queue_claims")
QUEUES = {GENERAL, CLAIMS}
ROW = '[[subjects]]\nsubject = "claim"\nqueue = "queue_claims"\nlabel = { fr = "a", en = "b" }\n'

times = st.integers(0, 366 * 86_400_000)
starts = st.integers(-366 * 86_400_000, 366 * 86_400_000)
# What JSON and a database can carry: no lone halves of a character.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
names = texts.filter(lambda text: text.strip() != "")
labels = st.builds(Label, fr=names, en=names)
subjects = st.builds(
    SubjectRule,
    subject=names,
    queue=st.sampled_from(sorted(QUEUES)),
    label=labels,
    head_start_ms=starts,
)
channels = st.builds(
    ChannelRule,
    channel=st.sampled_from(Channel),
    units=st.integers(1, 20),
    is_exclusive=st.booleans(),
    is_offered=st.booleans(),
    head_start_ms=starts,
    offer_ms=st.integers(1_000, 10**10),
    start_ms=times,
)
segments = st.builds(SegmentRule, segment=st.sampled_from(Segment), head_start_ms=starts)
policies = st.builds(
    Policy,
    choice=st.lists(st.sampled_from(Criterion), min_size=1, unique=True).map(tuple),
    subjects=st.lists(subjects, max_size=3, unique_by=lambda rule: rule.subject).map(tuple),
    channels=st.lists(channels, max_size=3, unique_by=lambda rule: rule.channel).map(tuple),
    segments=st.lists(segments, max_size=3, unique_by=lambda rule: rule.segment).map(tuple),
    escalation_head_start_ms=times,
    client_silence_ms=st.integers(60_000, 10**10),
    drain_after_ms=times,
    earmark_ms=times,
)


@given(policies)
def test_a_policy_survives_both_forms(policy: Policy) -> None:
    assert read_toml(write_toml(policy), QUEUES) == policy
    assert read_json(msgspec.json.encode(policy), QUEUES) == policy


def faults(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(BadPolicy) as caught:
        read_toml(text, QUEUES)
    return [(fault.line, fault.field, fault.message) for fault in caught.value.faults]


def test_what_is_left_out_has_its_default() -> None:
    assert read_toml("", QUEUES) == Policy()
    assert read_toml(ROW, QUEUES).subjects[0].head_start_ms == 0


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        # It is no TOML.
        ("choice = [", 1, "", "not TOML"),
        ('\n\nearmark = "5 min', 3, "", "not TOML"),
        ("earmark = ", 1, "", "not TOML"),
        ('earmark = "1 s"\nearmark = "2 s"', 2, "", "overwrite"),
        # It is another version's.
        ("version = 2", 1, "version", "version 1"),
        ("version = true", 1, "version", "version 1"),
        # A key or a kind of value is wrong.
        ('\ndefault_que = "queue_general"', 2, "default_que", "Did you mean `default_queue`?"),
        (f"{ROW}head_strt = 1", 5, "subjects[0].head_strt", "Allowed: subject, queue"),
        ("default_queue = 3", 1, "default_queue", "a text in quotes, got 3"),
        ('[[channels]]\nchannel = "fax"', 2, "channels[0].channel", "chat, mail, call"),
        ('[[channels]]\nchannel = "chat"\nunits = true', 3, "channels[0].units", "got true"),
        ('[[channels]]\nchannel = "chat"\nunits = "1"', 3, "channels[0].units", "whole number"),
        ("subjects = 3", 1, "subjects", "Expected a list"),
        ("subjects = [3]", 1, "subjects[0]", "Expected a table"),
        ("\n[subjects]\na = 1", 2, "subjects", "got {…}"),
        (
            '[[subjects]]\nsubject = "x"\nlabel = { fr = "a", en = "b" }',
            1,
            "subjects[0]",
            "`queue` is needed",
        ),
        ("choice = 3", 1, "choice", "Expected a list"),
        ("choice = [2026-01-01]", 1, "choice[0]", "2026-01-01 is not one of"),
        # A time is wrong.
        ("earmark = 5", 1, "earmark", "5 is not a time"),
        ('earmark = "5 mins"', 1, "earmark", "`1 h 30 min`"),
        ('drain_after = "-1 s"', 1, "drain_after", "0 s – 366 d"),
        ('client_silence = "1 s"', 1, "client_silence", "1 min – 366 d"),
        ('escalation_head_start = "-1 s"', 1, "escalation_head_start", "0 s – "),
        ('[[channels]]\nchannel = "call"\noffer = "0 s"', 3, "channels[0].offer", "1 s – "),
        (f'{ROW}head_start = "367 d"', 5, "subjects[0].head_start", "-366 d – 366 d"),
        # It does not hold together.
        ('default_queue = "queue_x"', 1, "default_queue", "queue_claims, queue_general"),
        (ROW.replace("queue_claims", "queue_x"), 3, "subjects[0].queue", "no queue `queue_x`"),
        (ROW + "\n" + ROW, 7, "subjects[1].subject", "at number 1"),
        ('[[channels]]\nchannel = "chat"\n' * 2, 4, "channels[1].channel", "keep one"),
        ('[[segments]]\nsegment = "vip"\n' * 2, 4, "segments[1].segment", "keep one"),
        ('choice = ["load", "load"]', 1, "choice[1]", "at number 1"),
        ('choice = [\n  "load", # busy\n  "idle",\n  "load",\n]', 4, "choice[2]", "at number 1"),
        ("choice = []", 1, "choice", "at least one"),
        ('[[channels]]\nchannel = "chat"\nunits = 0', 3, "channels[0].units", "1 – 20"),
        (ROW.replace('"claim"', '" "'), 2, "subjects[0].subject", "1 to 200"),
        (ROW.replace('en = "b"', 'en = ""'), 4, "subjects[0].label.en", "1 to 200"),
        (ROW.replace('"a"', '"\\u0000"'), 4, "subjects[0].label.fr", "U+0000"),
    ],
)
def test_a_fault_names_its_line_and_what_is_allowed(
    text: str, line: int, field: str, says: str
) -> None:
    (found,) = faults(text)
    assert found[:2] == (line, field)
    assert says in found[2]


def test_everything_wrong_is_told_at_once() -> None:
    text = 'earmark = 5\n\n[[channels]]\nchannel = "fax"\nunits = "x"\ncolour = "red"\n'
    assert [line for line, _, _ in faults(text)] == [1, 4, 5, 6]


def test_lines_are_right_after_texts_of_several_lines_and_tables_in_tables() -> None:
    text = (
        '# """ is no text here\r\nearmark = """\\\r\n  5 min"""\r\n\r\n'
        '[[subjects]]\r\nsubject = "a\\u2028b"\r\nqueue = "queue_x"\r\n'
        '[subjects.label]\r\nfr = "x"\r\nen = 3\r\n[[subjects]]\r\nsubject = "c"\r\n'
        'queue = "queue_general"\r\nlabel.fr = "x"\r\nlabel.en = 4\r\n'
    )
    assert [(line, field) for line, field, _ in faults(text)] == [
        (10, "subjects[0].label.en"),
        (15, "subjects[1].label.en"),
    ]


def test_a_long_statement_does_not_take_long_to_place() -> None:
    rows = ",\n".join('"x"' for _ in range(5_000))
    assert len(faults(f"choice = [\n{rows}\n]")) == FAULTS_MOST


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (b"{", "", "not JSON"),
        (b"\xff", "", "not JSON"),
        (b"[" * 100_000, "", "not JSON"),
        (b"[]", "", "a table"),
        (b'{"earmark_ms":"5 min"}', "earmark_ms", "whole number"),
        (b'{"earmark_ms":-5}', "earmark_ms", "out of bounds"),
        (b'{"earmark_ms":1e400}', "", "not JSON"),
        (b'{"earmark":5}', "earmark", "Did you mean `earmark_ms`?"),
        (b'{"default_queue":"queue_x"}', "default_queue", "no queue"),
        (b'{"choice":["load","load"]}', "choice[1]", "at number 1"),
        (b'{"subjects":[{}]}', "subjects[0]", "`subject` is needed"),
    ],
)
def test_json_is_checked_as_well(body: bytes, field: str, says: str) -> None:
    with pytest.raises(BadPolicy) as caught:
        read_json(body, QUEUES)
    found = caught.value.faults[0]
    assert (found.field, found.line) == (field, None)
    assert says in found.message


def test_without_the_queues_any_name_passes() -> None:
    assert read_toml('default_queue = "queue_x"').default_queue == "queue_x"
