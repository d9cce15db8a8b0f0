"""The words of calls: read back as written, and nothing else is read."""

from typing import get_args

import msgspec
import pytest

from store.schema import calls as c
from store.schema.commands import AnyCommand
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CallId, CaseId, ClientId, LegId


def tags(union: object) -> list[str]:
    return [kind.__struct_config__.tag for kind in get_args(union)]


def test_every_word_has_one_meaning() -> None:
    commands = tags(c.AnyCallCommand) + tags(AnyCommand) + ["report_call"]
    facts = tags(c.AnyCallFact) + tags(AnyEvent) + ["call.reported"]
    assert len(set(commands)) == len(commands)
    assert len(set(facts)) == len(facts)


def test_a_report_is_read_back_as_it_was_written() -> None:
    fact = c.LegJoined(leg=LegId("leg_1"), role=c.LegRole.AGENT, agent=AgentId("agent_lea"))
    event = c.CallReported(
        seq=1,
        at_ms=2,
        case=CaseId("case_1"),
        client=ClientId("client_zoe"),
        call=CallId("call_1"),
        happened_at_ms=1,
        fact=fact,
    )
    body = msgspec.json.encode(event)
    assert b'"type":"call.reported"' in body
    assert b'"type":"leg.joined"' in body
    assert msgspec.json.decode(body, type=c.CallReported) == event
    command = c.ReportCall(
        ref="call_1-7", case=event.case, call=event.call, happened_at_ms=1, fact=fact
    )
    assert msgspec.json.decode(msgspec.json.encode(command), type=c.ReportCall) == command


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"send_tones","ref":"r","call":"call_1","tones":"12x"}',
        b'{"type":"send_tones","ref":"r","call":"call_1","tones":""}',
        b'{"type":"dial","ref":"r","call":"call_1","case":"case_1","number":""}',
        b'{"type":"hang_up","ref":"r","call":"case_1"}',
        b'{"type":"hang_up","ref":"r","call":"call_1","more":1}',
        b'{"type":"transfer_call","ref":"r","call":"call_1","mode":"hot"}',
        b'{"type":"supervise_call","ref":"r","call":"call_1"}',
        b'{"type":"explode","ref":"r","call":"call_1"}',
    ],
)
def test_what_is_not_a_command_is_not_read(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=c.AnyCallCommand)


def test_tones_are_those_of_the_standard() -> None:
    body = b'{"type":"send_tones","ref":"r","call":"call_1","tones":"0123456789*#ABCD"}'
    assert isinstance(msgspec.json.decode(body, type=c.AnyCallCommand), c.SendTones)
