"""Finds the line on which a key of a TOML text is written.

A statement of TOML, taken alone, is TOML: line by line is added until it parses. So the standard
library's parser decides what a statement is, and there is no second one here.
"""

import tomllib

Path = tuple[str | int, ...]
_ENDS = ("]", "}", '"""', "'''")
# Of a longer statement only the first line is told.
_STATEMENT_LINES = 200


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table, key and array element of a text that parses."""
    lines: dict[Path, int] = {}
    inside: Path = ()
    count: dict[Path, int] = {}
    for first, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            inside = _header(parsed, count)
            lines[inside] = first
        else:
            _note(lines, inside, parsed, first)
            _note_elements(lines, inside, statement, first)
    return lines


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Return the line of the path, or of what it is in."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _statements(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    taken: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        taken.append(line)
        # Only such a line can end what goes over several: parsing them all would be quadratic.
        if len(taken) > 1 and not any(end in line for end in _ENDS):
            continue
        statement = "\n".join(taken)
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if parsed:
            found.append((number - len(taken) + 1, statement))
        taken = []
    return found


def _header(parsed: dict[str, object], count: dict[Path, int]) -> Path:
    """Return the path of `[a.b]`, or of the next element of `[[a.b]]`."""
    path: Path = ()
    value: object = parsed
    while isinstance(value, dict) and value:
        name, value = next(iter(value.items()))
        path = (*path, name)
        if path in count and not isinstance(value, list):
            path = (*path, count[path])
    if isinstance(value, list):
        count[path] = count.get(path, -1) + 1
        path = (*path, count[path])
    return path


def _note(lines: dict[Path, int], inside: Path, value: object, line: int) -> None:
    lines.setdefault(inside, line)
    if isinstance(value, dict):
        for name, inner in value.items():
            _note(lines, (*inside, name), inner, line)


def _note_elements(lines: dict[Path, int], inside: Path, statement: str, first: int) -> None:
    """Note the elements of an array that is written over several lines."""
    rows = statement.split("\n")
    known = 0
    if len(rows) > _STATEMENT_LINES:
        return
    for number in range(1, len(rows)):
        try:
            parsed: object = tomllib.loads("\n".join(rows[: number + 1]).rstrip(" ,]") + "\n]")
        except tomllib.TOMLDecodeError:
            continue
        path = inside
        while isinstance(parsed, dict) and parsed:
            name, parsed = next(iter(parsed.items()))
            path = (*path, name)
        if isinstance(parsed, list):
            for place in range(known, len(parsed)):
                lines[*path, place] = first + number
            known = len(parsed)
