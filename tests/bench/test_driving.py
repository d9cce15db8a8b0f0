"""`bench load`, in short, against a real server that is killed meanwhile."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.server import ROOT, Server, free_port

# Ten cases in two seconds, and people who write at once.
SHORT = ("--agents", "3", "--clients", "10", "--rate", "5", "--minutes", "0.034", "--think", "0.05")


def drive(url: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "aiguilleur", "bench", "load", "--url", url, "--json", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},  # noqa: TID251 - handed on as it is
    )


def test_a_server_is_driven_from_sign_in_to_survey_and_every_promise_holds(tmp_path: Path) -> None:
    with Server(tmp_path, free_port()) as server:
        driver = drive(server.url, "--demo", *SHORT)
        out, err = driver.communicate(timeout=90)
    assert driver.returncode == 0, err
    report = json.loads(out)
    assert report["opened"] == report["closed"] == 10
    assert set(report["promises"].values()) == {0}
    assert report["errors"] == {}
    for wait in ("client_to_agent_ms", "agent_to_client_ms", "open_to_assigned_ms"):
        assert report[wait]["count"] >= 10


def test_a_server_killed_while_it_is_driven_keeps_its_promises(tmp_path: Path) -> None:
    with Server(tmp_path, free_port()) as server:
        driver = drive(server.url, "--demo", *SHORT)
        assert driver.stderr is not None
        for line in driver.stderr:
            # Everybody is there: from now on cases come.
            if "are there" in line:
                break
        server.kill()
        server.start()
        out, err = driver.communicate(timeout=90)
    assert driver.returncode == 0, err
    report = json.loads(out)
    assert report["opened"] == report["closed"] > 0
    assert set(report["promises"].values()) == {0}
    assert any(name.startswith("socket") for name in report["errors"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--demo", "--agents", "0"), "--agents is at least 1"),
        (("--demo", "--rate", "0"), "--rate is more than 0"),
        (("--credentials", "missing.txt"), "cannot read missing.txt"),
        (("--demo",), "Connection refused"),
    ],
)
def test_what_cannot_be_driven_is_said(arguments: tuple[str, ...], said: str) -> None:
    driver = drive(f"http://127.0.0.1:{free_port()}", *arguments)
    _, err = driver.communicate(timeout=60)
    assert driver.returncode == 2
    assert said in err


def test_a_credentials_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "staff.txt"
    file.write_text("ann pass word\n\nbob\n")
    driver = drive("http://127.0.0.1:9", "--credentials", str(file))
    _, err = driver.communicate(timeout=60)
    assert driver.returncode == 2
    assert f"line 3 of {file} is not a login, a space and a password" in err
