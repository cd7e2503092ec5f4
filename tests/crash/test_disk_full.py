"""A disk that is full (A3): nothing is kept, the words say why, and with room the next run works."""

import resource
from functools import partial
from pathlib import Path

import pytest
from crashing import DAY_AFTER, IMPORT, KILLS, REFUSED, Ended, apply_now, in_child, rows
from sqlalchemy import Engine, event
from storing import empty_store

from reconciler.errors import StoreError

PAGE = 4096


def imported(path: Path) -> Path:
    apply_now(empty_store(path), IMPORT)
    return path


def limited(path: Path, size: int) -> None:
    """Apply a plan in a process whose files may not grow over a size."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    apply_now(path, DAY_AFTER)


def test_files_that_cannot_grow_keep_nothing(tmp_path: Path) -> None:
    """The store's file or its journal meets the end of the disk, at one point or another."""
    path = imported(tmp_path / "store.db")
    before, content = rows(path), path.read_bytes()
    sizes = [len(content) * number // KILLS // PAGE * PAGE + PAGE for number in range(KILLS)]
    for size in sizes:
        assert in_child(partial(limited, path, size)) == Ended(0, REFUSED)
        assert rows(path) == before
    apply_now(path, DAY_AFTER)


@pytest.mark.quick
def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    """SQLite's own word for it is not shown."""
    path = imported(tmp_path / "store.db")
    before = rows(path)

    def fill(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {path.stat().st_size // PAGE + 1}")

    event.listen(Engine, "connect", fill)
    try:
        with pytest.raises(StoreError) as caught:
            apply_now(path, DAY_AFTER)
    finally:
        event.remove(Engine, "connect", fill)
    assert str(caught.value) == f"The store {path} cannot be written: the disk is full. Make room and try again."
    assert rows(path) == before
    apply_now(path, DAY_AFTER)
