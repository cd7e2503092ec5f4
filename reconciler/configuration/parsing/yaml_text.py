"""YAML 1.2 text to a Document: plain values and the place of each, or problems (K2).

What YAML allows and settings do not: duplicate keys, tabs as indentation, tags of one's own, directives, several
documents, keys that are not text, numbers written in octal, hexadecimal or with underscores. Anchors, aliases and
merge keys are allowed, within bounds.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node

from reconciler.configuration.parsing import masking
from reconciler.configuration.parsing.document import Document, Place, Source, Span
from reconciler.configuration.parsing.nodes import Builder, RefusedError
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.parsing.yaml_errors import MAX_DEPTH, explained

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def source_of(name: str, text: str, *, from_overlay: bool = False) -> Source:
    """Return a text as a Source, line by line as YAML counts them."""
    return Source(name, tuple(_LINE_BREAK.split(text)), from_overlay)


def parse(name: str, text: str, source: Source) -> tuple[Document | None, tuple[SettingsProblem, ...]]:
    """Return a file's document (None when it is none), and what is wrong with it as YAML.

    `name` is the file's path below the environment. The top of a document is always a mapping.
    """
    found = list(_before_parsing(name, source))
    if found:
        return None, tuple(found)
    try:
        node = _composed(text)
    except (YAMLError, RecursionError, ValueError) as error:
        return None, (_at(name, source, *explained(error, source)),)
    builder = Builder(source)
    try:
        data = builder.top(node)
    except RefusedError:
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


def _before_parsing(name: str, source: Source) -> Iterator[SettingsProblem]:
    seen_content = False
    for number, line in enumerate(source.lines):
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in indent and line.strip():
            yield _at(name, source, Span(number, indent.index("\t")), "a tab in the indentation", "Use spaces.")
        if not seen_content and line.startswith("%"):
            yield _at(name, source, Span(number, 0, len(line)), "a YAML directive", "Remove it; files are YAML 1.2.")
        seen_content = seen_content or bool(line.strip() and not line.startswith(("#", "%")))


def _at(name: str, source: Source, span: Span, message: str, hint: str = "") -> SettingsProblem:
    return Document.only_at(name, Place(source, span)).problem((), message, hint=hint, rule="K2")


@lru_cache(maxsize=32)
def _composed(text: str) -> Node | None:
    """Return a text's nodes, which nobody changes: instances share files, and parsing them is what takes time."""
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node
