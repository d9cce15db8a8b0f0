"""An ordered set with cheap changes: a binary heap whose dead entries are dropped late."""

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

# Dead entries tolerated beside the live ones; below this a rebuild costs more than it frees.
SLACK = 64

Item = TypeVar("Item", bound=str)
Rank = TypeVar("Rank", int, tuple[int, ...])


class Ranking(Generic[Item, Rank]):
    """Items by rank, lowest first; equal ranks by item, so that the order is always total."""

    __slots__ = ("_heap", "_ranks")

    def __init__(self) -> None:
        self._ranks: dict[Item, Rank] = {}
        self._heap: list[tuple[Rank, Item]] = []

    def __len__(self) -> int:
        return len(self._ranks)

    def put(self, item: Item, rank: Rank) -> None:
        """Add the item or change its rank. O(log n), amortised."""
        if self._ranks.get(item) == rank:
            return
        self._ranks[item] = rank
        heapq.heappush(self._heap, (rank, item))
        if len(self._heap) > 2 * len(self._ranks) + SLACK:
            self._heap = [(live, name) for name, live in self._ranks.items()]
            heapq.heapify(self._heap)

    def discard(self, item: Item) -> None:
        """Take the item out if it is in. O(1)."""
        self._ranks.pop(item, None)

    def count_below(self, rank: Rank) -> int:
        """Return how many items have a lower rank. O(n)."""
        return sum(each < rank for each in self._ranks.values())

    def first(self) -> tuple[Rank, Item] | None:
        """Return the lowest entry without taking it out, or None when there is none."""
        heap = self._heap
        while heap:
            rank, item = heap[0]
            if self._ranks.get(item) == rank:
                return heap[0]
            heapq.heappop(heap)
        return None

    def ascending(self, below: Rank | None = None) -> Iterator[tuple[Rank, Item]]:
        """Yield entries from the lowest; the first k cost O(k log k). Change nothing meanwhile.

        below: end before this rank, without a look at dead entries beyond it.
        """
        if self.first() is None:
            return
        heap = self._heap
        # The heap is walked like a tree: a child is looked at only after its parent was passed.
        edge = [(heap[0], 0)]
        former = None
        while edge:
            entry, place = heapq.heappop(edge)
            if below is not None and entry[0] >= below:
                return
            # An item that left and came back with its old rank has two equal entries.
            if entry != former and self._ranks.get(entry[1]) == entry[0]:
                former = entry
                yield entry
            for child in (2 * place + 1, 2 * place + 2):
                if child < len(heap):
                    heapq.heappush(edge, (heap[child], child))
