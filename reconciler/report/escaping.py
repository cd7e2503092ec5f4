"""Escapes, one for each sink: names come from devices that anyone can rename (V2)."""

import html
import re
from collections.abc import Callable
from itertools import groupby

_NEWLINE = "\u2424"

_COMMAND = re.compile(r"::(?=[a-z])(?![0-9a-f:]+(?![\w-]))|##(?=\[|vso\[)", re.IGNORECASE)
"""What may begin a command to a pipeline that reads what is printed.

GitHub takes `::name` where a line begins, after spaces too, and `##[name` wherever it stands (actions/runner
ActionCommand.cs), Azure `##vso[`. Where a line begins is not known before it is folded. `fe80::abcd` is an address.
"""

_PLAIN_WORD = re.compile(
    r"""[(\u201c"]* [^\W_]+ (?: [.,'\u2019/+-] [^\W_]+ )* [)\u201d"]* [,;:?]? [.]?
    | \d\d?(?::\d\d){1,2} | [\u2192\u00b7\u2026\U0001f6d1]""",
    re.VERBOSE,
)
_READ_AS_MORE = re.compile(
    r"""www\. | ^\d+[.)]$ | \b[0-9a-f]{7,40}\b | [a-z]-\d""",
    re.VERBOSE | re.IGNORECASE,
)
"""Plain words that are more on GitHub: an address, a list's number, a commit, a reference such as `GH-1`."""

_NOTHING = "(empty)"
"""Stands for a text without any: an empty entry of a list would make a heading of the line above."""

LONGEST = 300
"""Characters of one text that a comment shows."""

_WITHIN_MARKS = re.compile(r"""([(\u201c"]*)(.*?)([)\u201d",;:.]*)""", re.DOTALL)


def terminal(text: str) -> str:
    r"""Return the text as one line that a terminal shows and never obeys.

    A newline becomes `␤`; every other character that prints nothing (control characters, escapes, direction marks,
    zero-width and unassigned ones, odd spaces, lone surrogates) becomes its code: `\x1b`, `\u202e`, `\U000e0001`. So
    does the first character of what a pipeline would take for a command.
    """
    if "::" in text or "##" in text:
        text = _COMMAND.sub(lambda found: f"{_code(found[0][0])}{found[0][1]}", text)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _code(character) for character in text)


def markdown_code(text: str, longest: int = LONGEST) -> str:
    """Return the text as a code span: in it nothing is a mention, reference, link, emphasis, formula or HTML.

    Control and direction characters are shown as `terminal` shows them; a text without any is `(empty)`.
    """
    shown = _clipped(terminal(text), longest)
    if not shown:
        return _NOTHING
    if shown != shown.strip():
        shown = f"“{shown}”"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def markdown_prose(text: str, longest: int = LONGEST) -> str:
    """Return a sentence for the middle of a line of Markdown: words that are only words stay, others become code."""
    return _prose(text, longest, markdown_code)


def markdown_summary(text: str, longest: int = LONGEST) -> str:
    """Return a sentence as `markdown_prose` does, for HTML within Markdown, where code spans mean nothing."""
    return _prose(text, longest, lambda words: f"<code>{html.escape(words)}</code>")


def _prose(text: str, longest: int, code: Callable[[str], str]) -> str:
    words = _clipped(terminal(text), longest).split()
    if not words:
        return _NOTHING
    runs = ((plain, " ".join(run)) for plain, run in groupby(words, key=_is_plain))
    return " ".join(run if plain else _within_marks(run, code) for plain, run in runs)


def _within_marks(words: str, code: Callable[[str], str]) -> str:
    """Return words as code, the brackets and marks around them left outside."""
    found = _WITHIN_MARKS.fullmatch(words)
    if not found or not found[2]:
        return code(words)
    return f"{found[1]}{code(found[2])}{found[3]}"


def _is_plain(word: str) -> bool:
    return bool(_PLAIN_WORD.fullmatch(word)) and not _READ_AS_MORE.search(word)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _code(character: str) -> str:
    if character == "\n":
        return _NEWLINE
    number = ord(character)
    if number <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - what four of them hold
