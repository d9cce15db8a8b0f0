"""The command as an operator uses it: clear answers to wrong starts, and a clean stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.browser.server import Server, free_port

ROOT = Path(__file__).parent.parent


def run(
    *arguments: str, text: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aiguilleur", *arguments],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},  # noqa: TID251 - handed on as it is
    )


def test_a_second_serve_on_the_same_folder_is_refused_and_the_first_undisturbed(
    tmp_path: Path,
) -> None:
    with Server(tmp_path, free_port()) as first:
        second = run("serve", "--data", str(tmp_path), "--port", "0")
        assert second.returncode == 2
        assert f"in use by process {first.pid}" in second.stderr
        with urlopen(f"{first.url}/healthz") as page:  # noqa: S310 - our own server
            assert page.status == 200


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with Server(tmp_path / "first", free_port()) as first:
        second = run("serve", "--data", str(tmp_path / "second"), "--port", str(first.port))
    assert second.returncode == 2
    assert f"port {first.port}" in second.stderr


@pytest.mark.parametrize("process_type", ["web", "router"])
def test_the_scaled_form_says_what_it_needs(tmp_path: Path, process_type: str) -> None:
    ended = run(process_type, "--data", str(tmp_path))
    assert ended.returncode == 2
    assert "DATABASE_URL and REDIS_URL" in ended.stderr


def test_a_policy_is_checked_applied_and_shown(tmp_path: Path) -> None:
    folder = ("--data", str(tmp_path / "site"))
    file = tmp_path / "policy.toml"
    file.write_text('earmark = "90 s"\ndrain_after = 5\nchoice = ["luck"]\n')
    wrong = run("policy", "check", str(file), *folder)
    assert wrong.returncode == 2
    assert f"{file}: line 2: drain_after: 5 is not a time" in wrong.stderr
    assert f"{file}: line 3: choice[0]: `luck` is not one of skill_level" in wrong.stderr
    file.write_text('earmark = "90 s"\n')
    assert run("policy", "check", str(file), *folder).returncode == 0
    assert 'earmark = "5 min"' in run("policy", "show", *folder).stdout
    assert "Revision 1 is in force." in run("policy", "apply", str(file), *folder).stdout
    assert 'earmark = "1 min 30 s"' in run("policy", "show", *folder).stdout


def test_a_stop_signal_ends_it_cleanly_and_the_folder_can_be_used_again(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port())
    for number in (signal.SIGTERM, signal.SIGINT):
        server.start()
        assert server.end(number) == 0
    assert (tmp_path / "errors.txt").read_text() == ""


def test_somebody_added_can_be_listed_and_given_a_new_password(tmp_path: Path) -> None:
    added = run(
        "user",
        "add",
        "alice",
        "--role",
        "administrator",
        "--data",
        str(tmp_path),
        text="s3cret-1\n",
    )
    assert added.returncode == 0, added.stderr
    assert "alice" in run("user", "list", "--data", str(tmp_path)).stdout
    again = run("user", "add", "alice", "--data", str(tmp_path), text="s3cret-1\n")
    assert again.returncode == 2
    assert "taken" in again.stderr
    changed = run("user", "set-password", "alice", "--data", str(tmp_path), text="s3cret-2\n")
    assert changed.returncode == 0, changed.stderr
    unknown = run("user", "set-password", "bob", "--data", str(tmp_path), text="s3cret-2\n")
    assert unknown.returncode == 2


def test_seeding_twice_is_seeding_once(tmp_path: Path) -> None:
    for _ in range(2):
        seeded = run("demo", "--data", str(tmp_path))
        assert seeded.returncode == 0, seeded.stderr
        assert "horizon-demo" in seeded.stdout
