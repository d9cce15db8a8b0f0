"""Writes the logs that must replay for ever: `python -m tests.golden.write_logs`.

They are frozen: a log is written again only when it never left this tree, and a change of the
router that cannot replay one is a change that breaks every installation's own.
"""

import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random

from router.core.router import Router
from router.replay.logs import LogWriter
from router.simulation.commands import open_log
from store.schema import commands as c
from store.schema import terms as t
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refused
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId, ClientId, MacroId, MessageId, NoteId, QueueId, SkillId

FOLDER = Path(__file__).parent / "logs"
# 2026-03-02 08:00 UTC, a Monday.
STARTS_MS = 1_772_438_400_000
CASES = 2_000
SEED = 20_260_302
# One day of ten hours.
MEAN_STEP_MS = 1_800
QUEUES = [QueueId(f"queue_{name}") for name in ("general", "claims", "life", "calls")]
SKILLS = [SkillId(name) for name in ("claims", "life", "english")]
CHANNELS = [t.Channel.CHAT, t.Channel.CHAT, t.Channel.MAIL, t.Channel.CALL, t.Channel.APPOINTMENT]
MINUTE_MS = 60_000
_ROLES = {
    AgentId("agent_0"): t.Role.SUPERVISOR,
    AgentId("agent_1"): t.Role.ADMINISTRATOR,
}


