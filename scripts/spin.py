"""Find the model checker Spin for the proof of the lease, or bring it; prints its path."""

import os
import shutil
import subprocess
import sys


def find() -> str | None:
    """Return the path of the system's Spin, or None."""
    return shutil.which("spin")


def main() -> None:
    """Install Debian's package when it is missing and we may."""
    path = find()
    if path is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)  # noqa: S607
        subprocess.run(["apt-get", "install", "-q", "-y", "spin", "gcc", "libc6-dev"], check=False)  # noqa: S607
        path = find()
    # Not an error: the tests say that they were left out, and why.
    sys.stdout.write(f"{path or 'no spin: the proof of the lease will be left out'}\n")


if __name__ == "__main__":
    main()
