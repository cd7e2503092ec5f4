"""What differs between two documents of settings, in the words and paths of those who wrote them (E4)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from reconciler.configuration.files import CONNECTIONS
from reconciler.model.plan import SettingChange

Document = dict[str, Any]

NOT_SET = "not set"
_LONGEST = 100
_PLAIN = re.compile(r"(?!(?:null|true|false)$)([A-Za-z_/]([\w ./@()+:-]*[\w./@()+-])?|\d+[a-z])")
_KEYS = ("name", "to")
_FIRST = "enabledForInstances"
_EMPTY = ("null", "[]", "{}")
_COMPARISON = {"property", "equals", "caseSensitive"}
_COMBINATIONS = ({"all"}, {"any"}, {"not"})
_DEFAULTS = {"caseSensitive": "false"}
"""What a criterion says without a word of whoever wrote it."""


def pending(before: Document, after: Document) -> tuple[SettingChange, ...]:
    """Return how the settings of `after` differ from those of `before`; both as `documents.document` makes them.

    A path is the file and the way into it: `connections/intune/imports.yaml: createAssets`. What stands in a list
    of named things is named, not counted. Enablement comes first. A connection whose folder was renamed is known by
    its tenant (K7). Against no settings at all nothing is pending.
    """
    if not before:
        return ()
    renamed = _renamed(before, after)
    changes = [_rename(old, new) for old, new in sorted(renamed.items())]
    old = {_new_name(file, renamed): _leaves(content) for file, content in before.items()}
    new = {file: _leaves(content) for file, content in after.items()}
    changes += _differing(_beside(old, new), _beside(new, old))
    changes += _reordered(old, new)
    return tuple(sorted(changes, key=_enablement_first))


def _differing(before: Any, after: Any) -> Iterator[SettingChange]:
    from deepdiff import DeepDiff  # noqa: PLC0415  it is slow to import, and seldom needed

    for levels in DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0).values():
        for level in levels:
            parts = [str(part) for part in level.path(output_format="list")]
            yield SettingChange(path=_path(parts), before=_shown(level.t1), after=_shown(level.t2))


def _reordered(before: Document, after: Document) -> Iterator[SettingChange]:
    """Yield the files whose asset-type rules are tried in another order."""
    for file in sorted(before.keys() & after.keys()):
        old, new = before[file].get("rules"), after[file].get("rules")
        if isinstance(old, dict) and isinstance(new, dict):
            was, now = [name for name in old if name in new], [name for name in new if name in old]
            if was != now:
                yield SettingChange(path=f"{file}: rules", before=_listed(was), after=_listed(now))


def _listed(names: list[str]) -> str:
    return ", ".join(name[1:-1] for name in names)


def _path(parts: list[str]) -> str:
    """Return `file: key.key[name].key`."""
    inner = "".join(part if part.startswith("[") else f".{part}" for part in parts[1:])
    return f"{parts[0]}: {inner.removeprefix('.')}" if inner else parts[0]


def _shown(value: Any) -> str:
    """Return a leaf, or a mapping of leaves, as short text; what is not there on this side is not set."""
    match value:
        case "null":
            return NOT_SET
        case str():
            text = value
        case dict():
            text = _mapping(value)
        case _:
            return NOT_SET
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mapping(items: dict[str, Any]) -> str:
    """Return a mapping on one line as a person would write it: without members that are empty, or a default."""
    texts = {key: _mapping(item) if isinstance(item, dict) else item for key, item in items.items()}
    told = [(key, text) for key, text in texts.items() if text not in _EMPTY and _DEFAULTS.get(key) != text]
    return f"{{{', '.join(f'{key}: {text}' for key, text in told)}}}"


def flow(value: Any) -> str:
    """Return a value as YAML would write it on one line, the keys sorted: a store does not keep their order."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case dict():
            return _mapping({key: flow(item) for key, item in sorted(value.items())})
        case _:
            return str(value) if _PLAIN.fullmatch(str(value)) else json.dumps(value, ensure_ascii=False)


def _enablement_first(change: SettingChange) -> tuple[bool, str]:
    return not change.path.endswith(f": {_FIRST}"), change.path


def _renamed(before: Document, after: Document) -> dict[str, str]:
    """Return connections' names before and after, where they differ and the tenant does not."""
    old, new = _tenants(before), _tenants(after)
    return {old[tenant]: new[tenant] for tenant in old.keys() & new.keys() if old[tenant] != new[tenant]}


def _tenants(document: Document) -> dict[str, str]:
    return {
        str(content.get("tenantId", "")).lower(): file.split("/")[1]
        for file, content in document.items()
        if file.startswith(f"{CONNECTIONS}/") and file.endswith("/connection.yaml")
    }


def _rename(old: str, new: str) -> SettingChange:
    return SettingChange(path=CONNECTIONS, before=f"{CONNECTIONS}/{old}", after=f"{CONNECTIONS}/{new}")


def _new_name(file: str, renamed: dict[str, str]) -> str:
    parts = file.split("/")
    if parts[0] == CONNECTIONS and parts[1] in renamed:
        parts[1] = renamed[parts[1]]
    return "/".join(parts)


def _leaves(value: Any) -> Any:
    """Return a document with texts as leaves: lists of named things by name others whole."""
    match value:
        case dict() if value:
            return {key: _leaves(item) for key, item in value.items()}
        case list() if (key := _naming_key(value)) is not None:
            return {f"[{item[key]}]": _leaves(item) for item in value}
        case _:
            return flow(value)


def _beside(value: Any, other: Any) -> Any:
    """Return a side of the comparison with each empty list as no named things, where the other side has some.

    A criterion that became one of another form is one text: a person wrote it anew, and each operator alone says
    nothing.
    """
    if value == "[]" and isinstance(other, dict):
        return {}
    if isinstance(value, dict) and isinstance(other, dict):
        if _is_criterion(value) and _is_criterion(other) and _filled(value) != _filled(other):
            return _mapping(value)
        return {key: _beside(item, other.get(key)) for key, item in value.items()}
    return value


def _is_criterion(value: dict[str, Any]) -> bool:
    return value.keys() >= _COMPARISON or value.keys() in _COMBINATIONS


def _filled(criterion: dict[str, Any]) -> set[str]:
    return {key for key, item in criterion.items() if item not in _EMPTY}


def _naming_key(items: list[Any]) -> str | None:
    """Return the key by which every item of a list has a name of its own."""
    for key in _KEYS:
        names = [item.get(key) for item in items if isinstance(item, dict)]
        if items and len(names) == len(items) and all(isinstance(name, str) for name in names):
            return key if len(set(names)) == len(names) else None
    return None
