"""The commands as an operator types them: figures, traces, answers to wrong files."""

import argparse
import gzip
import json
from pathlib import Path

import pytest

from router.replay.logs import LogWriter
from router.simulation import commands
from router.simulation.commands import BadFile
from store.clock import SystemClock
from tests.router.simulation.runs import SMALL, run, scenario

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
KEYS = {
    "arrived",
    "served",
    "abandoned",
    "mean_wait_s",
    "p_wait",
    "wait_p50_s",
    "wait_p90_s",
    "wait_p99_s",
    "service_level",
    "occupancy",
}
TRACED = {
    "case",
    "class",
    "client",
    "arrived_s",
    "offered_s",
    "assigned_s",
    "closed_s",
    "agent",
    "abandoned",
    "wait_s",
}


def simulate(*arguments: str | Path) -> None:
    parser = argparse.ArgumentParser()
    commands.add_simulate_arguments(parser)
    commands.simulate(parser.parse_args([str(each) for each in arguments]), SystemClock())


def replay(log: Path) -> None:
    parser = argparse.ArgumentParser()
    commands.add_replay_arguments(parser)
    commands.replay(parser.parse_args([str(log)]))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "day.jsonl.gz"
    with commands.open_log(path) as file:
        writer = LogWriter(file.write)
        writer.add(run(scenario()).events)
        writer.end()
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.toml")))
def test_the_examples_run(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLES / name).read_text().replace("duration_h = 200", "duration_h = 40")
    (tmp_path / name).write_text(text)
    trace = tmp_path / "trace.jsonl"
    simulate("--scenario", tmp_path / name, "--seed", "3", "--json", "--trace", trace)
    summary = json.loads(capsys.readouterr().out)
    assert summary["refused_steps"] == 0
    assert summary["overall"].keys() >= KEYS
    for of_class in summary["classes"]:
        assert of_class.keys() >= KEYS | {"name"}
        assert of_class["served"] > 20
    traced = [json.loads(line) for line in trace.read_text().splitlines()]
    assert all(record.keys() == TRACED for record in traced)
    assert len(traced) >= summary["overall"]["arrived"]


def test_a_person_gets_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    simulate("--scenario", path)
    head, of_class, overall = capsys.readouterr().out.splitlines()
    assert "mean wait" in head
    assert of_class.split()[0] == "chat"
    assert overall.split()[0] == "all"


def test_whoever_waits_is_told_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    parser = argparse.ArgumentParser()
    commands.add_simulate_arguments(parser)
    commands.simulate(parser.parse_args(["--scenario", str(path)]), SlowClock())
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == "simulated 100%"


class SlowClock:
    """Every look at it takes three seconds."""

    def __init__(self) -> None:
        self._now_ms = 0

    def now_ms(self) -> int:
        self._now_ms += 3_000
        return self._now_ms


def test_a_log_is_replayed(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replay(log)
    assert capsys.readouterr().out.startswith("Equal: ")


def test_a_log_that_differs_ends_with_1_and_names_the_event(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = gzip.decompress(log.read_bytes()).splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if b"case.decided" in line)
    lines[place] = lines[place].replace(b'"skill_level":0', b'"skill_level":9')
    spoiled = tmp_path / "spoiled.jsonl"
    spoiled.write_bytes(b"".join(lines))
    with pytest.raises(SystemExit) as ended:
        replay(spoiled)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert f"event {json.loads(lines[place])['seq']} differs" in said
    assert '"skill_level":9' in said.partition("found:")[0]
    assert '"skill_level":0' in said.partition("found:")[2]


def test_a_log_under_another_policy(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staffing, trace = tmp_path / "staffing.toml", tmp_path / "trace.jsonl"
    staffing.write_text('[[agents]]\nname = "bob"\ncount = 1\n')
    simulate("--log", log, "--staffing", staffing, "--json", "--trace", trace)
    comparison = json.loads(capsys.readouterr().out)
    for part in ("recorded", "before", "after"):
        assert comparison[part]["overall"].keys() >= KEYS
    assert comparison["assumed"]
    assert comparison["effect"]["sooner"] > 0
    traced = [json.loads(line) for line in trace.read_text().splitlines()]
    assert len(traced) == comparison["likeness"]["cases"]
    assert traced[0].keys() >= {"agent_before", "agent_after", "wait_before_s", "wait_after_s"}


def test_what_does_not_go_together_is_said(tmp_path: Path, log: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    with pytest.raises(BadFile, match="--policy and --staffing go with --log"):
        simulate("--scenario", path, "--policy", path)
    with pytest.raises(BadFile, match="--log needs --policy or --staffing"):
        simulate("--log", log)
    with pytest.raises(SystemExit):
        simulate("--log", log, "--scenario", path)


def test_files_that_cannot_be_used_are_named(tmp_path: Path, log: Path) -> None:
    nowhere, folder = tmp_path / "nowhere.toml", tmp_path
    scrambled, cut = tmp_path / "scrambled.toml", tmp_path / "cut.jsonl.gz"
    scrambled.write_bytes(b"\xff\xfe")
    cut.write_bytes(log.read_bytes()[:-30])
    small = tmp_path / "small.toml"
    small.write_text(SMALL)
    with pytest.raises(BadFile, match=r"nowhere.toml: cannot be read: No such file"):
        simulate("--scenario", nowhere)
    with pytest.raises(BadFile, match="cannot be read: Is a directory"):
        simulate("--scenario", folder)
    with pytest.raises(BadFile, match=r"scrambled.toml: not UTF-8"):
        simulate("--scenario", scrambled)
    with pytest.raises(BadFile, match=r"cut.jsonl.gz: cannot be read: "):
        replay(cut)
    with pytest.raises(BadFile, match=r"nowhere.toml: cannot be read"):
        replay(nowhere)
    with pytest.raises(BadFile, match=r"small.toml: line 2: not an event"):
        replay(small)
    with pytest.raises(BadFile, match="cannot be written: Is a directory"):
        simulate("--scenario", small, "--trace", folder)
    with (
        pytest.raises(BadFile, match="cannot be written: No such file"),
        commands.open_log(tmp_path / "no" / "log"),
    ):
        pass
