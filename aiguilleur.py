"""The command: the one place that knows every package, and wires them in one process or several."""

import argparse
import asyncio
import contextlib
import fcntl
import gc
import getpass
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path

import uvloop
from msgspec import Struct
from msgspec.structs import replace
from starlette.applications import Starlette

from bench import chat, driving, durable, start, traffic
from bench import router as bench_router
from bench.calls import CallError
from bench.report import show
from desktop import demo
from desktop.serving import WebServer, listen, web_config
from desktop.sessions import hash_password
from desktop.web import create_app
from router.replay.logs import export
from router.service import run_writer
from router.simulation import commands as simulation
from store.beside import beside
from store.bus import Bus, MemoryBus, RedisBus
from store.clock import Clock, Ids, SystemClock
from store.collector import settle
from store.database import Database
from store.files import FileStore
from store.lease import Lease
from store.log import EventLog
from store.policy.reading import BadPolicy, read_toml, said
from store.policy.standing import effect_in_words, standing
from store.policy.writing import write_toml
from store.post import Courier
from store.queries import CaseQueries
from store.records import Records
from store.schema.commands import SYSTEM, ConfigureAgent, ConfigurePolicy, Envelope
from store.schema.ids import AgentId
from store.schema.terms import Policy, Role
from store.schema.views import Credential
from store.settings import Settings, settings_from_environment

BAD_START = 2
BROKEN_PROMISE = 1


class StartError(Exception):
    """The command cannot do what was asked; the message says what to do about it."""


class Parts(Struct, frozen=True):
    """What every process type is made of."""

    settings: Settings
    clock: Clock
    database: Database
    bus: Bus

    @property
    def log(self) -> EventLog:
        """The record of everything that happened."""
        return EventLog(self.database, self.settings.site)

    @property
    def records(self) -> Records:
        """The records kept beside the log."""
        return Records(self.database, self.settings.site)

    @contextlib.asynccontextmanager
    async def asking(self, node: str) -> AsyncIterator[Courier]:
        """Return a way to the site's writer, for the length of a block."""
        courier = Courier(self.bus, self.settings.site, Ids(self.clock).new(node))
        async with courier.running():
            yield courier

    def web(self, *, is_demo: bool) -> Starlette:
        """Return the application of a web process."""
        settings, ids = self.settings, Ids(self.clock)
        return create_app(
            settings=settings,
            clock=self.clock,
            ids=ids,
            log=self.log,
            records=self.records,
            queries=CaseQueries(self.database, settings.site),
            files=FileStore(Path(settings.data_dir) / "files"),
            # A name of its own: answers must not go to a process before or beside this one.
            courier=Courier(self.bus, settings.site, ids.new("web")),
            bus=self.bus,
            is_demo=is_demo,
        )

    async def write(self, is_ready: asyncio.Event | None = None) -> None:
        """Be the site's writer until cancelled; wait for the lease while another is."""
        site = self.settings.site
        lease = Lease(self.database, site)
        await run_writer(self.settings, self.log, lease, self.bus, self.clock, is_ready=is_ready)


