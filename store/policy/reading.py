"""Reads a policy from TOML or JSON; everything that is wrong with it is found at once."""

import re
import tomllib
from collections.abc import Collection
from difflib import get_close_matches
from enum import Enum
from typing import TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct

from store.policy.durations import ALLOWED, read_duration
from store.policy.lines import Path, line_at, lines_of
from store.policy.meaning import Fault, faults_of
from store.schema.ids import QueueId
from store.schema.policies import PolicyFault
from store.schema.terms import Policy

VERSION = 1
# Nobody mends more in one go.
FAULTS_MOST = 100
T = TypeVar("T", bound=Struct)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class BadPolicy(ValueError):  # noqa: N818 - it is the policy that is bad
    """The policy cannot be applied."""

    def __init__(self, faults: list[PolicyFault]) -> None:
        super().__init__("; ".join(said(fault) for fault in faults))
        self.faults = tuple(faults)


def read_toml(text: str, queues: Collection[QueueId] | None = None) -> Policy:
    """Return the policy of a TOML text. queues: those that exist, None when nobody knows.

    Raises BadPolicy, each fault with its line.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy([_syntax(str(error), text)]) from error
    version = raw.pop("version", VERSION)
    reading = _Reading(is_toml=True)
    if version != VERSION or isinstance(version, bool):
        reading.fault(("version",), f"This program reads version {VERSION}.")
    return _finished(reading, raw, queues, text)


def read_json(body: bytes, queues: Collection[QueueId] | None = None) -> Policy:
    """Return the policy of a JSON object, times in milliseconds. Raises BadPolicy."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPolicy([PolicyFault(field="", message=f"This is not JSON: {error}.")]) from error
    return _finished(_Reading(is_toml=False), raw, queues, "")


def told(fault: Fault) -> PolicyFault:
    """Return a fault as it is shown of a policy that came as JSON."""
    return PolicyFault(field=_dotted(fault.path), message=fault.message)


def said(fault: PolicyFault) -> str:
    """Return the fault in one line, with its place."""
    place = f"line {fault.line}: " if fault.line is not None else ""
    return f"{place}{fault.field}: {fault.message}" if fault.field else f"{place}{fault.message}"


def _finished(
    reading: "_Reading", raw: object, queues: Collection[QueueId] | None, text: str
) -> Policy:
    policy = reading.record(Policy, raw, ())
    faults = reading.faults
    if policy is not None:
        faults = [*faults, *faults_of(policy, queues)]
    if policy is None or faults:
        lines = lines_of(text)
        raise BadPolicy([reading.told(fault, lines) for fault in faults[:FAULTS_MOST]])
    return policy


class _Reading:
    """One walk over what was decoded, by the types of the vocabulary."""

    def __init__(self, *, is_toml: bool) -> None:
        self.is_toml = is_toml
        self.faults: list[Fault] = []

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(Fault(path=path, message=message))

    def record(self, kind: type[T], raw: object, path: Path) -> T | None:
        """Return the record, or None after noting its faults."""
        if not isinstance(raw, dict):
            self.fault(path, f"Expected a table of keys, got {_what(raw)}.")
            return None
        before = len(self.faults)
        fields = {self.name(field.name): field for field in msgspec.structs.fields(kind)}
        values: dict[str, object] = {}
        for name, value in raw.items():
            if name not in fields:
                self.fault((*path, name), _unknown(name, list(fields)))
                continue
            field = fields[name]
            inner = (*path, field.name)
            if self.is_toml and field.name.endswith("_ms"):
                values[field.name] = self.duration(value, inner)
            else:
                values[field.name] = self.value(field.type, value, inner)
        for name, field in fields.items():
            is_needed = field.default is NODEFAULT and field.default_factory is NODEFAULT
            if is_needed and name not in raw:
                self.fault(path, f"`{name}` is needed here.")
        return kind(**values) if len(self.faults) == before else None

    def value(self, kind: object, raw: object, path: Path) -> object:
        if get_origin(kind) is tuple:
            if not isinstance(raw, list):
                self.fault(path, f"Expected a list, got {_what(raw)}.")
                return None
            inner = get_args(kind)[0]
            return tuple(self.value(inner, item, (*path, at)) for at, item in enumerate(raw))
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.record(kind, raw, path)
        if isinstance(kind, type) and issubclass(kind, Enum):
            allowed = [str(member.value) for member in kind]
            if not isinstance(raw, str) or raw not in allowed:
                self.fault(path, f"{_what(raw)} is not one of {', '.join(allowed)}.")
                return None
            return kind(raw)
        return self.plain(kind, raw, path)

    def plain(self, kind: object, raw: object, path: Path) -> object:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            wanted = str(error).partition("`")[2].partition("`")[0]
            self.fault(path, f"Expected {_KINDS.get(wanted, wanted)}, got {_what(raw)}.")
            return None

    def duration(self, raw: object, path: Path) -> int | None:
        found = read_duration(raw) if isinstance(raw, str) else None
        if found is None:
            self.fault(path, f"{_what(raw)} is not a time: write {ALLOWED}.")
        return found

    def name(self, field: str) -> str:
        """Return what a field is called in the text."""
        return field.removesuffix("_ms") if self.is_toml else field

    def told(self, fault: Fault, lines: dict[Path, int]) -> PolicyFault:
        path = tuple(self.name(x) if isinstance(x, str) else x for x in fault.path)
        return PolicyFault(
            field=_dotted(path),
            message=fault.message,
            line=line_at(lines, path) if self.is_toml else None,
        )


_KINDS = {"int": "a whole number", "bool": "true or false", "str": "a text in quotes"}


def _syntax(text: str, source: str) -> PolicyFault:
    found = _PLACE.search(text)
    line = int(found[1]) if found is not None and found[1] else source.count("\n") + 1
    column = f", column {found[2]}" if found is not None and found[2] else ""
    message = f"This is not TOML: {_PLACE.sub('', text)}{column}."
    return PolicyFault(field="", message=message, line=line)


def _unknown(name: str, allowed: list[str]) -> str:
    close = get_close_matches(name, allowed, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    return f"`{name}` is not a key here.{hint} Allowed: {', '.join(allowed)}."


def _what(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return f"`{raw[:40]}`"
    if isinstance(raw, int | float):
        return f"the number {str(raw)[:40]}"
    return "a list" if isinstance(raw, list) else "a table" if isinstance(raw, dict) else "a date"


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
