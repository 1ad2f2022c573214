"""The verifier's own reading of RFC 9162 section 2.1.1: a tree hash computed leaf by leaf."""

from hashlib import sha256


def leaf(data: bytes) -> bytes:
    """Hash of one leaf."""
    return sha256(b"\0" + data).digest()


class Tree:
    """A tree hash over leaves given in order. Holds one hash for each 1-bit of the count."""

    def __init__(self) -> None:
        self.count = 0
        self._stack: list[tuple[int, bytes]] = []  # (leaves under it, hash), larger ones first

    def add(self, hashed: bytes) -> None:
        """Add the hash of the next leaf."""
        weight = 1
        while self._stack and self._stack[-1][0] == weight:
            hashed = sha256(b"\1" + self._stack.pop()[1] + hashed).digest()
            weight *= 2
        self._stack.append((weight, hashed))
        self.count += 1

    def root(self) -> bytes:
        """Tree hash over the leaves so far."""
        if not self._stack:
            return sha256().digest()
        *rest, (_, top) = self._stack
        for _, left in reversed(rest):
            top = sha256(b"\1" + left + top).digest()
        return top
