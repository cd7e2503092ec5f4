"""Words that nobody who grew up with English would write stand in no text, docstring or comment of the program."""

import ast
import io
import re
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "reconciler"
NOT = re.compile(
    r"\b(?:[Ss]ay whether|[Tt]ell whether|[Tt]old|[Tt]elling|"
    r"[Ss]uch(?! as\b)|is so(?! \w+ that)|that there (?:is|are))\b"
)
KEPT = ("detectedApp has no such property", "the store has no such type")
"""Graph's own words, which the simulator speaks, and a reason in plans that stay as they are, byte by byte."""
MOODS = {"care", "doubts", "ending", "failing", "flaws", "mending", "odd_values", "shelf", "singles", "sound", "talk"}
MOODS |= {"tally", "trial", "vouching"}


def texts(source: str) -> list[str]:
    """Return every text of a module: strings, docstrings and comments, each on one line."""
    strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    comments = [
        each.string for each in tokenize.generate_tokens(io.StringIO(source).readline) if each.type == tokenize.COMMENT
    ]
    return [" ".join(text.split()) for text in [*strings, *comments] if isinstance(text, str)]


def test_no_text_has_a_word_that_the_wording_table_replaces() -> None:
    """It is “Return whether”, not “Say whether”; “reported”, not “told”; no “such”, “is so”, “that there are”."""
    found = {
        f"{path.relative_to(PACKAGE)}: …{text[max(0, match.start() - 30) : match.end() + 20]}…"
        for path in PACKAGE.rglob("*.py")
        for text in texts(path.read_text("utf-8"))
        for match in NOT.finditer(text)
        if not any(kept in text for kept in KEPT)
    }
    assert sorted(found) == []


def test_a_module_is_named_for_the_thing_in_it() -> None:
    assert sorted(str(path) for path in PACKAGE.rglob("*.py") if path.stem in MOODS) == []
