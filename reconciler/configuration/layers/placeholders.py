"""The names that a reference to a secret may hold: `{environment}` and `{connection}`, and nothing else (K9).

In a variable's name they are written in capitals, with `_` for whatever no variable's name may have; in a file's path
they are what the folders are called.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from reconciler.configuration.files import connection_of, kind_of
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem

_WITH_SECRETS: Final = frozenset({"instance.yaml", "connection.yaml"})
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def filled(document: Document, environment: str) -> Document:
    """Return a document whose references to secrets hold the names instead of the placeholders."""
    if kind_of(document.name) not in _WITH_SECRETS:
        return document
    names = _names(document, environment)
    found = [path for path in document.places if _is_reference(document, path)]
    if not any("{" in document.value(path) for path in found):
        return document
    return replace(document, data=_replaced(document.data, names))


def unknown(document: Document, environment: str) -> Iterator[SettingsProblem]:
    """Yield a problem for each placeholder that has no meaning where it stands."""
    if kind_of(document.name) not in _WITH_SECRETS:
        return
    names = _names(document, environment)
    for path in document.places:
        if _is_reference(document, path):
            for each in _PLACEHOLDER.findall(document.value(path)):
                if each not in names:
                    known = " and ".join(f"`{{{name}}}`" for name in names)
                    yield document.problem(path, f"`{{{each}}}` means nothing here", expected=known, rule="K9")


def _names(document: Document, environment: str) -> dict[str, str]:
    connection = connection_of(document.name)
    return {"environment": environment} | ({"connection": connection} if connection else {})


def _is_reference(document: Document, path: Path) -> bool:
    value = document.value(path)
    is_named = path[-1:] in (("env",), ("file",)) and isinstance(value, str)
    return is_named and bool(document.value(path[:-1]) == {path[-1]: value})


def _replaced(value: Any, names: dict[str, str]) -> Any:
    match value:
        case {"env": str() as name} if len(value) == 1:
            return {"env": _PLACEHOLDER.sub(lambda match: _variable(names.get(match[1], match[0])), name)}
        case {"file": str() as file} if len(value) == 1:
            return {"file": _PLACEHOLDER.sub(lambda match: names.get(match[1], match[0]), file)}
        case dict():
            return {key: _replaced(item, names) for key, item in value.items()}
        case list():
            return [_replaced(item, names) for item in value]
        case _:
            return value


def _variable(name: str) -> str:
    return name if name.startswith("{") else re.sub(r"[^A-Za-z0-9]", "_", name).upper()
