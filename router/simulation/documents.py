"""Reads a TOML document into a Struct, with errors that name the key and what is allowed."""

import tomllib
from typing import TypeVar

import msgspec
from msgspec import inspect

T = TypeVar("T")
# TOML as it is read: tables, arrays and plain values.
Raw = object


class BadDocument(Exception):  # noqa: N818 - named for what it is
    """A file is not what it should be; the message names the place and what is allowed there."""


def read_document(text: str, kind: type[T], name: str) -> T:
    """Return the document. name: what errors call it. Raises BadDocument."""
    return read_table(table_of(text, name), kind, name)


def table_of(text: str, name: str) -> dict[str, Raw]:
    """Return what a TOML text holds. Raises BadDocument."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadDocument(f"{name}: not TOML: {error}") from None


def read_table(raw: dict[str, Raw], kind: type[T], name: str) -> T:
    """Return what a table says. Raises BadDocument."""
    _check(raw, inspect.type_info(kind), (name, ""))
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise BadDocument(_said((name, path.strip("`.")), what)) from None


def _check(raw: Raw, kind: inspect.Type, place: tuple[str, str]) -> None:
    """Refuse unknown keys and words, which the decoder would let pass or not explain."""
    match kind:
        case inspect.StructType() if isinstance(raw, dict):
            _check_table(raw, kind, place)
        case inspect.VarTupleType() if isinstance(raw, list):
            for index, item in enumerate(raw):
                _check(item, kind.item_type, (place[0], f"{place[1]}[{index}]"))
        case inspect.EnumType():
            allowed = [str(member.value) for member in kind.cls]
            if raw not in allowed:
                raise BadDocument(_said(place, f"{raw!r} is not one of {_listed(allowed)}"))
        case inspect.UnionType():
            _check_union(raw, kind, place)
        case inspect.Metadata():
            _check(raw, kind.type, place)
        case _:
            pass


def _check_table(raw: dict[str, Raw], kind: inspect.StructType, place: tuple[str, str]) -> None:
    fields = {field.encode_name: field.type for field in kind.fields}
    allowed = [*([kind.tag_field] if kind.tag_field else []), *fields]
    for key, item in raw.items():
        if key not in allowed:
            raise BadDocument(_said(place, f"unknown key {key!r}; known are {_listed(allowed)}"))
        if key in fields:
            _check(item, fields[key], (place[0], f"{place[1]}.{key}" if place[1] else key))


def _check_union(raw: Raw, kind: inspect.UnionType, place: tuple[str, str]) -> None:
    structs = [each for each in kind.types if isinstance(each, inspect.StructType)]
    if isinstance(raw, list):
        for each in kind.types:
            if isinstance(each, inspect.VarTupleType):
                _check(raw, each, place)
    if not structs or not isinstance(raw, dict):
        return
    by_tag = {str(each.tag): each for each in structs}
    tag_field = structs[0].tag_field
    if tag_field is None:
        _check(raw, structs[0], place)
        return
    chosen = by_tag.get(str(raw.get(tag_field)))
    if chosen is None:
        said = (
            f"{tag_field} = {raw[tag_field]!r} is" if tag_field in raw else f"{tag_field} must be"
        )
        not_ = "not " if tag_field in raw else ""
        raise BadDocument(_said(place, f"{said} {not_}one of {_listed(list(by_tag))}"))
    _check(raw, chosen, place)


def _said(place: tuple[str, str], what: str) -> str:
    name, path = place
    return f"{name}: {path}: {what}" if path else f"{name}: {what}"


def _listed(words: list[str]) -> str:
    return ", ".join(words)
