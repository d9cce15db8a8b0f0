"""The measurements measure what they say, in short forms. No test looks at how fast it was."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import durable, router


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    # A measurement settles the collector of its process; this process goes on with others.
    former = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*former)


def test_the_router_is_measured_with_everybody_busy_and_as_many_waiting_as_asked() -> None:
    effort = router.Effort(agents=400, warm_up=500, measured=500)
    found = router.measure(200, effort)
    # Arrivals replace what is given; some turns give two cases, or none to an agent kept free.
    assert 190 <= float(found["waiting"]) <= 220
    assert float(found["assigned_share"]) > 0.9
    kinds = {"accept_us", "open_us", "refuse_us", "tick_us"}
    assert kinds <= found.keys()


def test_commands_are_measured_to_the_disk_and_out_again_each_published_once(
    tmp_path: Path,
) -> None:
    effort = durable.Effort(warm_up_s=0.2, highest_s=0.3, half_s=0.3, bare_s=0.1)
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    found = asyncio.run(durable.measure(url, effort))
    names = {"commands_per_s", "p50_ms", "p99_ms", "bare_rows_per_s"}
    assert names <= found.keys()
    assert all(float(found[name]) > 0 for name in names)