class Day:
    """A floor where everything happens that can happen, in an order that the seed decides."""

    def __init__(self, seed: int, cases: int = CASES) -> None:
        self.router = Router()
        self.events: list[AnyEvent] = []
        self.now_ms = STARTS_MS
        self._random = Random(seed)  # noqa: S311 - a made-up day, not a secret
        self._agents = [AgentId(f"agent_{number}") for number in range(24)]
        self._clients = [ClientId(f"client_{number}") for number in range(250)]
        self._number = 0
        self._cases = 0
        self._cases_most = cases
        self._doings: list[tuple[Callable[[], tuple[Actor, AnyCommand] | None], int]] = [
            (self._open, 24),
            (self._answer_offer, 40),
            (self._say, 24),
            (self._settle, 55),
            (self._start, 12),
            (self._write, 6),
            (self._change_presence, 16),
            (self._move, 7),
            (self._leave, 3),
            (self._rate, 3),
            (self._connect, 4),
            (self._configure, 1),
        ]

    def live(self) -> list[AnyEvent]:
        """Live through the day and return its log."""
        self._set_up()
        doings = [doing for doing, _ in self._doings]
        weights = [weight for _, weight in self._doings]
        while self._cases < self._cases_most:
            self._wait(round(self._random.expovariate(1 / MEAN_STEP_MS)))
            asked = self._random.choices(doings, weights)[0]()
            if asked is not None:
                self._ask(*asked)
        # The evening: what nobody does any more falls due by itself.
        self._wait(26 * 60 * MINUTE_MS)
        return self.events

    # Time and commands.

    def _wait(self, passed_ms: int) -> None:
        until_ms = self.now_ms + passed_ms
        while (deadline_ms := self.router.next_deadline_ms()) is not None:
            if deadline_ms > until_ms:
                break
            # A writer is never exactly in time.
            self.now_ms = max(self.now_ms, min(until_ms, deadline_ms + self._random.randrange(3)))
            self.events += self.router.tick(self.now_ms)
        self.now_ms = until_ms

    def _ask(self, actor: Actor, command: AnyCommand) -> None:
        self.events += self.router.tick(self.now_ms)
        try:
            self.events += self.router.handle(actor, command, self.now_ms)
        except Refused:
            return

    def _set_up(self) -> None:
        for queue in QUEUES:
            self._ask(SYSTEM, self._queue(queue))
        self._ask(SYSTEM, c.ConfigurePolicy(ref="r", policy=_policy()))
        self._ask(SYSTEM, _hours())
        for number, agent in enumerate(self._agents):
            self._ask(SYSTEM, self._agent(agent, number))
            self._ask(SYSTEM, c.ConnectAgent(ref="r", agent=agent))
            self._ask(_staff(agent), c.SetPresence(ref="r", presence=t.Presence.AVAILABLE))
            self._wait(self._random.randrange(100))
        for client in self._clients[:60]:
            self._ask(SYSTEM, self._client(client))

    # What people do; None when there is nothing to do it to.

    def _open(self) -> tuple[Actor, AnyCommand]:
        self._cases += 1
        client = self._random.choice(self._clients)
        channel = self._random.choice(CHANNELS)
        due_at_ms = None
        if channel is t.Channel.APPOINTMENT:
            due_at_ms = self.now_ms + self._random.randrange(90) * MINUTE_MS
        subject = self._random.choice(["claim", "life", "call", "other"])
        actor = Actor(role=t.Role.CLIENT, id=client, name="Zoé")
        case = CaseId(f"case_{self._cases}")
        return actor, c.OpenCase(
            ref="r", case=case, channel=channel, subject=subject, due_at_ms=due_at_ms
        )

    def _answer_offer(self) -> tuple[Actor, AnyCommand] | None:
        offers = sorted(self.router.state.offers)
        # Some are left to time out.
        if not offers or self._random.random() < 0.1:
            return None
        offer = self._random.choice(offers)
        live = self.router.state.cases[self.router.state.offers[offer]].live_offer
        if self._random.random() < 0.2:
            return _staff(live.agent), c.RefuseOffer(ref="r", offer=offer)
        return _staff(live.agent), c.AcceptOffer(ref="r", offer=offer)

    def _say(self) -> tuple[Actor, AnyCommand] | None:
        cases = self.router.state.cases
        silent = [n for n, row in cases.items() if row.status is t.CaseStatus.WAITING_CLIENT]
        # Somebody who is waited for is likelier to speak.
        is_awaited = bool(silent) and self._random.random() < 0.2
        case = self._random.choice(silent) if is_awaited else self._any_case()
        if case is None:
            return None
        row = self.router.state.cases[case]
        client = Actor(role=t.Role.CLIENT, id=row.client, name="Zoé")
        actor = client if row.holder is None or self._random.random() < 0.4 else _staff(row.holder)
        message = MessageId(f"message_{self._next()}")
        if self._random.random() < 0.2:
            return actor, c.MarkRead(ref="r", case=case, up_to=message)
        return actor, c.SendMessage(ref="r", case=case, message=message, text="Bonjour")

    def _settle(self) -> tuple[Actor, AnyCommand] | None:
        case = self._held_case()
        if case is None:
            return None
        outcomes: list[c.AnyOutcome | None] = [
            c.OutcomeClose(reason="réglé"),
            c.OutcomeClose(reason="réglé", summary="Rien à dire.", cause=t.CloseCause.NO_REPLY),
            *[c.OutcomeClose()] * 8,
            c.OutcomeWait(),
            c.OutcomeTransfer(queue=self._random.choice(QUEUES)),
            c.OutcomeAssign(agent=self._random.choice(self._agents)),
            c.OutcomeEscalate(reason="Geste commercial"),
            None,
        ]
        return self._holder(case), c.SettleCase(
            ref="r",
            case=case,
            macro=self._random.choice([None, MacroId("macro_merci")]),
            message=MessageId(f"message_{self._next()}"),
            text=self._random.choice(["", "Merci et à bientôt."]),
            tags=self._random.choice([(), ("photos",), ("auto", "bris")]),
            outcome=self._random.choice(outcomes),
        )

    def _start(self) -> tuple[Actor, AnyCommand] | None:
        case = self._held_case()
        return None if case is None else (self._holder(case), c.StartCase(ref="r", case=case))

    def _write(self) -> tuple[Actor, AnyCommand] | None:
        case = self._held_case()
        if case is None:
            return None
        if self._random.random() < 0.5:
            return self._holder(case), c.TagCase(ref="r", case=case, tags=("suivi",))
        note = NoteId(f"note_{self._next()}")
        named = (self._random.choice(self._agents),)
        return self._holder(case), c.TakeNote(
            ref="r", case=case, note=note, text="À rappeler", mentions=named
        )

    def _change_presence(self) -> tuple[Actor, AnyCommand]:
        agent = self._random.choice(self._agents)
        away = [presence for presence in t.Presence if presence is not t.Presence.LEAVE]
        back = [t.Presence.AVAILABLE] * 24
        presence = self._random.choice([*away, *back, t.Presence.LEAVE])
        if self._random.random() < 0.2:
            leader = _staff(self._agents[0])
            return leader, c.SetPresence(ref="r", agent=agent, presence=presence)
        return _staff(agent), c.SetPresence(ref="r", presence=presence)

    def _move(self) -> tuple[Actor, AnyCommand] | None:
        case, other = self._any_case(), self._any_case()
        if case is None or other is None:
            return None
        leader = _staff(self._agents[0])
        agent = self._random.choice(self._agents)
        row = self.router.state.cases[case]
        due_at_ms = self.now_ms + self._random.randrange(60) * MINUTE_MS
        client = Actor(role=t.Role.CLIENT, id=row.client)
        moves: list[tuple[Actor, AnyCommand]] = [
            (_staff(agent), c.PullCase(ref="r", case=case)),
            (leader, c.AssignCase(ref="r", case=case, agent=agent)),
            (leader, c.TakeBack(ref="r", case=case)),
            (leader, c.MergeCases(ref="r", case=case, into=self._twin(case))),
            (client, c.MoveAppointment(ref="r", case=case, due_at_ms=due_at_ms)),
        ]
        return self._random.choice(moves)

    def _leave(self) -> tuple[Actor, AnyCommand] | None:
        case = self._any_case()
        if case is None:
            return None
        client = Actor(role=t.Role.CLIENT, id=self.router.state.cases[case].client)
        return self._random.choice([SYSTEM, client]), c.LeaveQueue(ref="r", case=case)

    def _rate(self) -> tuple[Actor, AnyCommand] | None:
        asking = [case for case, row in self.router.state.closed.items() if row.asks_survey]
        if not asking:
            return None
        case = self._random.choice(asking[-20:])
        client = Actor(role=t.Role.CLIENT, id=self.router.state.closed[case].client)
        note = self._random.randrange(1, 6)
        return client, c.AnswerSurvey(ref="r", case=case, note=note, comment="Merci")

    def _connect(self) -> tuple[Actor, AnyCommand]:
        agent = self._random.choice(self._agents)
        gone = [name for name in self._agents if not self.router.state.agents[name].is_connected]
        if gone and self._random.random() < 0.7:
            return SYSTEM, c.ConnectAgent(ref="r", agent=self._random.choice(gone))
        return SYSTEM, c.DisconnectAgent(ref="r", agent=agent)

    def _configure(self) -> tuple[Actor, AnyCommand]:
        administrator = _staff(self._agents[1])
        number = self._random.randrange(len(self._agents))
        commands: list[AnyCommand] = [
            self._agent(self._agents[number], number),
            self._queue(self._random.choice(QUEUES)),
            c.ConfigurePolicy(ref="r", policy=_policy(self._random.choice([0, 60_000, 120_000]))),
            self._client(self._random.choice(self._clients)),
            c.SwitchQueue(ref="r", queue=QUEUES[3], is_open=self._random.random() < 0.7),
        ]
        return administrator, self._random.choice(commands)

    # Who and what.

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _any_case(self) -> CaseId | None:
        cases = list(self.router.state.cases)
        return self._random.choice(cases) if cases else None

    def _held_case(self) -> CaseId | None:
        held = [name for name, row in self.router.state.cases.items() if row.holder is not None]
        return self._random.choice(held) if held else None

    def _holder(self, case: CaseId) -> Actor:
        holder = self.router.state.cases[case].holder
        assert holder is not None
        return _staff(holder)

    def _twin(self, case: CaseId) -> CaseId:
        """Return another open case of the same client, if there is one."""
        client = self.router.state.cases[case].client
        cases = self.router.state.cases
        twins = [n for n, row in cases.items() if row.client == client and n != case] or [case]
        return self._random.choice(twins)

    def _agent(self, agent: AgentId, number: int) -> c.ConfigureAgent:
        levels = [
            t.SkillLevel(skill=skill, level=self._random.randrange(1, 6))
            for skill in SKILLS
            if self._random.random() < 0.7
        ]
        return c.ConfigureAgent(
            ref="r",
            agent=agent,
            name=f"Agent {number}",
            role=_ROLES.get(agent, t.Role.AGENT),
            supervisor=self._agents[0] if number else None,
            skills=tuple(levels),
            capacity=self._random.choice([2, 4, 4, 4]),
            is_active=number < 2 or self._random.random() < 0.95,
        )

    def _queue(self, queue: QueueId) -> c.ConfigureQueue:
        place = QUEUES.index(queue)
        required = (t.SkillLevel(skill=SKILLS[place - 1]),) if 0 < place < 3 else ()
        rings = (
            t.Ring(after_ms=45_000, queue=QUEUES[0]),
            t.Ring(after_ms=90_000, queue=QUEUES[3]),
        )
        return c.ConfigureQueue(
            ref="r",
            queue=queue,
            label=t.Label(fr="file", en="queue"),
            required=required,
            rings=rings if required else (),
            service_level_ms=self._random.choice([20_000, 60_000]),
            hours=t.Hours(time_zone="UTC") if queue == QUEUES[2] else None,
        )

    def _client(self, client: ClientId) -> c.RegisterClient:
        named = tuple(self._random.sample(self._agents, self._random.randrange(3)))
        segment = self._random.choice(list(t.Segment))
        return c.RegisterClient(ref="r", client=client, segment=segment, named_agents=named)


