"""Rows from events, held by the golden files that the browser must pass too."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.schema import events as e
from store.schema.apply import EXCERPT_CHARACTERS, Rows
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import CaseStatus, EarmarkCause
from store.schema.views import Snapshot
from tests.golden import write
from tests.golden.write import FOLDER, Golden, goldens

FILES = sorted(FOLDER.glob("*.json"))


def _read(path: Path) -> Golden:
    return msgspec.json.decode(path.read_bytes(), type=Golden)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_events_lead_to_the_golden_rows(path: Path) -> None:
    golden = _read(path)
    rows = Rows(golden.snapshot)
    for event in golden.events:
        rows.apply(event)
    assert rows.snapshot() == golden.later


def test_golden_files_are_fresh() -> None:
    assert write.stale() == []


def test_golden_files_hold_every_event_type() -> None:
    told = {type(event) for golden in goldens().values() for event in golden.events}
    assert told == set(get_args(e.AnyEvent))


@given(st.sampled_from(FILES), st.data())
def test_snapshot_and_the_rest_equal_the_later_snapshot(path: Path, data: st.DataObject) -> None:
    golden = _read(path)
    rows = Rows(golden.snapshot)
    at = data.draw(st.integers(0, len(golden.events)))
    for event in golden.events[:at]:
        rows.apply(event)
    resumed = Rows(rows.snapshot())
    for event in golden.events[at:]:
        resumed.apply(event)
    assert resumed.snapshot() == golden.later


@given(st.sampled_from(FILES))
def test_events_told_twice_change_no_case(path: Path) -> None:
    golden = _read(path)
    rows = Rows(golden.later)
    for event in golden.events:
        if not isinstance(event, e.CaseOpened):
            rows.apply(event)
    assert rows.snapshot().cases == golden.later.cases


def test_events_about_rows_that_are_not_there_make_none() -> None:
    rows = Rows()
    case, agent, queue = CaseId("case_1"), AgentId("agent_1"), QueueId("queue_1")
    client = ClientId("client_1")
    events: list[e.AnyEvent] = [
        e.AgentConnected(seq=1, at_ms=0, agent=agent),
        e.QueueClosed(seq=2, at_ms=0, queue=queue),
        e.QueueOpened(seq=3, at_ms=0, queue=queue),
        e.CaseEarmarked(
            seq=4, at_ms=0, case=case, client=client, agent=agent, cause=EarmarkCause.DRAINING
        ),
        e.CaseHandled(seq=5, at_ms=0, case=case, client=client),
    ]
    for event in events:
        rows.apply(event)
    assert rows.snapshot() == Snapshot(seq=5)


def test_excerpt_counts_code_points() -> None:
    golden = goldens()["conversation"]
    rows = Rows(golden.snapshot)
    texts = []
    for event in golden.events:
        rows.apply(event)
        texts += [row.last_text for row in rows.cases.values()]
    longest = max(texts, key=len)
    assert longest == "😀" * 159 + "é"
    assert len(longest) == EXCERPT_CHARACTERS


def test_closed_cases_are_forgotten_on_request() -> None:
    rows = Rows(goldens()["merge"].later)
    assert CaseStatus.CLOSED in {row.status for row in rows.cases.values()}
    rows.forget_closed()
    assert set(rows.cases) == {"case_1"}
