"""The lease on each database: one holder at a time, an epoch that only grows."""

import asyncio

from tests.contracts.harness import Places, Site


def test_a_lease_is_anothers_only_when_it_has_expired(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.lease.acquire("a", 0, 1000) == 1
        assert await site.lease.acquire("b", 999, 1000) is None
        assert await site.lease.acquire("b", 1000, 1000) == 2
        assert not await site.lease.renew(1, 1001, 1000)
        assert await site.lease.acquire("a", 1500, 1000) is None

    places.run(test)


def test_a_renewed_lease_lasts_from_the_renewal(places: Places) -> None:
    async def test(site: Site) -> None:
        epoch = await site.lease.acquire("a", 0, 1000)
        assert epoch is not None
        assert await site.lease.renew(epoch, 900, 1000)
        assert await site.lease.acquire("b", 1899, 1000) is None
        assert await site.lease.acquire("b", 1900, 1000) == 2

    places.run(test)


def test_a_released_lease_is_free_at_once_and_cannot_be_renewed(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.lease.acquire("a", 0, 1000) == 1
        await site.lease.release(1)
        assert not await site.lease.renew(1, 1, 1000)
        assert await site.lease.acquire("b", 1, 1000) == 2
        await site.lease.release(1)
        assert await site.lease.acquire("a", 2, 1000) is None

    places.run(test)


def test_a_holder_that_starts_again_has_a_new_epoch(places: Places) -> None:
    async def test(site: Site) -> None:
        assert await site.lease.acquire("a", 0, 1000) == 1
        assert await site.lease.acquire("a", 1, 1000) == 2
        assert not await site.lease.renew(1, 2, 1000)

    places.run(test)


def test_of_many_who_want_a_lease_one_gets_it(places: Places) -> None:
    async def test(site: Site) -> None:
        async with asyncio.TaskGroup() as tasks:
            asked = [
                tasks.create_task(site.lease.acquire(f"holder_{n}", 0, 1000)) for n in range(6)
            ]
        assert [task.result() for task in asked].count(1) == 1
        assert [task.result() for task in asked].count(None) == 5

    places.run(test)
