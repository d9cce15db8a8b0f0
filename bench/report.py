"""What a measurement says, and how."""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence

Figures = dict[str, float | int | str]
# Of several sizes or several databases.
Report = Mapping[str, float | int | str | dict[str, Figures] | Figures]


def percentile_ms(sorted_ns: Sequence[int], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed, in milliseconds."""
    return round(_percentile(sorted_ns, share) / 1e6, 3)


def percentile_us(sorted_ns: Sequence[int], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed, in microseconds."""
    return round(_percentile(sorted_ns, share) / 1e3, 2)


def show(figures: Report, *, is_json: bool) -> None:
    """Print the figures, for a program or for a person."""
    if is_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    lines = list(_flat(figures))
    width = max(len(name) for name, _ in lines)
    for name, figure in lines:
        sys.stdout.write(f"{name:<{width}}  {figure}\n")


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"bench: {text}\n")


def _percentile(sorted_ns: Sequence[int], share: float) -> float:
    if not sorted_ns:
        return math.nan
    return sorted_ns[max(0, math.ceil(share * len(sorted_ns)) - 1)]


def _flat(report: Report, before: str = "") -> Iterator[tuple[str, float | int | str]]:
    for name, figure in report.items():
        if isinstance(figure, dict):
            yield from _flat(figure, f"{before}{name}.")
        else:
            yield f"{before}{name}", figure
