"""How long the theory is tried: `--long` (make proof) or a short form of a few seconds."""

import gc
from collections.abc import Iterator

import pytest

from tests.proof.theory.trials import Effort


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


@pytest.fixture
def effort(is_long: bool) -> Effort:  # noqa: FBT001 - a fixture
    return Effort(runs=24, scale=25) if is_long else Effort(runs=20, scale=1)


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    # As the command does: a run makes no cycles, and its millions of objects all live.
    gc.disable()
    yield
    gc.enable()
    gc.collect()
