"""The one guarded way out: HTTP to other systems, refusing addresses inside our own network."""

from troth.net.errors import Blocked, NetError, Redirected, TimedOut, TooLarge, Unreachable

__all__ = ["Blocked", "NetError", "Redirected", "TimedOut", "TooLarge", "Unreachable"]
