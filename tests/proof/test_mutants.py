"""The planted bugs fit the code as it is, and some of them are tried with every change."""

import ast
from pathlib import Path

import pytest

from tests.proof.mutants.planting import ROOT, Copy, Edit, Mutant, Verdict, few, mutants, planted

EVERY = mutants()
# All of them take minutes: `make proof`.
TRIED = 3


@pytest.mark.parametrize("mutant", EVERY, ids=[each.name for each in EVERY])
def test_a_planted_bug_fits_the_code(mutant: Mutant) -> None:
    for path, text in planted(mutant, ROOT).items():
        ast.parse(text)
        assert text != path.read_text()
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).exists()


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len({mutant.name for mutant in EVERY}) == len(EVERY) >= 20


def test_a_bug_that_is_none_survives(tmp_path: Path) -> None:
    nothing = Edit("router/core/texts.py", '"""What the system', '"""What  the system')
    harmless = Mutant("nothing", "", ("tests/router/test_ranking.py",), (nothing,))
    assert Copy(tmp_path).try_out(harmless).verdict is Verdict.SURVIVED


@pytest.mark.timeout(900)
def test_some_of_the_planted_bugs_are_caught(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    for mutant in few(EVERY, TRIED):
        found = copy.try_out(mutant)
        assert found.verdict is Verdict.CAUGHT, f"{mutant.name}\n{found.said}"
