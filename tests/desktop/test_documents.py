"""The generated documents: fresh, whole, and true of what is sent."""

import json
from typing import get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from desktop import documents, typescript
from desktop.openapi import PREFIX, ROUTES, openapi
from desktop.problems import PROBLEMS
from desktop.web import API
from store.schema import commands, events, frames
from store.schema.codec import decode_inbound, encode
from store.schema.documents import UNIONS, Json, asyncapi, json_schema, members, tag_of
from store.schema.ids import CaseId
from tests.golden.write import goldens

KINDS = ["schema", "asyncapi", "openapi"]
WITHOUT_BODY = {"GET", "DELETE"}


def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**json_schema(), "$ref": f"#/$defs/{name}"})


def _references(node: object) -> set[str]:
    if isinstance(node, list):
        return {found for item in node for found in _references(item)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own | {found for item in node.values() for found in _references(item)}


def _resolves(document: Json, reference: str) -> bool:
    node: object = document
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def test_documents_are_fresh() -> None:
    assert documents.stale() == []


def test_browser_types_are_fresh() -> None:
    assert typescript.TARGET.read_text() == typescript.typescript()


@pytest.mark.parametrize("document", [json_schema(), asyncapi(), openapi()], ids=KINDS)
def test_every_reference_leads_somewhere(document: Json) -> None:
    references = _references(document)
    assert references
    assert [x for x in references if not _resolves(document, x)] == []


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", sorted(goldens()))
def test_events_and_rows_are_valid(name: str) -> None:
    golden = goldens()[name]
    event, snapshot = _validator("AnyEvent"), _validator("Snapshot")
    for told in golden.events:
        event.validate(json.loads(encode(told)))
    snapshot.validate(json.loads(encode(golden.later)))


def test_schema_and_decoder_refuse_the_same_frame() -> None:
    good = {"type": "watch", "case": "case_1"}
    bad = {"type": "watch", "case": "../etc"}
    check = _validator("AnyInbound")
    check.validate(good)
    assert decode_inbound(json.dumps(good)) == frames.Watch(case=CaseId("case_1"))
    assert not check.is_valid(bad)
    with pytest.raises(msgspec.ValidationError):
        decode_inbound(json.dumps(bad))


@pytest.mark.parametrize("name", UNIONS)
def test_every_member_of_a_union_is_described(name: str) -> None:
    page = documents.protocol_page()
    missing = [kind.__name__ for kind in members(UNIONS[name]) if f"`{tag_of(kind)}`" not in page]
    assert missing == []


def test_unions_are_whole() -> None:
    assert members(events.AnyEvent) == get_args(events.AnyEvent)


def test_socket_document_holds_every_frame() -> None:
    document = json.dumps(asyncapi())
    for kind in (*members(frames.AnyInbound), *members(frames.AnyOutbound)):
        assert f'"#/channels/ws/messages/{kind.__name__}"' in document


def test_every_route_is_described_and_every_description_is_routed() -> None:
    routed = {
        (method, route.path) for route in API for method in route.methods or () if method != "HEAD"
    }
    assert {(route.method, route.path) for route in ROUTES} == routed
    assert len(ROUTES) == len(routed)


def test_openapi_has_the_shape_of_openapi() -> None:
    document = openapi()
    assert document["openapi"] == "3.1.0"
    paths = document["paths"]
    assert isinstance(paths, dict)
    names = []
    for route in ROUTES:
        operation = paths[PREFIX + route.path][route.method.lower()]
        names.append(operation["operationId"])
        assert str(route.status) in operation["responses"]
        assert all(answer["description"] for answer in operation["responses"].values())
        assert ("requestBody" in operation) is (route.method not in WITHOUT_BODY)
        in_path = [x["name"] for x in operation["parameters"] if x["in"] == "path"]
        assert all(f"{{{name}}}" in route.path for name in in_path)
        assert len(in_path) == route.path.count("{")
    assert len(set(names)) == len(names)


def test_every_error_code_is_told_on_the_page() -> None:
    page = documents.protocol_page()
    codes = [*PROBLEMS, *(str(x.value) for x in frames.CloseCode), *commands.Refusal]
    assert [code for code in codes if f"| {code} |" not in page and f"`{code}`" not in page] == []
