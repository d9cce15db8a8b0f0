"""Plants every bug in turn and prints a table; ends with 1 when one is not caught."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.proof.mutants.planting import Copy, Found, Verdict, mutants


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser("python -m tests.proof.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--verbose", action="store_true", help="show what pytest said")
    options = parser.parse_args()
    every = mutants()
    chosen = [each for each in every if not options.names or each.name in options.names]
    with tempfile.TemporaryDirectory(prefix="aiguilleur-mutants-") as folder:
        copy = Copy(Path(folder))
        # Tests that fail anyhow would catch everything.
        sound = copy.test(sorted({test for mutant in chosen for test in mutant.tests}))
        if sound.returncode:
            sys.exit(f"without any planted bug the tests fail:\n{sound.stdout}")
        found = [_tried(copy.try_out(mutant), is_verbose=options.verbose) for mutant in chosen]
    caught = sum(each.verdict is Verdict.CAUGHT for each in found)
    sys.stdout.write(f"\n{caught} of {len(found)} planted bugs were caught\n")
    sys.exit(caught != len(found))


def _tried(found: Found, *, is_verbose: bool) -> Found:
    name, verdict = found.mutant.name, found.verdict
    sys.stdout.write(f"{verdict:<9} {found.seconds:6.1f} s  {name:<34} {found.mutant.why}\n")
    if is_verbose or verdict in {Verdict.BROKEN, Verdict.STALE}:
        sys.stdout.write(found.said)
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    main()
