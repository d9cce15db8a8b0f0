"""Find a Chromium for the browser tests, or bring one; prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the system's Chromium, else Playwright's own when it was downloaded, else None."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    return _downloaded()


def main() -> None:
    """Install what is missing: Debian's package when root, else Playwright's download."""
    path = find()
    if path is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)  # noqa: S607
        subprocess.run(["apt-get", "install", "-q", "-y", "chromium"], check=False)  # noqa: S607
        path = find()
    if path is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
        path = find()
    if path is None:
        sys.exit("no Chromium found, and none could be installed: the browser tests cannot run")
    sys.stdout.write(f"{path}\n")


def _downloaded() -> str | None:
    cache = Path.home() / ".cache" / "ms-playwright"
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


if __name__ == "__main__":
    main()
