"""The figures of a simulation, per class and over all."""

import math
from array import array
from collections.abc import Callable, Sequence

from msgspec import Struct


class Figures(Struct, frozen=True, kw_only=True):
    """What came of the cases that arrived while it was measured.

    A wait lasts until the case is assigned or its client gives up; all but `waiting`, those who
    still waited at the end, are counted in. service_level: the share of them assigned within the
    target. p_wait: the share that waited at all. occupancy: the share of the capacity of
    available agents that was in use, by this class; None when nobody was available.
    """

    arrived: int
    served: int
    abandoned: int
    waiting: int
    mean_wait_s: float | None
    p_wait: float | None
    wait_p50_s: float | None
    wait_p90_s: float | None
    wait_p99_s: float | None
    service_level: float | None
    occupancy: float | None


class Line:
    """Counts one class. target_ms: its queue's service level."""

    def __init__(self, name: str, target_ms: int) -> None:
        self.name = name
        self.target_ms = target_ms
        self.arrived = 0
        self.abandoned = 0
        self.in_time = 0
        self.waits_ms = array("q")
        self.worked_unit_ms = 0

    def count_served(self, wait_ms: int) -> None:
        """Count a case that was assigned."""
        self.waits_ms.append(wait_ms)
        if wait_ms <= self.target_ms:
            self.in_time += 1

    def count_abandoned(self, wait_ms: int) -> None:
        """Count a case whose client gave up."""
        self.waits_ms.append(wait_ms)
        self.abandoned += 1


def figures_of(lines: Sequence[Line], staffed_unit_ms: int) -> Figures:
    """Return the figures of some lines together."""
    waits_ms = array("q")
    for line in lines:
        waits_ms.extend(line.waits_ms)
    over = len(waits_ms)
    arrived = sum(line.arrived for line in lines)
    abandoned = sum(line.abandoned for line in lines)
    in_order = sorted(waits_ms)

    def among_over(count: float) -> float | None:
        return round(count / over, 6) if over else None

    def percentile_s(share: float) -> float | None:
        """Return the smallest wait that `share` of the waits do not exceed."""
        if not over:
            return None
        return in_order[max(0, math.ceil(share * over) - 1)] / 1000

    worked = sum(line.worked_unit_ms for line in lines)
    return Figures(
        arrived=arrived,
        served=over - abandoned,
        abandoned=abandoned,
        waiting=arrived - over,
        mean_wait_s=among_over(sum(waits_ms) / 1000),
        p_wait=among_over(sum(1 for wait_ms in waits_ms if wait_ms > 0)),
        wait_p50_s=percentile_s(0.5),
        wait_p90_s=percentile_s(0.9),
        wait_p99_s=percentile_s(0.99),
        service_level=among_over(sum(line.in_time for line in lines)),
        occupancy=round(worked / staffed_unit_ms, 6) if staffed_unit_ms else None,
    )


class ClassFigures(Figures, frozen=True, kw_only=True):
    """The figures of one class or queue."""

    name: str


class Summary(Struct, frozen=True, kw_only=True):
    """The outcome of a run. refused_steps: changes to the floor that the router did not allow."""

    overall: Figures
    classes: tuple[ClassFigures, ...]
    refused_steps: int = 0


def summary_of(lines: Sequence[Line], staffed_unit_ms: int, refused_steps: int) -> Summary:
    """Return the figures of each line and of all."""
    return Summary(
        overall=figures_of(lines, staffed_unit_ms),
        classes=tuple(_named(line, staffed_unit_ms) for line in lines),
        refused_steps=refused_steps,
    )


def table(summary: Summary) -> str:
    """Return the figures as lines of text for a person."""
    columns: list[tuple[str, Callable[[Figures], str]]] = [
        ("arrived", lambda each: f"{each.arrived}"),
        ("served", lambda each: f"{each.served}"),
        ("abandoned", lambda each: f"{each.abandoned}"),
        ("waiting", lambda each: f"{each.waiting}"),
        ("mean wait", lambda each: _seconds(each.mean_wait_s)),
        ("waited", lambda each: _percent(each.p_wait)),
        ("p50", lambda each: _seconds(each.wait_p50_s)),
        ("p90", lambda each: _seconds(each.wait_p90_s)),
        ("p99", lambda each: _seconds(each.wait_p99_s)),
        ("in time", lambda each: _percent(each.service_level)),
        ("occupied", lambda each: _percent(each.occupancy)),
    ]
    rows: list[tuple[str, Figures]] = [(each.name, each) for each in summary.classes]
    rows.append(("all", summary.overall))
    first = max(len(name) for name, _ in rows)
    text = [" " * first + "".join(f"{title:>11}" for title, _ in columns)]
    text += [
        f"{name:<{first}}" + "".join(f"{show(each):>11}" for _, show in columns)
        for name, each in rows
    ]
    return "\n".join(text) + "\n"


def _named(line: Line, staffed_unit_ms: int) -> ClassFigures:
    figures = figures_of([line], staffed_unit_ms)
    fields = {name: getattr(figures, name) for name in Figures.__struct_fields__}
    return ClassFigures(name=line.name, **fields)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
