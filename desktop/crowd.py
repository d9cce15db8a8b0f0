"""How many sockets each address has open, so that one cannot take them all."""

from collections import Counter


class Crowd:
    """Counts sockets by address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sockets: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count a socket, or return False when the address has too many."""
        if self._sockets[address] >= self._most:
            return False
        self._sockets[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count a socket less."""
        self._sockets[address] -= 1
        if self._sockets[address] <= 0:
            del self._sockets[address]
