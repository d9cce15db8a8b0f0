"""Writes a policy as the TOML text that reads as the same policy, its keys explained."""

import json
from enum import Enum

from msgspec import Struct

from store.policy.durations import write_duration
from store.policy.reading import VERSION
from store.schema.terms import Label, Policy

_HEAD = """\
# The rules of routing. A time carries its unit: "90 s", "2 min", "1 h 30 min", "-5 min".
# A head start is time that a case is treated as having already waited; negative holds it back.
# What is left out has its default.
"""
_WHY = {
    "choice": "What eligible agents are compared by, the most important first.",
    "default_queue": "Where a subject without a rule goes.",
    "escalation_head_start_ms": "What an escalation adds, once.",
    "last_agent_hold_ms": "How long a case waits for the last agent of its client.",
    "named_agent_hold_ms": "How long a case waits for an agent named for its client.",
    "client_silence_ms": "A case that waits for its client closes after this.",
    "connection_grace_ms": "A lost connection is forgiven for this long.",
    "service_level_reference_ms": "A queue with a shorter target gets the difference.",
    "drain_after_ms": "After this wait an agent is kept free for a call.",
    "login_levelling_ms": "Agents who become available within this time begin together.",
    "earmark_ms": "An agent is kept free for an appointment this long before it.",
}
_ROWS = {
    "subjects": "What a request is about: its queue, its name, its head start.",
    "channels": "What a channel costs an agent, and whether it is offered or assigned.",
    "segments": "What a client is to us.",
}


def write_toml(policy: Policy) -> str:
    """Return the text."""
    blocks = [f"{_HEAD}version = {VERSION}"]
    blocks += [f"# {why}\n{_line(name, getattr(policy, name))}" for name, why in _WHY.items()]
    for name, why in _ROWS.items():
        rows = [_row(name, rule) for rule in getattr(policy, name)]
        # What a table is for is said once, above its first row.
        blocks += [f"# {why}\n{row}" if at == 0 else row for at, row in enumerate(rows)]
    return "\n\n".join(blocks) + "\n"


def _row(table: str, rule: Struct) -> str:
    lines = [_line(name, getattr(rule, name)) for name in rule.__struct_fields__]
    return "\n".join([f"[[{table}]]", *lines])


def _line(name: str, value: object) -> str:
    if name.endswith("_ms"):
        assert isinstance(value, int)
        return f"{name.removesuffix('_ms')} = {_text(write_duration(value))}"
    return f"{name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _text(str(value.value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Label):
        return f"{{ fr = {_text(value.fr)}, en = {_text(value.en)} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    assert isinstance(value, int)
    return str(value)


def _text(text: str) -> str:
    # A JSON string is one of TOML too, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
