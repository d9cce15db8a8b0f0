"""A digest of the router's state that a later version makes of the same log.

What has its default is left out, so that a field that is new, or one whose default was the rule
until now, changes no digest of an older log. A field that gets another name keeps the old one
when it is encoded (`msgspec.field(name=...)`).
"""

import hashlib
from enum import Enum
from functools import cache

import msgspec
from msgspec import NODEFAULT, Struct

from router.core.state import State

_encode_in_order = msgspec.json.Encoder(order="deterministic").encode


def fingerprint(state: State) -> str:
    """Return the SHA-256, in hex, of all in the state that is not as it is by default."""
    return hashlib.sha256(_encode_in_order(_told(state))).hexdigest()


def _told(value: object) -> object:
    if isinstance(value, Struct):
        return {
            name: _told(field)
            for attribute, name, default in _fields(type(value))
            if (field := getattr(value, attribute)) != default
        }
    if isinstance(value, dict):
        return {_told(key): _told(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_told(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.value if isinstance(value, Enum) else value


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, str, object], ...]:
    """Return, for each field, its attribute, its name when encoded, and its default."""
    return tuple(
        (
            field.name,
            field.encode_name,
            field.default if field.default_factory is NODEFAULT else field.default_factory(),
        )
        for field in msgspec.structs.fields(kind)
    )
