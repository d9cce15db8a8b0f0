"""Between agents who could all take a case, and between cases of unlike cost."""

from store.schema import commands as c
from store.schema import events as e
from store.schema.ids import CaseId, ClientId
from store.schema.terms import Channel, Policy
from tests.router.floor import ANN, BOB, ONE, THREE, TWO, Floor, agent, only, skills

DRAIN_MS = 30_000
FOUR, FIVE = CaseId("case_4"), CaseId("case_5")


def of(case: CaseId) -> ClientId:
    return ClientId(f"client_{case}")


def test_who_worked_last_is_not_the_one_idle_longest() -> None:
    floor = Floor()
    floor.ready(ANN)
    floor.wait(10)
    floor.ready(BOB)
    assert only(floor.open(ONE, of(ONE)), e.CaseDecided).agent == ANN
    floor.wait(10)
    floor.close(ONE, ANN)
    # Both have nothing now, and Bob has had nothing for longer.
    assert only(floor.open(TWO, of(TWO)), e.CaseDecided).agent == BOB


def test_the_name_decides_last_also_between_agents_of_unlike_skills() -> None:
    floor = Floor()
    # Two profiles, the later name in the one that was there first.
    floor.agent(BOB, has=skills(claims=1))
    floor.agent(ANN, has=skills(retention=1))
    floor.ready(BOB, has=skills(claims=1))
    floor.ready(ANN, has=skills(retention=1))
    decided = only(floor.open(ONE), e.CaseDecided)
    assert (decided.agent, [each.agent for each in decided.runners_up]) == (ANN, [BOB])


def test_a_call_that_waited_long_is_not_starved_by_chats() -> None:
    floor = Floor(Policy(drain_after_ms=DRAIN_MS))
    floor.ready(ANN)
    floor.open(ONE, of(ONE))
    floor.open(TWO, of(TWO), channel=Channel.CALL)
    floor.open(THREE, of(THREE))
    assert floor.holder(THREE) == ANN
    floor.wait(DRAIN_MS - 1)
    floor.open(FOUR, of(FOUR))
    assert floor.holder(FOUR) == ANN
    earmark = only(floor.wait(1), e.CaseEarmarked)
    assert (earmark.case, earmark.agent) == (TWO, ANN)
    # From now on no chat comes between, however much room there is.
    floor.open(FIVE, of(FIVE))
    assert floor.holder(FIVE) is None
    floor.close(ONE, ANN)
    floor.close(THREE, ANN)
    offered = floor.close(FOUR, ANN)
    assert only(offered, e.EarmarkEnded).agent == ANN
    offer = only(offered, e.CaseOffered)
    assert (offer.case, offer.agent) == (TWO, ANN)
    floor.do(agent(ANN), c.AcceptOffer(ref="r", offer=offer.offer))
    assert floor.holder(TWO) == ANN
