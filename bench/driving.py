"""What `bench load` is told on the command line."""

import argparse
from pathlib import Path

from bench.people import Manners
from bench.traffic import Plan
from desktop import demo

PURPOSE = "drive a running server as its agents and clients do, and check its promises"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a drive."""
    parser.add_argument("--url", required=True, help="as in a browser, without /desk")
    staff = parser.add_mutually_exclusive_group(required=True)
    staff.add_argument("--credentials", help="file: on each line a login, a space, a password")
    staff.add_argument("--demo", action="store_true", help="the staff of the demonstration")
    parser.add_argument("--agents", type=int, default=6, help="how many sign in")
    parser.add_argument("--clients", type=int, default=50, help="how many are connected")
    parser.add_argument("--rate", type=float, default=0.5, help="new cases a second")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long clients arrive")
    parser.add_argument("--turns", type=int, default=3, help="questions before a case is closed")
    parser.add_argument("--think", type=float, default=2.0, help="mean seconds before one writes")
    parser.add_argument("--seed", type=int, default=1, help="of what people choose")
    parser.add_argument("--json", action="store_true")


def plan_of(options: argparse.Namespace) -> Plan:
    """Return what was asked for. Raises ValueError for what cannot be."""
    least = {"agents": 1, "clients": 1, "turns": 1}
    for name, fewest in least.items():
        if getattr(options, name) < fewest:
            raise ValueError(f"--{name} is at least {fewest}")
    for name in ("rate", "minutes", "think"):
        if getattr(options, name) <= 0:
            raise ValueError(f"--{name} is more than 0")
    return Plan(
        url=options.url.rstrip("/"),
        staff=_demo_staff() if options.demo else _staff_in(Path(options.credentials)),
        agents=options.agents,
        clients=options.clients,
        rate=options.rate,
        seconds=options.minutes * 60,
        manners=Manners(turns=options.turns, think_s=options.think),
        seed=options.seed,
    )


def _demo_staff() -> tuple[tuple[str, str], ...]:
    return tuple((person.login, demo.PASSWORD) for person in demo.read_content().staff)


def _staff_in(file: Path) -> tuple[tuple[str, str], ...]:
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
    staff = []
    for number, line in enumerate(lines, start=1):
        login, _, password = line.strip().partition(" ")
        if login and not password:
            raise ValueError(f"line {number} of {file} is not a login, a space and a password")
        if login:
            staff.append((login, password))
    return tuple(staff)
