"""What must not matter does not: the time of day, names, useless agents, idle skills, restarts."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from store.schema import events as e
from tests.properties import twins
from tests.properties.floor_machine import AGENTS, FloorMachine


class TwinMachine(FloorMachine):
    """Lives a day; `compare` lives it again with a difference that must make none."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[e.AnyEvent] = []

    @initialize(is_claims_ringed=st.booleans())
    def set_up(self, *, is_claims_ringed: bool) -> None:
        self.arrange(is_claims_ringed=is_claims_ringed)

    def keep(self, events: list[e.AnyEvent]) -> None:
        self.log += events

    def teardown(self) -> None:
        if self.history:
            self.compare()

    def compare(self) -> None:
        raise NotImplementedError

    def relive(self, history: list[twins.Asked]) -> list[e.AnyEvent]:
        return twins.relive(history, twins.offers_of(self.log))


class LaterMachine(TwinMachine):
    def compare(self) -> None:
        again = self.relive(twins.asked(self.history, twins.later))
        first = twins.plain(self.log)
        _same(twins.plain(again), [twins.changed(each, twins.later) for each in first])


class RenamedMachine(TwinMachine):
    def compare(self) -> None:
        again = self.relive(twins.asked(self.history, twins.renamed))
        first = twins.plain(self.log)
        _same(twins.plain(again), [twins.changed(each, twins.renamed) for each in first])


class CrowdedMachine(TwinMachine):
    """The second day has three more agents, who can be given nothing."""

    def compare(self) -> None:
        day = twins.with_a_shared_skill(self.history)
        alone = twins.without_useless(self.relive(day))
        arrival = twins.useless_agents(self.history[0][0] - 3_600_000)
        _same(twins.without_useless(self.relive([*arrival, *day])), alone)


class LearnedMachine(TwinMachine):
    """On the second day every other agent knows something that no queue asks for."""

    def compare(self) -> None:
        again = self.relive(twins.with_an_idle_skill(self.history, set(AGENTS[1::2])))
        _same(_without_skills(again), _without_skills(self.log))


class RestartedMachine(TwinMachine):
    """On the second day the router is stopped and started after every turn."""

    def compare(self) -> None:
        offers = twins.offers_of(self.log)
        _same(twins.plain(twins.relive(self.history, offers, restarts=True)), twins.plain(self.log))


def _without_skills(events: list[e.AnyEvent]) -> list[twins.Value]:
    return twins.plain([event for event in events if not isinstance(event, e.AgentConfigured)])


def _same(left: list[twins.Value], right: list[twins.Value]) -> None:
    for one, other in zip(left, right, strict=False):
        assert one == other
    assert len(left) == len(right)


SEARCH = settings(suppress_health_check=list(HealthCheck))
for _machine in (LaterMachine, RenamedMachine, CrowdedMachine, LearnedMachine, RestartedMachine):
    _machine.TestCase.settings = SEARCH
TestLater = LaterMachine.TestCase
TestRenamed = RenamedMachine.TestCase
TestCrowded = CrowdedMachine.TestCase
TestLearned = LearnedMachine.TestCase
TestRestarted = RestartedMachine.TestCase
