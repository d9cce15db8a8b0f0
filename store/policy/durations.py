"""Times as people write them: "90 s", "2 min", "1 h 30 min", "-5 min"."""

import re

_UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"([0-9]{1,12}) ?(min|ms|d|h|s)(?: |$)")
EXAMPLES = "`90 s`, `2 min`, `1 h 30 min`, `-5 min`, `150 ms`, `1 d`"


def read_duration(text: str) -> int | None:
    """Return the milliseconds, or None when the text is no duration."""
    text = text.strip()
    sign, rest = (-1, text[1:].lstrip()) if text.startswith("-") else (1, text)
    total_ms, at, smallest_ms = 0, 0, None
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            return None
        unit_ms = _UNITS_MS[part[2]]
        # From large to small, each once: "5 s 1 h" is a slip, not a time.
        if smallest_ms is not None and unit_ms >= smallest_ms:
            return None
        total_ms, at, smallest_ms = total_ms + int(part[1]) * unit_ms, part.end(), unit_ms
    return None if smallest_ms is None else sign * total_ms


def write_duration(duration_ms: int) -> str:
    """Return the text that reads as the same milliseconds."""
    left_ms, parts = abs(duration_ms), []
    for unit, unit_ms in _UNITS_MS.items():
        count, left_ms = divmod(left_ms, unit_ms)
        if count:
            parts.append(f"{count} {unit}")
    return ("-" if duration_ms < 0 else "") + (" ".join(parts) or "0 s")
