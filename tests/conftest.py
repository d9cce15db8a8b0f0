"""What every test shares: how long properties are searched, and where screenshots go."""

import os

import pytest
from hypothesis import settings

settings.register_profile(
    "check", max_examples=50, stateful_step_count=30, deadline=None, derandomize=True
)
settings.register_profile("proof", max_examples=2000, stateful_step_count=80, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))  # noqa: TID251 - of pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", action="store_true", help="make the pictures of docs/screenshots anew"
    )
    parser.addoption(
        "--long", action="store_true", help="compare with theory as `make proof` does, for minutes"
    )
