"""The right to write a site's log: one holder at a time, each new one under a higher epoch."""

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from store import tables as t
from store.database import Database


class Lease:
    """The lease of one site."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    async def acquire(self, holder: str, now_ms: int, ttl_ms: int) -> int | None:
        """Take the lease until now_ms + ttl_ms; return its epoch, or None while another has it."""
        columns = t.leases.c
        query = select(columns.epoch, columns.expires_ms, columns.holder).where(
            columns.site == self._site
        )
        try:
            async with self._database.writing() as connection:
                row = (await connection.execute(query)).first()
                if row is None:
                    await connection.execute(
                        insert(t.leases).values(
                            site=self._site, holder=holder, epoch=1, expires_ms=now_ms + ttl_ms
                        )
                    )
                    return 1
                taken = await connection.execute(
                    update(t.leases)
                    .where(
                        columns.site == self._site,
                        columns.epoch == row.epoch,
                        or_(columns.expires_ms <= now_ms, columns.holder == holder),
                    )
                    .values(epoch=row.epoch + 1, holder=holder, expires_ms=now_ms + ttl_ms)
                )
                return int(row.epoch) + 1 if taken.rowcount == 1 else None
        except IntegrityError:
            # Another took the very first lease at the same moment.
            return None

    async def renew(self, epoch: int, now_ms: int, ttl_ms: int) -> bool:
        """Keep the lease until now_ms + ttl_ms; False when it is no longer ours."""
        return await self._change(epoch, now_ms + ttl_ms)

    async def release(self, epoch: int) -> None:
        """Let another take the lease at once."""
        await self._change(epoch, 0)

    async def _change(self, epoch: int, expires_ms: int) -> bool:
        columns = t.leases.c
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(t.leases)
                .where(columns.site == self._site, columns.epoch == epoch)
                .values(expires_ms=expires_ms)
            )
            return changed.rowcount == 1
