"""The network breaks on either side, or the power fails: nothing is lost and nothing doubled."""

from playwright.sync_api import expect

from tests.browser.people import Adviser, Client, Floor
from tests.browser.relay import Relay
from tests.browser.server import Server
from tests.browser.test_conversation import CONTRACT_QUESTION, ready


def talking(floor: Floor) -> tuple[Adviser, Client]:
    lea, camille = ready(floor, "lea"), floor.client("camille")
    camille.ask(*CONTRACT_QUESTION)
    camille.say("Bonjour")
    lea.open("Camille Fontaine")
    lea.say("Bonjour Camille")
    camille.sees("Bonjour Camille")
    return lea, camille


def test_the_clients_network_is_cut_and_comes_back(floor: Floor, clients_network: Relay) -> None:
    lea, camille = talking(floor)
    clients_network.cut()
    expect(camille.page.get_by_test_id("widget-offline")).to_be_visible()
    camille.say("Écrit sans réseau, un")
    camille.say("Écrit sans réseau, deux")
    lea.say("Écrit pendant la coupure")

    clients_network.mend()

    camille.sees("Écrit pendant la coupure")
    lea.sees("Écrit sans réseau, un")
    lea.sees("Écrit sans réseau, deux")
    expect(camille.page.get_by_test_id("widget-offline")).to_be_hidden()
    camille.sees("Écrit sans réseau, un")
    expect(lea.messages("client")).to_have_count(3)


def test_the_agents_network_is_cut_and_comes_back(floor: Floor, agents_network: Relay) -> None:
    lea, camille = talking(floor)
    agents_network.cut()
    expect(lea.page.get_by_test_id("connection-banner")).to_be_visible()
    camille.say("Toujours là ?")
    lea.say("Écrit sans réseau")

    agents_network.mend()

    lea.sees("Toujours là ?")
    camille.sees("Écrit sans réseau")
    lea.sees("Écrit sans réseau")
    expect(lea.page.get_by_test_id("connection-banner")).to_be_hidden()
    expect(lea.messages("agent")).to_have_count(2)


def test_the_process_is_killed_in_mid_conversation(floor: Floor, server: Server) -> None:
    lea, camille = talking(floor)
    camille.say("Avant la panne")
    lea.sees("Avant la panne")
    server.kill()
    expect(lea.page.get_by_test_id("connection-banner")).to_be_visible()
    camille.say("Pendant la panne")

    server.start()

    lea.sees("Pendant la panne")
    lea.sees("Avant la panne")
    lea.say("Après la panne")
    camille.sees("Après la panne")
    camille.sees("Pendant la panne")
    camille.sees("Bonjour Camille")
    expect(lea.cases()).to_have_count(1)


def test_the_client_reloads_the_page_in_mid_conversation(floor: Floor) -> None:
    lea, camille = talking(floor)
    camille.page.reload()
    camille.sees("Bonjour Camille")
    camille.say("Après le rechargement")
    lea.sees("Après le rechargement")
