"""What ends a writer."""


class RouterError(Exception):
    """The writer cannot go on."""


class LeaseLost(RouterError):  # noqa: N818 - named for what it is
    """Somebody else may write this site now. Drop the memory and stop."""
