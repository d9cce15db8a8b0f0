"""The errors of the store."""


class StoreError(Exception):
    """Something the store was asked for could not be done; nothing has changed."""


class WrongWriter(StoreError):  # noqa: N818 - it names who asked, not what broke
    """Another process holds the site's lease or has appended to its log."""


class SubscriberLagged(StoreError):  # noqa: N818 - as above
    """A subscriber read too slowly and has lost payloads; it must start afresh from the log."""


class Unavailable(StoreError):  # noqa: N818 - as above
    """The writer has not answered; the command may or may not have been carried out.

    Asking again with the same ref is safe.
    """
