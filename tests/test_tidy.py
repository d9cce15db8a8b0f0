"""What everybody agrees is wrong: long files and functions, banned names, TODO, dead files."""

import ast
import io
import re
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("store", "router", "desktop", "telephony", "transcripts", "bench", "scripts", "tests")
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BANNED_WORDS = frozenset({"manager", "handler", "helper", "utils", "common", "misc", "base"})
BANNED_VERBS = ("process_", "do_")
# Alembic's own interface, and pytest's.
FOREIGN = frozenset({"versions"})
# Files that something outside Python starts.
ENTRY_POINTS = frozenset(
    {
        "aiguilleur",
        "hatch_build",
        "scripts.front_end",
        "scripts.chromium",
        "bench.echo",
        "bench.rivals",
    }
    | {"desktop.typescript", "desktop.documents", "tests.browser.movable"}
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def _sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found += [ROOT / "aiguilleur.py", ROOT / "hatch_build.py"]
    return sorted(path for path in found if "node_modules" not in path.parts)


SOURCES = _sources()
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def _code_lines(path: Path) -> frozenset[int]:
    """Return the lines that hold code: no blank, no comment, no docstring."""
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type not in quiet and token.type != tokenize.ENDMARKER:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return frozenset(lines)


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_file_is_short_and_says_what_it_is_for(path: Path) -> None:
    assert len(_code_lines(path)) <= FILE_LINES_MAX
    is_test_marker = path.name == "__init__.py" and "tests" in path.parts
    if not is_test_marker:
        assert ast.get_docstring(_tree(path)), "the module says what it is for, in one sentence"


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_functions_are_short(path: Path) -> None:
    code = _code_lines(path)
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = code.intersection(range(node.lineno, (node.end_lineno or 0) + 1))
            assert len(lines) <= FUNCTION_LINES_MAX, node.name


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_names_are_of_the_trade(path: Path) -> None:
    names = {path.stem} | {
        node.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for name in names:
        words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
        assert BANNED_WORDS.isdisjoint(word.lower() for word in words), name
        assert not name.lstrip("_").startswith(BANNED_VERBS), name


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_nothing_is_left_for_later(path: Path) -> None:
    if path == Path(__file__):
        return
    assert UNFINISHED.search(path.read_text()) is None


def test_every_folder_is_a_package() -> None:
    folders = {path.parent for path in SOURCES} - {ROOT}
    folders = {folder for folder in folders if folder.name not in FOREIGN}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_core_and_the_vocabulary_are_covered_whole() -> None:
    cores = {f"{folder.parent.name}.core" for folder in ROOT.glob("*/core")}
    coverage = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]
    assert set(coverage["run"]["source_pkgs"]) == cores | {"store.schema"}
    assert coverage["report"]["fail_under"] == 100


def test_no_file_is_dead() -> None:
    modules = {_module(path): path for path in SOURCES if path.stem != "__init__"}
    used = {name for path in SOURCES for name in _imports(path)}
    dead = [
        name
        for name, path in modules.items()
        if name not in used and name not in ENTRY_POINTS and not _is_found_by_name(path)
    ]
    assert dead == []


def _is_found_by_name(path: Path) -> bool:
    return (
        path.name.startswith("test_")
        or path.stem in {"conftest", "env", "__main__"}
        or path.parent.name in FOREIGN
    )


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
