"""Reads a policy from TOML or JSON; everything that is wrong with it is found at once."""

import re
import tomllib
from collections.abc import Collection
from difflib import get_close_matches
from enum import Enum
from typing import TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct, structs

from store.faults import Flaw, told
from store.policy.durations import EXAMPLES, read_duration
from store.policy.lines import Path, line_at, lines_of
from store.policy.meaning import flaws_of
from store.schema.ids import QueueId
from store.schema.policies import Fault
from store.schema.terms import Policy

VERSION = 1
# Nobody mends more in one go.
FAULTS_MOST = 100
T = TypeVar("T", bound=Struct)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class BadPolicy(ValueError):  # noqa: N818 - it is the policy that is bad
    """The policy cannot be applied."""

    def __init__(self, faults: list[Fault]) -> None:
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
        reading.note(("version",), "version", allowed=str(VERSION))
    return _finished(reading, raw, queues, text)


def read_table(raw: object) -> Policy:
    """Return the policy of a table within another TOML document.

    Raises BadPolicy, where the lines mean nothing.
    """
    return _finished(_Reading(is_toml=True), raw, None, "")


def read_json(body: bytes, queues: Collection[QueueId] | None = None) -> Policy:
    """Return the policy of a JSON object, times in milliseconds. Raises BadPolicy."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPolicy([told(Flaw(path=(), code="not_json", given=str(error)))]) from error
    return _finished(_Reading(is_toml=False), raw, queues, "")


def said(fault: Fault) -> str:
    """Return the fault in one line, with its place."""
    place = f"line {fault.line}: " if fault.line is not None else ""
    return f"{place}{fault.field}: {fault.message}" if fault.field else f"{place}{fault.message}"


def _finished(
    reading: "_Reading", raw: object, queues: Collection[QueueId] | None, text: str
) -> Policy:
    policy = reading.record(Policy, raw, ())
    flaws = reading.flaws
    if policy is not None:
        flaws = [*flaws, *flaws_of(policy, queues)]
    if policy is None or flaws:
        lines = lines_of(text)
        raise BadPolicy([reading.told(flaw, lines) for flaw in flaws[:FAULTS_MOST]])
    return policy


class _Reading:
    """One walk over what was decoded, by the types of the vocabulary."""

    def __init__(self, *, is_toml: bool) -> None:
        self.is_toml = is_toml
        self.flaws: list[Flaw] = []

    def note(
        self, path: Path, code: str, *, given: str = "", allowed: str = "", hint: str = ""
    ) -> None:
        self.flaws.append(Flaw(path=path, code=code, given=given, allowed=allowed, hint=hint))

    def record(self, kind: type[T], raw: object, path: Path) -> T | None:
        """Return the record, or None after noting its faults."""
        if not isinstance(raw, dict):
            self.note(path, "kind", given=_what(raw), allowed="a table")
            return None
        before = len(self.flaws)
        fields = {self.name(field.name): field for field in msgspec.structs.fields(kind)}
        values: dict[str, object] = {}
        for name, value in raw.items():
            if name not in fields:
                close = get_close_matches(name, fields, n=1)
                self.note(
                    (*path, name),
                    "unknown_key",
                    given=name,
                    allowed=", ".join(fields),
                    hint=close[0] if close else "",
                )
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
                self.note(path, "missing", allowed=name)
        return kind(**values) if len(self.flaws) == before else None

    def value(self, kind: object, raw: object, path: Path) -> object:
        if get_origin(kind) is tuple:
            if not isinstance(raw, list):
                self.note(path, "kind", given=_what(raw), allowed="a list")
                return None
            inner = get_args(kind)[0]
            return tuple(self.value(inner, item, (*path, at)) for at, item in enumerate(raw))
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.record(kind, raw, path)
        if isinstance(kind, type) and issubclass(kind, Enum):
            allowed = [str(member.value) for member in kind]
            if not isinstance(raw, str) or raw not in allowed:
                self.note(path, "not_one_of", given=_what(raw), allowed=", ".join(allowed))
                return None
            return kind(raw)
        return self.plain(kind, raw, path)

    def plain(self, kind: object, raw: object, path: Path) -> object:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            wanted = str(error).partition("`")[2].partition("`")[0]
            self.note(path, "kind", given=_what(raw), allowed=_KINDS.get(wanted, wanted))
            return None

    def duration(self, raw: object, path: Path) -> int | None:
        found = read_duration(raw) if isinstance(raw, str) else None
        if found is None:
            self.note(path, "not_a_time", given=_what(raw), allowed=EXAMPLES)
        return found

    def name(self, field: str) -> str:
        """Return what a field is called in the text."""
        return field.removesuffix("_ms") if self.is_toml else field

    def told(self, flaw: Flaw, lines: dict[Path, int]) -> Fault:
        path = tuple(self.name(x) if isinstance(x, str) else x for x in flaw.path)
        line = line_at(lines, path) if self.is_toml else None
        return told(structs.replace(flaw, path=path), line)


_KINDS = {"int": "a whole number", "bool": "true or false", "str": "a text in quotes"}


def _syntax(text: str, source: str) -> Fault:
    found = _PLACE.search(text)
    line = int(found[1]) if found is not None and found[1] else source.count("\n") + 1
    column = f", column {found[2]}" if found is not None and found[2] else ""
    given = f"{_PLACE.sub('', text)}{column}"
    return told(Flaw(path=(), code="not_toml", given=given), line)


def _what(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return f"`{raw[:40]}`"
    if isinstance(raw, int | float):
        return str(raw)[:40]
    return "[…]" if isinstance(raw, list) else "{…}" if isinstance(raw, dict) else str(raw)[:40]
