"""Folding texts into lines, counted in the cells that they take on a terminal."""

import pytest
from rich.text import Text

from reconciler.report.text.lines import folded, parts, styled


def lines(text: Text, width: int, first: str = "", rest: int | None = None) -> list[str]:
    """Return a text's lines, plain."""
    return [line.plain for line in folded(text, width, first=first, rest=rest)]


@pytest.mark.parametrize("width", range(40, 60))
def test_separator(width: int) -> None:
    """No line begins with a separator, and no short part is torn."""
    words = ["storageGb 128", "ownership Company", "custom.label one two", "x", "status In Use"]
    shown = lines(parts(words), width)

    assert [line for line in shown if line.startswith("·")] == []
    assert [part for line in shown for part in line.rstrip(" ·").split(" · ")] == words


def test_indent() -> None:
    """Lines after the first are indented as far as what stands before it."""
    assert lines(styled("aaaa " * 9), 40, "  ! ") == ["  ! " + "aaaa " * 6 + "aaaa", "    aaaa aaaa"]


def test_wide_characters() -> None:
    """A character that takes two cells counts as two, and a word longer than a line is cut."""
    assert lines(styled("電" * 45), 40) == ["電" * 20, "電" * 20, "電" * 5]


def test_wide_beginning() -> None:
    """What stands before a text stands above it when it leaves no room."""
    assert lines(styled("text"), 40, "x" * 30) == ["x" * 30, " " * 8 + "text"]


def test_nothing() -> None:
    """An empty text leaves what stands before it."""
    assert lines(styled(""), 40, "  + AST-1  ") == ["  + AST-1"]


def test_a_part_that_no_line_holds() -> None:
    """It is broken at its spaces, not within a word."""
    shown = lines(parts(["40 users created", "77 catalogue entries made"], ", "), 30, "first   ")
    assert shown == ["first   40 users created, 77", "        catalogue entries made"]


def test_a_number_and_what_it_counts() -> None:
    """In a part that is long they stay on one line too."""
    words = ["34 to update (4 moved, 4 rebound, 6 deletedInIntune, 15 updated, 8 software only)"]
    assert [line for width in range(40, 70) for line in lines(parts(words), width) if line[-1:].isdigit()] == []
