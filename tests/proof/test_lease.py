"""The lease protocol in every interleaving: right as it is, and wrong without any of its rules."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.spin import find

MODEL = Path(__file__).parent / "lease.pml"
DEPTH = 1_000_000
Check = Callable[..., str]


@pytest.fixture
def check(tmp_path: Path, request: pytest.FixtureRequest) -> Check:
    """Return what Spin finds in the model under these definitions."""
    spin, compiler = find(), shutil.which("cc")
    if spin is None or compiler is None:
        reason = "SKIPPED: spin or a C compiler is missing; the lease's model was not checked"
        request.config.get_terminal_writer().line(f"\n{reason}")
        pytest.skip(reason)

    def run(*definitions: str) -> str:
        flags = [f"-D{definition}" for definition in definitions]
        shutil.copy(MODEL, tmp_path)
        _carried_out(tmp_path, spin, *flags, "-a", MODEL.name)
        _carried_out(tmp_path, compiler, "-O2", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c")
        return _carried_out(tmp_path, "./pan", f"-m{DEPTH}")

    return run


def _carried_out(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_protocol_keeps_every_promise(check: Check) -> None:
    assert_proved(check())


# Three writers, three commands, four epochs: each in turn, for all at once would fill the memory.
@pytest.mark.parametrize(
    "definitions", [("COMMANDS=3",), ("EPOCHS=4",), ("WRITERS=3", "COMMANDS=1")]
)
def test_a_larger_site_keeps_every_promise(
    check: Check, definitions: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("minutes of search: `make proof`")
    assert_proved(check(*definitions))


def assert_proved(found: str) -> None:
    assert "errors: 0" in found, found
    # A search that was cut short proves nothing.
    assert "max search depth too small" not in found
    assert "out of memory" not in found
    # Every line of a writer can be reached: what is proved is not proved of nothing. Only the end
    # of a process that never ends is not.
    unreached = re.search(r"unreached in proctype Writer\n(.*?)\(\d+ of", found, re.DOTALL)
    assert unreached is not None
    lines = [line for line in unreached[1].splitlines() if line.strip()]
    assert len(lines) == 1, unreached[1]
    assert "-end-" in lines[0]


# Each rule that is taken out, and what then goes wrong.
MUTANTS = {
    "NO_FENCE": "log_epoch[memory]==0",
    "NO_EPOCH_FENCE": "memory==head",
    "REBUILD_FIRST": "memory==head",
    "PUBLISH_FIRST": "outcome[command]==answer",
    "SNAPSHOT_AHEAD": "memory<=head",
}


@pytest.mark.parametrize(("mutant", "broken"), MUTANTS.items(), ids=MUTANTS)
def test_without_one_of_its_rules_it_has_a_counter_example(
    check: Check, tmp_path: Path, mutant: str, broken: str
) -> None:
    found = check(mutant)
    assert "errors: 1" in found, found
    assert f"assertion violated ({broken})" in found
    assert (tmp_path / f"{MODEL.name}.trail").is_file()
    # The counter-example can be played again, step by step, to the same end.
    spin = find()
    assert spin is not None
    played = subprocess.run(
        [spin, f"-D{mutant}", "-t", "-p", MODEL.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "text of failed assertion" in played.stdout, played.stdout
