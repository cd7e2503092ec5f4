"""ruamel's nodes to plain values and the place of each, within bounds (K2)."""

import math
import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconciler.configuration.parsing.document import Document, Path, Place, Source, Span
from reconciler.configuration.parsing.problems import SettingsProblem

MAX_ALIASED: Final = 20_000
"""How many values aliases may add to a file: enough for any file a person writes, too few for an alias bomb."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS = 300
_CORE = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    _CORE + name for name in ("null", "bool", "int", "float", "str", "timestamp", "value", "seq", "map", "merge")
)
_TEXT_TAGS = frozenset(_CORE + name for name in ("str", "timestamp", "value"))


class RefusedError(Exception):
    """Nothing more can be made of the file; what is wrong is among the builder's problems."""


@dataclass
class Builder:
    """Builds plain values from ruamel's nodes, and notes where each stands."""

    source: Source
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    aliased: int = 0

    def top(self, node: Node | None) -> dict[str, Any]:
        """Return the values of a document; RefusedError when nothing can be made of it."""
        if node is None or (isinstance(node, ScalarNode) and node.tag == f"{_CORE}null" and not node.value):
            self.places[()] = Place(self.source, Span(0, 0))
            self._refuse((), "the file is empty", "It begins with `version: 1`.")
        self.places[()] = Place(self.source, _span(node))
        if not isinstance(node, MappingNode):
            self._refuse((), f"a mapping is expected here, found {_kind(node)}", "It begins with `version: 1`.")
        self._check_tag((), node)
        return self._mapping((), node, in_alias=False)

    def _build(self, path: Path, node: Node, *, in_alias: bool) -> Any:
        """Build the value of a node, marking where each part stands; an alias inside of itself is refused."""
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
        return self._build(path, node, in_alias=in_alias)

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
                own[key] = self._build((*path, key), value_node, in_alias=in_alias)
        return {key: value for key, value in merged.items() if key not in own} | own

    def _key(self, path: Path, node: Node, own: dict[str, Any]) -> str | None:
        """Return a key's text; None, and a problem, for one that is not text or is there already."""
        if not isinstance(node, ScalarNode) or node.tag not in _TEXT_TAGS:
            self._add_at(path, node, "a key that is not text", "Put it in quotes.")
            return None
        key = str(node.value)
        if key in own:
            first = self.places[(*path, key)].key
            hint = f"It is on line {first.line + 1} already." if first else ""
            self._add_at((*path, key), node, f"the key `{key}` twice in one mapping", hint)
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
            value = self._build(path, one, in_alias=True)
            self.places = self.places | places
            merged = value | merged
        return merged

    def _scalar(self, path: Path, node: ScalarNode) -> Any:
        """Return the value of a scalar by its tag in YAML's core schema."""
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

    def _add_at(self, path: Path, node: Node, message: str, hint: str) -> None:
        place = Place(self.source, _span(node))
        self.problems.append(Document("", None, {path: place}).problem(path, message, hint=hint, rule="K2"))

    def _refuse(self, path: Path, message: str, hint: str = "") -> NoReturn:
        self._add(path, message, hint)
        raise RefusedError


def _kind(node: Node | None) -> str:
    return "a list" if isinstance(node, SequenceNode) else "a single value"


def _span(node: Any) -> Span:
    start, end = node.start_mark, node.end_mark
    same_line = start.line == end.line
    length = max(1, end.column - start.column) if same_line else 1
    below = end.line - start.line - (end.column == 0) if isinstance(node, ScalarNode) and not same_line else 0
    return Span(start.line, start.column, length, below)
