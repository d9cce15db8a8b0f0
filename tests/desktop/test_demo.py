"""The demonstration's content holds together, and seeding it again asks the same things."""

import msgspec

from desktop.demo import commands, read_content
from store.schema.codec import decode_command, encode
from store.schema.commands import ConfigurePolicy, ConfigureQueue
from store.schema.terms import Role

CONTENT = read_content()


def test_every_command_passes_the_checks_made_on_strangers() -> None:
    for command in commands(CONTENT):
        assert decode_command(encode(command)) == command


def test_the_same_content_gives_the_same_refs_and_no_ref_twice() -> None:
    first, second = commands(CONTENT), commands(read_content())
    assert first == second
    assert len({command.ref for command in first}) == len(first)


def test_changed_content_is_a_new_request() -> None:
    queue = CONTENT.queues[0]
    changed = msgspec.structs.replace(
        CONTENT, queues=(msgspec.structs.replace(queue, service_level_ms=1234),)
    )
    refs = {command.ref for command in commands(CONTENT)}
    asked = [c for c in commands(changed) if isinstance(c, ConfigureQueue)]
    assert asked[0].ref not in refs


def test_queues_come_before_the_policy_that_names_them() -> None:
    kinds = [type(command) for command in commands(CONTENT)]
    policy = kinds.index(ConfigurePolicy)
    assert ConfigureQueue not in kinds[policy:]


def test_every_name_leads_somewhere() -> None:
    queues = {queue.queue for queue in CONTENT.queues}
    agents = {person.agent for person in CONTENT.staff}
    subjects = {rule.subject for rule in CONTENT.policy.subjects}
    articles = {article.article for article in CONTENT.articles}
    questions = {question.key for question in CONTENT.bot.questions}
    assert {rule.queue for rule in CONTENT.policy.subjects} <= queues
    assert CONTENT.policy.default_queue in queues
    assert {ring.queue for queue in CONTENT.queues for ring in queue.rings} <= queues
    assert {named for client in CONTENT.clients for named in client.named_agents} <= agents
    for choice in (choice for question in CONTENT.bot.questions for choice in question.choices):
        assert (choice.subject in subjects) != (choice.next_question in questions)
        assert set(choice.articles) <= articles


def test_every_queue_has_somebody_who_can_take_its_cases() -> None:
    for queue in CONTENT.queues:
        able = [
            person
            for person in CONTENT.staff
            if person.role is Role.AGENT
            and all(
                any(s.skill == need.skill and s.level >= need.level for s in person.skills)
                for need in queue.required
            )
        ]
        assert able, queue.queue


def test_the_floor_is_the_one_that_the_readme_promises() -> None:
    roles = [person.role for person in CONTENT.staff]
    assert roles.count(Role.AGENT) == 6
    assert roles.count(Role.SUPERVISOR) == 1
    assert roles.count(Role.ADMINISTRATOR) == 1
    assert len(CONTENT.clients) >= 8
    assert len({person.login for person in CONTENT.staff}) == len(CONTENT.staff)
