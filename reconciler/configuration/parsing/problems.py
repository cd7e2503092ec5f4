"""Problems of settings, and how they are shown: as text, as workflow annotations, as JSON (K3)."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether the settings can be used nevertheless."""

    ERROR = "error"
    WARNING = "warning"


class Format(StrEnum):
    """How problems are shown."""

    TEXT = "text"
    GITHUB = "github"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """One thing that is wrong with the settings, and where.

    `line` and `column` count from 1, `length` is what the caret underlines. `pointer` is a JSON Pointer into the
    file. `source_line` has its secrets masked. `expected` and `hint` are empty when there is nothing to say. `rule` is
    the rule's name, and `docs` where the docs tell of the settings and the rules.
    """

    severity: Severity
    file: str
    line: int
    column: int
    pointer: str
    message: str
    expected: str = ""
    hint: str = ""
    rule: str = ""
    source_line: str = ""
    length: int = 1
    docs: str = ""


PAGE = "docs/configuration.md"


def page(file: str) -> str:
    """Return the part of the docs about a settings file, by the file's path."""
    name = file.rpartition("/")[2]
    return f"{PAGE}#{name.replace('.', '')}" if name.endswith(".yaml") else PAGE


def pointer(path: Sequence[str | int]) -> str:
    """Return a path as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def by_place(problems: Iterable[SettingsProblem]) -> tuple[SettingsProblem, ...]:
    """Return the problems sorted by file, line and column, each once."""
    return tuple(sorted(set(problems), key=_place))


def _place(problem: SettingsProblem) -> tuple[str, int, int, str, str]:
    return problem.file, problem.line, problem.column, problem.pointer, problem.message


def errors(problems: Iterable[SettingsProblem]) -> tuple[SettingsProblem, ...]:
    """Return the problems that are errors."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def strictly(problems: Iterable[SettingsProblem]) -> tuple[SettingsProblem, ...]:
    """Return the problems with every warning made an error (`validate --strict`)."""
    return tuple(_as_error(problem) for problem in problems)


def _as_error(problem: SettingsProblem) -> SettingsProblem:
    return SettingsProblem(**(asdict(problem) | {"severity": Severity.ERROR}))


def rendered(problems: Sequence[SettingsProblem], form: Format) -> str:
    """Return the problems in a format, ending in a newline; the empty text for none, but `[]` as JSON."""
    match form:
        case Format.TEXT:
            return "".join(f"{text(problem)}\n" for problem in problems)
        case Format.GITHUB:
            return "".join(f"{annotation(problem)}\n" for problem in problems)
        case Format.JSON:
            return json.dumps([asdict(problem) for problem in problems], indent=2) + "\n"


def text(problem: SettingsProblem) -> str:
    """Return one problem for a person: its place, what is wrong, the line with a caret, what to do."""
    where = f"{problem.file}:{problem.line}:{problem.column}"
    at = f" at {problem.pointer}" if problem.pointer else ""
    rule = f" ({problem.rule})" if problem.rule else ""
    lines = [_visible(f"{where}: {problem.severity}{at}: {problem.message}{rule}")]
    lines += _excerpt(problem)
    lines += [f"  expected: {_visible(problem.expected)}"] if problem.expected else []
    lines += [f"  {_visible(problem.hint)}"] if problem.hint else []
    lines += [f"  see {problem.docs}"] if problem.docs else []
    return "\n".join(lines)


_WIDEST = 100
_COMMAND = re.compile(r"##(?=\[|vso\[)")


def _excerpt(problem: SettingsProblem) -> list[str]:
    if not problem.source_line.strip():
        return []
    start = max(0, problem.column - _WIDEST // 2) if problem.column > _WIDEST - 20 else 0
    shown = _visible(problem.source_line[start : start + _WIDEST])
    number = f"{problem.line:>4} | "
    column = problem.column - start
    caret = "^" * max(1, min(problem.length, len(shown) - column + 1))
    return [f"{number}{shown}", " " * (len(number) + column - 1) + caret]


def _visible(line: str) -> str:
    """Return text in which no character controls a terminal, or begins a command to GitHub's or Azure's pipelines.

    Each stays one character wide (V2).
    """
    return _COMMAND.sub("#\N{REPLACEMENT CHARACTER}", "".join(map(_visible_character, line)))


def _visible_character(character: str) -> str:
    if character == "\t":
        return "\N{RIGHTWARDS ARROW}"
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def annotation(problem: SettingsProblem) -> str:
    """Return one problem as a workflow command that GitHub shows beside the line."""
    properties = {
        "file": problem.file,
        "line": str(problem.line),
        "col": str(problem.column),
        "endColumn": str(problem.column + problem.length),
        "title": problem.pointer or problem.rule or "settings",
    }
    rule = f" ({problem.rule})" if problem.rule else ""
    parts = [problem.message + rule, problem.expected and f"expected: {problem.expected}", problem.hint]
    parts += [problem.docs and f"see {problem.docs}"]
    message = "\n".join(part for part in parts if part)
    shown = ",".join(f"{key}={_escaped_property(value)}" for key, value in properties.items())
    return f"::{problem.severity} {shown}::{_escaped(message)}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
