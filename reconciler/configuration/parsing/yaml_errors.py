"""What the YAML parser complains of, in words and at the place where a person has to look (K2)."""

import re
from typing import Final

from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from reconciler.configuration.parsing.document import Source, Span

MAX_DEPTH: Final = 40

_TOO_DEEP: Final = ("nested too deeply", f"At most {MAX_DEPTH} levels.")
_BRACKETS: Final = {"while parsing a flow mapping": "{", "while parsing a flow sequence": "["}
_CLOSING: Final = {"{": "}", "[": "]"}


def explained(error: Exception, source: Source) -> tuple[Span, str, str]:
    """Return the place of an error, what is wrong, and what to do about it."""
    match error:
        case MaxDepthExceededError(problem_mark=mark) if mark is not None:
            return Span(mark.line, mark.column), *_TOO_DEEP
        case MarkedYAMLError(problem_mark=mark) if mark is not None:
            return _marked(error, source)
        case ReaderError():
            code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
            return _span_of(source, error.position), f"not YAML: the character U+{code:04X} may not stand here", ""
        case RecursionError():
            return Span(0, 0), *_TOO_DEEP
        case _:
            return Span(0, 0), "not YAML", ""


def _marked(error: MarkedYAMLError, source: Source) -> tuple[Span, str, str]:
    """Return where a YAML error is for a person, what it is, and what to do; the parser's own words come last."""
    mark, began = error.problem_mark, error.context_mark
    context, problem = error.context or "", error.problem or ""
    if context == "while scanning a quoted scalar" and began is not None:
        return Span(began.line, began.column), "a quote that is not closed", "Close it at the end of the text."
    if context in _BRACKETS and began is not None and mark.line > began.line:
        bracket = _BRACKETS[context]
        return Span(began.line, began.column), f"`{bracket}` is not closed", f"Put `{_CLOSING[bracket]}` at its end."
    if problem == "could not find expected ':'" and began is not None:
        return _line(source, began.line), "a key without its `:`", "A key and its value stand as `key: value`."
    if problem == "mapping values are not allowed here":
        return _misplaced_value(source, mark.line, mark.column)
    if problem.startswith("expected <block end>") and _indent(source.lines[mark.line]) == mark.column:
        return _line(source, mark.line), *_misplaced_line(source, mark.line)
    words = _without_quotations(" ".join(part for part in (context, problem) if part), source, mark.line)
    return Span(mark.line, mark.column), f"not YAML: {words}", ""


def _misplaced_value(source: Source, line: int, column: int) -> tuple[Span, str, str]:
    """Return what is wrong with a `:` that YAML does not take: two in a line, or a line that is indented too deeply."""
    text = source.lines[line] if line < len(source.lines) else ""
    above = next((each for each in reversed(source.lines[:line]) if _has_content(each)), "")
    if _indent(text) > _indent(above) and re.search(r":\s+\S", above):
        hint = f"The line above has a value already. {_advice(_levels(source, line))}"
        return _line(source, line), "this line is indented too deeply", hint
    return Span(line, column), "a second `:` in this line", "Text with a colon and a space in it stands in quotes."


def _misplaced_line(source: Source, line: int) -> tuple[str, str]:
    levels, indent = _levels(source, line), _indent(source.lines[line])
    if indent in levels:
        deeper = [level for level in levels if level > indent]
        return "a key stands where the list's next `- ` is expected", _advice(deeper)
    return "the indentation of this line fits no line above it", _advice(levels)


def _advice(levels: list[int]) -> str:
    return f"Indent it by {' or '.join(map(str, levels))} spaces." if levels else ""


def _levels(source: Source, line: int) -> list[int]:
    """Return the indentations that a line may have: those of the lines above it that it may belong to, ascending."""
    open_levels: list[int] = []
    for text in source.lines[:line]:
        if _has_content(text):
            indent = _indent(text)
            open_levels = [level for level in open_levels if level < indent]
            open_levels.append(indent)
            if text.lstrip().startswith("- "):
                open_levels.append(indent + len(text.lstrip()) - len(text.lstrip()[1:].lstrip()))
    return sorted({*open_levels})


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _line(source: Source, line: int) -> Span:
    """Return the text of a line as a span."""
    text = source.lines[line] if line < len(source.lines) else ""
    return Span(line, _indent(text), max(1, len(text.strip())))


def _without_quotations(message: str, source: Source, line: int) -> str:
    """Return the parser's words; without what they quote when the line holds something that must not be shown."""
    words = message.partition("\n")[0]
    is_masked = line < len(source.lines) and source.shown(line) != source.lines[line]
    return re.sub("""'[^']*'|"[^"]*\"""", "a text", words) if is_masked else words


def _span_of(source: Source, position: int) -> Span:
    for number, line in enumerate(source.lines):
        if position <= len(line):
            return Span(number, position)
        position -= len(line) + 1
    return Span(0, 0)
