"""How long `serve` takes to be ready: empty, and with many open cases."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from bench.folder import making
from bench.server import free_port, running
from store.clock import Ids, SystemClock
from store.schema.commands import SYSTEM, Actor, ConfigureQueue, Envelope, OpenCase
from store.schema.ids import CaseId, ClientId, QueueId
from store.schema.terms import Channel, Label, Role
from store.settings import Settings

CASES = 100_000


def run(settings: Settings, cases: int = CASES) -> dict[str, float | int | str]:
    """Measure, and leave nothing running and nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="aiguilleur-bench-") as root:
        empty, full = f"{root}/empty", f"{root}/full"
        empty_s = _time_to_ready(empty)
        Path(full).mkdir()
        full_settings = replace(settings, data_dir=full, database_url="", redis_url="")
        asyncio.run(_open_cases(full_settings, cases))
        return {
            "empty_s": empty_s,
            "cases_100k_s": _time_to_ready(full),
            "cases": cases,
        }


def _time_to_ready(folder: str) -> float:
    arguments = ["aiguilleur", "serve", "--data", folder, "--port", str(free_port())]
    with running(arguments, sign="is ready") as seconds:
        return round(seconds, 3)


async def _open_cases(settings: Settings, cases: int) -> None:
    async with making(settings) as folder:
        label = Label(fr="File", en="Queue")
        queue = ConfigureQueue(ref="queue", queue=QueueId("queue_general"), label=label)
        await folder.ask([Envelope(actor=SYSTEM, command=queue)])
        await folder.ask(_requests(cases))


def _requests(cases: int) -> Iterator[Envelope]:
    ids = Ids(SystemClock())
    for number in range(cases):
        client = f"client_{number}"
        yield Envelope(
            actor=Actor(role=Role.CLIENT, id=client, name=f"Client {number}"),
            command=OpenCase(
                ref=f"open-{number}",
                case=CaseId(ids.new("case")),
                channel=Channel.CHAT,
                subject="question",
                client=ClientId(client),
                client_name=f"Client {number}",
            ),
        )
