"""The web process says how it is, and ends when it cannot serve."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from desktop.serving import ServingError, WebServer, listen, web_config
from store.beside import beside
from tests.desktop.site import Site, on_site


def test_it_says_that_it_is_well_and_what_it_knows(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url) as browser:
            assert (await browser.get("/healthz")).text == "ok"
            ready = await browser.get("/readyz")
            assert ready.status_code == 200
            home = await browser.get("/")
            assert home.headers["location"] == "/desk"
            assert "server" not in home.headers
            # Not a demonstration: nobody signs identities for the asking.
            assert (await browser.get("/demo/identity?client=MH-1")).status_code == 404

    on_site(tmp_path, story)


def test_a_live_part_that_fails_ends_the_process() -> None:
    async def fail() -> None:
        raise OSError("the database is gone")

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with beside(fail()):
            yield

    async def serve() -> None:
        listener = listen("127.0.0.1", 0)
        config = web_config(Starlette(lifespan=life), frame_bytes=1024)
        with listener:
            await WebServer(config, lambda: None).serve(sockets=[listener])

    with pytest.raises(ServingError):
        asyncio.run(serve())
