"""Every kept log replays, decision for decision, to the state it was written with."""

from pathlib import Path

import pytest

from router.replay.logs import read_log
from router.replay.rerun import Rerun
from tests.golden.write_logs import FOLDER, opened

LOGS = sorted(path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz"))


def test_there_are_logs() -> None:
    assert "a_day" in LOGS
    assert all(Path(FOLDER / f"{name}.jsonl.gz").stat().st_size < 2_000_000 for name in LOGS)


@pytest.mark.parametrize("name", LOGS)
def test_a_kept_log_replays_for_ever(name: str) -> None:
    with opened(name) as lines:
        log = read_log(lines, name)
    outcome = Rerun(log.events, log.checkpoints).run()
    assert outcome.checkpoints == len(log.checkpoints) > 1
    assert outcome.events == len(log.events) > 10_000
