"""YAML 1.2 text to a Document: plain values and the place of each, or problems (K2).

What YAML allows and settings do not: duplicate keys, tabs as indentation, tags of one's own, directives, several
documents, keys that are not text, numbers written in octal, hexadecimal or with underscores. Anchors, aliases and
merge keys are allowed, within bounds.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from reconciler.configuration import masking
from reconciler.configuration.document import Document, Path, Place, Source, Span
from reconciler.configuration.problems import SettingsProblem

MAX_DEPTH: Final = 40
MAX_ALIASED: Final = 20_000
"""How many values aliases may add to a file: enough for any file a person writes, too few for an alias bomb."""

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CORE = "tag:yaml.org,2002:"
_MAX_DIGITS = 300


class _Refused(Exception):
    """Nothing more can be made of the file; what is wrong is among its problems."""


def source_of(name: str, text: str, *, from_overlay: bool = False) -> Source:
    """Return a text as a Source, line by line as YAML counts them."""
    return Source(name, tuple(_LINE_BREAK.split(text)), from_overlay)


def parse(name: str, text: str, source: Source) -> tuple[Document | None, tuple[SettingsProblem, ...]]:
    """Return a file's document (None when it is none), and what is wrong with it as YAML.

    `name` is the file's path below the environment. The top of a document is always a mapping.
    """
    top = Document(name, {}, {(): Place(source, Span(0, 0))})
    found = list(_before_parsing(top, source))
    if found:
        return None, tuple(found)
    try:
        node = _composed(text)
    except (YAMLError, RecursionError, ValueError) as error:
        return None, (_not_yaml(top, source, error),)
    builder = _Builder(source)
    try:
        data = builder.top(node)
    except _Refused:
        return None, tuple(builder.problems)
    if builder.problems:
        return None, tuple(builder.problems)
    document = Document(name, data, builder.places)
    _hide_secrets(document, source)
    return document, ()


def _hide_secrets(document: Document, source: Source) -> None:
    """Mark every literal secret as hidden, and keys that stand where a reference's `env` or `file` should."""
    for path, place in document.places.items():
        value = document.value(path)
        if path and not isinstance(value, dict | list) and masking.is_secret(path, value):
            source.hidden += place.value.by_line()
        if place.key and masking.names_secret(path[:-1]) and path[-1] not in ("env", "file"):
            source.hidden += place.key.by_line()
    source.parsed = True


def _before_parsing(top: Document, source: Source) -> Iterator[SettingsProblem]:
    seen_content = False
    for number, line in enumerate(source.lines):
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in indent and line.strip():
            yield _at(top, source, Span(number, indent.index("\t")), "a tab in the indentation", "Use spaces.")
        if not seen_content and line.startswith("%"):
            yield _at(top, source, Span(number, 0, len(line)), "a YAML directive", "Remove it; files are YAML 1.2.")
        seen_content = seen_content or bool(line.strip() and not line.startswith(("#", "%")))


def _at(top: Document, source: Source, span: Span, message: str, hint: str = "") -> SettingsProblem:
    place = {(): Place(source, span)}
    return Document(top.name, None, place).problem((), message, hint=hint, rule="K2")


