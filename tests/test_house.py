"""How the house is built, where no other tool looks: how many modules stand in a folder."""

from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "reconciler"
MOST = 16


def test_no_folder_has_more_modules_than_a_person_overlooks() -> None:
    """One that grows over it gets rooms with a meaning of their own."""
    modules = Counter(path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    assert {str(folder): number for folder, number in modules.items() if number > MOST} == {}
