"""Threads that a read that fails, or is interrupted, does not wait for: they end by themselves at their next step."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def threads(number: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Give so many threads; what has not begun by the end never does."""
    executor = ThreadPoolExecutor(number, name)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
