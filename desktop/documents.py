"""Writes docs/PROTOCOL.md and docs/protocol/: `python -m desktop.documents [--check]`."""

import json
import sys
from pathlib import Path

from msgspec import Struct

from desktop.core.permissions import RULES, Reach
from desktop.openapi import PREFIX, ROUTES, errors_of, openapi, who_may
from desktop.problems import PROBLEMS
from store.schema import commands, events, frames
from store.schema.audience import CLIENT_EVENTS
from store.schema.documents import UNIONS, Json, asyncapi, components, json_schema, members, tag_of

DOCS = Path(__file__).parent.parent / "docs"
_CLOSES = {
    frames.CloseCode.GOING_AWAY: "The server stops or restarts: come back at once.",
    frames.CloseCode.TOO_BIG: "A frame was larger than allowed.",
    frames.CloseCode.BAD_FRAME: "Not JSON text, or not `hello` first.",
    frames.CloseCode.SIGNED_OUT: "The session is over: sign in again.",
    frames.CloseCode.FORBIDDEN: "This page or person may not connect.",
    frames.CloseCode.SILENT: "Nothing was heard for too long.",
    frames.CloseCode.TOO_MANY_SOCKETS: "Too many sockets from one address.",
    frames.CloseCode.TOO_FAST: "Too many frames, even after `too_fast` errors.",
    frames.CloseCode.TOO_SLOW: "The reader does not keep up: come back and resume.",
}
_BOUNDS = {
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "minimum": "from",
    "maximum": "to",
}
_HEAD = """# Protocol

Written by `python -m desktop.documents` from `store/schema` and `desktop/openapi.py`; do not edit.

A socket at `/ws` (subprotocol `aiguilleur.v1`) carries frames of JSON text; `/api/v1` answers over
HTTP. The same, for programs: [`schema.json`](protocol/schema.json),
[`asyncapi.json`](protocol/asyncapi.json), [`openapi.json`](protocol/openapi.json). The server gives
the last one at `/api/openapi.json`.

Times are Unix milliseconds. Readers must ignore fields and event types they do not know.
A command's `ref` makes it safe to ask again: the same ref from the same sender is the same request.
"""


def written() -> dict[Path, str]:
    """Return the text of every generated document by its path."""
    return {
        DOCS / "protocol" / "schema.json": _text(json_schema()),
        DOCS / "protocol" / "asyncapi.json": _text(asyncapi()),
        DOCS / "protocol" / "openapi.json": _text(openapi()),
        DOCS / "PROTOCOL.md": protocol_page(),
    }


def stale() -> list[str]:
    """Return the names of the documents that are not as they would be written now."""
    return [
        path.name
        for path, text in written().items()
        if not path.exists() or path.read_text() != text
    ]


def protocol_page() -> str:
    """Return the page that people read."""
    parts = [
        _HEAD,
        "## Frames to the server\n",
        *(_section(kind) for kind in members(frames.AnyInbound)),
        "## Frames from the server\n",
        *(_section(kind) for kind in members(frames.AnyOutbound)),
        "## Commands\n",
        *(_section(kind, _rights(tag_of(kind))) for kind in members(commands.AnyCommand)),
        "### Outcomes of `settle_case`\n",
        *(_section(kind) for kind in members(commands.AnyOutcome)),
        "## Events\n",
        *(_section(kind, _told(kind)) for kind in members(events.AnyEvent)),
        _table("Refusals", ("code",), _refusal_rows()),
        _table("Close codes", ("code", "name", "meaning"), _close_rows()),
        _table("Error codes", ("code", "HTTP status", "meaning"), _problem_rows()),
        _table("HTTP", ("request", "what it does", "who may", "errors"), _route_rows()),
    ]
    return "\n".join(parts)


def _section(kind: type[Struct], note: str = "") -> str:
    words = " ".join((kind.__doc__ or "").split())
    _, named = components((kind,), "")
    shape = named[kind.__name__]
    properties, required = shape["properties"], shape.get("required", [])
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    rows: list[tuple[str, ...]] = [
        (f"`{name}`", _type(field), "" if name in required else _default(field))
        for name, field in properties.items()
        if name != "type"
    ]
    lines = [f"### `{tag_of(kind)}` {kind.__name__}\n", words + (f" {note}" if note else ""), ""]
    if rows:
        lines += [_rows(("field", "type", "default"), rows), ""]
    return "\n".join(lines)


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref']}`"
    options = schema.get("anyOf")
    if isinstance(options, list):
        names = {_type(option): None for option in options}
        for union, kind in UNIONS.items():
            tags = {f"`{x.__name__}`" for x in members(kind)}
            if tags <= names.keys():
                rest = [name for name in names if name not in tags]
                return " or ".join([f"`{union}`", *rest])
        return " or ".join(names)
    if schema.get("type") == "array":
        items = schema["items"]
        assert isinstance(items, dict)
        return f"list of {_type(items)}{_bounds(schema)}"
    return f"`{schema.get('type', 'any')}`{_bounds(schema)}"


def _bounds(schema: Json) -> str:
    said = [f"{text} {schema[key]}" for key, text in _BOUNDS.items() if key in schema]
    if "pattern" in schema:
        said.append(f"like `{schema['pattern']}`")
    return f", {', '.join(said)}" if said else ""


def _default(schema: Json) -> str:
    return f"`{json.dumps(schema.get('default'), ensure_ascii=False)}`"


def _rights(action: str) -> str:
    reaches = RULES[action].items()
    who = [
        f"{role}{' (their own)' if reach is Reach.OWN else ''}"
        for role, reach in reaches
        if reach is not Reach.NONE
    ]
    return f"Who may: {', '.join(who) or 'only the server itself'}."


def _told(kind: type[Struct]) -> str:
    return "Clients see it too." if kind in CLIENT_EVENTS else ""


def _refusal_rows() -> list[tuple[str, ...]]:
    return [(f"`{refusal.value}`",) for refusal in commands.Refusal]


def _close_rows() -> list[tuple[str, ...]]:
    return [(str(code.value), f"`{code.name}`", _CLOSES[code]) for code in frames.CloseCode]


def _problem_rows() -> list[tuple[str, ...]]:
    return [(f"`{code}`", str(status), text) for code, (status, text) in PROBLEMS.items()]


def _route_rows() -> list[tuple[str, ...]]:
    return [
        (
            f"`{route.method} {PREFIX}{route.path}`",
            route.summary,
            who_may(route),
            ", ".join(f"`{code}`" for code in errors_of(route)),
        )
        for route in ROUTES
    ]


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return f"## {title}\n\n{_rows(head, rows)}\n"


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(x.replace("|", "\\|") for x in line) + " |" for line in lines
    )


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the documents, or with --check fail when one is stale."""
    if "--check" in sys.argv[1:]:
        if stale():
            sys.exit(f"Stale: {', '.join(stale())}. Run `python -m desktop.documents`.")
        return
    for path, text in written().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