def main() -> None:
    """Run the command line."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        options.run(options, _settings(options))
    except (StartError, simulation.BadFile) as error:
        sys.stderr.write(f"aiguilleur: {error}\n")
        sys.exit(BAD_START)
    except KeyboardInterrupt:
        sys.exit(130)


# Commands.


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    if settings.database_url and not settings.database_url.startswith("sqlite"):
        raise StartError(
            "`serve` keeps everything in one process on SQLite; DATABASE_URL names another "
            "database, so start `aiguilleur web` and `aiguilleur router` instead."
        )
    # Nothing that is read at start is garbage: looking for some costs a second.
    gc.disable()
    with _only_one(settings), _listening(settings) as (listener, settings):
        _run(serve_embedded(settings, listener, SystemClock(), is_demo=options.demo))


def _web(_: argparse.Namespace, settings: Settings) -> None:
    _require_servers(settings)
    with _listening(settings) as (listener, settings):
        _run(_serve_web(settings, listener))


def _router(_: argparse.Namespace, settings: Settings) -> None:
    _require_servers(settings)
    _run(_write_alone(settings))


def _migrate(_: argparse.Namespace, settings: Settings) -> None:
    async def migrate() -> None:
        async with _opened(settings):
            sys.stdout.write("The database is up to date.\n")

    _run(migrate())


def _demo(_: argparse.Namespace, settings: Settings) -> None:
    async def seed() -> None:
        async with _with_writer(settings) as parts:
            await _seed(parts)
        sys.stdout.write(_sign_ins(settings))

    with _only_one(settings):
        _run(seed())


def _user_add(options: argparse.Namespace, settings: Settings) -> None:
    password = _asked_password()
    agent = AgentId(f"agent_{options.login}")

    async def add() -> None:
        async with _with_writer(settings) as parts, parts.asking("user") as courier:
            if await parts.records.credential(options.login) is not None:
                raise StartError(f"the login {options.login!r} is taken.")
            command = ConfigureAgent(
                ref=Ids(parts.clock).new("user"),
                agent=agent,
                name=options.name or options.login,
                role=Role(options.role),
            )
            reply = await courier.ask(Envelope(actor=SYSTEM, command=command))
            if reply.refusal is not None:
                raise StartError(f"the router refused: {reply.refusal}.")
            await parts.records.save_credential(
                Credential(agent=agent, login=options.login, password_hash=hash_password(password))
            )

    with _only_one(settings):
        _run(add())


def _user_list(_: argparse.Namespace, settings: Settings) -> None:
    async def show() -> None:
        async with _opened(settings) as parts:
            for credential in await parts.records.credentials():
                sys.stdout.write(f"{credential.login}\t{credential.agent}\n")

    _run(show())


def _user_set_password(options: argparse.Namespace, settings: Settings) -> None:
    password = _asked_password()

    async def change() -> None:
        async with _opened(settings) as parts:
            former = await parts.records.credential(options.login)
            if former is None:
                raise StartError(f"nobody signs in as {options.login!r}.")
            # The new epoch ends every session of the old password.
            await parts.records.save_credential(
                replace(former, password_hash=hash_password(password), epoch=former.epoch + 1)
            )

    _run(change())


def _bench_chat(options: argparse.Namespace, settings: Settings) -> None:
    show(chat.run(settings, chat.Size()), is_json=options.json)


def _bench_router(options: argparse.Namespace, _: Settings) -> None:
    show(bench_router.run(options.sizes), is_json=options.json)


def _bench_durable(options: argparse.Namespace, _: Settings) -> None:
    show(durable.run(), is_json=options.json)


def _bench_load(options: argparse.Namespace, _: Settings) -> None:
    try:
        outcome = asyncio.run(traffic.Drive(driving.plan_of(options)).run())
    except (ValueError, CallError) as error:
        raise StartError(f"{error}.") from None
    show(outcome.report, is_json=options.json)
    if not outcome.verdict.is_clean:
        sys.exit(BROKEN_PROMISE)


def _bench_start(options: argparse.Namespace, settings: Settings) -> None:
    show(start.run(settings), is_json=options.json)


def _simulate(options: argparse.Namespace, _: Settings) -> None:
    simulation.simulate(options, SystemClock())


def _replay(options: argparse.Namespace, settings: Settings) -> None:
    if not options.export:
        simulation.replay(options)
        return

    async def write() -> None:
        with simulation.open_log(options.log) as file:
            async with _opened(settings) as parts:
                count = await export(EventLog(parts.database, settings.site), file.write)
        sys.stdout.write(f"{count} events written to {options.log}\n")

    _run(write())


def _policy_show(_: argparse.Namespace, settings: Settings) -> None:
    async def show() -> None:
        async with _opened(settings) as parts:
            now = await standing(parts.log)
            sys.stdout.write(write_toml(now.policy))

    _run(show())


def _policy_check(options: argparse.Namespace, settings: Settings) -> None:
    async def check() -> None:
        async with _opened(settings) as parts:
            await _tried(parts, options.file)

    _run(check())


def _policy_apply(options: argparse.Namespace, settings: Settings) -> None:
    async def apply() -> None:
        async with _with_writer(settings) as parts, parts.asking("policy") as courier:
            policy, revision = await _tried(parts, options.file)
            ref = Ids(parts.clock).new("policy")
            command = ConfigurePolicy(ref=ref, policy=policy, after_revision=revision)
            reply = await courier.ask(Envelope(actor=SYSTEM, command=command))
            if reply.refusal is not None:
                raise StartError(f"the router refused: {reply.refusal}.")
            sys.stdout.write(f"Revision {revision + 1} is in force.\n")

    with _only_one(settings):
        _run(apply())


async def _tried(parts: Parts, file: Path) -> tuple[Policy, int]:
    """Say what is wrong with a policy in a file, or what it would change; return what it is."""
    now = await standing(parts.log)
    try:
        # A site that has no queue yet may have any in its policy.
        text = await asyncio.to_thread(file.read_text, "utf-8")
        policy = read_toml(text, now.queues or None)
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{file} cannot be read: {error}") from None
    except BadPolicy as error:
        lines = "".join(f"\n{file}: {said(fault)}" for fault in error.faults)
        raise StartError(f"the policy cannot be applied.{lines}") from None
    cases = await CaseQueries(parts.database, parts.settings.site).open_cases()
    sys.stdout.write(effect_in_words(policy, now, cases))
    return policy, now.revision


# Process types.


async def serve_embedded(
    settings: Settings, listener: socket.socket, clock: Clock, *, is_demo: bool
) -> None:
    """Serve everything from one process until a stop signal."""
    async with _with_writer(settings, clock) as parts:
        if is_demo and not await demo.is_seeded(parts.records):
            await _seed(parts)
        await _serve_pages(parts, listener, is_demo=is_demo)


async def _serve_web(settings: Settings, listener: socket.socket) -> None:
    async with _opened(settings) as parts:
        await _serve_pages(parts, listener, is_demo=False)


async def _write_alone(settings: Settings) -> None:
    async with _opened(settings) as parts, asyncio.TaskGroup() as tasks:
        is_ready = asyncio.Event()
        writer = tasks.create_task(parts.write(is_ready))
        _on_stop(writer.cancel)
        # A standby says nothing: it may be one for years.
        tasks.create_task(_say_when(is_ready, f"Aiguilleur writes {settings.site}"))


async def _say_when(is_so: asyncio.Event, text: str) -> None:
    await is_so.wait()
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _serve_pages(parts: Parts, listener: socket.socket, *, is_demo: bool) -> None:
    settings = parts.settings
    hint = _sign_ins(settings) if is_demo else ""

    def ready() -> None:
        settle()
        sys.stdout.write(f"{hint}Aiguilleur is ready: {settings.public_url}/desk\n")
        sys.stdout.flush()

    app = parts.web(is_demo=is_demo)
    config = web_config(
        app,
        frame_bytes=settings.limits.frame_bytes,
        trusted_proxies=settings.trusted_proxies,
    )
    server = WebServer(config, ready)
    _on_stop(server.stop)
    await server.serve(sockets=[listener])


@contextlib.asynccontextmanager
async def _opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Parts]:
    """Open the database, up to date, and the bus."""
    await asyncio.to_thread(os.makedirs, settings.data_dir, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        database = await Database.open(settings.store_url)
        stack.push_async_callback(database.close)
        await database.migrate()
        await stack.enter_async_context(beside(database.tend()))
        bus: Bus = MemoryBus()
        if settings.redis_url:
            bus = await stack.enter_async_context(RedisBus.open(settings.redis_url))
        yield Parts(settings, clock or SystemClock(), database, bus)


@contextlib.asynccontextmanager
async def _with_writer(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Parts]:
    """Open everything and be the writer meanwhile, unless a `router` process is."""
    async with _opened(settings, clock) as parts, asyncio.TaskGroup() as tasks:
        if settings.redis_url:
            yield parts
            return
        is_ready = asyncio.Event()
        writer = tasks.create_task(parts.write(is_ready))
        await is_ready.wait()
        yield parts
        writer.cancel()


async def _seed(parts: Parts) -> None:
    async with parts.asking("seed") as courier:
        await demo.seed(
            parts.records,
            courier,
            hash_password=hash_password,
            origins=(parts.settings.public_url,),
        )


# The machine.


def _settings(options: argparse.Namespace) -> Settings:
    """Return the environment's settings, and over them those of the command line."""
    try:
        # The one place that reads the environment.
        settings = settings_from_environment(os.environ)  # noqa: TID251
    except ValueError as error:
        raise StartError(str(error)) from None
    names = ("data_dir", "host", "port")
    given = {name: getattr(options, name, None) for name in names}
    return _changed(settings, {name: text for name, text in given.items() if text is not None})


