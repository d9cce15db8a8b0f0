"""The supervisor's floor: figures that move by themselves, and reasons for who asks."""

from playwright.sync_api import expect

from tests.browser.people import Adviser, Floor
from tests.browser.test_conversation import CONTRACT_QUESTION, ready


def watching(floor: Floor) -> Adviser:
    nadia = floor.adviser("nadia")
    nadia.watch_the_floor()
    expect(nadia.page.get_by_test_id("floor-totals")).to_be_visible()
    return nadia


def test_figures_move_when_a_case_is_answered(floor: Floor) -> None:
    nadia, lea = watching(floor), ready(floor, "lea")
    waiting = nadia.page.get_by_test_id("figure-waiting-queue_contract")
    answered = nadia.page.get_by_test_id("figure-answered-queue_contract")
    queue = nadia.page.get_by_test_id("floor-queue-queue_contract")
    expect(waiting).to_have_text("0")
    expect(answered).to_have_text("0")

    camille = floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    # In hand is not answered yet.
    expect(nadia.page.get_by_test_id("floor-agent-agent_lea")).to_be_visible()
    expect(answered).to_have_text("0")
    lea.say("Bonjour Camille")

    expect(answered).to_have_text("1")
    expect(queue).to_contain_text("100 %")
    answered.click()
    dialog = nadia.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Camille Fontaine")
    nadia.page.keyboard.press("Escape")

    lea.apply("close")
    row = nadia.page.locator("tr", has=nadia.page.get_by_test_id("floor-agent-agent_lea"))
    expect(row).to_contain_text("0 / 4")
    nadia.page.get_by_role("button", name="Léa Martin", exact=True).click()
    expect(dialog.get_by_test_id("timesheet")).to_contain_text("Disponible")
    expect(dialog.get_by_test_id("agent-idle")).to_contain_text("Personne n’attend")


def test_a_waiting_case_says_why_and_its_client_knows_the_place(floor: Floor) -> None:
    nadia = watching(floor)
    camille, yanis = floor.client("camille"), floor.client("yanis")
    for client in (camille, yanis):
        client.ask(*CONTRACT_QUESTION)
        client.say("Bonjour")
        expect(client.page.get_by_test_id("widget-status")).to_contain_text("Vous êtes")
    expect(yanis.page.get_by_test_id("widget-status")).to_contain_text("2ᵉ dans la file")
    expect(camille.page.get_by_test_id("widget-status")).to_contain_text("le prochain")

    nadia.page.get_by_test_id("figure-waiting-queue_contract").click()
    line = nadia.page.locator("tr", has_text="Yanis Haddad")
    line.get_by_role("button", name="Pourquoi").click()
    why = nadia.page.get_by_test_id("still-waiting")
    expect(why).to_contain_text("Personne de disponible")
    expect(why).to_contain_text("N° 2 de la file")
    expect(why).to_contain_text("hors ligne")

    # The answer changes under the eyes of who asked: somebody came, and has it.
    ready(floor, "lea")
    card = nadia.page.get_by_test_id("why-card")
    expect(card).to_contain_text("Pourquoi Léa Martin")
    expect(card).to_contain_text("Seul conseiller libre")
    expect(yanis.page.get_by_test_id("widget-status")).to_contain_text("vous répond")


def test_an_agent_asks_why_me(floor: Floor) -> None:
    lea, camille = ready(floor, "lea"), floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    lea.page.get_by_test_id("why-me").click()
    card = lea.page.get_by_role("dialog").get_by_test_id("why-card")
    expect(card).to_contain_text("Léa Martin")
    expect(card).to_contain_text("Rang du dossier")
    expect(card).to_contain_text("hors ligne")


def test_the_floor_on_a_wall(floor: Floor) -> None:
    nadia = watching(floor)
    nadia.page.get_by_role("button", name="Grand écran").click()
    wall = nadia.page.get_by_role("region", name="Grand écran")
    expect(wall).to_contain_text("Sinistres")
    camille = floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    expect(wall.get_by_role("listitem").filter(has_text="Vie du contrat")).to_contain_text("depuis")
    nadia.page.keyboard.press("Escape")
    expect(nadia.page.get_by_test_id("floor-totals")).to_be_visible()
