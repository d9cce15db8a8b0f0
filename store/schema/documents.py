"""The vocabulary described for other programs: JSON Schema 2020-12 and AsyncAPI 3.0."""

from enum import Enum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from store.schema import commands, events, frames, questions, terms, views

Json: TypeAlias = dict[str, object]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
UNIONS: dict[str, object] = {
    "AnyEvent": events.AnyEvent,
    "AnyCommand": commands.AnyCommand,
    "AnyOutcome": commands.AnyOutcome,
    "AnyInbound": frames.AnyInbound,
    "AnyOutbound": frames.AnyOutbound,
}


def members(union: object) -> tuple[type[Struct], ...]:
    """Return the types of a union, in the order they were written."""
    found = msgspec.inspect.type_info(union)
    assert isinstance(found, msgspec.inspect.UnionType)
    return tuple(x.cls for x in found.types if isinstance(x, msgspec.inspect.StructType))


def tag_of(kind: type[Struct]) -> str:
    """Return what the field `type` says on the wire."""
    return str(kind.__struct_config__.tag)


def components(kinds: tuple[object, ...], place: str) -> tuple[list[Json], dict[str, Json]]:
    """Return the schema of each type, and the named schemas they refer to under `place`."""
    shapes, named = msgspec.json.schema_components(kinds, ref_template=place + "{name}")
    return list(shapes), dict(sorted(named.items()))


def json_schema() -> Json:
    """Return every type of the vocabulary under `$defs`, unions included."""
    shapes, named = components((*UNIONS.values(), *_records()), "#/$defs/")
    unions = dict(zip(UNIONS, shapes, strict=False))
    return {
        "$schema": DIALECT,
        "title": "Aiguilleur",
        "description": "Every event, command, frame and record.",
        "$defs": {**named, **unions},
    }


def asyncapi() -> Json:
    """Return the socket `/ws` as AsyncAPI 3.0; send and receive are the server's."""
    inbound, outbound = members(frames.AnyInbound), members(frames.AnyOutbound)
    _, named = components((frames.AnyInbound, frames.AnyOutbound), "#/components/schemas/")
    messages = {
        kind.__name__: {
            "name": tag_of(kind),
            "summary": summary_of(kind),
            "contentType": "application/json",
            "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        }
        for kind in (*inbound, *outbound)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Aiguilleur socket",
            "version": str(frames.PROTOCOL_VERSION),
            "description": "JSON text frames, subprotocol `aiguilleur.v1`. `hello` comes first.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "ws": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "receive": _operation("receive", inbound),
            "send": _operation("send", outbound),
        },
        "components": {"messages": messages, "schemas": named},
    }


def summary_of(kind: type) -> str:
    """Return the first sentence of what a type says of itself."""
    return (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").replace("    ", "")


def _operation(action: str, kinds: tuple[type[Struct], ...]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/ws"},
        "messages": [{"$ref": f"#/channels/ws/messages/{kind.__name__}"} for kind in kinds],
    }


def _records() -> list[type]:
    return [
        kind
        for module in (terms, commands, views, questions)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and issubclass(kind, Struct | Enum)
        and kind is not commands.Command
    ]
