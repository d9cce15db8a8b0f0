"""What the model of `tests/properties` found, each as small as it gets."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import CaseId, ClientId
from store.schema.terms import Channel, Presence
from tests.router.floor import ANN, BOB, MAX, ONE, SUE, THREE, TWO, Floor, agent, only


def test_a_case_is_not_escalated_to_somebody_on_leave() -> None:
    floor = Floor()
    floor.agent(SUE)
    floor.presence(Presence.LEAVE, SUE)
    floor.ready(ANN, supervisor=SUE)
    floor.open()
    events = floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert only(events, e.CaseEscalated).to is None
    assert floor.holder() is None


def test_a_case_whose_preferred_agent_is_kept_for_another_chooses_in_its_place() -> None:
    floor = Floor()
    for number, name in enumerate((BOB, ANN)):
        floor.ready(name)
        client_name = ClientId(f"client_{number}")
        floor.open(CaseId(f"case_busy_{number}"), client_name, channel=Channel.CALL)
        offer = only(floor.log[-3:], e.CaseOffered)
        floor.do(agent(name), c.AcceptOffer(ref="r", offer=offer.offer))
        floor.say(agent(name), offer.case)
        floor.wait(1_000)
    floor.known(MAX, BOB)
    floor.open(ONE, MAX, channel=Channel.CALL)
    floor.open(TWO, ClientId("client_two"), channel=Channel.CALL)
    floor.open(THREE, ClientId("client_three"), channel=Channel.CALL)
    kept = [event for event in floor.wait(30_000) if isinstance(event, e.CaseEarmarked)]
    assert [(event.case, event.agent) for event in kept] == [(TWO, BOB), (ONE, ANN)]
