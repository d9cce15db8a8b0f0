"""What the model of `tests/properties` found, each as small as it gets."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.terms import Presence
from tests.router.floor import ANN, SUE, Floor, agent, only


def test_a_case_is_not_escalated_to_somebody_on_leave() -> None:
    floor = Floor()
    floor.agent(SUE)
    floor.presence(Presence.LEAVE, SUE)
    floor.ready(ANN, supervisor=SUE)
    floor.open()
    events = floor.settle(agent(), c.OutcomeEscalate(reason="too hard"))
    assert only(events, e.CaseEscalated).to is None
    assert floor.holder() is None
