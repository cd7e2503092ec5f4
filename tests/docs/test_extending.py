"""The page about extending names files and folders that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")


def test_each_file_on_the_page_is_there() -> None:
    """What stands for a name to be chosen is in capitals."""
    named = set(re.findall(r"`((?:reconciler|tests|docs)/[^`]*)`", PAGE))

    assert len(named) > 15
    assert sorted(each for each in named if "PRODUCT" not in each and not (ROOT / each).exists()) == []
