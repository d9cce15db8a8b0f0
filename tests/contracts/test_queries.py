"""Lists of cases on each database: filters that add up, pages that miss nothing."""

import pytest

from store.errors import BadCursor
from store.schema.ids import CaseId, ClientId
from store.schema.terms import CaseStatus
from tests.contracts.harness import ANN, CASE, CLIENT, Places, Site, assigned, closed, opened, said


def test_a_case_is_as_its_last_event_left_it(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1), assigned(2, ANN))
        row = await site.queries.case(CASE)
        assert row == site.rows.cases[CASE]
        assert row is not None
        assert row.holder == ANN
        assert await site.queries.case(CaseId("case_2")) is None

    places.run(test)


def test_open_cases_are_all_but_the_closed(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(opened(1, CaseId("case_2")), opened(2), closed(3, CaseId("case_2")))
        assert await site.queries.open_cases() == [site.rows.cases[CASE]]

    places.run(test)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("elodie", ["case_1"]),
        ("NOEL sinistre", ["case_1"]),
        ("case_2", ["case_2"]),
        ("resilier", ["case_2"]),
        ("elodie resilier", []),
        ("%", []),
        ("_", ["case_2", "case_1"]),
        ("  ", ["case_2", "case_1"]),
    ],
)
def test_cases_are_found_without_regard_to_accents_and_case(
    places: Places, text: str, found: list[str]
) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        other = CaseId("case_2")
        await site.append(opened(1), opened(2, other, name="Bob", subject="contrat"))
        await site.append(said(3, "message_1", other, text="Je veux RÉSILIER"))
        page = await site.queries.search(text=text)
        assert [row.case for row in page.cases] == found

    places.run(test)


def test_filters_add_up(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        second, third = CaseId("case_2"), CaseId("case_3")
        stranger = ClientId("client_2")
        await site.append(opened(1), opened(2, second), opened(3, third, client=stranger))
        await site.append(assigned(4, ANN), closed(5, second))
        search = site.queries.search
        assert [row.case for row in (await search(holder=ANN)).cases] == [CASE]
        assert [row.case for row in (await search(client=CLIENT)).cases] == [second, CASE]
        closed_ones = await search(client=CLIENT, status=CaseStatus.CLOSED)
        assert [row.case for row in closed_ones.cases] == [second]
        assert (await search(client=stranger, holder=ANN)).cases == ()
        assert await site.queries.cases_of_client(CLIENT, 1) == (site.rows.cases[second],)

    places.run(test)


def test_pages_of_cases_miss_none_while_cases_change(places: Places) -> None:
    async def test(site: Site) -> None:
        await site.begin()
        await site.append(*(opened(n, CaseId(f"case_{n}")) for n in range(1, 6)))
        first = await site.queries.search(limit=2)
        assert [row.case for row in first.cases] == ["case_5", "case_4"]
        # The first of the list changes; what is still to come does not move.
        await site.append(said(6, "message_1", CaseId("case_5")))
        second = await site.queries.search(limit=2, cursor=first.cursor)
        assert [row.case for row in second.cases] == ["case_3", "case_2"]
        third = await site.queries.search(limit=2, cursor=second.cursor)
        assert [row.case for row in third.cases] == ["case_1"]
        assert third.cursor is None

    places.run(test)


@pytest.mark.parametrize("cursor", ["", "x", "é", "WzFd", "eyJhIjoxfQ"])
def test_a_cursor_that_no_page_gave_is_refused(places: Places, cursor: str) -> None:
    async def test(site: Site) -> None:
        with pytest.raises(BadCursor):
            await site.queries.search(cursor=cursor)

    places.run(test)
