"""Who writes a site: waits for the lease, and keeps it."""

import asyncio
import logging
from typing import Protocol

from msgspec import Struct

from router.errors import LeaseLost
from store.clock import Clock

_log = logging.getLogger(__name__)


class Lease(Protocol):
    """The right to write one site's log, under an epoch that only grows."""

    async def acquire(self, holder: str, now_ms: int, ttl_ms: int) -> int | None:
        """Take the lease; return its new epoch, or None while somebody else holds it."""
        ...

    async def renew(self, epoch: int, now_ms: int, ttl_ms: int) -> bool:
        """Keep the lease for another `ttl_ms`; False when it is no longer ours."""
        ...

    async def release(self, epoch: int) -> None:
        """Give the lease up."""
        ...


class Tenure(Struct, frozen=True, kw_only=True):
    """How long a lease lasts. A standby takes over at most ttl + retry after a writer's death."""

    ttl_ms: int = 2_000
    renew_ms: int = 500
    retry_ms: int = 250


async def win(lease: Lease, clock: Clock, holder: str, tenure: Tenure) -> int:
    """Wait until the lease is ours and return its epoch. A standby spends its life here."""
    is_told = False
    while True:
        epoch = await lease.acquire(holder, clock.now_ms(), tenure.ttl_ms)
        if epoch is not None:
            _log.info("lease won holder=%s epoch=%d", holder, epoch)
            return epoch
        if not is_told:
            _log.info("standing by holder=%s", holder)
            is_told = True
        await asyncio.sleep(tenure.retry_ms / 1000)


async def keep(lease: Lease, clock: Clock, epoch: int, tenure: Tenure) -> None:
    """Renew the lease until cancelled. Raises LeaseLost when another epoch has begun."""
    while True:
        await asyncio.sleep(tenure.renew_ms / 1000)
        if not await lease.renew(epoch, clock.now_ms(), tenure.ttl_ms):
            raise LeaseLost(f"epoch {epoch} is over")