def _changed(settings: Settings, changes: dict[str, str | int]) -> Settings:
    """Return the settings with changes; a public address that was derived follows them."""
    is_derived = settings.public_url == _own_url(settings)
    settings = replace(settings, **changes)
    return replace(settings, public_url=_own_url(settings)) if is_derived else settings


def _own_url(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder: two writers of one SQLite file would only fight over the lease."""
    folder = Path(settings.data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise StartError(
                f"the data folder {folder} is in use by process {owner}. Stop that one first, or "
                "choose another folder with --data."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[tuple[socket.socket, Settings]]:
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        raise StartError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}. Choose "
            "another with --port."
        ) from None
    with listener:
        yield listener, _changed(settings, {"port": listener.getsockname()[1]})


def _run(main_part: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(main_part)
        except* StartError as group:
            raise group.exceptions[0] from None


def _on_stop(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _require_servers(settings: Settings) -> None:
    missing = [
        name
        for name, value in (
            ("DATABASE_URL", settings.database_url),
            ("REDIS_URL", settings.redis_url),
        )
        if not value
    ]
    if missing:
        raise StartError(
            f"this process type shares its work with others and needs {' and '.join(missing)}. "
            "On one machine, `aiguilleur serve` needs neither."
        )


def _asked_password() -> str:
    """Ask for a password; from a pipe, take its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")


def _sign_ins(settings: Settings) -> str:
    people = "\n".join(
        f"    {person.login:<8} {person.name:<16} {person.role}"
        for person in demo.read_content().staff
    )
    return (
        f"\n  {demo.SITE_NAME}, a demonstration site\n\n"
        f"  Insurer's site, with the chat   {settings.public_url}/demo\n"
        f"  Agents' desktop                 {settings.public_url}/desk\n\n"
        f"  Sign in with the password {demo.PASSWORD} as\n{people}\n\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("aiguilleur", description="An open contact centre.")
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = _command(commands, "serve", _serve, "everything in one process, on SQLite")
    serve.add_argument("--demo", action="store_true", help="seed the demonstration on first run")
    web = _command(commands, "web", _web, "one web process of several")
    for server in (serve, web):
        server.add_argument("--host")
        server.add_argument("--port", type=int, help="0 takes a free one")
    _command(commands, "router", _router, "the site's writer, or its standby")
    _command(commands, "migrate", _migrate, "bring the database up to date")
    _command(commands, "demo", _demo, "seed the demonstration site, or bring it back")
    _policy_commands(commands.add_parser("policy", help="the rules of routing, as a document"))
    _user_commands(commands.add_parser("user", help="who signs in"))
    simulation.add_simulate_arguments(
        _command(commands, "simulate", _simulate, "try traffic on another policy or staffing")
    )
    simulation.add_replay_arguments(
        _command(commands, "replay", _replay, "run a log again and compare every decision")
    )
    bench = commands.add_parser("bench", help="measure; prints figures")
    measured = bench.add_subparsers(required=True, metavar="what")
    for name, run, text in (
        ("chat", _bench_chat, "client's frame to agent's frame, beside a bare echo"),
        ("router", _bench_router, "close to next assignment in the core, beside two rivals"),
        ("durable", _bench_durable, "commands to the disk and out again, beside bare inserts"),
        ("start", _bench_start, "time to ready, empty and with 100,000 open cases"),
    ):
        _command(measured, name, run, text).add_argument("--json", action="store_true")
    driving.add_options(_command(measured, "load", _bench_load, driving.PURPOSE))
    measured.choices["router"].add_argument(
        "--sizes", type=int, nargs="+", default=bench_router.SIZES, help="how many cases wait"
    )
    return parser


def _policy_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="what")
    _command(commands, "show", _policy_show, "print the policy in force, as TOML")
    for name, run, text in (
        ("check", _policy_check, "say what is wrong with a policy, or what it would change"),
        ("apply", _policy_apply, "say what a policy would change, and put it in force"),
    ):
        _command(commands, name, run, text).add_argument("file", type=Path, metavar="FILE")


def _user_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="what")
    add = _command(commands, "add", _user_add, "add somebody; the password is asked")
    add.add_argument("login")
    add.add_argument("--name")
    roles = [role.value for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR)]
    add.add_argument("--role", default=roles[0], choices=roles)
    _command(commands, "list", _user_list, "list who signs in")
    password = _command(commands, "set-password", _user_set_password, "change a password")
    password.add_argument("login")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace, Settings], None],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--data", dest="data_dir", help="data folder (default: var)")
    return parser


if __name__ == "__main__":
    main()
