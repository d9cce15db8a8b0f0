"""Cursors: where the next page begins, opaque to whoever carries them."""

import base64
import binascii
from typing import TypeVar

import msgspec

from store.errors import BadCursor

T = TypeVar("T")


def cursor_of(*place: int | str) -> str:
    """Return the cursor of a place in an order."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, kind: type[T]) -> T:
    """Return the place, a tuple of `kind`. Raises BadCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded.encode()), type=kind)
    except (binascii.Error, UnicodeError, msgspec.MsgspecError) as error:
        raise BadCursor(cursor[:80]) from error
