"""A settings file as plain data, with the place of every key and value."""

from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.configuration.parsing import masking
from reconciler.configuration.parsing.problems import SettingsProblem, Severity, page, pointer

Path = tuple[str | int, ...]
_WHOLE_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a line: `line` and `column` count from 0; a text over several lines has `below` more."""

    line: int
    column: int
    length: int = 1
    below: int = 0

    def by_line(self) -> list["Span"]:
        """Return the span as one for each of its lines, those of several lines whole."""
        if not self.below:
            return [self]
        whole = [Span(self.line + more, 0, _WHOLE_LINE) for more in range(1, self.below + 1)]
        return [Span(self.line, self.column, _WHOLE_LINE), *whole]


@dataclass(slots=True)
class Source:
    """The text that a document was read from.

    `hidden` are the spans that are never shown (K4); until `parsed`, nobody knows them, and they are guessed.
    """

    name: str
    lines: tuple[str, ...]
    from_overlay: bool = False
    parsed: bool = False
    hidden: list[Span] = field(default_factory=list)

    def shown(self, line: int) -> str:
        """Return a line with its secrets masked, each character by one, so that columns stay."""
        if not 0 <= line < len(self.lines):
            return ""
        text = self.lines[line]
        for span in self.hidden:
            if span.line == line:
                text = masking.hide(text, span.column, span.length)
        return masking.masked_url(text) if self.parsed else masking.masked(text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and its key (None for the top and for items of lists)."""

    source: Source
    value: Span
    key: Span | None = None


@dataclass(slots=True)
class Document:
    """A settings file: `name` is relative to the environment, `places` are those of every key and item.

    `origin` says where what is left of a file with errors was in the whole of it.
    """

    name: str
    data: Any
    places: dict[Path, Place]
    origin: dict[Path, Path] = field(default_factory=dict)

    @classmethod
    def only_at(cls, name: str, place: Place) -> "Document":
        """Return a document of which only the top's place is known: for what is wrong before there are values."""
        return cls(name, None, {(): place})

    def place(self, path: Path) -> Place:
        """Return a value's place, or that of the nearest thing around it that was written."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def value(self, path: Path) -> Any:
        """Return the value at a path; None when there is none."""
        value = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def written(self, path: Path) -> str:
        """Return a value of one line as it stands in the file."""
        place = self.place(path)
        return place.source.shown(place.value.line)[place.value.column :][: place.value.length]

    def at_key(self, path: Path, problem: SettingsProblem) -> SettingsProblem:
        """Return a problem at a value as one at its key: for names that people write as keys."""
        place = self.place(path)
        span = place.key or place.value
        line = place.source.shown(span.line)
        return replace(problem, line=span.line + 1, column=span.column + 1, length=span.length, source_line=line)

    def problem(
        self,
        path: Path,
        message: str,
        *,
        at_key: bool = False,
        expected: str = "",
        hint: str = "",
        rule: str = "",
        severity: Severity = Severity.ERROR,
    ) -> SettingsProblem:
        """Return a problem at a value, or at its key."""
        place = self.place(path)
        span = place.key if at_key and place.key else place.value
        return SettingsProblem(
            severity=severity,
            file=place.source.name,
            line=span.line + 1,
            column=span.column + 1,
            pointer=pointer(self.origin.get(path, path)),
            message=message,
            expected=expected,
            hint=hint,
            rule=rule,
            source_line=place.source.shown(span.line),
            length=span.length,
            docs=page(place.source.name),
        )
