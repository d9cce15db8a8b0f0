"""What a measurement says, and how."""

import json
import math
import sys
from collections.abc import Mapping, Sequence


def percentile_ms(sorted_ns: Sequence[int], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed, in milliseconds."""
    if not sorted_ns:
        return math.nan
    rank = max(0, math.ceil(share * len(sorted_ns)) - 1)
    return round(sorted_ns[rank] / 1e6, 3)


def show(figures: Mapping[str, float | int | str], *, is_json: bool) -> None:
    """Print the figures, for a program or for a person."""
    if is_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    width = max(map(len, figures))
    for name, figure in figures.items():
        sys.stdout.write(f"{name:<{width}}  {figure}\n")