def _staff(agent: AgentId) -> Actor:
    return Actor(role=_ROLES.get(agent, t.Role.AGENT), id=agent)


def _hours() -> AnyCommand:
    """Return the open times of the life queue: it opens late, and closes at noon for an hour."""
    hour_ms = 60 * MINUTE_MS
    spans = [(1, 4), (5, 9)]
    periods = [
        t.Period(opens_ms=STARTS_MS + opens * hour_ms, closes_ms=STARTS_MS + closes * hour_ms)
        for opens, closes in spans
    ]
    return c.ScheduleQueue(ref="r", queue=QUEUES[2], periods=tuple(periods))


def _policy(vip_ms: int = 60_000) -> t.Policy:
    label = t.Label(fr="motif", en="subject")
    subjects = zip(["other", "claim", "life", "call"], QUEUES, [0, 30_000, 0, 0], strict=True)
    return t.Policy(
        subjects=tuple(
            t.SubjectRule(subject=subject, queue=queue, label=label, head_start_ms=ahead_ms)
            for subject, queue, ahead_ms in subjects
        ),
        channels=(t.ChannelRule(channel=t.Channel.MAIL, is_offered=True),),
        segments=(t.SegmentRule(segment=t.Segment.VIP, head_start_ms=vip_ms),),
        client_silence_ms=40 * MINUTE_MS,
        service_level_reference_ms=60_000,
    )


LOGS: dict[str, Callable[[], list[AnyEvent]]] = {"a_day": lambda: Day(SEED).live()}


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, events_of in LOGS.items():
        with open_log(FOLDER / f"{name}.jsonl.gz") as file:
            writer = LogWriter(file.write)
            writer.add(events_of())
            writer.end()


def opened(name: str) -> gzip.GzipFile:
    """Open one of the logs for reading."""
    return gzip.open(FOLDER / f"{name}.jsonl.gz")


if __name__ == "__main__":
    main()
