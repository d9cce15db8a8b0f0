"""The main job from the first word to the survey: two agents, three clients, a supervisor."""

from playwright.sync_api import expect

from tests.browser.people import Floor
from tests.browser.test_conversation import CLAIM_NEW, CONTRACT_QUESTION, ready


def test_a_morning_on_the_floor(floor: Floor) -> None:
    lea, hugo = ready(floor, "lea"), ready(floor, "hugo")
    nadia = floor.adviser("nadia")
    nadia.watch_the_floor()
    nadia.look_at_cases_in_hand()
    camille, yanis, sofia = (floor.client(name) for name in ("camille", "yanis", "sofia"))

    # The bot asks the subject; each case goes to who knows it.
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour, où est mon attestation ?")
    yanis.ask(*CONTRACT_QUESTION)
    yanis.say("Je change d’adresse.")
    sofia.ask(*CLAIM_NEW)
    sofia.say("On m’a volé mon téléphone.")
    expect(lea.cases()).to_have_count(2)
    expect(hugo.cases()).to_have_count(1)
    for name in ("Camille Fontaine", "Yanis Haddad", "Sofia Almeida"):
        expect(nadia.page.get_by_role("link", name=name)).to_be_visible()

    # Both ways, while the other case of the same agent goes on.
    lea.open("Camille Fontaine")
    lea.sees("Bonjour, où est mon attestation ?")
    lea.say("Elle est dans votre espace client.")
    camille.sees("Elle est dans votre espace client.")
    yanis.say("Vous êtes là ?")
    expect(lea.case_of("Yanis Haddad")).to_contain_text("2")
    camille.say("Je l’ai, merci !")
    lea.sees("Je l’ai, merci !")

    # A private note, then the end: a macro tells the client, who gives a note.
    lea.page.get_by_test_id("note-toggle").click()
    lea.say("Attestation trouvée en un message")
    expect(lea.messages("note")).to_have_count(1)
    lea.apply("close")
    expect(lea.case_of("Camille Fontaine")).to_have_count(0)
    expect(camille.messages().filter(has_text="Merci de votre confiance")).to_have_count(1)
    camille.page.get_by_test_id("widget-survey-4").click()
    camille.page.get_by_test_id("widget-survey-send").click()
    expect(camille.page.get_by_test_id("widget-survey-send")).to_have_count(0)
    expect(camille.page.get_by_text("Attestation trouvée")).to_have_count(0)

    # Hugo gives his case to a colleague by hand; it goes on where it was.
    hugo.open("Sofia Almeida")
    hugo.say("Je vous passe Léa.")
    hugo.apply("assign", has_text=False)
    hugo.page.get_by_role("dialog").get_by_text("Léa Martin").click()
    hugo.page.get_by_test_id("settle-confirm").click()
    expect(hugo.cases()).to_have_count(0)
    lea.open("Sofia Almeida")
    lea.sees("On m’a volé mon téléphone.")
    lea.say("Bonjour Sofia, je déclare le vol.")
    sofia.sees("Bonjour Sofia, je déclare le vol.")

    # The third one waits for an answer, and has it.
    lea.open("Yanis Haddad")
    lea.sees("Je change d’adresse.")
    lea.apply("wait")
    yanis.say("12, rue des Lilas")
    lea.sees("12, rue des Lilas")
    expect(nadia.page.get_by_role("link", name="Camille Fontaine")).to_have_count(0)
    row = nadia.page.locator("tr", has=nadia.page.get_by_test_id("floor-agent-agent_lea"))
    expect(row).to_contain_text("2 / 4")
