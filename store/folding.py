"""Text as it is searched: accents, case and ligatures do not count."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Return the text without accents and in one case."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    # These two are letters of their own to Unicode, and two letters to whoever types them.
    folded = folded.replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
