"""Who may write a site's log: one row, changed only by conditional updates."""

from sqlalchemy import update

from store.database import Database
from store.tables import leases


class Lease:
    """The right to write one site's log, for a time, under an epoch that only grows."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    async def acquire(self, holder: str, now_ms: int, ttl_ms: int) -> int | None:
        """Take the lease; return its new epoch, or None while somebody else holds it.

        holder: a name that no other running process has. Its own lease it may take again at once,
        under a new epoch: a process that was restarted never shares an epoch with its former self.
        """
        statement = self._database.insert(leases).values(
            site=self._site, holder=holder, epoch=1, expires_ms=now_ms + ttl_ms
        )
        taking = statement.on_conflict_do_update(
            index_elements=[leases.c.site],
            set_={
                "holder": statement.excluded.holder,
                "epoch": leases.c.epoch + 1,
                "expires_ms": statement.excluded.expires_ms,
            },
            where=(leases.c.expires_ms <= now_ms) | (leases.c.holder == holder),
        ).returning(leases.c.epoch)
        return await self._database.write(lambda c: c.execute(taking).scalar_one_or_none())

    async def renew(self, epoch: int, now_ms: int, ttl_ms: int) -> bool:
        """Keep the lease for another `ttl_ms`; False when it is no longer ours."""
        keeping = (
            update(leases)
            .where(leases.c.site == self._site, leases.c.epoch == epoch, leases.c.holder != "")
            .values(expires_ms=now_ms + ttl_ms)
        )
        return await self._database.write(lambda c: c.execute(keeping).rowcount == 1)

    async def release(self, epoch: int) -> None:
        """Give the lease up, so that the next holder need not wait."""
        # The row stays: the epoch must never begin again.
        leaving = (
            update(leases)
            .where(leases.c.site == self._site, leases.c.epoch == epoch)
            .values(holder="", expires_ms=0)
        )
        await self._database.write(lambda c: c.execute(leaving))
