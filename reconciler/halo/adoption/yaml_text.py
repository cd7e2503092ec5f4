"""Lines of YAML with comments, as a person would write them."""

import json
import re
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Final

Plain = str | int | bool | None | list["Plain"] | Mapping[str, "Plain"]

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9 ._/()-]*[A-Za-z0-9)]|[A-Za-z]")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_WIDTH: Final = 110


def flow(value: Plain) -> str:
    """Return a value on one line; whatever YAML could read as something else is quoted."""
    match value:
        case str():
            bare = _BARE.fullmatch(value) and value.lower() not in _WORDS
            return value if bare else json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case Mapping():
            return "{" + ", ".join(f"{flow(name)}: {flow(each)}" for name, each in value.items()) + "}"
        case _:
            return json.dumps(value)


def comment(text: str, indent: int = 0) -> list[str]:
    """Return a comment, wrapped."""
    return [f"{' ' * indent}# {line}" for line in wrap(text, _WIDTH - indent, break_on_hyphens=False)]


def setting(name: str, value: Plain, why: str = "", indent: int = 0) -> list[str]:
    """Return one setting, below the comment that it needs."""
    return [*comment(why, indent), f"{' ' * indent}{name}: {flow(value)}"]


def document(schema: str, depth: int, opening: str, lines: Iterable[str]) -> str:
    """Return a settings file; `depth` is how many folders lie between it and the folder of `schemas/`."""
    where = f"{'../' * depth}schemas/{schema}.schema.json"
    head = [f"# yaml-language-server: $schema={where}", *comment(opening), "version: 1"]
    return "\n".join([*head, *lines]) + "\n"
