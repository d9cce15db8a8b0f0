"""Keeps the garbage collector off the hot path of a process that has started."""

import gc

# Objects before the young are looked at, and how much rarer the older: nothing of ours is cyclic
# and short-lived but what errors leave behind.
_COLLECT_AFTER = (20_000, 20, 100)


def settle() -> None:
    """Take what lives now to live for ever: the collector need not look at it again."""
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    gc.enable()
