"""A digest of the state sees every difference, and none that a later version may make."""

import msgspec
from msgspec import Struct

from router.core import state as s
from router.replay.fingerprint import _told, fingerprint
from store.schema.terms import Policy
from tests.router.floor import ANN, ONE, Floor


class Before(Struct):
    case: str
    load: int = 0


class After(Struct):
    case: str
    burden: int = msgspec.field(default=0, name="load")
    is_held: bool = False
    since_ms: int | None = None
    offers: set[str] = msgspec.field(default_factory=set)


def test_a_new_field_and_a_new_name_change_nothing() -> None:
    assert _told(Before("case_1")) == _told(After("case_1"))
    assert _told(Before("case_1", 3)) == _told(After("case_1", 3))
    assert _told(After("case_1", 3)) != _told(After("case_1", 3, is_held=True))
    assert _told(After("case_1", offers={"b", "a"})) == {"case": "case_1", "offers": ["a", "b"]}


def test_what_changes_the_state_changes_it() -> None:
    floor = Floor()
    seen = {fingerprint(floor.router.state)}
    floor.ready(ANN)
    floor.open(ONE)
    floor.wait(1_000)
    floor.close(ONE)
    state = floor.router.state
    for _ in range(2):
        seen.add(fingerprint(state))
    assert len(seen) == 2
    other = s.load(s.dump(state))
    assert fingerprint(other) == fingerprint(state)
    other.agents[ANN].load += 1
    assert fingerprint(other) not in seen
    other = s.load(s.dump(state))
    other.policy = Policy(drain_after_ms=1)
    assert fingerprint(other) not in seen
