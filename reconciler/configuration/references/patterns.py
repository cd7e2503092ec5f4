"""Checks of RE2 patterns, and of the text that takes a match's place (T3, F2)."""

import re
from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem

_GROUP = re.compile(r"\\(\\|[0-9])?")


def bad_pattern(document: Document, path: Path, pattern: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless RE2 takes the pattern."""
    reason = _compiled(pattern)
    if isinstance(reason, str):
        hint = "RE2 knows no look-around and no back-references: they can take for ever."
        message = f"RE2 does not take this pattern: {reason}"
        yield document.problem(path, message, hint=hint, rule="T3")


def bad_replacement(document: Document, path: Path, pattern: str, replacement: str) -> Iterator[SettingsProblem]:
    """Yield a problem when a replacement names a group that the pattern lacks, or has a lone backslash."""
    groups = _compiled(pattern)
    for match in _GROUP.finditer(replacement):
        named = match[1]
        if named is None:
            hint = r"Write `\\` for a backslash."
            yield document.problem(path, "a backslash that names no group", hint=hint, rule="F2")
        elif named != "\\" and isinstance(groups, int) and int(named) > groups:
            message = f"`\\{named}` names a group that the pattern does not have"
            yield document.problem(path, message, expected=f"at most {groups} groups", rule="F2")


def _compiled(pattern: str) -> int | str:
    """Return how many groups a pattern has, or why RE2 refuses it."""
    # RE2 is loaded only for settings with a pattern.
    from reconciler.planning.rules.patterns import PatternError, compiled  # noqa: PLC0415

    try:
        return int(compiled(pattern).groups)
    except PatternError as error:
        return str(error)
