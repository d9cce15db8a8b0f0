"""How a search text becomes a condition."""

from sqlalchemy import Column, ColumnElement

from store.folding import fold

# More words than a person types; each is one more pass over a row.
_WORDS = 10


def holds_words(column: Column[str], text: str) -> list[ColumnElement[bool]]:
    """Return the conditions that each word of the text is in the folded column."""
    return [column.contains(word, autoescape=True) for word in fold(text).split()[:_WORDS]]
