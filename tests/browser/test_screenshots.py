"""The pictures of docs/screenshots; made anew only when asked with --screenshots."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.people import Adviser, Client, Floor
from tests.browser.test_conversation import CLAIM_NEW, CONTRACT_QUESTION, ready

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("asked with --screenshots")


def keep(page: Page, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", scale="css", animations="disabled")


def in_french(floor: Floor, **look: object) -> tuple[Adviser, Client]:
    lea = ready(floor, "lea", **look)
    for name, text in (("yanis", "Je change d’adresse."), ("antoine", "Quand suis-je prélevé ?")):
        other = floor.client(name)
        other.ask(*CONTRACT_QUESTION)
        other.say(text)
    camille = floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour, où puis-je trouver mon attestation ?")
    lea.open("Camille Fontaine")
    lea.say("Bonjour Camille, elle est dans votre espace client, rubrique « Mes documents ».")
    camille.say("Je l’ai trouvée, merci beaucoup !")
    lea.sees("Je l’ai trouvée, merci beaucoup !")
    expect(lea.page.get_by_text("HZ-204817").first).to_be_visible()
    return lea, camille


def test_light_in_french(floor: Floor) -> None:
    lea, camille = in_french(floor)
    keep(lea.page, "care-light-fr")
    keep(camille.page, "widget-fr")
    nadia = floor.adviser("nadia")
    nadia.watch_the_floor()
    expect(nadia.page.get_by_test_id("floor-queue-queue_contract")).to_be_visible()
    keep(nadia.page, "floor-light-fr")


def test_dark_in_english(floor: Floor) -> None:
    look: dict[str, object] = {"color_scheme": "dark", "locale": "en-GB"}
    thomas = ready(floor, "thomas", **look)
    emma = floor.client("emma", **look)
    emma.ask(*CLAIM_NEW)
    emma.say("Hello, coffee went over my phone and it does not start.")
    thomas.open("Emma Watkins")
    thomas.say("Hello Emma, sorry to read that. I am opening your claim now.")
    emma.sees("Hello Emma, sorry to read that. I am opening your claim now.")
    expect(thomas.page.get_by_text("HZ-334018").first).to_be_visible()
    keep(thomas.page, "care-dark-en")
    keep(emma.page, "widget-dark-en")


def test_the_rules_and_a_queues_hours(floor: Floor) -> None:
    for name in ("yanis", "helene"):
        client = floor.client(name)
        client.ask(*CONTRACT_QUESTION)
        client.say("Bonjour")
        expect(client.page.get_by_test_id("widget-status")).to_contain_text("Vous êtes")
    page = floor.adviser("paul").page
    page.goto(f"{floor.url}/desk/rules")
    page.get_by_test_id("segment-vip").fill("0 s")
    page.get_by_test_id("rules-try").click()
    expect(page.get_by_test_id("move")).to_have_count(2)
    page.locator("h1").scroll_into_view_if_needed()
    keep(page, "rules-light-fr")
    page.goto(f"{floor.url}/desk/queues/queue_appointments")
    page.get_by_test_id("day-7").scroll_into_view_if_needed()
    keep(page, "queue-hours-fr")


def test_narrow(floor: Floor) -> None:
    lea, _ = in_french(floor)
    lea.page.set_viewport_size(NARROW)
    keep(lea.page, "care-narrow-fr")


def test_sign_in(floor: Floor) -> None:
    page = floor.visit("/desk")
    expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    keep(page, "sign-in-fr")
