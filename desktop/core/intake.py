"""Text from strangers becomes what it should be, or an error that says why it does not."""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

# An odd number of backslashes before it: an escaped backslash and then `u0000` is plain text.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def read_json(decode: Callable[[str | bytes], T], text: str | bytes) -> T:
    """Return what `decode` makes of the text. Raises msgspec.DecodeError, and nothing else."""
    try:
        found = decode(text)
    except RecursionError as error:
        raise msgspec.ValidationError("Nested too deeply") from error
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("The text is not UTF-8") from error
    # PostgreSQL keeps every character but this one.
    if _NUL.search(text if isinstance(text, str) else text.decode("latin-1")):
        raise msgspec.ValidationError("The character U+0000 is not allowed")
    return found
