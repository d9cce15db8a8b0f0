"""The main job, seen by the people who do it: clients write, the router assigns, agents answer."""

from playwright.sync_api import expect

from tests.browser.people import Adviser, Floor

# The last choice says that the article was not enough.
CONTRACT_QUESTION = (0, 0, 0)
CLAIM_NEW = (1, 0, 0)


def ready(floor: Floor, login: str, **look: object) -> Adviser:
    adviser = floor.adviser(login, **look)
    adviser.become("available")
    return adviser


def test_three_clients_and_two_agents(floor: Floor) -> None:
    lea, hugo = ready(floor, "lea"), ready(floor, "hugo")
    camille = floor.client("camille")
    yanis = floor.client("yanis")
    sofia = floor.client("sofia")

    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour, où est mon attestation ?")
    sofia.ask(*CLAIM_NEW)
    sofia.say("On m’a volé mon téléphone.")
    yanis.ask(*CONTRACT_QUESTION)
    yanis.say("Je change d’adresse.")

    # Each case is with the agent who has the skill, and with nobody else.
    expect(lea.cases()).to_have_count(2)
    expect(hugo.cases()).to_have_count(1)
    lea.open("Camille Fontaine")
    lea.sees("Bonjour, où est mon attestation ?")
    hugo.open("Sofia Almeida")
    hugo.sees("On m’a volé mon téléphone.")

    lea.say("Elle est dans votre espace client.")
    camille.sees("Elle est dans votre espace client.")
    hugo.say("Je vous aide à déclarer le vol.")
    sofia.sees("Je vous aide à déclarer le vol.")
    expect(camille.messages().filter(has_text="Je vous aide")).to_have_count(0)

    lea.open("Yanis Haddad")
    lea.sees("Je change d’adresse.")


def test_typing_and_read_signs_both_ways(floor: Floor) -> None:
    lea, camille = ready(floor, "lea"), floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")

    camille.page.get_by_test_id("widget-input").press_sequentially("Je voulais")
    expect(lea.page.get_by_role("log")).to_contain_text("Camille Fontaine écrit")
    lea.page.get_by_test_id("composer-input").press_sequentially("Oui ?")
    expect(camille.page.get_by_role("log")).to_contain_text("Léa Martin écrit")

    lea.say("Je vous écoute")
    camille.sees("Je vous écoute")
    expect(lea.messages("agent").last).to_contain_text("Lu")
    expect(camille.messages().first).to_contain_text("Lu")


def test_a_private_note_never_reaches_the_client(floor: Floor) -> None:
    lea, camille = ready(floor, "lea"), floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")

    lea.page.get_by_test_id("note-toggle").click()
    lea.say("Cliente fidèle, soigner la réponse")
    expect(lea.page.get_by_text("Cliente fidèle, soigner la réponse").first).to_be_visible()
    # The next thing written is a message again: nobody has to think of it.
    lea.say("Bonjour Camille")
    camille.sees("Bonjour Camille")
    camille.page.reload()
    camille.sees("Bonjour Camille")
    expect(camille.page.get_by_text("Cliente fidèle")).to_have_count(0)


def test_waiting_for_the_client_then_closing_with_a_survey(floor: Floor) -> None:
    lea, camille = ready(floor, "lea"), floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    lea.say("Pouvez-vous m’envoyer la facture ?")

    lea.apply("wait")
    expect(lea.page.get_by_test_id("case-status")).to_contain_text("attente", ignore_case=True)
    camille.say("La voici")
    lea.sees("La voici")
    expect(lea.page.get_by_test_id("case-status")).not_to_contain_text("attente", ignore_case=True)

    lea.apply("close")
    camille.page.get_by_test_id("widget-survey-5").click()
    camille.page.get_by_test_id("widget-survey-comment").fill("Rapide et clair")
    camille.page.get_by_test_id("widget-survey-send").click()
    expect(camille.page.get_by_test_id("widget-survey-send")).to_have_count(0)
    expect(lea.cases()).to_have_count(0)
