"""The faults that are still to strike: how many requests each lets pass, and how many it strikes."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Countable(Protocol):
    """A fault that lets `after` requests pass and strikes `times`, None until it is cleared."""

    @property
    def times(self) -> int | None:
        """How many requests it strikes."""

    @property
    def after(self) -> int:
        """How many requests pass first."""


FaultT = TypeVar("FaultT", bound=Countable)


class _Pending(Generic[FaultT]):
    """A fault with what is left of it."""

    def __init__(self, fault: FaultT) -> None:
        self.fault = fault
        self.passes = fault.after
        self.strikes = fault.times

    def take(self) -> bool:
        """Let one request pass, or strike it."""
        if self.passes:
            self.passes -= 1
            return False
        if self.strikes is not None:
            self.strikes -= 1
        return True


class PendingFaults(Generic[FaultT]):
    """The faults in the order in which they were injected. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: list[_Pending[FaultT]] = []

    def inject(self, fault: FaultT) -> None:
        """Add a fault."""
        with self._lock:
            self._pending.append(_Pending(fault))

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._pending.clear()

    def first(self, aimed: Callable[[FaultT], bool]) -> FaultT | None:
        """Use up one strike of the first fault that is aimed at a request, or return None when none strikes."""
        with self._lock:
            for pending in self._aimed(aimed):
                if pending.take():
                    return pending.fault
        return None

    def every(self, aimed: Callable[[FaultT], bool]) -> tuple[FaultT, ...]:
        """Use up one strike of every fault that is aimed at a request."""
        with self._lock:
            return tuple(pending.fault for pending in self._aimed(aimed) if pending.take())

    def _aimed(self, aimed: Callable[[FaultT], bool]) -> list[_Pending[FaultT]]:
        self._pending = [pending for pending in self._pending if pending.strikes != 0]
        return [pending for pending in self._pending if aimed(pending.fault)]
