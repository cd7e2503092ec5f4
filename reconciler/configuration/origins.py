"""What an environment's settings come to, each value with the file and line in which it stands (K9)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.configuration.parsing.document import Document, Path

_PLAIN: Final = re.compile(r"(?!(?:null|true|false|yes|no|on|off)$)[A-Za-z][\w./@-]*( [\w./@-]+)*", re.IGNORECASE)


def settings_text(documents: Mapping[str, Document], *, with_origin: bool) -> str:
    """Return every file as YAML, with the place of each value as a comment where that is wanted."""
    parts = []
    for name, document in sorted(documents.items()):
        lines = [f"# {name}", *_lines(document, (), 0, with_origin)]
        parts.append("\n".join(lines) + "\n")
    return "---\n".join(parts)


def _lines(document: Document, path: Path, indent: int, with_origin: bool) -> Iterator[str]:
    """Yield a mapping's settings as YAML, each value with the file and line that it came from."""
    for key, value in document.value(path).items():
        here = (*path, key)
        begin = f"{' ' * indent}{flow(key)}:"
        if isinstance(value, dict) and value and not _is_reference(value):
            yield begin
            yield from _lines(document, here, indent + 2, with_origin)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield begin
            for index, item in enumerate(value):
                yield f"{' ' * indent}  - {flow(item)}{_comment(document, (*here, index), with_origin)}"
        else:
            yield f"{begin} {flow(value)}{_comment(document, here, with_origin)}"


def _comment(document: Document, path: Path, with_origin: bool) -> str:
    if not with_origin:
        return ""
    place = document.place(path)
    return f"  # {place.source.name}:{place.value.line + 1}"


def _is_reference(value: dict[str, Any]) -> bool:
    return set(value) in ({"env"}, {"file"})


def flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    match value:
        case str():
            return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
        case dict():
            return f"{{{', '.join(f'{flow(key)}: {flow(item)}' for key, item in value.items())}}}"
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return json.dumps(value)
