"""The commands `simulate` and `replay`: their arguments, their files and what they print."""

import argparse
import contextlib
import gc
import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from router.replay.logs import BadLog, LogFile, read_log
from router.replay.rerun import Difference, Rerun
from router.simulation.accounts import Measured
from router.simulation.comparison import CaseChange, compare, read_change, report
from router.simulation.documents import BadDocument
from router.simulation.figures import Summary, table
from router.simulation.floor import SimulatedFloor
from router.simulation.jobs import CaseTrace
from router.simulation.recorded import Recorder
from router.simulation.scenario import read_scenario
from router.simulation.setting import put_up, window
from store.clock import Clock
from store.schema.codec import encode

DIFFERS = 1
# A run is told of so often, from its first time on.
_TELL_EVERY_MS = 2_000
_SLICES = 200

Trace = Callable[[CaseTrace | CaseChange], None]


class BadFile(Exception):  # noqa: N818 - named for what it is
    """A file cannot be used; the message says which, where and why."""


def add_simulate_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `simulate`."""
    traffic = parser.add_mutually_exclusive_group(required=True)
    traffic.add_argument("--scenario", type=Path, metavar="FILE", help="made-up traffic, TOML")
    traffic.add_argument("--log", type=Path, metavar="FILE", help="a recorded log as traffic")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="with --log: another policy")
    parser.add_argument("--staffing", type=Path, metavar="FILE", help="with --log: other agents")
    parser.add_argument("--json", action="store_true", help="figures for a program")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="one line of JSON a case")


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `replay`."""
    parser.add_argument("log", type=Path, help="events, one a line; .gz is unpacked")
    parser.add_argument(
        "--export", action="store_true", help="write LOG from this installation's database instead"
    )


def simulate(options: argparse.Namespace, clock: Clock) -> None:
    """Run a scenario, or a recorded day under a change. Raises BadFile."""
    # Nothing that is made here is cyclic, and looking for what is takes a tenth of the time.
    gc.disable()
    try:
        with _tracing(options.trace) as trace:
            if options.scenario is not None:
                _simulate_scenario(options, clock, trace)
            else:
                _simulate_log(options, trace)
    except (BadDocument, BadLog) as error:
        raise BadFile(str(error)) from None
    finally:
        gc.enable()


def replay(options: argparse.Namespace) -> None:
    """Run a log again; print what is equal, or the first difference and exit with 1."""
    try:
        log = _read_log(options.log)
    except BadLog as error:
        raise BadFile(str(error)) from None
    try:
        outcome = Rerun(log.events, log.checkpoints).run()
    except Difference as difference:
        sys.stderr.write(f"{options.log}: {difference}\n")
        sys.exit(DIFFERS)
    sys.stdout.write(
        f"Equal: {outcome.events} events after {outcome.commands} commands and {outcome.ticks} "
        f"deadlines, {outcome.checkpoints} digests compared; state {outcome.digest}\n"
    )


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[BinaryIO]:
    """Open a new log for writing, packed when its name ends in .gz. Raises BadFile."""
    try:
        with path.open("wb") as file:
            if path.suffix != ".gz":
                yield file
                return
            # Without a name and a time in it, equal logs are equal files.
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield packed  # type: ignore[misc]  # a GzipFile writes bytes as any binary file
    except OSError as error:
        raise BadFile(f"{path}: cannot be written: {error.strerror}") from None


# simulate.


def _simulate_scenario(options: argparse.Namespace, clock: Clock, trace: Trace | None) -> None:
    if options.policy is not None or options.staffing is not None:
        raise BadDocument("--policy and --staffing go with --log; a scenario has its own")
    scenario = read_scenario(_read(options.scenario), str(options.scenario))
    measured = replace(window(scenario), on_case=trace)
    floor = put_up(scenario, options.seed, measured)
    _run(floor, measured, clock)
    _show(floor.finish(), is_json=options.json)


def _simulate_log(options: argparse.Namespace, trace: Trace | None) -> None:
    if options.policy is None and options.staffing is None:
        raise BadDocument("--log needs --policy or --staffing: what should be different?")
    policy, staffing = (
        None if path is None else (_read(path), str(path))
        for path in (options.policy, options.staffing)
    )
    change = replace(read_change(policy, staffing), seed=options.seed)
    day = Recorder(_read_log(options.log).events).day
    comparison, cases = compare(day, change)
    if trace is not None:
        for case in cases:
            trace(case)
    sys.stdout.write(encode(comparison).decode() + "\n" if options.json else report(comparison))


def _run(floor: SimulatedFloor, measured: Measured, clock: Clock) -> None:
    """Run to the end, and tell a person who waits how far it is."""
    length_ms = measured.until_ms - measured.starts_ms
    told_ms = clock.now_ms()
    for piece in range(1, _SLICES + 1):
        floor.run(measured.starts_ms + length_ms * piece // _SLICES)
        if clock.now_ms() - told_ms >= _TELL_EVERY_MS:
            told_ms = clock.now_ms()
            sys.stderr.write(f"simulated {piece / _SLICES:.0%}\n")


def _show(summary: Summary, *, is_json: bool) -> None:
    sys.stdout.write(encode(summary).decode() + "\n" if is_json else table(summary))
    if summary.refused_steps:
        sys.stderr.write(f"{summary.refused_steps} changes of the floor were refused\n")


# Files.


@contextlib.contextmanager
def _tracing(path: Path | None) -> Iterator[Trace | None]:
    if path is None:
        yield None
        return
    try:
        with path.open("wb") as file:

            def write(trace: CaseTrace | CaseChange) -> None:
                file.write(encode(trace) + b"\n")

            yield write
    except OSError as error:
        raise BadFile(f"{path}: cannot be written: {error.strerror}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise BadDocument(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadDocument(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None


def _read_log(path: Path) -> LogFile:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            return read_log(lines, str(path))
    except (OSError, EOFError) as error:
        raise BadLog(f"{path}: cannot be read: {error}") from None
