"""How text is compared in searches: case and accents do not count."""

import unicodedata


def folded(text: str) -> str:
    """Return the text in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def pattern(text: str) -> str:
    """Return a LIKE pattern, with `\\` as its escape, that finds the text anywhere."""
    escaped = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
