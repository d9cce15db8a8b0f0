"""axe finds nothing to say about any page, light or dark, with the panels open."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, expect

from tests.browser.people import Floor
from tests.browser.test_conversation import CONTRACT_QUESTION, ready

LOOKS = ("light", "dark")
CONSOLES = ("home", "search", "knowledge")


def assert_accessible(page: Page, where: str) -> None:
    found = Axe().run(page).response["violations"]
    report = [
        f"{where}: {violation['id']} on {node['target']}: {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]
    assert report == []


@pytest.mark.parametrize("look", LOOKS)
def test_sign_in_page(floor: Floor, look: str) -> None:
    page = floor.visit("/desk", color_scheme=look)
    expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    assert_accessible(page, f"sign-in {look}")


@pytest.mark.parametrize("look", LOOKS)
def test_agents_consoles_and_an_open_case(floor: Floor, look: str) -> None:
    lea = ready(floor, "lea", color_scheme=look)
    camille = floor.client("camille", color_scheme=look)
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    lea.say("Bonjour Camille")
    camille.sees("Bonjour Camille")
    expect(lea.page.get_by_text("HZ-204817").first).to_be_visible()
    assert_accessible(lea.page, f"care {look}")
    assert_accessible(camille.page, f"insurer's site {look}")
    lea.page.get_by_test_id("macro-menu").click()
    assert_accessible(lea.page, f"macro menu {look}")
    lea.page.keyboard.press("Escape")
    lea.page.keyboard.press("Control+k")
    assert_accessible(lea.page, f"command palette {look}")
    lea.page.keyboard.press("Escape")
    for panel in ("Notifications", "Mon compte"):
        opener = lea.page.get_by_role("button", name=re.compile(f"^{panel}"))
        opener.click()
        assert_accessible(lea.page, f"{panel} {look}")
        lea.page.keyboard.press("Escape")
    lea.page.get_by_test_id("presence-button").click()
    assert_accessible(lea.page, f"presence {look}")
    lea.page.keyboard.press("Escape")
    lea.page.keyboard.press("Control+/")
    expect(lea.page.get_by_role("dialog")).to_be_visible()
    assert_accessible(lea.page, f"keys {look}")
    lea.page.keyboard.press("Escape")
    lea.page.get_by_test_id("macro-menu").click()
    lea.page.get_by_test_id("macro-macro_close").click()
    expect(lea.page.get_by_test_id("settle-confirm")).to_be_visible()
    assert_accessible(lea.page, f"closing {look}")
    lea.page.get_by_test_id("settle-confirm").click()
    expect(camille.page.get_by_test_id("widget-survey-5")).to_be_visible()
    assert_accessible(camille.page, f"survey {look}")
    for console in CONSOLES:
        lea.page.goto(f"{floor.url}/desk/{console}")
        expect(lea.page.get_by_test_id("presence-button")).to_be_visible()
        assert_accessible(lea.page, f"{console} {look}")


@pytest.mark.parametrize("look", LOOKS)
def test_supervisors_floor(floor: Floor, look: str) -> None:
    nadia = floor.adviser("nadia", color_scheme=look)
    nadia.watch_the_floor()
    expect(nadia.page.get_by_test_id("floor-queue-queue_claims")).to_be_visible()
    assert_accessible(nadia.page, f"floor {look}")
    camille = floor.client("camille", color_scheme=look)
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    expect(camille.page.get_by_test_id("widget-status")).to_contain_text("prochain")
    assert_accessible(camille.page, f"a place in the queue {look}")
    nadia.page.get_by_role("button", name="Pourquoi").click()
    expect(nadia.page.get_by_test_id("still-waiting")).to_be_visible()
    assert_accessible(nadia.page, f"why a case waits {look}")
    nadia.page.keyboard.press("Escape")
    nadia.page.get_by_role("button", name="Nadia Roussel", exact=True).click()
    expect(nadia.page.get_by_test_id("agent-idle")).to_be_visible()
    assert_accessible(nadia.page, f"an agent up close {look}")
    nadia.page.keyboard.press("Escape")
    ready(floor, "lea")
    nadia.page.get_by_role("button", name="Dossiers en cours").click()
    nadia.page.get_by_role("button", name="Pourquoi").click()
    expect(nadia.page.get_by_test_id("why-card")).to_be_visible()
    assert_accessible(nadia.page, f"why this agent {look}")
    nadia.page.keyboard.press("Escape")
    nadia.page.goto(f"{floor.url}/desk/floor/wall")
    expect(nadia.page.get_by_role("region", name="Grand écran")).to_be_visible()
    assert_accessible(nadia.page, f"the wall {look}")
