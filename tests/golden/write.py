"""Writes the golden files of `apply`: `python -m tests.golden.write [--check]`."""

import sys
from pathlib import Path

import msgspec

from store.schema import events as e
from store.schema.apply import Rows
from store.schema.views import Snapshot
from tests.golden.stories import STORIES

FOLDER = Path(__file__).parent / "apply"


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """After `events`, whoever started from `snapshot` has `later`."""

    snapshot: Snapshot
    events: tuple[e.AnyEvent, ...]
    later: Snapshot


def goldens() -> dict[str, Golden]:
    """Return every golden by the name of its file."""
    return {name: _golden(*story()) for name, story in STORIES.items()}


def written(golden: Golden) -> str:
    """Return the text of a golden's file."""
    return msgspec.json.format(msgspec.json.encode(golden), indent=2).decode() + "\n"


def stale() -> list[str]:
    """Return the names of the files that are not as they would be written now."""
    texts = {f"{name}.json": written(golden) for name, golden in goldens().items()}
    found = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return sorted(name for name in texts.keys() | found if texts.get(name) != found.get(name))


def _golden(snapshot: Snapshot, events: tuple[e.AnyEvent, ...]) -> Golden:
    rows = Rows(snapshot)
    for event in events:
        rows.apply(event)
    return Golden(snapshot=snapshot, events=events, later=rows.snapshot())


def main() -> None:
    """Write the files, or with --check fail when one is stale."""
    if "--check" in sys.argv[1:]:
        if stale():
            sys.exit(f"Stale: {', '.join(stale())}. Run `python -m tests.golden.write`.")
        return
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name, golden in goldens().items():
        (FOLDER / f"{name}.json").write_text(written(golden))


if __name__ == "__main__":
    main()
