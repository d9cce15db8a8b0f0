"""Four cases and no more; the slot that frees pulls the next; clients come back to their agent."""

from playwright.sync_api import expect

from tests.browser.people import Floor
from tests.browser.test_conversation import CONTRACT_QUESTION, ready

FIVE = ("camille", "yanis", "antoine", "sofia", "bernard")


def test_the_fifth_case_waits_and_is_pulled_by_the_slot_that_frees(floor: Floor) -> None:
    lea = ready(floor, "lea")
    for count, name in enumerate(FIVE[:4], start=1):
        client = floor.client(name)
        client.ask(*CONTRACT_QUESTION)
        client.say("Bonjour")
        expect(lea.cases()).to_have_count(count)
    fifth = floor.client(FIVE[4])
    fifth.ask(*CONTRACT_QUESTION)
    fifth.say("Il y a quelqu’un ?")
    expect(fifth.page.get_by_test_id("widget-status")).to_be_visible()
    nadia = floor.adviser("nadia")
    nadia.watch_the_floor()
    expect(nadia.page.get_by_test_id("figure-waiting-queue_contract")).to_have_text("1")
    expect(lea.case_of("Bernard Collet")).to_have_count(0)

    lea.open("Camille Fontaine")
    lea.apply("no-reply")

    expect(lea.case_of("Bernard Collet")).to_have_count(1)
    expect(lea.cases()).to_have_count(4)
    lea.open("Bernard Collet")
    lea.sees("Il y a quelqu’un ?")


def test_a_new_case_after_closing_goes_to_the_last_agent(floor: Floor) -> None:
    karim = ready(floor, "karim")
    camille = floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Première question")
    karim.open("Camille Fontaine")
    karim.say("Première réponse")
    camille.sees("Première réponse")
    # Léa knows contracts best and is free: without a history the case would be hers.
    lea = ready(floor, "lea")
    karim.apply("close")
    expect(karim.cases()).to_have_count(0)

    camille.page.get_by_test_id("widget-new").click()
    camille.choose(*CONTRACT_QUESTION)
    camille.say("Seconde question")

    expect(karim.cases()).to_have_count(1)
    karim.open("Camille Fontaine")
    karim.sees("Seconde question")
    expect(lea.cases()).to_have_count(0)
