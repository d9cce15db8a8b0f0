"""A real server, two real browsers, and a network that can be cut on either side."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from scripts.chromium import find
from tests.browser.people import Floor
from tests.browser.relay import Relay
from tests.browser.server import MovableServer, Server, free_port

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The machine may be busy; a story that works is far quicker.
PATIENCE_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def agents_network(port: int) -> Iterator[Relay]:
    with Relay(port) as relay:
        yield relay


@pytest.fixture(scope="session")
def clients_network(port: int) -> Iterator[Relay]:
    with Relay(port) as relay:
        yield relay


@pytest.fixture(scope="session")
def agents_browser(playwright: Playwright, port: int, agents_network: Relay) -> Iterator[Browser]:
    yield from _browser(playwright, port, agents_network)


@pytest.fixture(scope="session")
def clients_browser(playwright: Playwright, port: int, clients_network: Relay) -> Iterator[Browser]:
    yield from _browser(playwright, port, clients_network)


@pytest.fixture(scope="session")
def seeded(port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that nobody has used; a copy costs less than another."""
    folder = tmp_path_factory.mktemp("seeded")
    with Server(folder, port):
        pass
    return folder


@pytest.fixture
def server(port: int, seeded: Path, tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
    with Server(tmp_path, port) as server:
        yield server


@pytest.fixture
def movable_server(port: int, seeded: Path, tmp_path: Path) -> Iterator[MovableServer]:
    shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
    with MovableServer(tmp_path, port) as server:
        yield server


@pytest.fixture
def floor(server: Server, agents_browser: Browser, clients_browser: Browser) -> Iterator[Floor]:
    floor = Floor(server.url, agents_browser, clients_browser)
    yield floor
    floor.leave()


@pytest.fixture
def movable_floor(
    movable_server: MovableServer, agents_browser: Browser, clients_browser: Browser
) -> Iterator[Floor]:
    floor = Floor(movable_server.url, agents_browser, clients_browser)
    yield floor
    floor.leave()


def _browser(playwright: Playwright, port: int, relay: Relay) -> Iterator[Browser]:
    # The browser keeps the server's own address, so origins and cookies are the real ones.
    rule = f"--host-resolver-rules=MAP 127.0.0.1:{port} 127.0.0.1:{relay.port}"
    browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, rule])
    yield browser
    browser.close()
