"""`make test` runs something of every folder, so that nothing can be broken without its noticing."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def test_every_folder_has_a_test_that_is_neither_thorough_nor_for_a_browser(request: pytest.FixtureRequest) -> None:
    """It looks at what this very run collected, so it says something only when that is everything."""
    files = {path.parent for path in TESTS.rglob("test_*.py") if "support" not in path.parts}
    run = {item.path.parent for item in request.session.items if not _left_out(item)}
    if len(run) < len(files) // 2:
        pytest.skip("only a part of the tests was asked for")
    assert sorted(str(folder.relative_to(TESTS)) for folder in files - run) == []


def _left_out(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("thorough", "browser"))