def _composed(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


def _not_yaml(top: Document, source: Source, error: Exception) -> SettingsProblem:
    match error:
        case MarkedYAMLError(problem_mark=mark) if mark is not None:
            what = " ".join(part for part in (error.context, error.problem) if part)
            words = _without_quotations(what, source, mark.line)
            return _at(top, source, Span(mark.line, mark.column), f"not YAML: {words}")
        case ReaderError():
            span = _span_of(source, error.position)
            return _at(top, source, span, f"not YAML: the character U+{_code(error.character):04X} may not stand here")
        case RecursionError():
            return _at(top, source, Span(0, 0), "nested too deeply", f"At most {MAX_DEPTH} levels.")
        case _:
            return _at(top, source, Span(0, 0), "not YAML")


def _without_quotations(message: str, source: Source, line: int) -> str:
    """Return the parser's words; without what they quote when the line holds something that must not be shown."""
    words = message.partition("\n")[0]
    is_masked = line < len(source.lines) and source.shown(line) != source.lines[line]
    return re.sub("""'[^']*'|"[^"]*\"""", "a text", words) if is_masked else words


def _code(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")


def _span_of(source: Source, position: int) -> Span:
    for number, line in enumerate(source.lines):
        if position <= len(line):
            return Span(number, position)
        position -= len(line) + 1
    return Span(0, 0)


@dataclass
class _Builder:
    """Builds plain values from ruamel's nodes, and notes where each stands."""

    source: Source
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    aliased: int = 0

    def top(self, node: Node | None) -> dict[str, Any]:
        if node is None or (isinstance(node, ScalarNode) and node.tag == f"{_CORE}null" and not node.value):
            self.places[()] = Place(self.source, Span(0, 0))
            self._refuse((), "the file is empty", "It begins with `version: 1`.")
        self.places[()] = Place(self.source, _span(node))
        if not isinstance(node, MappingNode):
            self._refuse((), f"a mapping is expected here, found {_kind(node)}", "It begins with `version: 1`.")
        value: dict[str, Any] = self.build((), node, in_alias=False)
        return value

    def build(self, path: Path, node: Node, *, in_alias: bool) -> Any:
        in_alias = in_alias or id(node) in self.seen
        self.seen.add(id(node))
        self._count(path, in_alias)
        if id(node) in self.open:
            self._refuse(path, "an alias inside of what it stands for")
        self._check_tag(path, node)
        match node:
            case ScalarNode():
                return self._scalar(path, node)
            case SequenceNode():
                self.open.add(id(node))
                items = [self._item((*path, index), item, in_alias) for index, item in enumerate(node.value)]
                self.open.discard(id(node))
                return items
            case _:
                self.open.add(id(node))
                mapping = self._mapping(path, node, in_alias)
                self.open.discard(id(node))
                return mapping

    def _item(self, path: Path, node: Node, in_alias: bool) -> Any:
        self.places[path] = Place(self.source, _span(node))
        return self.build(path, node, in_alias=in_alias)

    def _mapping(self, path: Path, node: Node, in_alias: bool) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_CORE}merge":
                merged = self._merged(path, value_node) | merged
                continue
            key = self._key(path, key_node, own)
            if key is not None:
                self.places[(*path, key)] = Place(self.source, _span(value_node), _span(key_node))
                own[key] = self.build((*path, key), value_node, in_alias=in_alias)
        return {key: value for key, value in merged.items() if key not in own} | own

    def _key(self, path: Path, node: Node, own: dict[str, Any]) -> str | None:
        place = Document("", None, {(): Place(self.source, _span(node))})
        if not isinstance(node, ScalarNode) or node.tag not in (f"{_CORE}str", f"{_CORE}timestamp", f"{_CORE}value"):
            self.problems.append(place.problem((), "a key that is not text", hint="Put it in quotes.", rule="K2"))
            return None
        key = str(node.value)
        if key in own:
            first = self.places[(*path, key)].key
            hint = f"It is on line {first.line + 1} already." if first else ""
            self.problems.append(place.problem((), f"the key `{key}` twice in one mapping", hint=hint, rule="K2"))
            return None
        return key

    def _merged(self, path: Path, node: Node) -> dict[str, Any]:
        """Return what `<<` brings; the first of several mappings wins, and a key of one's own wins over all."""
        several = node.value if isinstance(node, SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for one in several:
            if not isinstance(one, MappingNode):
                self.places.setdefault((*path, "<<"), Place(self.source, _span(one)))
                self._refuse((*path, "<<"), "a merge key takes a mapping, or a list of them")
            places, self.places = self.places, {path: self.places[path]}
            value = self.build(path, one, in_alias=True)
            self.places = self.places | places
            merged = value | merged
        return merged

    def _scalar(self, path: Path, node: ScalarNode) -> Any:
        text = str(node.value)
        match str(node.tag).removeprefix(_CORE):
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return self._integer(path, text)
            case "float":
                return self._float(path, text)
            case _:
                return text

    def _integer(self, path: Path, text: str) -> int | None:
        if _INTEGER.fullmatch(text) and len(text) <= _MAX_DIGITS:
            return int(text)
        self._odd_number(path)
        return None

    def _float(self, path: Path, text: str) -> float | None:
        if _FLOAT.fullmatch(text) and math.isfinite(value := float(text)):
            return value
        self._odd_number(path)
        return None

    def _odd_number(self, path: Path) -> None:
        self._add(path, "a number in an unusual form", "Write it in plain decimal digits, or in quotes if it is text.")

    def _check_tag(self, path: Path, node: Node) -> None:
        tag = str(node.tag)
        if tag not in _KNOWN_TAGS:
            shown = tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
            self._add(path, f"the tag `{shown}`; settings have plain values only", "Remove the tag.")

    def _count(self, path: Path, in_alias: bool) -> None:
        self.aliased += in_alias
        if self.aliased > MAX_ALIASED:
            self._refuse(path[:1], f"aliases that stand for more than {MAX_ALIASED:,} values", "Write them out.")

    def _add(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(Document("", None, self.places).problem(path, message, hint=hint, rule="K2"))

    def _refuse(self, path: Path, message: str, hint: str = "") -> None:
        self._add(path, message, hint)
        raise _Refused


_KNOWN_TAGS = frozenset(
    _CORE + name for name in ("null", "bool", "int", "float", "str", "timestamp", "value", "seq", "map", "merge")
)


def _kind(node: Node | None) -> str:
    return "a list" if isinstance(node, SequenceNode) else "a single value"


def _span(node: Any) -> Span:
    start, end = node.start_mark, node.end_mark
    same_line = start.line == end.line
    length = max(1, end.column - start.column) if same_line else 1
    below = end.line - start.line - (end.column == 0) if isinstance(node, ScalarNode) and not same_line else 0
    return Span(start.line, start.column, length, below)
