"""The garbage collector of processes that keep much and make next to no cycles."""

import gc


def look_through_seldom() -> None:
    """Call it once a process has loaded its code. The collector reads all that a process keeps, again and again.

    With Python's own thresholds it took a fifth of the time of posting, and half of that of a large genealogy.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
