"""What time alone does, seen by the people it happens to."""

from playwright.sync_api import expect

from tests.browser.people import Floor
from tests.browser.server import MovableServer
from tests.browser.test_conversation import CONTRACT_QUESTION, ready


def test_a_case_that_waits_for_its_client_closes_after_24_hours(
    movable_floor: Floor, movable_server: MovableServer
) -> None:
    lea, camille = ready(movable_floor, "lea"), movable_floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    lea.say("Pouvez-vous m’envoyer la facture ?")
    camille.sees("Pouvez-vous m’envoyer la facture ?")
    lea.apply("wait")
    expect(lea.page.get_by_test_id("case-status")).to_contain_text("attente", ignore_case=True)

    movable_server.let_23_hours_pass()

    # Nobody is signed in for so long; the next one finds the case as it was.
    expect(lea.page.get_by_test_id("connection-banner")).to_contain_text("session est terminée")
    nadia = movable_floor.adviser("nadia")
    nadia.watch_the_floor()
    nadia.look_at_cases_in_hand()
    expect(nadia.page.get_by_text("Camille Fontaine")).to_be_visible()
    expect(camille.page.get_by_test_id("widget-survey-5")).to_have_count(0)
    camille.sees("Pouvez-vous m’envoyer la facture ?")

    movable_server.let_an_hour_pass()

    # The client is told, and asked how it was.
    expect(camille.page.get_by_test_id("widget-survey-5")).to_be_visible()
    expect(camille.messages().last).to_contain_text("Sans réponse de votre part")
    expect(camille.page.get_by_test_id("widget-new")).to_be_visible()
    # A supervisor who signs in again finds nothing left to do.
    nadia = movable_floor.adviser("nadia")
    nadia.watch_the_floor()
    nadia.look_at_cases_in_hand()
    expect(nadia.page.get_by_test_id("floor-queue-queue_contract")).to_be_visible()
    expect(nadia.page.get_by_text("Camille Fontaine")).to_have_count(0)
