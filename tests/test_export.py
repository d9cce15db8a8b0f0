"""An installation's own log, as an operator gets it out and runs it again."""

from pathlib import Path

from tests.test_aiguilleur import run


def test_the_log_of_an_installation_is_exported_and_replays(tmp_path: Path) -> None:
    data, log = str(tmp_path / "var"), str(tmp_path / "day.jsonl.gz")
    assert run("demo", "--data", data).returncode == 0
    exported = run("replay", "--export", log, "--data", data)
    assert exported.returncode == 0, exported.stderr
    count = int(exported.stdout.split()[0])
    assert count > 20
    replayed = run("replay", log)
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout.startswith(f"Equal: {count} events after ")


def test_a_wrong_file_is_told_in_one_line(tmp_path: Path) -> None:
    ended = run("simulate", "--scenario", str(tmp_path / "nowhere.toml"))
    assert ended.returncode == 2
    assert ended.stderr == (
        f"aiguilleur: {tmp_path}/nowhere.toml: cannot be read: No such file or directory\n"
    )
