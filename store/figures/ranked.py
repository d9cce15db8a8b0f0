"""Numbers in order that know their place: a sorted list in short pieces."""

from bisect import bisect_left, insort
from collections.abc import Iterable

# A piece is split when it is this long: moving a few thousand bytes is as good as free.
_LONGEST = 512

Place = tuple[int, int]


class Ranked:
    """Distinct pairs in order. Adding, removing and asking for a place cost about the same."""

    def __init__(self, pairs: Iterable[Place] = ()) -> None:
        in_order = sorted(pairs)
        half = _LONGEST // 2
        self._pieces = [in_order[at : at + half] for at in range(0, len(in_order), half)]
        # The last of each piece, to find the right one.
        self._lasts = [piece[-1] for piece in self._pieces]
        self._count = len(in_order)

    def __len__(self) -> int:
        return self._count

    @property
    def first(self) -> Place | None:
        """The lowest."""
        return self._pieces[0][0] if self._pieces else None

    def add(self, pair: Place) -> None:
        """Put in a pair that is not there."""
        self._count += 1
        if not self._pieces:
            self._pieces, self._lasts = [[pair]], [pair]
            return
        at = min(bisect_left(self._lasts, pair), len(self._pieces) - 1)
        piece = self._pieces[at]
        insort(piece, pair)
        self._lasts[at] = piece[-1]
        if len(piece) > _LONGEST:
            self._split(at)

    def remove(self, pair: Place) -> None:
        """Take out a pair that is there."""
        at = bisect_left(self._lasts, pair)
        piece = self._pieces[at]
        place = bisect_left(piece, pair)
        assert piece[place] == pair
        del piece[place]
        self._count -= 1
        if piece:
            self._lasts[at] = piece[-1]
        else:
            del self._pieces[at], self._lasts[at]

    def before(self, pair: Place) -> int:
        """Return how many are lower."""
        at = bisect_left(self._lasts, pair)
        if at == len(self._pieces):
            return self._count
        return sum(map(len, self._pieces[:at])) + bisect_left(self._pieces[at], pair)

    def _split(self, at: int) -> None:
        piece = self._pieces[at]
        half = len(piece) // 2
        self._pieces[at : at + 1] = [piece[:half], piece[half:]]
        self._lasts.insert(at, piece[half - 1])
