"""Keeps the interpreter's own work off the hot path of a process that has started."""

import gc
import sys

# Objects before the young are looked at, and how much rarer the older: nothing of ours is cyclic
# and short-lived but what errors leave behind.
_COLLECT_AFTER = (20_000, 20, 100)
# How long a thread of the database may be kept from going on by a busy event loop. Python's own
# 5 ms is as long as a message may take in all.
_SWITCH_S = 0.0005


def settle() -> None:
    """Take what lives now to live for ever, and let threads take turns quickly.

    The collector need not look again at what lives now.
    """
    sys.setswitchinterval(_SWITCH_S)
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    gc.enable()
