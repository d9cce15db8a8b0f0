"""A log's file: what is written is read again, and what is no log is told by its line."""

import asyncio

import pytest

from router.core.router import Router
from router.replay.fingerprint import fingerprint
from router.replay.logs import CHECKPOINT_EVENTS, BadLog, LogWriter, export, read_log
from store.schema.codec import encode
from store.schema.events import AnyEvent
from tests.golden.write_logs import Day
from tests.router.floor import Floor


def written(events: list[AnyEvent]) -> list[bytes]:
    lines: list[bytes] = []
    writer = LogWriter(lines.append)
    writer.add(events)
    assert writer.end() == len(events)
    return lines


def test_what_is_written_is_read() -> None:
    events = Day(3, cases=700).live()
    assert len(events) > CHECKPOINT_EVENTS
    log = read_log(written(events), "log")
    assert log.events == events
    assert list(log.checkpoints) == [CHECKPOINT_EVENTS, len(events)]
    router = Router()
    for event in events:
        router.apply(event)
    assert log.checkpoints[len(events)] == fingerprint(router.state)


def test_a_log_is_exported_page_by_page() -> None:
    events = Day(3, cases=700).live()

    class Pages:
        async def read(self, after_seq: int, limit: int) -> list[AnyEvent]:
            return events[after_seq : after_seq + min(limit, 700)]

    lines: list[bytes] = []
    assert asyncio.run(export(Pages(), lines.append)) == len(events)
    assert lines == written(events)


def test_an_empty_line_is_no_fault() -> None:
    lines = written(Floor().log)
    assert read_log([*lines, b"\n"], "log").events == Floor().log


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: [], "day: there is no event in it"),
        (lambda lines: lines[1:], "day: line 1: this is event 2"),
        (lambda lines: [lines[0], *lines[2:]], "it must be 2"),
        (lambda lines: [*lines[:2], b"not json\n"], "day: line 3: not an event: "),
        (lambda lines: [*lines[:2], b"[]\n"], "day: line 3: not an event: Expected `object`"),
        (
            lambda _: [b'{"type":"case.invented","seq":1,"at_ms":1}\n'],
            "day: line 1: not an event: Invalid value 'case.invented'",
        ),
        (
            lambda _: [b'{"type":"agents.joined","seq":1,"agents":[]}\n'],
            "day: line 1: not an event: Object missing required field `at_ms`",
        ),
        (
            lambda lines: [lines[0].replace(b'"seq":1', b'"seq":"one"')],
            "line 1: not an event: Expected `int`, got `str` - at `$.seq`",
        ),
        (lambda _: [b"\xff\xfe\n"], "day: line 1: not an event: "),
    ],
)
def test_what_is_no_log_is_told_by_its_line(spoil: object, said: str) -> None:
    lines = [encode(event) + b"\n" for event in Day(3, cases=2).live()]
    assert callable(spoil)
    with pytest.raises(BadLog) as bad:
        read_log(spoil(lines), "day")
    assert said in str(bad.value)
