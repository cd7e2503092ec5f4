"""Where a store is: each test that asks for a `place` runs on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from storing import Where


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Return a place for a store, where there is none yet."""
    if request.param == "sqlite":
        return tmp_path / "store.db"
    database: Where = request.getfixturevalue("database")
    return database
