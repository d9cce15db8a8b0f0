"""What can go wrong in the store: one tree, each leaf something a caller can name and mend."""


class StoreError(Exception):
    """The store could not do what was asked."""


class Contradiction(StoreError):  # noqa: N818 - named for what it is
    """What was to be stored contradicts what is stored. Nothing has changed."""


class Unavailable(StoreError):  # noqa: N818 - named for what it is
    """Nobody answered in time, or the bus cannot be reached. Whether it was done is unknown."""


class BadCursor(StoreError):  # noqa: N818 - named for what it is
    """A page was asked with a cursor that no page gave."""
