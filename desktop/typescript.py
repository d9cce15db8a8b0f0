"""Writes the browser's types from the vocabulary: `python -m desktop.typescript [--check]`."""

import sys
from enum import Enum
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

from store.schema import commands, events, frames, policies, questions, terms, views

TARGET = Path(__file__).parent / "web" / "src" / "protocol" / "schema.ts"
_HEAD = "// Written by `python -m desktop.typescript` from store/schema. Do not edit.\n"
_UNIONS: dict[str, object] = {
    "AnyCaseEvent": events.AnyCaseEvent,
    "AnyFloorEvent": events.AnyFloorEvent,
    "AnyEvent": events.AnyEvent,
    "AnyCommand": commands.AnyCommand,
    "AnyOutcome": commands.AnyOutcome,
    "AnyInbound": frames.AnyInbound,
    "AnyOutbound": frames.AnyOutbound,
}
# What a browser sends may leave out what has a default; what it receives is always whole.
_SENT = (commands.Command, frames.Inbound)
_Json: TypeAlias = dict[str, object]


def typescript() -> str:
    """Return the whole file."""
    _, components = msgspec.json.schema_components(
        [*_UNIONS.values(), *_records()], ref_template="{name}"
    )
    parts = [_HEAD]
    parts += [_declared(name, schema) for name, schema in sorted(components.items())]
    parts += [_union(name) for name in _UNIONS]
    parts.append(
        "export const CLOSE = {\n"
        + "".join(f"  {code.name}: {code.value},\n" for code in frames.CloseCode)
        + "} as const;\n"
    )
    parts.append(f"export const PROTOCOL_VERSION = {frames.PROTOCOL_VERSION};\n")
    return "\n".join(parts)


def _records() -> list[type]:
    return [
        kind
        for module in (terms, views, policies, questions)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and issubclass(kind, Struct | Enum)
    ]


def _union(name: str) -> str:
    union = msgspec.inspect.type_info(_UNIONS[name])
    assert isinstance(union, msgspec.inspect.UnionType)
    members = [x.cls.__name__ for x in union.types if isinstance(x, msgspec.inspect.StructType)]
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";\n"


def _declared(name: str, schema: _Json) -> str:
    comment = _comment(str(schema.get("description", "")))
    if "enum" in schema:
        return f"{comment}export type {name} = {_type(schema)};\n"
    properties = schema["properties"]
    required = schema.get("required", [])
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    is_sent = _is_sent(name)
    lines = [
        f"  readonly {field}{'?' if is_sent and field not in required else ''}: {_type(shape)};\n"
        for field, shape in properties.items()
    ]
    return f"{comment}export interface {name} {{\n{''.join(lines)}}}\n"


def _is_sent(name: str) -> bool:
    kind = getattr(commands, name, None) or getattr(frames, name, None)
    if not isinstance(kind, type):
        return False
    return issubclass(kind, _SENT) or name.startswith("Outcome")


def _comment(text: str) -> str:
    lines = text.strip().splitlines()
    if not lines:
        return ""
    return "/** " + "\n * ".join(line.strip() for line in lines) + " */\n"


def _type(schema: object) -> str:
    assert isinstance(schema, dict)
    if "$ref" in schema:
        return str(schema["$ref"])
    if "enum" in schema:
        return " | ".join(
            f"'{value}'" if isinstance(value, str) else str(value) for value in schema["enum"]
        )
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(option) for option in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        inner = _type(schema["items"])
        return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
    names = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    return names.get(str(kind), "null" if kind == "null" else "unknown")


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def main() -> None:
    """Write the file, or with --check fail when it is stale."""
    text = typescript()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        sys.exit(f"{TARGET.name} is stale: run `python -m desktop.typescript`.")


if __name__ == "__main__":
    main()
